"""A question that had to be answered before building is still open.

## What it does

Reports a field of the plan whose value is `NEEDS CLARIFICATION`, and `[NEEDS CLARIFICATION: …]` in the spec. A mention
in prose, in a checklist or in "all resolved" is none.

## Why

Spec Kit's own workflow ends the research phase only when every such marker is resolved. Tasks and code that come
before the answer are built on a guess.

## How to fix

Answer the question in its place and delete the marker. `research.md` is where the decision and its alternatives belong.

## Example

```markdown
**Storage**: NEEDS CLARIFICATION
```

## Use instead

```markdown
**Storage**: PostgreSQL 16, one table for the retry queue
```

## Severity

Error in an owned feature once `tasks.md` exists or code changes, warning before that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import State
from bot.core.documents.clarifications import field_of
from bot.core.documents.plan import Span
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import At, Code, Name, Prose
from bot.core.text.wording import clip
from bot.core.yardstick.template import PlaceholderKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding


@rule(Severity.ERROR, Clause("clarification open", "clarifications open", 45))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for every open marker."""
    late = case.builds or case.artifact("tasks.md").state is not State.MISSING
    severity = Severity.ERROR if case.feature.owned and late else Severity.WARNING
    since: Prose = (", and code changes",) if case.builds else (", and ", Code("tasks.md"), " is there") if late else ()
    for path, span, text, line in _open(case):
        marker, field = Code(clip(text, 80)), field_of(line, text)
        yield case.finding(
            severity,
            path,
            span,
            title=(marker, " is still open") if field is None else (Name(clip(field, 60)), " is still ", marker),
            why=("It stands at ", At(path, span.line), *since, "."),
            fix=(
                "Replace the ",
                Code("NEEDS CLARIFICATION"),
                " marker with the answer.",
            ),
            subject=clip(text if field is None else f"{field}: {text}", 80),
        )


def _open(case: Case) -> Iterator[tuple[str, Span, str, str]]:
    """Path, place, text and whole line of every open question."""
    plan, spec = case.plan, case.spec
    if plan is not None and not plan.unfilled:
        lines = _lines(case, plan.path)
        for hole in plan.placeholders:
            if hole.kind is PlaceholderKind.NEEDS_CLARIFICATION:
                yield hole.path, Span(hole.line, hole.column, hole.end_column), hole.text, lines[hole.line - 1]
    if spec is not None and not spec.unfilled:
        lines = _lines(case, spec.path)
        for text, number in spec.clarifications:
            yield spec.path, Span(number), text, lines[number - 1]


def _lines(case: Case, path: str) -> list[str]:
    return case.change.head.documents[path].text.split("\n")
