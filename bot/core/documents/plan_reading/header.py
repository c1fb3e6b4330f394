"""The plan's title, branch and spec link, in the header's many spellings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.markdown import Heading, Item, Paragraph, Style, Table
from bot.core.text.lexicon import Pattern, anywhere

if TYPE_CHECKING:
    from bot.core.markdown import Markdown, Text

_LINES = 40
_BLOCKS = 30
MAX_FIELD = 300
_BRANCH = Pattern(anywhere("branch"), re.IGNORECASE)
_SPEC = Pattern(anywhere("spec"), re.IGNORECASE)
_FIELD = re.compile(r"[*_`\s]*(?P<name>[^\W\d_][\w /().-]{0,40}?)[*_`\s]*[:：][*_`\s]*")


class Header(Struct, frozen=True):
    """What stands above the first section."""

    title: str | None = None
    branch: str | None = None
    branch_line: int | None = None
    spec_link: str | None = None
    spec_line: int | None = None


def read_header(markdown: Markdown) -> Header:
    """The header, with None for what is not there."""
    title = next((h for h in markdown.headings if h.level == 1), None)
    branch: tuple[str, int] | None = None
    spec: tuple[str, int] | None = None
    for block in markdown.blocks[:_BLOCKS]:
        if block.line > _LINES + markdown.body or (isinstance(block, Heading) and block.level > 1):
            break
        for text, line in _texts(block):
            for name, value, target, at in _fields(text, line):
                if branch is None and _BRANCH.fullmatch(name):
                    branch = (value, at)
                elif spec is None and _SPEC.fullmatch(name):
                    spec = (target or value, at)
    return Header(
        _bounded(title.title) if title else None,
        _bounded(branch[0]) if branch else None,
        branch[1] if branch else None,
        _bounded(spec[0]) if spec else None,
        spec[1] if spec else None,
    )


def _texts(block: object) -> list[tuple[Text, int]]:
    if isinstance(block, Paragraph | Item):
        return [(block.text, block.line)]
    if isinstance(block, Table):
        return [(cell.text, cell.line) for row in (block.header, *block.rows[:10]) for cell in row]
    return []


def _fields(text: Text, line: int) -> list[tuple[str, str, str | None, int]]:
    """(name, value, link target or None, line) of each `**Name**: value` in a text, divided by `|` or line ends."""
    found: list[tuple[str, str, str | None, int]] = []
    start = 0
    for part in re.split(r"([|｜\n])", text.text[:4000]):
        match = _FIELD.match(part)
        if match is not None:
            at = text.place(start)[0] if text.pieces else line
            end = start + len(part)
            target = next((m.target for m in text.marks if m.style is Style.LINK and start <= m.start < end), None)
            value = part[match.end() :].strip(" *_`")
            found.append((match["name"].strip().casefold(), value.strip(), target, at))
        start += len(part)
    return found


def _bounded(value: str) -> str:
    return value[:MAX_FIELD].strip()
