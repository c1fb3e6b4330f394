"""A line of the plan still holds the template's placeholder.

## What it does

Reports every line of the plan that still holds a placeholder of the repository's own template: title, header, Summary,
Technical Context, gates and Structure Decision one by one, the rest (option labels, tree lines, comments, example rows)
together in one notice.

## Why

A placeholder in a header is a question that nobody answered, in a place where readers expect the answer.

## How to fix

Replace the placeholder, or delete the line if it does not apply.

## Example

```markdown
**Testing**: [which command, or NEEDS CLARIFICATION]
```

## Use instead

```markdown
**Testing**: cargo test
```

## Severity

Warning for new lines in title, header, Summary, fields, gates and Structure Decision; one notice a file for the rest.
Silent while the whole plan is still the template (`unfilled-plan`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.plan import Span
from bot.core.judging.edit import Edit
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.brackets import brackets
from bot.core.text.prose import At, Code
from bot.core.text.wording import clip, count, line_list
from bot.core.yardstick.template import PlaceholderKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.core.documents.plan import Placeholder, Plan
    from bot.core.judging.findings import Finding

_HARD = frozenset(
    {
        PlaceholderKind.TITLE,
        PlaceholderKind.META,
        PlaceholderKind.SUMMARY,
        PlaceholderKind.FIELD,
        PlaceholderKind.GATES,
        PlaceholderKind.STRUCTURE,
    }
)
_ONE_LINE = frozenset({PlaceholderKind.TREE, PlaceholderKind.OPTION, PlaceholderKind.ROW})
"""Leftovers that end on their line; a comment may not."""


@rule(Severity.WARNING, Clause("placeholder left", "placeholders left", 50))
def judge(case: Case) -> Iterator[Finding]:
    """A warning for each new one that matters, one notice for the rest of the file."""
    plan = case.plan
    if plan is None or plan.unfilled:
        return
    open_ones = [hole for hole in plan.placeholders if hole.kind is not PlaceholderKind.NEEDS_CLARIFICATION]
    for hole in open_ones:
        if hole.kind in _HARD and case.is_new(hole.path, hole.line):
            yield case.finding(
                Severity.WARNING,
                hole.path,
                Span(hole.line, hole.column, hole.end_column),
                title=(Code(clip(hole.text, 60)), " is still a placeholder"),
                why=("The template's own text stands at ", At(hole.path, hole.line), "."),
                fix=("Replace the placeholder, or delete the line if it does not apply.",),
                subject=f"{hole.kind}:{clip(hole.text, 60)}",
                edits=_filled(case, plan, hole) if hole.kind is PlaceholderKind.META else (),
            )
    leftovers = [hole for hole in open_ones if hole.kind not in _HARD]
    soft = [hole.line for hole in leftovers]
    if soft:
        yield case.finding(
            Severity.NOTICE,
            plan.path,
            soft[0],
            title=(f"{count(len(soft), 'line', 'lines')} of the template's own text left",),
            why=(f"Option labels, comments or example rows stand in {_where(soft)}.",),
            fix=(f"Delete {_where(soft)} of ", At(plan.path), "."),
            subject="leftovers",
            new=any(case.is_new(plan.path, line) for line in soft),
            edits=tuple(Edit(hole.line) for hole in leftovers) if _ONE_LINE.issuperset(_kinds(leftovers)) else (),
        )


def _filled(case: Case, plan: Plan, hole: Placeholder) -> tuple[Edit, ...]:
    """The header's line with the feature's name and the link to its spec; none if it has another placeholder."""
    line, filled, end = plan.lines[hole.line - 1], "", 0
    for bracket in brackets(line):
        before = line[end : bracket.start]
        if "###" in bracket.inner:
            is_path = before.endswith("specs/")
            filled += before.removesuffix("specs/") + (case.feature.dir if is_path else case.feature.name)
        elif bracket.inner.casefold() == "link" and not line.startswith("(", bracket.end):
            filled += f"{before}[spec.md](./spec.md)"
        else:
            return ()
        end = bracket.end
    return (Edit(hole.line, (filled + line[end:],)),) if filled else ()


def _kinds(holes: Iterable[Placeholder]) -> frozenset[PlaceholderKind]:
    return frozenset(hole.kind for hole in holes)


def _where(lines: list[int]) -> str:
    return f"line {lines[0]}" if len(lines) == 1 else f"lines {line_list(lines)}"
