"""A principle is violated, and no row in Complexity Tracking justifies it.

## What it does

Reads the status of every item of the Constitution Check and looks for the row in Complexity Tracking that names its
principle or gate. An answer in the re-check after the design replaces the first one.

## Why

A violation may be right, but then somebody says why it is needed and which simpler way was rejected. That is the one
promise that the gate makes, and the reviewer needs to see it.

## How to fix

Paste the row that the finding brings into Complexity Tracking and fill every cell. Or change the design so that the
principle holds, and the verdict with it.

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

Error for an explicit fail in a new line's status slot (status cell, word after the name, status line). Warning where it
is partial, stands outside a slot, is repaired by this feature, or where a complete row that names nothing may be meant.
Notice while it is pending; warning when all tasks are ticked. A reason given in the check itself is
`inline-justification`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.plan import Check, Verdict
from bot.core.judging import gate
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, Piece, Prose
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.plan import Plan
    from bot.core.judging.findings import Finding

_USUAL_COLUMNS = 3
_SAID = {Verdict.VIOLATION: " is violated and not justified", Verdict.PARTIAL: " is partial and not justified"}


@rule(Severity.ERROR, Clause("violation unjustified", "violations unjustified", 20))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each standing item without a row and without a reason."""
    plan = case.plan
    if plan is None:
        return
    for check in gate.standing(plan):
        if check.verdict is Verdict.PENDING and check.explicit and not plan.unfilled:
            yield _pending(case, plan, check)
        elif check.verdict in _SAID and check.explicit and not gate.rows_for(check, plan) and not gate.reasoned(check):
            severity = _severity(case, plan, check)
            if severity is not None:
                yield _unjustified(case, plan, check, severity)


def _severity(case: Case, plan: Plan, check: Check) -> Severity | None:
    strong = gate.non_negotiable(check, case.constitution)
    if strong is Severity.ERROR or (strong is not None and check.verdict is Verdict.PARTIAL):
        return None  # `non-negotiable-violated` says it
    if check.verdict is Verdict.PARTIAL or not check.in_slot or check.repairs or gate.nameless_rows(plan):
        return Severity.WARNING
    return Severity.ERROR


def _unjustified(case: Case, plan: Plan, check: Check, severity: Severity) -> Finding:
    said = clip(check.status, 60)
    why: list[Piece] = [At(plan.path, check.line)]
    why += [" says ", Code(said)] if said else [" admits it"]
    why += ["; no row in Complexity Tracking names ", gate.short(check), "."]
    fix: Prose
    nameless = gate.nameless_rows(plan)
    if nameless:
        fix = ("If ", At(plan.path, nameless[0].line), " is meant, begin its first cell with ", gate.short(check), ".")
        paste = None
    else:
        way, line = gate.way_to_track(plan)
        cells = "both cells" if len(gate.header_of(case.template)) == _USUAL_COLUMNS else "the cells"
        under: Prose = (At(plan.path, line),) if line is not None else ()
        fix = (*way, *under, f" and fill {cells}:")
        paste = gate.row_to_paste(check, plan, case.template, case.constitution)
    return case.found(
        severity,
        plan.path,
        gate.place(check, plan),
        title=(gate.named(check, case.constitution), _SAID[check.verdict]),
        why=tuple(why),
        fix=fix,
        subject=gate.subject(check),
        paste=paste,
    )


def _pending(case: Case, plan: Plan, check: Check) -> Finding:
    done = case.tasks is not None and case.tasks.all_done
    why: Prose = (At(plan.path, check.line), " puts the answer off")
    return case.found(
        Severity.WARNING if done else Severity.NOTICE,
        plan.path,
        gate.place(check, plan),
        title=(gate.named(check, case.constitution), " is pending"),
        why=(*why, ", and all tasks are ticked.") if done else (*why, "."),
        fix=("Write ", Code("PASS"), ", ", Code("FAIL"), " or ", Code("N/A: <reason>"), " once it is known."),
        subject=gate.subject(check),
    )
