"""A principle is removed or weakened without a new major version.

## What it does

When a change edits the constitution and no feature, compares its principles before and after. Warns where one is
removed or weakened (it loses NON-NEGOTIABLE, or a duty becomes advice) and the first number of the version line stays.
A constitution without a version line is not warned about.

## Why

Spec Kit versions a constitution so that everybody sees what kind of change it was: a principle that is removed or
redefined is a major one. Plans that were held to the old principle are held to less from then on.

## How to fix

Raise the major version in the version line, or keep the principle as it was.

## Example

```markdown
### III. Test-First

**Version**: 1.4.0 | **Ratified**: 2026-02-01 | **Last Amended**: 2026-09-14
```

where version 1.3.0 had `### III. Test-First (NON-NEGOTIABLE)`.

## Use instead

```markdown
### III. Test-First

**Version**: 2.0.0 | **Ratified**: 2026-02-01 | **Last Amended**: 2026-09-14
```

## Severity

Warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.amendments import amendments_of
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Clause, Survey, rule_of_change
from bot.core.text.prose import Code, Name
from bot.core.text.wording import clip
from bot.core.yardstick.amendment import Bump

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding

_LONGEST_NAME = 60


@rule_of_change(Severity.WARNING, Clause("principle weakened", "principles weakened", 94))
def judge(survey: Survey) -> Iterator[Finding]:
    """One warning for each constitution, at the gravest change."""
    if any(case.feature.owned for case in survey.cases):
        return
    for amendment in amendments_of(survey.change):
        if amendment.bump is not Bump.MAJOR or amendment.has_fitting_version:
            continue
        turn, principle = amendment.turns[0]
        version = clip(amendment.after.version or "none", 20)
        yield survey.finding(
            Severity.WARNING,
            amendment.after.path,
            None,
            title=(
                f"This change {turn.value} ",
                Name(clip(principle.title, _LONGEST_NAME)),
                " without a major version",
            ),
            why=(
                "The version line says ",
                Code(version),
                ", and it was ",
                Code(clip(amendment.before.version or "", 20)),
                ".",
            ),
            fix=("Raise the first number of the version, or keep the principle as it was.",),
            subject=amendment.after.path,
        )
