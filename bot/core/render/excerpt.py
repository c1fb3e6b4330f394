"""A source line with a caret under the place that is meant, aligned by display width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wcwidth import wcswidth

from bot.core.render.neutral import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDS = re.compile(r"\r\n|\n|\r")
_TAB = "    "
_LEAST = 20


class SourceLines:
    """The documents' lines, split once per document and only when one is asked for."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        self._documents = documents
        self._lines: dict[str, list[str]] = {}

    def line(self, path: str, number: int) -> str | None:
        """The 1-based line without its end, None when there is no such document or line."""
        if path not in self._documents:
            return None
        lines = self._lines.setdefault(path, _ENDS.split(self._documents[path]))
        return lines[number - 1] if 0 < number <= len(lines) else None


def excerpt(raw: str, column: int | None, end_column: int | None, room: int) -> tuple[str, str]:
    """The line as shown and its carets, both within `room` cells.

    Columns are 1-based characters of the raw line, the end inclusive; without them the whole text is meant. A line
    that is too long is shown from shortly before the place.
    """
    room = max(room, _LEAST)
    first = (column or len(raw) - len(raw.lstrip()) + 1) - 1
    last = max(first + 1, end_column or column or len(raw.rstrip()))
    start = 0 if _cells(raw[: 2 * room]) + len(raw[2 * room :]) <= room else max(0, first - room // 3)
    lead = "…" if start else ""
    line = lead
    stop = start
    while stop < len(raw) and _width(line + _shown(raw[stop])) < room:
        line += _shown(raw[stop])
        stop += 1
    if stop < len(raw):
        line += "…"
    before = _width(lead) + _cells(raw[start:first])
    return line, " " * before + "^" * max(1, _cells(raw[first : min(last, stop)]))


def _cells(raw: str) -> int:
    return _width("".join(_shown(char) for char in raw))


def _shown(char: str) -> str:
    return _TAB if char == "\t" else visible(char)


def _width(text: str) -> int:
    return max(0, wcswidth(text))
