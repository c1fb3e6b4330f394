"""A command that was pasted with something invisible before it is answered like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.speech.commands import may_hold_command

if TYPE_CHECKING:
    from bot.sandbox.state import Repository
    from tests.stage import Stage

SIGNS = {
    "left-to-right mark": "\u200e",
    "byte order mark": "\ufeff",
    "word joiner": "\u2060",
    "zero width space": "\u200b",
    "no-break space": "\u00a0",
    "soft hyphen": "\u00ad",
    "right-to-left override": "\u202e",
    "several": "\u200b\u2060 \u200e",
}


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_the_door_lets_it_in(sign: str) -> None:
    assert may_hold_command(f"{sign}/plan status", "plangate")
    assert may_hold_command(f"Thanks.\r\n\r\n{sign}@PlanGate plan", "plangate")
    assert not may_hold_command(f"See {sign}/plan", "plangate")


@pytest.mark.parametrize("sign", ["\u200e", "\u00a0", "\u200b\u2060"])
def test_it_is_answered(stage: Stage, ferry: Repository, sign: str) -> None:
    issue = stage.world.open_issue(ferry, "A question", author="ada")
    stage.drain()
    comment = stage.world.comment(ferry, issue.number, f"{sign}/plan status", author="ada")
    stage.drain()
    assert [one.content for one in stage.world.reactions(ferry, comment)] == ["eyes", "rocket"]
