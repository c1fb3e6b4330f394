"""The parts of a Markdown document, each with its exact position in the source."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Style(StrEnum):
    """Inline markup of a range of text."""

    CODE = "code"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    STRUCK = "struck"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Mark:
    """A range of `Text.text` with inline markup; the end is exclusive. `target` is a link's address."""

    style: Style
    start: int
    end: int
    target: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Rendered text: without markup and comments, each line break as one newline character."""

    text: str = ""
    marks: tuple[Mark, ...] = ()
    pieces: tuple[tuple[int, int, int], ...] = ()
    """For each piece, in order: offset in `text`, line and column in the source."""

    def place(self, offset: int) -> tuple[int, int]:
        """Source line and column of the character at `offset`."""
        if not self.pieces:
            return 1, 1
        start, line, column = self.pieces[max(0, bisect_right(self.pieces, (offset, 1 << 60, 0)) - 1)]
        return line, column + max(0, offset - start)

    def marked(self, style: Style) -> Iterator[tuple[str, Mark]]:
        """Text and mark of each range of one style, in order."""
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
        """The heading's text."""
        return self.text.text


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text outside lists, tables and headings. `quoted` is true inside a block quote."""

    text: Text
    line: int
    end_line: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Item:
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


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell. `raw` is the trimmed source between the pipes; the columns are those of `raw`, inclusive."""

    text: Text
    raw: str
    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table. A row can have fewer cells than the header."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    line: int
    end_line: int
    parent: int | None = None
    """Index of the enclosing item in `Markdown.blocks`."""


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
    """An HTML comment; no block contains its text. `text` is the part between `<!--` and `-->`."""

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
    """The document exceeds a limit, so that its end was not parsed."""
    _starts: tuple[int, ...] = field(default=(), repr=False)

    @property
    def headings(self) -> tuple[Heading, ...]:
        """All headings, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Heading))

    def within(self, line: int, end_line: int) -> tuple[Block, ...]:
        """The blocks that begin between two lines, inclusive."""
        return self.blocks[bisect_left(self._starts, line) : bisect_right(self._starts, end_line)]

    def section(self, heading: Heading) -> tuple[Block, ...]:
        """The blocks below a heading, sub-headings included."""
        return self.within(heading.line + 1, heading.end_line)

    def source(self, line: int) -> str:
        """The source of a line; empty when there is no such line."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""
