"""The parts of spec.md that rules and the skeleton look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.change import Document


@dataclass(frozen=True, slots=True)
class Story:
    """A user story. `id` is `US1` and so on."""

    id: str
    title: str
    line: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """A numbered requirement or criterion: `FR-001`, `SC-002`, `NFR-3`."""

    id: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Spec:
    """A spec as the rules see it; lines are 1-based."""

    path: str
    title: str | None = None
    status: str | None = None
    status_line: int | None = None
    branch: str | None = None
    branch_line: int | None = None
    summary: str | None = None
    """The first sentence or two of the primary story (or the Input), for the skeleton."""
    summary_line: int | None = None
    entities: tuple[str, ...] = ()
    entities_line: int | None = None
    """The heading of Key Entities."""
    stories: tuple[Story, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    clarifications: tuple[tuple[str, int], ...] = ()
    """Open `[NEEDS CLARIFICATION: ...]` markers, text and line; never mentions in checklists, prose or code."""
    links: tuple[tuple[str, int], ...] = ()
    unfilled: bool = False
    """It is the template, untouched."""


def read_spec(document: Document) -> Spec:
    """The spec. Total: never raises for any text."""
    raise NotImplementedError
