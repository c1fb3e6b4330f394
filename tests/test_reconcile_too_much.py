"""A sweep of which a part is too much for GitHub, or fails: no repository hides the others, nor is hidden."""

from __future__ import annotations

import re
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
GROUPS = 24
HOUR = 3_600.0
PAGE = re.compile(r"(?:pullRequests\(states:OPEN,[^)]*?|gh-readonly-queue/\",)first:(\d+)")
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


def pages(requests: list[Request]) -> list[int]:
    """How many heads each of these queries asked for."""
    return [int(found[1]) for one in requests if (found := PAGE.search(str(one.body.get("query") or "")))]


def longer_than(heads: int, among: str = "", **how: Any) -> Fault:
    """Queries, or those of a kind, are too much that ask for more heads of a list than that."""
    return Fault("graphql", times=None, asks=lambda query, _: among in query and _longest(query) > heads, **how)


def _longest(query: str) -> int:
    found = PAGE.search(query)
    return int(found[1]) if found else 0


def swept(
    sea: Stage, heads: GitHubHeads, fleet: list[Repository], unfinished: list[str] | None = None
) -> tuple[list[str], list[Request]]:
    """The names of the repositories whose head was found to be without a verdict, and what that cost."""
    mark = sea.world.requests.mark
    known = seen(sea, fleet)
    survey = heads.survey(known[0].installation, known)
    if unfinished is not None:
        assert sorted(one.name for one in survey.unfinished) == unfinished
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
        monkeypatch.setattr("bot.adapters.github_heads._MOST_HEADS", 20)
        known = seen(stage, [busy])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        (found,) = heads.survey(known[0].installation, known).found
        assert [one.number for one in found.pulls] == sorted(busy.pulls, reverse=True)[:20]

    def test_what_is_behind_a_page_that_does_not_come_is_left_for_later_and_what_came_is_not(
        self, stage: Stage, busy: Repository
    ) -> None:
        stage.world.faults.add(Fault("graphql", 502, times=None, asks=lambda query, _: "SweepOn" in query))
        known = seen(stage, [busy])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        mark = stage.world.requests.mark
        survey = heads.survey(known[0].installation, known)
        assert [one.number for one in survey.found[0].pulls] == sorted(busy.pulls, reverse=True)[:20]
        assert survey.unfinished == tuple(known)
        assert pages(stage.requests(mark)) == [20, 100, 25, 6, 1]
        mark = stage.world.requests.mark
        heads.survey(known[0].installation, known)
        assert pages(stage.requests(mark)) == [20, 1], "it is known by now"

    def test_a_list_that_comes_in_pages_too_short_is_not_read_for_ever(
        self, stage: Stage, busy: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.adapters.github_heads._MOST_PAGES", 6)
        stage.world.faults.add(longer_than(6, "SweepOn"))
        known = seen(stage, [busy])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        mark = stage.world.requests.mark
        survey = heads.survey(known[0].installation, known)
        assert pages(stage.requests(mark)) == [20, 100, 25, 6, 6, 6, 6]
        assert [one.number for one in survey.found[0].pulls] == sorted(busy.pulls, reverse=True)[:44]
        assert survey.unfinished == tuple(known)

    def test_heads_of_one_repository_that_are_too_much_come_a_few_at_a_time(
        self, stage: Stage, busy: Repository
    ) -> None:
        stage.world.faults.add(longer_than(5))
        known = seen(stage, [busy])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        for asked_for in ([20, 5, 100, 25, 6, *[1] * 40], [5, *[1] * 40]):
            mark = stage.world.requests.mark
            survey = heads.survey(known[0].installation, known)
            assert {pull.number for pull in survey.found[0].pulls} == {*busy.pulls}
            assert survey.unfinished == ()
            assert pages(stage.requests(mark)) == asked_for


class TestRemembered:
    """The second sweep begins where the first one ended, as far as what was too much is concerned."""

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
            found += [one.repository.name for one in survey.found]
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


class TestMergeGroups:
    @pytest.fixture
    def queue(self, stage: Stage, ferry: Repository) -> dict[str, str]:
        """A queue of more groups than a first look brings, the branch and commit of each; nobody told us of any."""
        stage.world.push(ferry, "docs", {"a.md": "x"}, author="ada")
        stage.world.open_pull_request(ferry, "docs", author="ada")
        stage.drain()
        groups = {}
        for number in range(GROUPS):
            stage.world.push(ferry, f"docs-{number}", {f"{number}.md": "x"}, author="ada")
            pull = stage.world.open_pull_request(ferry, f"docs-{number}", author="ada")
            group = stage.world.enqueue(pull, author="ada")
            groups[group.branch] = group.head_sha
        stage.lose()
        return groups

    def test_each_of_a_long_queue_gets_its_verdict_within_one_sweep(
        self, stage: Stage, ferry: Repository, queue: dict[str, str]
    ) -> None:
        mark = stage.world.requests.mark
        reconciler = reconciling(stage)
        reconciler.tick()
        reads = [request for request in stage.requests(mark) if request.is_graphql]
        assert pages(reads) == [20, 100, 100], (
            "the first look, and one page more of the groups and of the pull requests"
        )
        stage.drain()
        for sha in queue.values():
            assert [(run.status, run.conclusion) for run in stage.runs(ferry, sha)] == [("completed", "success")]

    @pytest.mark.parametrize("how", GIVEN_UP.values(), ids=GIVEN_UP)
    def test_a_page_of_groups_that_is_too_much_comes_in_shorter_ones(
        self, stage: Stage, ferry: Repository, queue: dict[str, str], how: dict[str, Any]
    ) -> None:
        stage.world.faults.add(longer_than(10, "SweepOn", **how))
        known = seen(stage, [ferry])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        mark = stage.world.requests.mark
        (found,) = heads.survey(known[0].installation, known).found
        assert {one.branch: one.sha for one in found.groups} == queue
        assert {one.number for one in found.pulls} == {*ferry.pulls}
        assert pages(stage.requests(mark)) == [20, 100, 25, 6, 6]


def test_what_the_sweep_did_not_reach_is_looked_at_soon_and_then_less_and_less_often(stage: Stage) -> None:
    ferry, boat = (
        stage.world.create_repository("acme", name, {"README.md": "#", **SPEC_KIT}) for name in ("ferry", "boat")
    )
    stage.install(ferry, boat)
    for one in (ferry, boat):
        stage.world.push(one, "docs", {"a.md": "x"}, author="ada")
        stage.world.open_pull_request(one, "docs", author="ada")
    stage.drain()
    stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.lose()
    fault = stage.world.faults.add(Fault("graphql", 502, times=None, asks=whenever("ferry")))
    reconciler = reconciling(stage)
    settled(stage, reconciler, 30.0)
    assert stage.runs(ferry, pull.head_sha) == []
    began, struck = stage.world.now(), fault.struck
    settled(stage, reconciler, 800.0)
    assert fault.struck - struck <= 4, "after one, three and seven minutes"
    assert stage.world.now() - began < 900.0
    fault.times = fault.struck
    settled(stage, reconciler, 900.0)
    assert [run.conclusion for run in stage.runs(ferry, pull.head_sha)] == ["failure"]


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
