"""Parse Markdown into blocks with exact source positions. No other module imports the Markdown parser.

Positions are 1-based lines and columns of the original text (CRLF, BOM and front matter included). A line ends at a
line feed only, as git and GitHub count lines; columns count characters (code points).

Parsing never fails and costs time linear in the text: text beyond `MAX_CHARACTERS` is ignored, and containers nested
deeper than `MAX_DEPTH` are reported at that depth.
"""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

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
from bot.core.markdown.source import Source
from bot.core.markdown.source_lines import blank_comments, code_lines, is_plain, join_tables, plain, skip_front_matter

if TYPE_CHECKING:
    from collections.abc import Callable

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
    lines = text.split("\n")
    if "\r" in text:
        lines = [line.removesuffix("\r") for line in lines]
    # CommonMark ends a line at a lone CR, git does not; the parser takes neither NUL nor lone surrogates.
    shown = lines.copy() if is_plain(text) else [plain(line) for line in lines]
    body = skip_front_matter(shown)
    comments = blank_comments(shown) if "<!--" in text else ()
    kept = join_tables(shown, comments)
    builder = _Builder(shown if kept is None else [shown[line - 1] for line in kept], kept)
    blocks = builder.build()
    starts = tuple([block.line for block in blocks])
    headings = tuple([block for block in blocks if isinstance(block, Heading)])
    return Markdown(tuple(lines), blocks, comments, body, truncated or builder.count >= MAX_BLOCKS, headings, starts)


class _Sink:
    """The words of a block under construction, with their places and marks."""

    __slots__ = ("length", "marks", "pieces", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.pieces: list[tuple[int, int]] = []
        self.marks: list[Mark] = []
        self.length = 0

    def add(self, words: str, start: int) -> None:
        """Add words; `start` is their first byte in the source."""
        if words:
            self.pieces.append((self.length, start))
            self.words.append(words)
            self.length += len(words)

    def text(self, source: Source) -> Text:
        """The words as a text."""
        words, marks = self.words, self.marks
        if len(marks) > 1:
            marks.sort(key=_MARK_START)
        return Text(words[0] if len(words) == 1 else "".join(words), tuple(marks), tuple(self.pieces), source)


class _OpenItem:
    """A list item under construction. `index` is its place in the blocks, `box` the first byte of its check box."""

    __slots__ = ("box", "depth", "end_line", "index", "line", "mark", "number", "parent", "quoted", "sink")

    def __init__(self, index: int, span: tuple[int, int], depth: int, parent: int | None, number: int | None) -> None:
        self.index = index
        self.line, self.end_line = span
        self.depth = depth
        self.parent = parent
        self.number = number
        self.quoted = False
        self.mark: str | None = None
        self.box = 0
        self.sink = _Sink()


_MARK_START = attrgetter("start")
_STYLES = {
    "Strong": Style.STRONG,
    "Emphasis": Style.EMPHASIS,
    "Strikethrough": Style.STRUCK,
    "Link": Style.LINK,
    "Image": Style.LINK,
}


class _Builder:
    """One pass over the parser's events. `kept` maps a parsed line to its original line where lines were left out."""

    def __init__(self, lines: list[str], kept: list[int] | None) -> None:
        self._text = "\n".join(lines)
        self._source = Source(self._text, kept)
        self._solid = _last_solid_rows(lines)
        self._last = self._source.line(len(lines) - 1)
        self._blocks: list[Block | None] = []
        self._sections: list[tuple[int, Text, int, int]] = []
        self._items: list[_OpenItem] = []
        self._lists: list[int | None] = []
        self._quotes = 0
        self._sink: _Sink | None = None
        self._leaf: tuple[str, Any, int, int] | None = None
        self._styles: list[tuple[Style, int, str]] = []
        self._cells: list[Cell] = []
        self._cell_span = (0, 0)
        self._header: tuple[Cell, ...] = ()
        self._rows: list[tuple[Cell, ...]] = []
        self.count = 0

    def build(self) -> tuple[Block, ...]:
        """The blocks in the order of their lines."""
        events: Any = pyromark.events_with_range(self._text, options=_OPTIONS)
        begins, ends = self._BEGIN, self._END
        for event, span in events:
            if self.count >= MAX_BLOCKS:
                break
            if isinstance(event, str):
                self._break(event, span["start"])
                continue
            ((kind, words),) = event.items()
            if kind == "Text":
                sink = self._sink or self._open_sink()
                if sink is not None:
                    sink.add(words, span["start"])
            elif kind == "Start":
                name, details = (words, None) if isinstance(words, str) else next(iter(words.items()))
                if (begin := begins.get(name)) is not None:
                    begin(self, name, details, span["start"], span["end"])
            elif kind == "End":
                name = words if isinstance(words, str) else next(iter(words))
                ends.get(name, _Builder._end_leaf)(self)
            else:
                self._inline(kind, words, span["start"])
        self._end_leaf()  # a document with too many blocks ends in the middle of some
        while self._items:
            self._end_item()
        self._end_sections(0, self._last + 1)
        return tuple([block for block in self._blocks if block is not None])

    def _break(self, kind: str, start: int) -> None:
        if kind != "Rule" and self._sink is not None:
            self._sink.add("\n", start)

    def _inline(self, kind: str, words: Any, start: int) -> None:
        if kind == "Code":
            self._code(words, start)
        elif kind == "InlineHtml" and self._sink is not None and _BREAK.match(words):
            self._sink.add("\n", start)
        elif kind == "TaskListMarker" and self._items:
            item = self._items[-1]
            item.mark, item.box = ("x" if words else " "), start

    def _open_sink(self) -> _Sink | None:
        """Where the next words belong: the open paragraph, heading, code or cell, else the innermost item."""
        if self._sink is None and self._items:
            self._sink = self._items[-1].sink
        return self._sink

    def _code(self, words: str, start: int) -> None:
        sink = self._open_sink()
        if sink is None:
            return
        content = self._source.content
        ticks = start
        while content[ticks : ticks + 1] == b"`":
            ticks += 1
        before = sink.length
        for part, offset in code_lines(words, content, ticks):
            sink.add(part, offset)
        sink.marks.append(Mark(Style.CODE, before, sink.length))

    def _begin_style(self, name: str, details: Any, _start: int, _end: int) -> None:
        sink = self._open_sink()
        self._styles.append((_STYLES[name], sink.length if sink else 0, details["dest_url"] if details else ""))

    def _end_style(self) -> None:
        style, before, target = self._styles.pop()
        if self._sink is not None and self._sink.length > before:
            self._sink.marks.append(Mark(style, before, self._sink.length, target))

    def _begin_list(self, _name: str, number: Any, _start: int, _end: int) -> None:
        self._lists.append(number)
        self._sink = None

    def _end_list(self) -> None:
        self._lists.pop()
        self._sink = None

    def _begin_quote(self, _name: str, _details: Any, _start: int, _end: int) -> None:
        self._quotes += 1

    def _end_quote(self) -> None:
        self._quotes -= 1
        self._sink = None

    def _span(self, start: int, end: int) -> tuple[int, int]:
        """First and last line of a block, without the blank lines below it."""
        source = self._source
        first = source.row(start)
        return source.line(first), source.line(max(first, self._solid[source.row(max(start, end - 1))]))

    def _begin_item(self, _name: str, _details: Any, start: int, end: int) -> None:
        number = self._lists[-1]
        parent = self._items[-1].index if self._items else None
        depth = min(len(self._lists) - 1, MAX_DEPTH)
        item = _OpenItem(len(self._blocks), self._span(start, end), depth, parent, number)
        item.quoted = self._quotes > 0
        if number is not None:
            self._lists[-1] = number + 1
        self._items.append(item)
        self._blocks.append(None)
        self._sink = None
        self.count += 1

    def _end_item(self) -> None:
        item = self._items.pop()
        self._blocks[item.index] = _item(item, self._source)
        self._sink = None

    def _begin_leaf(self, name: str, details: Any, start: int, end: int) -> None:
        """Begin a block that holds no other. Inside an item, the words of paragraphs and headings are the item's."""
        if self._items and name in {"Paragraph", "Heading"}:
            self._sink = self._items[-1].sink
            if self._sink.words:
                self._sink.add("\n", start)
            return
        self._leaf = (name, details, start, end)
        self._sink = _Sink()
        self.count += 1

    def _end_leaf(self) -> None:
        if self._leaf is not None:
            self._add_leaf(*self._leaf, self._sink or _Sink())
            self._leaf = None
        self._sink = None

    def _add_leaf(self, name: str, details: Any, start: int, end: int, sink: _Sink) -> None:
        line, last = self._span(start, end)
        if name == "CodeBlock":
            self._blocks.append(self._fence(details, line, last, sink))
        elif name == "Table":
            parent = self._items[-1].index if self._items else None
            self._blocks.append(Table(self._header, tuple(self._rows), line, last, parent))
            self._header, self._rows = (), []
        elif name == "Paragraph" or self._quotes or self._is_rule_meant(start, end):
            self._blocks.append(Paragraph(sink.text(self._source), line, last, self._quotes > 0))
        else:
            level = int(details["level"][1:])
            self._end_sections(level, line)
            self._sections.append((len(self._blocks), sink.text(self._source), level, line))
            self._blocks.append(None)

    def _fence(self, kind: Any, line: int, last: int, sink: _Sink) -> Fence:
        lines = tuple("".join(sink.words).removesuffix("\n").split("\n")) if sink.words else ()
        first = self._source.place(sink.pieces[0][1])[0] if sink.words else line + 1
        is_fenced = isinstance(kind, dict)
        return Fence(kind["Fenced"] if is_fenced else "", lines, line, last, first, is_fenced)

    def _end_sections(self, level: int, line: int) -> None:
        """End the sections of this level and below at the line before `line`."""
        while self._sections and self._sections[-1][2] >= level:
            index, text, own_level, own_line = self._sections.pop()
            self._blocks[index] = Heading(text, own_level, own_line, line - 1)

    def _is_rule_meant(self, start: int, end: int) -> bool:
        """Whether dashes under a paragraph are meant as a horizontal rule, which CommonMark reads as a heading."""
        written = self._source.content[start:end].rstrip().rsplit(b"\n", 1)
        return len(written) > 1 and bool(_SETEXT_RULE.match(written[1][-80:].decode("utf-8", "ignore")))

    def _begin_cell(self, _name: str, _details: Any, start: int, end: int) -> None:
        self._sink = _Sink()
        self._cell_span = (start, end)

    def _end_cell(self) -> None:
        sink, (start, end) = self._sink, self._cell_span
        self._sink = None
        if sink is None or start >= end:
            return  # the parser fills a short row with empty cells
        raw = self._source.content[start:end].decode("utf-8", "ignore")
        words = raw.strip()
        line, column = self._source.place(start)
        column += len(raw) - len(raw.lstrip())
        self._cells.append(Cell(sink.text(self._source), words, line, column, column + max(0, len(words) - 1)))

    def _end_header(self) -> None:
        self._header = tuple(self._cells)
        self._cells = []

    def _end_row(self) -> None:
        if self._cells:
            self._rows.append(tuple(self._cells))
            self.count += 1
            self._cells = []

    _BEGIN: ClassVar[dict[str, Callable[[_Builder, str, Any, int, int], None]]] = {
        **dict.fromkeys(_STYLES, _begin_style),
        **dict.fromkeys(("Paragraph", "Heading", "Table", "CodeBlock"), _begin_leaf),
        "BlockQuote": _begin_quote,
        "Item": _begin_item,
        "List": _begin_list,
        "TableCell": _begin_cell,
    }
    _END: ClassVar[dict[str, Callable[[_Builder], None]]] = {
        **dict.fromkeys(_STYLES, _end_style),
        "BlockQuote": _end_quote,
        "Item": _end_item,
        "List": _end_list,
        "TableCell": _end_cell,
        "TableHead": _end_header,
        "TableRow": _end_row,
    }


def _last_solid_rows(lines: list[str]) -> list[int]:
    """For each row, the last row up to it that is not blank. Blank lines below a block do not belong to it."""
    rows: list[int] = []
    last = 0
    for row, line in enumerate(lines):
        if line and not line.isspace():
            last = row
        rows.append(last)
    return rows


def _item(item: _OpenItem, source: Source) -> Item:
    text = item.sink.text(source)
    mark, column = item.mark, None
    if mark is not None:
        column = source.place(item.box)[1]
    elif (
        text.text.startswith("[")
        and (box := _MARK.match(text.text))
        and not any(m.start < box.end() for m in text.marks)
    ):
        # GitHub renders only [ ] and [x]; authors also write [~], [-], [!] and [x]**bold**.
        mark, column = box[1] or " ", text.place(0)[1]
        text = text.part(box.end(), len(text.text))
    if text.text.startswith(" "):
        text = text.part(len(text.text) - len(text.text.lstrip(" ")), len(text.text))
    return Item(text, item.line, item.end_line, item.depth, item.parent, item.number, mark, column, item.quoted)
