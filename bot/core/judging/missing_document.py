"""The feature of a report whose plan or spec is not written yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import State
from bot.core.judging.findings import Severity

if TYPE_CHECKING:
    from bot.core.judging.findings import FeatureReport, Report

_UNWRITTEN = frozenset({State.MISSING, State.EMPTY, State.TEMPLATE})
_COLLISION = "number-collision"


def feature_without_plan(report: Report) -> FeatureReport | None:
    """The report's feature whose plan is missing; None if there is none."""
    return _feature_without("plan.md", report)


def feature_without_spec(report: Report) -> FeatureReport | None:
    """The report's feature whose spec is missing; None if there is none."""
    return _feature_without("spec.md", report)


def _feature_without(name: str, report: Report) -> FeatureReport | None:
    """An owned feature without that document. Left out if its number is taken: a draft would spread it."""
    for reported in report.features:
        feature = reported.feature
        state = next(artifact.state for artifact in reported.artifacts if artifact.name == name)
        own = feature.owned and not feature.removed and not feature.legacy
        if own and state in _UNWRITTEN and not number_is_taken(reported):
            return reported
    return None


def number_is_taken(feature: FeatureReport) -> bool:
    """Whether another feature has the number, on the base or in an older pull request."""
    return any(finding.rule == _COLLISION and finding.severity is not Severity.NOTICE for finding in feature.findings)
