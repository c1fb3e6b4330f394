"""The plan's gate: which item of the Constitution Check counts, and which row justifies it.

Rules share these answers, so that no two rules report one fact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.plan import Check, Join, Phase, Span, StatementKind, Verdict, Weight
from bot.core.documents.plan_reading.statement_words import UNCHANGED
from bot.core.judging.edit import Edit
from bot.core.text.prose import At, Code, Name, Prose
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.documents.plan import Plan
    from bot.core.yardstick.constitution import Constitution, Principle
    from bot.core.yardstick.template import Template

_ANSWERS = frozenset({Verdict.PASS, Verdict.VIOLATION, Verdict.PARTIAL, Verdict.NA})
_MAX_WHAT = 80
_MOST_CELLS = 4
_MAX_FIRST_CELL = 200
_MAX_REASON_CELL = 200
_DEFAULT_HEADER = ("Violation", "Why Needed", "Simpler Alternative Rejected Because")


def standing(plan: Plan) -> tuple[Check, ...]:
    """The assessments in force: one of the re-check after the design replaces the first one.

    Only an assessment replaces another. A postponed, open or restated item replaces nothing, and is left out if the
    same item is assessed elsewhere.
    """
    answers: dict[str | None, list[Check]] = {}
    for check in plan.checks:
        if check.verdict in _ANSWERS and check.weight is not Weight.OPEN and not _is_restated(check):
            answers.setdefault(_key(check), []).append(check)
    later = {key: [check for check in checks if check.phase is Phase.POST] for key, checks in answers.items()}
    stands: list[Check] = []
    for check in plan.checks:
        key = _key(check)
        again = check.phase is Phase.PRE and _is_replaced(check, later.get(key, ()))
        empty = (check.verdict not in _ANSWERS or _is_restated(check)) and _is_replaced(check, answers.get(key, ()))
        if key is None or not (again or empty):
            stands.append(check)
    return tuple(stands)


def _is_restated(check: Check) -> bool:
    """Whether a re-check only says that the assessment of before stands: `unchanged`."""
    if check.phase is not Phase.POST:
        return False
    evidence = next((said.text for said in check.statements if said.kind is StatementKind.EVIDENCE), "")
    return any(UNCHANGED.fullmatch(text.strip(" .")) for text in (check.status, evidence) if text)


def _is_replaced(check: Check, later: Sequence[Check]) -> bool:
    """Whether a later assessment is about the same item, or one of both is about the whole principle."""
    whole = check.join in {Join.BOTH, Join.NAME}
    name = " ".join(check.named.casefold().split())
    return any(
        whole or again.join in {Join.BOTH, Join.NAME} or " ".join(again.named.casefold().split()) == name
        for again in later
    )


def _key(check: Check) -> str | None:
    return check.principle or (" ".join(check.named.casefold().split()) or None)


def principle_of(check: Check, constitution: Constitution) -> Principle | None:
    """The principle that an item is joined to."""
    if check.principle is None:
        return None
    return next((p for p in constitution.principles if check.principle in (p.id, p.name)), None)


def key_of(principle: Principle) -> str:
    """The key of an item, row or finding: the principle's numeral, else its name."""
    return principle.id or principle.name


def named(check: Check, constitution: Constitution) -> Name:
    """The display name of an item: its principle as people cite it, else its own words."""
    principle = principle_of(check, constitution)
    return Name(clip(principle.title if principle is not None else check.named or check.text))


def short(check: Check) -> Name:
    """The shortest name for a row: the principle's numeral, else the item's own words."""
    return Name(clip(check.principle or check.named or check.text, 60))


def subject(check: Check) -> str:
    """The subject of a finding about the item: the principle's id, else the item's own words."""
    return check.principle or clip(check.named or check.text)


def place(check: Check, plan: Plan) -> Span:
    """The place of the item's status, or of its name if it has no status."""
    if check.span is not None:
        return check.span
    line = plan.lines[check.line - 1] if check.line <= len(plan.lines) else ""
    column = line.find(check.named) + 1 if check.named else 0
    return Span(check.line, column, column + len(check.named) - 1) if column else Span(check.line)


def is_blank_row(check: Check) -> bool:
    """Whether the item is a table row with nothing after its name."""
    cells = [cell.strip() for cell in _cells(check.text)]
    return len(cells) > 1 and not any(cells[1:])


def how_to_track(check: Check, plan: Plan, cells: Sequence[str]) -> Prose:
    """Which row to add where, and which of its cells to fill, by their header, as the object of `Add`."""
    row: Prose = ("a row for ", short(check))
    fill: Prose = tuple(piece for cell in cells[:_MOST_CELLS] for piece in (" and ", Code(clip(cell, 60))))
    filled: Prose = (", and fill ", *fill[1:]) if fill else ()
    line = line_to_add_after(plan)
    if plan.tracking_table_line is not None:
        return (*row, " to Complexity Tracking after ", At(plan.path, line), *filled)
    if plan.tracking is not None:
        return ("a table with ", *row, " to Complexity Tracking after ", At(plan.path, line), *filled)
    return ("a section Complexity Tracking with ", *row, " at the end of ", At(plan.path), *filled)


def line_to_add_after(plan: Plan) -> int:
    """The line after which a row, a table or a section with a row is added; the last line for a section."""
    if plan.tracking_table_line is not None:
        return plan.tracking_table_line
    return plan.tracking.line if plan.tracking is not None else len(plan.lines)


def where_it_was_looked_for(check: Check, plan: Plan) -> str:
    """The places without a reason, as a clause of a sentence."""
    beside = "in the row" if check.text.lstrip().startswith("|") else "on its line"
    places = [beside, "below it"]
    places.append(
        "in Complexity Tracking" if plan.tracking is not None else "in Complexity Tracking (the plan has none)"
    )
    return f"no reason found; looked {', '.join(places)} and in sections about deviations."


def header_of(template: Template) -> tuple[str, ...]:
    """The cells of the Complexity Tracking header in this repository."""
    return template.tracking_header or _DEFAULT_HEADER


def row_to_paste(  # noqa: PLR0913, PLR0917  everything that a row is made of
    check: Check,
    plan: Plan,
    template: Template,
    constitution: Constitution,
    reason: str | None = None,
    alternative: str | None = None,
) -> str:
    """A row for an item, with the table and heading that the plan lacks.

    `reason` and `alternative` are the plan's own words for the second and the third cell.
    """
    header = header_of(template)
    principle = principle_of(check, constitution)
    name = f"{principle.id}. {principle.name}" if principle is not None and principle.id else None
    name = name or (principle.name if principle is not None else check.named or check.text)
    breach = _breach(check)
    if reason and breach and reason.startswith(breach[:_MAX_WHAT].rstrip("…")):
        breach = ""  # the item has one text for both, which stands in the reason's cell only
    first = clip(f"{name}: {breach}" if breach else name, _MAX_FIRST_CELL).replace("|", "\\|")
    cells = [first, *[""] * (len(header) - 1)]
    for place, words in enumerate((reason, alternative), 1):
        if words and len(cells) > place:
            cells[place] = clip(words, _MAX_REASON_CELL).replace("|", "\\|")
    row = "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"
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


def row_edits(plan: Plan, paste: str | None) -> tuple[Edit, ...]:
    """The row added where `how_to_track` says, as the change of the line before it."""
    place = line_to_add_after(plan)
    if place == len(plan.lines) > 1 and not plan.lines[-1]:
        place -= 1  # nothing stands behind the last line end
    if paste is None or not 0 < place <= len(plan.lines):
        return ()
    gap = () if plan.tracking_table_line is not None or not plan.lines[place - 1].strip() else ("",)
    return (Edit(place, (plan.lines[place - 1], *gap, *paste.split("\n"))),)


def _breach(check: Check) -> str:
    """The deviation in the item's own words: the cell after the status in a table's row."""
    cells = [cell.strip() for cell in _cells(check.text)]
    if check.status not in cells:
        return ""
    after = [cell for cell in cells[cells.index(check.status) + 1 :] if cell]
    return after[0] if after and len(after[0]) <= _MAX_WHAT else ""


def _cells(text: str) -> Iterable[str]:
    """The cells of a table row. Empty if a cell contains a pipe, because splitting would tear it."""
    if not text.lstrip().startswith("|") or "\\|" in text:
        return ()
    return text.strip().strip("|").split("|")
