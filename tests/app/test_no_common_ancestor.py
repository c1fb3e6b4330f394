"""A head that shares no commit with its base, as after `git checkout --orphan` or a rewritten default branch.

GitHub compares no such commits: 404 "No common ancestor between …". Sources: trilom/file-changes-action#138,
slapperwan/gh4a#544, caarlos0/fork-cleaner#31.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.faults import no_file_list, thin
from bot.sandbox.git import Signature, TreeEntry
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.state import Repository
    from tests.stage import Stage

RED = feature(text=plan("FAIL"))


def begin_anew(stage: Stage, repository: Repository, branch: str, files: Mapping[str, str]) -> str:
    """Put a commit without parents on a branch."""
    git = repository.git
    entries = [TreeEntry("100644", path, git.write("blob", text.encode())) for path, text in files.items()]
    tree = git.write_tree(entries, None)
    sha = git.write_commit(tree, [], "Begin anew", Signature("ada", "ada@example.invalid", int(stage.world.now())))
    return stage.world.branch(repository, branch, sha, author="ada")


@pytest.mark.parametrize("kept", [{}, SPEC_KIT, {"README.md": "# Ferry\n", **SPEC_KIT}])
def test_a_bare_branch_gets_its_run(stage: Stage, ferry: Repository, kept: dict[str, str]) -> None:
    sha = begin_anew(stage, ferry, "001-search", {**kept, **RED})
    stage.drain(patience=60)
    assert stage.run(ferry, sha).conclusion == "failure"


def test_a_green_one_is_green(stage: Stage, ferry: Repository) -> None:
    sha = begin_anew(stage, ferry, "001-search", {**SPEC_KIT, **feature()})
    stage.drain(patience=60)
    assert stage.run(ferry, sha).conclusion == "success"


@pytest.mark.parametrize("suite", [False, True])
def test_a_re_run_is_answered_after_the_default_branch_was_rewritten(
    stage: Stage, ferry: Repository, *, suite: bool
) -> None:
    sha = stage.world.push(ferry, "001-search", RED, author="ada")
    stage.drain()
    begin_anew(stage, ferry, "main", {"README.md": "# Anew\n", **SPEC_KIT})
    stage.drain(patience=60)
    before = len(stage.runs(ferry, sha))
    run = stage.run(ferry, sha)
    stage.world.rerequest(ferry, run.suite if suite else run, author="ada")
    stage.drain(patience=60)
    assert len(stage.runs(ferry, sha)) == before + 1
    assert stage.run(ferry, sha).conclusion == "failure"


def test_a_pull_request_whose_head_begins_anew_is_judged(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(), author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    sha = begin_anew(stage, ferry, "001-search", {**SPEC_KIT, **RED})
    stage.drain(patience=60)
    assert (pull.head_sha, stage.run(ferry, sha).conclusion) == (sha, "failure")


def test_so_is_one_whose_files_github_does_not_list(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(), author="ada")
    stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    stage.world.faults.add(no_file_list(times=None))
    sha = begin_anew(stage, ferry, "001-search", {**SPEC_KIT, **RED})
    stage.drain(patience=60)
    assert stage.run(ferry, sha).conclusion == "failure"


def test_nothing_of_a_cut_tree_passes_for_the_whole(stage: Stage, ferry: Repository) -> None:
    many = {f"src/m{number}.py": "x = 1\n" for number in range(3)}
    sha = begin_anew(stage, ferry, "001-search", {**SPEC_KIT, **feature(), **many})
    stage.world.faults.add(thin("truncated", value=True, operation="git/get-tree", times=None))
    stage.drain(patience=60)
    assert [run for run in stage.runs(ferry, sha) if run.conclusion == "success"] == []
