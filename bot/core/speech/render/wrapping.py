"""Wrap a terminal's text between words; source lines and what is to be pasted stay as they are."""

from __future__ import annotations

import re

from bot.core.speech.render.excerpt import cells

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_AS_IT_IS = re.compile(r"\s*[0-9]*\s\||\s{10,}")
"""A source line with its gutter, the carets below it, and text to paste."""
_LABEL = re.compile(r"\s*(?:= \w+: |(?:artifacts|principles|tasks) +|- |\w+: )?")
"""What stands before the text of a line; further lines begin below the text."""


def wrapped(text: str, width: int) -> str:
    """The text in lines of at most `width` cells. A word that is wider has a line of its own."""
    return "\n".join(part for line in text.split("\n") for part in _lines(line, width))


def _lines(line: str, width: int) -> list[str]:
    plain = _COLOUR.sub("", line)
    if cells(plain) <= width or _AS_IT_IS.match(plain):
        return [line]
    label = _LABEL.match(plain)
    indent = min(label.end() if label else 0, width // 2)
    lines: list[str] = []
    lead = len(line) - len(line.lstrip(" "))
    first, *words = line[lead:].split(" ")
    current, room = line[:lead] + first, width
    for word in words:
        if cells(_COLOUR.sub("", f"{current} {word}")) > room:
            lines.append(current)
            current, room = word, width - indent
        else:
            current = f"{current} {word}"
    lines.append(current)
    return [lines[0], *(" " * indent + further for further in lines[1:])]
