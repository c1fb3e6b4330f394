"""A document cannot be read.

## What it does

Reports a spec, plan or task list that is larger than 1 MB, is no text (a NUL byte, or bytes that are not UTF-8) or
costs more time or memory than one document, one change or one repository in an hour may; and a feature folder that is,
or lies in, a symbolic link or submodule, since neither is followed. A document that is itself a link counts as missing
(`missing-artifact`).

## Why

What cannot be read cannot be judged, and a gate that stays silent about it would be easy to walk around.

## How to fix

Commit the document as a UTF-8 text file of less than 1 MB, in its place.

## Example

`specs/018-webhook-retry/plan.md`, saved as UTF-16.

## Use instead

The same file, saved as UTF-8.

## Severity

Error for the spec, the plan and a folder that is not followed, warning for `tasks.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.trees import MAX_DOCUMENT_BYTES, Document, Kind, Readability
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.text.prose import Code, Prose
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import Finding

_JUDGED = ("spec.md", "plan.md")
_READ = (*_JUDGED, "tasks.md")


@rule(Severity.ERROR, Clause("document unreadable", "documents unreadable", 12))
def judge(case: Case) -> Iterator[Finding]:
    """One finding for each document that is read for the verdict and cannot be."""
    yield from _links(case)
    for name in _READ:
        document = case.change.head.documents.get(case.path(name))
        if document is None or document.reading is Readability.WHOLE:
            continue
        yield case.finding(
            Severity.ERROR if name in _JUDGED else Severity.WARNING,
            document.path,
            None,
            title=(Code(name), " cannot be read"),
            why=_why(document),
            fix=_fix(document, name),
            subject=name,
        )


def _why(document: Document) -> Prose:
    if document.reading is Readability.TOO_LARGE:
        return (f"It has {document.size:,} bytes; documents are read up to {MAX_DOCUMENT_BYTES:,}.",)
    if document.reading is Readability.TOO_COSTLY:
        return (f"Reading its {document.size:,} bytes took more time or memory than one document may.",)
    if document.reading is Readability.OVER_BUDGET:
        return (
            "Other documents of this change, or of this repository in the last hour, used up the time for reading.",
        )
    return ("It is no UTF-8 text.",)


def _fix(document: Document, name: str) -> Prose:
    if document.reading is Readability.TOO_COSTLY:
        return ("Shorten ", Code(name), ", and simplify tables, lists and emphasis that repeat thousands of times.")
    if document.reading is Readability.OVER_BUDGET:
        return ("Divide the change, or ask for another check in an hour.",)
    return ("Commit ", Code(name), " as a UTF-8 text file of less than 1 MB.")


def _links(case: Case) -> Iterator[Finding]:
    """A finding for the folder itself, or a folder above it, that is a link."""
    for entry in case.links:
        kind = "symbolic link" if entry.kind is Kind.SYMLINK else "submodule"
        yield case.finding(
            Severity.ERROR,
            entry.path,
            None,
            title=(Code(clip(entry.path)), f" is a {kind}, which is not followed"),
            why=("What lies behind it is not part of this repository's tree.",),
            fix=("Commit a real folder at ", Code(clip(entry.path)), "."),
            subject=entry.path,
        )
