"""Events on GitHub, in our words. An event is a hint: its subject is read from GitHub before anything is decided.

Events are stored as JSON with their tag, so a field may be added with a default and none may be renamed or removed
while jobs of an older release may still be waiting.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec


class RepositoryRef(msgspec.Struct, frozen=True):
    """A repository as the delivery named it."""

    id: int
    owner: str
    name: str
    default_branch: str = ""

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"


class _About(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    installation: int
    repository: RepositoryRef
    sender: str = ""


class BranchPushed(_About, frozen=True, kw_only=True):
    """A branch was created, moved or deleted by a push."""

    branch: str
    before: str
    """The commit before the push: zeros when the branch was created, empty when it is unknown."""
    after: str
    deleted: bool = False


class SuiteRequested(_About, frozen=True, kw_only=True):
    """GitHub asks for our checks on a pushed head, once for each commit.

    It comes beside the push and the pull request's event, and stands in for them where they are lost:
    https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_suite
    """

    branch: str
    head_sha: str
    before: str | None = None
    """The commit before the push: zeros when the branch was created, None when GitHub does not say."""

    def as_push(self) -> BranchPushed:
        """The push that it was requested for."""
        return BranchPushed(
            installation=self.installation,
            repository=self.repository,
            sender=self.sender,
            branch=self.branch,
            before=self.before or "",
            after=self.head_sha,
        )


class PullRequestChange(StrEnum):
    """What was done to a pull request."""

    OPENED = "opened"
    SYNCHRONIZED = "synchronize"
    REOPENED = "reopened"
    EDITED = "edited"
    READY = "ready_for_review"
    DRAFTED = "converted_to_draft"
    CLOSED = "closed"
    STACKED = "stacked"

    @property
    def comes_or_goes(self) -> bool:
        """Whether the change opens or closes the pull request."""
        return self in {PullRequestChange.OPENED, PullRequestChange.REOPENED, PullRequestChange.CLOSED}

    @property
    def moves_stack(self) -> bool:
        """Whether the pull requests that lie on this one may go to another branch from now on."""
        return self.comes_or_goes or self in {PullRequestChange.EDITED, PullRequestChange.STACKED}


class PullRequestChanged(_About, frozen=True, kw_only=True):
    """A pull request was opened, moved, retargeted, closed and so on."""

    number: int
    change: PullRequestChange
    head_sha: str
    head_branch: str
    head_repository: str | None
    """`owner/name`, None when the fork is gone."""
    base_branch: str
    base_sha: str
    stack_base: str | None = None
    """The branch that GitHub's own stack goes to, where the pull request is a layer of one."""
    pushed: bool = False
    """The event also stands for pushes to the head branch."""


class RerunRequested(_About, frozen=True, kw_only=True):
    """Somebody pressed "Re-run" on our check run, or on our check suite."""

    head_sha: str
    head_branch: str | None = None
    external_id: str | None = None
    check_run: int | None = None


class ButtonPressed(_About, frozen=True, kw_only=True):
    """Somebody pressed one of the buttons on our check run."""

    identifier: str
    head_sha: str
    head_branch: str | None = None
    external_id: str | None = None
    check_run: int | None = None


class Place(StrEnum):
    """Where a command was written."""

    COMMENT = "comment"
    REVIEW = "review"
    BODY = "body"
    BUTTON = "button"
    """A button of the check run, which stands for a command."""


class CommandPosted(_About, frozen=True, kw_only=True):
    """A new text with a line that may be a command. The job parses it, because only the job knows the prefix."""

    number: int
    on_pull_request: bool
    place: Place
    text: str
    """Bounded to GitHub's 65,536 characters."""
    comment: int | None
    """The comment's or review's id, None for the text of an issue or pull request."""
    node: str | None = None
    """The GraphQL id of the text, for reactions."""
    author: str = ""
    """Who wrote the issue or pull request; `sender` wrote the command."""
    written_at: str = ""
    """When GitHub took the text, in UTC (`2026-11-22T12:41:07Z`); empty where the delivery does not say."""
    run_head: str = ""
    """The head of the run whose button was pressed."""


class MergeGroupRequested(_About, frozen=True, kw_only=True):
    """The merge queue asks for checks on a group's commit."""

    head_sha: str
    head_ref: str
    base_sha: str
    base_ref: str


class MergeGroupDestroyed(_About, frozen=True, kw_only=True):
    """A merge group is gone."""

    head_sha: str
    reason: str | None = None


class InstallationChanged(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """The App was installed, removed, suspended or unsuspended."""

    installation: int
    action: str
    """`created`, `deleted`, `suspend`, `unsuspend` or `new_permissions_accepted`."""
    account: str
    repositories: tuple[RepositoryRef, ...] = ()
    sender: str = ""


class RepositoriesChanged(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Repositories were added to or removed from an installation."""

    installation: int
    account: str
    added: tuple[RepositoryRef, ...] = ()
    removed: tuple[RepositoryRef, ...] = ()
    sender: str = ""


class SweepDue(_About, frozen=True, kw_only=True):
    """Our own event: judge an open pull request again, because it may have no verdict or its base changed."""

    number: int | None = None
    """The pull request, None for all that are open."""
    reason: str = ""
    in_vain: int = 0
    """How many such jobs were given up before this one."""
    above: int = 0
    """How many layers of a stack above the pull request are judged again, too."""


RepositoryEvent = (
    BranchPushed
    | SuiteRequested
    | PullRequestChanged
    | RerunRequested
    | ButtonPressed
    | CommandPosted
    | MergeGroupRequested
    | MergeGroupDestroyed
    | SweepDue
)
"""The events of one repository."""

Event = RepositoryEvent | InstallationChanged | RepositoriesChanged


def combine(older: Event, newer: Event) -> Event:
    """Merge a newer event into the event of a waiting job, so that the work of both is done.

    Deliveries come in any order, and a head may come back, so nothing is made of which of two is the later: a job
    judges the head that is there. A pull request's event stays beside pushes to its head, and notes that some were.
    """
    match older, newer:
        case PullRequestChanged(), PullRequestChanged():
            change = max(newer.change, older.change, key=lambda c: (c.comes_or_goes, c.moves_stack))
            return msgspec.structs.replace(newer, change=change, pushed=older.pushed or newer.pushed)
        case (PullRequestChanged() as pull, (BranchPushed() | SuiteRequested()) as push) | (
            (BranchPushed() | SuiteRequested()) as push,
            PullRequestChanged() as pull,
        ):
            return msgspec.structs.replace(pull, pushed=pull.pushed or not _is_end(push))
        case SuiteRequested(), SuiteRequested() if older.head_sha == newer.head_sha:
            return newer
        case ((BranchPushed() | SuiteRequested()), (BranchPushed() | SuiteRequested())):
            return _one_push(_as_push(older), _as_push(newer))
        case SweepDue(), SweepDue():
            return msgspec.structs.replace(newer, above=max(older.above, newer.above))
        case _:
            return newer


def _is_end(event: BranchPushed | SuiteRequested) -> bool:
    return isinstance(event, BranchPushed) and event.deleted


def _as_push(event: BranchPushed | SuiteRequested) -> BranchPushed:
    return event.as_push() if isinstance(event, SuiteRequested) else event


def _one_push(older: BranchPushed, newer: BranchPushed) -> BranchPushed:
    """Merge two pushes to one branch. If neither starts where the other ended, their order is unknown."""
    if older.after == newer.before:
        return msgspec.structs.replace(newer, before=older.before)
    if newer.after == older.before:
        return msgspec.structs.replace(older, before=newer.before)
    if (older.before, older.after) == (newer.before, newer.after):
        return newer
    return msgspec.structs.replace(newer, before="")


class Stored(NamedTuple):
    """An event as a job keeps it."""

    name: str
    event: bytes


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """The event as it is stored."""
    return _encoder.encode(event)


def combine_stored(older: Stored, newer: Stored) -> Stored:
    """`combine` for stored events. If one of them cannot be decoded, the newer one counts."""
    try:
        event = combine(decode(older.event), decode(newer.event))
    except msgspec.DecodeError:
        return newer
    return Stored(type(event).__name__, encode(event))


def decode(stored: bytes) -> Event:
    """The stored event. Raises `msgspec.DecodeError` for what `encode` did not write."""
    return _decoder.decode(stored)
