"""What the core's shell needs from the outside, in the domain's words; each method says what it promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


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
    """Never loses an accepted delivery, never runs two jobs of one serial key at once."""

    def put(self, job: NewJob) -> bool:
        """The job is on disk when this returns. False when this delivery was already accepted.

        A waiting job with the same coalesce key takes this one in: the newer event, the earlier `not_before`, the
        first `accepted_at`.
        """
        ...

    def lease(self, holder: str) -> LeasedJob | None:
        """The next job that is due and whose serial key is free, or None. A dead holder's jobs are due again."""
        ...

    def done(self, job: LeasedJob) -> None:
        """The job has had its effects."""
        ...

    def retry(self, job: LeasedJob, not_before: float, error: str) -> None:
        """Try again not before that time; meanwhile it blocks no other job of its serial key."""
        ...

    def bury(self, job: LeasedJob, error: str) -> None:
        """No more tries: a dead letter, kept, listed and replayable."""
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


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A document kept for later: the last good configuration, say."""

    sha: str
    text: str
    stored_at: float


class Store(Protocol):
    """What must outlive a job. A correct verdict needs nothing from it but the last good configuration and waivers."""
