"""The check run's title: what blocks, counted, and nothing else; or what a passing run is worth to a reviewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import Stage
from bot.core.forge.effects import Conclusion
from bot.core.judging.findings import FeatureReport, Report, Severity
from bot.core.judging.since_branch import OF_THE_SECTION
from bot.core.speech.render.facts import (
    blocking,
    coming,
    deviations,
    in_order,
    occurrences_of,
    principle_statuses,
    taken_back,
)
from bot.core.text.neutral import plain_line
from bot.core.text.prose import plain
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.judging.findings import Finding
    from bot.core.speech.render.context import RenderContext

TITLE_LIMIT = 80
"""Characters."""
_JOIN = " · "
_NAMED = 3
"""Artifacts that a title lists."""


def title(report: Report, context: RenderContext) -> str:
    """The verdict in at most 80 characters. The terminal's last line is the same."""
    if report.conclusion is Conclusion.ACTION_REQUIRED and report.config:
        return needs_admin(report.config[-1].path)
    occurrences = occurrences_of(report)
    errors = [occurrence.finding for occurrence in blocking(occurrences)]
    if errors:
        suffix = _suffix(report, context)
        return _fitted(_what_blocks(errors, context), TITLE_LIMIT - len(suffix)) + suffix
    if not report.features:
        return plain_line(_of_no_feature(report, context), TITLE_LIMIT)
    clauses = _passing(report, context)
    return plain_line(_JOIN.join(clauses), TITLE_LIMIT)


def needs_admin(path: str) -> str:
    """The title where the configuration was never readable."""
    return f"{plain_line(path.rsplit('/', 1)[-1], 40)} is broken: an admin is needed"


def _suffix(report: Report, context: RenderContext) -> str:
    if report.conclusion is Conclusion.NEUTRAL:
        return f"{_JOIN}advice only"
    return f"{_JOIN}draft" if context.draft else ""


def _what_blocks(errors: Sequence[Finding], context: RenderContext) -> list[str]:
    headline = plain_line(errors[0].headline or "", TITLE_LIMIT)
    if len(errors) == 1 and headline:
        return [headline]
    counts: dict[tuple[int, str, str], int] = {}
    for finding in errors:
        clause = context.clause(finding.rule)
        key = (clause.rank, clause.one, clause.many)
        counts[key] = counts.get(key, 0) + 1
    return [count(number, singular, plural) for (_, singular, plural), number in sorted(counts.items())]


def _fitted(clauses: list[str], limit: int) -> str:
    """As many clauses as fit; the rest as a number, so that the count stays true."""
    for shown in range(len(clauses), 0, -1):
        not_shown = sum(int(clause.split(" ", 1)[0]) for clause in clauses[shown:])
        line = _JOIN.join([*clauses[:shown], *([f"{not_shown} more"] if not_shown else [])])
        if len(line) <= limit:
            return line
    return plain_line(clauses[0], limit)


def _of_no_feature(report: Report, context: RenderContext) -> str:
    if not context.governed:
        return "Nothing to judge here"
    findings = [occurrence.finding for occurrence in occurrences_of(report)]
    headline = plain_line(findings[0].headline or plain(findings[0].title)) if findings else ""
    return headline or plain_line(report.headline, TITLE_LIMIT) or "Not a feature: nothing to check"


def _passing(report: Report, context: RenderContext) -> list[str]:
    features = report.features
    clauses = _of_one(features[0]) if len(features) == 1 else _of_several(features)
    let_pass = [*_waived(context), *_new_since(features)]
    return [clauses[0], *let_pass] if let_pass else clauses


def _waived(context: RenderContext) -> list[str]:
    if not context.waivers:
        return []
    first = context.waivers[0]
    further = f" and {len(context.waivers) - 1} more" if len(context.waivers) > 1 else ""
    return [f"{first.rule} waived by {first.by}{further}"]


def _new_since(features: Sequence[FeatureReport]) -> list[str]:
    """How much the branch did not know of when it was cut, and is therefore not held to."""
    late = {
        (finding.rule == OF_THE_SECTION, finding.subject) for f in features for finding in f.findings if finding.late
    }
    principles = sum(not section for section, _ in late)
    parts = [count(principles, "principle", "principles")] if principles else []
    parts += ["Constitution Check"] if len(late) > principles else []
    return [f"{' and '.join(parts)} new since you branched"] if parts else []


def _of_several(features: Sequence[FeatureReport]) -> list[str]:
    looks = sum(not in_order(feature) for feature in features)
    clauses = [f"{len(features)} features", "nothing blocks"]
    return [*clauses, f"{looks} to look at"] if looks else clauses


def _of_one(feature: FeatureReport) -> list[str]:
    """An opening, and what is worth to know: deviations, what comes next, or how much was answered."""
    if feature.feature.removed:
        return ["Feature folder removed", "nothing to judge"]
    if feature.feature.legacy:
        return ["Nothing blocks", "a legacy feature"]
    if not in_order(feature):
        warnings = sum(finding.severity is Severity.WARNING for finding in feature.findings)
        return ["Nothing blocks", count(warnings, "warning", "warnings")]
    if not feature.feature.owned:
        return ["Nothing blocks", "a feature of another change"]
    after = coming(feature)
    if after or feature.feature.stage is Stage.SPECIFYING:
        return (
            ["In order so far", f"next: {_listed([artifact.name for artifact in after])}"]
            if after
            else ["In order so far"]
        )
    return _complete(feature)


def _listed(names: Sequence[str]) -> str:
    """The names that a title has room for; the rest as a number."""
    if len(names) <= _NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def _complete(feature: FeatureReport) -> list[str]:
    answered = sum(status.answered for status in principle_statuses(feature))
    words = count(answered, "principle answered", "principles answered") if answered else ""
    return [clause for clause in ("Plan complete", outcome(feature) or words) if clause]


def outcome(feature: FeatureReport) -> str:
    """`2 deviations justified, 1 artifact N/A`; empty when there is nothing that only a person can judge."""
    justified = len(deviations(feature))
    gone = sum(taken_back(artifact) for artifact in feature.artifacts)
    parts = [count(justified, "deviation justified", "deviations justified")] if justified else []
    return ", ".join([*parts, f"{count(gone, 'artifact', 'artifacts')} N/A"] if gone else parts)
