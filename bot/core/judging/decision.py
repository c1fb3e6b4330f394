"""Decide on a dossier: one pure function, the same for every plan, layout and language.

The page of `unjustified-violation` prints the docstring of `decide`: a change of the rules changes the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.documents.plan import Join, Statement, StatementKind, Verdict, Weight
from bot.core.documents.plan_reading.reasons import enough
from bot.core.documents.plan_reading.statement_words import VERSION
from bot.core.judging.dossier import is_same_item
from bot.core.judging.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.documents.plan import Check
    from bot.core.judging.dossier import Dossier

NON_NEGOTIABLE = "non-negotiable-violated"
UNJUSTIFIED = "unjustified-violation"
INLINE = "inline-justification"


class Ground(StrEnum):
    """The reason for a decision."""

    NOTHING = "nothing"
    """Nothing is to be said: the principle holds, or a row justifies the breach."""
    OPEN = "open"
    """The assessment is put off."""
    NO_REASON = "no reason"
    """Nothing speaks for the breach."""
    SOFTENED = "softened"
    """Nothing speaks for the breach, but something makes it too uncertain to block."""
    ELSEWHERE = "elsewhere"
    """A reason stands outside Complexity Tracking."""
    MENDED = "mended"
    """This feature repairs the breach, or the constitution was amended."""
    NAMELESS_ROW = "nameless row"
    """A row of Complexity Tracking repeats the words of the item and names no principle."""
    GATE_LINE = "gate line"
    """A line for the whole check passes, and this item fails."""
    CONTRADICTION = "contradiction"
    """The same item passes and fails in one phase."""
    TAKEN_BACK = "taken back"
    """A FAIL was replaced by a PASS without a word of what changed."""
    NOT_APPLICABLE = "not applicable"
    """A NON-NEGOTIABLE principle is called not applicable."""
    NON_NEGOTIABLE = "non-negotiable"
    """A NON-NEGOTIABLE principle is broken or bent."""
    EXCEPTION = "exception"
    """A row justifies a breach of a NON-NEGOTIABLE principle, and the constitution says when that may be."""
    WHICH_PRINCIPLE = "which principle"
    """Only numeral or words join the item to a NON-NEGOTIABLE principle."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is reported about one assessment."""

    ground: Ground
    rule: str = ""
    severity: Severity | None = None
    """None where nothing is reported."""
    statement: Statement | None = None
    """The statement that decides: the reason, the repair, the gate line, the passing twin."""


SILENT = Decision(Ground.NOTHING)
_REASONS = (
    StatementKind.REASON,
    StatementKind.DEVIATION_SECTION,
    StatementKind.APPROVAL,
    StatementKind.ALTERNATIVE,
    StatementKind.POINTER,
    StatementKind.EXISTING,
    StatementKind.ARGUMENT,
)
"""What speaks for a breach outside Complexity Tracking, the weightiest first."""
SPEAKS_FOR = (StatementKind.AMENDMENT, StatementKind.REPAIR, *_REASONS)
"""Whatever may speak for a breach, outside Complexity Tracking."""
_WHAT_CHANGED = (StatementKind.REASON, StatementKind.EVIDENCE, StatementKind.REPAIR, StatementKind.AMENDMENT)


def decide(dossier: Dossier) -> Decision:
    """Decide what one assessment comes to.

    1. The last assessment stands: a later column, a re-check section. What is put off, asked or restated takes nothing
       back. A FAIL that a bare PASS replaces is a notice, of a NON-NEGOTIABLE principle a warning.
    2. A FAIL in its status slot is an error when nothing in the slot softens it ("justified", "known", an arrow) and
       nothing speaks for it: no row, deviation section, labelled reason, pointer, repair, amendment or approval. Words
       that argue ("because", "until") make it a warning. What says how or what (evidence) speaks for nothing. In a
       language whose word lists were not tested on real plans it is a warning.
    3. A reason outside Complexity Tracking is a warning. A repair by this feature, or an amendment that the base has,
       is a notice.
    4. A FAIL under a passing line for the whole check is a contradiction: a warning. So is a FAIL of an item that
       passes elsewhere in the same phase.
    5. A partial answer or an admitted deviation is never more than a warning. A row, a repair or an amendment settles
       it without a word.
    6. A row that names no principle and repeats the words of an item that points to a reason is a notice.
    7. A row of Complexity Tracking belongs to the principle that its first cell names by numeral, by name or by the
       first two words of the name, or else to the one that the label or heading above the table names. A row with a
       filled column Fix, Approach, Mitigation or Remediation is a repair.
    8. A FAIL of a NON-NEGOTIABLE principle is an error whatever row, reason, approval or gate line there is. A repair
       makes it a warning, an amendment that the base has a notice. A complete row makes it a warning where the
       constitution says when an exception may be made. A partial answer, N/A, and an item that only a numeral or some
       words join to the principle are warnings.
    """
    if dossier.principle is not None and dossier.principle.non_negotiable:
        strong = _of_non_negotiable(dossier)
        if strong is not None:
            return strong
    return _of_any(dossier)


def is_made_bare(dossier: Dossier, before: Sequence[Dossier]) -> bool:
    """Whether something spoke for this failed assessment before, and does no more: its row was deleted.

    `before` holds the dossiers of the plan at the base.
    """
    return any(
        earlier.assessment.weight is Weight.FAIL
        and is_same_item(earlier.assessment, dossier.assessment)
        and decide(earlier).severity is not Severity.ERROR
        for earlier in before
    )


def _of_any(dossier: Dossier) -> Decision:  # noqa: PLR0911  a list of rules reads best as one ladder
    """The decision on a principle or gate like any other."""
    assessment = dossier.assessment
    if _is_bare_pass_after_fail(dossier):
        return Decision(Ground.TAKEN_BACK, UNJUSTIFIED, Severity.NOTICE, _assessed(dossier.replaced))
    admitted = assessment.explicit or assessment.verdict is Verdict.PARTIAL
    if not admitted or assessment.weight is Weight.NONE:
        return SILENT
    if assessment.weight is Weight.OPEN:
        return Decision(Ground.OPEN, UNJUSTIFIED, Severity.NOTICE)
    mended = _mended(dossier)
    if dossier.rows and not any(row.repair for row in dossier.rows):
        return SILENT  # an incomplete one is `incomplete-justification`
    if mended is not None:
        if assessment.weight is Weight.FAIL:
            return Decision(Ground.MENDED, INLINE, Severity.NOTICE, mended)
        return SILENT
    return _of_uncovered(dossier)


def _of_uncovered(dossier: Dossier) -> Decision:  # noqa: PLR0911  as `_of_any`
    """The decision on a breach without a row, a repair or an amendment."""
    assessment = dossier.assessment
    row = dossier.nameless_row
    if row is not None:
        return Decision(Ground.NAMELESS_ROW, UNJUSTIFIED, Severity.NOTICE, _statement_of_row(dossier))
    reason = _reason(dossier)
    if reason is not None:
        return Decision(Ground.ELSEWHERE, INLINE, Severity.WARNING, reason)
    if assessment.weight is not Weight.FAIL:
        return Decision(Ground.NO_REASON, UNJUSTIFIED, Severity.WARNING)
    if dossier.contradicting is not None:
        return Decision(Ground.CONTRADICTION, UNJUSTIFIED, Severity.WARNING, _assessed(dossier.contradicting))
    if dossier.gate_line is not None:
        return Decision(Ground.GATE_LINE, UNJUSTIFIED, Severity.WARNING, dossier.first(StatementKind.GATE_LINE))
    if assessment.qualified or not assessment.in_slot or not assessment.tested:
        return Decision(Ground.SOFTENED, UNJUSTIFIED, Severity.WARNING)
    return Decision(Ground.NO_REASON, UNJUSTIFIED, Severity.ERROR)


def _of_non_negotiable(dossier: Dossier) -> Decision | None:
    """The decision on a NON-NEGOTIABLE principle; None if it is treated like any other."""
    assessment = dossier.assessment
    if not assessment.explicit:
        return None
    if assessment.verdict is Verdict.NA and is_surely_joined(assessment, dossier):
        return Decision(Ground.NOT_APPLICABLE, NON_NEGOTIABLE, Severity.WARNING, dossier.first(*_WHAT_CHANGED))
    if _is_bare_pass_after_fail(dossier):
        return Decision(Ground.TAKEN_BACK, NON_NEGOTIABLE, Severity.WARNING, _assessed(dossier.replaced))
    if assessment.weight in {Weight.NONE, Weight.OPEN}:
        return None
    sure = is_surely_joined(assessment, dossier)
    if not sure and assessment.weight is Weight.FAIL and not dossier.rows and _reason(dossier) is None:
        return None  # `unjustified-violation` asks for the reason, whichever principle is meant
    return _of_broken_non_negotiable(dossier, sure=sure)


def _of_broken_non_negotiable(dossier: Dossier, *, sure: bool) -> Decision:
    """A NON-NEGOTIABLE principle that is broken or bent; `sure`: the item surely belongs to it."""
    assessment = dossier.assessment
    mended = _mended(dossier)
    if mended is not None:
        severity = Severity.NOTICE if mended.kind is StatementKind.AMENDMENT else Severity.WARNING
        return Decision(Ground.MENDED, NON_NEGOTIABLE, severity, mended)
    if not sure:
        return Decision(Ground.WHICH_PRINCIPLE, NON_NEGOTIABLE, Severity.WARNING)
    if assessment.weight is not Weight.FAIL or not assessment.in_slot or not assessment.tested:
        return Decision(Ground.NON_NEGOTIABLE, NON_NEGOTIABLE, Severity.WARNING)
    if dossier.contradicting is not None:
        twin = _assessed(dossier.contradicting)
        return Decision(Ground.CONTRADICTION, NON_NEGOTIABLE, Severity.WARNING, twin)
    if _is_allowed_exception(dossier):
        return Decision(Ground.EXCEPTION, NON_NEGOTIABLE, Severity.WARNING, dossier.first(StatementKind.TRACKING_ROW))
    return Decision(Ground.NON_NEGOTIABLE, NON_NEGOTIABLE, Severity.ERROR)


def _is_allowed_exception(dossier: Dossier) -> bool:
    """A whole row justifies the breach, and the constitution has a clause about exceptions from the principle."""
    allowed = dossier.principle is not None and dossier.principle.exception_line is not None
    return allowed and any(row.complete and row.has_alternative_column for row in dossier.rows)


def is_surely_joined(check: Check, dossier: Dossier) -> bool:
    """Whether numeral and name agree, or the name agrees with a principle without a numeral."""
    unnumbered = dossier.principle is not None and dossier.principle.id is None
    return check.join is Join.BOTH or (check.join is Join.NAME and unnumbered)


def _is_bare_pass_after_fail(dossier: Dossier) -> bool:
    """Whether the assessment passes without a word on what changed since the failed one that it replaces."""
    assessment, replaced = dossier.assessment, dossier.replaced
    if assessment.verdict is not Verdict.PASS or not assessment.explicit:
        return False
    failed = assessment.earlier is Verdict.VIOLATION or (replaced is not None and replaced.weight is Weight.FAIL)
    return failed and not any(statement.kind in _WHAT_CHANGED for statement in assessment.statements)


def _assessed(check: Check | None) -> Statement | None:
    return check.statements[0] if check is not None and check.statements else None


def _reason(dossier: Dossier) -> Statement | None:
    """What speaks for the breach outside Complexity Tracking; beside a partial answer any words of substance do."""
    reason = dossier.first(*_REASONS)
    if reason is None and dossier.assessment.verdict is Verdict.PARTIAL:
        evidence = dossier.first(StatementKind.EVIDENCE)
        return evidence if evidence is not None and enough(evidence.text) else None
    return reason


def _mended(dossier: Dossier) -> Statement | None:
    """An amendment that the base has, or else a repair by this feature."""
    for statement in dossier.statements:
        if statement.kind is StatementKind.AMENDMENT and _has(dossier.version, statement.text):
            return statement
    return dossier.first(StatementKind.REPAIR)


def _has(version: str | None, text: str) -> bool:
    """Whether the base's constitution has the version that the text names, or a later one."""
    if version is None:
        return False
    base = _numbers(version)
    return any(_numbers(match[1]) <= base for match in VERSION.finditer(text))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _statement_of_row(dossier: Dossier) -> Statement | None:

    row = dossier.nameless_row
    return Statement(StatementKind.TRACKING_ROW, row.line, row.violation) if row is not None else None
