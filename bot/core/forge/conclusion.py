"""What a check run concludes. Apart from the effects, which the desk needs not."""

from __future__ import annotations

from enum import StrEnum


class Conclusion(StrEnum):
    """A check run's conclusion, in GitHub's words."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    ACTION_REQUIRED = "action_required"
