"""The folders on the base with which a change collides."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.change.trees import Change
    from bot.core.judging.findings import Finding


def collided(findings: Iterable[Finding], change: Change) -> tuple[str, ...]:
    """The folders on the base with the number that the change takes. The finding shows their history."""
    there = change.base.entries if change.base is not None else {}
    return tuple(
        dict.fromkeys(
            finding.subject for finding in findings if finding.rule == "number-collision" and finding.subject in there
        )
    )
