"""A Markdown document as blocks with exact source positions: the one place that knows the parser.

Everything above reads sections, tables, lists, check boxes and paragraphs from here, with 1-based lines and columns
in the text as it was written (CRLF, BOM and front matter included). Lines end at `\\n` only, as git and GitHub count
them; columns count characters (code points).

Reading is total and its cost is linear in the text: what lies beyond `MAX_CHARACTERS` is not read, and containers
nested deeper than `MAX_DEPTH` are read as if they stood at that depth.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pyromark

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARACTERS = 4 * 1024 * 1024
"""What is read of one document; GitHub shows no Markdown file that is larger."""
MAX_DEPTH = 64
MAX_BLOCKS = 200_000
"""Blocks and table rows together; a document with more is read up to there."""

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_GFM
)
_FENCE = re.compile(r" {0,3}(?:[-*+>]|[0-9]{1,9}[.)])?[ \t]*(`{3,}|~{3,})")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_MARK = re.compile(r"\[([^\w\[\]]?|[xX])\](?=\W|$)")
_KEY = re.compile(r"[A-Za-z_][\w-]*:")
_SETEXT_RULE = re.compile(r"[ >]*-{1,3}\s*$")
_FRONT_MATTER_LINES = 100


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
    """Words as a reader sees them: without markup and comments, line breaks as `\\n`."""

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
    """The text was longer than `MAX_CHARACTERS`, or had more than `MAX_BLOCKS`; the rest was not read."""
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


def parse(text: str) -> Markdown:
    """The document. Total: any string gives one, and it never raises."""
    truncated = len(text) > MAX_CHARACTERS
    text = text[:MAX_CHARACTERS].removeprefix("\ufeff")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    # A lone CR ends a line for CommonMark but not for git; NUL and lone surrogates cannot be handed to the parser.
    shown = [_plain(line) for line in lines]
    body = _skip_front_matter(shown)
    comments = _blank_comments(shown) if "<!--" in text else ()
    kept = _join_tables(shown, comments)
    source = "\n".join(shown[line - 1] for line in kept) if kept is not None else "\n".join(shown)
    builder = _Builder(source, kept)
    blocks = builder.build()
    starts = tuple(block.line for block in blocks)
    return Markdown(tuple(lines), blocks, comments, body, truncated or builder.count >= MAX_BLOCKS, starts)


def _plain(line: str) -> str:
    """The line with as many characters, all of which the parser takes and none of which ends a line."""
    if line.isascii() and line.isprintable():
        return line
    line = line.replace("\r", " ").replace("\0", "\ufffd")
    return line.encode("utf-8", "replace").decode()


def _skip_front_matter(lines: list[str]) -> int:
    """Blank the front matter, well-formed or with a blank line after its mark; the first line after it."""
    if lines[0].rstrip() != "---":
        return 1
    for index, line in enumerate(lines[1:_FRONT_MATTER_LINES], start=1):
        if line.rstrip() == "---":
            if not any(_KEY.match(inner) for inner in lines[1:index]):
                return 1
            lines[: index + 1] = [""] * (index + 1)
            return index + 2
        if line.startswith("#") and not line.startswith("# "):
            return 1
    return 1


def _blank_comments(lines: list[str]) -> tuple[Comment, ...]:
    """Replace comments outside code by blanks of the same length, so that no column moves; what they were."""
    found: list[Comment] = []
    fence = ""
    row = 0
    while row < len(lines):
        line = lines[row]
        if opened := _FENCE.match(line):
            run = opened[1]
            if not fence:
                fence = run
            elif run[0] == fence[0] and len(run) >= len(fence) and not line[opened.end() :].strip():
                fence = ""
        if fence or "<!--" not in line:
            row += 1
            continue
        row = _blank_line(lines, row, found)
    return tuple(found)


def _blank_line(lines: list[str], row: int, found: list[Comment]) -> int:
    """Blank the comments that begin on one line; the row to go on with."""
    column = 0
    while (start := lines[row].find("<!--", column)) >= 0:
        line = lines[row]
        if line.count("`", 0, start) % 2 and "`" in line[start:]:
            column = start + 4
            continue
        last, end = row, line.find("-->", start + 4)
        while end < 0 and last + 1 < len(lines):
            last += 1
            end = lines[last].find("-->")
        if end < 0 and line[:start].strip():
            # Never closed and not at a line's beginning: to CommonMark these are plain words.
            return row + 1
        stop = end + 3 if end >= 0 else len(lines[last])
        inner = "\n".join(lines[row : last + 1])
        tail = len(lines[last]) - stop
        found.append(Comment(inner[start + 4 : len(inner) - tail].removesuffix("-->"), row + 1, last + 1, start + 1))
        if last == row:
            lines[row] = line[:start] + " " * (stop - start) + line[stop:]
        else:
            lines[row] = line[:start]
            lines[row + 1 : last] = [""] * (last - row - 1)
            lines[last] = " " * stop + lines[last][stop:]
        row, column = last, stop
    return row + 1


def _join_tables(lines: list[str], comments: tuple[Comment, ...]) -> list[int] | None:
    """The lines to parse where a comment stands between two rows of a table, which it must not cut; else None."""
    dropped: set[int] = set()
    for comment in comments:
        inside = range(comment.line, comment.end_line + 1)
        if any(lines[line - 1].strip() for line in inside):
            continue
        before = comment.line - 1
        while before in dropped:
            before -= 1
        after = comment.end_line + 1
        if before >= 1 and "|" in lines[before - 1] and after <= len(lines):
            dropped.update(inside)
    return [line for line in range(1, len(lines) + 1) if line not in dropped] if dropped else None


@dataclass(slots=True)
class _Open:
    """A block that is being read."""

    kind: str
    line: int
    end_line: int
    depth: int = 0
    parent: int | None = None
    quoted: bool = False
    number: int | None = None
    level: int = 0
    info: str = ""
    fenced: bool = False
    mark: str | None = None
    mark_column: int | None = None
    words: list[str] = field(default_factory=list)
    length: int = 0
    pieces: list[tuple[int, int, int]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    header: tuple[Cell, ...] = ()
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def add(self, words: str, line: int, column: int) -> None:
        if words:
            self.pieces.append((self.length, line, column))
            self.words.append(words)
            self.length += len(words)

    def text(self) -> Text:
        return Text("".join(self.words), tuple(sorted(self.marks, key=lambda mark: mark.start)), tuple(self.pieces))


_STYLES = {"Strong": Style.STRONG, "Emphasis": Style.EMPHASIS, "Strikethrough": Style.STRUCK}
_SINKS = ("Paragraph", "Item", "Cell", "Heading")


class _Builder:
    """One pass over the parser's events. `kept` maps a parsed line to the written one where lines were left out."""

    def __init__(self, source: str, kept: list[int] | None) -> None:
        self._text = source
        self._bytes = source.encode()
        self._kept = kept
        self._ascii = len(source) == len(self._bytes)
        self._line_starts = [0]
        self._line_starts.extend(match.end() for match in re.finditer(b"\n", self._bytes))
        self._cursor = (0, 0, 0)
        self._row = 0
        self._blocks: list[_Open] = []
        self._items: list[int] = []
        self._lists: list[int | None] = []
        self._quotes = 0
        self._sink: _Open | None = None
        self._styles: list[tuple[Style, int, str]] = []
        self._cells: list[Cell] = []
        self._cell_span = (0, 0)
        self._solid: list[int] = []
        self.count = 0

    def build(self) -> tuple[Block, ...]:
        self._solid = _last_solid_rows(self._text)
        for event, span in pyromark.events_with_range(self._text, options=_OPTIONS):
            if self.count >= MAX_BLOCKS:
                break
            start, end = span["start"], span["end"]
            if isinstance(event, str):
                if event != "Rule" and self._sink is not None:
                    self._sink.add("\n", *self._place(start))
                continue
            kind, value = next(iter(event.items()))
            if kind == "Text":
                self._words(value, start)
            elif kind == "Start":
                self._start(value, start, end)
            elif kind == "End":
                self._end(value)
            elif kind == "Code":
                self._code(value, start)
            elif kind == "InlineHtml" and self._sink is not None and _BREAK.match(value):
                self._sink.add("\n", *self._place(start))
            elif kind == "TaskListMarker" and self._items:
                item = self._blocks[self._items[-1]]
                item.mark, item.mark_column = ("x" if value else " "), self._place(start)[1]
        return _freeze(self._blocks, self._written(len(self._line_starts) - 1))

    def _written(self, row: int) -> int:
        return row + 1 if self._kept is None else self._kept[min(row, len(self._kept) - 1)]

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column of a byte offset. Offsets mostly grow, so what was counted is counted on from."""
        starts = self._line_starts
        row = self._row
        if not starts[row] <= offset or (row + 1 < len(starts) and offset >= starts[row + 1]):
            row = self._row = bisect_right(starts, offset) - 1
        if self._ascii:
            return self._written(row), offset - starts[row] + 1
        known_row, known, count = self._cursor
        if known_row != row or known > offset:
            known, count = starts[row], 0
        count += len(self._bytes[known:offset].decode("utf-8", "ignore"))
        self._cursor = (row, offset, count)
        return self._written(row), count + 1

    def _words(self, words: str, start: int) -> None:
        sink = self._sink
        if sink is None and self._items and not self._blocks[-1].fenced and self._blocks[-1].kind != "CodeBlock":
            sink = self._sink = self._blocks[self._items[-1]]
        if sink is None:
            block = self._blocks[-1] if self._blocks else None
            if block is not None and block.kind == "CodeBlock":
                if not block.words:
                    block.level = self._place(start)[0]
                block.words.append(words)
            return
        sink.add(words, *self._place(start))

    def _code(self, words: str, start: int) -> None:
        if self._sink is None and self._items:
            self._sink = self._blocks[self._items[-1]]
        if self._sink is None:
            return
        ticks = start
        while self._bytes[ticks : ticks + 1] == b"`":
            ticks += 1
        before = self._sink.length
        self._sink.add(words, *self._place(ticks))
        self._sink.marks.append(Mark(Style.CODE, before, self._sink.length))

    def _start(self, tag: Any, start: int, end: int) -> None:
        name, value = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
        if name in _STYLES or name in {"Link", "Image"}:
            if self._sink is None and self._items:
                self._sink = self._blocks[self._items[-1]]
            style = _STYLES.get(name, Style.LINK)
            target = value["dest_url"] if isinstance(value, dict) else ""
            self._styles.append((style, self._sink.length if self._sink else 0, target))
        elif name == "TableCell":
            self._sink = _Open("Cell", 0, 0)
            self._cell_span = (start, end)
        elif name == "List":
            self._lists.append(value)
            self._sink = None
        elif name == "BlockQuote":
            self._quotes += 1
        elif name in {"Paragraph", "Heading", "Item", "Table", "CodeBlock"}:
            self._open(name, value, start, end)
        elif name == "HtmlBlock":
            self._sink = None

    def _open(self, name: str, value: Any, start: int, end: int) -> None:
        first = bisect_right(self._line_starts, start) - 1
        line = self._written(first)
        last = self._written(max(first, self._solid[bisect_right(self._line_starts, max(start, end - 1)) - 1]))
        parent = self._items[-1] if self._items else None
        if name in {"Paragraph", "Heading"} and parent is not None:
            self._sink = self._blocks[parent]
            if self._sink.words:
                self._sink.add("\n", *self._place(start))
            return
        block = _Open(name, line, last, parent=parent, quoted=self._quotes > 0)
        if name == "Item":
            block.depth = min(len(self._lists) - 1, MAX_DEPTH)
            block.number = self._lists[-1]
            if block.number is not None:
                self._lists[-1] = block.number + 1
            self._items.append(len(self._blocks))
            self._sink = None
        elif name == "Heading":
            block.level = int(value["level"][1:])
            if self._quotes or self._is_rule_meant(start, end):
                block.kind = "Paragraph"
            self._sink = block
        elif name == "Paragraph":
            self._sink = block
        elif name == "CodeBlock":
            block.fenced = isinstance(value, dict)
            block.info = value["Fenced"] if isinstance(value, dict) else ""
            self._sink = None
        else:
            self._sink = None
        self.count += 1
        self._blocks.append(block)

    def _is_rule_meant(self, start: int, end: int) -> bool:
        """A line of three dashes right under a paragraph: CommonMark makes it a heading, its writer meant a rule."""
        written = self._bytes[start:end].rstrip().rsplit(b"\n", 1)
        return len(written) > 1 and bool(_SETEXT_RULE.match(written[1][-80:].decode("utf-8", "ignore")))

    def _end(self, tag: Any) -> None:
        name, _ = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
        if name in _STYLES or name in {"Link", "Image"}:
            style, before, target = self._styles.pop()
            if self._sink is not None and self._sink.length > before:
                self._sink.marks.append(Mark(style, before, self._sink.length, target))
        elif name == "TableCell":
            self._close_cell()
        elif name == "TableHead":
            self._blocks[-1].header = tuple(self._cells)
            self._cells = []
        elif name == "TableRow":
            if self._cells:
                self._blocks[-1].rows.append(tuple(self._cells))
                self.count += 1
            self._cells = []
        elif name == "List":
            self._lists.pop()
            self._sink = None
        elif name == "BlockQuote":
            self._quotes -= 1
        elif name == "Item":
            self._items.pop()
            self._sink = None
        elif name in {"Paragraph", "Heading", "CodeBlock", "HtmlBlock"}:
            self._sink = None

    def _close_cell(self) -> None:
        sink, (start, end) = self._sink, self._cell_span
        self._sink = None
        if sink is None or start >= end:
            return  # made up by the parser to fill a short row
        raw = self._bytes[start:end].decode("utf-8", "ignore")
        words = raw.strip()
        line, column = self._place(start)
        column += len(raw) - len(raw.lstrip())
        self._cells.append(Cell(sink.text(), words, line, column, column + max(0, len(words) - 1)))


def _last_solid_rows(source: str) -> list[int]:
    """For each row the last row up to it that is not blank: a block does not end in the blank lines below it."""
    rows: list[int] = []
    last = 0
    for row, line in enumerate(source.split("\n")):
        if line and not line.isspace():
            last = row
        rows.append(last)
    return rows


def _freeze(found: list[_Open], last: int) -> tuple[Block, ...]:
    ends = _section_ends(found, last)
    return tuple(_block(block, ends.get(index, last)) for index, block in enumerate(found))


def _section_ends(found: list[_Open], last: int) -> dict[int, int]:
    ends: dict[int, int] = {}
    open_headings: list[tuple[int, int]] = []
    for index, block in enumerate(found):
        if block.kind != "Heading":
            continue
        while open_headings and open_headings[-1][1] >= block.level:
            ends[open_headings.pop()[0]] = block.line - 1
        open_headings.append((index, block.level))
    ends.update((index, last) for index, _ in open_headings)
    return ends


def _block(block: _Open, section_end: int) -> Block:
    if block.kind == "Heading":
        return Heading(block.text(), block.level, block.line, section_end)
    if block.kind == "Paragraph":
        return Paragraph(block.text(), block.line, block.end_line, block.quoted)
    if block.kind == "Item":
        return _item(block)
    if block.kind == "Table":
        return Table(block.header, tuple(block.rows), block.line, block.end_line, block.parent)
    content = "".join(block.words).removesuffix("\n")
    lines = tuple(content.split("\n")) if block.words else ()
    first = block.level or block.line + 1
    return Fence(block.info, lines, block.line, block.end_line, first, block.fenced)


def _item(block: _Open) -> Item:
    text = block.text()
    mark, column = block.mark, block.mark_column
    if mark is None and (box := _MARK.match(text.text)) and not any(m.start < box.end() for m in text.marks):
        # GitHub knows only [ ] and [x]; people also write [~], [-], [!] and [x]**bold**.
        mark, column = box[1] or " ", text.place(0)[1]
        text = _cut(text, box.end())
    gap = len(text.text) - len(text.text.lstrip(" "))
    if gap:
        text = _cut(text, gap)
    number, quoted = block.number, block.quoted
    return Item(text, block.line, block.end_line, block.depth, block.parent, number, mark, column, quoted)


def _cut(text: Text, count: int) -> Text:
    """The text without its first characters."""
    marks = tuple(Mark(m.style, max(0, m.start - count), m.end - count, m.target) for m in text.marks if m.end > count)
    pieces = []
    for start, line, column in text.pieces:
        if start >= count:
            pieces.append((start - count, line, column))
        else:
            moved = (0, line, column + count - start)
            pieces = [moved]
    return Text(text.text[count:], marks, tuple(pieces))
