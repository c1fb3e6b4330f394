"""A branch, a pull request, a verdict: what people see on GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stage import SPEC_KIT, Stage, feature

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path) as stage:
        yield stage


def test_a_complete_plan_turns_the_check_green(stage: Stage) -> None:
    repo = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
    stage.world.install("acme", [repo])
    stage.world.push(repo, "001-search", feature(), author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain()
    run = stage.run(repo, pull.head_sha)
    assert (run.status, run.conclusion) == ("completed", "success")
    assert stage.comments(repo, pull.number) == []
