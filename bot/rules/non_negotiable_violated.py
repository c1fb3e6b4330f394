"""A NON-NEGOTIABLE principle is violated.

## What it does

Reports a fail or a partial answer for a principle that the constitution at the base marks NON-NEGOTIABLE (in whatever
language or symbol).

## Why

The constitution says itself that no reason is good enough here. A row in Complexity Tracking cannot justify it.

## How to fix

Change the design until the principle holds. If the principle is wrong, change the constitution in a pull request of its
own, and this one is judged by the new text.

## Example

```markdown
| III. Test-First (NON-NEGOTIABLE) | ❌ FAIL | the retry tests come with the next release |
```

## Use instead

```markdown
| III. Test-First (NON-NEGOTIABLE) | PASS | `tests/retry.rs` fails before the queue is written |
```

## Severity

Error for an explicit fail in a status slot whose numeral and name both agree with the constitution. Warning when it is
partial or outside such a slot, when only the numeral or only some words agree ("which principle is meant?"), or when
the feature repairs it; where such a fail is not justified either, only `unjustified-violation` speaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.plan import Check, Join, Verdict
from bot.core.judging import gate
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, Name, Prose, Side
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.plan import Plan
    from bot.core.judging.findings import Finding
    from bot.core.yardstick.constitution import Principle


@rule(Severity.ERROR, Clause("NON-NEGOTIABLE principle violated", "NON-NEGOTIABLE principles violated", 21))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each standing item that breaks or bends one."""
    plan = case.plan
    if plan is None:
        return
    for check in gate.defects(plan):
        severity = gate.non_negotiable(check, case.constitution)
        principle = gate.principle_of(check, case.constitution)
        if severity is None or principle is None or _said_elsewhere(check, plan, severity):
            continue
        partial = check.verdict is Verdict.PARTIAL
        yield case.found(
            severity,
            plan.path,
            gate.place(check, plan),
            title=(Name(clip(principle.title)), " is partial" if partial else " is violated"),
            why=_why(case, plan, check, principle),
            fix=_fix(check, principle),
            subject=gate.key_of(principle),
        )


def _said_elsewhere(check: Check, plan: Plan, severity: Severity) -> bool:
    """Where the item is only loosely joined and nothing justifies it, `unjustified-violation` says so already."""
    unjustified = not gate.rows_for(check, plan) and not gate.reasoned(check)
    return severity is Severity.WARNING and check.verdict is Verdict.VIOLATION and unjustified


def _why(case: Case, plan: Plan, check: Check, principle: Principle) -> Prose:
    said = Code(clip(check.status, 60)) if check.status else "so"
    at, rule_line = At(plan.path, check.line), At(case.constitution.path, principle.line, Side.BASE)
    rest: Prose = ("the constitution calls it NON-NEGOTIABLE, ", rule_line, ": no row can justify it.")
    if _is_clear(check, principle):
        return (at, " says ", said, ", and ", *rest)
    named = Code(clip(check.named or check.text, 60))
    return (at, " says ", said, " of ", named, ". Which principle is meant? If it is this one, ", *rest)


def _fix(check: Check, principle: Principle) -> Prose:
    if _is_clear(check, principle):
        return ("Change the design until it holds, or change the constitution in a pull request of its own.",)
    return ("Write the principle's numeral and name as the constitution has them, so that it is clear which is meant.",)


def _is_clear(check: Check, principle: Principle) -> bool:
    return check.join is Join.BOTH or (check.join is Join.NAME and principle.id is None)
