"""A rehearsal on a terminal: one line per head, an estimate while it goes on, and what it comes to."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.core.text.neutral import plain_line
from bot.demo.mirror import megabytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.status import Status

    from bot.demo.heads import Head, Programme
    from bot.demo.mirror import Original
    from bot.demo.rehearsal import HeadResult
    from bot.demo.screen import Screen

_MARKS = {"success": ("✓", "green"), "neutral": ("■", "yellow"), "skipped": ("■", "yellow")}
_STOPPED, _NONE = ("✗", "red"), ("?", "yellow")
_MOST_FOLDERS = 2
_LONGEST_NAME = 34
_GUESSED_SECONDS = 0.7
"""What a head takes, until the first was played."""


class Progress:
    """What is going on, in the last line of the terminal that a person looks at; nothing where there is none."""

    def __init__(self, screen: Screen) -> None:
        # Two consoles on one terminal would write into each other's lines.
        console = screen.console if screen.console.is_terminal else Console(stderr=True)
        self._status: Status | None = console.status("", spinner="line") if console.is_terminal else None

    def say(self, text: str) -> None:
        """Replace the line."""
        if self._status is not None:
            self._status.update(Text(text, style="dim"))
            self._status.start()

    def end(self) -> None:
        """Take the line away."""
        if self._status is not None:
            self._status.stop()


@dataclass
class Ledger:
    """Prints a rehearsal, head by head."""

    screen: Screen
    progress: Progress
    programme: Programme
    _started: float = field(init=False, default_factory=time.monotonic)
    _heading: str = field(init=False, default="")

    def begin(self, original: Original) -> None:
        """What is rehearsed, and on what."""
        programme = self.programme
        count = _count(len(programme.heads), "commit" if programme.history else "head")
        older = f", the newest of {programme.touching}" if programme.touching > len(programme.heads) else ""
        self.screen.title(f"Rehearsing {original.name}: {count}{older}.")
        self.screen.lines(
            f"A copy is judged ({megabytes(original.size)}), as if Plangate had been there from the start; "
            f"{plain_line(str(original.folder))} stays as it is."
        )

    def start(self) -> None:
        """The first head is played now."""
        self._started = time.monotonic()
        self.estimate(0)

    def estimate(self, played: int) -> None:
        """How far it is, and about how long it will take."""
        heads = self.programme.heads
        each = (time.monotonic() - self._started) / played if played else _GUESSED_SECONDS
        seconds = max(1, round(each * (len(heads) - played)))
        self.progress.say(f"{played + 1} of {len(heads)} · about {seconds} s left · {plain_line(heads[played].name)}")

    def show(self, result: HeadResult) -> None:
        """One head."""
        programme = self.programme
        base = f"{plain_line(programme.base_name)}@{programme.base[:7]}"
        heading = (
            "Merged, each judged against what was there before it" if result.head.landed else f"Open, against {base}"
        )
        if heading != self._heading:
            self._heading = heading
            self.screen.heading(heading)
        self._row(result)

    def later(self, before: Sequence[HeadResult], after: Sequence[HeadResult]) -> None:
        """Verdicts that a later head has changed."""
        changed = [new for old, new in zip(before, after, strict=True) if verdict_line(old) != verdict_line(new)]
        if changed:
            self.screen.heading("Judged again when later heads came")
        for result in changed:
            self._row(result)

    def end(self, results: Sequence[HeadResult], folder: Path) -> None:
        """What it comes to, and how to see more."""
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
            self.screen.lines(
                f"The whole report of one: plangate demo --repo {_word(str(folder))} --show {_word(name)}"
            )

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
    """A name as a shell takes it, as far as it can be shown at all."""
    shown = plain_line(text)
    return shown if all(sign.isalnum() or sign in "/._-+@" for sign in shown) else f"'{shown.replace(chr(39), '?')}'"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
