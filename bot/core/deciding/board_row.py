"""The row of a verdict on the board of its repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import Due
from bot.core.forge.board import BoardFeature, BoardPrinciple, BoardRow
from bot.core.forge.verdict_page import page_digest
from bot.core.judging.findings import Severity
from bot.core.speech.render.counts import principle_statuses, there

if TYPE_CHECKING:
    from bot.core.deciding.commit_verdict import JudgedCandidate
    from bot.core.forge.facts import RepositoryView
    from bot.core.judging.findings import FeatureReport

_MOST_FEATURES = 20
_MOST_FOLDERS = 500
_MOST_PRINCIPLES = 40


def board_row(judged: JudgedCandidate, view: RepositoryView, title: str) -> BoardRow | None:
    """The row of a judged pull request or branch; None for one without a feature, and for a merge group."""
    change, report = judged.candidate.change, judged.report
    if change.merge_group or not report.features or change.head.sha is None:
        return None
    severities = [finding.severity for finding in report.all_findings() if not finding.follow_up]
    is_default = change.base_branch == view.default_branch
    return BoardRow(
        number=change.pull_request,
        branch=change.head_branch or "",
        base=change.base_branch or "",
        head_sha=change.head.sha,
        digest=page_digest(judged.digest),
        conclusion=report.conclusion.value,
        title=title,
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
        features=tuple(_feature(feature) for feature in report.features[:_MOST_FEATURES]),
        folders=tuple(sorted(judged.candidate.features.base))[-_MOST_FOLDERS:] if is_default else (),
        private=view.private,
    )


def _feature(report: FeatureReport) -> BoardFeature:
    due = [artifact for artifact in report.artifacts if artifact.due in {Due.REQUIRED, Due.RECOMMENDED}]
    board, statuses = report.tick_board, principle_statuses(report) if report.checks else ()
    return BoardFeature(
        dir=report.feature.dir,
        number=report.feature.number,
        stage=report.feature.stage.value,
        principles=tuple(
            BoardPrinciple(status.principle.title, status.verdict.value if status.verdict else "not mentioned")
            for status in statuses[:_MOST_PRINCIPLES]
        ),
        tasks=board.total if board is not None else 0,
        tasks_done=board.done if board is not None else 0,
        artifacts=len(due),
        artifacts_there=sum(map(there, due)),
    )
