"""Answers in part: what came is kept, what failed is asked for once more, and nothing unread passes for absent."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.github.query import repository_query
from bot.adapters.github.query_parts import failed, narrower
from bot.core.forge.facts import ReadRequest
from bot.core.forge.outcome import Done, Retry
from bot.sandbox.faults import Fault
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.requests_log import Request
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

Path = list[str | int]
FAILED = "Something went wrong while executing your query."
EXCEEDED = "Resource limits for this query exceeded."
HEAD_PULL: Path = ["repository", "head", "associatedPullRequests", "nodes", 0]
PLACES: dict[str, Path] = {
    "the constitution": ["repository", "pullRequest", "baseRef", "target", "d0"],
    "one in a list": [*HEAD_PULL, "baseRef", "target", "d0"],
    "the feature": ["repository", "head", "f0"],
    "our own runs": ["repository", "head", "checkSuites"],
    "the configuration": ["repository", "defaultBranchRef", "target", "c0"],
    "the changed files": [*HEAD_PULL, "files"],
    "a base": ["repository", "pullRequest", "baseRef"],
    "a pull request in a list": HEAD_PULL,
    "the pull request": ["repository", "pullRequest"],
    "the commit": ["repository", "head"],
    "other branches": ["repository", "n0"],
}


def partial(path: Path, times: int = 1, said: dict[str, str] | None = None) -> Fault:
    """Answers of which one field failed."""
    return Fault("graphql", graphql={"message": FAILED, "path": path, **(said or {})}, partial=True, times=times)


def pushed(stage: Stage, repo: Repository) -> PullRequest:
    """A pull request with a violation that nobody justified, not looked at yet."""
    stage.world.push(repo, "001-search", feature(text=plan("FAIL")), author="ada")
    return stage.world.open_pull_request(repo, "001-search", author="ada")


def reads(stage: Stage, mark: int) -> list[Request]:
    return [request for request in stage.requests(mark) if request.is_graphql]


def told(stage: Stage, repo: Repository, pull: PullRequest) -> tuple[Any, ...]:
    """What people see, but for commits, times and addresses: one verdict, and one comment that says the same."""
    (run,) = stage.runs(repo, pull.head_sha)
    (comment,) = stage.comments(repo, pull.number)
    shown = (re.sub(r"\b[0-9a-f]{7,40}\b|https?://[^\s)]+", "", text) for text in (run.summary or "", comment.body))
    return run.conclusion, run.title, [note["message"] for note in run.annotations], *shown


@pytest.mark.one_in(4)
@pytest.mark.parametrize("said", [None, {"type": "RESOURCE_LIMITS_EXCEEDED", "message": EXCEEDED}])
@pytest.mark.parametrize("path", PLACES.values(), ids=PLACES)
def test_one_narrower_read_more_brings_the_same_verdict(
    stage: Stage, ferry: Repository, path: Path, said: dict[str, str] | None
) -> None:
    pull = pushed(stage, ferry)
    mark = stage.world.requests.mark
    stage.world.faults.add(partial(path, said=said))
    outcomes = stage.drain()
    spoiled = stage.requests(mark)
    whole, narrow = (request.body["query"] for request in reads(stage, mark))
    assert outcomes == [Done()], "the job is not put off"
    assert len(narrow) < len(whole)
    assert told(stage, ferry, pull)[:2] == ("failure", "1 violation unjustified")
    twin = stage.world.create_repository("globex", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
    stage.install(twin)
    of_twin = pushed(stage, twin)
    mark = stage.world.requests.mark
    stage.drain()
    assert len(spoiled) == len(stage.requests(mark)) + 1, "one read more than on a good day"
    assert told(stage, twin, of_twin) == told(stage, ferry, pull)


def test_many_failures_take_one_narrower_read() -> None:
    question = ReadRequest(head="a" * 40, number=3, folders=("specs/001",), documents=("a", "b", "c"), comments=True)
    query = repository_query(question, "acme", "ferry", 1)
    base: dict[str, Any] = {"oid": "b", "d0": None, "d1": {}, "d2": None}
    data = {"repository": {"pullRequest": {"baseRef": {"target": base}}, "head": {"f0": None}}}
    way = ["repository", "pullRequest", "baseRef", "target"]
    errors = [{"path": path} for path in ([*way, "d0"], [*way, "d2", "object"], ["repository", "head", "f0"])]
    ways = failed(data, errors)
    assert ways is not None
    asked = narrower(query, ways)
    assert {name for name in asked.variables if len(name) == 2} == {"d0", "d2", "f0"}
    assert "comments" not in asked.text
    assert "checkSuites" not in asked.text


def test_what_fails_again_puts_the_job_off_and_is_never_absent(stage: Stage, ferry: Repository) -> None:
    pull = pushed(stage, ferry)
    mark = stage.world.requests.mark
    stage.world.faults.add(partial(PLACES["the constitution"], times=2))
    (outcome,) = stage.drain()
    assert isinstance(outcome, Retry)
    assert len(reads(stage, mark)) == 2
    assert stage.runs(ferry, pull.head_sha) == []
    stage.drain(patience=10)
    assert told(stage, ferry, pull)[0] == "failure"


@pytest.mark.parametrize(
    "error",
    [
        {"message": "No.", "type": "FORBIDDEN"},
        {"message": "No.", "type": "FORBIDDEN", "path": ["repository"]},
        {"message": FAILED, "path": ["repository", "nothing", "of", "ours"]},
    ],
)
def test_what_does_not_say_where_it_failed_puts_the_job_off(
    stage: Stage, ferry: Repository, error: dict[str, Any]
) -> None:
    pull = pushed(stage, ferry)
    mark = stage.world.requests.mark
    stage.world.faults.add(Fault("graphql", graphql=error, partial=isinstance(error.get("path", []), list)))
    outcomes = stage.drain(patience=10)
    assert [type(outcome) for outcome in outcomes] == [Retry, Done]
    assert len(reads(stage, mark)) == 2
    assert told(stage, ferry, pull)[0] == "failure"


def test_a_base_that_moves_between_the_two_reads_is_not_judged_half_and_half(stage: Stage, ferry: Repository) -> None:
    pull = pushed(stage, ferry)
    stage.world.faults.add(partial(PLACES["the feature"]))
    began = count()

    def on_the_second_read() -> None:
        if next(began) == 1:
            stage.world.push(ferry, "main", {"a.md": "x"}, author="ada")

    stage.world.faults.add(Fault("graphql", 0, times=2, meanwhile=on_the_second_read))
    outcomes = stage.drain(patience=10)
    assert isinstance(outcomes[0], Retry)
    assert "changed while we read it" in outcomes[0].error
    assert told(stage, ferry, pull)[0] == "failure"
