"""The plan's gate: which item of the Constitution Check has the last word, and which row answers for it.

What several rules ask about the same item is answered here once, so that no two rules report one fact.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.documents.plan import Check, Join, Phase, Span, Verdict
from bot.core.judging.findings import Severity
from bot.core.text.lexicon import Pattern, whole_words
from bot.core.text.prose import Name, Prose
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.documents.plan import Plan, TrackingRow
    from bot.core.yardstick.constitution import Constitution, Principle
    from bot.core.yardstick.template import Template

_ANSWERS = frozenset({Verdict.PASS, Verdict.VIOLATION, Verdict.PARTIAL, Verdict.NA})
_DEFECTS = frozenset({Verdict.VIOLATION, Verdict.PARTIAL})
_ARGUES = Pattern(whole_words("because"), re.IGNORECASE)
_LONG_ENOUGH = 12
_LONGEST_WORD = 12
"""Characters; text whose words are longer on the average is written without blanks between them."""
_LONG_ENOUGH_WITHOUT_BLANKS = 40
_MAX_WHAT = 80
_MAX_FIRST_CELL = 200
_DEFAULT_HEADER = ("Violation", "Why Needed", "Simpler Alternative Rejected Because")


def _key(check: Check) -> str | None:
    return check.principle or (" ".join(check.named.casefold().split()) or None)


def standing(plan: Plan) -> tuple[Check, ...]:
    """The items that have the last word: an answer in the re-check after the design replaces the first one."""
    again = {_key(check) for check in plan.checks if check.phase is Phase.POST and check.verdict in _ANSWERS}
    answered = {_key(check) for check in plan.checks if check.verdict in _ANSWERS}
    kept: list[Check] = []
    for check in plan.checks:
        key = _key(check)
        replaced = check.phase is Phase.PRE and key in again
        asked_again = check.phase is Phase.POST and check.verdict not in _ANSWERS and key in answered
        if key is None or not (replaced or asked_again):
            kept.append(check)
    return tuple(kept)


def defects(plan: Plan) -> tuple[Check, ...]:
    """The standing items that admit a violation or a partial one, one for each place."""
    return tuple(check for check in standing(plan) if check.verdict in _DEFECTS)


def principle_of(check: Check, constitution: Constitution) -> Principle | None:
    """The principle that an item is joined to."""
    if check.principle is None:
        return None
    return next((p for p in constitution.principles if check.principle in (p.id, p.name)), None)


def key_of(principle: Principle) -> str:
    """How items, rows and findings name a principle: its numeral, its name where it has none."""
    return principle.id or principle.name


def named(check: Check, constitution: Constitution) -> Name:
    """What to call an item: its principle as people cite it, else its own words."""
    principle = principle_of(check, constitution)
    return Name(clip(principle.title if principle is not None else check.named or check.text))


def short(check: Check) -> Name:
    """The shortest name that a row can hold: the principle's numeral, else the item's own words."""
    return Name(clip(check.principle or check.named or check.text, 60))


def subject(check: Check) -> str:
    """What a finding about the item is about: the principle's id, else the item's own words."""
    return check.principle or clip(check.named or check.text)


def reasoned(check: Check) -> bool:
    """The item gives a reason of its own.

    Beside a partial answer any words count. Beside an explicit fail they have to argue (a word such as "because" or
    "until", or a dozen words): `FAIL | adds ferry-retry, the 4th crate` says what the violation is, not why.
    """
    reason = (check.reason or "")[:2000]
    if check.verdict is not Verdict.VIOLATION or not reason:
        return bool(reason)
    words = len(reason.split())
    # Japanese and Chinese write no blanks, so what would be a dozen words is one; one accent makes no such script.
    unspaced = not reason.isascii() and len(reason) > words * _LONGEST_WORD
    long = words >= _LONG_ENOUGH or (unspaced and len(reason) >= _LONG_ENOUGH_WITHOUT_BLANKS)
    return long or _ARGUES.search(reason) is not None


def rows_for(check: Check, plan: Plan) -> tuple[TrackingRow, ...]:
    """The rows of Complexity Tracking that name the item's principle or gate."""
    return tuple(row for row in plan.rows if _names(row, check))


def _names(row: TrackingRow, check: Check) -> bool:
    if check.principle is not None and (check.principle == row.principle or check.principle in row.names):
        return True
    return bool(check.named) and check.named in row.gates


def nameless_rows(plan: Plan) -> tuple[TrackingRow, ...]:
    """Complete rows that name nothing: one of them may be meant for an item that no row names."""
    return tuple(row for row in plan.rows if row.complete and not (row.principle or row.names or row.gates))


def serves_explicit_fail(row: TrackingRow, plan: Plan) -> bool:
    """The row answers for an item that says FAIL in its status slot."""
    return any(
        check.verdict is Verdict.VIOLATION and check.explicit and check.in_slot and _names(row, check)
        for check in standing(plan)
    )


def non_negotiable(check: Check, constitution: Constitution) -> Severity | None:
    """How hard a defect of a NON-NEGOTIABLE principle is, None where the item is joined to none."""
    principle = principle_of(check, constitution)
    if principle is None or not principle.non_negotiable or check.verdict not in _DEFECTS or not check.explicit:
        return None
    by_name = check.join is Join.NAME and principle.id is None
    sure = check.join is Join.BOTH or by_name
    if check.verdict is Verdict.VIOLATION and check.in_slot and sure and not check.repairs:
        return Severity.ERROR
    return Severity.WARNING


def place(check: Check, plan: Plan) -> Span:
    """Where the item's status stands, or its name where it has no status."""
    if check.span is not None:
        return check.span
    line = plan.lines[check.line - 1] if check.line <= len(plan.lines) else ""
    column = line.find(check.named) + 1 if check.named else 0
    return Span(check.line, column, column + len(check.named) - 1) if column else Span(check.line)


def is_blank_row(check: Check) -> bool:
    """A table row in which nothing stands after the name."""
    cells = [cell.strip() for cell in _cells(check.text)]
    return len(cells) > 1 and not any(cells[1:])


def way_to_track(plan: Plan) -> tuple[Prose, int | None]:
    """Where a row is to be pasted, as the beginning of a sentence, and the line it goes under."""
    line = plan.tracking_table_line
    if line is not None:
        return ("Paste this under ",), line
    if plan.tracking is not None:
        return ("Complexity Tracking has no table yet: paste this under ",), plan.tracking.line
    return ("The plan has no Complexity Tracking: paste this at its end",), None


def header_of(template: Template) -> tuple[str, ...]:
    """The cells of the Complexity Tracking header in this repository."""
    return template.tracking_header or _DEFAULT_HEADER


def row_to_paste(check: Check, plan: Plan, template: Template, constitution: Constitution) -> str:
    """An empty row for an item, with the table and heading that the plan lacks."""
    header = header_of(template)
    principle = principle_of(check, constitution)
    name = f"{principle.id}. {principle.name}" if principle is not None and principle.id else None
    name = name or (principle.name if principle is not None else check.named or check.text)
    what = _what(check)
    first = clip(f"{name}: {what}" if what else name, _MAX_FIRST_CELL).replace("|", "\\|")
    row = f"| {first} |" + " |" * (len(header) - 1)
    if plan.tracking_table_line is not None:
        return row
    table = [
        "| " + " | ".join(clip(cell).replace("|", "\\|") for cell in header) + " |",
        "|---" * len(header) + "|",
        row,
    ]
    if plan.tracking is not None:
        return "\n".join(table)
    return "\n".join([f"## {clip(template.tracking_heading or 'Complexity Tracking')}", "", *table])


def _what(check: Check) -> str:
    """What deviates, in the item's own words: the cell after the status of a table's row."""
    cells = [cell.strip() for cell in _cells(check.text)]
    if check.status not in cells:
        return ""
    after = [cell for cell in cells[cells.index(check.status) + 1 :] if cell]
    return after[0] if after and len(after[0]) <= _MAX_WHAT else ""


def _cells(text: str) -> Iterable[str]:
    """A table row's cells; none where a cell holds a pipe of its own, which splitting would tear."""
    if not text.lstrip().startswith("|") or "\\|" in text:
        return ()
    return text.strip().strip("|").split("|")
