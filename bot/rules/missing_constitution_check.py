"""The plan has no Constitution Check.

## What it does

Reports a plan without a Constitution Check where the constitution has principles and the repository's own template
has the section, under whatever name.

## Why

The check is the gate of the whole workflow: a plan that leaves it out has not been held to the project's principles.

## How to fix

Add the section with one line or row for each principle: `PASS`, `FAIL` or `N/A: <reason>`.

## Example

A plan whose sections are `Summary`, `Technical Context` and `Project Structure`.

## Use instead

```markdown
## Constitution Check

| Principle | Status | Notes |
|---|---|---|
| I. Rust-First | PASS | |
```

## Severity

Error when the change adds the plan or removes the check from it. Warning when the change edits a plan without one, or
when a line of the plan names the check and is not the heading of a section with verdicts. Off where the template has no
such section, with the lean preset, and while the constitution or the plan is still the template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code
from bot.core.text.wording import clip, count
from bot.core.yardstick.constitution import ConstitutionState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding
    from bot.core.text.prose import Prose


@rule(Severity.ERROR, Clause("Constitution Check missing", "Constitution Checks missing", 31))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for a plan that the change adds or edits."""
    plan, template = case.plan, case.template
    expected = template.check_heading is not None and not template.lean
    if plan is None or plan.unfilled or plan.check is not None or not expected:
        return
    if case.constitution.state is not ConstitutionState.FILLED or not case.is_new(plan.path, None):
        return
    principles = count(len(case.constitution.principles), "principle", "principles")
    mention = plan.check_mention
    removed = case.plan_before is not None and case.plan_before.check is not None
    why: Prose = (f"The constitution has {principles}, and the template has the section.",)
    if mention is not None:
        why = (At(plan.path, mention), " names it and is not the heading of a section with verdicts. ", *why)
    yield case.finding(
        Severity.ERROR if mention is None and (case.is_brought(plan.path) or removed) else Severity.WARNING,
        plan.path,
        mention,
        title=("The plan has no Constitution Check",),
        why=why,
        fix=(
            "Add ",
            Code(f"## {clip(template.check_heading or '')}"),
            " to the plan, with a verdict for each principle.",
        ),
        subject="check",
    )
