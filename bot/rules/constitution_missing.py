"""The repository has no constitution.

## What it does

Says that no constitution was found at the base, so that no principle is judged.

## Why

A gate that asks for principles nobody wrote would be ours, not the project's.

## How to fix

Write `.specify/memory/constitution.md` (`/speckit.constitution` begins it), if the project wants to be held to one.

## Example

A repository with `.specify/templates/` and without `.specify/memory/constitution.md`.

## Use instead

```markdown
# Ferry Constitution

## Core Principles

### I. Rust-First
```

## Severity

Notice: one line in the summary, never an annotation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.constitution import ConstitutionState
from bot.core.findings import Severity
from bot.core.prose import Code
from bot.core.rule import Clause, Survey, rule_of_change
from bot.core.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.findings import Finding


@rule_of_change(Severity.NOTICE, Clause("constitution missing", "constitutions missing", 90))
def judge(survey: Survey) -> Iterator[Finding]:
    """One notice for each constitution that is not there."""
    where = " at the base." if survey.change.base is not None else "."
    for constitution in survey.constitutions(ConstitutionState.MISSING):
        yield survey.found(
            Severity.NOTICE,
            constitution.path,
            None,
            title=("There is no constitution: no principle is judged",),
            why=("We looked for ", Code(clip(constitution.path)), where),
            fix=("Write one if the project wants to be held to its principles.",),
            subject=constitution.path,
        )
