"""A row of a repository's board as a value: the last verdict of one pull request or branch."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from bot.core.forge.verdict_page import valid


@dataclass(frozen=True, slots=True)
class BoardPrinciple:
    """A principle and what the plan says of it: `pass`, `violation`, …, `not mentioned`."""

    title: str
    verdict: str


@dataclass(frozen=True, slots=True)
class BoardFeature:
    """A feature folder in a verdict."""

    dir: str
    number: str | None
    stage: str
    principles: tuple[BoardPrinciple, ...]
    tasks: int
    """0 where there is no list of tasks."""
    tasks_done: int
    artifacts: int
    """How many artifacts are due."""
    artifacts_there: int


@dataclass(frozen=True, slots=True)
class BoardRow:
    """The last verdict of one pull request or branch."""

    number: int | None
    """The pull request; None for a branch without one."""
    branch: str
    base: str
    head_sha: str
    digest: str
    """The part of the report's digest that stands in the address of the verdict's page."""
    conclusion: str
    title: str
    errors: int
    warnings: int
    features: tuple[BoardFeature, ...]
    folders: tuple[str, ...]
    """The feature folders on the default branch; empty where the pull request goes elsewhere."""
    private: bool
    """The repository was private then."""

    @property
    def place(self) -> str:
        """`#12`, or the name of the branch."""
        return place_of(self.number, self.branch)


@dataclass(frozen=True, slots=True)
class StoredBoardRow:
    """A row of the board in the store. Times are in seconds since the epoch (UTC)."""

    place: str
    content: str = field(repr=False)
    """`encoded` row."""
    stored_at: float
    closed_at: float | None = None
    """None while the pull request is open or the branch exists."""


def place_of(number: int | None, branch: str) -> str:
    """The name of a row: `#12` for a pull request, else the branch."""
    return f"#{number}" if number is not None else branch


def encoded(row: BoardRow) -> str:
    """The row as text."""
    return msgspec.json.encode(valid(msgspec.to_builtins(row))).decode()


def decoded(text: str) -> BoardRow | None:
    """The row from its text; None for one that another version of Plangate wrote in another form."""
    try:
        return msgspec.json.decode(text, type=BoardRow)
    except ValueError:
        return None
