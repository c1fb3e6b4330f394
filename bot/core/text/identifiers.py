"""The ids that people number requirements, criteria and stories by: `FR-001`, `SC-002a`, `NFR-UI-3`, `US1`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.text.lexicon import Pattern, anywhere

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_RANGE = 200
"""Ids that a range such as `FR-001 to FR-020` is taken for, at most."""

_PREFIX = r"(?:FR|NFR|SC|TR|BR|UR|SR|PR|IR|QR|DR|CR|REQ)"
_REST = r"[-_](?:[A-Z]{1,8}[-_]?){0,3}[0-9]{1,4}(?:[-.][0-9]{1,3}(?![0-9]))?[a-z]?(?![A-Za-z0-9])"
REQUIREMENT = re.compile(rf"(?<![A-Za-z0-9_-]){_PREFIX}{_REST}")
STORY = re.compile(r"(?<![A-Za-z0-9_-])US[- ]?([0-9]{1,3})(?![A-Za-z0-9])")

_TO = Pattern(rf"\s*(?:–|—|-|\.\.\.?|…|~|〜|{anywhere('to')})\s*")
_DASH = re.compile(r"\s*(?:–|—|\.\.\.?|…|~|〜)\s*")
"""Only these make a bare number the end of a range; `FR-001 to 100 requests` is none."""
_NUMBER = re.compile(r"[0-9]{2,4}[a-z]?(?![A-Za-z0-9.])")
_MORE = re.compile(r"\s*[/,、]\s*([0-9]{2,4}[a-z]?)(?![A-Za-z0-9.])")
_SPLIT = re.compile(r"(.*?)([0-9]+)([a-z]?)$")


def requirement_ids(text: str) -> Iterator[tuple[str, int]]:
    """Every requirement id of a text with its offset; ranges and lists (`FR-001–003`, `FR-001/002`) are written out."""
    position = 0
    while match := REQUIREMENT.search(text, position):
        position = match.end()
        yield match[0], match.start()
        start, end = match[0], None
        if link := _TO.match(text, position):
            if last := REQUIREMENT.match(text, link.end()):
                end, position = last[0], last.end()
            elif (number := _NUMBER.match(text, link.end())) and _DASH.fullmatch(link[0]):
                end, position = _with_number(start, number[0]), number.end()
        if end is not None:
            for inner in _between(start, end):
                yield inner, match.start()
            continue
        while further := _MORE.match(text, position):
            position = further.end()
            yield _with_number(start, further[1]), match.start()


def story_ids(text: str) -> Iterator[tuple[str, int]]:
    """Every story id of a text in its plain form (`US1`) with its offset."""
    for match in STORY.finditer(text):
        yield f"US{int(match[1])}", match.start()


def _with_number(pattern: str, number: str) -> str:
    split = _SPLIT.match(pattern)
    return f"{split[1]}{number}" if split else pattern


def _between(start: str, end: str) -> Iterator[str]:
    """The ids after `start` up to `end`; only `end` where they do not count on from each other."""
    first, last = _SPLIT.match(start), _SPLIT.match(end)
    if first and last and first[1] == last[1] and 0 < int(last[2]) - int(first[2]) <= MAX_RANGE:
        width = len(first[2])
        # `FR-014〜015a` runs through FR-015.
        for number in range(int(first[2]) + 1, int(last[2]) + bool(last[3])):
            yield f"{first[1]}{number:0{width}d}"
    yield end
