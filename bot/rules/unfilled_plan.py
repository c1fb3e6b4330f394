"""The plan is still the template.

## What it does

Compares the plan with the repository's own plan template and reports it once when title and Summary are still
placeholders, or when more than half of the template's placeholder lines remain.

## Why

A copy of the template looks like a plan in every list of files, and says nothing. It was merged this way more than
once, because a human eye skips over headings that it knows.

## How to fix

Fill the lines that are listed. `plangate draft --write` puts a draft in the template's place that is filled with what
the repository says itself; on GitHub the check run holds the same draft.

## Example

```markdown
# Implementation Plan: [FEATURE]

**Branch**: `[###-feature-name]` | **Date**: [DATE] | **Spec**: [link]
```

## Use instead

```markdown
# Implementation Plan: Webhook retry

**Branch**: `018-webhook-retry` | **Date**: 2026-11-20 | **Spec**: [spec.md](./spec.md)
```

## Severity

Error when the plan is new or the feature is being built, a warning when code changes beside it. It is the only finding
about the plan's blanks: `unresolved-placeholder`,
`unresolved-clarification` and `unanswered-principle` keep silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import Code
from bot.core.text.wording import count, line_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding


@rule(Severity.ERROR, Clause("plan unfilled", "plans unfilled", 40))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for the whole file."""
    plan = case.plan
    if plan is None or not plan.unfilled or not (case.is_new(plan.path, None) or case.builds or case.code_files):
        return
    lines = [hole.line for hole in plan.placeholders if hole.path == plan.path]
    clause = count(len(lines), "line holds a placeholder", "lines hold placeholders")
    yield case.finding(
        Severity.ERROR,
        plan.path,
        1,
        title=("This plan is still the template",),
        why=(f"{clause}: {line_list(lines)}.",) if lines else ("Its text is the template's.",),
        fix=(
            "Fill in the plan's placeholders, or start from a prefilled draft: ",
            Code(f"plangate draft --write --feature {case.feature.dir}"),
            ".",
        ),
        subject="plan.md",
        new=case.is_new(plan.path, None),
        headline=f"The plan is still the template: {count(len(lines), 'line', 'lines')} to fill" if lines else None,
    )
