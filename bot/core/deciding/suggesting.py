"""Decide which suggestions a pull request gets, and which of our earlier ones are closed. Pure.

A suggestion is made once. While it is open it is not repeated on later heads, and one that somebody resolved is not
made again. At most ten are open at a time, and a head gets one review.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.config.model import Mode
from bot.core.forge.effects import CloseThreads, Conclusion, RememberSuggestions, WriteReview
from bot.core.forge.writing import LineComment, NewReview
from bot.core.judging.suggestions import MOST
from bot.core.speech.render.suggestions import review_marker, review_text, suggestion_key, suggestion_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.deciding.commit_verdict import JudgedCandidate
    from bot.core.forge.effects import Effect
    from bot.core.forge.facts import OwnReviews, PullRequest
    from bot.core.judging.suggestions import Suggestion
    from bot.core.speech.render import RenderContext

_OPEN = "open"
_HINT = re.compile(r"(?P<head>[0-9a-f]{1,64})(?P<open> open)?")


def suggestions_key(number: int) -> str:
    """The store's key for the hint about a pull request's suggestions."""
    return f"suggestions on {number}"


def suggestions_hint(remembered: RememberSuggestions) -> str:
    """The hint: `<head>`, or `<head> open` while suggestions of ours are open."""
    return f"{remembered.head_sha} {_OPEN}" if remembered.are_open else remembered.head_sha


@dataclass(frozen=True, slots=True)
class SuggestionsHint:
    """What is remembered of a pull request's suggestions. If it is lost, GitHub is read once more."""

    head_sha: str = ""
    """The head whose suggestions were made, or refused."""
    are_open: bool = False


def read_hint(remembered: str | None) -> SuggestionsHint:
    """Read a stored hint; an invalid one is none."""
    hint = _HINT.fullmatch(remembered or "")
    return SuggestionsHint(hint["head"], hint["open"] is not None) if hint is not None else SuggestionsHint()


def may_suggest(judged: JudgedCandidate) -> bool:
    """Whether suggestions for a pull request can be made at all.

    A waiver ends with any commit to its folder, so nothing is suggested beside one.
    """
    pull, in_force = judged.candidate.pull, judged.candidate.config_in_force
    return (
        pull is not None
        and pull.is_open
        and judged.governed
        and in_force.mode is not Mode.OFF
        and judged.report.conclusion is not Conclusion.ACTION_REQUIRED
        and not judged.waived
    )


def suggests_unasked(judged: JudgedCandidate) -> bool:
    """Whether suggestions are made without a command: `suggest` says so, and the pull request may get comments.

    As with the comment, a draft gets none, and neither does one that was opened before Plangate was here.
    """
    candidate = judged.candidate
    return (
        may_suggest(judged)
        and candidate.config_in_force.config.suggest
        and not candidate.advised
        and not (candidate.pull is not None and candidate.pull.draft)
    )


def has_edits(judged: JudgedCandidate) -> bool:
    """Whether a finding has a fix that is a change of lines."""
    return any(finding.edits for finding in judged.report.all_findings())


@dataclass(frozen=True, slots=True)
class SuggestionDecision:
    """What happens to a pull request's suggestions."""

    before: tuple[Effect, ...]
    """The effects before the review: what no longer holds is closed."""
    review: NewReview | None
    """The review with the new suggestions; None for no new ones."""
    after: RememberSuggestions
    standing: int
    """Suggestions of earlier reviews that are open."""

    @property
    def effects(self) -> tuple[Effect, ...]:
        """All effects, in order."""
        review = (WriteReview(self.review),) if self.review is not None else ()
        return (*self.before, *review, self.after)


def decide_suggestions(  # noqa: PLR0913  each is a part of the decision
    pull: PullRequest,
    suggestions: Sequence[Suggestion],
    own: OwnReviews,
    context: RenderContext,
    *,
    writes: bool,
    resolve: bool,
) -> SuggestionDecision:
    """Close the suggestions that no longer hold, then write those that are new.

    `writes`: whether a review is wanted. `resolve`: whether the App may resolve threads.
    """
    keys = {each.key for each in suggestions}
    ours = [(thread, key) for thread in own.threads if (key := suggestion_key(thread.body)) is not None]
    outdated = tuple(thread for thread, key in ours if thread.is_open and (thread.is_outdated or key not in keys))
    standing = [thread for thread, _ in ours if thread.is_open and thread not in outdated]
    made = {key for thread, key in ours if not thread.is_outdated}
    has_review = any(body.startswith(review_marker(pull.head_sha)) for body in own.bodies)
    fresh = [each for each in suggestions if each.key not in made] if writes and not has_review else []
    fresh = fresh[: max(0, MOST - len(standing))]
    return SuggestionDecision(
        before=(CloseThreads(outdated, resolve),) if outdated else (),
        review=_review(pull, fresh, context) if fresh else None,
        after=RememberSuggestions(pull.number, pull.head_sha, bool(fresh or standing)),
        standing=len(standing),
    )


def _review(pull: PullRequest, fresh: Sequence[Suggestion], context: RenderContext) -> NewReview:
    comments = tuple(LineComment(each.path, each.line, each.end_line, suggestion_text(each, context)) for each in fresh)
    return NewReview(pull.number, pull.head_sha, review_text(pull.head_sha, fresh, context), comments)
