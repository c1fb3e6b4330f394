"""An account has not accepted what the App needs by now: the run and the reply to a command say who has to do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.forge.outcome import Done
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import Repository
    from tests.stage import Stage

ALL = {
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
}


def granting(stage: Stage, **levels: str) -> Repository:
    """A repository whose account has granted these levels, and the rest as it should be; an empty level is none."""
    repository = stage.world.create_repository("acme", "ferry", {"README.md": "#\n", **SPEC_KIT})
    granted = {name: level for name, level in {**ALL, **levels}.items() if level}
    stage.world.install("acme", [repository], permissions=granted)
    stage.drain()
    return repository


@pytest.mark.parametrize(
    ("levels", "named"),
    [
        ({"pull_requests": ""}, "pull_requests: write"),
        ({"contents": ""}, "contents: read"),
    ],
)
def test_the_run_names_what_an_owner_has_to_accept(stage: Stage, levels: dict[str, str], named: str) -> None:
    repo = granting(stage, **levels)
    stage.world.push(repo, "001-search", feature(text=plan("FAIL")), author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    assert all(isinstance(outcome, Done) for outcome in stage.drain())
    run = stage.run(repo, pull.head_sha)
    assert run.conclusion == "failure"
    assert run.title == "No verdict: permissions not accepted · an owner is needed"
    assert f"acme has not accepted what Plangate needs ({named})" in (run.summary or "").replace("\\", "")


def test_nothing_is_tried_again_where_no_run_may_be_written(stage: Stage) -> None:
    repo = granting(stage, checks="")
    stage.world.push(repo, "001-search", feature(text=plan("FAIL")), author="ada")
    stage.world.open_pull_request(repo, "001-search", author="ada")
    assert all(isinstance(outcome, Done) for outcome in stage.drain())


def test_a_command_is_answered_with_who_has_to_accept(stage: Stage) -> None:
    repo = granting(stage, checks="read")
    issue = stage.world.open_issue(repo, "A question", author="ada")
    stage.drain()
    stage.world.comment(repo, issue.number, "/plan status", author="ada")
    stage.drain()
    (comment,) = stage.comments(repo, issue.number)
    assert "An owner has to act first" in comment.body
    assert "checks: write" in comment.body
