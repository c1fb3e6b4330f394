"""The spec is still a draft although all tasks are done.

## What it does

Compares the spec's `**Status**` with the boxes in `tasks.md`.

## Why

The next reader takes a draft for something that is still to be built.

## How to fix

Write what is true: `Implemented`.

## Example

```markdown
**Status**: Draft
```

with every task ticked.

## Use instead

```markdown
**Status**: Implemented
```

## Severity

Off. `rules: {spec-still-draft: notice}` in the configuration switches it on.
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


@rule(Severity.NOTICE, Clause("spec still a draft", "specs still drafts", 115), on=False)
def judge(case: Case) -> Iterator[Finding]:
    """One notice for the spec's header."""
    spec, tasks = case.spec, case.tasks
    if spec is None or tasks is None or not tasks.all_done or spec.unfilled:
        return
    if not (spec.status or "").strip(" *_`").casefold().startswith("draft"):
        return
    yield case.finding(
        Severity.NOTICE,
        spec.path,
        spec.status_line,
        title=("The spec is still a draft",),
        why=(
            At(spec.path, spec.status_line),
            " says ",
            Code(clip(spec.status or "", 40)),
            ", and all tasks are ticked.",
        ),
        fix=("Write the true status at ", At(spec.path, spec.status_line), ", such as ", Code("Implemented"), "."),
        subject="status",
    )
