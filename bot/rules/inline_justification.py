"""A deviation is justified only outside Complexity Tracking.

## What it does

Reports an item of the Constitution Check that is violated or partial and has its reason somewhere else than in
Complexity Tracking: in its own cell or line, in a labelled block or a section of its own, in an approval, or in a
pointer to another place. Also a violation of today's code that this feature repairs, and one that an amendment of the
constitution settles.

## Why

A reason in a Notes cell is better than none, but it leaves out what Complexity Tracking asks for: which simpler way
was rejected, and why.

## How to fix

Move the reason into a row of Complexity Tracking that begins with the principle, and fill the other cells. A violation
that this feature repairs needs nothing more. The row to paste has the plan's own words for the reason and for the
rejected alternative; a cell for which the plan has no words is empty, and takes a person.

## Example

```markdown
| V. Observability | PARTIAL | no metric for queue age yet, because the metrics crate lands with 019 |
```

with nothing about V in Complexity Tracking.

## Use instead

```markdown
| V. Observability: no queue-age metric yet | the metrics crate lands with 019 | our own would be thrown away |
```

## Severity

Warning. Notice for a violation that an amendment at the base settles, or that this feature repairs, as its own words or
a column Fix, Approach, Mitigation or Remediation of its row say. The page of `unjustified-violation` lists the rules.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from bot.core.documents.plan import StatementKind, Verdict
from bot.core.judging import gate
from bot.core.judging.decision import INLINE, Decision, Ground, decide
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, Prose
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.plan import Plan
    from bot.core.judging.dossier import Dossier
    from bot.core.judging.findings import Finding

_STATES = {Verdict.VIOLATION: " is violated", Verdict.PARTIAL: " is partial"}
_SOURCES = {
    StatementKind.REASON: "Its reason",
    StatementKind.EVIDENCE: "What the plan says of it",
    StatementKind.ARGUMENT: "Its reason",
    StatementKind.ALTERNATIVE: "The rejected alternative",
    StatementKind.APPROVAL: "An approval",
    StatementKind.DEVIATION_SECTION: "A section about the deviation",
    StatementKind.EXISTING: "That the breach is in today's code",
    StatementKind.POINTER: "Only a pointer to its reason",
}


@rule(Severity.WARNING, Clause("reason only inline", "reasons only inline", 25), by_program=True)
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each standing assessment whose only reason is outside Complexity Tracking."""
    plan = case.plan
    if plan is None:
        return
    for dossier in case.dossiers:
        decision = decide(dossier)
        if decision.rule == INLINE and decision.severity is not None:
            yield _finding(case, plan, dossier, decision)


def _finding(case: Case, plan: Plan, dossier: Dossier, decision: Decision) -> Finding:
    check, statement = dossier.assessment, decision.statement
    settled = decision.ground is Ground.MENDED
    reason = statement.text if statement is not None and statement.kind in _FILLS_A_CELL else None
    rejected = dossier.first(StatementKind.ALTERNATIVE)
    cells = (reason, rejected.text if rejected is not None else None)
    paste = None if settled else gate.row_to_paste(check, plan, case.template, case.constitution, *cells)
    lacking = [name for name, cell in zip_longest(gate.header_of(case.template)[1:], cells) if name and not cell]
    fix: Prose = ("Add ", *gate.how_to_track(check, plan, lacking), ".")
    if settled:
        fix = ("Nothing to do if what the plan says is so.",)
    return case.finding(
        decision.severity or Severity.WARNING,
        plan.path,
        gate.place(check, plan),
        title=(gate.named(check, case.constitution), _STATES.get(check.verdict, " is violated")),
        why=_why(plan, dossier, decision),
        fix=fix,
        subject=gate.subject(check),
        paste=paste,
        edits=gate.row_edits(plan, paste),
    )


_FILLS_A_CELL = frozenset({StatementKind.REASON, StatementKind.ARGUMENT, StatementKind.EXISTING})


def _why(plan: Plan, dossier: Dossier, decision: Decision) -> Prose:
    check, statement = dossier.assessment, decision.statement
    if statement is None:
        return ("Its reason stands only in the check: ", At(plan.path, check.line), ".")
    words, place = Code(clip(statement.text, 100)), At(plan.path, statement.line)
    if statement.kind is StatementKind.AMENDMENT:
        return (place, " names an amendment that the base has: ", words, ".")
    if statement.kind is StatementKind.REPAIR:
        return (place, " says that this feature repairs it: ", words, ".")
    in_cell = statement.line == check.line and check.text.lstrip().startswith("|")
    where = "in the Notes cell" if in_cell else "in the check itself"
    if statement.kind is StatementKind.DEVIATION_SECTION:
        where = "outside Complexity Tracking"
    return (f"{_SOURCES[statement.kind]} is only {where}, ", place, ": ", words, ".")
