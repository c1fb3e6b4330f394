"""Counts for reports: what blocks, the order of findings, the status of principles and artifacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.change.feature import ARTIFACTS, Artifact, Due, State
from bot.core.documents.plan import Check, Phase, TrackingRow, Verdict
from bot.core.judging.findings import FeatureReport, Finding, Report, Severity
from bot.core.yardstick.constitution import ConstitutionState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.speech.render.context import RenderContext
    from bot.core.yardstick.constitution import Principle

_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.NOTICE)
# If several items are about one principle, the most serious one decides its status.
_WEIGHT = (Verdict.VIOLATION, Verdict.UNANSWERED, Verdict.PARTIAL, Verdict.PENDING, Verdict.NA, Verdict.PASS)
_OPEN = (Verdict.UNANSWERED, Verdict.PENDING)
DEVIATIONS = (Verdict.VIOLATION, Verdict.PARTIAL)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A finding with its feature, None if it belongs to no feature."""

    finding: Finding
    feature: FeatureReport | None


def occurrences_of(report: Report) -> tuple[Occurrence, ...]:
    """Every finding except "comes next", which the tables show."""
    of_none = [Occurrence(finding, None) for finding in report.findings]
    of_features = [Occurrence(finding, feature) for feature in report.features for finding in feature.findings]
    return tuple(occurrence for occurrence in of_none + of_features if not occurrence.finding.follow_up)


def blocking(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """The occurrences that block."""
    return [occurrence for occurrence in occurrences if occurrence.finding.severity is Severity.ERROR]


def counted_order(occurrences: Iterable[Occurrence], context: RenderContext) -> list[Occurrence]:
    """The worst first, then in the order of the title's counts, then by place."""

    def key(occurrence: Occurrence) -> tuple[int, str, int, str, int, int]:
        finding = occurrence.finding
        directory = occurrence.feature.feature.dir if occurrence.feature else ""
        rank = context.clause(finding.rule).rank
        return (_SEVERITIES.index(finding.severity), directory, rank, finding.rule, *_place(finding))

    return sorted(occurrences, key=key)


def line_order(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """Worst first, then missing artifacts in their order, then by file and line: the order of a terminal."""

    def key(occurrence: Occurrence) -> tuple[int, int, str, int, int]:
        finding = occurrence.finding
        artifact = ARTIFACTS.index(finding.subject) if finding.subject in ARTIFACTS else len(ARTIFACTS)
        return (_SEVERITIES.index(finding.severity), artifact, finding.path, *_place(finding))

    return sorted(occurrences, key=key)


def _place(finding: Finding) -> tuple[int, int]:
    return finding.line or 0, finding.column or 0


@dataclass(frozen=True, slots=True)
class PrincipleStatus:
    """The status of one principle: the item that decides it and the row that justifies it."""

    principle: Principle
    check: Check | None
    row: TrackingRow | None
    finding: Finding | None
    """The worst finding about it."""

    @property
    def verdict(self) -> Verdict | None:
        """None when the plan does not mention it."""
        return self.check.verdict if self.check else None

    @property
    def answered(self) -> bool:
        """The plan answers the principle, and the answer settles it or is checked by a rule of its own."""
        return self.verdict is not None and self.verdict not in _OPEN


def principle_statuses(feature: FeatureReport) -> tuple[PrincipleStatus, ...]:
    """One status per principle of a filled constitution, in its order."""
    if feature.constitution.state is not ConstitutionState.FILLED:
        return ()
    return tuple(_status(principle, feature) for principle in feature.constitution.principles)


def _status(principle: Principle, feature: FeatureReport) -> PrincipleStatus:
    key = principle.id or principle.name
    standing = [dossier.assessment for dossier in feature.dossiers if dossier.assessment.principle == key]
    about = standing or [check for check in feature.checks if check.principle == key]
    rows = [row for row in feature.violations if key in (row.principle, *row.names)]
    findings = [finding for finding in feature.findings if finding.subject == key and not finding.follow_up]
    return PrincipleStatus(
        principle,
        _speaker(about),
        next((row for row in rows if row.complete), rows[0] if rows else None),
        min(findings, key=lambda finding: _SEVERITIES.index(finding.severity), default=None),
    )


def _speaker(checks: list[Check]) -> Check | None:
    """The item that decides. An item of the re-check after the design replaces an earlier one."""
    later = [check for check in checks if check.phase is Phase.POST and check.verdict not in _OPEN]
    first = [check for check in checks if check.phase is Phase.PRE]
    return min(later or first or checks, key=lambda check: _WEIGHT.index(check.verdict), default=None)


def deviations(feature: FeatureReport) -> list[PrincipleStatus]:
    """Principles that the plan departs from, each with the row that gives the reason. Only a person can judge them."""
    deviating = [
        status
        for status in principle_statuses(feature)
        if status.verdict in DEVIATIONS and status.row and status.row.complete
    ]
    return sorted(deviating, key=lambda status: status.verdict is not Verdict.VIOLATION)


def not_applicable_principles(feature: FeatureReport) -> list[PrincipleStatus]:
    """Principles that the plan declares not applicable; the NON-NEGOTIABLE ones first."""
    declared = [status for status in principle_statuses(feature) if status.verdict is Verdict.NA]
    return sorted(declared, key=lambda status: not status.principle.non_negotiable)


def there(artifact: Artifact) -> bool:
    """Whether the artifact exists and is not the untouched template."""
    return artifact.state is State.PRESENT


def taken_back(artifact: Artifact) -> bool:
    """Whether the plan declares the artifact not applicable, with a reason."""
    return artifact.due is Due.OFF and artifact.reason is not None and not there(artifact)


def coming(feature: FeatureReport) -> list[Artifact]:
    """The artifacts to write next."""
    return [artifact for artifact in feature.artifacts if artifact.due is Due.NEXT and not there(artifact)]


def in_order(feature: FeatureReport) -> bool:
    """Nothing but notices was found in it."""
    return all(finding.severity is Severity.NOTICE for finding in feature.findings)
