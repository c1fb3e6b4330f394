"""A deviation is justified only in the check itself.

## What it does

Reports an item of the Constitution Check that is violated or partial, gives its reason in its own cell or line, and has
no row in Complexity Tracking. Silent where a complete row names nothing: that row is most likely meant.

## Why

A reason in a Notes cell is better than none, but it leaves out what Complexity Tracking asks for: which simpler way
was rejected, and why.

## How to fix

Move the reason into a row of Complexity Tracking that begins with the principle, and fill the other cells.

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

Warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.plan import Verdict
from bot.core.judging import gate
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding

_SAID = {Verdict.VIOLATION: " is violated", Verdict.PARTIAL: " is partial"}


@rule(Severity.WARNING, Clause("reason only inline", "reasons only inline", 25))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each standing item whose only reason is its own."""
    plan = case.plan
    if plan is None:
        return
    if gate.nameless_rows(plan):
        return
    for check in gate.defects(plan):
        settled = gate.rows_for(check, plan) or gate.non_negotiable(check, case.constitution) is not None
        if not gate.reasoned(check) or not check.explicit or settled:
            continue
        cell = "Notes cell" if check.text.lstrip().startswith("|") else "check itself"
        yield case.found(
            Severity.WARNING,
            plan.path,
            gate.place(check, plan),
            title=(gate.named(check, case.constitution), _SAID[check.verdict]),
            why=(f"Its reason is only in the {cell}: ", At(plan.path, check.line), "."),
            fix=("A Complexity Tracking row would settle it.",),
            subject=gate.subject(check),
            paste=gate.row_to_paste(check, plan, case.template, case.constitution),
        )
