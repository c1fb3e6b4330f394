"""A line on the terminal that says how far a long command is, and about how long it will take.

It stands on standard error, is erased at the end, and is not written where nobody would see it: in a pipe, in CI
(`CI` is set), on a terminal that cannot erase (`TERM=dumb`). It has no colour.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Protocol, Self, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN_AFTER = 1.0
"""Seconds of work after which steps are shown."""
_REDRAWN_AFTER = 0.1
_ESTIMATED_AFTER = 3
"""Finished steps after which the time that is left is estimated."""
_MINUTES_FROM = 90
"""Seconds from which minutes are said."""
_ERASE = "\r\x1b[K"


class Step(Protocol):
    """Hears of the progress of a long piece of work."""

    def __call__(self, done: int, total: int, name: str) -> None:
        """So many parts of the whole are finished, and the named one is next."""


def silent(done: int, total: int, name: str) -> None:
    """Show nothing."""


class ProgressLine:
    """The line. As a context manager, it is erased at the end, whatever happens."""

    def __init__(self, parts: str, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """`parts` is what is counted: `features`."""
        self._parts, self._clock = parts, clock
        self._stream = sys.stderr if stream is None else stream
        self._is_seen = self._stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")
        self._began = self._counted_from = clock()
        self._drawn: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.erase()

    def step(self, done: int, total: int, name: str) -> None:
        """See `Step`. Draws once work has taken `SHOWN_AFTER` seconds, and not more often than anybody reads."""
        now = self._clock()
        if not done:
            self._counted_from = now
        is_due = self._drawn is None or now - self._drawn >= _REDRAWN_AFTER
        if self._is_seen and is_due and now - self._began >= SHOWN_AFTER:
            left = self._time_left(done, total, now)
            self._draw(" · ".join(part for part in (f"{done} of {total} {self._parts}", left, name) if part), now)

    def say(self, text: str) -> None:
        """Draw a sentence at once: the next piece of work has no parts to count."""
        if self._is_seen:
            self._draw(text, self._clock())

    def erase(self) -> None:
        """Leave the terminal's line empty, for other output or at the end."""
        if self._drawn is not None:
            self._write(_ERASE)
            self._drawn = None

    def _time_left(self, done: int, total: int, now: float) -> str:
        if done < _ESTIMATED_AFTER:
            return ""
        seconds = max(1, round((now - self._counted_from) / done * (total - done)))
        return f"about {seconds} s left" if seconds < _MINUTES_FROM else f"about {round(seconds / 60)} min left"

    def _draw(self, text: str, now: float) -> None:
        # A name may hold control characters, and wide ones that would wrap: the line could not be erased then.
        narrow = "".join(sign if sign in "·…" or (sign.isascii() and sign.isprintable()) else "?" for sign in text)
        self._write(f"{_ERASE}{narrow[: self._width() - 1]}")
        self._drawn = now

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except OSError:
            return 80
