"""What to do on GitHub, as values. Every effect is an upsert: applying it twice is the same as applying it once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.forge.stored import CommentKind

if TYPE_CHECKING:
    from bot.core.forge.events import Event
    from bot.core.forge.facts import Comment, Run


NAME = "plangate"
"""The check run's name. Branch protection knows it, so it never changes."""


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
    """What is posted, in GitHub's words."""

    title: str
    summary: str
    text: str | None
    annotations: tuple[Annotation, ...]
    actions: tuple[Action, ...]
    conclusion: Conclusion
    name: str = NAME


class Conclusion(StrEnum):
    """A check run's conclusion, in GitHub's words."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"
    ACTION_REQUIRED = "action_required"


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A completed check run as it is to be written on a commit."""

    head_sha: str
    external_id: str
    output: CheckRunOutput
    details_url: str | None = None


class Reaction(StrEnum):
    """How a command is answered on its own comment, in GraphQL's words."""

    SEEN = "EYES"
    DONE = "ROCKET"
    MISTAKEN = "CONFUSED"
    DENIED = "THUMBS_DOWN"


@dataclass(frozen=True, slots=True)
class PublishRun:
    """Write the run. `latest` is our latest one on that commit as it was read."""

    run: CheckRun
    latest: Run | None = None


@dataclass(frozen=True, slots=True)
class WriteComment:
    """Bring our one comment to that body; `known` is the comment as it was read."""

    number: int
    body: str
    mark: str
    """What it says, as a mark that is remembered."""
    known: Comment | None = None
    minimized: bool = False
    kind: CommentKind = CommentKind.STICKY


@dataclass(frozen=True, slots=True)
class React:
    """React to the text that held a command. `node` is its GraphQL id."""

    node: str
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Put a job of our own on the queue. `delivery` names it, so that the same one is never put twice."""

    delivery: str
    event: Event
    delay: float = 0.0
    """Seconds from now."""


Effect = PublishRun | WriteComment | React | Enqueue
