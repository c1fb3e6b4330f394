"""Constitution and plan template name different principles.

## What it does

When a change edits the constitution or the plan template, compares the principles that the template lists in its
Constitution Check with those of the constitution. A template that lists none is never compared, and a feature's pull
request is never judged by this.

## Why

Every new plan begins as a copy of the template. A principle that the template does not list will not be answered, and
one that it still lists will be answered for nothing.

## How to fix

Bring the template's list in line with the constitution, in the same pull request.

## Example

```markdown
- I. Rust-First
- II. SOAP Interface
```

beside a constitution whose second principle is REST API.

## Use instead

```markdown
- I. Rust-First
- II. REST API
```

## Severity

Warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.cases import yardsticks_at_head
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Clause, Survey, rule_of_change
from bot.core.text.prose import At, Name, Piece
from bot.core.text.wording import clip, count
from bot.core.yardstick.drift import find_drift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding

_NAMED_AT_MOST = 5


@rule_of_change(Severity.WARNING, Clause("template adrift", "templates adrift", 95))
def judge(survey: Survey) -> Iterator[Finding]:
    """One warning for each template whose list is not the constitution's."""
    if any(case.feature.owned for case in survey.cases):
        return
    for yardstick in yardsticks_at_head(survey.change):
        drift = find_drift(yardstick.template, yardstick.constitution)
        if drift is None:
            continue
        lacking, spare = [principle.title for principle in drift.unlisted], list(drift.gone)
        why: list[Piece] = []
        if lacking:
            why += ["It does not list ", *_names(lacking), ". "]
        if spare:
            why += [
                "It lists ",
                *_names(spare),
                f", which {'is' if len(spare) == 1 else 'are'} not in the constitution. ",
            ]
        yield survey.finding(
            Severity.WARNING,
            yardstick.template.path,
            None,
            title=(f"The plan template differs from the constitution in {_principles(len(lacking) + len(spare))}",),
            why=(*why, "The constitution is ", At(yardstick.constitution.path), "."),
            fix=("Bring the template's list of principles in line with the constitution.",),
            subject=yardstick.template.path,
        )


def _principles(number: int) -> str:
    return count(number, "principle", "principles")


def _names(titles: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    for title in titles[:_NAMED_AT_MOST]:
        pieces += [", ", Name(clip(title, 60))]
    if len(titles) > _NAMED_AT_MOST:
        pieces.append(f" and {len(titles) - _NAMED_AT_MOST} more")
    return pieces[1:]
