"""A response that says less than there is does not count as a change of nothing: it is read in another way."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.forge.outcome import Done, Retry
from bot.sandbox.faults import Fault, no_file_list, null_among, thin
from tests.stage import SPEC, SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

RED = {**feature(), "specs/001-search/plan.md": plan("FAIL")}
CODE = {f"src/part{number}.py": "x = 1\n" for number in range(5)}
COMPARISON = "repos/compare-commits-with-basehead"
Spoil = "Callable[[Any], Any]"


def in_files(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Fault:
    """A fault that changes every list of a pull request's files, with the count beside it."""

    def spoil(node: Any) -> Any:
        if isinstance(node, dict):
            spoiled = {key: spoil(child) for key, child in node.items()}
            return spoiled | change(spoiled) if isinstance(spoiled.get("files"), dict) else spoiled
        return [spoil(child) for child in node] if isinstance(node, list) else node

    return Fault("graphql", 0, spoil=spoil, times=None)


def with_nodes(change: Callable[[list[Any]], Any]) -> Fault:
    return in_files(lambda pull: {"files": pull["files"] | {"nodes": change(pull["files"]["nodes"])}})


THIN_FILES = {
    "null": no_file_list(times=None),
    "no nodes": with_nodes(lambda _: None),
    "empty": with_nodes(lambda _: []),
    "one fewer": with_nodes(lambda nodes: nodes[:-1]),
    "a null among them": with_nodes(lambda nodes: [None, *nodes[1:]]),
    "count missing": in_files(lambda _: {"changedFiles": None}),
    "count of none": in_files(lambda _: {"changedFiles": 0}),
    "count too high": in_files(lambda pull: {"changedFiles": pull["changedFiles"] + 1}),
}


def opened(stage: Stage, repository: Repository, branch: str, files: dict[str, str]) -> PullRequest:
    stage.world.push(repository, branch, files, author="ada")
    stage.lose()
    return stage.world.open_pull_request(repository, branch, author="ada")


class TestChangedFiles:
    @pytest.mark.one_in(3)
    @pytest.mark.parametrize("name", [name for name in THIN_FILES if name != "count too high"])
    @pytest.mark.parametrize("files", [{**RED, **CODE}, {"specs/001-search/spec.md": SPEC, **CODE}])
    def test_one_read_more_brings_the_verdict(
        self, stage: Stage, ferry: Repository, name: str, files: dict[str, str]
    ) -> None:
        pull = opened(stage, ferry, "001-search", files)
        before = stage.drain()
        whole = stage.run(ferry, pull.head_sha)
        THIN_FILES[name].struck = 0
        stage.world.faults.add(THIN_FILES[name])
        stage.world.rerequest(ferry, whole, author="ada")
        after = stage.drain()
        assert whole.conclusion == "failure"
        assert [run.conclusion for run in stage.runs(ferry, pull.head_sha)] == ["failure", "failure"]
        assert after[0].spent.calls <= before[0].spent.calls + 2

    @pytest.mark.parametrize("name", THIN_FILES)
    def test_code_without_a_feature_is_not_passed_by_size(self, stage: Stage, name: str) -> None:
        strict = {**SPEC_KIT, ".github/app.yml": "plangate:\n  unmatched: require-feature\n"}
        repository = stage.world.create_repository("acme", "strict", strict)
        stage.install(repository)
        stage.world.faults.add(THIN_FILES[name])
        pull = opened(stage, repository, "refactor", CODE)
        stage.deliver()
        outcome = stage.step()
        if name == "count too high":
            assert isinstance(outcome, Retry)
            assert "5 of 6 changed files" in outcome.error
        else:
            assert stage.run(repository, pull.head_sha).conclusion == "failure"

    @pytest.mark.parametrize("length", [12, 18, 20])
    def test_a_path_that_is_cut_is_not_judged_as_another_file(
        self, stage: Stage, ferry: Repository, length: int
    ) -> None:
        cut = with_nodes(lambda nodes: [node | {"path": node["path"][:length]} for node in nodes])
        stage.world.faults.add(cut)
        pull = opened(stage, ferry, "001-search", RED)
        stage.deliver()
        assert isinstance(stage.step(), Retry)
        assert stage.runs(ferry, pull.head_sha) == []

    def test_a_pull_request_that_changes_nothing_is_believed(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "empty", {"a.md": "a"}, author="ada")
        stage.world.push(ferry, "empty", {"a.md": None}, author="ada")
        stage.lose()
        pull = stage.world.open_pull_request(ferry, "empty", author="ada")
        (outcome,) = stage.drain()
        assert isinstance(outcome, Done)
        assert [run.conclusion for run in stage.runs(ferry, pull.head_sha)] == ["success"]


@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_comment_that_is_not_shown_stops_no_verdict(stage: Stage, ferry: Repository, place: int) -> None:
    pull = opened(stage, ferry, "001-search", RED)
    for number in range(3):
        stage.world.comment(ferry, pull.number, f"{number}", author="eve")

    def spoil(node: Any) -> Any:
        if isinstance(node, dict):
            spoiled = {key: spoil(child) for key, child in node.items()}
            comments = spoiled.get("comments")
            if isinstance(comments, dict):
                nodes = list(comments["nodes"])
                nodes.insert(place % (len(nodes) + 1), None)
                spoiled["comments"] = comments | {"nodes": nodes}
            return spoiled
        return [spoil(child) for child in node] if isinstance(node, list) else node

    stage.world.faults.add(Fault("graphql", 0, spoil=spoil, times=None))
    stage.deliver()
    stage.step()
    assert stage.run(ferry, pull.head_sha).conclusion == "failure"


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", ["associatedPullRequests", "entries", "checkSuites"])
@pytest.mark.parametrize("value", [None, []])
def test_another_list_that_is_thin_is_read_once_more(stage: Stage, ferry: Repository, name: str, value: Any) -> None:
    pull = opened(stage, ferry, "001-search", RED)
    given = value if name == "entries" or value is None else {"nodes": value, "totalCount": 1}
    fault = stage.world.faults.add(thin(name, given))
    stage.deliver()
    stage.step()
    assert fault.struck
    assert stage.run(ferry, pull.head_sha).conclusion == "failure"
    fault.times, fault.struck = None, 0
    stage.world.push(ferry, "001-search", {"specs/001-search/spec.md": SPEC + "\nMore.\n"}, author="ada")
    stage.deliver()
    outcome = stage.step()
    if name != "checkSuites" or value is None:
        assert isinstance(outcome, Retry)
        assert "GitHub left out" in outcome.error


def test_a_null_among_pull_requests_is_a_gap(stage: Stage, ferry: Repository) -> None:
    opened(stage, ferry, "001-search", RED)
    stage.world.faults.add(null_among("associatedPullRequests", times=None))
    stage.deliver()
    outcome = stage.step()
    assert isinstance(outcome, Retry)


class TestComparisons:
    @pytest.mark.parametrize("value", [None, [], [None]])
    @pytest.mark.parametrize("files", [RED, {"specs/001-search/spec.md": SPEC, **CODE}])
    def test_a_branch_is_compared_by_its_trees(
        self, stage: Stage, ferry: Repository, value: Any, files: dict[str, str]
    ) -> None:
        stage.world.faults.add(thin("files", value, COMPARISON, times=None))
        head = stage.world.push(ferry, "001-search", files, author="ada")
        stage.drain()
        assert stage.run(ferry, head).conclusion == "failure"

    @pytest.mark.one_in(4)
    @pytest.mark.parametrize("index", [0, 1, 2])
    @pytest.mark.parametrize("on_main", [{}, {"docs/use.md": "# Use"}, {"docs/use.md": "# Use", "src/old.py": "x = 2"}])
    @pytest.mark.parametrize("files", [RED, {"specs/001-search/spec.md": SPEC, "src/search.py": "x = 1\n"}])
    def test_a_file_that_is_left_out_is_found_by_the_trees(
        self, stage: Stage, ferry: Repository, index: int, on_main: dict[str, str], files: dict[str, str]
    ) -> None:
        stage.world.push(ferry, "001-search", {"README.md": "# Ferry, with a search\n"}, author="ada")
        if on_main:
            stage.world.push(ferry, "main", on_main, author="ada")
        stage.drain()

        def spoil(body: Any) -> Any:
            return body | {"files": [file for place, file in enumerate(body["files"]) if place != index]}

        stage.world.faults.add(Fault(COMPARISON, 0, spoil=spoil, times=None))
        head = stage.world.push(ferry, "001-search", files, author="ada")
        stage.drain()
        assert stage.run(ferry, head).conclusion == "failure"

    @pytest.mark.parametrize(
        ("on_main", "reads"),
        [
            ({}, 1),
            ({"docs/use.md": "# Use"}, 1),
            ({"specs/002-map/spec.md": SPEC}, 1),
            ({"src/old.py": "x = 2\n"}, 1),
            ({"docs/use.md": "# Use", "src/old.py": "x = 2\n"}, 2),
        ],
    )
    def test_a_whole_comparison_costs_nothing_unless_nothing_but_the_merge_base_tells(
        self, stage: Stage, ferry: Repository, on_main: dict[str, str], reads: int
    ) -> None:
        stage.world.push(ferry, "main", {"src/old.py": "x = 1\n"}, author="ada")
        stage.world.push(ferry, "001-search", {**feature(), "src/search.py": "x = 1\n"}, author="ada")
        if on_main:
            stage.world.push(ferry, "main", on_main, author="ada")
        stage.drain()
        mark = stage.world.requests.mark
        stage.world.push(ferry, "001-search", {"src/search.py": "x = 3\n"}, author="ada")
        stage.drain()
        operations = [request.operation for request in stage.requests(mark)]
        assert operations == ["graphql", COMPARISON, *["graphql"] * (reads - 1), "checks/create"]

    @pytest.mark.parametrize("index", [0, 1])
    def test_so_is_one_of_a_merge_group(self, stage: Stage, ferry: Repository, index: int) -> None:
        ferry.required_checks = {"plangate"}
        pull = opened(stage, ferry, "001-search", RED)
        stage.drain()

        def spoil(body: Any) -> Any:
            return body | {"files": [file for place, file in enumerate(body["files"]) if place != index]}

        stage.world.faults.add(Fault(COMPARISON, 0, spoil=spoil, times=None))
        group = stage.world.enqueue(pull, author="ada")
        stage.drain()
        assert stage.run(ferry, group.head_sha).conclusion == "failure"

    @pytest.mark.parametrize("name", ["tree", "truncated"])
    def test_a_tree_that_is_thin_as_well_says_nothing(self, stage: Stage, ferry: Repository, name: str) -> None:
        stage.world.faults.add(thin("files", None, COMPARISON, times=None))
        stage.world.faults.add(thin(name, [] if name == "tree" else True, "git/get-tree", times=None))
        head = stage.world.push(ferry, "001-search", RED, author="ada")
        stage.deliver()
        assert isinstance(stage.step(), Retry)
        assert stage.runs(ferry, head) == []

    @pytest.mark.parametrize(
        ("files", "conclusion"),
        [(RED, "failure"), (feature(), "success"), ({"specs/001-search/spec.md": SPEC, **CODE}, "failure")],
    )
    def test_a_branch_without_common_history(
        self, stage: Stage, ferry: Repository, tmp_path: Path, files: dict[str, str], conclusion: str
    ) -> None:
        stage.world.user("ada", role="write", repository=ferry)
        clone = tmp_path / "clone"
        git = ["git", "-c", "user.name=ada", "-c", "user.email=ada@example.invalid"]
        subprocess.run([*git, "clone", "-q", stage.world.clone_url(ferry, "ada"), str(clone)], check=True)
        subprocess.run([*git, "checkout", "-q", "--orphan", "fresh"], cwd=clone, check=True)
        for name, text in files.items():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_text(text)
        subprocess.run([*git, "add", "-A"], cwd=clone, check=True)
        subprocess.run([*git, "commit", "-q", "-m", "fresh"], cwd=clone, check=True)
        subprocess.run([*git, "push", "-q", "-f", "origin", "fresh:001-search"], cwd=clone, check=True)
        stage.drain(patience=60)
        assert stage.run(ferry, ferry.branch("001-search") or "").conclusion == conclusion
