"""Findings as annotations: a plain sentence on the line where the matter stands.

Limits are GitHub's: https://docs.github.com/en/rest/checks/runs#create-a-check-run (annotations object).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from bot.core.change.feature import State
from bot.core.forge.effects import Annotation
from bot.core.judging.findings import Finding, Report, Severity
from bot.core.speech.render.facts import Occurrence, counted_order, occurrences_of
from bot.core.text.neutral import plain_line, visible
from bot.core.text.prose import At, Code, Name, Pull, label

if TYPE_CHECKING:
    from bot.core.speech.render.context import RenderContext
    from bot.core.text.prose import Prose

MOST = 50
"""Annotations that one request may carry; more would have to be appended, and none can be taken back."""
_TITLE = 255
_MESSAGE = 4_000
_DETAILS = 8_000
_LEVELS = {Severity.ERROR: "failure", Severity.WARNING: "warning", Severity.NOTICE: "notice"}


def annotate(report: Report, context: RenderContext) -> tuple[Annotation, ...]:
    """The worst 50. Notices of legacy features and whatever has no place in the head's files get none."""
    occurrences = [occurrence for occurrence in counted_order(occurrences_of(report), context) if _shown(occurrence)]
    placed = ((occurrence.finding, _line(occurrence)) for occurrence in occurrences)
    annotations = (_annotation(finding, line) for finding, line in placed if line is not None)
    return tuple(islice(annotations, MOST))


def _shown(occurrence: Occurrence) -> bool:
    return occurrence.finding.severity is Severity.ERROR or not (
        occurrence.feature and occurrence.feature.feature.legacy
    )


def _line(occurrence: Occurrence) -> int | None:
    """The line, the first one for a file as a whole that is there, None where there is nothing to point at."""
    finding = occurrence.finding
    if finding.line is not None:
        return finding.line
    artifacts = occurrence.feature.artifacts if occurrence.feature else ()
    present = any(artifact.path == finding.path and artifact.state is not State.MISSING for artifact in artifacts)
    return 1 if present and not finding.path.endswith("/") else None


def _annotation(finding: Finding, line: int) -> Annotation:
    last = max(line, finding.end_line or line)
    on_one_line = last == line and finding.column is not None and finding.end_column is not None
    message = " ".join(part for part in (words(finding.why), words(finding.fix)) if part)
    return Annotation(
        path=finding.path,
        start_line=line,
        end_line=last,
        annotation_level=_LEVELS[finding.severity],
        title=plain_line(words(finding.title), _TITLE) or finding.rule,
        message=plain_line(message, _MESSAGE) or finding.rule,
        start_column=finding.column if on_one_line else None,
        end_column=finding.end_column if on_one_line else None,
        raw_details=visible(finding.paste[:_DETAILS], keep="\n") if finding.paste else None,
    )


def words(prose: Prose, quote: str = "`") -> str:
    """A sentence without Markdown. Code is quoted only where its ends would not be seen: when it has a space in it."""
    parts = []
    for piece in prose:
        match piece:
            case str():
                parts.append(piece)
            case Name(text):
                parts.append(plain_line(text))
            case Code(text):
                shown = plain_line(text)
                parts.append(f"{quote}{shown}{quote}" if " " in shown else shown)
            case At():
                parts.append(plain_line(label(piece)))
            case Pull():
                parts.append(piece.label)
    return visible("".join(parts)).strip()
