"""What GitHub's replicas cannot find right after an event: it is waited for, and said when it never comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.core.forge.events import PullRequestChange, PullRequestChanged
from bot.core.forge.outcome import Done, Retry
from bot.sandbox.faults import Fault, repository_not_there_yet, repository_unresolved, thin
from tests.stage import feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import Repository
    from tests.stage import Stage

RED = feature(text=plan("FAIL"))
NOT_RESOLVED = {
    "message": "Could not resolve to a Repository with the name 'acme/ferry'.",
    "type": "NOT_FOUND",
    "path": ["repository"],
}


def opened(stage: Stage, ferry: Repository) -> Any:
    """A pull request that violates a principle; nobody has worked on it yet."""
    stage.world.push(ferry, "001-search", RED, author="ada")
    return stage.world.open_pull_request(ferry, "001-search", author="ada")


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(
    "fault",
    [
        {"operation": "POST /repos/*/check-runs", "status": 404, "message": "Not Found"},
        {"operation": "POST /repos/*/check-runs", "status": 422, "message": "No commit found for SHA: 0123"},
        {"operation": "POST /graphql", "status": 200, "graphql": NOT_RESOLVED},
    ],
    ids=["404", "no commit found", "no repository"],
)
def test_a_check_run_is_written_when_github_finds_its_commit(
    stage: Stage, ferry: Repository, fault: dict[str, Any], times: int
) -> None:
    pull = opened(stage, ferry)
    stage.world.faults.add(Fault(**fault, times=times))
    stage.drain(patience=120)
    assert stage.run(ferry, pull.head_sha).conclusion == "failure"


@pytest.mark.parametrize(
    "fault",
    [
        repository_unresolved("acme/ferry"),
        repository_not_there_yet("acme/ferry", times=2),
        thin("head"),
        thin("pullRequest"),
    ],
    ids=["unresolved", "not there", "no head", "no pull request"],
)
def test_a_verdict_is_reached_when_the_replicas_agree(stage: Stage, ferry: Repository, fault: Fault) -> None:
    pull = opened(stage, ferry)
    stage.world.faults.add(fault)
    stage.drain(patience=120)
    assert stage.run(ferry, pull.head_sha).conclusion == "failure"


@pytest.mark.parametrize(("status", "message"), [(404, "Not Found"), (502, "Bad Gateway"), (403, "Server Error")])
def test_so_is_the_comment(stage: Stage, ferry: Repository, status: int, message: str) -> None:
    pull = opened(stage, ferry)
    stage.world.faults.add(Fault("POST /repos/*/issues/*/comments", status, message, times=2))
    stage.drain(patience=120)
    assert len(stage.comments(ferry, pull.number)) == 1


@pytest.mark.parametrize("operation", ["POST /repos/*/issues/*/comments", "GET /repos/*/collaborators/*/permission"])
def test_a_command_is_answered(stage: Stage, ferry: Repository, operation: str) -> None:
    pull = opened(stage, ferry)
    stage.drain()
    comment = stage.world.comment(ferry, pull.number, "/plan check", author="ada")
    stage.world.faults.add(Fault(operation, 404, "Not Found", times=1))
    stage.drain(patience=120)
    assert stage.world.reactions(ferry, comment)[0].content == "eyes"
    assert len(stage.world.reactions(ferry, comment)) == 2


def test_a_pull_request_that_is_not_listed_yet_is_waited_for(stage: Stage, ferry: Repository) -> None:
    sha = ferry.branch("main") or ""
    event = PullRequestChanged(
        **stage.about(ferry),
        number=4711,
        change=PullRequestChange.OPENED,
        head_sha=sha,
        head_branch="001-search",
        head_repository=ferry.full_name,
        base_branch="main",
        base_sha=sha,
    )
    stage.put(event)
    outcome = stage.step()
    assert isinstance(outcome, Retry)
    assert outcome.error == "GitHub cannot find pull request 4711"


def test_a_repository_that_left_the_app_is_not_waited_for(stage: Stage, ferry: Repository) -> None:
    opened(stage, ferry)
    (installation,) = stage.world.hub.state.installations.values()
    stage.world.remove_repositories(installation, ferry)
    outcomes = stage.drain()
    assert [outcome for outcome in outcomes if not isinstance(outcome, Done)] == []
    assert stage.store.repository(ferry.id) is None
