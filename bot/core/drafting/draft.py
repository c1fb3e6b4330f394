"""A drafted plan or spec: its text, and how many blanks are left to fill."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """One document that a person can copy into place."""

    path: str
    """Its path from the repository's root: `specs/019-rate-limits/plan.md`."""
    text: str
    """The whole document. Holds foreign text, so it is only ever shown fenced."""
    blanks: int
    """The number of blanks: clarifications and verdicts together."""
    clarifications: int
    """Fields that say `NEEDS CLARIFICATION`."""
    verdicts: int
    """Principles without an answer."""
    template: str
    """Path of the template that it was drawn from, or `bundled`."""
