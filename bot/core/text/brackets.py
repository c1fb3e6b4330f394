"""Bracketed spans in a line: what templates write where a plan has to say something.

A bracket is not a hole when it is a link, a footnote, a check box, a label such as `[P]`, or code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINE = 4_000
"""Characters of a line that are looked at; a placeholder further right than that is not one."""

_SPAN = re.compile(r"!?\[([^\[\]]*)(\]?)")
_CODE = re.compile(r"(?<!`)(`++)[^`]*\1(?!`)")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LABEL = re.compile(r"(?:US|FR|SC|T|P|CHK)?-?[0-9]*|[A-Z]{1,2}")
_MARKS = " \t>*_+|│├└─-`"
_LONGEST_LABEL = 120


class Bracket(Struct, frozen=True):
    """A span. `start` and `end` are offsets in the line; `text` has its brackets, the closing one unless it is cut."""

    text: str
    start: int
    end: int
    label: str | None
    """The label in front of it, empty where there are only marks; None where other words stand before it."""

    @property
    def leads(self) -> bool:
        """Nothing but marks, or a label with its colon, stands before it."""
        return self.label is not None

    @property
    def inner(self) -> str:
        """What stands between the brackets."""
        return self.text.strip("[]").strip()


def mask_code(line: str) -> str:
    """The line with its code spans blanked, so that what is only quoted is not found; columns stay."""
    if "`" not in line:
        return line
    return _CODE.sub(lambda match: " " * len(match[0]), line)


def brackets(line: str) -> Iterator[Bracket]:
    """The spans of a line that may be holes, in order. One that the line does not close runs to its end."""
    line = line[:MAX_LINE]
    for match in _SPAN.finditer(line):
        inner, closing = match[1], match[2]
        end = match.end()
        after = line[end : end + 1]
        if match[0].startswith("!") or not _LETTERS.search(inner) or _LABEL.fullmatch(inner) or inner.startswith("^"):
            continue
        target = match.start() > 0 and line[match.start() - 1] == "]"
        if target or after in {"(", "["} or (after == ":" and not line[: match.start()].strip() and closing):
            continue
        if not closing and len(inner) < 8:  # noqa: PLR2004  a lone bracket in prose, not a sentence that goes on
            continue
        text = line[match.start() : end].rstrip()
        yield Bracket(text, match.start(), match.start() + len(text), _label(line[: match.start()]))


def _label(before: str) -> str | None:
    """`Storage` for `- **Storage**: ` and `| Storage | `; empty for marks alone; None for any other words."""
    if len(before) > _LONGEST_LABEL * 2 or "[" in before or "]" in before:
        return None
    words = before.strip(_MARKS)
    if not words or words.rstrip(".)").isdecimal():
        return ""
    ends = before.rstrip(" \t*_`").endswith((":", "：", "|"))
    return words.rstrip(":： \t*_`") if ends and len(words) <= _LONGEST_LABEL else None
