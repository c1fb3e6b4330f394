"""What to do on GitHub, as values. Every effect is an upsert: applying it twice is the same as applying it once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.forge.check_run_output import NAME, Action, Annotation, CheckRunOutput, Conclusion
from bot.core.forge.stored import CommentKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.forge.board import BoardRow
    from bot.core.forge.events import Event
    from bot.core.forge.facts import Comment, Reaction, ReviewThread, Run
    from bot.core.forge.stored import Offer, StoredReport, Waiver
    from bot.core.forge.verdict_page import VerdictPage
    from bot.core.forge.writing import NewCommit, NewPullRequest, NewReview

__all__ = [
    "NAME",
    "Action",
    "AddWaiver",
    "Annotation",
    "CheckRun",
    "CheckRunOutput",
    "CloseOnBoard",
    "CloseThreads",
    "Conclusion",
    "CountUse",
    "Effect",
    "Enqueue",
    "HideComment",
    "PublishRun",
    "React",
    "RememberSuggestions",
    "ReserveNumber",
    "SetGoverned",
    "ShowOnBoard",
    "WriteComment",
    "WriteFiles",
    "WriteReview",
    "Written",
]


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A completed check run to write on a commit."""

    head_sha: str
    external_id: str
    output: CheckRunOutput
    details_url: str | None = None


@dataclass(frozen=True, slots=True)
class PublishRun:
    """Write a check run. `latest` is our latest run on that commit as it was read."""

    run: CheckRun
    latest: Run | None = None
    report: StoredReport | None = None
    """The report behind the run, kept once the run is written; its run and its time are filled in then."""
    page: VerdictPage | None = None
    """The verdict's page, where it is to have one."""
    pull_requests: tuple[int, ...] = ()
    """The pull requests whose head it is: people read the run there."""


@dataclass(frozen=True, slots=True)
class ShowOnBoard:
    """Show the verdict of an open pull request or branch on the repository's board."""

    row: BoardRow


@dataclass(frozen=True, slots=True)
class CloseOnBoard:
    """Show a pull request or branch on the repository's board as closed."""

    place: str
    """`#12`, or the name of a branch."""


@dataclass(frozen=True, slots=True)
class SetGoverned:
    """Remember whether the repository is governed."""

    governed: bool


@dataclass(frozen=True, slots=True)
class WriteComment:
    """Write our comment, or edit `existing`, the one that was read."""

    number: int
    body: str
    mark: str
    """A short mark of the text, stored to tell later whether the text changed."""
    existing: Comment | None = None
    minimized: bool = False
    kind: CommentKind | None = CommentKind.STICKY
    """Which of our comments is remembered as this one, None where nothing has to be remembered."""


@dataclass(frozen=True, slots=True)
class HideComment:
    """Hide an older answer of ours as outdated, because a newer one follows."""

    comment: Comment


@dataclass(frozen=True, slots=True)
class React:
    """React to the text that held a command. `node` is its GraphQL id."""

    node: str
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class WriteReview:
    """Write a review. It is decided from the reviews that were read, so a repeated job does not write it again."""

    review: NewReview
    then: Callable[[bool], Sequence[Effect]] = field(default=lambda _: (), compare=False)
    """The effects that follow, decided from whether GitHub took the review. It may refuse one for good."""


@dataclass(frozen=True, slots=True)
class CloseThreads:
    """Resolve review threads of ours, or hide their comments where the App may not resolve them."""

    threads: tuple[ReviewThread, ...]
    resolve: bool


@dataclass(frozen=True, slots=True)
class RememberSuggestions:
    """Remember that a pull request's head has its suggestions, and whether some of ours are open."""

    number: int
    head_sha: str
    are_open: bool


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Queue a job of our own. The queue accepts each `delivery` once."""

    delivery: str
    event: Event
    delay: float = 0.0
    """Seconds from now."""


@dataclass(frozen=True, slots=True)
class ReserveNumber:
    """Reserve a feature number for an issue."""

    offer: Offer
    now: float
    """When the number was asked for, seconds since the epoch (UTC)."""


@dataclass(frozen=True, slots=True)
class AddWaiver:
    """Let a finding pass from now on."""

    waiver: Waiver


@dataclass(frozen=True, slots=True)
class CountUse:
    """Count one use of a command that is limited for people without a role."""

    user: str
    """What is counted and for whom: `drafts:ada`."""
    now: float
    """Seconds since the epoch (UTC); the same moment counts once."""


@dataclass(frozen=True, slots=True)
class Written:
    """The result of a `WriteFiles`."""

    commit: str = ""
    """The id of the commit, empty where none was to be written."""
    pull_request: int = 0
    """The number of the pull request, 0 where none was to be opened."""
    refused: bool = False
    """GitHub's own rules for the branch forbid the write."""


@dataclass(frozen=True, slots=True)
class WriteFiles:
    """Write a commit, then open a pull request, each where one is given."""

    commit: NewCommit | None
    pull_request: NewPullRequest | None
    then: Callable[[Written], Sequence[Effect]] = field(compare=False)
    """The effects that follow. They name the commit and the pull request, so they are decided from what was written."""


Effect = (
    PublishRun
    | SetGoverned
    | WriteComment
    | HideComment
    | WriteReview
    | CloseThreads
    | RememberSuggestions
    | React
    | Enqueue
    | ReserveNumber
    | AddWaiver
    | ShowOnBoard
    | CloseOnBoard
    | CountUse
    | WriteFiles
)
