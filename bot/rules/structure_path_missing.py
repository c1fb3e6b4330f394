"""A path that the plan names does not exist.

## What it does

Once all tasks are ticked, looks for the folders and files that the plan's Structure Decision and source tree name, and
reports those that are not in the repository.

## Why

The plan says where the feature lives. Where it lives somewhere else, the plan misleads whoever changes it next.

## How to fix

Write the path where the code is now.

## Example

```markdown
**Structure Decision**: The queue lives in a crate of its own, `crates/ferry-queue`.
```

while the code is in `crates/ferry-retry`.

## Use instead

```markdown
**Structure Decision**: The queue lives in a crate of its own, `crates/ferry-retry`.
```

## Severity

Notice. It needs the list of all files, which not every reader of a change has, so it stays out of the report's digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.findings import Severity
from bot.core.prose import At, Code
from bot.core.rule import Case, Clause, rule
from bot.core.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.findings import Finding


@rule(Severity.NOTICE, Clause("path missing", "paths missing", 116), needs_forge=True)
def judge(case: Case) -> Iterator[Finding]:
    """One notice for each path, at the first line that names it."""
    plan, tree = case.plan, case.change.head
    if plan is None or plan.unfilled or not tree.whole or case.tasks is None or not case.tasks.all_done:
        return
    said: set[str] = set()
    for path, line in plan.structure_paths:
        bare = path.strip("/")
        if not bare or bare in tree.entries or bare in said or any(mark in bare for mark in "*[]<>{}…"):
            continue
        said.add(bare)
        yield case.found(
            Severity.NOTICE,
            plan.path,
            line,
            title=(Code(clip(path)), " does not exist"),
            why=(At(plan.path, line), " names it, and all tasks are ticked."),
            fix=("Write the path where the code is now.",),
            subject=bare,
        )
