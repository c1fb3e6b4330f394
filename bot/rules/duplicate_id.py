"""Two entries share one id.

## What it does

Reports a requirement id that the spec lists twice, and a task id that `tasks.md` gives to two tasks. A heading that
comes back to a listed id does not count.

## Why

Whoever says FR-002 or T003 means one of them, and nobody knows which.

## How to fix

Give the later one the next free id.

## Example

```markdown
- **FR-002**: Ferry MUST wait longer after each refusal.
- **FR-002**: Ferry MUST stop after three days.
```

## Use instead

```markdown
- **FR-002**: Ferry MUST wait longer after each refusal.
- **FR-004**: Ferry MUST stop after three days.
```

## Severity

Warning when the second line is new, else notice.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, Prose
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from bot.core.judging.findings import Finding


_ID = re.compile(r"[A-Z]{1,8}-?(?:[0-9]{1,6}-)?[0-9]{1,6}[a-z]?(?:-[A-Za-z0-9]{1,30}(?:\.[0-9]{1,3}){0,2}){0,3}")


@rule(Severity.WARNING, Clause("duplicate id", "duplicate ids", 113), by_program=True)
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each repeated id, on its second definition."""
    if case.spec is not None and not case.spec.unfilled:
        yield from _twice(case, case.spec.path, ((r.id, r.line) for r in case.spec.requirements))
    if case.tasks is not None and not case.tasks.unfilled:
        yield from _twice(case, case.tasks.path, ((t.id, t.line) for t in case.tasks.tasks if t.id is not None))


def _alike(case: Case, path: str, *lines: int) -> bool:
    """Whether the lines are entries of one kind; a heading that comes back to a listed id does not define it anew."""
    document = case.change.head.documents.get(path)
    texts = document.text.split("\n") if document is not None else []
    marks = {texts[line - 1].lstrip("\ufeff \t")[:1] for line in lines if line <= len(texts)}
    return len(marks) == 1 and marks <= set("-*+|")


def _next_free(previous: str, name: str, used: Collection[str]) -> str | None:
    """The id after the one above, or else after the highest: `FR-007`. None for an id without a number."""
    stem = name.rstrip("0123456789")
    digits = len(name) - len(stem)
    if not digits:
        return None
    above, numbers = (
        [int(each[len(stem) :]) for each in ids if each.startswith(stem) and each[len(stem) :].isdecimal()]
        for ids in ((previous,), used)
    )
    behind = above[0] + 1 if above and above[0] + 1 not in numbers else max(numbers) + 1
    return f"{stem}{behind:0{digits}d}"


def _twice(case: Case, path: str, ids: Iterable[tuple[str, int]]) -> Iterator[Finding]:
    ids = tuple(ids)
    used = {name for name, _ in ids}
    first: dict[str, int] = {}
    reported: set[str] = set()
    for (previous, _), (name, line) in pairwise((("", 0), *ids)):
        if not _ID.fullmatch(name) or first.setdefault(name, line) == line or name in reported:
            continue
        if not _alike(case, path, first[name], line):
            continue
        reported.add(name)
        free = _next_free(previous, name, used)
        used.add(free or name)
        again = Code(clip(name, 40))
        fix: Prose = ("Give the second ", again, " the next free id.")
        if free:
            fix = ("Write ", Code(clip(free, 40)), " for ", again, " in ", At(path, line), ".")
        yield case.finding(
            Severity.WARNING if case.is_new(path, line) else Severity.NOTICE,
            path,
            line,
            title=(again, " is there twice"),
            why=("It stands at ", At(path, first[name]), " and at ", At(path, line), "."),
            fix=fix,
            subject=name,
            edits=case.rewritten(path, line, name, free) if free else (),
        )
