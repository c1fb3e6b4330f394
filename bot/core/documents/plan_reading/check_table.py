"""The columns of a table in the Constitution Check: principle, status, numeral."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from bot.core.documents.plan import StatementKind, Verdict
from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.joining import number
from bot.core.documents.plan_reading.sections import visible
from bot.core.documents.plan_reading.statements import column_kind
from bot.core.text.lexicon import Pattern, anywhere, with_blanks, without_blanks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.documents.plan_reading.joining import Joiner
    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Cell, Table

MAX_TITLE = 120
"""Characters of a column's title that are looked at."""
_MOST = 0.6
_SOME = 0.3
_LOOKED_AT = 60
_LONGEST_ID = 8
"""`Arch 12`"""


class Columns(Struct, frozen=True):
    """The column numbers of a table. `status` and `numeral` are None if there is no such column."""

    name: int
    status: int | None
    earlier: int | None = None
    """The status column of before, where `status` is the later one of a pair."""
    numeral: int | None = None
    by_header: bool = False
    """The header says that it is a status column."""
    answers: Mapping[str, Verdict] = field(default_factory=dict)
    """The meaning of each answer in a status column that is one question: yes and no, true and false, P and F."""


def is_violation_table(table: Table) -> bool:
    """Whether a table lists violations and why they are needed, as Complexity Tracking does."""
    titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
    if len(titles) < 2:  # noqa: PLR2004  a breach and its reason
        return False
    first = next((title for title in titles if title not in {"#", "ID"}), "")
    why = any(words.WHY_HEADER.fullmatch(title) or words.ALTERNATIVE_HEADER.fullmatch(title) for title in titles[1:])
    status = any(words.STATUS_HEADER.fullmatch(title) for title in titles[1:])
    breach = words.VIOLATION_HEADER.fullmatch(first) is not None
    alternative = any(words.ALTERNATIVE_HEADER.fullmatch(title) for title in titles[1:])
    repair = any(column_kind(title) is StatementKind.REPAIR for title in titles[1:])
    return not status and ((breach and (why or repair)) or (alternative and why))


def is_deviation_table(table: Table) -> bool:
    """Whether each row has a principle and its deviation: `Principle, Deviation, Justification`."""
    titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
    return any(words.VIOLATION_HEADER.fullmatch(title) for title in titles[1:]) and not any(
        words.STATUS_HEADER.fullmatch(title) and not words.VIOLATION_HEADER.fullmatch(title) for title in titles[1:]
    )


def columns(table: Table, joiner: Joiner) -> Columns | None:
    """The columns of a table of items; None for another table (a permission matrix, a list of files)."""
    rows = table.rows[:_LOOKED_AT]
    titles = [cell.text.text.strip()[:MAX_TITLE] for cell in table.header]
    if not rows or not titles:
        return None
    numeral = 0 if len(titles) > 2 and _is_numeral_column(titles[0], [row[0] for row in rows if row]) else None  # noqa: PLR2004  id, name, status
    name = 1 if numeral == 0 or _is_status_first(titles, rows) else 0
    shares = {index: _share(rows, index) for index in range(len(titles)) if index not in {name, numeral}}
    pair = _pair(titles, shares)
    if pair is not None:
        return Columns(name, pair[1], pair[0], numeral, by_header=True)
    applies = {index for index in shares if words.APPLIES_HEADER.fullmatch(titles[index])}
    titled = [index for index in shares if words.STATUS_HEADER.fullmatch(titles[index]) and index not in applies]
    if titled:
        titled.sort(key=lambda index: (-round(shares[index], 1), index))
        best = titled[0]
        untitled = max(
            (index for index in shares if index not in titled and index not in applies),
            key=shares.__getitem__,
            default=None,
        )
        if shares[best] < _SOME and untitled is not None and shares[untitled] >= _MOST:
            return Columns(name, untitled, None, numeral, by_header=False)
        return Columns(name, best, None, numeral, by_header=True, answers=_answers(rows, best))
    full = [index for index, share in shares.items() if share >= _MOST and index not in applies]
    principled = words.UNIT_HEADER.fullmatch(titles[name]) is not None or _joined(rows, name, joiner)
    if len(full) > 1 or not (full or principled):
        return None  # several columns of marks that are no pair are a matrix
    return Columns(name, full[0] if full else None, None, numeral)


def _is_status_first(titles: list[str], rows: tuple[tuple[Cell, ...], ...]) -> bool:
    """Whether the status stands before the names: `Status, Principle, Notes`."""
    titled = words.STATUS_HEADER.fullmatch(titles[0]) is not None and words.UNIT_HEADER.fullmatch(titles[0]) is None
    return len(titles) > 1 and titled and _share(rows, 0) >= _MOST and _share(rows, 1) < _SOME


def _pair(titles: list[str], shares: dict[int, float]) -> tuple[int, int] | None:
    """The columns before and after the design (`Pre-Design`, `Post-Design`), the earlier one first."""
    marked = [index for index, share in shares.items() if share >= _SOME]
    after = next((index for index in marked if _AFTER_TITLE.match(titles[index])), None)
    before = next((index for index in marked if index != after and _BEFORE_TITLE.match(titles[index])), None)
    if after is None:  # `Initial check`, `Re-check`
        after = next((index for index in marked if index != before and words.AGAIN.search(titles[index])), None)
    if after is None or before is None:
        return None
    return before, after


def says_verdict(reading: Reading, text: str) -> bool:
    """Whether a cell in an "applies?" column says more than yes or no."""
    return (
        reading.verdict in {Verdict.VIOLATION, Verdict.PARTIAL} and not reading.plain_no and _YES_NO.match(text) is None
    ) or _OUTRIGHT.match(text) is not None


_YES_NO = Pattern(rf"\W*(?:{anywhere('yes_no')})?\W*$", re.IGNORECASE)
_OUTRIGHT = re.compile(r"\W*(?:PASS(?:ED)?|COMPLIANT)\b")
_BEFORE_TITLE = Pattern(
    rf"\W*(?:(?:{with_blanks('before_column')})(?!\w)|{without_blanks('before_column')})", re.IGNORECASE
)
_AFTER_TITLE = Pattern(
    rf"\W*(?:(?:{with_blanks('after_column')})(?!\w)|{without_blanks('after_column')})", re.IGNORECASE
)


def _share(rows: tuple[tuple[Cell, ...], ...], index: int) -> float:
    cells = [row[index] for row in rows if len(row) > index]
    if not cells:
        return 0.0
    return sum(verdict.lead(visible(cell.text)) is not None for cell in cells) / len(cells)


_TICK = "✓"
_SCALES: tuple[Mapping[str, Verdict], ...] = (
    {"y": Verdict.PASS, "n": Verdict.VIOLATION},
    {"true": Verdict.PASS, "false": Verdict.VIOLATION},
    {"t": Verdict.PASS, "f": Verdict.VIOLATION},
    {"p": Verdict.PASS, "f": Verdict.VIOLATION},
    {_TICK: Verdict.PASS, "x": Verdict.VIOLATION},
    {"ok": Verdict.PASS, "ng": Verdict.VIOLATION},
    {
        "green": Verdict.PASS,
        "amber": Verdict.PARTIAL,
        "yellow": Verdict.PARTIAL,
        "orange": Verdict.PARTIAL,
        "red": Verdict.VIOLATION,
    },
)
"""Answers that say a status only beside one another: `N` in a column of `Y`, `X` in a column of ticks."""


def _answers(rows: tuple[tuple[Cell, ...], ...], index: int) -> Mapping[str, Verdict]:
    """The meaning of each answer in a column where every cell is an answer, and some are good; else nothing."""
    cells = [visible(row[index].text) for row in rows if len(row) > index and row[index].text.text.strip(" *_`-—–")]
    given = {answer(text) for text in cells if not _is_not_applicable(text)}
    for scale in _SCALES:
        if given <= scale.keys() and any(scale[word or ""] is Verdict.PASS for word in given):
            return scale
    denied = {word for word in given if word and words.NO.fullmatch(word)}
    if all(word and (word in denied or words.YES_NO.fullmatch(word)) for word in given) and denied < given:
        return dict.fromkeys((word for word in denied if word), Verdict.VIOLATION)
    return {}


def answer(text: str) -> str | None:
    """The one word or tick that a cell says, in lower case, also before a break; None for any other cell."""
    match = _ANSWER.match(text)
    if match is None:
        return _TICK if verdict.begins_with_good_mark(text) else None
    return match[1].casefold()


_ANSWER = re.compile(r"[\s*_`(\[]*([^\W\d_]{1,12})[\s*_`)\].!]*(?:$|[—–,;:(|\n-]|\.\s)")


def _is_not_applicable(text: str) -> bool:
    found = verdict.slot(text)
    return found is not None and found.verdict is Verdict.NA


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
