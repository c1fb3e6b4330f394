"""A feature folder is gone.

## What it does

Says that the change removes a feature folder: deleted, archived, moved or reverted. Nothing else is judged in it.

## Why

A reviewer who sees a green check should know that a plan went away with this change.

## How to fix

Nothing, if it is meant. To keep the plan readable, move the folder to `archive/` below the specs root.

## Example

`specs/016-carrier-labels/` is on `main` and not in this branch.

## Use instead

`specs/archive/016-carrier-labels/`

## Severity

Notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.trees import FileStatus
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import Code, Prose
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding


@rule(Severity.NOTICE, Clause("feature removed", "features removed", 80), judges_removed=True)
def judge(case: Case) -> Iterator[Finding]:
    """One notice for a folder that is gone."""
    if not case.feature.removed:
        return
    moved = _moved_to(case)
    why: Prose = ("Its files moved to ", Code(clip(moved)), ".") if moved else ("It is on the base and not here.",)
    yield case.finding(
        Severity.NOTICE,
        case.feature.dir,
        None,
        title=(Code(clip(case.feature.name)), " is removed"),
        why=(*why, " Nothing else is judged in it."),
        fix=("Nothing to do if the removal is meant; else restore the folder.",),
        subject=case.feature.dir,
        new=True,
    )


def _moved_to(case: Case) -> str | None:
    """Where the folder's first document went, by the change's own renames."""
    below = f"{case.feature.dir}/"
    for file in case.change.changed:
        if file.status is FileStatus.RENAMED and (file.previous or "").startswith(below):
            return file.path.rpartition("/")[0]
    return None
