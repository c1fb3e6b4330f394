"""The branch's number belongs to several folders.

## What it does

Reports a branch whose number several feature folders have, when neither the branch's name nor the change tells which
folder is meant. The branch's number then selects no folder; folders that the change touches are judged as always.

## Why

A guess would judge somebody else's feature.

## How to fix

Name the branch like the folder (`018-webhook-retry-part2` belongs to `018-webhook-retry`), or give one of the folders
another number.

## Example

Branch `018-fixes`, with `specs/018-audit-export/` and `specs/018-webhook-retry/`.

## Use instead

Branch `018-webhook-retry-fixes`

## Severity

Warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Clause, Survey, rule_of_change
from bot.core.text.prose import Code, Name
from bot.core.text.wording import clip, enumerated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding


@rule_of_change(Severity.WARNING, Clause("feature ambiguous", "features ambiguous", 60))
def judge(survey: Survey) -> Iterator[Finding]:
    """One warning for the branch."""
    choice = survey.choice
    if not choice.ambiguous or choice.branch is None:
        return
    folders = choice.ambiguous
    number = clip(choice.branch.number or "", 40)
    yield survey.finding(
        Severity.WARNING,
        folders[0].root,
        None,
        title=("Number ", Name(number), f" belongs to {len(folders)} folders"),
        why=(
            "Branch ",
            Code(clip(choice.branch.name)),
            " may mean ",
            *enumerated(folder.path for folder in folders),
            ".",
        ),
        fix=("Name the branch after the folder that is meant; the longest folder name that it begins with counts.",),
        subject=number,
    )
