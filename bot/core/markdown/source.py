"""Where the bytes that the parser reads stand in a document."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate


class Source:
    """The parsed lines of a document. `kept` maps a row to its line in the document where lines were left out.

    A row is the 0-based number of a parsed line. Line and column are 1-based, and a column counts characters.
    """

    __slots__ = ("_cursor", "_kept", "_starts", "content")

    def __init__(self, text: str, kept: list[int] | None) -> None:
        """`text` is the lines, joined by line feeds."""
        self.content = text.encode()
        self._starts = [0, *accumulate(len(line) + 1 for line in self.content.split(b"\n"))][:-1]
        self._kept = kept
        self._cursor: tuple[int, int, int] | None = None if text.isascii() else (0, 0, 0)

    def __eq__(self, other: object) -> bool:
        """Texts are equal if they have the same words in the same places."""
        return isinstance(other, Source) and (self.content, self._kept) == (other.content, other._kept)

    def __hash__(self) -> int:
        return hash(self.content)

    def row(self, offset: int) -> int:
        """The row of a byte."""
        return bisect_right(self._starts, offset) - 1

    def line(self, row: int) -> int:
        """The line of a row in the document."""
        return row + 1 if self._kept is None else self._kept[min(row, len(self._kept) - 1)]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a byte. Offsets mostly grow, so counting continues from the previous offset."""
        row = self.row(offset)
        start = self._starts[row]
        if self._cursor is None:
            return self.line(row), offset - start + 1
        counted_row, counted_to, count = self._cursor
        if counted_row != row or counted_to > offset:
            counted_to, count = start, 0
        count += len(self.content[counted_to:offset].decode("utf-8", "ignore"))
        self._cursor = (row, offset, count)
        return self.line(row), count + 1
