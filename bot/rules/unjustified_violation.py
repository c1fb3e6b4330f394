"""A principle is violated, and nothing in the plan justifies it.

## What it does

Collects everything that the plan says about each principle and gate, takes the assessment that stands, and looks for
what speaks for it: a row in Complexity Tracking, a deviation section, a labelled reason in the cell or below it, a
repair by this feature, an amendment, an approval.

## Why

A violation may be right, but then somebody says why it is needed and which simpler way was rejected. That is the one
promise that the gate makes, and the reviewer needs to see it.

## How to fix

Paste the row that the finding brings into Complexity Tracking and fill every cell. Or change the design so that the
principle holds, and the verdict with it. Or let a maintainer comment `/plan waive unjustified-violation <reason>`.

## Example

```markdown
| VII. Simplicity | ❌ FAIL | adds `ferry-retry`, the 4th crate |
```

with nothing about VII in Complexity Tracking.

## Use instead

```markdown
| VII. Simplicity: 4th crate `ferry-retry` | back-off must outlive a deploy | a ferry-core module restarts with it |
```

## Severity

Error for a FAIL in its status slot that nothing softens and nothing speaks for. Warning for a partial answer, an
admitted deviation, a FAIL outside a slot, in a language whose words were not tested, under a passing line for the whole
check, or of an item that passes elsewhere. Notice while an assessment is put off, where a row repeats the item's words
and names no principle, and for a FAIL that a PASS replaces without a word of what changed. A reason outside Complexity
Tracking is `inline-justification`. A violation that the base has already is at most a warning, unless the change
deletes what spoke for it. One list of rules decides for this id, `inline-justification` and `non-negotiable-violated`:
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.plan import Verdict
from bot.core.judging import gate
from bot.core.judging.decision import UNJUSTIFIED, Decision, Ground, decide, is_made_bare
from bot.core.judging.dossier import dossiers
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, CommandOffer, Prose
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.plan import Check, Plan
    from bot.core.judging.dossier import Dossier
    from bot.core.judging.findings import Finding

_CONTRADICTED = frozenset({Ground.GATE_LINE, Ground.CONTRADICTION})
_STATES = {Verdict.VIOLATION: " is violated", Verdict.PARTIAL: " is partial"}


@rule(Severity.ERROR, Clause("violation unjustified", "violations unjustified", 20), decided_by=decide)
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each standing assessment that nothing justifies, or that is put off."""
    plan = case.plan
    if plan is None:
        return
    for dossier in case.dossiers:
        decision = decide(dossier)
        if decision.rule != UNJUSTIFIED or decision.severity is None:
            continue
        if decision.ground is Ground.OPEN:
            if not plan.unfilled:
                yield _open(case, plan, dossier)
        elif decision.ground is Ground.TAKEN_BACK:
            yield _taken_back(case, plan, dossier, decision)
        else:
            yield _unjustified(case, plan, dossier, decision)


def _unjustified(case: Case, plan: Plan, dossier: Dossier, decision: Decision) -> Finding:
    check = dossier.assessment
    state = _STATES.get(check.verdict, " is violated")
    fix, paste = _way_out(case, plan, dossier, decision)
    return case.finding(
        decision.severity or Severity.NOTICE,
        plan.path,
        gate.place(check, plan),
        title=(gate.named(check, case.constitution), f"{state} and not justified"),
        why=_why(plan, dossier, decision),
        fix=fix,
        subject=gate.subject(check),
        paste=paste,
        new=_takes_away(case, dossier, decision) or None,
        edits=gate.row_edits(plan, paste) if decision.ground not in _CONTRADICTED else (),
    )


def _takes_away(case: Case, dossier: Dossier, decision: Decision) -> bool:
    """Whether the change deletes what spoke for a violation that it leaves as it was."""
    if case.plan_before is None or decision.severity is not Severity.ERROR:
        return False
    return is_made_bare(dossier, dossiers(case.plan_before, case.constitution))


def _why(plan: Plan, dossier: Dossier, decision: Decision) -> Prose:
    check, statement = dossier.assessment, decision.statement
    words = clip(check.status, 60)
    assessed: Prose = (At(plan.path, check.line), *((" says ", Code(words)) if words else (" admits it",)))
    if decision.ground is Ground.GATE_LINE and statement is not None:
        passes = Code(clip(statement.text, 80))
        return (*assessed, ", and ", At(plan.path, statement.line), " passes the whole check: ", passes, ".")
    if decision.ground is Ground.CONTRADICTION and statement is not None:
        passes = Code(clip(statement.text, 60))
        return (*assessed, ", and ", At(plan.path, statement.line), " says ", passes, " of the same item.")
    if decision.ground is Ground.NAMELESS_ROW and statement is not None:
        return (*assessed, "; the row at ", At(plan.path, statement.line), " seems to be meant and names no principle.")
    return (*assessed, "; ", gate.where_it_was_looked_for(check, plan))


def _way_out(case: Case, plan: Plan, dossier: Dossier, decision: Decision) -> tuple[Prose, str | None]:
    """The remedy, and the row to paste if a row is one."""
    check, statement = dossier.assessment, decision.statement
    if decision.ground is Ground.NAMELESS_ROW and statement is not None:
        row = At(plan.path, statement.line)
        return ("Begin the first cell of ", row, " with ", gate.short(check), " if that row is meant."), None
    waiver = (CommandOffer(", or a maintainer comments ", f"/plan waive {UNJUSTIFIED} <reason>"),)
    blocks = decision.severity is Severity.ERROR
    opening = "Add "
    if decision.ground in _CONTRADICTED:
        opening = "Correct the line that is wrong, or justify the violation: add "
    tracked = gate.how_to_track(check, plan, gate.header_of(case.template)[1:])
    fix: Prose = (opening, *tracked, *(waiver if blocks else ()), ".")
    return fix, gate.row_to_paste(check, plan, case.template, case.constitution)


def _taken_back(case: Case, plan: Plan, dossier: Dossier, decision: Decision) -> Finding:
    check, before = dossier.assessment, decision.statement
    first: Prose = (", first ", Code(clip(before.text, 60)), " at ", At(plan.path, before.line)) if before else ()
    return case.finding(
        Severity.NOTICE,
        plan.path,
        gate.place(check, plan),
        title=(gate.named(check, case.constitution), " passes after a FAIL"),
        why=(At(plan.path, check.line), " passes it", *first, ", and no word says what changed."),
        fix=("Say beside the verdict at ", At(plan.path, check.line), " what changed."),
        subject=gate.subject(check),
    )


def _open(case: Case, plan: Plan, dossier: Dossier) -> Finding:
    check: Check = dossier.assessment
    done = case.tasks is not None and case.tasks.all_done
    why: Prose = (At(plan.path, check.line), " puts the answer off")
    if check.verdict is not Verdict.PENDING:
        why = (At(plan.path, check.line), " asks for a look and says no verdict")
    return case.finding(
        Severity.NOTICE,
        plan.path,
        gate.place(check, plan),
        title=(gate.named(check, case.constitution), " is pending"),
        why=(*why, ", and all tasks are ticked.") if done else (*why, "."),
        fix=("Write ", Code("PASS"), ", ", Code("FAIL"), " or ", Code("N/A: <reason>"), " once the verdict is known."),
        subject=gate.subject(check),
    )
