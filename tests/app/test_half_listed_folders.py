"""A comparison that names one file of a folder and leaves out the code beside it: what was red does not turn green."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.faults import Fault
from tests.stage import SPEC, SPEC_KIT, plan

if TYPE_CHECKING:
    from tests.stage import Stage

COMPARE = "repos/compare-commits-with-basehead"
SPEC_ONLY = {"specs/001-search/spec.md": SPEC}
OLD = {"src/index.py": "x = 1\n", "src/notes.md": "# Notes\n", "docs/use.md": "# Use\n"}
CASES = {
    "a new folder": {"lib/notes.md": "# Notes\n", "lib/search.py": "x = 1\n"},
    "an old folder": {"src/notes.md": "# Notes on search\n", "src/search.py": "x = 1\n"},
    "a deep folder": {"lib/a/b/notes.md": "# Notes\n", "lib/a/b/search.py": "x = 1\n"},
    "a changed file": {"src/notes.md": "# Notes on search\n", "src/index.py": "x = 2\n"},
    "a folder beside": {"lib/notes.md": "# Notes\n", "lib/a/search.py": "x = 1\n"},
}


def without_code() -> Fault:
    """GitHub leaves the Python files out of every comparison."""

    def spoil(body: Any) -> Any:
        if not isinstance(body, dict) or "files" not in body:
            return body
        return body | {"files": [file for file in body["files"] if not file["filename"].endswith(".py")]}

    return Fault(COMPARE, 0, spoil=spoil, times=None)


@pytest.mark.parametrize("name", CASES)
def test_code_beside_a_listed_file_of_a_branch_counts(stage: Stage, name: str) -> None:
    ferry = stage.world.create_repository("acme", "ferry", {"README.md": "#", **SPEC_KIT, **OLD})
    stage.install(ferry)
    fault = stage.world.faults.add(without_code())
    head = stage.world.push(ferry, "001-search", {**SPEC_ONLY, **CASES[name]}, author="ada")
    stage.drain()
    assert stage.run(ferry, head).conclusion == "failure"
    assert fault.struck == 1


def test_code_beside_a_listed_file_of_a_branch_that_main_left_behind_counts(stage: Stage) -> None:
    ferry = stage.world.create_repository("acme", "ferry", {"README.md": "#", **SPEC_KIT, **OLD})
    stage.install(ferry)
    stage.world.push(ferry, "001-search", SPEC_ONLY, author="ada")
    stage.world.push(ferry, "main", {"src/index.py": "x = 3\n"}, author="ada")
    stage.drain()
    stage.world.faults.add(without_code())
    head = stage.world.push(ferry, "001-search", CASES["an old folder"], author="ada")
    stage.drain()
    assert stage.run(ferry, head).conclusion == "failure"


@pytest.mark.parametrize("name", CASES)
def test_code_beside_a_listed_file_of_a_merge_group_counts(stage: Stage, name: str) -> None:
    ferry = stage.world.create_repository("acme", "ferry", {"README.md": "#", **SPEC_KIT, **OLD})
    ferry.required_checks = {"plangate"}
    stage.install(ferry)
    stage.world.push(ferry, "001-search", {**SPEC_ONLY, **CASES[name]}, author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    stage.world.faults.add(without_code())
    stage.world.enqueue(pull, author="ada")
    group = ferry.queue[0].head_sha
    stage.drain()
    assert stage.run(ferry, group).conclusion == "failure"


@pytest.mark.parametrize(
    ("files", "reads"),
    [
        ({}, 1),
        ({"docs/use.md": "# Use it\n", ".github/workflows/ci.yml": "on: push\n"}, 1),
        ({"src/notes.md": "# Notes on search\n", "src/search.py": "x = 1\n"}, 1),
        ({"src/notes.md": "# Notes on search\n"}, 2),
    ],
    ids=["a plan", "documents", "code", "a document beside code"],
)
def test_only_a_comparison_that_may_lack_code_costs_a_read_more(
    stage: Stage, files: dict[str, str], reads: int
) -> None:
    ferry = stage.world.create_repository("acme", "ferry", {"README.md": "#", **SPEC_KIT, **OLD})
    stage.install(ferry)
    stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan(), **SPEC_ONLY}, author="ada")
    stage.drain()
    mark = len(stage.world.requests)
    stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": f"{plan()}\n", **files}, author="ada")
    stage.drain()
    operations = [request.operation for request in stage.requests(mark)]
    assert sorted(operations) == sorted(["graphql"] * reads + [COMPARE, "checks/create"])
