"""What the core's shell needs from the outside, in the domain's words; each method says what it promises."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.change import ChangedFile, OtherHead
    from bot.core.config import Role
    from bot.core.effects import CheckRun, Reaction
    from bot.core.events import RepositoryRef
    from bot.core.facts import Answer, Comment, Comparison, Issue, Question, Run
    from bot.core.stored import (
        CommentKind,
        Installation,
        Offer,
        SeenRepository,
        StoredBlob,
        StoredComment,
        StoredReport,
        Waiver,
    )
    from bot.core.writing import NewCommit, NewPullRequest, PullRequestOf


class Clock(Protocol):
    """All time goes through here, so that a test can turn it."""

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        ...


@dataclass(frozen=True, slots=True)
class NewJob:
    """An accepted delivery on its way to the disk.

    `serial` is the repository whose jobs never run at once; `coalesce` names what a waiting twin would do as well
    (repository, head repository and head ref for evaluations; None for commands, buttons and installation events).
    """

    delivery: str
    """GitHub's delivery id, the dedupe key; our own jobs make one up (`sweep:<...>`)."""
    name: str
    """The event's class name, for lists and logs."""
    event: bytes
    """`bot.core.events.encode`."""
    serial: str
    coalesce: str | None = None
    not_before: float = 0.0
    """Seconds since the epoch (UTC)."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class LeasedJob:
    """A job in this worker's hands until it is finished, retried, buried, or its holder dies."""

    id: int
    delivery: str
    name: str
    event: bytes
    serial: str
    attempts: int
    """This try included: 1 on the first."""
    accepted_at: float
    """When the first delivery that this job stands for was accepted, seconds since the epoch (UTC)."""
    holder: str = ""
    """Who holds the lease."""
    crashes: int = 0
    """How many holders died with it."""


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as lists show it."""

    id: int
    delivery: str
    name: str
    serial: str
    state: JobState
    attempts: int
    accepted_at: float
    not_before: float
    error: str | None
    event: bytes


class Queue(Protocol):
    """Never loses an accepted delivery, never runs two jobs of one serial key at once.

    Every method that writes raises `StorageError` when the disk does not take it; nothing has happened then.
    """

    def put(self, job: NewJob) -> bool:
        """The job is on disk when this returns. False when this delivery was already accepted and is not dead.

        A waiting job with the same coalesce key takes this one in: the newer event (`core.events.combine`), the
        earlier `not_before`, the first `accepted_at`. A running job takes nothing in. The redelivery of a dead letter
        brings it back to life, as `replay` does.
        """
        ...

    def lease(self, holder: str) -> LeasedJob | None:
        """The oldest job that is due and whose serial key is free, or None. A dead holder's jobs are due again.

        `holder` names one living process; its leases end with it, however it dies. A job that was in the hands of
        several holders when they died steps back for a while, so that others have their turn first.
        """
        ...

    def done(self, job: LeasedJob) -> None:
        """The job has had its effects. This and the next three do nothing when the lease is no longer the caller's."""
        ...

    def retry(self, job: LeasedJob, not_before: float, error: str, *, held: bool = False) -> None:
        """Try again not before that time; meanwhile it blocks no other job of its serial key.

        A try that was only `held` back by a limit of GitHub's does not count.

        A twin that came while it ran is taken in, as `put` does.
        """
        ...

    def bury(self, job: LeasedJob, error: str) -> None:
        """No more tries: a dead letter, kept, listed and replayable."""
        ...

    def release(self, job: LeasedJob) -> None:
        """Give the lease back unused: the try does not count."""
        ...

    def records(self, state: JobState | None = None, limit: int = 100) -> Sequence[JobRecord]:
        """Jobs, newest first."""
        ...

    def find(self, delivery: str) -> JobRecord | None:
        """The job that stands for a delivery, also when it was coalesced into another."""
        ...

    def replay(self, delivery: str) -> bool:
        """A dead letter waits again, attempts at zero. False when there is no such dead letter."""
        ...

    def counts(self) -> dict[JobState, int]:
        """How many jobs are in each state."""
        ...

    def oldest(self) -> float | None:
        """When the oldest job that waits or runs was accepted, None when there is none."""
        ...

    def prune(self, done_before: float, dead_before: float) -> int:
        """Forget jobs that ended before these times, and their delivery ids; how many jobs that were.

        A delivery that is forgotten would be accepted again, so keep done jobs longer than GitHub redelivers
        (3 days, 7 on GitHub Enterprise Server).
        """
        ...

    def wait(self, seconds: float) -> None:
        """Return when a job may have become due, when `wake` is called, or after that many seconds."""
        ...

    def wake(self) -> None:
        """End the waiting of every worker on this queue."""
        ...

    def check(self) -> None:
        """The queue takes deliveries: a real write. Raises `StorageError`."""
        ...

    def close(self) -> None:
        """End all leases of this process and let go of the files."""
        ...


class Store(Protocol):
    """What must outlive a job. A correct verdict needs nothing from it but the last good configuration and waivers.

    Everything belongs to an installation or a repository and goes when that is forgotten. Times are seconds since the
    epoch (UTC). Every method that writes has written when it returns, or raises `StorageError`.
    """

    def installation(self, installation: int) -> Installation | None:
        """The App on an account, None when it was never seen or is forgotten."""
        ...

    def installations(self) -> Sequence[Installation]:
        """All of them, by id."""
        ...

    def keep_installation(self, installation: Installation) -> None:
        """Add or replace it."""
        ...

    def forget_installation(self, installation: int) -> None:
        """Delete it and everything of its repositories."""
        ...

    def repository(self, repository: int) -> SeenRepository | None:
        """A repository as it was last seen."""
        ...

    def see_repository(self, seen: SeenRepository) -> SeenRepository:
        """Add it, or take over its new name, owner and installation; `first_seen` and `governed` stay as they were."""
        ...

    def set_governed(self, repository: int, governed: bool) -> None:
        """Remember whether it is governed."""
        ...

    def governed_repositories(self) -> Sequence[SeenRepository]:
        """What a sweep has to look at: governed repositories of installations that are not suspended, by id."""
        ...

    def forget_repository(self, repository: int) -> None:
        """Delete it and everything of it."""
        ...

    def configuration(self, installation: int, repository: int | None) -> StoredBlob | None:
        """The last good configuration of a repository, or of the owner's layer where `repository` is None."""
        ...

    def keep_configuration(self, installation: int, repository: int | None, blob: StoredBlob) -> None:
        """This one was good."""
        ...

    def remembered(self, repository: int, key: str) -> str | None:
        """A hint that saves a read (where the template lies, say). It may be gone or stale at any time."""
        ...

    def remember(self, repository: int, key: str, hint: str) -> None:
        """Keep a hint."""
        ...

    def report(self, repository: int, head_sha: str) -> StoredReport | None:
        """The last report on a head."""
        ...

    def keep_report(self, repository: int, head_sha: str, report: StoredReport) -> None:
        """Keep the last report on a head."""
        ...

    def comment(self, repository: int, number: int, kind: CommentKind) -> StoredComment | None:
        """Our comment on an issue or pull request."""
        ...

    def keep_comment(self, repository: int, number: int, kind: CommentKind, comment: StoredComment) -> None:
        """Add or replace it."""
        ...

    def forget_comment(self, repository: int, number: int, kind: CommentKind) -> None:
        """It is gone on GitHub."""
        ...

    def offer_number(self, repository: int, offer: Offer, now: float) -> str | None:
        """Keep a feature number for an issue: one issue, one number. The number that the issue now holds.

        That is the number it held already, if it did (kept for as long anew); None when another issue holds this one.
        """
        ...

    def offered_numbers(self, repository: int, root: str, now: float) -> Mapping[str, int]:
        """Numbers that are kept for an issue, with the issue."""
        ...

    def add_waiver(self, waiver: Waiver) -> None:
        """Add it, or replace the one for the same rule, finding and folder."""
        ...

    def waivers(self, repository: int) -> Sequence[Waiver]:
        """A repository's waivers, oldest first."""
        ...

    def remove_waiver(self, waiver: Waiver) -> None:
        """It has ended."""
        ...

    def cursor(self, name: str) -> str | None:
        """Where a reader of GitHub's lists stopped."""
        ...

    def set_cursor(self, name: str, position: str) -> None:
        """Go on from here next time."""
        ...

    def count_use(self, repository: int, user: str, now: float, seconds: float) -> int:
        """Note that a user did something that is paced; how often in the last so many seconds, this time included.

        The same moment counts once, so that a job that is tried again is not counted again.
        """
        ...

    def count_redelivery(self, delivery: str, now: float) -> int:
        """Note that a delivery is asked for again; how often that was, this time included."""
        ...

    def prune(self, before: float) -> None:
        """Forget reports, uses, redeliveries and offers that are older than that."""
        ...


class Leader(Protocol):
    """Which of several processes does what need be done by one of them only."""

    def leads(self) -> bool:
        """Whether it is this one; it stays so until this process ends or closes, or cannot be sure of it any more.

        Raises `StorageError` when that cannot be asked.
        """
        ...

    def close(self) -> None:
        """Let another one lead."""
        ...


class Forge(Protocol):
    """One repository on GitHub, seen and written with the rights of one installation.

    Every method raises `ForgeError` when GitHub did not do what was asked and may do it later, and `RepositoryGone`
    when there is nothing any more to ask it of. None of them sleeps or tries again by itself, but for a token that
    GitHub no longer takes, which is renewed once.
    """

    def read(self, question: Question) -> Answer:
        """One GraphQL read, and one more for every further hundred changed files; blobs that were cut are completed."""
        ...

    def compare(self, base: str, head: str) -> Comparison:
        """A head commit against a base commit or branch. Raises `HeadGone` when either is not there."""
        ...

    def changed_files(self, number: int) -> tuple[ChangedFile, ...]:
        """A pull request's changed files with where moved ones came from, which `read` cannot say; up to 3,000."""
        ...

    def issue(self, number: int) -> Issue:
        """An issue or pull request as it was written."""
        ...

    def role(self, login: str) -> Role:
        """What somebody may do here now, by GitHub's permission booleans; `anyone` for who has no role."""
        ...

    def branches(self) -> tuple[str, ...]:
        """The names of the branches, at most a thousand."""
        ...

    def open_pull_requests(self, base: str | None) -> tuple[int, ...]:
        """The numbers of all open pull requests, or of those to a base."""
        ...

    def open_heads(self, root: str) -> tuple[OtherHead, ...]:
        """The branches of the open pull requests, forks' too, with all that stands directly below a specs root there.

        At most five hundred, the latest first.
        """
        ...

    def commit_files(self, wanted: NewCommit) -> str:
        """Write a commit and move the branch to it, or begin the branch with it; the commit's id.

        Raises `BranchMoved` when the branch is not where it was read, and `WriteRefused` when the branch's own rules
        forbid it. A commit that no branch was moved to is seen by nobody, and GitHub forgets it.
        """
        ...

    def pull_requests_of(self, branch: str) -> tuple[PullRequestOf, ...]:
        """The pull requests from a branch of this repository, open or not, the latest first."""
        ...

    def open_pull_request(self, wanted: NewPullRequest) -> int:
        """Open a draft pull request; its number. Not idempotent by itself: see `pull_requests_of`.

        Raises `WriteRefused` when the branch holds nothing that the base has not.
        """
        ...

    def publish(self, run: CheckRun) -> Run:
        """Write a completed check run. Not idempotent by itself: `read` says whether one is there.

        Raises `HeadGone` when the commit is not there.
        """
        ...

    def comment(self, number: int, body: str) -> Comment:
        """Write a comment on an issue or pull request. Not idempotent by itself: see `find_comment`."""
        ...

    def find_comment(self, number: int, marker: str) -> Comment | None:
        """Our oldest comment on an issue or pull request whose body starts with the marker."""
        ...

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Replace the body. Raises `CommentGone` when somebody deleted the comment."""
        ...

    def show_comment(self, comment: Comment, *, minimized: bool) -> None:
        """Fold the comment away as resolved, or unfold it."""
        ...

    def react(self, node: str, reaction: Reaction) -> frozenset[Reaction]:
        """React to what a person wrote; doing it twice changes nothing. `node` is a GraphQL id.

        Answers with all of our reactions that stand on it now, as far as they are of those that we use. Raises
        `CommentGone` when it was deleted.
        """
        ...


class Forges(Protocol):
    """Opens repositories."""

    def room(self, installation: int, delivery: str) -> float | None:
        """None when a job may be begun; else when to come back with it, in seconds since the epoch (UTC).

        That is while GitHub takes nothing from the installation, and after a burst of its check runs.
        """
        ...

    def open(self, installation: int, repository: RepositoryRef, rights: Mapping[str, str]) -> Forge:
        """The repository with a token that is good for it alone and for nothing but these rights (`checks: write`)."""
        ...

    def granted(self, installation: int) -> Mapping[str, str]:
        """The permissions that the account has granted to the App by now, asked of GitHub: `contents` to `write`."""
        ...

    def open_owners(self, installation: int, owner: str) -> Forge:
        """The owner's `.github` repository, with a token of its own that may do nothing but read it.

        Reading it raises `RepositoryGone` where the App is not installed on it, which is as good as no such repository.
        """
        ...
