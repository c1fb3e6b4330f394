"""The rows of a table of the Constitution Check as items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.plan import Verdict
from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.check_table import MAX_TITLE, columns, is_deviation_table, is_violation_table
from bot.core.documents.plan_reading.collected import Found
from bot.core.documents.plan_reading.items import implied
from bot.core.documents.plan_reading.naming import is_gate_label
from bot.core.documents.plan_reading.sections import visible
from bot.core.documents.plan_reading.verdict import worse

if TYPE_CHECKING:
    from bot.core.documents.plan_reading.check_table import Columns
    from bot.core.documents.plan_reading.collected import Collected
    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Cell, Table

Row = tuple["Cell", ...]

_FEW_WORDS = 3


def read_table(table: Table, group: str | None, collected: Collected, *, aside: bool) -> None:
    """Take the items of a table; a table of violations is kept for Complexity Tracking, any other one is left out.

    `aside`: it stands under a heading that names no principle, so that without a status column it only counts where
    nothing else is answered.
    """
    if is_violation_table(table):
        collected.tables.append(table)
        return
    if is_deviation_table(table):
        _read_deviations(table, group, collected)
        return
    where = columns(table, collected.joiner)
    if where is None or (where.status is None and aside and collected.answered):
        return
    titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
    for row in table.rows:
        if collected.full:
            return
        _read_row(row, where, titles, group, collected)


def _read_deviations(table: Table, group: str | None, collected: Collected) -> None:
    """`Principle | Deviation | Justification`: every row admits one, unless it says that there is none."""
    for row in table.rows:
        if len(row) < 2 or collected.full:  # noqa: PLR2004  a principle and what is bent
            continue
        said = visible(row[1].text)
        shown = said.strip(" *_-—–")
        found = verdict.slot(said)
        clean = not shown or words.NONE.match(shown) or (found is not None and found.verdict is Verdict.PASS)
        rest = "\n".join(visible(cell.text) for cell in row[2:])
        collected.add(
            Found(
                named=row[0].text.text,
                verdict=Verdict.PASS if clean else Verdict.PARTIAL,
                line=row[0].line,
                place=row[1].text,
                evidence=rest,
                group=group,
            )
        )


def _read_row(row: Row, where: Columns, titles: list[str], group: str | None, collected: Collected) -> None:
    name = _words(row, where.name)
    filled = sum(bool(cell.text.text.strip()) for cell in row)
    if not name or (filled < 2 and where.status is not None and len(row) <= where.status):  # noqa: PLR2004  a title row
        return
    reading, cell = _status(row, where, titles)
    if _is_total(name):
        if reading is not None:
            collected.gate(reading.verdict, cell.line)
        return
    numeral = _words(row, where.numeral)
    named = f"{numeral}. {name}" if numeral else name
    beside = [c for index, c in enumerate(row) if index not in {where.name, where.numeral}]
    if reading is not None:
        others = "\n".join(visible(c.text) for c in beside if c is not cell)
        evidence = f"{visible(cell.text)[reading.end :]}\n{others}"
        in_slot = where.status is not None and cell is not row[where.name]
        collected.add(Found(named, reading.verdict, row[0].line, cell.text, reading, evidence, group, in_slot=in_slot))
        return
    rest = " ".join(visible(c.text) for c in beside)
    slot_empty = where.by_header and where.status is not None and not _words(row, where.status)
    template = all(collected.is_template(c.text.text) or not c.text.text.strip() for c in row)
    found = Verdict.UNANSWERED if slot_empty or template else implied(rest)
    collected.add(Found(named, found, row[0].line, cell.text, None, rest, group))


def _status(row: Row, where: Columns, titles: list[str]) -> tuple[Reading | None, Cell]:
    """The status and its cell: the status column, else the first cell that begins with one, else the name's own."""
    reading, cell = None, row[where.name]
    if where.status is not None and len(row) > where.status:
        cell = row[where.status]
        reading = verdict.slot(visible(cell.text))
        if where.second is not None and len(row) > where.second:
            other = verdict.slot(visible(row[where.second].text))
            grave = other is not None and other.verdict in {Verdict.VIOLATION, Verdict.PARTIAL}
            if other is not None and grave and (reading is None or worse(other.verdict, reading.verdict)):
                reading, cell = other, row[where.second]
    elif where.status is None:
        for index, candidate in enumerate(row):
            applies = index < len(titles) and words.APPLIES_HEADER.fullmatch(titles[index])
            reading = verdict.lead(visible(candidate.text)) if index > where.name and not applies else None
            if reading is not None:
                return reading, candidate
    if reading is None:
        leading = verdict.lead(visible(row[where.name].text))
        if leading is not None and verdict.begins_with_mark(row[where.name].text.text):
            return leading, row[where.name]
    return reading, cell


def _is_total(name: str) -> bool:
    return words.TOTAL.match(name) is not None and len(name.split()) <= _FEW_WORDS and is_gate_label(name)


def _words(row: Row, index: int | None) -> str:
    return row[index].text.text.strip() if index is not None and len(row) > index else ""
