"""The repository has no constitution.

## What it does

Says that no constitution was found at the base, or none that can be read (it is larger than 1 MB, no UTF-8 text, or a
symbolic link), so that no principle is judged.

## Why

A gate with principles that nobody in the project wrote would be ours, not the project's.

## How to fix

Write `.specify/memory/constitution.md` (`/speckit.constitution` begins it), if the project wants to be held to one.

## Example

A repository with `.specify/templates/` and without `.specify/memory/constitution.md`.

## Use instead

```markdown
# Ferry Constitution

## Core Principles

### I. Rust-First
```

## Severity

Notice: one line in the summary, never an annotation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.trees import MAX_DOCUMENT_BYTES, Kind, Readability
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Clause, Survey, rule_of_change
from bot.core.text.prose import Code, Prose
from bot.core.text.wording import clip
from bot.core.yardstick.constitution import ConstitutionState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change.trees import Tree
    from bot.core.judging.findings import Finding


@rule_of_change(Severity.NOTICE, Clause("constitution missing", "constitutions missing", 90))
def judge(survey: Survey) -> Iterator[Finding]:
    """One notice for each constitution that is not there."""
    base = survey.change.base
    for constitution in survey.constitutions(ConstitutionState.MISSING):
        path = Code(clip(constitution.path))
        unread = _unread(survey.change.standard, constitution.path)
        reason = "There is no constitution"
        fix: Prose = ("Write ", path, " if the project wants to be held to principles.")
        why: Prose = ("We looked for ", path, " at the base." if base is not None else ".")
        if unread is not None:
            reason = "The constitution cannot be read"
            fix = ("Commit ", path, " as a UTF-8 text file of less than 1 MB.")
            why = (path, f" {unread}.")
        yield survey.finding(
            Severity.NOTICE,
            constitution.path,
            None,
            title=(f"{reason}: no principle is judged",),
            why=why,
            fix=fix,
            subject=constitution.path,
        )


def _unread(tree: Tree, path: str) -> str | None:
    """Why what stands at the path is not read; None where nothing does."""
    document, entry = tree.documents.get(path), tree.entries.get(path)
    if entry is not None and entry.kind is Kind.SYMLINK:
        return "is a symbolic link, which is not followed"
    match document.reading if document is not None else Readability.WHOLE:
        case Readability.TOO_LARGE:
            return f"has more than {MAX_DOCUMENT_BYTES:,} bytes"
        case Readability.BINARY:
            return "is no UTF-8 text"
        case Readability.WHOLE:
            return None
        case Readability.TOO_COSTLY | Readability.OVER_BUDGET:
            return "takes too much time or memory to read"
