"""Hostile text in titles, issues, specs, branches and names: no reply mentions anyone, breaks out or grows too long."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.config.model import Commands
from bot.core.documents.spec import Spec
from bot.core.drafting.feature_number import next_number
from bot.core.drafting.from_template.plan import draft_plan, issue_summary
from bot.core.drafting.from_template.spec import SpecFacts, draft_spec, issue_words
from bot.core.drafting.naming import is_slug, name_feature
from bot.core.forge.facts import Comment
from bot.core.forge.roles import Role
from bot.core.forge.stored import Waiver
from bot.core.speech.commands import Command, Spelling, Verb, Where, read_commands
from bot.core.speech.render import RenderContext
from bot.core.speech.replies import (
    MAX_COMMENT,
    CommandSettings,
    Denial,
    IssuePlan,
    Question,
    StartedFeature,
    answer_comment,
    commit_by_hand,
    denial,
    drafts_committed,
    earlier_answers,
    feature_started,
    help_text,
    issue_plan,
    mistake,
    plan_comment,
    start_by_hand,
    waived,
)
from bot.core.speech.replies.started_feature import commit_message, pull_request_body
from bot.core.yardstick.constitution import Constitution, ConstitutionState, Principle
from tests.core.drafting.from_template.templates import facts
from tests.core.speech.replies.oracle import TAGS, Seen, seen

NASTY = [
    "@octocat",
    "@acme/admins",
    "#412",
    "acme/ferry#1",
    "GH-7",
    "&#64;octocat",
    "&commat;octocat",
    "https://evil.example/x",
    "</details>",
    "</summary>",
    "<img src=x onerror=alert(1)>",
    "<!--",
    "-->",
    "```",
    "````",
    "~~~~~~",
    "`" * 40,
    "\u202e",
    "\u200b",
    "\x00",
    "\r\n",
    "\n\n",
    "\n# ",
    "\n> ",
    "| x |",
    "$(touch /tmp/x)",
    "; rm -rf ~",
    "' \" \\",
    "[x](javascript:alert)",
    "[FEATURE]",
    "[a]: https://evil.example",
    "<!-- plangate:v1 part=last -->",
    "8be41d7c02f95a3e6d1b7f40c9a2e85d31067bc4",
    "監査",
    "word",
    " ",
]
hostile = st.lists(st.sampled_from(NASTY) | st.text(max_size=12), max_size=14).map("".join)
long = st.sampled_from(NASTY).map(lambda word: (word + " ") * (60_000 // (len(word) + 1)))
anything = hostile | long
branches = hostile.map(lambda text: re.sub(r"[\x00-\x20~^:?*\[\\\x7f]|\.\.|@\{", "", text).strip("/.") or "main")

SPEC_TEMPLATE = """# Feature Specification: [FEATURE NAME]

**Feature Branch**: `[###-feature-name]`
**Input**: User description: "$ARGUMENTS"

## Stories

[Tell it]
"""

CONTEXT = RenderContext(
    repository="acme/ferry",
    base_sha="8be41d7c02f95a3e6d1b7f40c9a2e85d31067bc4",
    base_branch="main",
    default_branch="main",
    engine_version="0.1.0",
    site_url="https://plangate.example",
)


def check(reply: str) -> Seen:
    """What must hold for every reply."""
    assert len(reply) <= MAX_COMMENT
    assert re.match("<!-- plangate:v1 kind=(plan|answer) issue=412( [!-~]+)* -->\n", reply)
    shown = seen(reply)
    assert shown.linked == []
    assert shown.tags <= TAGS
    assert all(comment.startswith("<!-- plangate:v1 ") for comment in shown.comments)
    assert all(
        link.startswith(("https://github.com/acme/", "https://redirect.github.com/acme/", "https://plangate.example/"))
        for link in shown.links
    )
    return shown


def test_what_looks_at_the_replies_sees_harm() -> None:
    shown = seen("hi @octocat #1 <img src=x> <!-- x --> [a](https://evil.example)\n\n```bash\nx\n```\n")
    assert len(shown.linked) == 2
    assert shown.tags == {"img"}
    assert shown.comments == ["<!-- x -->"]
    assert shown.links == ["https://evil.example"]
    assert shown.blocks == [("bash", "x\n")]


@settings(max_examples=60)
@given(anything, anything, anything, anything, branches)
def test_a_plan_on_an_issue(title: str, body: str, principle: str, told: str, branch: str) -> None:
    naming = name_feature(title, "022", issue=412)
    constitution = Constitution(
        ".specify/memory/constitution.md",
        ConstitutionState.FILLED,
        told[:40] or None,
        (Principle("I", principle, True, 9),),  # noqa: FBT003  a principle's strength
    )
    spec = Spec(f"{naming.dir}/spec.md", summary=told, summary_line=3) if told else None
    known = replace(
        facts(constitution=constitution),
        feature_dir=naming.dir,
        title=naming.title,
        branch=None,
        spec=spec,
        summary=issue_summary(body),
        paths=(f"{told[:50]}/a.rs", f"src/{title[:50]}/b.rs"),
        violations=(principle,),
    )
    draft = draft_plan(known)
    context = replace(CONTEXT, default_branch=branch)
    free = next_number(["020-a"], branches=[branch], reserved=["021"])
    spec_facts = SpecFacts(
        naming.dir, naming.title, naming.branch, "2026-11-22", issue_words(title, body), SPEC_TEMPLATE
    )
    plan = IssuePlan(naming, draft_spec(spec_facts), draft, constitution, free, can_commit=True)
    check(answered("/plan " + title, denial_of(title), asker=told))
    shown = check(plan_comment(412, issue_plan(plan, context)))
    fenced = [content for info, content in shown.blocks if info == "markdown"]
    if fenced:
        assert [line.rstrip() for line in fenced[-1].rstrip().split("\n")] == [
            line.rstrip() for line in draft.text.rstrip().split("\n")
        ]
    shell(next(content for info, content in shown.blocks if info == "bash"))
    assert all(len(link) <= 8_000 for link in shown.links)


def denial_of(held_by: str) -> str:
    denied = Denial(Verb.START, Role.MAINTAIN, Role.TRIAGE, held_by)
    return denial(denied, CommandSettings(), CONTEXT)


def answered(line: str, answer: str, asker: str = "ada") -> str:
    """The comment that answers a command."""
    return answer_comment(Question(412, "why", line, asker, "7-1", "8be41d7"), answer)


def shell(script: str) -> None:
    """Every line of a recipe splits as a shell splits it, and runs git, mkdir or nothing."""
    for line in script.strip().split("\n"):
        if line.startswith("#"):
            continue
        words = shlex.split(line, comments=True)
        starts = [words[0], *(words[at + 1] for at, word in enumerate(words) if word == "&&")]
        assert set(starts) <= {"git", "mkdir"}


@settings(max_examples=60)
@given(branches, anything, hostile)
def test_commands_to_run_by_hand(branch: str, text: str, title: str) -> None:
    naming = name_feature(title, "022", issue=412)
    assert is_slug(naming.branch)
    settings, context = (
        CommandSettings(Commands(prefix=title or "/plan")),
        replace(CONTEXT, default_branch=branch),
    )
    for answer in (
        start_by_hand(naming, settings, context),
        commit_by_hand({f"{naming.dir}/plan.md": text}, branch, fork=True),
        commit_by_hand({}, branch, fork=False),
    ):
        shown = check(answered("/plan commit", answer))
        for info, content in shown.blocks:
            if info == "bash":
                shell(content)


@settings(max_examples=60)
@given(anything, anything, anything)
def test_a_feature_that_was_begun(title: str, body: str, login: str) -> None:
    naming = name_feature(title, "022", issue=412)
    asked = SpecFacts(naming.dir, naming.title, naming.branch, "2026-11-22", issue_words(title, body), SPEC_TEMPLATE)
    spec, plan = draft_spec(asked), draft_plan(replace(facts(), feature_dir=naming.dir, title=naming.title))
    feature = StartedFeature(naming, spec, plan, 413, 412)
    shown = check(plan_comment(412, feature_started(feature, CONTEXT)))
    shell(next(content for info, content in shown.blocks if info == "bash"))
    check(answered("/plan commit", drafts_committed([spec.path, plan.path], title, "8be41d7")))
    patch = commit_by_hand({spec.path: spec.text, plan.path: plan.text}, naming.branch, fork=True)
    check(answered(title, patch, asker=login))
    opened = seen(pull_request_body(feature, "/plan"))
    assert opened.linked == ["#4"], "the issue that it closes, and nothing else"
    message = commit_message(naming.branch, login)
    assert "#" not in message
    assert len(message.split("\n")[0]) <= 100
    trailers = [line for line in message.split("\n") if line.startswith("Requested-by: ")]
    assert trailers in ([], [f"Requested-by: {login}"])
    assert message.count("\n") <= 5


@settings(max_examples=60)
@given(anything, anything, st.sampled_from(Where))
def test_answers_to_what_was_written(text: str, prefix: str, where: Where) -> None:
    settings = CommandSettings(Commands(prefix=prefix[:60] or "/plan"))
    written = "\n".join(f"/plan {line}" for line in text.split("\n")[:8])
    for read in read_commands(written, where, Spelling(), ["missing-artifact"]):
        answer = (
            waived(Waiver(1, "missing-artifact", "f", text, "t", read.reason or "", text, 412, 0.0), [], CONTEXT)
            if isinstance(read, Command)
            else mistake(read, settings)
        )
        check(answered(written, answer, asker=text))
    check(answered(text, help_text(settings, CONTEXT)))


@given(hostile, hostile, hostile)
def test_an_answer_is_known_again_whatever_is_in_it(line: str, answer: str, asker: str) -> None:
    question = Question(412, "why", line, asker or "ada", "7-1", "8be41d7")
    body = answer_comment(question, answer)
    known = earlier_answers(question, body, [Comment(1, "IC_1", body)])
    assert (known.is_answered, known.repeats, len(known.outdated)) == (True, True, 1)
    another = earlier_answers(question, body, [Comment(1, "IC_1", f"Somebody quotes:\n{body}")])
    assert (another.is_answered, another.repeats, another.outdated) == (False, False, ())
