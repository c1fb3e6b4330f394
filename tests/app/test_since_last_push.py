"""What a push fixed and what is new in it, as the run on the pull request says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stage import feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

PLAN = "specs/001-search/plan.md"


def opened(stage: Stage, repository: Repository, text: str) -> PullRequest:
    stage.world.push(repository, "001-search", feature(text=text), author="ada")
    pull = stage.world.open_pull_request(repository, "001-search", author="ada")
    stage.drain()
    return pull


def section(stage: Stage, repository: Repository, pull: PullRequest) -> str:
    """The section of the run on the present head; empty where there is none."""
    summary = stage.run(repository, pull.head_sha).summary or ""
    return summary.partition("### Since the last push")[2].partition("\n###")[0].partition("\n<")[0]


def test_the_first_run_compares_with_nothing(stage: Stage, ferry: Repository) -> None:
    assert not section(stage, ferry, opened(stage, ferry, plan("❌ FAIL")))


def test_a_push_says_what_it_fixed_and_what_is_new(stage: Stage, ferry: Repository) -> None:
    pull = opened(stage, ferry, plan("❌ FAIL"))
    first = pull.head_sha
    stage.world.push(ferry, "001-search", {PLAN: plan("PASS", "")}, author="ada")
    stage.drain()
    head, *lines = section(stage, ferry, pull).strip(", ").split("\n")
    assert head == f"`{first[:7]}`"
    assert lines[1:3] == ["- ✅ Fixed: 1 violation unjustified (`I`)", "- New: 1 principle unanswered (`II`)"]


def test_a_push_that_changes_nothing_says_nothing(stage: Stage, ferry: Repository) -> None:
    pull = opened(stage, ferry, plan("❌ FAIL"))
    stage.world.push(ferry, "001-search", {"docs/note.md": "A note.\n"}, author="ada")
    stage.drain()
    assert not section(stage, ferry, pull)
