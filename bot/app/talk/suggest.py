"""`/plan suggest` on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app.judging import DraftTooCostlyError
from bot.app.talk.context import CommandContext, CommandResult, PendingReview
from bot.core.deciding.suggesting import may_suggest
from bot.core.forge.facts import Reaction
from bot.core.speech.replies import SUGGESTIONS_REFUSED, SUGGESTIONS_TOO_COSTLY, no_new_suggestions, no_suggestions

if TYPE_CHECKING:
    from bot.app.talk.open_pull_request import OpenPullRequest


def suggest(context: CommandContext, opened: OpenPullRequest) -> CommandResult:
    """Review the pull request with the fixes that can be suggested, or say why there are none."""
    judged, pull = opened.judged, opened.judged.candidate.pull
    if pull is None or not may_suggest(judged):
        return CommandResult(Reaction.DONE, answer=no_suggestions(waived=bool(judged.waived)))
    try:
        decision = opened.suggesting.requested(judged, pull, context.view)
    except DraftTooCostlyError:
        return CommandResult(Reaction.MISTAKEN, answer=SUGGESTIONS_TOO_COSTLY)
    effects = (*decision.before, decision.after)
    if decision.review is None:
        return CommandResult(Reaction.DONE, answer=no_new_suggestions(decision.standing), effects=effects)

    def written(accepted: bool) -> CommandResult:
        return CommandResult(Reaction.DONE) if accepted else CommandResult(Reaction.DENIED, answer=SUGGESTIONS_REFUSED)

    return CommandResult(Reaction.DONE, effects=effects, review=PendingReview(decision.review, written))
