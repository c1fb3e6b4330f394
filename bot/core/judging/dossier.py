"""Collect everything that a plan says about one principle or gate, for one decision.

Each assessment in force has a dossier. Several items below one principle have one each, and share what the plan says
about the principle: rows of Complexity Tracking, deviation sections, the gate line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.documents.plan import MAX_STATEMENT, Join, Phase, Statement, StatementKind, Verdict, Weight
from bot.core.documents.plan_reading.joining import leading_numeral, tokens
from bot.core.judging.gate import principle_of, standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.documents.plan import Check, DeviationSection, GateLine, Plan, TrackingRow
    from bot.core.yardstick.constitution import Constitution, Principle

SOFT = frozenset({Weight.FAIL, Weight.ADMISSION, Weight.PARTIAL})
_POINTS = frozenset({StatementKind.POINTER, StatementKind.REASON, StatementKind.DEVIATION_SECTION})
_FEWEST_WORDS = 2
_MOST_ROWS = 200
_CODE = re.compile(r"`([^`\n]{3,80})`")
_MARKER = re.compile(r"[(（\[][^()（）\[\]]{0,80}[)）\]]")


@dataclass(frozen=True, slots=True)
class Dossier:
    """The statements for and against one assessment."""

    assessment: Check
    """The assessment that stands."""
    principle: Principle | None
    """None for a gate of the plan's own."""
    statements: tuple[Statement, ...]
    """All statements in the order of their lines, the standing assessment among them."""
    rows: tuple[TrackingRow, ...] = ()
    """Rows of Complexity Tracking that name the principle or the gate."""
    nameless_row: TrackingRow | None = None
    """A complete row that names nothing and repeats the item's words."""
    replaced: Check | None = None
    """The assessment of an earlier phase that this one takes the place of."""
    contradicting: Check | None = None
    """A passing assessment of the same item in the same phase."""
    gate_line: GateLine | None = None
    """A passing verdict for the whole check."""
    version: str | None = None
    """The version of the constitution at the base."""

    def first(self, *kinds: StatementKind) -> Statement | None:
        """The first statement of one of these kinds, the kinds in the order given."""
        return next((statement for kind in kinds for statement in self.statements if statement.kind is kind), None)


def dossiers(plan: Plan, constitution: Constitution) -> tuple[Dossier, ...]:
    """One dossier for each assessment in force, in the plan's order."""
    last = standing(plan)
    passing = _passing_gate(plan)
    defects = sum(check.weight in SOFT for check in last)
    in_force = {id(check) for check in last}
    earlier = [check for check in plan.checks if id(check) not in in_force]
    return tuple(_dossier(check, plan, constitution, earlier, passing, alone=defects == 1) for check in last)


def _dossier(  # noqa: PLR0913  what every dossier of one plan shares
    check: Check,
    plan: Plan,
    constitution: Constitution,
    earlier: Sequence[Check],
    passing: GateLine | None,
    *,
    alone: bool,
) -> Dossier:
    replaced = next((before for before in earlier if is_same_item(before, check) and before.phase is Phase.PRE), None)
    if check.weight not in SOFT:
        stated = ordered([*check.statements, *(replaced.statements[:1] if replaced else ())])
        return Dossier(check, principle_of(check, constitution), stated, replaced=replaced)
    rows = rows_for(check, plan)
    statements = [*check.statements, *(replaced.statements[:1] if replaced else ())]
    for section in plan.deviations:
        if _speaks_for(section, check, alone=alone):
            statements += section.statements
            statements.append(Statement(StatementKind.DEVIATION_SECTION, section.line, section.heading))
    for row in rows:
        statements.append(Statement(StatementKind.TRACKING_ROW, row.line, row.violation))
        if row.repair:
            statements.append(Statement(StatementKind.REPAIR, row.line, row.repair[:MAX_STATEMENT]))
    if passing is not None:
        statements.append(Statement(StatementKind.GATE_LINE, passing.line, passing.text))
    return Dossier(
        assessment=check,
        principle=principle_of(check, constitution),
        statements=ordered(statements),
        rows=rows,
        nameless_row=None if rows else _nameless_row(check, statements, plan),
        replaced=replaced,
        contradicting=_contradicting(check, plan),
        gate_line=passing,
        version=constitution.version,
    )


def ordered(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Each statement once, in the order of the lines."""
    return tuple(sorted(dict.fromkeys(statements), key=lambda statement: statement.line))


def statements_about(key: str, collected: Sequence[Dossier], checks: Sequence[Check]) -> tuple[Statement, ...]:
    """Every statement about a principle, by its id, including those of replaced assessments."""
    about = [
        statement for dossier in collected if dossier.assessment.principle == key for statement in dossier.statements
    ]
    earlier = [statement for check in checks if check.principle == key for statement in check.statements]
    return ordered([*about, *earlier])


def rows_for(check: Check, plan: Plan) -> tuple[TrackingRow, ...]:
    """The rows of Complexity Tracking that name the item's principle or gate."""
    return tuple(row for row in plan.rows if names(row, check))


def names(row: TrackingRow, check: Check) -> bool:
    """Whether the row names the item's principle or gate."""
    if check.principle is not None and (check.principle == row.principle or check.principle in row.names):
        return True
    return bool(check.named) and check.named in row.gates


def is_same_item(left: Check, right: Check) -> bool:
    """Whether both assess the same item: by name, or because one of them is the principle of the other."""
    if _bare_name(left) == _bare_name(right) and _bare_name(left):
        return left.principle == right.principle or left.principle is None or right.principle is None
    if left.principle is None or left.principle != right.principle:
        return False
    return is_principle_itself(left) or is_principle_itself(right)


def is_principle_itself(check: Check) -> bool:
    """Whether the item has the principle's own name, not that of a part of it."""
    return check.join in {Join.BOTH, Join.NAME}


def _bare_name(check: Check) -> frozenset[str]:
    return tokens(leading_numeral(_MARKER.sub(" ", check.named))[1])


def _passing_gate(plan: Plan) -> GateLine | None:
    """The last line that passes the whole check. A labelled line comes first."""
    passing = [line for line in plan.gate_lines if line.verdict is Verdict.PASS and line.whole]
    return next((line for line in reversed(passing) if line.labelled), passing[-1] if passing else None)


def _speaks_for(section: DeviationSection, check: Check, *, alone: bool) -> bool:
    """Whether the section justifies the item. A section that names no principle justifies a single breach."""
    if section.names:
        return check.principle in section.names
    return alone


def _contradicting(check: Check, plan: Plan) -> Check | None:
    """A passing item with the same name and phase as this failing one."""
    if check.weight is not Weight.FAIL:
        return None
    name = _bare_name(check)
    return next(
        (
            sibling
            for sibling in plan.checks
            if sibling.verdict is Verdict.PASS
            and sibling.explicit
            and sibling.phase is check.phase
            and sibling.principle == check.principle
            and bool(name)
            and _bare_name(sibling) == name
        ),
        None,
    )


def _nameless_row(check: Check, statements: Sequence[Statement], plan: Plan) -> TrackingRow | None:
    """A complete row that names nothing and repeats two words or one code span of an item that points to a reason."""
    points = check.qualified or check.weight is Weight.ADMISSION or any(each.kind in _POINTS for each in statements)
    if not points:
        return None
    words, spans = tokens(check.named) | _content(check.text), set(_CODE.findall(check.text))
    for row in plan.rows[:_MOST_ROWS]:
        if not row.complete or row.principle or row.names or row.gates:
            continue
        text = f"{row.violation} {row.why}"
        repeated = len(words & _content(text)) >= _FEWEST_WORDS and bool(words & _content(row.violation))
        if repeated or any(_stands_in(span, text) for span in spans):
            return row
    return None


def _stands_in(span: str, text: str) -> bool:
    """Whether the text holds the code span as a whole word: `play` is not in "playback"."""
    return re.search(rf"(?<!\w){re.escape(span)}(?!\w)", text) is not None


def _content(text: str) -> frozenset[str]:
    """The words of four letters or more, and the pairs of characters of scripts without blanks."""
    long_text = " ".join(text.split())
    found_tokens: set[str] = set()
    for start in range(0, min(len(long_text), 600), 150):
        found_tokens |= tokens(long_text[start : start + 160])
    return frozenset(word for word in found_tokens if len(word) > 3 or not word.isascii()) - _STATUS_WORDS  # noqa: PLR2004


_STATUS_WORDS = frozenset(
    {"fail", "violation", "violated", "justified", "tracking", "complexity", "principle", "deviation"}
)
