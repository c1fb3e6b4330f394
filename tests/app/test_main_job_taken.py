"""Two folders with one number: since when the other is on the base, and what brought it there."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.adapters.worktree.worktree import CheckOptions
from bot.core.text.prose import plain
from bot.desk.check import judge_copy
from bot.sandbox.faults import Fault
from tests.stage import feature, plan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.state import Repository
    from tests.stage import Stage

READ, RUN, COMMENT = "graphql", "checks/create", "issues/create-comment"


def taken(stage: Stage, repo: Repository, method: str) -> tuple[int, str]:
    """Merge a feature with number 001; its pull request and the day of the merge."""
    stage.world.push(repo, "001-ports", feature("specs/001-ports"), author="bob")
    first = stage.world.open_pull_request(repo, "001-ports", author="bob")
    stage.drain()
    stage.world.advance(3 * 86_400.0)
    stage.world.merge(first, author="root", method=method)
    stage.drain(patience=30)
    assert first.merged_at is not None
    return first.number, _day(first.merged_at)


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


@pytest.mark.parametrize("method", ["merge", "squash"])
def test_the_table_says_since_when_and_links_what_brought_it(stage: Stage, ferry: Repository, method: str) -> None:
    number, day = taken(stage, ferry, method)
    stage.world.advance(86_400.0)
    stage.world.push(ferry, "001-search", feature(), author="ada")
    stage.lose()
    mark = stage.world.requests.mark
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    assert [request.operation for request in stage.requests(mark)] == [READ, READ, RUN, COMMENT], "one read for it"
    run = stage.run(ferry, pull.head_sha)
    shown = run.summary or ""
    assert f"| [001-ports/][a] | `main`, merged with [PR {number}][pr{number}] | {day} |" in shown
    assert f"| `001-search` | this pull request | {_day(stage.world.now())} |" in shown
    assert f"[pr{number}]: {stage.house.web_url}/acme/ferry/pull/{number}\n" in shown
    assert any(f"001-ports has it since {day}." in one["message"] for one in run.annotations)
    assert f"pull/{number}" not in stage.comments(ferry, pull.number)[0].body, "it would link back"


def test_a_folder_that_was_pushed_has_a_day_and_no_pull_request(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "main", feature("specs/001-ports"), author="root")
    day = _day(stage.world.now())
    stage.world.advance(5 * 86_400.0)
    stage.world.push(ferry, "main", {"specs/001-ports/plan.md": plan("PARTIAL")}, author="root")
    stage.world.push(ferry, "001-search", feature(), author="ada", start="main")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain(patience=30)
    assert f"| [001-ports/][a] | `main` | {day} |" in (stage.run(ferry, pull.head_sha).summary or "")


def test_without_a_collision_nothing_more_is_read(stage: Stage, ferry: Repository) -> None:
    taken(stage, ferry, "merge")
    stage.world.push(ferry, "002-search", feature("specs/002-search"), author="ada")
    stage.lose()
    mark = stage.world.requests.mark
    stage.world.open_pull_request(ferry, "002-search", author="ada")
    stage.drain()
    assert [request.operation for request in stage.requests(mark)] == [READ, RUN]


def test_the_verdict_does_without_where_the_history_cannot_be_read(stage: Stage, ferry: Repository) -> None:
    taken(stage, ferry, "merge")
    stage.world.push(ferry, "001-search", feature(), author="ada")
    stage.lose()
    stage.world.faults.add(Fault("graphql", times=None, asks=lambda text, _: text.startswith("query Arrival(")))
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    run = stage.run(ferry, pull.head_sha)
    assert run.conclusion == "failure"
    assert "| number 001 | where |\n" in (run.summary or "")


def test_the_desk_says_the_day_and_reaches_the_same_digest(stage: Stage, ferry: Repository, tmp_path: Path) -> None:
    stage.store.remember(ferry.id, "legacy", "[]")
    _, day = taken(stage, ferry, "merge")
    stage.world.push(ferry, "001-search", feature(), author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain(patience=30)
    folder = tmp_path / "clone"
    url = stage.world.clone_url(ferry, "acme")
    subprocess.run(["git", "clone", "-q", "-b", "001-search", url, str(folder)], check=True)
    judged = judge_copy(folder, CheckOptions(base="origin/main"))
    finding = next(one for one in judged.report.all_findings() if one.rule == "number-collision")
    assert plain(finding.why) == f"001-ports has it since {day}."
    assert [plain(cell) for cell in finding.table[1]] == ["001-ports/", "main", day]
    report = stage.store.report(ferry.id, pull.head_sha)
    assert report is not None
    assert report.digest == judged.digest
