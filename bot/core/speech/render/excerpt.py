"""A source line with carets under the place of a finding, aligned by display width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.text.neutral import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

_NARROW = re.compile(r"[\x20-\u02ff\u2010-\u2027\u2500-\u257f]*")
"""Latin letters, dashes, quotes and the lines of trees: one cell each."""
_ENDS = re.compile(r"\r\n|\n|\r")
_TAB = "    "
_LEAST = 20
_LOOKED_AT = 1_000


class SourceLines:
    """The documents' lines, split once per document and only when one is asked for."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        self._documents = documents
        self._lines: dict[str, list[str]] = {}

    def line(self, path: str, number: int) -> str | None:
        """The 1-based line without its end, None when there is no such document or line."""
        if path not in self._documents:
            return None
        if path not in self._lines:
            self._lines[path] = _ENDS.split(self._documents[path])
        lines = self._lines[path]
        return lines[number - 1] if 0 < number <= len(lines) else None


def excerpt(raw: str, column: int | None, end_column: int | None, room: int) -> tuple[str, str]:
    """The line as shown and its carets, both within `room` cells.

    Columns are 1-based characters of the raw line, the end inclusive; without them, all of the text is marked. A
    line that is too long is shown from shortly before the place.
    """
    room = max(room, _LEAST)
    indent = len(raw[:_LOOKED_AT]) - len(raw[:_LOOKED_AT].lstrip())
    first = min((column or indent + 1) - 1, max(0, len(raw) - 1))
    fits = len(raw) <= room and _cells(raw) <= room
    start, stop = (0, len(raw)) if fits else _window(raw, first, room)
    last = max(first + 1, min(end_column or column or len(raw.rstrip()), stop))
    lead, tail = "…" if start else "", "…" if stop < len(raw) else ""
    line = lead + "".join(_shown(char) for char in raw[start:stop]) + tail
    return line, " " * (len(lead) + _cells(raw[start:first])) + "^" * max(1, _cells(raw[first:last]))


def _window(raw: str, first: int, room: int) -> tuple[int, int]:
    """The part of a long line (in characters) that shows the place, with a mark of omission at both ends."""
    start = max(0, first - room // 4)
    while start < first and _cells(raw[start:first]) > room // 2:
        start += 1
    stop = min(len(raw), start + room - 2)
    while stop > first + 1 and _cells(raw[start:stop]) > room - 2:
        stop -= 1
    return start, stop


def _cells(raw: str) -> int:
    return cells("".join(_shown(char) for char in raw))


def _shown(char: str) -> str:
    return _TAB if char == "\t" else visible(char)


def cells(text: str) -> int:
    """Cells of a text without control characters."""
    if _NARROW.fullmatch(text):
        return len(text)
    from wcwidth import wcswidth  # noqa: PLC0415  its tables take long to load, and most lines need none

    return max(0, wcswidth(text))
