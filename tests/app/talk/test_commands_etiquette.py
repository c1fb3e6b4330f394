"""How commands are heard and answered: by whom, where, how often, and in how few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.asking import faces, harbour, replies, reply, say
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

FAILING = feature(text=plan("FAIL"))
UNWRITTEN = {"src/app.py": "print()\n"}


def asked(stage: Stage, repo: Repository, body: str = "", author: str = "eve") -> int:
    return stage.world.open_issue(repo, "Refunds", body, author=author).number


def opened(stage: Stage, repo: Repository, files: dict[str, str] | None = None, **about: str) -> PullRequest:
    stage.world.push(repo, "001-search", FAILING if files is None else files, author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada", **about)  # type: ignore[arg-type]
    stage.drain(patience=10)
    return pull


class TestWhereItIsHeard:
    def test_in_the_text_of_a_new_issue(self, stage: Stage, ferry: Repository) -> None:
        number = asked(stage, ferry, "Money back.\n\n/plan\n")
        stage.drain()
        assert "This becomes feature `001-refunds`" in reply(stage, ferry, number)
        assert faces(stage, ferry, ferry.issues[number]) == ["eyes", "rocket"]

    def test_in_the_text_of_a_new_pull_request(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, body="Search.\n\n/plan status\n")
        assert "1 violation unjustified" in reply(stage, ferry, pull.number)

    def test_in_a_review(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        stage.world.review(pull, "Looks good.\n\n/plan why\n", author="grace")
        stage.drain(patience=10)
        assert "**1 finding**" in reply(stage, ferry, pull.number)

    def test_not_in_an_edited_comment(self, stage: Stage, ferry: Repository) -> None:
        number = asked(stage, ferry)
        comment = say(stage, ferry, number, "A thought.", "eve")
        stage.world.edit_comment(ferry, comment, "/plan", author="eve")
        stage.drain()
        assert replies(stage, ferry, number) == []

    def test_nor_in_one_that_is_deleted_before_we_come_to_it(self, stage: Stage, ferry: Repository) -> None:
        number = asked(stage, ferry)
        comment = stage.world.comment(ferry, number, "/plan", author="eve")
        stage.world.delete_comment(ferry, comment, author="eve")
        stage.drain()
        assert replies(stage, ferry, number) == []

    @pytest.mark.parametrize("text", ["    /plan", "> /plan", "```\n/plan\n```", "<!--\n/plan\n-->", "so /plan"])
    def test_nor_in_code_quotes_comments_and_sentences(self, stage: Stage, ferry: Repository, text: str) -> None:
        number = asked(stage, ferry)
        comment = say(stage, ferry, number, text, "eve")
        assert (replies(stage, ferry, number), faces(stage, ferry, comment)) == ([], [])

    def test_another_bots_plan_is_left_alone_where_the_prefix_is_changed(self, stage: Stage) -> None:
        config = {".github/app.yml": "plangate:\n  commands: {prefix: /gate}\n"}
        repo = harbour(stage, files=config)
        number = asked(stage, repo)
        theirs = say(stage, repo, number, "/plan", "eve")
        assert (replies(stage, repo, number), faces(stage, repo, theirs)) == ([], [])
        say(stage, repo, number, "/gate help", "eve")
        assert "| `/gate start [slug]` | issue |" in reply(stage, repo, number)

    @pytest.mark.parametrize("text", ["/speckit.plan", "@plangate plan", "/PLAN.", "/plan please"])
    def test_other_spellings_mean_the_same(self, stage: Stage, ferry: Repository, text: str) -> None:
        number = asked(stage, ferry)
        say(stage, ferry, number, text, "eve")
        assert "This becomes feature" in reply(stage, ferry, number)


class TestAnswers:
    def test_five_commands_and_no_more(self, stage: Stage, ferry: Repository) -> None:
        number = asked(stage, ferry)
        text = "/plan\n/plan status\n/plan help\n/plan config\n/plan why\n/plan start"
        comment = say(stage, ferry, number, text, "eve")
        assert "those from line 6 on were not read" in reply(stage, ferry, number)
        assert faces(stage, ferry, comment) == ["eyes", "rocket", "confused"]

    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("/plan statsu", "`/plan statsu` is no command. Did you mean `/plan status`?"),
            ("/plan stat", "`/plan stat` is no command. Did you mean `/plan status`?"),
            ("/plan waiv", "`/plan waiv` is no command. `/plan help` lists what there is."),
            ("/plan commit", "`/plan commit` works on a pull request only. `/plan help` lists what there is."),
            ("/plan waive", "`/plan waive` works on a pull request only. `/plan help` lists what there is."),
            ("/plan status now-ish", "`/plan status` takes no argument, but `now-ish` follows it."),
            ("/plan why dead-lnk", "`dead-lnk` is no rule. Did you mean `dead-link`?"),
            ("/plan why", "An issue is not judged, so there is nothing to explain here; a pull request is."),
        ],
    )
    def test_a_mistake_is_one_sentence(self, stage: Stage, ferry: Repository, text: str, answer: str) -> None:
        number = asked(stage, ferry)
        comment = say(stage, ferry, number, text, "eve")
        assert answer in reply(stage, ferry, number)
        assert faces(stage, ferry, comment) == ["eyes", "confused"]

    def test_help_shows_this_repositorys_setting_with_its_line(self, stage: Stage) -> None:
        repo = harbour(stage, files={".github/app.yml": "plangate:\n  commands:\n    start: maintain\n"})
        number = asked(stage, repo)
        say(stage, repo, number, "/plan help", "eve")
        told = reply(stage, repo, number)
        assert "| `/plan start [slug]` | issue | maintain and above here | branch, spec, plan and draft" in told
        assert "`/plan start` is set to maintain by [`.github/app.yml:3`][cfg]" in told

    def test_a_denial_says_who_set_it_and_never_takes_the_plans_place(self, stage: Stage) -> None:
        repo = harbour(stage, files={".github/app.yml": "plangate:\n  commands:\n    start: maintain\n"})
        number = asked(stage, repo)
        say(stage, repo, number, "/plan", "eve")
        comment = say(stage, repo, number, "/plan start", "tri")
        told = reply(stage, repo, number)
        assert "This becomes feature" in told
        assert "`/plan start` needs **maintain** access here; you have triage." in told
        assert "set by [`.github/app.yml:3`][cfg]" in told
        assert faces(stage, repo, comment) == ["eyes", "-1"]
        say(stage, repo, number, "/plan start", "tri")
        assert len(replies(stage, repo, number)) == 2, "the plan, and one denial"

    def test_on_a_closed_pull_request_nothing_is_judged(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        stage.world.close_pull_request(pull, author="ada")
        stage.drain(patience=10)
        before = len(stage.runs(ferry, pull.head_sha))
        say(stage, ferry, pull.number, "/plan check", "ada")
        assert "is not open, so nothing is judged here" in reply(stage, ferry, pull.number)
        say(stage, ferry, pull.number, "/plan help", "eve")
        assert "**Commands**" in reply(stage, ferry, pull.number)
        assert len(stage.runs(ferry, pull.head_sha)) == before

    def test_a_status_never_takes_a_plans_place(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, UNWRITTEN)
        say(stage, ferry, pull.number, "/plan", "ada")
        say(stage, ferry, pull.number, "/plan status", "eve")
        told = reply(stage, ferry, pull.number)
        assert "Draft of <code>specs/001-search/plan.md</code>" in told
        assert "`/plan status` by `eve`" in told

    def test_links_and_recipes_on_a_fork_point_at_the_fork(self, stage: Stage, ferry: Repository) -> None:
        fork = stage.world.fork(ferry, "eve")
        stage.world.push(fork, "001-search", UNWRITTEN, author="eve")
        pull = stage.world.open_pull_request(ferry, "001-search", author="eve", fork=fork)
        stage.drain(patience=10)
        summary = stage.run(ferry, pull.head_sha).summary or ""
        assert "https://github.com/eve/ferry/new/001-search?filename=specs/001-search/plan.md" in summary


class TestWhoMay:
    @pytest.mark.parametrize(
        ("base", "face"), [("read", "-1"), ("triage", "rocket"), ("write", "rocket"), ("maintain", "rocket")]
    )
    def test_a_role_of_the_organizations_own_counts_for_what_it_may(self, stage: Stage, base: str, face: str) -> None:
        repo = harbour(stage)
        repo.custom_roles["Release crew"] = base
        stage.world.user("cleo", "Release crew", repo)
        number = asked(stage, repo)
        comment = say(stage, repo, number, "/plan", "cleo")
        assert faces(stage, repo, comment) == ["eyes", face]

    def test_roles_are_asked_when_the_command_is_carried_out(self, stage: Stage) -> None:
        repo = harbour(stage)
        number = asked(stage, repo)
        comment = stage.world.comment(repo, number, "/plan start", author="grace")
        stage.world.user("grace", "read", repo)
        stage.drain(patience=10)
        assert faces(stage, repo, comment) == ["eyes", "-1"]
        assert not repo.pulls

    def test_the_author_without_a_role_gets_three_plans_an_hour(self, stage: Stage, ferry: Repository) -> None:
        number = asked(stage, ferry)
        ends = [faces(stage, ferry, say(stage, ferry, number, "/plan", "eve"))[-1] for _ in range(4)]
        assert ends == ["rocket", "rocket", "rocket", "-1"]
        assert "3 drafts an hour" in reply(stage, ferry, number)
        stage.world.advance(3_601)
        assert faces(stage, ferry, say(stage, ferry, number, "/plan", "eve"))[-1] == "rocket"

    def test_a_role_lifts_the_bound(self, stage: Stage) -> None:
        repo = harbour(stage)
        number = asked(stage, repo, author="grace")
        ends = [faces(stage, repo, say(stage, repo, number, "/plan", "grace"))[-1] for _ in range(4)]
        assert ends == ["rocket"] * 4

    def test_a_stranger_is_answered_twelve_times_an_hour(self, stage: Stage, ferry: Repository) -> None:
        number = asked(stage, ferry)
        ends = [faces(stage, ferry, say(stage, ferry, number, "/plan status", "zed"))[-1] for _ in range(13)]
        assert ends == ["rocket"] * 12 + ["-1"]


class TestButtons:
    def test_recheck_does_what_the_command_does(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        first = stage.run(ferry, pull.head_sha)
        stage.world.press_button(ferry, first, "recheck", author="ada")
        stage.drain(patience=10)
        assert stage.run(ferry, pull.head_sha).id != first.id
        assert replies(stage, ferry, pull.number) == []

    @pytest.mark.parametrize("button", ["recheck", "draft"])
    def test_and_is_denied_to_whom_the_command_is(self, stage: Stage, ferry: Repository, button: str) -> None:
        pull = opened(stage, ferry, UNWRITTEN)
        first = stage.run(ferry, pull.head_sha)
        stage.world.press_button(ferry, first, button, author="mallory")
        stage.drain(patience=10)
        assert stage.run(ferry, pull.head_sha).id == first.id
        told = reply(stage, ferry, pull.number)
        assert "needs **triage** access here; you have no role here." in told

    def test_draft_replies_with_the_plan(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, UNWRITTEN)
        stage.world.press_button(ferry, stage.run(ferry, pull.head_sha), "draft", author="ada")
        stage.drain(patience=10)
        assert "# Implementation Plan: Search" in reply(stage, ferry, pull.number)

    @pytest.mark.parametrize(("who", "again"), [("grace", True), ("mallory", False)])
    def test_on_a_bare_branch_a_role_is_needed(self, stage: Stage, who: str, again: bool) -> None:
        repo = harbour(stage)
        head = stage.world.push(repo, "001-search", FAILING, author="ada")
        stage.drain(patience=10)
        first = stage.run(repo, head)
        stage.world.press_button(repo, first, "recheck", author=who)
        stage.drain(patience=10)
        assert (stage.run(repo, head).id != first.id) is again


class TestSameDraftEverywhere:
    def test_branch_run_sticky_comment_and_reply_hold_one_text(self, stage: Stage, ferry: Repository) -> None:
        head = stage.world.push(ferry, "001-search", {**UNWRITTEN, **feature(text=SPEC_KIT_PLAN)}, author="ada")
        stage.drain(patience=10)
        of_branch = fenced(stage.run(ferry, head).text or "")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain(patience=10)
        say(stage, ferry, pull.number, "/plan", "ada")
        (sticky,) = [one.body for one in stage.comments(ferry, pull.number) if "kind=sticky" in one.body]
        assert fenced(sticky) == fenced(reply(stage, ferry, pull.number)) == of_branch


SPEC_KIT_PLAN = SPEC_KIT[".specify/templates/plan-template.md"]


def fenced(text: str) -> str:
    """What stands in the fence of a draft."""
    return text.split("```markdown\n", 1)[1].split("\n```", 1)[0]
