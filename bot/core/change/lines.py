"""Find the new lines of a document: lines that occur nowhere in the document at the base."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.core.change.trees import FileStatus, Readability

if TYPE_CHECKING:
    from bot.core.change.trees import Change, Document

_BOM = "\ufeff"


def _lines(text: str) -> list[str]:
    """Lines as a formatter leaves them: one blank between words, none beside `|`, `-` before every bullet."""
    return [_formatted(line) for line in text.removeprefix(_BOM).split("\n")]


def _formatted(line: str) -> str:
    words = " ".join(line.split())
    if "|" in words:
        words = words.replace(" |", "|").replace("| ", "|")
    return f"- {words[2:]}" if words.startswith(("* ", "+ ")) else words


def new_lines(base: str, head: str) -> frozenset[int]:
    """1-based lines of `head` that `base` does not have. Of a line that occurs more often in `head`, the last are new.

    Moved lines and empty lines are not new. Time and memory grow linearly with both texts.
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
    """New lines of the documents below a folder, by path. Every line is new in a document whose path is absent."""
    if change.base is None:
        return {}
    changed = {file.path: file for file in change.changed}
    by_path: dict[str, frozenset[int]] = {}
    for path, document in change.head.documents.items():
        if not path.startswith(f"{below}/"):
            continue
        file = changed.get(path)
        if file is None:
            by_path[path] = frozenset()
            continue
        moved = file.previous if file.status is FileStatus.RENAMED else None
        before = _readable(change.base.documents.get(path) or change.base.documents.get(moved or path))
        if before is not None:
            by_path[path] = new_lines(before.text, document.text)
    return by_path


def _readable(document: Document | None) -> Document | None:
    return document if document is not None and document.reading is Readability.WHOLE else None
