"""A requirement that no task carries out.

## What it does

Compares the functional requirements of the spec (`FR-001`) with the ids that `tasks.md` mentions. It speaks only where
the task list mentions at least three quarters of them, since many lists mention none, or a few, on purpose.

## Why

Where a list names its requirements, the one that it does not name is usually the one that is forgotten.

## How to fix

Add a task for the requirement, or name the requirement in the task that covers it.

## Example

```markdown
- **FR-003**: A shop MUST be able to list refused deliveries.
```

with no `FR-003` in `tasks.md`.

## Use instead

```markdown
- [ ] T004 [US2] List refused deliveries in crates/ferry-api/src/deliveries.rs (FR-003)
```

## Severity

Warning when the requirement's line is new, else notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding


@rule(Severity.WARNING, Clause("requirement without task", "requirements without task", 110))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each requirement, in a task list that names most of them."""
    spec, tasks = case.spec, case.tasks
    if spec is None or tasks is None or spec.unfilled or tasks.unfilled:
        return
    requirements = {r.id: r for r in reversed(spec.requirements) if r.id.upper().startswith("FR")}
    named = {reference for reference, _ in tasks.references}
    lacking = [requirement for requirement in spec.requirements if requirements.get(requirement.id) is requirement]
    lacking = [requirement for requirement in lacking if requirement.id not in named]
    if 4 * len(lacking) > len(requirements):
        return
    for requirement in lacking:
        yield case.finding(
            Severity.WARNING if case.is_new(spec.path, requirement.line) else Severity.NOTICE,
            spec.path,
            requirement.line,
            title=(Code(clip(requirement.id, 40)), " has no task"),
            why=(
                "It stands at ",
                At(spec.path, requirement.line),
                "; ",
                Code("tasks.md"),
                " names other requirements, not this.",
            ),
            fix=("Add a task for the requirement, or write its id into the task that covers it.",),
            subject=requirement.id,
        )
