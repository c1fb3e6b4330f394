"""Shared wordings, so that every rule states a fact in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.text.prose import Code, Piece, Prose

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_QUOTE = 120
"""Characters of foreign text in one sentence; the line itself is a click away."""


def clip(text: str, limit: int = MAX_QUOTE) -> str:
    """Foreign text short enough for a sentence, on one line, with `…` where something was cut."""
    line = " ".join(text[: limit * 4].split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def count(number: int, singular: str, plural: str) -> str:
    """`1 artifact`, `2 artifacts`."""
    return f"{number} {singular if number == 1 else plural}"


def line_list(lines: Iterable[int], most: int = 20) -> str:
    """Line numbers as people write them: `1, 3, 4, 14-20`."""
    runs: list[list[int]] = []
    for line in sorted(set(lines)):
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    parts: list[str] = []
    for first, last in runs:
        if last - first < 2:  # noqa: PLR2004  two neighbours read better apart: 3, 4
            parts += [str(line) for line in range(first, last + 1)]
        else:
            parts.append(f"{first}-{last}")
    return ", ".join(parts[:most]) + (" and more" if len(parts) > most else "")


def enumerated(texts: Iterable[str], most: int = 6) -> Prose:
    """Foreign texts as a list in a sentence: `a`, `b` and 3 more."""
    quotes = list(texts)
    pieces: list[Piece] = []
    for index, text in enumerate(quotes[:most]):
        if index:
            pieces.append(" and " if index == len(quotes) - 1 else ", ")
        pieces.append(Code(clip(text)))
    if len(quotes) > most:
        pieces.append(f" and {len(quotes) - most} more")
    return tuple(pieces)
