"""A fix as a change of lines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one line in the finding's document, as the fix asks for it. Reasons are never in it."""

    line: int
    lines: tuple[str, ...] = ()
    """What stands in the place of the line, without line ends; empty where the line goes."""
