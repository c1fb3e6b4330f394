"""The first sentence of a summary: which feature this is, how far it has come, and how much of it blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import Stage
from bot.core.forge.effects import Conclusion
from bot.core.speech.render.facts import coming, principle_statuses
from bot.core.speech.render.tables import artifact_tally
from bot.core.text.neutral import code_span
from bot.core.text.wording import count

if TYPE_CHECKING:
    from bot.core.drafting.draft import Draft
    from bot.core.judging.findings import FeatureReport, Report

FEATURES_NAMED = 10


def lead(report: Report, errors: int, others: int) -> str:
    """The sentence, with the verdict in bold: `errors` findings block, `others` do not."""
    features = report.features
    verdict = f"**{verdict_words(report, errors, others)}**"
    if not features:
        return verdict
    if len(features) > 1:
        names = ", ".join(code_span(feature.feature.name) for feature in features[:FEATURES_NAMED])
        not_named = f" and {len(features) - FEATURES_NAMED} more" if len(features) > FEATURES_NAMED else ""
        return f"{len(features)} features are in this change: {names}{not_named}. {verdict}"
    feature = features[0]
    if not errors and not others and _own(feature):
        return f"{code_span(feature.feature.name)} is {_how_far(feature)}: **{tally(feature)}.**"
    return f"{_what_it_is(feature, report)} {verdict}"


def _own(feature: FeatureReport) -> bool:
    about = feature.feature
    return about.owned and not about.removed and not about.legacy


def _how_far(feature: FeatureReport) -> str:
    done = feature.feature.stage is not Stage.SPECIFYING and not coming(feature)
    return "complete" if done else "in order so far"


def verdict_words(report: Report, errors: int, others: int) -> str:
    """The count: `4 things block, 1 does not.`."""
    if not errors:
        return f"Nothing blocks, {count(others, 'thing', 'things')} to note." if others else "Nothing blocks."
    if report.conclusion is Conclusion.NEUTRAL:
        return f"{count(errors, 'thing', 'things')} would block; this is advice, so nothing does."
    does_not = f", {others} {'does' if others == 1 else 'do'} not" if others else ""
    return f"{count(errors, 'thing blocks', 'things block')}{does_not}."


def _what_it_is(feature: FeatureReport, report: Report) -> str:
    name = code_span(feature.feature.name)
    if feature.feature.removed:
        return f"The folder of {name} is gone at this commit, so nothing in it is judged."
    if feature.feature.legacy:
        return f"{name} is a legacy feature, so nothing in it blocks."
    if not feature.feature.owned:
        return f"{name} is touched here, but is not this change's own feature: only what is new is looked at."
    match feature.feature.stage:
        case Stage.IMPLEMENTING:
            files = count(report.code_files, "file", "files")
            outside = f" ({files} outside {code_span(feature.feature.root + '/')})" if report.code_files else ""
            return f"{name} changes code{outside}."
        case Stage.PLANNING:
            return f"{name} is being planned, without code yet."
        case Stage.SPECIFYING:
            return f"{name} is being specified, without a plan yet."


def tally(feature: FeatureReport) -> str:
    """`6 artifacts there, 1 not applicable, all 7 principles answered`."""
    everyone = principle_statuses(feature)
    answered = sum(status.answered for status in everyone)
    words = artifact_tally(feature)
    parts = [words.replace("there", "artifact there" if words.startswith("1 ") else "artifacts there", 1)]
    if answered and answered == len(everyone):
        parts.append(f"all {answered} principles answered" if answered > 1 else "its 1 principle answered")
    elif answered:
        parts.append(f"{answered} of {len(everyone)} principles answered")
    return ", ".join(parts)


def blanks(draft: Draft) -> str:
    """`11 blanks are left (4 × NEEDS CLARIFICATION, 7 verdicts)`, in HTML that is read in a folded headline, too."""
    kinds = [f"{draft.clarifications} × <code>NEEDS CLARIFICATION</code>"] if draft.clarifications else []
    kinds += [count(draft.verdicts, "verdict", "verdicts")] if draft.verdicts else []
    inside = f" ({', '.join(kinds)})" if kinds else ""
    return f"{draft.blanks} {'blank is' if draft.blanks == 1 else 'blanks are'} left{inside}"
