"""The jobs, and the contract of the queue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    """`bot.core.forge.events.encode`."""
    serial: str
    coalesce: str | None = None
    not_before: float = 0.0
    """Seconds since the epoch (UTC)."""


class JobState(StrEnum):
    """The state of a job."""

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
        """A repository's oldest job that is due, while its serial key is free; None where there is no such repository.

        Repositories have their turn in about the order in which they came to have work. A dead holder's jobs are due
        again.

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

    def workers(self) -> int:
        """How many processes lease jobs here, by what is known now; at least 1."""
        ...

    def counts(self) -> dict[JobState, int]:
        """How many jobs are in each state."""
        ...

    def oldest(self) -> float | None:
        """When the oldest job that waits or runs was accepted, None when there is none.

        One that is put for later counts when it is due, and since then; one that was tried in vain counts all the time.
        """
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


class Leader(Protocol):
    """Elects one of several processes for work that only one may do."""

    def leads(self) -> bool:
        """Whether it is this one; it stays so until this process ends or closes, or cannot be sure of it any more.

        Raises `StorageError` when that cannot be asked.
        """
        ...

    def close(self) -> None:
        """Let another one lead."""
        ...
