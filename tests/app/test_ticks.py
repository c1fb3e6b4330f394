"""Ticks held to the tree on GitHub: one read of the list of files, and only where it decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.asking import latest, say
from tests.stage import feature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.state import CheckRun, Repository
    from tests.stage import Stage

TASKS = "specs/001-search/tasks.md"


def run(stage: Stage, repository: Repository, tasks: str, files: Mapping[str, str] | None = None) -> CheckRun:
    """The run on a pull request with this task list."""
    content: dict[str, str | bytes | None] = {**feature(), TASKS: tasks, **(files or {})}
    stage.world.push(repository, "001-search", content, author="ada")
    pull = stage.world.open_pull_request(repository, "001-search", author="ada")
    stage.drain()
    return stage.run(repository, pull.head_sha)


def listings(stage: Stage) -> int:
    return sum(request.operation == "git/get-tree" for request in stage.requests())


def test_a_tick_without_a_file_is_reported(stage: Stage, ferry: Repository) -> None:
    summary = run(stage, ferry, "# Tasks\n\n- [x] T001 Add the index in src/index.py\n").summary or ""
    assert "is ticked and names no file that exists" in summary
    assert listings(stage) == 1


def test_a_file_that_was_there_before_is_found(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "main", {"src/index.py": "index = {}\n"}, author="ada")
    summary = run(stage, ferry, "# Tasks\n\n- [x] T001 Extend the index in src/index.py\n").summary or ""
    assert "names no file" not in summary
    assert listings(stage) == 1


def test_files_of_the_change_need_no_list(stage: Stage, ferry: Repository) -> None:
    tasks = "# Tasks\n\n- [x] T001 Add the index in src/index.py\n"
    summary = run(stage, ferry, tasks, {"src/index.py": "index = {}\n"}).summary or ""
    assert "names no file" not in summary
    assert listings(stage) == 0


def test_open_tasks_need_no_list(stage: Stage, ferry: Repository) -> None:
    run(stage, ferry, "# Tasks\n\n- [ ] T001 Add the index in src/index.py\n")
    assert listings(stage) == 0


def test_ignored_and_generated_files_are_not_looked_for(stage: Stage, ferry: Repository) -> None:
    kept_out = {".gitignore": "*.local.json\n", ".gitattributes": "src/api/** linguist-generated\n"}
    stage.world.push(ferry, "main", kept_out, author="ada")
    tasks = "# Tasks\n\n- [x] T001 Add config/ferry.local.json\n- [x] T002 Add src/api/client.ts\n"
    summary = run(stage, ferry, tasks).summary or ""
    assert "names no file" not in summary
    assert listings(stage) == 0


@pytest.mark.parametrize(("tasks", "more"), [("- [x] T001 Add src/index.py", 0), ("- [x] T001 Extend src/other.py", 1)])
def test_a_tick_costs_no_call_more_unless_it_names_a_file_that_was_not_read(
    tasks: str, more: int, stage: Stage, ferry: Repository
) -> None:
    files = {"src/index.py": "index = {}\n"}
    run(stage, ferry, "# Tasks\n\n- [ ] T001 Add src/index.py\n", files)
    before = len(stage.requests())
    pull = {**feature(), "specs/001-search/tasks.md": f"# Tasks\n\n{tasks}\n", **files}
    stage.world.push(
        ferry, "002-search", {path.replace("001-", "002-"): text for path, text in pull.items()}, author="ada"
    )
    stage.world.open_pull_request(ferry, "002-search", author="ada")
    stage.drain()
    assert listings(stage) == more
    assert len(stage.requests()) - before <= before + more


LIST = "# Tasks\n\n- [x] T001 Add src/index.py\n- [x] T002 Add src/rank.py\n- [ ] T003 Add src/page.py\n"


def test_the_run_counts_the_ticks_and_their_files(stage: Stage, ferry: Repository) -> None:
    summary = run(stage, ferry, LIST, {"src/index.py": "index = {}\n"}).summary or ""
    assert "<summary>Tasks: 2 of 3 ticked, files there for 1 of 2</summary>" in summary
    assert "`src/rank.py` | ⚠️ not there |" in summary


def test_the_run_leaves_files_out_that_no_tick_names(stage: Stage, ferry: Repository) -> None:
    summary = run(stage, ferry, "# Tasks\n\n- [x] T001 Agree on a name\n- [ ] T002 Add src/a.py\n").summary or ""
    assert "<summary>Tasks: 1 of 2 ticked</summary>" in summary


def test_why_lists_the_ticks_and_their_files(stage: Stage, ferry: Repository) -> None:
    run(stage, ferry, LIST, {"src/index.py": "index = {}\n"})
    number = max(ferry.pulls)
    say(stage, ferry, number, "/plan why tick-without-file", "ada")
    answer = latest(stage, ferry, number)
    assert "`src/index.py` | ✅ there |" in answer
    assert "`src/rank.py` | ⚠️ not there |" in answer
