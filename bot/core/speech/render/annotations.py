"""Findings as annotations: one plain sentence on each run of lines that has one remedy.

Limits are GitHub's: https://docs.github.com/en/rest/checks/runs#create-a-check-run (annotations object).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from bot.core.change.feature import State
from bot.core.forge.check_run_output import Annotation
from bot.core.judging.findings import Report, Severity
from bot.core.speech.render.counts import Occurrence, counted_order, occurrences_of
from bot.core.speech.render.grouping import FindingGroup, groups_of, runs_of_lines
from bot.core.speech.render.words import words
from bot.core.text.neutral import plain_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.speech.render.context import RenderContext

MOST = 50
"""Annotations that one request may carry. A second request could only append, and no annotation can be removed."""
_TITLE = 255
_MESSAGE = 4_000
_DETAILS = 8_000
_LEVELS = {Severity.ERROR: "failure", Severity.WARNING: "warning", Severity.NOTICE: "notice"}


def annotate(report: Report, context: RenderContext) -> tuple[Annotation, ...]:
    """The 50 worst. Notices of legacy features and findings without a place in the head's files get none."""
    occurrences = [occurrence for occurrence in counted_order(occurrences_of(report), context) if _shown(occurrence)]
    runs = (run for group in groups_of(occurrences) for run in _runs(group))
    return tuple(islice((_annotation(run, line, context) for run, line in runs), MOST))


def _shown(occurrence: Occurrence) -> bool:
    legacy = occurrence.feature is not None and occurrence.feature.feature.legacy
    return occurrence.finding.severity is Severity.ERROR or not legacy


def _runs(group: FindingGroup) -> Iterator[tuple[FindingGroup, int]]:
    """The group's runs of lines, each with its first line; line 1 for findings about a file without a line."""
    for run in runs_of_lines(group.findings):
        yield FindingGroup(tuple(run), group.feature), run[0].line or 1
    about_files = tuple(finding for finding in group.findings if finding.line is None)
    if about_files and _is_there(group):
        yield FindingGroup(about_files, group.feature), 1


def _is_there(group: FindingGroup) -> bool:
    """Whether the group's file is in the feature's folder, so that its first line can be annotated."""
    path = group.first.path
    artifacts = group.feature.artifacts if group.feature else ()
    present = any(artifact.path == path and artifact.state is not State.MISSING for artifact in artifacts)
    return present and not path.endswith("/")


def _annotation(run: FindingGroup, line: int, context: RenderContext) -> Annotation:
    finding = run.first
    last = max(line, *(each.end_line or each.line or line for each in run.findings))
    on_one_line = (
        len(run.findings) == 1 and last == line and finding.column is not None and finding.end_column is not None
    )
    message = " ".join(part for part in (words(run.why()), words(run.remedy())) if part)
    paste = run.paste
    return Annotation(
        path=finding.path,
        start_line=line,
        end_line=last,
        annotation_level=_LEVELS[finding.severity],
        title=plain_line(words(run.title(context)), _TITLE) or finding.rule,
        message=plain_line(message, _MESSAGE) or finding.rule,
        start_column=finding.column if on_one_line else None,
        end_column=finding.end_column if on_one_line else None,
        raw_details=visible(paste[:_DETAILS], keep="\n") if paste else None,
    )
