"""A sweep of a repository with more heads than one look brings: none is without a verdict for the page it is on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from bot.adapters.github.repository import GitHubRepositories
from bot.adapters.github.survey import GitHubHeads
from bot.sandbox.faults import Fault, null_among, one_short, thin
from tests.reconciling import GIVEN_UP, reconciling, seen

if TYPE_CHECKING:
    from bot.sandbox.requests_log import Request
    from bot.sandbox.state import Repository
    from tests.stage import Stage

GROUPS = 24
PAGE = re.compile(r"(?:pullRequests\(states:OPEN,[^)]*?|gh-readonly-queue/\",)first:(\d+)")


def pages(requests: list[Request]) -> list[int]:
    """How many heads each of these queries asked for."""
    return [int(found[1]) for one in requests if (found := PAGE.search(str(one.body.get("query") or "")))]


def longer_than(heads: int, among: str = "", **how: Any) -> Fault:
    """Queries, or those of a kind, are too much that ask for more heads of a list than that."""
    return Fault("graphql", times=None, asks=lambda query, _: among in query and _longest(query) > heads, **how)


def _longest(query: str) -> int:
    found = PAGE.search(query)
    return int(found[1]) if found else 0


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
        (found,) = heads.survey(known[0].installation, known).repositories
        assert {pull.number for pull in found.pulls} == {*busy.pulls}
        assert long.struck == 1, "what is too much once is not asked for again"

    def test_of_more_than_are_looked_at_the_newest_are(
        self, stage: Stage, busy: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.adapters.github.survey._MOST_HEADS", 20)
        known = seen(stage, [busy])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        (found,) = heads.survey(known[0].installation, known).repositories
        assert [one.number for one in found.pulls] == sorted(busy.pulls, reverse=True)[:20]

    def test_what_is_behind_a_page_that_does_not_come_is_left_for_later_and_what_came_is_not(
        self, stage: Stage, busy: Repository
    ) -> None:
        stage.world.faults.add(Fault("graphql", 502, times=None, asks=lambda query, _: "SweepOn" in query))
        known = seen(stage, [busy])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        mark = stage.world.requests.mark
        survey = heads.survey(known[0].installation, known)
        assert [one.number for one in survey.repositories[0].pulls] == sorted(busy.pulls, reverse=True)[:20]
        assert survey.unfinished == tuple(known)
        assert pages(stage.requests(mark)) == [20, 100, 25, 6, 1]
        mark = stage.world.requests.mark
        heads.survey(known[0].installation, known)
        assert pages(stage.requests(mark)) == [20, 1], "it is known by now"

    def test_a_list_that_comes_in_pages_too_short_is_not_read_for_ever(
        self, stage: Stage, busy: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.adapters.github.survey._MOST_PAGES", 6)
        stage.world.faults.add(longer_than(6, "SweepOn"))
        known = seen(stage, [busy])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        mark = stage.world.requests.mark
        survey = heads.survey(known[0].installation, known)
        assert pages(stage.requests(mark)) == [20, 100, 25, 6, 6, 6, 6]
        assert [one.number for one in survey.repositories[0].pulls] == sorted(busy.pulls, reverse=True)[:44]
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
            assert {pull.number for pull in survey.repositories[0].pulls} == {*busy.pulls}
            assert survey.unfinished == ()
            assert pages(stage.requests(mark)) == asked_for


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

    @pytest.mark.slow
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

    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["502", "used up"])
    def test_a_page_of_groups_that_is_too_much_comes_in_shorter_ones(
        self, stage: Stage, ferry: Repository, queue: dict[str, str], kind: str
    ) -> None:
        stage.world.faults.add(longer_than(10, "SweepOn", **GIVEN_UP[kind]))
        known = seen(stage, [ferry])
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        mark = stage.world.requests.mark
        (found,) = heads.survey(known[0].installation, known).repositories
        assert {one.branch: one.sha for one in found.groups} == queue
        assert {one.number for one in found.pulls} == {*ferry.pulls}
        assert pages(stage.requests(mark)) == [20, 100, 25, 6, 6]


class TestGaps:
    @pytest.fixture
    def open_ferry(self, stage: Stage) -> Repository:
        """A repository with three open pull requests."""
        ferry = stage.world.create_repository("acme", "ferry", {"README.md": "#"})
        for number in range(3):
            stage.world.push(ferry, f"docs-{number}", {"a.md": f"{number}"}, author="ada")
            stage.world.open_pull_request(ferry, f"docs-{number}", author="ada")
        stage.world.install("acme", [ferry])
        return ferry

    @pytest.mark.parametrize(
        ("fault", "pulls"),
        [
            (null_among("pullRequests", times=None), 3),
            (one_short("pullRequests", times=None), 2),
            (thin("pullRequests", times=None), 0),
            (thin("checkSuites", times=None), 0),
            (null_among("commits", times=None), 0),
            (thin("pageInfo", times=None), 3),
        ],
        ids=["a null among them", "one short", "no list", "no runs", "a null commit", "no word of further pages"],
    )
    def test_heads_without_a_gap_count_and_the_repository_is_surveyed_again(
        self, stage: Stage, open_ferry: Repository, fault: Fault, pulls: int
    ) -> None:
        known = seen(stage, [open_ferry])
        stage.world.faults.add(fault)
        heads = GitHubHeads(GitHubRepositories(stage.app, stage.clock))
        survey = heads.survey(known[0].installation, known)
        assert [len(surveyed.pulls) for surveyed in survey.repositories] == [pulls]
        assert [unfinished.id for unfinished in survey.unfinished] == [open_ferry.id]
        assert fault.struck == 1, "one query"

    def test_a_gap_on_a_further_page_hides_no_later_page(self, stage: Stage) -> None:
        ferry = stage.world.create_repository("acme", "ferry", {"README.md": "#"})
        for number in range(45):
            stage.world.push(ferry, f"docs-{number}", {"a.md": f"{number}"}, author="ada")
            stage.world.open_pull_request(ferry, f"docs-{number}", author="ada")
        stage.world.install("acme", [ferry])
        known = seen(stage, [ferry])
        fault = null_among("pullRequests", times=None)
        fault.asks = lambda query, _: "SweepOn" in query
        stage.world.faults.add(fault)
        survey = GitHubHeads(GitHubRepositories(stage.app, stage.clock)).survey(known[0].installation, known)
        assert {pull.number for pull in survey.repositories[0].pulls} == {*ferry.pulls}
        assert [unfinished.id for unfinished in survey.unfinished] == [ferry.id]
