"""The project's principles, read from its constitution in whatever form it was written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.change import Document


class ConstitutionState(StrEnum):
    """Whether there is anything to hold a plan to."""

    FILLED = "filled"
    TEMPLATE = "template"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Principle:
    """One principle. `id` is its numeral as written (`I`, `1`, `一`), None when it has none."""

    id: str | None
    name: str
    """Without numeral and without the marker of its strength."""
    non_negotiable: bool
    line: int

    @property
    def title(self) -> str:
        """As people cite it: `VI. Data Protection (NON-NEGOTIABLE)`."""
        head = f"{self.id}. {self.name}" if self.id else self.name
        return f"{head} (NON-NEGOTIABLE)" if self.non_negotiable else head


@dataclass(frozen=True, slots=True)
class Constitution:
    """The constitution as it stands at the base."""

    path: str
    state: ConstitutionState
    version: str | None = None
    principles: tuple[Principle, ...] = ()


def read_constitution(document: Document | None, path: str) -> Constitution:
    """The constitution at `path`; state `missing` when there is no document, never an exception."""
    raise NotImplementedError
