"""A table of the Constitution Check: which column names the principle, and which one holds the status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.joining import number
from bot.core.documents.plan_reading.sections import visible

if TYPE_CHECKING:
    from bot.core.documents.plan_reading.joining import Joiner
    from bot.core.markdown import Cell, Table

MAX_TITLE = 120
"""Characters of a column's title that are looked at."""
_MOST = 0.6
_SOME = 0.3
_LOOKED_AT = 60
_MATRIX = 3
_LONGEST_ID = 8
"""`Arch 12`"""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where to look in each row; `status` is None where no column holds statuses, `numeral` where none holds ids."""

    name: int
    status: int | None
    second: int | None = None
    numeral: int | None = None
    by_header: bool = False
    """The header says that it is a status column."""


def is_violation_table(table: Table) -> bool:
    """It lists violations and why they are needed: rows of Complexity Tracking, wherever it stands."""
    titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
    if len(titles) < 2:  # noqa: PLR2004  a breach and its reason
        return False
    first = next((title for title in titles if title not in {"#", "ID"}), "")
    why = any(words.WHY_HEADER.fullmatch(title) or words.ALTERNATIVE_HEADER.fullmatch(title) for title in titles[1:])
    status = any(words.STATUS_HEADER.fullmatch(title) for title in titles[1:])
    breach = words.VIOLATION_HEADER.fullmatch(first) is not None
    alternative = any(words.ALTERNATIVE_HEADER.fullmatch(title) for title in titles[1:])
    return (breach and why and not status) or (alternative and why and not status)


def is_deviation_table(table: Table) -> bool:
    """Every row is a principle with how it is bent: `Principle | Deviation | Justification`."""
    titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
    return any(words.VIOLATION_HEADER.fullmatch(title) for title in titles[1:]) and not any(
        words.STATUS_HEADER.fullmatch(title) and not words.VIOLATION_HEADER.fullmatch(title) for title in titles[1:]
    )


def columns(table: Table, joiner: Joiner) -> Columns | None:
    """The columns of a table of items, None where it is no such table (a permission matrix, a list of files)."""
    rows = table.rows[:_LOOKED_AT]
    titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
    if not rows or not titles:
        return None
    numeral = 0 if len(titles) > 2 and _is_numeral_column(titles[0], [row[0] for row in rows if row]) else None  # noqa: PLR2004  id, name, status
    name = 1 if numeral == 0 else 0
    shares = {index: _share(rows, index) for index in range(len(titles)) if index not in {name, numeral}}
    titled = [
        i for i in shares if words.STATUS_HEADER.fullmatch(titles[i]) and not words.APPLIES_HEADER.fullmatch(titles[i])
    ]
    if titled:
        titled.sort(key=lambda index: (-round(shares[index], 1), index))
        best = titled[0]
        untitled = max(
            (i for i in shares if i not in titled and not words.APPLIES_HEADER.fullmatch(titles[i])),
            key=lambda i: shares[i],
            default=None,
        )
        if shares[best] < _SOME and untitled is not None and shares[untitled] >= _MOST:
            return Columns(name, untitled, None, numeral, by_header=False)
        second = next((i for i in titled[1:] if shares[i] >= _MOST and shares[best] >= _MOST), None)
        return Columns(name, best, second, numeral, by_header=True)
    full = [
        index for index, share in shares.items() if share >= _MOST and not words.APPLIES_HEADER.fullmatch(titles[index])
    ]
    if len(full) >= _MATRIX:
        return None
    principled = words.UNIT_HEADER.fullmatch(titles[name]) is not None or _joined(rows, name, joiner)
    if full and (principled or len(full) == 1):
        return Columns(name, full[0], None, numeral)
    return Columns(name, None, None, numeral) if principled else None


def _share(rows: tuple[tuple[Cell, ...], ...], index: int) -> float:
    cells = [row[index] for row in rows if len(row) > index]
    if not cells:
        return 0.0
    return sum(verdict.lead(visible(cell.text)) is not None for cell in cells) / len(cells)


def _is_numeral_column(title: str, cells: list[Cell]) -> bool:
    if len(title) > 12:  # noqa: PLR2004  `Principle #` at most
        return False
    short = [cell.text.text.strip(" *_§.") for cell in cells]
    return (
        bool(short)
        and sum(len(text) <= _LONGEST_ID and not text.isspace() for text in short) > _MOST * len(short)
        and (
            not title.strip(" .")
            or words.NUMBER_HEADER.fullmatch(title) is not None
            or sum(number(text) is not None for text in short) > _MOST * len(short)
        )
    )


def _joined(rows: tuple[tuple[Cell, ...], ...], index: int, joiner: Joiner) -> bool:
    names = [row[index].text.text for row in rows if len(row) > index]
    return bool(names) and sum(joiner.is_surely(name) for name in names) >= len(names) / 2
