"""What a board shows, as values: rows of the store, joined and sorted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.forge.board import BoardFeature, BoardRow, decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.core.forge.board import StoredBoardRow
    from bot.core.forge.stored import Waiver

_NUMBER = re.compile(r"(?:.*/)?([0-9]{1,20})-")
_PAGES_KEPT = 30 * 86_400.0
"""Seconds for which the page of a verdict is kept."""
_SPANS = ((86_400 * 2, 86_400, "days"), (3_600 * 2, 3_600, "hours"), (120, 60, "minutes"))


@dataclass(frozen=True, slots=True)
class ShownRow:
    """The last verdict of a pull request or branch."""

    verdict: BoardRow
    stored_at: float
    has_page: bool

    @property
    def features(self) -> tuple[BoardFeature, ...]:
        """The features in it."""
        return self.verdict.features


@dataclass(frozen=True, slots=True)
class TakenNumber:
    """A feature number and who has it."""

    number: str
    folder: str
    """Empty where an issue has the number."""
    pull_request: int | None = None
    """The open pull request that brings the folder; None for one on the default branch."""
    issue: int | None = None
    branch: str = ""
    """The branch without a pull request that brings the folder."""


@dataclass(frozen=True, slots=True)
class ShownWaiver:
    """A waiver with its age."""

    waiver: Waiver
    has_ended: bool


@dataclass(frozen=True, slots=True)
class RepositoryBoard:
    """The board of one repository."""

    open: tuple[ShownRow, ...]
    closed: tuple[ShownRow, ...]
    numbers: tuple[TakenNumber, ...]
    waivers: tuple[ShownWaiver, ...]

    @property
    def blocked(self) -> int:
        """How many open pull requests and branches have a verdict that blocks."""
        return sum(row.verdict.conclusion in {"failure", "action_required"} for row in self.open)

    @property
    def latest(self) -> float:
        """When the last verdict was reached, seconds since the epoch (UTC); 0 for none."""
        return max((row.stored_at for row in (*self.open, *self.closed)), default=0.0)


def repository_board(
    stored: Sequence[StoredBoardRow], waivers: Iterable[Waiver], offered: Callable[[str], Mapping[str, int]], now: float
) -> RepositoryBoard:
    """Join the rows. A branch with a pull request is shown as that pull request.

    `offered` has the numbers that are reserved below a specs root, each with its issue.
    """
    shown: list[ShownRow] = []
    closed: list[ShownRow] = []
    for row in stored:
        verdict = decoded(row.content)
        if verdict is not None:
            place = shown if row.closed_at is None else closed
            place.append(ShownRow(verdict, row.stored_at, now - row.stored_at < _PAGES_KEPT))
    in_pulls = {row.verdict.branch for row in shown if row.verdict.number is not None}
    shown = [row for row in shown if row.verdict.number is not None or row.verdict.branch not in in_pulls]
    shown.sort(key=lambda row: (row.verdict.number is None, -(row.verdict.number or 0), row.verdict.branch))
    today = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")
    return RepositoryBoard(
        tuple(shown),
        tuple(closed),
        _numbers([*shown, *closed], len(shown), offered),
        tuple(ShownWaiver(waiver, bool(waiver.until) and waiver.until < today) for waiver in waivers),
    )


def _numbers(
    rows: Sequence[ShownRow], opened: int, offered: Callable[[str], Mapping[str, int]]
) -> tuple[TakenNumber, ...]:
    """The numbers on the default branch, then those that open pull requests bring, then those of issues."""
    newest = max((row for row in rows if row.verdict.folders), key=lambda row: row.stored_at, default=None)
    folders = newest.verdict.folders if newest is not None else ()
    taken = [TakenNumber(match[1], folder) for folder in folders if (match := _NUMBER.match(folder))]
    for row in rows[:opened]:
        new = (feature for feature in row.features if feature.dir not in folders)
        pull, branch = row.verdict.number, "" if row.verdict.number is not None else row.verdict.branch
        taken += [TakenNumber(each.number, each.dir, pull, None, branch) for each in new if each.number is not None]
    roots = {each.folder.rpartition("/")[0] for each in taken} or {"specs"}
    taken += [TakenNumber(number, "", issue=issue) for root in roots for number, issue in offered(root).items()]
    return tuple(sorted(taken, key=lambda each: (len(each.number), each.number, each.folder), reverse=True))


def age(seconds: float) -> str:
    """A span of time in words: `3 days`, `2 hours`, `just now`."""
    for least, unit, name in _SPANS:
        if seconds >= least:
            return f"{int(seconds // unit)} {name} ago"
    return "just now"
