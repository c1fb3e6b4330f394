"""A sweep of which a part is too much for GitHub, or fails: no repository hides the others, nor is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.github_heads import GitHubHeads
from bot.adapters.github_repository import GitHubRepositories
from bot.core.errors import ForgeError
from bot.core.stored import SeenRepository
from bot.sandbox.faults import Fault, graphql_rate_limited
from tests.reconciling import reconciling, settled
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.sandbox.requests_log import Request
    from bot.sandbox.state import Repository
    from tests.stage import Stage

MANY = 50
FAILED = "Something went wrong while executing your query. This may be the result of a timeout."
GIVEN_UP: dict[str, dict[str, Any]] = {
    "502": {"status": 502},
    "504": {"status": 504},
    "inside a 200": {"graphql": {"message": FAILED}},
    "used up": {"graphql": {"message": "Resource limits exceeded.", "type": "RESOURCE_LIMITS_EXCEEDED"}},
}


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


def seen(sea: Stage, fleet: list[Repository]) -> list[SeenRepository]:
    (installation,) = sea.world.hub.state.installations
    return [
        SeenRepository(id=one.id, installation=installation, owner="acme", name=one.name, first_seen=0.0, governed=True)
        for one in fleet
    ]


def swept(sea: Stage, heads: GitHubHeads, fleet: list[Repository]) -> tuple[list[str], list[Request]]:
    """The names of the repositories whose head was found to be without a verdict, and what that cost."""
    mark = sea.world.requests.mark
    known = seen(sea, fleet)
    survey = heads.survey(known[0].installation, known)
    assert all(one.pulls[0].verdict is None for one in survey.found)
    assert survey.missed == (), "what could not be read is not missing"
    return sorted(one.repository.name for one in survey.found), sea.requests(mark)


class TestTooMuch:
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
        found, requests = swept(sea, heads, fleet)
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

    def test_what_fails_again_waits_for_the_next_sweep(
        self, sea: Stage, heads: GitHubHeads, fleet: list[Repository]
    ) -> None:
        error: dict[str, Any] = {"message": FAILED, "path": ["r7"]}
        sea.world.faults.add(Fault("graphql", graphql=error, partial=True))
        again = {"message": FAILED, "path": ["r0", "pullRequests"]}
        sea.world.faults.add(Fault("graphql", graphql=again, partial=True))
        found, requests = swept(sea, heads, fleet)
        assert found == [one.name for one in fleet if one.name != "ship-07"]
        assert len(requests) == 2


class TestPages:
    @pytest.fixture
    def busy(self, stage: Stage) -> Repository:
        """A repository with more open pull requests than a sweep's first look brings."""
        one = stage.world.create_repository("acme", "busy", {"README.md": "#"})
        for number in range(45):
            stage.world.push(one, f"docs-{number}", {"a.md": f"{number}"}, author="ada")
            stage.world.open_pull_request(one, f"docs-{number}", author="ada")
        stage.world.install("acme", [one])
        return one

    def test_a_long_page_that_is_too_much_comes_in_short_ones(self, stage: Stage, busy: Repository) -> None:
        long = stage.world.faults.add(Fault("graphql", 502, times=None, asks=lambda query, _: "first:100" in query))
        known = seen(stage, [busy])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        (found,) = heads.survey(known[0].installation, known).found
        assert {pull.number for pull in found.pulls} == {*busy.pulls}
        assert long.struck == 1, "what is too much once is not asked for again"

    def test_of_more_than_are_looked_at_the_newest_are(
        self, stage: Stage, busy: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.adapters.github_heads._MOST_PULLS", 20)
        known = seen(stage, [busy])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        (found,) = heads.survey(known[0].installation, known).found
        assert [one.number for one in found.pulls] == sorted(busy.pulls, reverse=True)[:20]

    def test_half_of_the_heads_are_not_all_of_them(self, stage: Stage, busy: Repository) -> None:
        stage.world.faults.add(Fault("graphql", 502, times=None, asks=lambda query, _: "SweepOn" in query))
        known = seen(stage, [busy])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        with pytest.raises(ForgeError, match="502"):
            heads.survey(known[0].installation, known)


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
