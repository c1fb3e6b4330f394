"""The constitution is still the template.

## What it does

Says that the constitution at the base is the unfilled template, so that no principle is judged.

## Why

The template's placeholders are nobody's principles. In one repository of seven they were never replaced, and nobody
noticed.

## How to fix

Fill it (`/speckit.constitution` helps), in a pull request of its own.

## Example

```markdown
# [PROJECT_NAME] Constitution

### [PRINCIPLE_1_NAME]
```

## Use instead

```markdown
# Ferry Constitution

### I. Rust-First
```

## Severity

Notice: one line in the summary, never an annotation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Clause, Survey, rule_of_change
from bot.core.text.prose import At, Side
from bot.core.yardstick.constitution import ConstitutionState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding


@rule_of_change(Severity.NOTICE, Clause("constitution unfilled", "constitutions unfilled", 91))
def judge(survey: Survey) -> Iterator[Finding]:
    """One notice for each constitution that nobody has filled."""
    for constitution in survey.constitutions(ConstitutionState.TEMPLATE):
        yield survey.finding(
            Severity.NOTICE,
            constitution.path,
            None,
            title=("The constitution is still the template: no principle is judged",),
            why=("Its placeholders stand in ", At(constitution.path, None, Side.BASE), "."),
            fix=("Fill in the constitution in a pull request of its own.",),
            subject=constitution.path,
        )
