"""A base that moved on: the files of a pull request are those since the base that GitHub keeps for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.forge.events import SweepDue
from bot.core.forge.outcome import Done
from bot.sandbox.faults import Fault, no_file_list, thin
from tests.stage import feature

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.state import Repository
    from tests.stage import Stage

FAULTS: dict[str, Callable[[], Fault]] = {
    "no list, none counted": lambda: no_file_list(times=None),
    "no list": lambda: thin("files", times=None),
    "no count": lambda: thin("changedFiles", times=None),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_thin_answer_after_the_lower_pull_request_was_merged_changes_no_title(
    stage: Stage, ferry: Repository, name: str
) -> None:
    stage.world.push(ferry, "001-search", feature("specs/001-search"), author="ada")
    lower = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.world.push(ferry, "002-map", feature("specs/002-map"), author="ada", start="001-search")
    upper = stage.world.open_pull_request(ferry, "002-map", author="ada")
    stage.drain(patience=30.0)
    stage.world.merge(lower, author="ada", admin=True)
    stage.drain(patience=30.0)
    before = stage.run(ferry, upper.head_sha)
    fault = stage.world.faults.add(FAULTS[name]())
    stage.put(SweepDue(**stage.about(ferry), number=upper.number, reason="a test"))
    outcomes = stage.drain(patience=30.0)
    assert outcomes == [Done()]
    assert fault.struck > 0
    assert before.title == "2 features · nothing blocks"
    assert stage.runs(ferry, upper.head_sha) == [before], "the same verdict is not written again"
