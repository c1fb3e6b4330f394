"""What GitHub refuses for good: it is left, and everything else is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.forge.outcome import Done
from bot.sandbox.faults import Fault
from tests.stage import Stage, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import Repository

RED = feature(text=plan("FAIL"))
MISTAKE = {".github/app.yml": "plangate:\n  moode: off\n"}
REFUSALS = [
    (403, "Unable to create comment because issue is locked."),
    (410, "Issues are disabled for this repo"),
    (403, "Repository was archived so is read-only."),
    (403, "User is blocked"),
]


@pytest.mark.parametrize(("status", "message"), REFUSALS, ids=["locked", "disabled", "archived", "blocked"])
def test_the_job_ends_and_the_configuration_is_judged(
    stage: Stage, ferry: Repository, status: int, message: str
) -> None:
    stage.world.faults.add(Fault("POST /repos/*/issues/*/comments", status, message, times=None))
    stage.world.push(ferry, "001-search", {**RED, **MISTAKE}, author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    mark = stage.world.requests.mark
    outcomes = stage.drain()
    assert {run.name for run in stage.runs(ferry, pull.head_sha)} == {"plangate", "plangate config"}
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert [one.operation for one in stage.requests(mark)].count("issues/create-comment") == 1


def test_a_locked_conversation_keeps_its_verdict(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(), author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    stage.world.lock_conversation(ferry, pull.number)
    sha = stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan("FAIL")}, author="ada")
    assert all(isinstance(outcome, Done) for outcome in stage.drain())
    assert stage.run(ferry, sha).conclusion == "failure"
    assert stage.comments(ferry, pull.number) == []


def test_so_does_a_repository_without_issues(stage: Stage, ferry: Repository) -> None:
    stage.world.disable_issues(ferry)
    stage.world.push(ferry, "001-search", RED, author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    assert all(isinstance(outcome, Done) for outcome in stage.drain())
    assert stage.run(ferry, pull.head_sha).conclusion == "failure"


def test_a_command_below_a_locked_conversation_ends_too(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", RED, author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    stage.world.faults.add(Fault("POST /repos/*/issues/*/comments", *REFUSALS[0], times=None))
    stage.world.comment(ferry, pull.number, "/plan status", author="ada")
    assert all(isinstance(outcome, Done) for outcome in stage.drain())


def test_a_run_in_an_archive_is_left(stage: Stage, ferry: Repository) -> None:
    stage.world.faults.add(Fault("POST /repos/*/check-runs", *REFUSALS[2], times=None))
    stage.world.push(ferry, "001-search", RED, author="ada")
    stage.world.open_pull_request(ferry, "001-search", author="ada")
    assert all(isinstance(outcome, Done) for outcome in stage.drain())


@pytest.mark.parametrize("message", ["Invalid request: annotations is invalid", "Validation Failed"])
def test_a_run_is_written_without_annotations_where_github_takes_none(
    stage: Stage, ferry: Repository, message: str
) -> None:
    stage.world.faults.add(Fault("POST /repos/*/check-runs", 422, message, times=1))
    stage.world.push(ferry, "001-search", RED, author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    run = stage.run(ferry, pull.head_sha)
    assert run.conclusion == "failure"
    assert "GitHub took none of the annotations" in (run.summary or "")
    assert message.split(":", maxsplit=1)[0] in (run.summary or "")
