"""Further pages that are too much for GitHub: they come shorter in the same job, or the job waits; nothing is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.forge.outcome import Done, Retry
from bot.sandbox.faults import Fault, graphql_rate_limited
from tests.asking import harbour, reply, say
from tests.reconciling import GIVEN_UP
from tests.stage import feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

RUN, READ = "checks/create", "graphql"
each_way = pytest.mark.parametrize("how", GIVEN_UP.values(), ids=GIVEN_UP)
FILES, COMMENTS, HEADS = "MoreFiles", "MoreComments", "OpenHeads"
LONGEST = {
    FILES: re.compile(r"query MoreFiles.*files\(first:(\d+)"),
    COMMENTS: re.compile(r"query MoreComments.*comments\(first:(\d+)"),
    HEADS: re.compile(r"query OpenHeads.*pullRequests\(states:OPEN,first:(\d+)"),
}


def longer_than(entries: int, which: str, **how: Any) -> Fault:
    """Pages of one of these lists are too much that ask for more entries than that."""
    page = LONGEST[which]

    def asks(query: str, _: dict[str, Any]) -> bool:
        found = page.search(query)
        return found is not None and int(found[1]) > entries

    return Fault("graphql", times=None, asks=asks, **how)


def pages(stage: Stage, mark: int, which: str) -> list[int]:
    """How many entries each query for a page of one of these lists asked for."""
    queries = [str(one.body["query"]) for one in stage.requests(mark) if one.is_graphql]
    return [int(found[1]) for query in queries if (found := LONGEST[which].search(query))]


class TestChangedFiles:
    @pytest.fixture
    def wide(self, stage: Stage, ferry: Repository) -> PullRequest:
        """A pull request that changes more files than one page holds, its feature's documents the last of them."""
        code = {f"aft/{number:03}.py": "x" for number in range(180)}
        stage.world.push(ferry, "001-search", {**code, **feature(text=plan("FAIL"))}, author="ada")
        return stage.world.open_pull_request(ferry, "001-search", author="ada")

    @each_way
    def test_a_page_that_is_too_much_comes_in_shorter_ones(
        self, stage: Stage, ferry: Repository, wide: PullRequest, how: dict[str, Any]
    ) -> None:
        stage.world.faults.add(longer_than(30, FILES, **how))
        mark = stage.world.requests.mark
        assert stage.drain() == [Done()]
        assert pages(stage, mark, FILES) == [100, 25, 25, 25, 25]
        assert (stage.run(ferry, wide.head_sha).conclusion, stage.run(ferry, wide.head_sha).title) == (
            "failure",
            "1 violation unjustified",
        )

    def test_a_job_that_reads_twice_reads_the_further_pages_once(
        self, stage: Stage, ferry: Repository, wide: PullRequest
    ) -> None:
        assert stage.drain() == [Done()]
        stage.world.push(ferry, "main", {".specify/memory/constitution.md": "# Constitution\n"}, author="ada")
        mark = stage.world.requests.mark
        assert stage.drain(patience=30) == [Done(), Done()]
        queries = [str(request.body["query"]) for request in stage.requests(mark) if request.is_graphql]
        assert sum("files(first:" in query and "pullRequest(number:" in query for query in queries) == 3
        assert pages(stage, mark, FILES) == [100]
        assert stage.run(ferry, wide.head_sha).conclusion == "failure"

    def test_what_does_not_come_at_all_is_not_judged_without(
        self, stage: Stage, ferry: Repository, wide: PullRequest
    ) -> None:
        fault = stage.world.faults.add(longer_than(0, FILES))
        mark = stage.world.requests.mark
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert pages(stage, mark, FILES) == [100, 25, 6, 1]
        assert stage.runs(ferry, wide.head_sha) == []
        fault.times = fault.struck
        assert [type(one) for one in stage.drain(patience=10)] == [Done]
        assert stage.run(ferry, wide.head_sha).title == "1 violation unjustified"

    def test_pages_that_are_too_short_have_an_end(
        self, stage: Stage, ferry: Repository, wide: PullRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.adapters.github.paging.MOST_CALLS", 10)
        stage.world.faults.add(longer_than(6, FILES))
        mark = stage.world.requests.mark
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert "too short pages" in outcome.error
        assert pages(stage, mark, FILES) == [100, 25, *[6] * 8]
        assert stage.runs(ferry, wide.head_sha) == []

    def test_a_limit_is_answered_by_silence(self, stage: Stage, wide: PullRequest) -> None:
        assert wide.open
        limit = stage.world.faults.add(graphql_rate_limited())
        limit.asks = lambda query, _: FILES in query
        mark = stage.world.requests.mark
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert outcome.uncounted
        assert pages(stage, mark, FILES) == [100]


@each_way
def test_our_comment_is_found_behind_a_crowd_that_comes_a_few_at_a_time(
    stage: Stage, ferry: Repository, how: dict[str, Any]
) -> None:
    stage.world.push(ferry, "001-search", feature(), author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    for number in range(90):
        stage.world.comment(ferry, pull.number, f"{number}", author="eve")
    stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan("FAIL")}, author="ada")
    stage.drain()
    (before,) = stage.comments(ferry, pull.number)
    stage.world.faults.add(longer_than(10, COMMENTS, **how))
    stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan("FAIL", "FAIL")}, author="ada")
    mark = stage.world.requests.mark
    assert stage.drain() == [Done()]
    assert pages(stage, mark, COMMENTS) == [100, 25, *[6] * 7], "behind fifty that came with the first read"
    (after,) = stage.comments(ferry, pull.number)
    assert after.id == before.id
    assert "NON-NEGOTIABLE" in after.body


@each_way
def test_a_command_is_answered_although_whole_pages_of_other_heads_and_comments_are_too_much(
    stage: Stage, how: dict[str, Any]
) -> None:
    repo = harbour(stage)
    for number in (4, 7):
        stage.world.push(repo, f"00{number}-other", feature(f"specs/00{number}-other"), author="ada")
        stage.world.open_pull_request(repo, f"00{number}-other", author="ada")
    stage.drain(patience=30)
    stage.world.faults.add(longer_than(1, HEADS, **how))
    stage.world.faults.add(longer_than(25, COMMENTS, **how))
    mark = stage.world.requests.mark
    issue = stage.world.open_issue(repo, "Export the audit log", "An auditor reads it.", author="eve").number
    say(stage, repo, issue, "/plan", "eve")
    assert "This becomes feature `008-" in reply(stage, repo, issue)
    assert pages(stage, mark, HEADS) == [100, 25, 6, 1, 1]
    assert pages(stage, mark, COMMENTS) == [100, 25]
