"""The parts of a Markdown document, each with its exact position in the source."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.markdown.source import Source


class Style(StrEnum):
    """Inline markup of a range of text."""

    CODE = "code"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    STRUCK = "struck"
    LINK = "link"


class Mark(Struct, frozen=True):
    """A range of `Text.text` with inline markup; the end is exclusive. `target` is a link's address."""

    style: Style
    start: int
    end: int
    target: str = ""


class Text(Struct, frozen=True):
    """Rendered text: without markup and comments, each line break as one newline character."""

    text: str = ""
    marks: tuple[Mark, ...] = ()
    pieces: tuple[tuple[int, int], ...] = ()
    """For each piece, in order: its offset in `text`, and its first byte in the source."""
    source: Source | None = None

    def place(self, offset: int) -> tuple[int, int]:
        """Source line and column of the character at `offset`."""
        if self.source is None or not self.pieces:
            return 1, 1
        start, first = self.pieces[max(0, bisect_right(self.pieces, (offset, 1 << 60)) - 1)]
        line, column = self.source.place(first)
        return line, column + max(0, offset - start)

    def part(self, start: int, end: int) -> Text:
        """The text between two offsets, the end exclusive."""
        marks = tuple(
            Mark(mark.style, max(mark.start, start) - start, min(mark.end, end) - start, mark.target)
            for mark in self.marks
            if mark.start < end and mark.end > start
        )
        first = max(0, bisect_right(self.pieces, (start, 1 << 60)) - 1)
        pieces = tuple((offset - start, byte) for offset, byte in self.pieces[first:] if offset < end)
        return Text(self.text[start:end], marks, pieces, self.source)

    def marked(self, style: Style) -> Iterator[tuple[str, Mark]]:
        """Text and mark of each range of one style, in order."""
        return ((self.text[mark.start : mark.end], mark) for mark in self.marks if mark.style is style)


class Heading(Struct, frozen=True):
    """A heading. `end_line` is the last line of its section, sub-sections included."""

    text: Text
    level: int
    line: int
    end_line: int

    @property
    def title(self) -> str:
        """The heading's text."""
        return self.text.text


class Paragraph(Struct, frozen=True):
    """Text outside lists, tables and headings. `quoted` is true inside a block quote."""

    text: Text
    line: int
    end_line: int
    quoted: bool = False


class Item(Struct, frozen=True):
    """A list item with its own text, without that of nested items."""

    text: Text
    line: int
    end_line: int
    """Last line of the item including nested blocks."""
    depth: int
    """Nesting depth; 0 for a top-level list."""
    parent: int | None
    """Index of the enclosing item in `Markdown.blocks`."""
    number: int | None = None
    """The number of an ordered item."""
    mark: str | None = None
    """Character in the check box (`x`, a space, `~`); None without a box. `text` excludes the box."""
    mark_column: int | None = None
    """Column of the box's opening bracket."""
    quoted: bool = False


class Cell(Struct, frozen=True):
    """A table cell. `raw` is the trimmed source between the pipes; the columns are those of `raw`, inclusive."""

    text: Text
    raw: str
    line: int
    column: int
    end_column: int


class Table(Struct, frozen=True):
    """A table. A row can have fewer cells than the header."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    line: int
    end_line: int
    parent: int | None = None
    """Index of the enclosing item in `Markdown.blocks`."""


class Fence(Struct, frozen=True):
    """A code block, fenced or indented (`info` is then empty). `first` is the line of `lines[0]`."""

    info: str
    lines: tuple[str, ...]
    line: int
    end_line: int
    first: int
    fenced: bool = True


class Comment(Struct, frozen=True):
    """An HTML comment; no block contains its text. `text` is the part between `<!--` and `-->`."""

    text: str
    line: int
    end_line: int
    column: int


Block = Heading | Paragraph | Item | Table | Fence


class Markdown(Struct, frozen=True):
    """A document. `lines[0]` is line 1, without its end and without a BOM; `blocks` are in order of their lines."""

    lines: tuple[str, ...]
    blocks: tuple[Block, ...]
    comments: tuple[Comment, ...] = ()
    body: int = 1
    """The first line after the front matter."""
    truncated: bool = False
    """The document exceeds a limit, so that its end was not parsed."""
    headings: tuple[Heading, ...] = ()
    _starts: tuple[int, ...] = ()
    """The line of each block."""

    def within(self, line: int, end_line: int) -> tuple[Block, ...]:
        """The blocks that begin between two lines, inclusive."""
        return self.blocks[bisect_left(self._starts, line) : bisect_right(self._starts, end_line)]

    def section(self, heading: Heading) -> tuple[Block, ...]:
        """The blocks below a heading, sub-headings included."""
        return self.within(heading.line + 1, heading.end_line)

    def source(self, line: int) -> str:
        """The source of a line; empty when there is no such line."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""
