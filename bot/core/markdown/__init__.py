"""Parse Markdown into blocks with exact source positions. No other module imports the Markdown parser.

Positions are 1-based lines and columns of the original text (CRLF, BOM and front matter included). A line ends at a
line feed only, as git and GitHub count lines; columns count characters (code points).

Parsing never fails and costs time linear in the text: text beyond `MAX_CHARACTERS` is ignored, and containers nested
deeper than `MAX_DEPTH` are reported at that depth.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

import pyromark

from bot.core.markdown.blocks import (
    Block,
    Cell,
    Comment,
    Fence,
    Heading,
    Item,
    Mark,
    Markdown,
    Paragraph,
    Style,
    Table,
    Text,
)
from bot.core.markdown.source_lines import blank_comments, code_lines, join_tables, plain, skip_front_matter

__all__ = [
    "MAX_BLOCKS",
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "Block",
    "Cell",
    "Comment",
    "Fence",
    "Heading",
    "Item",
    "Mark",
    "Markdown",
    "Paragraph",
    "Style",
    "Table",
    "Text",
    "parse",
]

MAX_CHARACTERS = 4 * 1024 * 1024
"""Characters that are parsed of one document; GitHub renders no larger Markdown file."""
MAX_DEPTH = 64
MAX_BLOCKS = 50_000
"""Blocks and table rows together; the rest of a document is ignored."""

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_GFM
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_MARK = re.compile(r"\[([^\w\[\]]?|[xX])\](?=\W|$)")
_SETEXT_RULE = re.compile(r"[ >]*-{1,3}\s*$")


def parse(text: str) -> Markdown:
    """Parse a document. Accepts any string and never raises."""
    truncated = len(text) > MAX_CHARACTERS
    text = text[:MAX_CHARACTERS].removeprefix("\ufeff")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    # CommonMark ends a line at a lone CR, git does not; the parser takes neither NUL nor lone surrogates.
    shown = [plain(line) for line in lines]
    body = skip_front_matter(shown)
    comments = blank_comments(shown) if "<!--" in text else ()
    parsed_lines = join_tables(shown, comments)
    source = "\n".join(shown[line - 1] for line in parsed_lines) if parsed_lines is not None else "\n".join(shown)
    builder = _Builder(source, parsed_lines)
    blocks = builder.build()
    starts = tuple(block.line for block in blocks)
    return Markdown(tuple(lines), blocks, comments, body, truncated or builder.count >= MAX_BLOCKS, starts)


@dataclass(slots=True)
class _Open:
    """A block under construction."""

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


class _Builder:
    """One pass over the parser's events. `kept` maps a parsed line to its original line where lines were left out."""

    def __init__(self, source: str, parsed_lines: list[int] | None) -> None:
        self._text = source
        self._bytes = source.encode()
        self._kept = parsed_lines
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
        self._fence: _Open | None = None
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
            value: Any
            kind, value = next(iter(event.items()))
            if kind == "Text":
                self._words(value, start)
            elif kind == "Start":
                self._start(value, start, end)
            elif kind == "End":
                self._end(value)
            else:
                self._inline(kind, value, start)
        return _freeze(self._blocks, self._written(len(self._line_starts) - 1))

    def _written(self, row: int) -> int:
        return row + 1 if self._kept is None else self._kept[min(row, len(self._kept) - 1)]

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column of a byte offset. Offsets mostly grow, so counting continues from the previous offset."""
        starts = self._line_starts
        row = self._row
        if not starts[row] <= offset or (row + 1 < len(starts) and offset >= starts[row + 1]):
            row = self._row = bisect_right(starts, offset) - 1
        if self._ascii:
            return self._written(row), offset - starts[row] + 1
        counted_row, counted_to, count = self._cursor
        if counted_row != row or counted_to > offset:
            counted_to, count = starts[row], 0
        count += len(self._bytes[counted_to:offset].decode("utf-8", "ignore"))
        self._cursor = (row, offset, count)
        return self._written(row), count + 1

    def _inline(self, kind: str, value: Any, start: int) -> None:
        if kind == "Code":
            self._code(value, start)
        elif kind == "InlineHtml" and self._sink is not None and _BREAK.match(value):
            self._sink.add("\n", *self._place(start))
        elif kind == "TaskListMarker" and self._items:
            item = self._blocks[self._items[-1]]
            item.mark, item.mark_column = ("x" if value else " "), self._place(start)[1]

    def _words(self, words: str, start: int) -> None:
        block = self._fence
        if block is not None:
            if not block.words:
                block.level = self._place(start)[0]
            block.words.append(words)
            return
        sink = self._open_sink()
        if sink is not None:
            sink.add(words, *self._place(start))

    def _open_sink(self) -> _Open | None:
        """The block that the next words belong to: paragraph, heading or cell, else the innermost item."""
        if self._sink is None and self._items:
            self._sink = self._blocks[self._items[-1]]
        return self._sink

    def _code(self, words: str, start: int) -> None:
        sink = self._open_sink()
        if sink is None:
            return
        ticks = start
        while self._bytes[ticks : ticks + 1] == b"`":
            ticks += 1
        before = sink.length
        for part, offset in code_lines(words, self._bytes, ticks):
            sink.add(part, *self._place(offset))
        sink.marks.append(Mark(Style.CODE, before, sink.length))

    def _start(self, tag: Any, start: int, end: int) -> None:
        name, value = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
        if name in _STYLES or name in {"Link", "Image"}:
            sink = self._open_sink()
            target = value["dest_url"] if isinstance(value, dict) else ""
            self._styles.append((_STYLES.get(name, Style.LINK), sink.length if sink else 0, target))
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
        elif name == "Heading":
            block.level = int(value["level"][1:])
            if self._quotes or self._is_rule_meant(start, end):
                block.kind = "Paragraph"
        elif name == "CodeBlock":
            block.fenced = isinstance(value, dict)
            block.info = value["Fenced"] if isinstance(value, dict) else ""
            self._fence = block
        self._sink = block if name in {"Heading", "Paragraph"} else None
        self.count += 1
        self._blocks.append(block)

    def _is_rule_meant(self, start: int, end: int) -> bool:
        """Whether dashes under a paragraph are meant as a horizontal rule, which CommonMark reads as a heading."""
        written = self._bytes[start:end].rstrip().rsplit(b"\n", 1)
        return len(written) > 1 and bool(_SETEXT_RULE.match(written[1][-80:].decode("utf-8", "ignore")))

    def _end(self, tag: Any) -> None:
        name = tag if isinstance(tag, str) else next(iter(tag))
        if name in _STYLES or name in {"Link", "Image"}:
            style, before, target = self._styles.pop()
            if self._sink is not None and self._sink.length > before:
                self._sink.marks.append(Mark(style, before, self._sink.length, target))
            return
        if name.startswith("Table"):
            self._end_table(name)
            return
        if name == "List":
            self._lists.pop()
        elif name == "BlockQuote":
            self._quotes -= 1
        elif name == "Item":
            self._items.pop()
        self._sink = self._fence = None

    def _end_table(self, name: str) -> None:
        if name == "TableCell":
            self._close_cell()
        elif name == "TableHead":
            self._blocks[-1].header = tuple(self._cells)
            self._cells = []
        elif name == "TableRow":
            if self._cells:
                self._blocks[-1].rows.append(tuple(self._cells))
                self.count += 1
            self._cells = []

    def _close_cell(self) -> None:
        sink, (start, end) = self._sink, self._cell_span
        self._sink = None
        if sink is None or start >= end:
            return  # the parser fills a short row with empty cells
        raw = self._bytes[start:end].decode("utf-8", "ignore")
        words = raw.strip()
        line, column = self._place(start)
        column += len(raw) - len(raw.lstrip())
        self._cells.append(Cell(sink.text(), words, line, column, column + max(0, len(words) - 1)))


def _last_solid_rows(source: str) -> list[int]:
    """For each row, the last row up to it that is not blank. Blank lines below a block do not belong to it."""
    rows: list[int] = []
    last = 0
    for row, line in enumerate(source.split("\n")):
        if line and not line.isspace():
            last = row
        rows.append(last)
    return rows


def _freeze(blocks: list[_Open], last: int) -> tuple[Block, ...]:
    ends = _section_ends(blocks, last)
    return tuple(_block(block, ends.get(index, last)) for index, block in enumerate(blocks))


def _section_ends(blocks: list[_Open], last: int) -> dict[int, int]:
    ends: dict[int, int] = {}
    open_headings: list[tuple[int, int]] = []
    for index, block in enumerate(blocks):
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
        # GitHub renders only [ ] and [x]; authors also write [~], [-], [!] and [x]**bold**.
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
