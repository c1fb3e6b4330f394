"""A read that is too much for GitHub: it comes in parts in the same job, with the same verdict, or not at all."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.github import query_sending as github_asking
from bot.adapters.github.query_sending import LargeRepositories
from bot.core.forge.outcome import Done, Retry
from bot.sandbox.faults import Fault, graphql_rate_limited, too_much
from bot.sandbox.weight import weight
from tests.clocks import HandClock
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.requests_log import Request
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

HOUR = 3_600.0
FAILED = "Something went wrong while executing your query. This may be the result of a timeout."
GIVEN_UP: dict[str, dict[str, Any]] = {
    "502": {"status": 502},
    "504": {"status": 504},
    "a timeout inside a 200": {"error": {"message": FAILED}},
    "a timeout that names the whole": {"error": {"message": FAILED, "path": ["repository"]}},
    "used up": {"error": {"message": "Resource limits for this query exceeded.", "type": "RESOURCE_LIMITS_EXCEEDED"}},
    "too many nodes": {"error": {"message": "Exceeds the maximum limit.", "type": "MAX_NODE_LIMIT_EXCEEDED"}},
}


def pushed(stage: Stage, repo: Repository, branch: str = "001-search") -> PullRequest:
    """A pull request with a violation that nobody justified, not looked at yet."""
    stage.world.push(repo, branch, feature(f"specs/{branch}", plan("FAIL")), author="ada")
    return stage.world.open_pull_request(repo, branch, author="ada")


def reads(stage: Stage, mark: int) -> list[Request]:
    return [request for request in stage.requests(mark) if request.is_graphql]


def weights(found: list[Request]) -> list[int]:
    return [weight(request.body["query"]) for request in found]


@pytest.fixture
def whole(stage: Stage) -> int:
    """How much the one read asks for, on a good day and in a repository of its own."""
    twin = stage.world.create_repository("globex", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
    stage.install(twin)
    mark = stage.world.requests.mark
    pushed(stage, twin)
    stage.drain()
    (read,) = weights(reads(stage, mark))
    return read


def assert_as_on_a_good_day(stage: Stage, repo: Repository, pull: PullRequest) -> None:
    """One run and one comment that a look on a good day finds to be true to the letter, and leaves alone."""
    (run,) = stage.runs(repo, pull.head_sha)
    assert (run.conclusion, run.title) == ("failure", "1 violation unjustified")
    assert len(stage.comments(repo, pull.number)) == 1
    stage.world.faults.clear()
    mark = stage.world.requests.mark
    stage.world.edit(pull, title="Another title", author="ada")
    stage.drain()
    assert [request.operation for request in stage.requests(mark)] == ["graphql"], "no other digest, nothing to write"


class TestInParts:
    @pytest.mark.one_in(3)
    @pytest.mark.parametrize("how", GIVEN_UP.values(), ids=GIVEN_UP)
    def test_five_queries_bring_what_one_did_not(self, stage: Stage, ferry: Repository, how: dict[str, Any]) -> None:
        pull = pushed(stage, ferry)
        mark = stage.world.requests.mark
        stage.world.faults.add(too_much(0, times=1, **how))
        assert stage.drain() == [Done()], "the job is not put off"
        first, *parts = weights(reads(stage, mark))
        assert len(parts) == 4
        assert max(parts) < first
        assert_as_on_a_good_day(stage, ferry, pull)

    @pytest.mark.parametrize(("share", "most"), [(0.9, 5), (0.5, 9), (0.3, 11), (0.2, github_asking.MOST_CALLS)])
    def test_a_part_that_is_too_much_is_halved(
        self, stage: Stage, ferry: Repository, whole: int, share: float, most: int
    ) -> None:
        pull = pushed(stage, ferry)
        mark = stage.world.requests.mark
        stage.world.faults.add(too_much(int(whole * share)))
        assert stage.drain() == [Done()]
        assert len(reads(stage, mark)) <= most
        assert_as_on_a_good_day(stage, ferry, pull)

    def test_texts_that_are_too_much_are_read_file_by_file(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        texts = re.compile(r"\bf0:file.* text\b")
        mark = stage.world.requests.mark
        stage.world.faults.add(Fault("graphql", 502, times=None, asks=lambda query, _: texts.search(query) is not None))
        assert stage.drain() == [Done()]
        blobs = [request for request in stage.requests(mark) if request.operation == "git/get-blob"]
        assert len(blobs) == 2, "the spec and the plan"
        assert_as_on_a_good_day(stage, ferry, pull)

    def test_too_many_texts_are_not_read_file_by_file(
        self, stage: Stage, ferry: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(github_asking, "MOST_FILES", 1)
        pull = pushed(stage, ferry)
        texts = re.compile(r"\bf0:file.* text\b")
        stage.world.faults.add(Fault("graphql", 502, times=None, asks=lambda query, _: texts.search(query) is not None))
        mark = stage.world.requests.mark
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert "does not give the texts of 2 files" in outcome.error
        assert {request.operation for request in stage.requests(mark)} == {"graphql"}
        assert stage.runs(ferry, pull.head_sha) == []

    def test_a_part_of_which_a_field_fails_is_completed(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        stage.world.faults.add(too_much(0, times=1))
        path = ["repository", "head", "f0"]
        of_head = re.compile(r"\bhead:object\S*?\bf0:file")
        error = {"message": FAILED, "path": path}
        stage.world.faults.add(
            Fault("graphql", graphql=error, partial=True, asks=lambda query, _: of_head.search(query) is not None)
        )
        assert stage.drain() == [Done()]
        assert_as_on_a_good_day(stage, ferry, pull)

    def test_what_failed_in_a_part_and_then_as_a_whole_is_divided_too(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        mark = stage.world.requests.mark
        lost = {"message": FAILED, "path": ["repository", "head"]}
        stage.world.faults.add(Fault("graphql", graphql=lost, partial=True))
        began = count()
        stage.world.faults.add(Fault("graphql", 502, asks=lambda *_: next(began) == 1))
        assert stage.drain() == [Done()]
        assert len(reads(stage, mark)) == 6, "all of it, the commit, and all of it in four"
        assert_as_on_a_good_day(stage, ferry, pull)


class TestNotInParts:
    def test_when_the_least_part_fails_the_job_is_put_off(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        mark = stage.world.requests.mark
        stage.world.faults.add(Fault("graphql", 502, times=2))
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert len(reads(stage, mark)) == 2, "GitHub's own trouble costs one query more"
        assert stage.runs(ferry, pull.head_sha) == []
        assert [type(outcome) for outcome in stage.drain(patience=10)] == [Done]
        assert_as_on_a_good_day(stage, ferry, pull)

    def test_the_parts_have_an_end(self, stage: Stage, ferry: Repository, whole: int) -> None:
        pull = pushed(stage, ferry)
        mark = stage.world.requests.mark
        stage.world.faults.add(too_much(whole // 8))
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert len(reads(stage, mark)) <= github_asking.MOST_CALLS
        assert stage.runs(ferry, pull.head_sha) == [], "what was read is not judged without the rest"

    def test_a_limit_amid_the_parts_is_answered_by_silence(self, stage: Stage, ferry: Repository) -> None:
        pushed(stage, ferry)
        mark = stage.world.requests.mark
        stage.world.faults.add(too_much(0, times=1))
        limit = stage.world.faults.add(graphql_rate_limited())
        limit.asks = lambda query, _: query.startswith("query Rest")
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert outcome.uncounted
        assert outcome.not_before is not None
        assert len(reads(stage, mark)) == 2

    @pytest.mark.parametrize(
        "fault",
        [
            Fault("graphql", 500),
            Fault("graphql", 503),
            Fault("graphql", 403, "Resource not accessible by integration"),
            Fault("graphql", 502, headers={"Retry-After": "30"}),
            Fault("graphql", cut=True),
            graphql_rate_limited(),
        ],
        ids=lambda fault: f"{fault.status} {fault.headers} {fault.cut} {fault.graphql is not None}",
    )
    def test_what_less_would_not_help_is_asked_once(self, stage: Stage, ferry: Repository, fault: Fault) -> None:
        pushed(stage, ferry)
        mark = stage.world.requests.mark
        stage.world.faults.add(fault)
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert len([request for request in stage.world.requests.since(mark) if request.is_graphql]) <= 1

    @pytest.mark.one_in(4)
    @pytest.mark.parametrize("read", [1, 2, 3, 4])
    @pytest.mark.parametrize("branch", ["001-search", "main"])
    def test_a_branch_that_moves_between_the_parts_is_not_judged_half_and_half(
        self, stage: Stage, ferry: Repository, branch: str, read: int
    ) -> None:
        pull = pushed(stage, ferry)
        old = pull.head_sha
        stage.world.faults.add(too_much(0, times=1))
        began = count(1)

        def before_a_read() -> None:
            if next(began) == read + 1:
                files = feature(text=plan("FAIL", "FAIL")) if branch != "main" else {"a.md": "x"}
                stage.world.push(ferry, branch, files, author="ada")

        stage.world.faults.add(Fault("graphql", 0, times=5, meanwhile=before_a_read))
        outcomes = stage.drain(patience=10)
        if read > 1:
            assert isinstance(outcomes[0], Retry)
            assert "changed while we read it" in outcomes[0].error
        if branch == "main":
            assert_as_on_a_good_day(stage, ferry, pull)
        else:
            assert stage.runs(ferry, old) == []
            assert (
                stage.run(ferry, pull.head_sha).title == "1 violation unjustified · 1 NON-NEGOTIABLE principle violated"
            )


class TestRemembered:
    def test_what_was_too_much_twice_is_read_in_parts_from_the_start(
        self, stage: Stage, ferry: Repository, whole: int
    ) -> None:
        stage.world.faults.add(too_much(whole // 2))
        spent = []
        for branch in ("001-search", "002-fares", "003-ports"):
            mark = stage.world.requests.mark
            pushed(stage, ferry, branch)
            assert all(isinstance(outcome, Done) for outcome in stage.drain())
            spent.append(weights(reads(stage, mark)))
        assert [max(some) >= whole for some in spent] == [True, True, False], spent

    def test_after_an_hour_it_is_tried_at_once(self) -> None:
        clock = HandClock()
        heavy = LargeRepositories(clock)
        heavy.note("ferry")
        assert "ferry" not in heavy
        clock.turn(HOUR - 1.0)
        heavy.note("ferry")
        assert "ferry" in heavy
        assert "boat" not in heavy
        clock.turn(HOUR)
        assert "ferry" not in heavy
        heavy.note("ferry")
        assert "ferry" not in heavy, "it counts anew"

    def test_it_does_not_grow_without_end(self) -> None:
        heavy = LargeRepositories(HandClock())
        for number in range(1_200):
            heavy.note(number)
            heavy.note(number)
        assert [number for number in range(1_200) if number in heavy] == list(range(200, 1_200)), "the latest thousand"
