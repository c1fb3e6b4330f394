"""A row of Complexity Tracking leaves a cell empty.

## What it does

Looks at every row of Complexity Tracking that names a principle or gate and reports cells that say nothing: empty,
a dash, a placeholder, or the template's example. Rows that only inform are left alone, and so are rows that say how the
violation is repaired.

## Why

"Why Needed" and "Simpler Alternative Rejected Because" are the justification. A row without them only repeats that
there is a violation.

## How to fix

Fill the cells. If there is no simpler alternative, say why there is none.

## Example

```markdown
| VII. Simplicity: 4th crate `ferry-retry` | | |
```

## Use instead

```markdown
| VII. Simplicity: 4th crate `ferry-retry` | back-off must outlive a deploy | a ferry-core module restarts with it |
```

## Severity

Error when the row answers for an explicit fail and the reason is missing. Warning when only the alternative is missing,
or the table has no column for it, or the row answers for less than an explicit fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.plan import Weight
from bot.core.judging.dossier import names
from bot.core.judging.findings import Severity
from bot.core.judging.gate import standing
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Name, Prose
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.plan import Plan, TrackingRow
    from bot.core.judging.findings import Finding

_CELLS = {"why": "why the violation is needed", "alternative": "which simpler alternative was rejected, and why"}


@rule(Severity.ERROR, Clause("justification incomplete", "justifications incomplete", 22))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each row that leaves something out."""
    plan = case.plan
    if plan is None:
        return
    for row in plan.rows:
        lacking = [_CELLS[cell] for cell in ("why", "alternative") if cell in row.missing]
        no_column = not row.has_alternative_column
        if no_column and _CELLS["alternative"] not in lacking:
            lacking.append(_CELLS["alternative"])
        if row.repair or not lacking or not (row.principle or row.names or row.gates):
            continue
        hard = "why" in row.missing and _serves_fail(row, plan)
        fix: Prose = ("Say in the row at ", At(plan.path, row.line), " ", " and ".join(lacking), ".")
        if lacking == [_CELLS["alternative"]] and no_column:
            fix = ("Add a column for the rejected alternative, or name the alternative beside the reason.",)
        yield case.finding(
            Severity.ERROR if hard else Severity.WARNING,
            plan.path,
            row.line,
            title=("The justification of ", _name(row), " is incomplete"),
            why=("The row at ", At(plan.path, row.line), " does not say ", " nor ".join(lacking), "."),
            fix=fix,
            subject=row.principle or clip(row.violation),
        )


def _serves_fail(row: TrackingRow, plan: Plan) -> bool:
    """Whether the row answers for a FAIL in a status slot."""
    return any(check.weight is Weight.FAIL and check.in_slot and names(row, check) for check in standing(plan))


def _name(row: TrackingRow) -> Name:
    return Name(clip(row.violation or row.principle or "a row", 80))
