"""Replies as a person reads them, against the layouts that the project promises."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.core.config.model import Commands, RepositoryConfig, RuleLevel
from bot.core.drafting.draft import Draft
from bot.core.drafting.feature_number import next_number
from bot.core.drafting.naming import name_feature
from bot.core.forge.effects import Conclusion
from bot.core.forge.facts import Comment
from bot.core.forge.roles import Role
from bot.core.forge.stored import Waiver
from bot.core.judging.findings import Finding, Report, Severity
from bot.core.speech.commands import COMMANDS, CommandMistake, MistakeKind, Verb
from bot.core.speech.render import RenderContext
from bot.core.speech.replies import (
    CommandSettings,
    Denial,
    IssuePlan,
    Question,
    Setting,
    answer_comment,
    commit_by_hand,
    denial,
    earlier_answers,
    help_text,
    issue_plan,
    issue_status,
    mistake,
    new_file_link,
    plan_comment,
    reply_marker,
    settings_in_force,
    start_by_hand,
    status,
    too_often,
    waived,
    why,
)
from bot.core.text.prose import At, Side
from tests.core.drafting.from_template.templates import FERRY
from tests.core.speech.replies.oracle import seen

BASE = "8be41d7c02f95a3e6d1b7f40c9a2e85d31067bc4"
CONTEXT = RenderContext(
    repository="acme/ferry",
    base_sha=BASE,
    base_branch="main",
    default_branch="main",
    engine_version="0.1.0",
    site_url="https://plangate.example",
)
NAMING = name_feature("Export the audit log", "022", issue=412)
DRAFT = Draft(f"{NAMING.dir}/plan.md", "# Plan\n\nIt's 5 % & more.\n", 11, 4, 7, ".specify/templates/plan-template.md")
SPEC = Draft(f"{NAMING.dir}/spec.md", "# Spec\n\nWhy?\n", 2, 2, 0, ".specify/templates/spec-template.md")
MAINTAIN = Commands(start=Role.MAINTAIN)
SET = {Verb.START: At(".github/app.yml", 24, Side.BASE)}


def plan(**more: Any) -> str:
    free = next_number(["018-a"], branches=["019-b", "020-c"], pull_requests=["specs/021-d"])
    return issue_plan(replace(IssuePlan(NAMING, SPEC, DRAFT, FERRY, free), **more), CONTEXT)


def test_the_plan_of_an_issue_reads_as_promised() -> None:
    assert plan(can_commit=True, commands=MAINTAIN) == (
        "**This becomes feature `022-export-audit-log`.** 022 is the next free number"
        " (021 is in an open pull request, 019 and 020 are on open branches); it is kept for this issue for 7 days.\n"
        "\n"
        "```bash\n"
        "git fetch origin && git switch --create 022-export-audit-log --no-track origin/main\n"
        "mkdir -p specs/022-export-audit-log\n"
        "# save the spec below as specs/022-export-audit-log/spec.md\n"
        "git add specs/022-export-audit-log && git commit -m 'Specify 022-export-audit-log'"
        " && git push -u origin HEAD\n"
        "```\n"
        "\n"
        "Without a terminal: [create `spec.md` in the browser][s] and choose"
        ' "Create a new branch" named `022-export-audit-log`.\n'
        "\n"
        "Once the spec is agreed, add the plan below as `specs/022-export-audit-log/plan.md`"
        " and give every principle in it a verdict: [create `plan.md` on that branch][n].\n"
        "\n"
        "With maintain access, `/plan start` commits both documents and opens a draft pull request.\n"
        "\n"
        "<details><summary>The spec: 2 blanks (2 × <code>NEEDS CLARIFICATION</code>),"
        " the rest is filled from this repository</summary>\n"
        "\n"
        "```markdown\n# Spec\n\nWhy?\n```\n"
        "\n"
        "</details>\n"
        "\n"
        "<details><summary>The plan: 11 blanks (4 × <code>NEEDS CLARIFICATION</code>, 7 verdicts),"
        " the rest is filled from this repository</summary>\n"
        "\n"
        "```markdown\n# Plan\n\nIt's 5 % & more.\n```\n"
        "\n"
        "</details>\n"
        "\n"
        "<sub>From [`.specify/templates/plan-template.md`][t] and [constitution 1.3.0][con], both at `main@8be41d7`"
        " · requested by the author of this issue · `/plan` again refreshes this comment</sub>\n"
        "\n"
        "[s]: https://github.com/acme/ferry/new/main?filename=specs/022-export-audit-log/spec.md"
        "&value=%23%20Spec%0A%0AWhy%3F%0A\n"
        "[n]: https://github.com/acme/ferry/new/022-export-audit-log?filename=specs/022-export-audit-log/plan.md"
        "&value=%23%20Plan%0A%0AIt%27s%205%20%25%20%26%20more.%0A\n"
        f"[t]: https://github.com/acme/ferry/blob/{BASE}/.specify/templates/plan-template.md\n"
        f"[con]: https://github.com/acme/ferry/blob/{BASE}/.specify/memory/constitution.md"
    )


def test_the_browser_gets_the_plan_to_the_letter() -> None:
    text = '# Plän & more?\n\n| a | b |\n+1 = #2 100% \\ "q" <!-- x -->\n'
    link = new_file_link(CONTEXT, "main", "specs/022-x/plan.md", text)
    assert link is not None
    assert parse_qs(urlsplit(link).query) == {"filename": ["specs/022-x/plan.md"], "value": [text]}


def test_documents_too_long_for_a_link_leave_the_file_name() -> None:
    answer = plan(spec=replace(SPEC, text="word " * 2_000), plan=replace(DRAFT, text="word " * 2_000))
    assert [link for link in seen(answer).links if "/new/" in link] == [
        "https://github.com/acme/ferry/new/main?filename=specs/022-export-audit-log/spec.md",
        "https://github.com/acme/ferry/new/022-export-audit-log?filename=specs/022-export-audit-log/plan.md",
    ]
    assert "[create `spec.md` in the browser][s], paste the spec, and choose" in answer
    assert "[create `plan.md` on that branch][n], and paste the plan." in answer


def test_a_document_too_long_for_a_comment_is_printed_on_the_desk() -> None:
    answer = plan(plan=replace(DRAFT, text="word\n" * 10_000))
    assert "Print it on your machine: `plangate draft --feature specs/022-export-audit-log`" in answer
    assert len(answer) < 3_000


def test_a_number_that_was_offered_before_is_said_so() -> None:
    assert "022 was offered to this issue before; it is kept for this issue for 7 days." in plan(free=None)


def test_without_the_right_to_write_start_is_not_offered() -> None:
    assert "/plan start" not in plan()


def test_help_has_a_row_for_every_command_and_this_repositorys_roles() -> None:
    text = help_text(CommandSettings(MAINTAIN, can_commit=True, set_by=SET), CONTEXT)
    assert "| `/plan` | issue | its author, triage and above | replies with a plan for a feature named after" in text
    assert (
        "| `/plan start [slug]` | issue | maintain and above here | branch, spec, plan and draft pull request |" in text
    )
    assert (
        "| `/plan waive <rule> <reason> [until <day>]` | pull request | maintain and above | lets the findings of"
        in text
    )
    assert "| `/plan help` | both | anyone | this table |" in text
    assert text.count("\n| `/plan") == len(COMMANDS)
    assert "`@plangate plan` and `/speckit.plan` mean `/plan`. Up to 5 commands a comment." in text
    assert "<sub>`/plan start` is set to maintain by [`.github/app.yml:24`][cfg] · [how Plangate judges][doc]" in text
    assert f"[cfg]: https://github.com/acme/ferry/blob/{BASE}/.github/app.yml?plain=1#L24" in text


def test_help_speaks_with_the_repositorys_own_prefix() -> None:
    text = help_text(CommandSettings(Commands(prefix="/feature plan")), CONTEXT)
    assert "| `/feature plan status` | both | anyone | what is due and what is missing |" in text
    assert "| `/feature plan start [slug]` | issue | write and above | gives the commands to run by hand" in text


def test_a_denial_names_the_role_and_two_ways_on() -> None:
    denied = Denial(Verb.START, Role.MAINTAIN, Role.TRIAGE, "12:44:02 UTC")
    assert denial(denied, CommandSettings(MAINTAIN, set_by=SET), CONTEXT) == (
        "`/plan start` needs **maintain** access here; you have triage.\n"
        "\n"
        "Ask somebody with maintain access to comment it."
        " By yourself: `/plan` gives the same documents for your own branch or fork.\n"
        "\n"
        "<sub>role read from GitHub at 12:44:02 UTC · set by [`.github/app.yml:24`][cfg]</sub>\n"
        "\n"
        f"[cfg]: https://github.com/acme/ferry/blob/{BASE}/.github/app.yml?plain=1#L24"
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (CommandMistake(MistakeKind.UNKNOWN_COMMAND, 1, None, "stauts", "status"), "Did you mean `/plan status`?"),
        (CommandMistake(MistakeKind.UNKNOWN_COMMAND, 1, None, "wat"), "`/plan wat` is no command. `/plan help` lists"),
        (CommandMistake(MistakeKind.UNKNOWN_RULE, 1, Verb.WHY, "x"), "`x` is no rule. `/plan why` lists"),
        (CommandMistake(MistakeKind.MISSING_RULE, 1, Verb.WAIVE), "`/plan waive <rule> <reason>`"),
        (CommandMistake(MistakeKind.MISSING_REASON, 1, Verb.WAIVE, "dead-link"), "`/plan waive dead-link <reason>`"),
        (CommandMistake(MistakeKind.UNWANTED_WORDS, 1, Verb.COMMIT, "all"), "`/plan commit` takes no argument"),
        (CommandMistake(MistakeKind.WRONG_PLACE, 1, Verb.START), "`/plan start` works on an issue only."),
        (CommandMistake(MistakeKind.WRONG_PLACE, 1, Verb.WAIVE), "`/plan waive` works on a pull request only."),
        (
            CommandMistake(MistakeKind.TOO_MANY, 6),
            "A comment holds up to 5 commands; those from line 6 on were not read.",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_a_way_out(found: CommandMistake, sentence: str) -> None:
    assert sentence in mistake(found, CommandSettings())
    assert "\n" not in mistake(found, CommandSettings())


def test_start_without_the_right_to_write_names_the_hosts_choice_and_the_commands() -> None:
    answer = start_by_hand(NAMING, CommandSettings(), CONTEXT)
    assert "its host chose the permission *Contents: Read-only*." in answer
    assert "git switch --create 022-export-audit-log --no-track origin/main" in answer


def test_commit_on_a_fork_is_a_patch_that_git_takes() -> None:
    answer = commit_by_hand({"specs/022-x/plan.md": "# Plan\n\nWords\n"}, "feat/x;id", fork=True)
    (patch, steps) = seen(answer).blocks
    assert patch == (
        "diff",
        (
            "diff --git a/specs/022-x/plan.md b/specs/022-x/plan.md\nnew file mode 100644\n--- /dev/null\n"
            "+++ b/specs/022-x/plan.md\n@@ -0,0 +1,3 @@\n+# Plan\n+\n+Words\n"
        ),
    )
    assert steps[1].startswith("git switch 'feat/x;id'\ngit apply plan.patch\n")
    assert "in a fork" in answer
    assert commit_by_hand({}, "x", fork=True) == "Nothing to commit: no document that can be drafted is missing."


ASKED = Question(241, "why", "/plan why dead-link", "ada[bot]", "77-1", BASE)


def commented(question: Question, answer: str, number: int, *, minimized: bool = False) -> Comment:
    """An answer of ours as GitHub gives it back."""
    return Comment(number, f"IC_{number}", answer_comment(question, answer).replace("\n", "\r\n"), minimized)


def test_an_answer_says_what_it_answers() -> None:
    assert answer_comment(ASKED, "An answer.") == (
        "<!-- plangate:v1 kind=answer issue=241 asker=ada%5Bbot%5D command=why question=77-1 -->\n"
        "<sub>`/plan why dead-link` by `ada[bot]` · on `8be41d7`</sub>\n"
        "\n"
        "An answer.\n"
    )


def test_the_askers_older_answers_to_the_command_are_outdated() -> None:
    older = [commented(replace(ASKED, text_id="5-1"), "Old.", 1), commented(replace(ASKED, text_id="6-1"), "Newer.", 2)]
    others = [
        commented(replace(ASKED, text_id="7-1", asker="bob"), "His.", 3),
        commented(replace(ASKED, text_id="8-1", command="status"), "Another command.", 4),
        commented(replace(ASKED, text_id="9-1"), "Hidden before.", 5, minimized=True),
        Comment(6, "IC_6", plan_comment(241, "# Plan")),
    ]
    earlier = earlier_answers(ASKED, answer_comment(ASKED, "New."), [*older, *others])
    assert [comment.id for comment in earlier.outdated] == [1, 2]
    assert (earlier.is_answered, earlier.repeats) == (False, False)


def test_the_same_answer_is_not_given_twice() -> None:
    older = [commented(replace(ASKED, text_id="5-1"), "The same.", 1)]
    assert earlier_answers(ASKED, answer_comment(ASKED, "The same."), older).repeats
    moved = replace(ASKED, head_sha="77aa01b" + "0" * 33)
    assert not earlier_answers(moved, answer_comment(moved, "The same."), older).repeats


def test_a_question_that_has_its_answer_is_known_by_it() -> None:
    assert earlier_answers(ASKED, "", [commented(ASKED, "Given by a job that died.", 1)]).is_answered


def test_the_plan_stands_in_a_comment_of_its_own() -> None:
    assert plan_comment(412, "# Plan\n") == f"{reply_marker(412)}\n# Plan\n"
    assert len(plan_comment(412, "word " * 20_000)) <= 65_536


FINDING = Finding(
    "missing-artifact",
    Severity.ERROR,
    "specs/018-webhook-retry/plan.md",
    41,
    ("research.md is missing",),
    ("The plan promises it.",),
    ('Write it, or end that line with "# N/A: <reason>".',),
    "research.md",
)
REPORT = Report(Conclusion.FAILURE, (), (FINDING,), ())


def test_status_says_what_the_check_run_says() -> None:
    answer = status(REPORT, CONTEXT)
    assert "**research.md is missing.** The plan promises it." in answer
    assert seen(answer).linked == []


def test_why_names_the_place_the_rule_and_the_setting() -> None:
    config = RepositoryConfig(rules={"missing-artifact": RuleLevel.WARNING})
    answer = why(REPORT, "missing-artifact", config, replace(CONTEXT, head_sha=BASE))
    assert "**1 finding** of `missing-artifact`:\n\n- error: **research.md is missing.**" in answer
    assert "([plan.md:41][a])" in answer
    assert "\n\nmissing-artifact: Set to warning by the configuration.\n" in answer
    assert why(REPORT, "number-collision", config, CONTEXT).startswith("No finding of `number-collision` here.")
    assert why(replace(REPORT, findings=()), None, config, CONTEXT).startswith("Nothing was found here")


def test_why_holds_what_it_says_to_paste() -> None:
    one = replace(FINDING, fix=("Paste this and fill both cells:",), paste="| VII. Simplicity | | |")
    answer = why(replace(REPORT, findings=(one,)), None, RepositoryConfig(), CONTEXT)
    assert "fill both cells: (plan.md:41)\n  ```text\n  | VII. Simplicity | | |\n  ```" in answer


def test_however_much_there_is_to_say_below_a_plan_nothing_is_cut_amid_it() -> None:
    many = tuple(
        replace(
            FINDING, subject=f"a{n}", paste="| a | | |\n" * n, title=(f"{'research ' * 9}{n}",), fix=(f"Paste {n}.",)
        )
        for n in range(200)
    )
    report = replace(REPORT, findings=many)
    for answer in (why(report, None, RepositoryConfig(), CONTEXT), status(report, CONTEXT)):
        assert "in the check run" in answer or "more" in answer
        reply = answer_comment(ASKED, answer)
        assert "cut here" not in reply
        assert reply.count("```") % 2 == 0


def test_small_answers_say_what_counts() -> None:
    assert issue_status(NAMING, "2026-11-29", "/plan") == (
        "This issue has feature number 022, kept until 2026-11-29. Its folder will be `specs/022-export-audit-log`."
    )
    assert "`/plan` offers one" in issue_status(None, None, "/plan")
    assert too_often(3).startswith("Without a role here, 3 drafts an hour are made for you.")


def test_a_waiver_names_the_findings_their_lines_and_its_end() -> None:
    waiver = Waiver(1, "missing-artifact", "f", "specs/018", "t", "018 is @printed", "octocat", 241, 0.0)
    assert waived(waiver, [FINDING], CONTEXT) == (
        "**missing-artifact is waived** by `octocat` (maintain):\n\n- research.md is missing (plan.md:41)\n\n"
        "> 018 is `@printed`\n\nIt holds until the feature folder or the finding changes."
    )
    ends = waived(replace(waiver, until="2027-01-31"), [FINDING], CONTEXT)
    assert ends.endswith("It holds until the feature folder or the finding changes, and until 2027-01-31 (UTC).")


def test_settings_in_force_show_what_differs_first() -> None:
    table = settings_in_force(
        (
            Setting("mode", "enforce", "default"),
            Setting("since", "14", ".github/app.yml", At(".github/app.yml", 6, Side.BASE)),
        ),
        CONTEXT,
    )
    assert table.index("`since` | `14` | [app.yml:6][a]") < table.index("`mode` | `enforce` | default")
