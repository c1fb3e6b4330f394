"""Print a rehearsal: one line per head, an estimate of the time left, and a summary."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.text.neutral import plain_line
from bot.demo.mirror import megabytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.demo.heads import Head, Programme
    from bot.demo.mirror import Original
    from bot.demo.rehearsal import HeadResult
    from bot.demo.screen import Screen
    from bot.progress import ProgressLine

_MARKS = {"success": ("✓", "green"), "neutral": ("■", "yellow"), "skipped": ("■", "yellow")}
_STOPPED, _NONE = ("✗", "red"), ("?", "yellow")
_MOST_FOLDERS = 2
_LONGEST_NAME = 34


@dataclass
class Ledger:
    """Prints the results, head by head."""

    screen: Screen
    progress: ProgressLine
    programme: Programme
    _started: float = field(init=False, default_factory=time.monotonic)
    _heading: str = field(init=False, default="")

    def begin(self, original: Original) -> None:
        """Print the heading."""
        self.progress.erase()
        programme = self.programme
        count = _count(len(programme.heads), "commit" if programme.history else "head")
        older = f", the newest of {programme.touching}" if programme.touching > len(programme.heads) else ""
        self.screen.title(f"Rehearsing {original.name}: {count}{older}.")
        self.screen.lines(
            f"Plangate judges a copy ({megabytes(original.size)}), as if it had been installed from the start. "
            f"{plain_line(str(original.folder))} is not changed."
        )

    def start(self) -> None:
        """Start the clock with the first head."""
        self._started = time.monotonic()
        self.estimate(0)

    def estimate(self, played: int) -> None:
        """Show how many heads are done, and about how many seconds are left."""
        heads = self.programme.heads
        self.progress.step(played, len(heads), heads[played].name)

    def show(self, result: HeadResult) -> None:
        """Print the row of one head, below the heading of its group."""
        self.progress.erase()
        programme = self.programme
        base = f"{plain_line(programme.base_name)}@{programme.base[:7]}"
        heading = (
            "Merged heads, each compared with the commit before it"
            if result.head.landed
            else f"Open heads, compared with {base}"
        )
        if heading != self._heading:
            self._heading = heading
            self.screen.heading(heading)
        self._row(result)

    def later(self, before: Sequence[HeadResult], after: Sequence[HeadResult]) -> None:
        """Print the verdicts that a later head has changed."""
        changed = [new for old, new in zip(before, after, strict=True) if verdict_line(old) != verdict_line(new)]
        if changed:
            self.screen.heading("Judged again when later heads came")
        for result in changed:
            self._row(result)

    def end(self, results: Sequence[HeadResult], folder: Path) -> None:
        """Print the totals, and the command that shows a whole report."""
        stopped = [result for result in results if result.stops]
        silent = sum(result.run is None for result in results)
        parts = [f"{len(results) - len(stopped) - silent} of {len(results)} would pass"]
        parts += [f"{len(stopped)} would be stopped"] if stopped else []
        parts += [f"{silent} without a verdict"] if silent else []
        self.screen.title(
            f"{', '.join(parts)}. It took {_count(max(1, round(time.monotonic() - self._started)), 'second')}."
        )
        if stopped:
            head = stopped[-1].head
            name = f"#{head.number}" if head.number is not None else head.name
            self.screen.lines(f"Show a whole report: plangate demo --repo {_word(str(folder))} --show {_word(name)}")

    def _row(self, result: HeadResult) -> None:
        mark, colour = verdict_mark(result)
        names = min(max(len(_called(head)) for head in self.programme.heads), _LONGEST_NAME)
        folders = max(len(_folders(head)) for head in self.programme.heads)
        title = verdict_line(result) or ""
        cost = result.cost
        took = f"{cost.seconds * 1000:5.0f} ms  {_count(cost.calls, 'call'):7}" if cost is not None else ""
        self.screen.row((mark, colour), _called(result.head), (names, folders), title, _folders(result.head), took)


def verdict_line(result: HeadResult) -> str | None:
    """The check run's title, or why there is none."""
    return plain_line(result.run.title or "") if result.run is not None else result.problem


def verdict_mark(result: HeadResult) -> tuple[str, str]:
    """The sign and colour of a verdict."""
    if result.run is None:
        return _NONE
    return _MARKS.get(result.run.conclusion or "", _STOPPED)


def _called(head: Head) -> str:
    number = f"#{head.number} " if head.number is not None else ""
    nameless = head.name == f"pull-{head.number}" or head.sha.startswith(head.name)
    return plain_line(f"{number or head.name + ' '}{head.title}" if nameless else f"{number}{head.name}")


def _folders(head: Head) -> str:
    shown = [plain_line(folder) for folder in head.folders[:_MOST_FOLDERS]]
    hidden = len(head.folders) - len(shown)
    return ", ".join(shown) + (f" and {hidden} more" if hidden else "")


def _word(text: str) -> str:
    """A name quoted for a shell; a character that cannot be shown becomes `?`."""
    shown = plain_line(text)
    return shown if all(sign.isalnum() or sign in "/._-+@" for sign in shown) else f"'{shown.replace(chr(39), '?')}'"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
