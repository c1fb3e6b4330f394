"""The first sentence of a summary: which feature this is, how far it has come, and whether it blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import Stage
from bot.core.forge.check_run_output import Conclusion
from bot.core.speech.render.counts import coming
from bot.core.text.neutral import code_span
from bot.core.text.wording import count

if TYPE_CHECKING:
    from bot.core.drafting.draft import Draft
    from bot.core.judging.findings import FeatureReport, Report

FEATURES_NAMED = 10


def lead(report: Report, *, blocks: bool) -> str:
    """The sentence. It holds no counts of findings: the title has them."""
    verdict = _verdict(report, blocks=blocks)
    features = report.features
    if len(features) > 1:
        names = ", ".join(code_span(feature.feature.name) for feature in features[:FEATURES_NAMED])
        not_named = f" and {len(features) - FEATURES_NAMED} more" if len(features) > FEATURES_NAMED else ""
        return f"{len(features)} features are in this change: {names}{not_named}. {verdict}".strip()
    if not features:
        return verdict
    feature = features[0]
    if not blocks and _is_complete(feature):
        return f"{code_span(feature.feature.name)} has everything that is due."
    return f"{_what_it_is(feature, report)} {verdict}".strip()


def _verdict(report: Report, *, blocks: bool) -> str:
    """Empty where a list of what blocks follows."""
    if not blocks:
        return "Nothing blocks."
    return "This is advice: nothing here blocks." if report.conclusion is Conclusion.NEUTRAL else ""


def _is_complete(feature: FeatureReport) -> bool:
    about = feature.feature
    own = about.owned and not about.removed and not about.legacy
    return own and about.stage is not Stage.SPECIFYING and not coming(feature)


def _what_it_is(feature: FeatureReport, report: Report) -> str:
    name = code_span(feature.feature.name)
    if feature.feature.removed:
        return f"The folder of {name} is gone at this commit: there is nothing to judge."
    if feature.feature.legacy:
        return f"{name} is a legacy feature."
    if not feature.feature.owned:
        return f"{name} belongs to another change: only the lines that are new here are judged."
    match feature.feature.stage:
        case Stage.IMPLEMENTING:
            files = count(report.code_files, "file", "files")
            outside = f" ({files} outside {code_span(feature.feature.root + '/')})" if report.code_files else ""
            return f"{name} changes code{outside}."
        case Stage.PLANNING:
            return f"{name} has a plan and no code yet."
        case Stage.SPECIFYING:
            return f"{name} has no plan yet."


def blanks(draft: Draft) -> str:
    """`11 blanks (4 × NEEDS CLARIFICATION, 7 verdicts)`, in HTML, because a folded headline reads no Markdown."""
    kinds = [f"{draft.clarifications} × <code>NEEDS CLARIFICATION</code>"] if draft.clarifications else []
    kinds += [count(draft.verdicts, "verdict", "verdicts")] if draft.verdicts else []
    inside = f" ({', '.join(kinds)})" if kinds else ""
    return f"{count(draft.blanks, 'blank', 'blanks')}{inside}"
