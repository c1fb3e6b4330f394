"""Lines above a summary that change how it is read: a broken configuration, waivers, other pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.forge.check_run_output import Conclusion
from bot.core.speech.render.context import short
from bot.core.speech.render.lead import FEATURES_NAMED
from bot.core.speech.render.markdown import with_code
from bot.core.text.neutral import code_span, neutralise

if TYPE_CHECKING:
    from bot.core.judging.waiving import Waived
    from bot.core.speech.render.context import ConfigTrouble, OtherPull, RenderContext
    from bot.core.speech.render.markdown import Links

_MOST_WAIVERS = 20
_REASON = 300
_CONCLUSIONS = {
    Conclusion.SUCCESS: "✅ passes",
    Conclusion.FAILURE: "❌ fails",
    Conclusion.NEUTRAL: "➖ is advised only",
    Conclusion.ACTION_REQUIRED: "❌ needs an admin",
}


def above(context: RenderContext, links: Links) -> list[str]:
    """The lines, the configuration's first; empty ones are left out by the caller."""
    troubles = (context.owner_trouble, context.trouble)
    lines = [_trouble(trouble, links) for trouble in troubles if trouble is not None]
    lines += [waiver_line(waived) for waived in context.waivers[:_MOST_WAIVERS]]
    return [*lines, _other_pulls(context, links)]


def waiver_line(waived: Waived) -> str:
    """Which rule is waived, by whom, and the reason as a quote."""
    head = f"**{neutralise(waived.rule)} is waived** by {code_span(waived.by, 60)} ({neutralise(waived.role)})"
    return f"{head}, until the feature folder or the finding changes:\n> {neutralise(waived.reason, _REASON)}"


def _trouble(trouble: ConfigTrouble, links: Links) -> str:
    good = code_span(short(trouble.good))
    judged_by = f"Judged by the last good version, {good}." if trouble.good else "Judged by the defaults, as before."
    if trouble.lost:
        state = "was read before, and this App can no longer see it"
    else:
        since = f" since {code_span(short(trouble.since))}" if trouble.since else ""
        problem = links.prose(with_code(trouble.problem)).strip()
        state = f"is broken{since}" + (f" (line {trouble.line}: {problem})" if problem else "")
    on = f" on {code_span(trouble.branch)}" if trouble.branch else ""
    return f"> ⚠️ {code_span(trouble.path)}{on} {state}. {judged_by} This is for an admin, not for this pull request."


def _other_pulls(context: RenderContext, links: Links) -> str:
    if not context.others:
        return ""
    head = "This commit is the head of several pull requests. The worst verdict of those that count is shown here."
    return "\n".join([head, "", *(_other_pull(pull, context, links) for pull in context.others[:FEATURES_NAMED])])


def _other_pull(pull: OtherPull, context: RenderContext, links: Links) -> str:
    label = links.to(f"pull request {pull.number}", context.pull_url(pull.number), f"pr{pull.number}")
    counts = "" if pull.counts else " (does not count here)"
    verdict = f"{_CONCLUSIONS[pull.conclusion]}: {neutralise(pull.title)}"
    return f"- {label} into {code_span(pull.base)} {verdict}{counts}"
