"""What to do on GitHub, as values. Every effect is an upsert: applying it twice is the same as applying it once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.events import Event
    from bot.core.facts import Comment
    from bot.core.findings import Conclusion

CHECK_NAME = "plangate"
"""The required check's key, so it never changes."""

MAX_ANNOTATIONS = 50
"""Per request, says https://docs.github.com/rest/checks/runs; an update would only add to them."""


class AnnotationLevel(StrEnum):
    """GitHub's words for how hard an annotation is."""

    NOTICE = "notice"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note on lines of the judged commit. Columns are sent only where the note stays on one line."""

    path: str
    start_line: int
    end_line: int
    level: AnnotationLevel
    title: str
    message: str
    start_column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A button on the check run: label at most 20 characters, description 40, identifier 20."""

    label: str
    description: str
    identifier: str


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A completed check run as it is to be written."""

    head_sha: str
    external_id: str
    conclusion: Conclusion
    title: str
    summary: str
    text: str | None = None
    annotations: tuple[Annotation, ...] = ()
    buttons: tuple[Button, ...] = ()
    details_url: str | None = None
    name: str = CHECK_NAME


class Reaction(StrEnum):
    """How a command is answered on its own comment, in GraphQL's words."""

    SEEN = "EYES"
    DONE = "ROCKET"
    MISTAKEN = "CONFUSED"
    DENIED = "THUMBS_DOWN"


@dataclass(frozen=True, slots=True)
class PublishRun:
    """Write the run. One that is `asked` for is written even if an equal one is there: a re-run is always answered."""

    run: CheckRun
    asked: bool = False


@dataclass(frozen=True, slots=True)
class WriteComment:
    """Bring the one comment with that marker to that body; `known` is the comment as it was read."""

    number: int
    marker: str
    body: str
    known: Comment | None
    minimized: bool = False


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


Effect = PublishRun | WriteComment | React | Enqueue
