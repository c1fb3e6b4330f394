"""Branch, header and folder name different features.

## What it does

Compares the number in the branch's name with the folder that the change adds, and the number in the plan's
`**Branch**` field with the plan's folder. The folder wins; a branch without a number is never compared.

## Why

Whoever follows the branch's number to the folder finds another feature, or none.

## How to fix

Correct the header, or leave the branch as it is: Plangate goes by the folder.

## Example

```markdown
**Branch**: `017-webhook-retry` | **Date**: 2026-11-20 | **Spec**: [spec.md](./spec.md)
```

in `specs/018-webhook-retry/plan.md`.

## Use instead

```markdown
**Branch**: `018-webhook-retry` | **Date**: 2026-11-20 | **Spec**: [spec.md](./spec.md)
```

## Severity

Notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.features.branch import read_branch
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding


@rule(Severity.NOTICE, Clause("name in disagreement", "names in disagreement", 70), by_program=True)
def judge(case: Case) -> Iterator[Finding]:
    """A notice for the branch, a notice for the header."""
    yield from _branch(case)
    yield from _header(case)


def _branch(case: Case) -> Iterator[Finding]:
    choice, feature = case.choice, case.feature
    branch = choice.branch if choice is not None else None
    if branch is None or branch.number is None or feature.number is None or not feature.added:
        return
    several = choice is not None and any(
        path != feature.dir and folder.number == branch.number and choice.added(path)
        for path, folder in choice.head.items()
    )
    if branch.number != feature.number and not several:
        yield case.finding(
            Severity.NOTICE,
            feature.dir,
            None,
            title=("The branch says ", Code(clip(branch.number, 40)), ", the folder ", Code(clip(feature.number, 40))),
            why=("Branch ", Code(clip(branch.name)), " adds ", Code(clip(feature.dir)), "; the folder counts."),
            fix=("Leave the branch as it is, or rename it to ", Code(clip(feature.name)), "."),
            subject="branch",
            new=True,
        )


def _header(case: Case) -> Iterator[Finding]:
    plan, feature = case.plan, case.feature
    if plan is None or plan.unfilled or not plan.branch or feature.number is None:
        return
    named_branch = read_branch(plan.branch, case.config)
    if named_branch.number is None or named_branch.number == feature.number:
        return
    yield case.finding(
        Severity.NOTICE,
        plan.path,
        plan.branch_line,
        title=("The plan's header names ", Code(clip(plan.branch))),
        why=("It stands at ", At(plan.path, plan.branch_line), ", in the folder of ", Code(clip(feature.name)), "."),
        fix=(
            "Write ",
            Code(clip(feature.name)),
            " for ",
            Code(clip(plan.branch)),
            " in ",
            At(plan.path, plan.branch_line),
            ".",
        ),
        subject="header",
        edits=case.rewritten(plan.path, plan.branch_line, plan.branch, feature.name),
    )
