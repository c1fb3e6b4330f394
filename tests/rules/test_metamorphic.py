"""A Constitution Check says the same in other words, columns and layouts: the verdicts stay."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.judging.decision import decide
from bot.core.judging.dossier import dossiers
from tests.core.documents.plan_reading.plans import ENGLISH, constitution, plan_text, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TITLES = (
    "Constitution Check",
    "Constitution Compliance",
    "2. Constitution Check (Gate)",
    "Verificación de la Constitución",
    "Verificação da Constituição",
    "Verfassungsprüfung",
    "Проверка конституции",
    "宪法检查",
    "憲章チェック",
    "헌법 점검",
    "Kiểm tra hiến pháp",
    "Harbour Rules",
)
FIRST_COLUMNS = ("Principle", "Gate", "Rule", "Article", "Principio", "Princípio", "Принцип", "原则", "原則", "원칙")
STATUS_COLUMNS = ("Status", "Verdict", "Result", "Compliance", "Compliant?", "Estado", "Статус", "状态", "判定", "상태")
NOTE_COLUMNS = ("Notes", "Evidence", "Comment", "Details", "How", "Notas", "Заметки", "备注", "備考")
QUESTIONS = (
    "Does Principle I hold on Sundays?",
    "Is II a FAIL when the tide is out?",
    "What if Small Boats is violated by a tug?",
    "**V. Quiet Harbours by Night**: who hears a pump?",
)
STATUSES = ("✅ PASS", "PASS", "✅", "❌ FAIL", "FAIL", "❌ VIOLATION", "⚠️ PARTIAL", "PARTIAL", "N/A", "➖ N/A")
NOTES = ("", "T004", "berth plan", "one berth holds two boats", "the ledger has one row for each boat and tide")

Verdicts = list[tuple[str | None, str, str, str]]


@dataclass(frozen=True)
class Row:
    """What a plan says of one principle."""

    name: str
    status: str
    note: str


ROWS = st.lists(st.tuples(st.sampled_from(STATUSES), st.sampled_from(NOTES)), min_size=5, max_size=5).map(
    lambda pairs: [Row(f"{numeral}. {name}", *pair) for (numeral, name, _), pair in zip(ENGLISH, pairs, strict=True)]
)
DRAWN = st.integers(min_value=0, max_value=10_000)


def table(
    rows: Sequence[Row], first: str = "Principle", status: str = "Status", note: str = "Notes", *, last: bool = False
) -> str:
    """A table with the status in the second column, or in the last one."""
    lines = [(first, status, note), ("---", "---", "---"), *((row.name, row.status, row.note) for row in rows)]
    return "\n".join(f"| {a} | {c} | {b} |" if last else f"| {a} | {b} | {c} |" for a, b, c in lines)


def bullets(rows: Sequence[Row], mark: str = "-", width: int = 10_000) -> str:
    """A list; its lines are wrapped at a width of characters."""
    indent = " " * (len(mark) + 1)
    texts = [f"**{row.name}**: {row.status}{f' — {row.note}' if row.note else ''}" for row in rows]
    return "\n".join("\n".join(wrap(f"{mark} {text}", width, subsequent_indent=indent)) for text in texts)


def headings(rows: Sequence[Row], level: str = "###") -> str:
    """A sub-heading with a status line for each principle."""
    return "\n\n".join(f"{level} {row.name}\n\n**Status**: {row.status}\n\n{row.note}".rstrip() for row in rows)


def verdicts(text: str) -> Verdicts:
    """Principle, verdict, rule and severity of every assessment that stands."""
    plan, standard = read(text), constitution()
    decided = [(dossier.assessment, decide(dossier)) for dossier in dossiers(plan, standard)]
    return [
        (check.principle, check.verdict.value, decision.rule, str(decision.severity)) for check, decision in decided
    ]


def _retitled(rows: Sequence[Row], drawn: int) -> str:
    return plan_text(table(rows), heading=TITLES[drawn % len(TITLES)])


def _with_other_columns(rows: Sequence[Row], drawn: int) -> str:
    first = FIRST_COLUMNS[drawn % len(FIRST_COLUMNS)]
    status = STATUS_COLUMNS[drawn // 3 % len(STATUS_COLUMNS)]
    return plan_text(table(rows, first, status, NOTE_COLUMNS[drawn // 7 % len(NOTE_COLUMNS)]))


def _with_the_status_last(rows: Sequence[Row], drawn: int) -> str:
    return plan_text(table(rows, note=NOTE_COLUMNS[drawn % len(NOTE_COLUMNS)], last=True))


def _with_another_notes_column(rows: Sequence[Row], drawn: int) -> str:
    lines = table(rows).split("\n")
    cells = [f"Task {drawn % 9}", "---", *(f"T{drawn % 90 + index:03}" for index in range(len(rows)))]
    return plan_text("\n".join(f"{line} {cell} |" for line, cell in zip(lines, cells, strict=True)))


def _as_bullets(rows: Sequence[Row], drawn: int) -> str:
    return plan_text(bullets(rows, ("-", "*", "+", "1.")[drawn % 4]))


def _reflowed(rows: Sequence[Row], drawn: int) -> str:
    return plan_text(bullets(rows, width=50 + drawn % 40))


def _as_headings(rows: Sequence[Row], drawn: int) -> str:
    return plan_text(headings(rows, ("###", "####")[drawn % 2]))


def _with_questions_behind(rows: Sequence[Row], drawn: int) -> str:
    asked = [QUESTIONS[(drawn + index) % len(QUESTIONS)] for index in range(1 + drawn % 3)]
    listed = "\n".join(f"- {question}" for question in asked)
    return f"{plan_text(table(rows))}\n## Appendix: Open Questions\n\n{listed}\n"


def _with_what_it_was_before(rows: Sequence[Row], drawn: int) -> str:
    before = ("(was FAIL)", "(previously ❌ FAIL)", "(formerly VIOLATION)", "(initially: FAIL)")[drawn % 4]
    told = [Row(row.name, f"{row.status} {before}" if "PASS" in row.status else row.status, row.note) for row in rows]
    return plan_text(table(told))


WAYS: dict[str, Callable[[Sequence[Row], int], str]] = {
    function.__name__.strip("_"): function
    for function in (
        _retitled,
        _with_other_columns,
        _with_the_status_last,
        _with_another_notes_column,
        _as_bullets,
        _reflowed,
        _as_headings,
        _with_questions_behind,
        _with_what_it_was_before,
    )
}


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=25)
@given(rows=ROWS, drawn=DRAWN)
def test_the_verdicts_stay(way: str, rows: list[Row], drawn: int) -> None:
    assert verdicts(WAYS[way](rows, drawn)) == verdicts(plan_text(table(rows)))
