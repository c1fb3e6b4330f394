"""What a check run shows: the part of the effects that the desk needs, too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NAME = "plangate"
"""The check run's name. Branch protection knows it, so it never changes."""


class Conclusion(StrEnum):
    """A check run's conclusion, in GitHub's words."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    ACTION_REQUIRED = "action_required"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation in GitHub's own fields. Lines and columns are 1-based; columns only within one line."""

    path: str
    start_line: int
    end_line: int
    annotation_level: str
    title: str
    message: str
    start_column: int | None = None
    end_column: int | None = None
    raw_details: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A button: label at most 20 characters, description 40, identifier 20."""

    label: str
    description: str
    identifier: str


@dataclass(frozen=True, slots=True)
class CheckRunOutput:
    """The output of a check run, in GitHub's own fields."""

    title: str
    summary: str
    text: str | None
    annotations: tuple[Annotation, ...]
    actions: tuple[Action, ...]
    conclusion: Conclusion
    name: str = NAME
