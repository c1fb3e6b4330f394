"""A sweep of which a part is too much for GitHub, or fails: no repository hides the others, nor is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.github.repository import GitHubRepositories
from bot.adapters.github.survey import GitHubHeads
from bot.adapters.github.survey_portions import BatchPlanner, SurveyBatch
from bot.core.forge.errors import ForgeError
from bot.core.forge.stored import SeenRepository
from bot.sandbox.faults import Fault, graphql_rate_limited
from tests.clocks import HandClock
from tests.reconciling import FAILED, GIVEN_UP, reconciling, seen, settled
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.sandbox.requests_log import Request
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

MANY = 50
HOUR = 3_600.0


def asked(variables: dict[str, Any]) -> list[str]:
    """The names of the repositories that a sweep's query asks for."""
    return [value for name, value in variables.items() if name[0] == "r" and name.endswith("n")]


def together_with(name: str) -> Callable[[str, dict[str, Any]], bool]:
    """That a query asks for this repository and for others beside it."""
    return lambda _, variables: name in asked(variables) and len(asked(variables)) > 1


def whenever(*names: str) -> Callable[[str, dict[str, Any]], bool]:
    """That a query asks for one of these."""
    return lambda _, variables: bool({*names} & {*asked(variables)})


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage for all sweeps here: they change nothing on it."""
    from tests.stage import Stage  # noqa: PLC0415  as in `conftest`

    with Stage(tmp_path_factory.mktemp("sea")) as sea:
        for number in range(MANY):
            one = sea.world.create_repository("acme", f"ship-{number:02}", {"README.md": "#"})
            sea.world.push(one, "docs", {"a.md": "x"}, author="ada")
            sea.world.open_pull_request(one, "docs", author="ada")
        sea.world.install("acme", list(sea.world.hub.state.repositories.values()))
        sea.lose()
        yield sea


@pytest.fixture
def fleet(sea: Stage) -> Iterator[list[Repository]]:
    """Fifty repositories of one installation, each with a pull request that nobody looked at."""
    yield list(sea.world.hub.state.repositories.values())
    sea.world.faults.clear()


@pytest.fixture
def heads(sea: Stage) -> GitHubHeads:
    return GitHubHeads(GitHubRepositories(sea.app, sea.clock))


def swept(
    sea: Stage, heads: GitHubHeads, fleet: list[Repository], unfinished: list[str] | None = None
) -> tuple[list[str], list[Request]]:
    """The names of the repositories whose head was found to be without a verdict, and what that cost."""
    mark = sea.world.requests.mark
    known = seen(sea, fleet)
    survey = heads.survey(known[0].installation, known)
    if unfinished is not None:
        assert sorted(one.name for one in survey.unfinished) == unfinished
    assert all(one.pulls[0].verdict is None for one in survey.repositories)
    assert survey.missed == (), "what could not be read is not missing"
    return sorted(one.repository.name for one in survey.repositories), sea.requests(mark)


class TestTooMuch:
    @pytest.mark.slow
    @pytest.mark.parametrize("how", GIVEN_UP.values(), ids=GIVEN_UP)
    @pytest.mark.parametrize("which", [0, 31, 49])
    def test_one_that_can_only_be_asked_for_alone(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository], which: int, how: dict[str, Any]
    ) -> None:
        sea.world.faults.add(Fault("graphql", times=None, asks=together_with(f"ship-{which:02}"), **how))
        found, requests = swept(sea, heads, fleet)
        assert found == [one.name for one in fleet]
        assert len(requests) <= 13, "two for each time that fifty can be halved, and the first"

    @pytest.mark.parametrize("which", [(0,), (0, 1), (7, 30, 49)])
    def test_those_that_cannot_be_asked_for_at_all_hide_no_other(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository], which: tuple[int, ...]
    ) -> None:
        names = [f"ship-{number:02}" for number in which]
        sea.world.faults.add(Fault("graphql", 502, times=None, asks=whenever(*names)))
        found, requests = swept(sea, heads, fleet)
        assert found == [one.name for one in fleet if one.name not in names]
        assert len(requests) <= 32

    def test_when_nothing_is_answered_it_ends_soon(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository]
    ) -> None:
        sea.world.faults.add(Fault("graphql", 502, times=None))
        mark = sea.world.requests.mark
        with pytest.raises(ForgeError, match="502"):
            swept(sea, heads, fleet)
        assert len(sea.requests(mark)) <= 10

    def test_a_limit_is_answered_by_silence(self, sea: Stage, heads: GitHubHeads, fleet: list[Repository]) -> None:
        sea.world.faults.add(Fault("graphql", 502))
        sea.world.faults.add(graphql_rate_limited())
        mark = sea.world.requests.mark
        with pytest.raises(ForgeError) as caught:
            swept(sea, heads, fleet)
        assert caught.value.limited
        assert len(sea.requests(mark)) == 2

    def test_what_was_found_before_a_limit_is_kept(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository]
    ) -> None:
        sea.world.faults.add(Fault("graphql", 502))
        limit = sea.world.faults.add(graphql_rate_limited())
        limit.asks = whenever("ship-25")
        found, requests = swept(sea, heads, fleet, unfinished=[one.name for one in fleet[25:]])
        assert found == [one.name for one in fleet[:25]]
        assert len(requests) == 3


class TestInPart:
    @pytest.mark.parametrize("path", [[], ["pullRequests"], ["pullRequests", "nodes", 0], ["refs", "nodes"]])
    def test_what_failed_is_asked_for_once_more_by_itself(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository], path: list[str | int]
    ) -> None:
        error = {"message": FAILED, "path": ["r7", *path]}
        sea.world.faults.add(Fault("graphql", graphql=error, partial=True))
        found, requests = swept(sea, heads, fleet)
        assert found == [one.name for one in fleet]
        assert [asked(request.body["variables"]) for request in requests[1:]] == [["ship-07"]]

    def test_what_fails_again_is_left_for_later(self, sea: Stage, heads: GitHubHeads, fleet: list[Repository]) -> None:
        error: dict[str, Any] = {"message": FAILED, "path": ["r7"]}
        sea.world.faults.add(Fault("graphql", graphql=error, partial=True))
        again = {"message": FAILED, "path": ["r0", "pullRequests"]}
        sea.world.faults.add(Fault("graphql", graphql=again, partial=True))
        found, requests = swept(sea, heads, fleet, unfinished=["ship-07"])
        assert found == [one.name for one in fleet if one.name != "ship-07"]
        assert len(requests) == 2


class TestRemembered:
    """The second sweep begins where the first one ended, as far as what was too much is concerned."""

    @pytest.mark.slow
    @pytest.mark.parametrize("which", [(0,), (31,), (49,), (7, 8), (3, 30)])
    def test_those_that_can_only_be_asked_for_alone_are(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository], which: tuple[int, ...]
    ) -> None:
        faults = [
            sea.world.faults.add(Fault("graphql", 502, times=None, asks=together_with(f"ship-{number:02}")))
            for number in which
        ]
        swept(sea, heads, fleet)
        struck = sum(fault.struck for fault in faults)
        found, requests = swept(sea, heads, fleet)
        assert found == [one.name for one in fleet]
        assert len(requests) <= 1 + 2 * len(which), "each of them, one that was with it to the last, and all others"
        assert sum(fault.struck for fault in faults) == struck, "nothing was asked for in vain"

    def test_what_is_too_much_together_is_halved_from_the_start(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository]
    ) -> None:
        sea.world.faults.add(Fault("graphql", 504, times=None, asks=lambda _, variables: len(asked(variables)) > 25))
        assert [len(asked(one.body["variables"])) for one in swept(sea, heads, fleet)[1]] == [50, 25, 25]
        found, requests = swept(sea, heads, fleet)
        assert found == [one.name for one in fleet]
        assert [len(asked(one.body["variables"])) for one in requests] == [25, 25]

    def test_those_that_are_never_answered_cost_one_query_each(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository]
    ) -> None:
        sea.world.faults.add(Fault("graphql", 502, times=None, asks=whenever("ship-07", "ship-30")))
        for _ in range(2):
            found, requests = swept(sea, heads, fleet, unfinished=["ship-07", "ship-30"])
        assert found == [one.name for one in fleet if one.name not in {"ship-07", "ship-30"}]
        assert len(requests) <= 5

    def test_after_some_hours_they_are_tried_together_again(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository]
    ) -> None:
        sea.world.faults.add(Fault("graphql", 502, times=None, asks=together_with("ship-31")))
        swept(sea, heads, fleet)
        sea.world.faults.clear()
        sea.world.advance(6 * HOUR - 60)
        assert len(swept(sea, heads, fleet)[1]) == 3
        sea.world.advance(60)
        assert len(swept(sea, heads, fleet)[1]) == 1

    def test_a_bad_moment_is_soon_forgiven(self, sea: Stage, heads: GitHubHeads, fleet: list[Repository]) -> None:
        sea.world.faults.add(Fault("graphql", 502, times=2))
        assert len(swept(sea, heads, fleet)[1]) == 5
        assert len(swept(sea, heads, fleet)[1]) == 3

    def test_what_was_not_asked_for_in_time_is_named_and_comes_in_the_next_looks(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository]
    ) -> None:
        sea.world.faults.add(Fault("graphql", 502, times=None, asks=lambda _, variables: len(asked(variables)) > 1))
        rest, found = seen(sea, fleet), list[str]()
        calls = []
        while rest:
            mark = sea.world.requests.mark
            survey = heads.survey(rest[0].installation, rest)
            calls.append(len(sea.requests(mark)))
            found += [one.repository.name for one in survey.repositories]
            assert len(survey.unfinished) < len(rest)
            rest = list(survey.unfinished)
        assert sorted(found) == [one.name for one in fleet]
        assert max(calls) <= 32
        assert sum(calls) <= 99 + len(calls), "as many as it takes to come from fifty to one, fifty times"
        rest, calls = seen(sea, fleet), []
        while rest:
            mark = sea.world.requests.mark
            rest = list(heads.survey(rest[0].installation, rest).unfinished)
            calls.append(len(sea.requests(mark)))
        assert calls[0] == 32
        assert sum(calls) <= 60, "hardly more than one for each"

    def test_of_more_than_are_remembered_the_oldest_are_forgotten(self) -> None:
        portions = BatchPlanner(HandClock())
        ones = [SeenRepository(number, 1, "acme", f"ship-{number}", 0.0) for number in range(10_002)]
        for start in range(0, len(ones), 2):
            portions.note([SurveyBatch(tuple(ones[start : start + 2]))])
        assert [len(one.repositories) for one in portions.of(ones[:4])] == [2, 1, 1]


class TestNotReached:
    @pytest.fixture
    def lost(self, stage: Stage, ferry: Repository) -> PullRequest:
        """A pull request that nobody told us of, in one of two repositories."""
        boat = stage.world.create_repository("acme", "boat", {"README.md": "#", **SPEC_KIT})
        stage.world.add_repositories(next(iter(stage.world.hub.state.installations.values())), boat)
        for one in (ferry, boat):
            stage.world.push(one, "docs", {"a.md": "x"}, author="ada")
            stage.world.open_pull_request(one, "docs", author="ada")
        stage.drain()
        stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.lose()
        return pull

    def test_it_is_looked_at_a_minute_later(self, stage: Stage, ferry: Repository, lost: PullRequest) -> None:
        fault = stage.world.faults.add(Fault("graphql", 502, times=None, asks=whenever("ferry")))
        reconciler = reconciling(stage)
        settled(stage, reconciler, 30.0)
        assert stage.runs(ferry, lost.head_sha) == []
        fault.times = fault.struck
        settled(stage, reconciler, 90.0)
        assert [run.conclusion for run in stage.runs(ferry, lost.head_sha)] == ["failure"]

    def test_what_is_never_answered_is_asked_for_less_and_less_often(self, stage: Stage, lost: PullRequest) -> None:
        assert lost.open
        fault = stage.world.faults.add(Fault("graphql", 502, times=None, asks=whenever("ferry")))
        reconciler = reconciling(stage)
        settled(stage, reconciler, 30.0)
        assert fault.struck == 4, "with the other, and alone for twenty heads, five and one"
        settled(stage, reconciler, 840.0)
        assert fault.struck == 7, "for one head after one, three and seven minutes"


def test_a_head_without_a_verdict_gets_it_although_its_neighbour_is_poisonous(stage: Stage) -> None:
    repositories = [
        stage.world.create_repository("acme", name, {"README.md": "#", **SPEC_KIT}) for name in ("barge", "ferry")
    ]
    stage.install(*repositories)
    for one in repositories:
        stage.world.push(one, "docs", {"a.md": "x"}, author="ada")
        stage.world.open_pull_request(one, "docs", author="ada")
    stage.drain()
    pulls = []
    for one in repositories:
        stage.world.push(one, "001-search", feature(text=plan("FAIL")), author="ada")
        pulls.append(stage.world.open_pull_request(one, "001-search", author="ada"))
    stage.lose()
    stage.world.faults.add(Fault("graphql", 502, times=None, asks=together_with("barge")))
    settled(stage, reconciling(stage), 1_000.0)
    for one, pull in zip(repositories, pulls, strict=True):
        assert [run.conclusion for run in stage.runs(one, pull.head_sha)] == ["failure"]
