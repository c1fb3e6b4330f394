"""Complexity Tracking: its real rows, what they justify, and whether they are complete."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.documents.plan import Join, StatementKind, TrackingRow, Verdict, Weight
from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.check_table import MAX_TITLE, is_violation_table
from bot.core.documents.plan_reading.joining import identity, tokens
from bot.core.documents.plan_reading.naming import name_of
from bot.core.documents.plan_reading.reasons import enough, says_something
from bot.core.documents.plan_reading.sections import fold, is_tracking_header, lines_of, unnumbered, unstruck, visible
from bot.core.documents.plan_reading.statement_words import BECAUSE
from bot.core.documents.plan_reading.statements import Clause, column_kind, read_statements
from bot.core.markdown import Heading, Item, Paragraph, Style, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.core.documents.plan import Check
    from bot.core.documents.plan_reading.joining import Joiner
    from bot.core.documents.plan_reading.sections import CheckPart
    from bot.core.markdown import Block, Cell, Markdown
    from bot.core.yardstick.template import Template

MAX_ROWS = 1000
MAX_CELL = 600
_BREACHES = frozenset({Weight.FAIL, Weight.ADMISSION, Weight.PARTIAL})
_REASONED = frozenset({StatementKind.REASON, StatementKind.REPAIR})
_MOST_GATES = 200
"""Gates that a row may name; every row is compared with each of them."""
_RUNNING_NUMBER = re.compile(r"[\s*_]*(?:#\s*\d{1,3}|[(（]\d{1,3}[)）]|\d{1,3}[.)）:、])[\s*_:.]*")
_PLACEHOLDER = re.compile(r"\W*\[[^\]]*\]\W*")


class TrackingReader:
    """Reads the tracking section of one plan, and tables of violations elsewhere."""

    def __init__(self, markdown: Markdown, joiner: Joiner, template: Template, checks: Sequence[Check]) -> None:
        self._markdown = markdown
        self._joiner = joiner
        self._header = tuple(fold(title) for title in template.tracking_header)
        self._template_rows = _rows_of(template.text)
        names = dict.fromkeys(check.named for check in checks if check.principle is None and check.named)
        self._gates = {name: tokens(name) for name in list(names)[:_MOST_GATES]}
        self._broken = {check.principle for check in checks if check.weight in _BREACHES}
        self._lines = [block.line for block in markdown.blocks]
        self.table_line: int | None = None

    def read(
        self,
        headings: Sequence[Heading],
        tables: Iterable[Table],
        deviations: Sequence[Heading] = (),
        checks: Sequence[CheckPart] = (),
    ) -> tuple[TrackingRow, ...]:
        """The real rows, in order of their lines.

        `tables` are tables of violations inside the `checks`. Rows of `deviations`, and of such tables elsewhere in the
        plan, count where they name a principle.
        """
        rows: list[TrackingRow] = []
        for table in tables:
            rows += self._rows(table)
        for heading in headings:
            rows += self._section_rows(self._markdown.section(heading))
        for heading in deviations:
            rows += [row for row in self._section_rows(self._markdown.section(heading)) if row.names]
        read = [*headings, *deviations, *(part.heading for part in checks)]
        for table in islice(self._tables_elsewhere(read), MAX_ROWS):
            rows += [row for row in self._rows(table) if row.names]
        return tuple(sorted(rows[:MAX_ROWS], key=lambda row: row.line))

    def _tables_elsewhere(self, read: Sequence[Heading]) -> Iterator[Table]:
        """The tables of violations outside the sections that were read."""
        inside = lines_of(read)
        for block in self._markdown.blocks:
            if not isinstance(block, Table) or block.line in inside:
                continue
            if is_tracking_header(block) or is_violation_table(block):
                yield block

    def _section_rows(self, blocks: Sequence[Block]) -> list[TrackingRow]:
        rows: list[TrackingRow] = []
        tables = [block for block in blocks if isinstance(block, Table)]
        for table in tables:
            if self._is_informational(table, blocks):
                continue
            if self._is_tracking_table(table):
                self.table_line = self.table_line or table.end_line
                rows += self._rows(table)
            else:
                rows += self._admitted(table)
        if not any(self._is_tracking_table(table) for table in tables):
            rows += self._loose(blocks)
        return rows

    # --- tables ---------------------------------------------------------------------------------------------------

    def _is_tracking_table(self, table: Table) -> bool:
        titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
        if self._header and tuple(fold(title) for title in titles) == self._header:
            return True
        first = next((title for title in titles if title not in {"#", "ID", "No"}), "")
        if any(words.ALTERNATIVE_HEADER.fullmatch(title) for title in titles[1:]):
            return True
        if words.VIOLATION_HEADER.fullmatch(first) is not None:
            return len(titles) > 1
        reasoned = any(column_kind(title) in _REASONED for title in titles[1:])
        status = any(words.STATUS_HEADER.fullmatch(title) for title in titles[1:])
        return words.UNIT_HEADER.fullmatch(first) is not None and reasoned and not status

    def _is_informational(self, table: Table, blocks: Sequence[Block]) -> bool:
        """Whether a table below "no violations" lists design choices instead."""
        titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
        first = titles[0] if titles else ""
        if tuple(fold(title) for title in titles) == self._header or words.VIOLATION_HEADER.fullmatch(first):
            return False
        before = [block for block in blocks if isinstance(block, Paragraph) and block.line < table.line]
        return any(says_none(visible(block.text)) for block in before)

    def _rows(self, table: Table) -> list[TrackingRow]:
        titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
        columns = self._columns(titles)
        above = self._named_above(table)
        first = 1 if titles and titles[0].strip(" .") in {"#", "ID", "No", "Nr"} and len(titles) > 2 else 0  # noqa: PLR2004  a violation and its reason
        rows = []
        for row in table.rows[:MAX_ROWS]:
            if len(row) <= first or self._is_nothing(row, first):
                continue
            rows.append(self._row(row, first, columns, above))
        return rows

    def _named_above(self, table: Table) -> tuple[str, ...]:
        """The principles that the label right above a table names, or else the heading that the table stands under."""
        above = bisect_left(self._lines, table.line)
        if above and isinstance(label := self._markdown.blocks[above - 1], Paragraph) and _is_label(label.text.text):
            names = self._names_in(label.text.text)
            if names:
                return names
        headings = self._markdown.headings
        under = bisect_left(headings, table.line, key=lambda heading: heading.line)
        return self._names_in(headings[under - 1].title) if under else ()

    def _names_in(self, title: str) -> tuple[str, ...]:
        """The principles that a heading or label names; the number of a section is no numeral of a principle."""
        joined = self._joiner.join(title)
        sure = joined is not None and joined.join is Join.BOTH
        return self._joiner.all_named(title if sure else unnumbered(title))

    def _admitted(self, table: Table) -> list[TrackingRow]:
        """The rows of a table `Item, Status, Notes` that admit a breach."""
        titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
        status = next((i for i, title in enumerate(titles) if i and words.STATUS_HEADER.fullmatch(title)), None)
        if status is None:
            return []
        why = next((i for i in range(len(titles) - 1, 0, -1) if i != status), None)
        rows = []
        for row in table.rows[:MAX_ROWS]:
            found = verdict.slot(visible(row[status].text)) if len(row) > status else None
            if found is not None and found.verdict in {Verdict.VIOLATION, Verdict.PARTIAL}:
                rows.append(self._row(row, 0, _Columns(why, None, None), ()))
        return rows

    def _columns(self, titles: list[str]) -> _Columns:
        kinds = [column_kind(title) for title in titles]
        repair = next((i for i, kind in enumerate(kinds) if i and kind is StatementKind.REPAIR), None)
        alternative = next(
            (i for i, title in enumerate(titles) if i and words.ALTERNATIVE_HEADER.fullmatch(title)), None
        )
        taken = {0, repair, alternative}
        why = next((i for i, title in enumerate(titles) if i not in taken and words.WHY_HEADER.fullmatch(title)), None)
        if (
            alternative is None
            and self._header
            and len(titles) == len(self._header) == _STOCK_COLUMNS
            and tuple(map(fold, titles)) == self._header
        ):
            alternative = 2
        if why is None:
            why = next((i for i in range(1, len(titles)) if i not in {repair, alternative}), None)
        return _Columns(why, alternative, repair)

    def _is_nothing(self, row: tuple[Cell, ...], first: int) -> bool:
        """Whether a row says none, is the template's or is empty."""
        texts = [unstruck(cell.text).strip() for cell in row[first:]]
        if normal_row("|".join(cell.raw for cell in row)) in self._template_rows or _PLACEHOLDER.fullmatch(texts[0]):
            return True
        if not any(text.strip(" -—–_*/.…") for text in texts):
            return True
        return is_none(texts[0]) or (
            not texts[0].strip(" -—–_*…") and not any(says_something(text) for text in texts[1:])
        )

    def _row(self, row: tuple[Cell, ...], first: int, columns: _Columns, above: tuple[str, ...]) -> TrackingRow:
        repair = _cell(row, columns.repair)
        cells = _Cells(
            row[first].text.text.strip()[:MAX_CELL],
            _cell(row, columns.why),
            _cell(row, columns.alternative),
            repair if says_something(repair) else "",
        )
        asked = [("why", cells.why)] if not cells.repair or columns.why is not None else []
        asked += [("alternative", cells.alternative)] if columns.alternative is not None else []
        missing = tuple(name for name, cell in asked if not says_something(cell))
        named = self._named(cells, row[first].line, missing, above)
        return replace(named, has_alternative_column=columns.alternative is not None)

    def _named(self, cells: _Cells, line: int, missing: tuple[str, ...], above: tuple[str, ...]) -> TrackingRow:
        named = self._without_running_number(cells.violation)
        joined = self._joiner.join(name_part(named))
        names = self._joiner.all_named(named)
        if joined is not None and joined.join is not Join.LOOSE and identity(joined.principle) not in names:
            names = (identity(joined.principle), *names)
        names = names or above
        if not names:
            names = self._joiner.all_named(cells.why)[:1] if joined is None else (identity(joined.principle),)
        return TrackingRow(
            principle=names[0] if names else None,
            violation=cells.violation,
            why=cells.why,
            alternative=cells.alternative,
            line=line,
            complete=not missing,
            names=names,
            gates=self._gates_of(cells.violation),
            missing=missing,
            has_alternative_column=bool(cells.alternative),
            repair=cells.repair,
        )

    def _without_running_number(self, violation: str) -> str:
        """`#1 Second store (Principle III)` without the `#1`, unless number and name are those of one principle."""
        match = _RUNNING_NUMBER.match(violation)
        if match is None:
            return violation
        joined = self._joiner.join(name_part(violation))
        return violation if joined is not None and joined.join is Join.BOTH else violation[match.end() :]

    def _gates_of(self, violation: str) -> tuple[str, ...]:
        shown = violation.casefold()
        words_ = tokens(violation)
        codes = {_code(match) for match in _CODE.finditer(violation)}
        found = []
        for name, known in self._gates.items():
            short = name.casefold()
            code = _CODE.match(name)
            if code is not None:
                if _code(code) in codes:
                    found.append(name)
                continue
            if (len(short) >= _SHORTEST_NAME and short in shown) or (
                known
                and len(known & words_) >= max(1, (len(known) + 1) // 2)
                and (len(known) > 1 or len(short) >= _SHORTEST_NAME)
            ):
                found.append(name)
        return tuple(found[:20])

    # --- bullets and sub-sections ---------------------------------------------------------------------------------

    def _loose(self, blocks: Sequence[Block]) -> list[TrackingRow]:
        """Violations written as bullets, bold paragraphs or sub-sections; none where the text says so."""
        first = next((block for block in blocks if isinstance(block, Paragraph) and not _is_instruction(block)), None)
        if first is not None and says_none(visible(first.text)):
            return []
        rows: list[TrackingRow] = []
        heading: Heading | None = None
        for index, block in enumerate(blocks):
            if isinstance(block, Heading):
                heading = block
                if self._is_row_title(block.title):
                    rows.append(self._from_part(block.title, block.line, _until_heading(blocks, index + 1)))
                continue
            if heading is not None and self._is_row_title(heading.title):
                continue
            if (
                isinstance(block, Item)
                and block.depth == 0
                and not says_none(visible(block.text))
                and self._is_breach_item(block)
            ):
                rows.append(self._from_part(block.text.text, block.line, _below(blocks, index)))
            elif (
                isinstance(block, Paragraph)
                and not _is_instruction(block)
                and not says_none(visible(block.text))
                and self._is_breach_text(block)
            ):
                rows.append(self._from_part(block.text.text, block.line, _list_after(blocks, index)))
        return rows

    def _is_breach_item(self, item: Item) -> bool:
        named = name_of(item.text)
        return (
            _is_breach(named.name)
            or (_is_breach(visible(item.text)[:300]) and (named.bold or named.separated))
            or (named.bold and self._joiner.join(named.name) is not None)
            or (named.separated and (self._names_broken(named.name)))
        )

    def _names_broken(self, title: str) -> bool:
        """Whether a heading, a label or a sentence names a principle that the check calls broken or bent."""
        return not self._broken.isdisjoint(self._names_in(title))

    def _is_row_title(self, title: str) -> bool:
        """Whether a heading is about one breach: it says so, or it names a principle."""
        return _is_breach(title) or self._names_broken(title)

    def _is_breach_text(self, block: Paragraph) -> bool:
        named = name_of(block.text)
        bold = next((words_ for words_, mark in block.text.marked(Style.STRONG) if mark.start < 4), None)  # noqa: PLR2004  a mark before it
        if bold is not None and (_is_breach(bold) or self._names_broken(bold)):
            return True
        text = block.text.text[:MAX_CELL]
        if named.separated and self._names_broken(named.name):
            return True
        return self._names_broken(text) and BECAUSE.search(text) is not None

    def _from_part(self, title: str, line: int, below: list[Block]) -> TrackingRow:
        """A violation with labelled lines below it."""
        labelled: dict[StatementKind | None, str] = {}
        unlabelled: list[str] = []
        for block in below[:20]:
            if not isinstance(block, Item | Paragraph):
                continue
            kind, text = _labelled(block)
            if kind is None:
                unlabelled.append(text)
            else:
                labelled.setdefault(kind, text)
        head, _, tail = title.partition("\n")
        match = re.search(r"[:：]\s|\s[—–-]{1,2}\s|[。.]\s", head)
        behind_name = f"{head[match.end() :]} {tail}".strip() if match else ""
        for statement in read_statements([Clause(text, line) for text in (title, *unlabelled)]):
            if statement.kind in {StatementKind.REASON, StatementKind.ALTERNATIVE}:
                labelled.setdefault(statement.kind, statement.text)
        why = labelled.get(StatementKind.REASON) or behind_name or " ".join(unlabelled)
        repair = labelled.get(StatementKind.REPAIR, "")
        alternative = labelled.get(StatementKind.ALTERNATIVE, "")
        reasoned = (says_something(why) and enough(why)) or bool(repair)
        cells = _Cells(title[:MAX_CELL], why[:MAX_CELL], alternative[:MAX_CELL], repair[:MAX_CELL])
        return self._named(cells, line, () if reasoned else ("why",), ())


class _Columns(Struct, frozen=True):
    """Which column of a table of violations holds what; None for none."""

    why: int | None
    alternative: int | None
    repair: int | None


class _Cells(Struct, frozen=True):
    """The words of one row."""

    violation: str
    why: str
    alternative: str
    repair: str


def _labelled(block: Item | Paragraph) -> tuple[StatementKind | None, str]:
    """What the label of a line announces, and the words behind the label; the whole line where it has none."""
    named = name_of(block.text)
    label = named.name.strip(" *_")
    text = block.text.text[named.rest :].strip()
    if named.separated and words.ALTERNATIVE_LABEL.match(label):
        return StatementKind.ALTERNATIVE, text
    if named.separated and words.WHY_LABEL.match(label):
        return StatementKind.REASON, text
    if named.separated and column_kind(label) is StatementKind.REPAIR:
        return StatementKind.REPAIR, text
    return None, block.text.text


def _is_label(text: str) -> bool:
    """One short line that announces what stands below it."""
    return len(text) <= MAX_TITLE and "\n" not in text.strip()


def is_none(text: str) -> bool:
    """A first cell that says that there is nothing: `None`, `_None_`, `(none)`, `No violations`, `N/A - ...`."""
    shown = text.strip(" *_`()[]（）—–-.|")
    if not shown:
        return False
    match = words.NONE.match(shown)
    if match is not None:
        rest = shown[match.end() :].lstrip()
        return (
            not rest
            or not rest[0].isalnum()
            or len(rest.split()) <= _FEW_WORDS
            or _NONE_GOES_ON.match(rest) is not None
        )
    return clean_start(shown)


def clean_start(text: str) -> bool:
    """Whether the text begins with "no violations", in any wording."""
    found = verdict.signs(text[:200])
    return bool(found) and found[0].sign is verdict.Sign.CLEAN and found[0].start < 40  # noqa: PLR2004  "There are currently "


def says_none(text: str) -> bool:
    """Whether a sentence says that there is nothing to justify."""
    shown = text.strip(" *_>`-—✅\ufe0f\n")
    return is_none(shown) or clean_start(shown) or words.NONE_NEEDED.match(shown[:400]) is not None


_FEW_WORDS = 4
_STOCK_COLUMNS = 3
_SHORTEST_NAME = 4
_NONE_GOES_ON = re.compile(
    r"(?:identified|found|needed|required|detected|applicable|expected|introduced|anticipated|at|so|yet|to)\b",
    re.IGNORECASE,
)


def _is_instruction(block: Paragraph) -> bool:
    return bool(re.match(r"\W*(?:fill\s+only|\*?gate)", block.text.text, re.IGNORECASE))


def _is_breach(text: str) -> bool:
    found = [token.sign for token in verdict.signs(text[:300])]
    return any(sign in {verdict.Sign.FAIL, verdict.Sign.BENT} for sign in found) and verdict.Sign.CLEAN not in found


def name_part(violation: str) -> str:
    """The text before the explanation in the first cell."""
    match = re.search(r"[:：]\s|\s[—–-]{1,2}\s|\n", violation)
    return violation[: match.start()] if match and match.start() > 3 else violation  # noqa: PLR2004  `I: Name`


_CODE = re.compile(r"\b([^\W\d_]+\.?(?:[ -]?[^\W\d_]{2,8}\.?)?)\s*[#§-]?\s*(\d{1,3})\b")


def _code(match: re.Match[str]) -> str:
    """`arch2` for `Arch #2`, `Arch-2` and `Arch. 2`."""
    return "".join(c for c in match[1].casefold() if c.isalpha()) + match[2]


@lru_cache(maxsize=64)
def _rows_of(template: str) -> frozenset[str]:
    """The words of each table row of a template."""
    return frozenset(normal_row(line) for line in template.splitlines() if line.lstrip().startswith("|"))


def normal_row(line: str) -> str:
    """A row of a table for comparison: its words only."""
    return re.sub(r"[\W_]+", " ", line[:1000].casefold()).strip()


def _cell(row: tuple[Cell, ...], index: int | None) -> str:
    return row[index].text.text.strip()[:MAX_CELL] if index is not None and len(row) > index else ""


def _until_heading(blocks: Sequence[Block], start: int) -> list[Block]:
    found: list[Block] = []
    for block in blocks[start:]:
        if isinstance(block, Heading):
            break
        found.append(block)
    return found


def _below(blocks: Sequence[Block], index: int) -> list[Block]:
    found: list[Block] = []
    for block in blocks[index + 1 :]:
        if not isinstance(block, Item) or block.depth == 0:
            break
        found.append(block)
    return found


def _list_after(blocks: Sequence[Block], index: int) -> list[Block]:
    found: list[Block] = []
    for block in blocks[index + 1 :]:
        if not isinstance(block, Item):
            break
        found.append(block)
    return found
