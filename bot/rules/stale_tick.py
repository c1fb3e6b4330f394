"""A task is open, and this change brings every file that it names.

## What it does

Looks at the tasks without a tick that name files. When this change adds all files of a task, the task looks done.

## Why

A list that lags behind the code tells the next reader, person or agent, to build what is there.

## How to fix

Tick the task, or leave it open when something is still missing.

## Example

```markdown
- [ ] T003 [US1] Keep attempts in crates/ferry-retry/src/attempt.rs (FR-002)
```

in the change that adds `crates/ferry-retry/src/attempt.rs`.

## Use instead

```markdown
- [x] T002 [US1] Keep attempts in crates/ferry-retry/src/attempt.rs (FR-001)
```

## Severity

Notice, one for a feature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.judging.ticks import brought
from bot.core.text.prose import At, Code, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding

LISTED = 5
"""Tasks that are named; the others are counted."""


@rule(Severity.NOTICE, Clause("stale tick", "stale ticks", 118))
def judge(case: Case) -> Iterator[Finding]:
    """One notice for all of them."""
    if case.tasks is None or case.change.base is None:
        return
    stale = brought((task for task in case.tasks.tasks if not task.done), case.change)
    if not stale:
        return
    several = len(stale) > 1
    listed: list[Piece] = []
    for task in stale[:LISTED]:
        listed += ["; " if listed else "", At(case.tasks.path, task.line), " ", Code(task.paths[0].path)]
    beyond = f"; and {len(stale) - LISTED} more" if len(stale) > LISTED else ""
    yield case.finding(
        Severity.NOTICE,
        case.tasks.path,
        stale[0].line,
        title=(f"{len(stale)} open tasks look done" if several else "An open task looks done",),
        why=("This change adds every file that ", "they name: " if several else "it names: ", *listed, f"{beyond}."),
        fix=("Tick the tasks that are done.",),
        subject=stale[0].id or str(stale[0].line),
        edits=tuple(edit for task in stale for edit in case.rewritten(case.tasks.path, task.line, "[ ]", "[x]")),
    )
