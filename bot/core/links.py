"""Relative links in a document: the ones that can break inside a repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.markdown import Fence, Style, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.markdown import Block, Markdown, Text

MAX_LINKS = 2_000
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")


def relative_links(document: Markdown) -> tuple[tuple[str, int], ...]:
    """The targets of relative links as written, with the 1-based line that each stands on; at most `MAX_LINKS`."""
    found: list[tuple[str, int]] = []
    for block in document.blocks:
        for text in _texts(block):
            for _, mark in text.marked(Style.LINK):
                if mark.target and not _SCHEME.match(mark.target):
                    found.append((mark.target, text.place(mark.start)[0]))
                    if len(found) == MAX_LINKS:
                        return tuple(found)
    return tuple(found)


def _texts(block: Block) -> Iterator[Text]:
    if isinstance(block, Table):
        yield from (cell.text for row in (block.header, *block.rows) for cell in row)
    elif not isinstance(block, Fence):
        yield block.text
