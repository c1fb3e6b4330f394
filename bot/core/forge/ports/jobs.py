"""The jobs, and the contract of the queue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future


@dataclass(frozen=True, slots=True)
class NewJob:
    """An accepted delivery to be stored.

    `serial` is the repository, whose jobs never run at once. `coalesce` is the key under which waiting jobs merge
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
    """A job that a worker holds until it is done, retried or buried, or until the worker dies."""

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
    """A job as lists display it."""

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
    """Never loses an accepted delivery, and never runs two jobs of one serial key at once.

    Every writing method raises `StorageError` if the disk does not take the write; then nothing has changed.
    """

    def put(self, job: NewJob) -> bool:
        """Store the job before returning. False if this delivery was accepted before and is no dead letter.

        A waiting job with the same coalescing key takes the new one in: it gets the newer event
        (`core.events.combine`), the earlier `not_before` and the first `accepted_at`. A running job takes
        nothing in. A redelivered dead letter waits again, as after `replay`.
        """
        ...

    def submit(self, job: NewJob) -> Future[bool]:
        """Like `put`, without waiting: the result, or the `StorageError`, comes when the job is stored."""
        ...

    def lease(self, holder: str) -> LeasedJob | None:
        """Lease the oldest due job of a repository whose serial key is free; None if there is no such repository.

        Repositories take turns, roughly in the order in which they got work. The jobs of a dead holder are due
        again.

        `holder` names one living process, and its leases end when it dies. A job whose holders died several
        times waits for a while, so that other jobs come first.
        """
        ...

    def done(self, job: LeasedJob) -> None:
        """Mark the job as done. This method and the next three do nothing if the caller lost the lease."""
        ...

    def retry(self, job: LeasedJob, not_before: float, error: str, *, uncounted: bool = False) -> None:
        """Retry the job at that time or later. Until then it blocks no other job of its serial key.

        An `uncounted` attempt does not count: the job did not fail. A job with the same coalescing key that arrived
        meanwhile is merged with it, as in `put`.
        """
        ...

    def bury(self, job: LeasedJob, error: str) -> None:
        """Make the job a dead letter: it is not retried, but stored, listed and replayable."""
        ...

    def release(self, job: LeasedJob) -> None:
        """Return the lease unused. The attempt does not count."""
        ...

    def records(self, state: JobState | None = None, limit: int = 100) -> Sequence[JobRecord]:
        """Jobs, newest first."""
        ...

    def find(self, delivery: str) -> JobRecord | None:
        """The job for a delivery, even if the delivery was coalesced into another job."""
        ...

    def replay(self, delivery: str) -> bool:
        """Let a dead letter wait again with no attempts counted. False if there is no such dead letter."""
        ...

    def workers(self) -> int:
        """The number of processes that lease jobs, as far as it is known; at least 1."""
        ...

    def counts(self) -> dict[JobState, int]:
        """How many jobs are in each state."""
        ...

    def oldest(self) -> float | None:
        """When the oldest waiting or running job was accepted; None if there is none.

        A postponed job counts from its due time. A job with failed attempts counts from its acceptance.
        """
        ...

    def prune(self, done_before: float, dead_before: float) -> int:
        """Delete jobs that ended before these times, with their delivery ids. Returns their number.

        A deleted delivery would be accepted again, so keep done jobs longer than GitHub redelivers (3 days, 7
        on GitHub Enterprise Server).
        """
        ...

    def wait(self, seconds: float) -> None:
        """Return when a job may be due, when `wake` is called, or after that many seconds."""
        ...

    def wake(self) -> None:
        """Wake every worker that waits on this queue."""
        ...

    def check(self) -> None:
        """Check with a real write that the queue takes deliveries. Raises `StorageError`."""
        ...

    def close(self) -> None:
        """End all leases of this process and close the files."""
        ...


class Leader(Protocol):
    """Elects one of several processes for work that only one may do."""

    def leads(self) -> bool:
        """Whether this process leads. It leads until it ends, closes, or loses its certainty.

        Raises `StorageError` if the answer is unknown.
        """
        ...

    def close(self) -> None:
        """Give up the lead."""
        ...
