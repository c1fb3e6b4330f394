"""The parts of a Markdown document as values, each with its exact place in the source."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Style(StrEnum):
    """What a stretch of text is marked as."""

    CODE = "code"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    STRUCK = "struck"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked stretch of a text: offsets into `Text.text`, the end exclusive. `target` is a link's address."""

    style: Style
    start: int
    end: int
    target: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Words as a reader sees them: without markup and comments, each line break as one newline character."""

    text: str = ""
    marks: tuple[Mark, ...] = ()
    pieces: tuple[tuple[int, int, int], ...] = ()
    """Offset in `text`, line and column where each piece of it stands in the source, in order."""

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of the character at `offset`; of the nearest one before it where markup stands between."""
        if not self.pieces:
            return 1, 1
        start, line, column = self.pieces[max(0, bisect_right(self.pieces, (offset, 1 << 60, 0)) - 1)]
        return line, column + max(0, offset - start)

    def marked(self, style: Style) -> Iterator[tuple[str, Mark]]:
        """Each stretch of one style with its mark, in order."""
        return ((self.text[mark.start : mark.end], mark) for mark in self.marks if mark.style is style)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. `end_line` is the last line of its section, sub-sections included."""

    text: Text
    level: int
    line: int
    end_line: int

    @property
    def title(self) -> str:
        """The heading's words, bounded by their line."""
        return self.text.text


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words outside lists, tables and headings. `quoted` is true inside `>`."""

    text: Text
    line: int
    end_line: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A list item with its own words, without those of the items below it."""

    text: Text
    line: int
    end_line: int
    """Of the whole item with everything below it."""
    depth: int
    """0 for a list that stands in no other."""
    parent: int | None
    """Index of the item above it in `Markdown.blocks`."""
    number: int | None = None
    """The number of an ordered item."""
    mark: str | None = None
    """What stands in its box: `x`, a space, `~`; None without a box. The box is not in `text`."""
    mark_column: int | None = None
    """Column of the box's opening bracket."""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell. `raw` is the source between the pipes without outer blanks; columns enclose it, inclusive."""

    text: Text
    raw: str
    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Rows have as many cells as they were written with, which may be fewer than the header's."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    line: int
    end_line: int
    parent: int | None = None
    """Index in `Markdown.blocks` of the item that it stands in."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A code block, fenced or indented (`info` is then empty). `first` is the line of `lines[0]`."""

    info: str
    lines: tuple[str, ...]
    line: int
    end_line: int
    first: int
    fenced: bool = True


@dataclass(frozen=True, slots=True)
class Comment:
    """An HTML comment, never part of anything else. `text` is what stands between its marks."""

    text: str
    line: int
    end_line: int
    column: int


Block = Heading | Paragraph | Item | Table | Fence


@dataclass(frozen=True, slots=True)
class Markdown:
    """A document. `lines[0]` is line 1, without its end and without a BOM; `blocks` are in order of their lines."""

    lines: tuple[str, ...]
    blocks: tuple[Block, ...]
    comments: tuple[Comment, ...] = ()
    body: int = 1
    """The first line after the front matter."""
    truncated: bool = False
    """The document was larger than is read; what lies beyond was not."""
    _starts: tuple[int, ...] = field(default=(), repr=False)

    @property
    def headings(self) -> tuple[Heading, ...]:
        """All headings, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Heading))

    def within(self, line: int, end_line: int) -> tuple[Block, ...]:
        """The blocks that begin between two lines, both inclusive."""
        return self.blocks[bisect_left(self._starts, line) : bisect_right(self._starts, end_line)]

    def section(self, heading: Heading) -> tuple[Block, ...]:
        """The blocks below a heading, its sub-headings included."""
        return self.within(heading.line + 1, heading.end_line)

    def source(self, line: int) -> str:
        """The line as written, empty where there is no such line."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""
