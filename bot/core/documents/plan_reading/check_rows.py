"""Read the rows of a table in the Constitution Check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bot.core.documents.plan import Verdict, Weight
from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.check_table import (
    MAX_TITLE,
    answer,
    columns,
    is_deviation_table,
    is_violation_table,
    says_verdict,
)
from bot.core.documents.plan_reading.collected import ItemReading
from bot.core.documents.plan_reading.items import implied
from bot.core.documents.plan_reading.naming import is_gate_label
from bot.core.documents.plan_reading.sections import unstruck, unstruck_words, visible
from bot.core.documents.plan_reading.statements import Clause

if TYPE_CHECKING:
    from bot.core.documents.plan_reading.check_table import Columns
    from bot.core.documents.plan_reading.collected import Collected
    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Cell, Table

Row = tuple["Cell", ...]

_FEW_WORDS = 3


def read_table(table: Table, group: str | None, collected: Collected, *, aside: bool) -> None:
    """Read the items of a table. A table of violations is left for Complexity Tracking.

    `aside` is true below a heading that names no principle. Then a table without a status column counts only if no
    other item has a status.
    """
    if is_violation_table(table):
        collected.tables.append(table)
        return
    titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
    if is_deviation_table(table):
        _read_deviations(table, titles, group, collected)
        return
    where = columns(table, collected.joiner)
    if where is None or (where.status is None and aside and collected.answered):
        return
    for row in table.rows:
        if collected.full:
            return
        _read_row(row, where, titles, group, collected)


def _read_deviations(table: Table, titles: list[str], group: str | None, collected: Collected) -> None:
    """Read a table `Principle, Deviation, Justification`: each row is a deviation unless it says "none"."""
    for row in table.rows:
        if len(row) < 2 or collected.full or _is_sign(row[0].text.text):  # noqa: PLR2004  a principle and what is bent
            continue
        shown = visible(row[1].text).strip(" *_-—–")
        reading = verdict.slot(visible(row[1].text))
        no, yes_no = words.NO.fullmatch(shown), words.YES_NO.fullmatch(shown)
        passed = reading is not None and reading.verdict is Verdict.PASS and not yes_no
        clean = not shown or no or words.NONE.match(shown) or passed
        collected.add(
            ItemReading(
                name=row[0].text.text,
                verdict=Verdict.PASS if clean else Verdict.PARTIAL,
                line=row[0].line,
                place=row[1].text,
                status=_breach(row[1], titles[1]) if yes_no and not no else None,
                beside=_clauses(row, titles, 2),
                group=group,
                weight=Weight.NONE if clean else None if yes_no else Weight.ADMISSION,
            )
        )


def _breach(cell: Cell, title: str) -> Reading:
    """The yes in a column that asks for a breach: `Violation?` for a failure, `Deviation?` for an admission."""
    outright = any(token.sign is verdict.Sign.FAIL for token in verdict.signs(title))
    weight = Weight.FAIL if outright else Weight.ADMISSION
    return verdict.Reading(
        Verdict.VIOLATION if outright else Verdict.PARTIAL, 0, len(cell.text.text.rstrip()), weight=weight
    )


def _clauses(
    row: Row, titles: list[str], start: int = 0, *, without: tuple[int | None, ...] = ()
) -> tuple[Clause, ...]:
    """The cells of a row as clauses, each with the title of its column."""
    return tuple(
        Clause(unstruck(cell.text), cell.line, titles[index] if index < len(titles) else "")
        for index, cell in enumerate(row)
        if index >= start and index not in without
    )


def _read_row(row: Row, where: Columns, titles: list[str], group: str | None, collected: Collected) -> None:
    name = _words(row, where.name)
    filled = sum(bool(cell.text.text.strip()) for cell in row)
    if not name or (filled < 2 and where.status is not None and len(row) <= where.status):  # noqa: PLR2004  a title row
        return
    status = _status(row, where, titles)
    if _is_sign(name):
        return  # a legend: `❌ | violation`
    if _is_total(name):
        if status is not None:
            collected.gate(status.reading.verdict, row[status.column].line)
        return
    numeral = _words(row, where.numeral)
    numbered = f"{numeral}. {name}" if numeral else name
    if status is not None:
        cell, reading = row[status.column], status.reading
        rest = Clause(unstruck_words(cell.text)[reading.end :], cell.line)
        beside = _clauses(row, titles, without=(where.name, where.numeral, status.column, where.earlier))
        collected.add(
            ItemReading(
                name=numbered,
                verdict=reading.verdict,
                line=row[0].line,
                place=cell.text,
                status=reading,
                beside=(rest, *beside),
                group=group,
                in_slot=where.status is not None and status.column != where.name,
                earlier=status.earlier,
            )
        )
        return
    beside = _clauses(row, titles, without=(where.name, where.numeral))
    slot_empty = where.by_header and where.status is not None and not _words(row, where.status)
    template = all(collected.is_template(c.text.text) or not c.text.text.strip() for c in row)
    prose = " ".join(visible(c.text) for i, c in enumerate(row) if i not in {where.name, where.numeral})
    verdict_read = Verdict.UNANSWERED if slot_empty or template else implied(prose)
    place = row[where.status].text if where.status is not None and len(row) > where.status else row[where.name].text
    collected.add(ItemReading(numbered, verdict_read, row[0].line, place, None, beside, group))


class _RowStatus(Struct, frozen=True):
    reading: Reading
    column: int
    earlier: Verdict | None = None


def _status(row: Row, where: Columns, titles: list[str]) -> _RowStatus | None:
    """The status and its column: the later status column, else the first cell that begins with a status."""
    if where.status is not None:
        return _status_of_columns(row, where) or _before_name(row, where)
    for index, cell in enumerate(row):
        if index <= where.name:
            continue
        reading = verdict.lead(visible(cell.text))
        if reading is None:
            continue
        applies = index < len(titles) and words.APPLIES_HEADER.fullmatch(titles[index]) is not None
        if not applies or says_verdict(reading, visible(cell.text)):
            return _RowStatus(reading, index)
    return _before_name(row, where)


def _status_of_columns(row: Row, where: Columns) -> _RowStatus | None:
    last = _slot_of(row, where.status) or _answered(row, where)
    first = _slot_of(row, where.earlier)
    if last is not None and where.status is not None:
        return _RowStatus(last, where.status, first.verdict if first is not None else None)
    if first is not None and where.earlier is not None:
        return _RowStatus(first, where.earlier)
    return None


def _slot_of(row: Row, index: int | None) -> Reading | None:
    if index is None or len(row) <= index:
        return None
    return verdict.slot(visible(row[index].text))


def _answered(row: Row, where: Columns) -> Reading | None:
    """The verdict of a cell in a column of answers: no, false, F."""
    text = _words(row, where.status)
    said = where.answers.get(answer(text) or "")
    if said is None:
        return None
    return verdict.Reading(said, 0, len(text), weight=_WEIGHTS.get(said, Weight.NONE))


_WEIGHTS = {Verdict.VIOLATION: Weight.FAIL, Verdict.PARTIAL: Weight.PARTIAL}


def _before_name(row: Row, where: Columns) -> _RowStatus | None:
    shown = row[where.name].text
    leading = verdict.lead(visible(shown))
    if leading is not None and verdict.begins_with_mark(shown.text):
        return _RowStatus(replace(leading, plain_no=False), where.name)
    return None


def _is_sign(name: str) -> bool:
    """Whether a name is a mark or a status and nothing more."""
    if not any(character.isalnum() for character in name):
        return True
    led = verdict.lead(name)
    return led is not None and not name[led.end :].strip(" *_:.") and not is_gate_label(name)


def _is_total(name: str) -> bool:
    return words.TOTAL.match(name) is not None and len(name.split()) <= _FEW_WORDS and is_gate_label(name)


def _words(row: Row, index: int | None) -> str:
    return row[index].text.text.strip() if index is not None and len(row) > index else ""
