"""The check run's title: counts of what blocks; if nothing blocks, counts of what a reviewer has to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import Stage
from bot.core.documents.plan import Verdict
from bot.core.forge.check_run_output import Conclusion
from bot.core.judging.findings import FeatureReport, Report, Severity
from bot.core.judging.since_branch import OF_THE_SECTION
from bot.core.speech.render.counts import (
    blocking,
    coming,
    deviations,
    in_order,
    not_applicable_principles,
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
    while len(clauses) > 1 and len(_JOIN.join(clauses)) > TITLE_LIMIT:
        clauses = clauses[:-1]
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
    """As many clauses as fit, and the number of findings that they leave out."""
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
    """The count of principles that are newer than the branch; the branch need not answer them."""
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
    """A first clause, and then what a person has to judge, what comes next, or how much was answered."""
    if feature.feature.removed:
        return ["Feature folder removed", "nothing to judge"]
    if feature.feature.legacy:
        return ["Nothing blocks", "a legacy feature"]
    if not in_order(feature):
        warnings = sum(finding.severity is Severity.WARNING for finding in feature.findings)
        return ["Nothing blocks", count(warnings, "warning", "warnings")]
    if not feature.feature.owned:
        return ["Nothing blocks", "a feature of another change"]
    documents = len(coming(feature))
    if documents or feature.feature.stage is Stage.SPECIFYING:
        to_come = [f"{count(documents, 'document', 'documents')} to come"] if documents else []
        return ["Nothing blocks yet", *_departures(feature), *to_come]
    return _complete(feature)


def _departures(feature: FeatureReport) -> list[str]:
    """`1 justified violation`; partial ones are called deviations."""
    departures = deviations(feature)
    violations = sum(status.verdict is Verdict.VIOLATION for status in departures)
    partial = len(departures) - violations
    clauses = [count(violations, "justified violation", "justified violations")] if violations else []
    return [*clauses, count(partial, "justified deviation", "justified deviations")] if partial else clauses


def _complete(feature: FeatureReport) -> list[str]:
    answered = sum(status.answered for status in principle_statuses(feature))
    answers = count(answered, "principle answered", "principles answered") if answered else ""
    return [clause for clause in ("Plan complete", outcome(feature) or answers) if clause]


def outcome(feature: FeatureReport) -> str:
    """`2 deviations justified, 2 principles declared N/A, 1 of them NON-NEGOTIABLE, 1 artifact N/A`; perhaps empty."""
    counts = [
        (len(deviations(feature)), "deviation justified", "deviations justified"),
        (len(not_applicable_principles(feature)), "principle declared N/A", "principles declared N/A"),
        (sum(taken_back(artifact) for artifact in feature.artifacts), "artifact N/A", "artifacts N/A"),
    ]
    clauses = [count(number, singular, plural) for number, singular, plural in counts if number]
    return ", ".join(f"{clause}{_strength(feature)}" if "declared" in clause else clause for clause in clauses)


def _strength(feature: FeatureReport) -> str:
    """How many of the principles that are declared N/A are NON-NEGOTIABLE."""
    declared = not_applicable_principles(feature)
    hard = sum(status.principle.non_negotiable for status in declared)
    if not hard:
        return ""
    return ", NON-NEGOTIABLE" if len(declared) == 1 else f", {hard} of them NON-NEGOTIABLE"
