"""A task names a requirement that the spec does not have.

## What it does

Compares the requirement ids in tasks (`FR-009`) with those of the spec. It speaks only where the spec has most of the
ids that the tasks name, and does not mention this one anywhere; `FR-9` and `FR-009a` count as FR-009.

## Why

Such a task came from an older spec, or its id is a slip; either way nobody can look up what it is for.

## How to fix

Correct the id, or add the requirement to the spec.

## Example

```markdown
- [ ] T005 [US2] Show refused deliveries on the status page (FR-009)
```

in a feature whose spec ends at FR-003.

## Use instead

```markdown
- [ ] T004 [US2] List refused deliveries in crates/ferry-api/src/deliveries.rs (FR-003)
```

## Severity

Warning when the task's line is new, else notice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding

_PARTS = re.compile(r"([A-Za-z]+-?(?:[0-9]+-)?)0*([0-9]+)[a-z]?")


@rule(Severity.WARNING, Clause("unknown requirement", "unknown requirements", 112))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each id that is not in the spec, at the first line that names it."""
    spec, tasks = case.spec, case.tasks
    if spec is None or tasks is None or spec.unfilled or tasks.unfilled:
        return
    defined = {_bare(requirement.id) for requirement in spec.requirements}
    numbered = {requirement.id.partition("-")[0] for requirement in spec.requirements}
    named = [(reference, task.line) for task in tasks.tasks for reference in task.references if reference in task.text]
    spare = {reference: line for reference, line in reversed(named) if _bare(reference) not in defined}
    if 2 * len(spare) > len({reference for reference, _ in named}):
        return
    document = case.change.head.documents.get(spec.path)
    text = document.text if document is not None else ""
    for reference, line in sorted(spare.items(), key=lambda item: item[1]):
        if reference.partition("-")[0] not in numbered or reference in text:
            continue
        yield case.finding(
            Severity.WARNING if case.is_new(tasks.path, line) else Severity.NOTICE,
            tasks.path,
            line,
            title=("The spec has no requirement ", Code(clip(reference, 40))),
            why=(At(tasks.path, line), " names it."),
            fix=("Correct the id, or add the requirement to the spec.",),
            subject=reference,
        )


def _bare(reference: str) -> str:
    """The id without leading zeros and without a letter behind it."""
    parts = _PARTS.fullmatch(reference)
    return f"{parts[1]}{parts[2]}".upper() if parts is not None else reference
