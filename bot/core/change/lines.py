"""Which lines of a document are new: those that the document at the base does not have, wherever they stand."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.core.change.trees import FileStatus, Readability

if TYPE_CHECKING:
    from bot.core.change.trees import Change, Document

_BOM = "\ufeff"


def _lines(text: str) -> list[str]:
    """The lines without what no reader sees: line ends, spaces before them, a byte order mark."""
    return [line.rstrip() for line in text.removeprefix(_BOM).split("\n")]


def new_lines(base: str, head: str) -> frozenset[int]:
    """1-based lines of `head` that `base` does not have, counted: a line that is there twice now and once then is new.

    A line that only moved is old, and so is an empty one. Time and memory grow linearly with both texts.
    """
    stock = Counter(_lines(base))
    new: list[int] = []
    for number, line in enumerate(_lines(head), 1):
        if stock[line] > 0:
            stock[line] -= 1
        elif line:
            new.append(number)
    return frozenset(new)


def lines_by_path(change: Change, below: str) -> dict[str, frozenset[int]]:
    """The new lines of every document below a folder; a path that is absent is new as a whole."""
    if change.base is None:
        return {}
    changed = {file.path: file for file in change.changed}
    found: dict[str, frozenset[int]] = {}
    for path, document in change.head.documents.items():
        if not path.startswith(f"{below}/"):
            continue
        file = changed.get(path)
        if file is None:
            found[path] = frozenset()
            continue
        moved = file.previous if file.status is FileStatus.RENAMED else None
        before = _whole(change.base.documents.get(path) or change.base.documents.get(moved or path))
        if before is not None:
            found[path] = new_lines(before.text, document.text)
    return found


def _whole(document: Document | None) -> Document | None:
    return document if document is not None and document.reading is Readability.WHOLE else None
