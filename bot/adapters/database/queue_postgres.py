"""The shared queue: a table of jobs in PostgreSQL, for web processes and workers on any number of hosts.

`job_rows` has the rules, `leases` assigns jobs to workers. This table is the only source of truth. Its unique indexes
enforce the rules of the serial key and the coalescing key as well.
"""

from __future__ import annotations

import math
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.adapters.database import job_rows
from bot.adapters.database.listener import Listener
from bot.core.forge.ports import Clock, JobRecord, JobState, LeasedJob, NewJob, Queue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from bot.adapters.database.leases import Leases
    from bot.adapters.database.postgres import PostgresDatabase, Session

_PATIENCE = 8.0
"""Seconds that a delivery may wait for the database; GitHub hangs up after 10."""
_PUT_NEW = """
    WITH known AS (SELECT 1 FROM deliveries WHERE delivery = ?),
    twin AS (SELECT 1 FROM jobs WHERE twin = ? AND state = 'waiting'),
    job AS (
        INSERT INTO jobs (delivery, name, event, serial, twin, state, accepted_at, not_before)
        SELECT ?, ?, ?, ?, ?, 'waiting', ?, ? WHERE NOT EXISTS (SELECT 1 FROM known) AND NOT EXISTS (SELECT 1 FROM twin)
        RETURNING delivery, id
    )
    INSERT INTO deliveries (delivery, job) SELECT delivery, id FROM job
"""
"""One round trip for the usual case: a new delivery, and no waiting job with its coalescing key."""


class PostgresQueue(Queue):
    """`core.forge.ports.Queue` on a migrated database, for one worker process with any number of threads."""

    def __init__(self, database: PostgresDatabase, clock: Clock, on_lost: Callable[[], None] | None = None) -> None:
        """`on_lost` must end all work in hand before it returns, because other workers may take over the jobs."""
        self._database = database
        self._clock = clock
        self._on_lost = on_lost
        self._leases: Leases | None = None
        self._listener = Listener(database.address, database.place)
        self._one_lease = threading.Lock()
        self._probed_at = -math.inf
        """When the last probe of full size succeeded, in monotonic seconds."""

    @override
    def put(self, job: NewJob) -> bool:
        now = self._clock.now()
        return self._database.write(
            lambda session: _put(session, job, now),
            serials=(job.serial, f"delivery {job.delivery}"),
            patience=_PATIENCE,
        )

    @override
    def submit(self, job: NewJob) -> Future[bool]:
        now = self._clock.now()
        serials = (job.serial, f"delivery {job.delivery}")
        return self._database.submit(lambda session: _put(session, job, now), serials=serials)

    @override
    def lease(self, holder: str) -> LeasedJob | None:
        with self._one_lease:
            if self._leases is None:
                from bot.adapters.database.leases import Leases  # noqa: PLC0415  with its engine, not for the web process

                self._leases = Leases(self._database, self._on_lost)
            self._listener.listen()
            return self._leases.take(holder, self._clock.now())

    @override
    def done(self, job: LeasedJob) -> None:
        now = self._clock.now()
        self._end(job, lambda session: job_rows.end(session, job, JobState.DONE, None, now))

    @override
    def bury(self, job: LeasedJob, error: str) -> None:
        now = self._clock.now()
        self._end(job, lambda session: job_rows.end(session, job, JobState.DEAD, error, now))

    @override
    def retry(self, job: LeasedJob, not_before: float, error: str, *, uncounted: bool = False) -> None:
        self._end(job, lambda session: job_rows.retry(session, job, not_before, error, uncounted=uncounted))

    @override
    def release(self, job: LeasedJob) -> None:
        def change(session: Session) -> None:
            job_rows.release(session, job)
            session.ring()

        self._end(job, change)

    def _end(self, job: LeasedJob, change: Callable[[Session], None]) -> None:
        leases = self._leases
        turn = None if leases is None else leases.turn(job)
        self._database.write(change, serials=(job.serial,))
        if leases is not None and turn is not None:
            leases.over(job, turn)

    @override
    def records(self, state: JobState | None = None, limit: int = 100) -> Sequence[JobRecord]:
        return self._database.read(lambda session: job_rows.records(session, state, limit))

    @override
    def find(self, delivery: str) -> JobRecord | None:
        return self._database.read(lambda session: job_rows.find(session, delivery))

    @override
    def replay(self, delivery: str) -> bool:
        record = self.find(delivery)
        if record is None:
            return False

        def change(session: Session) -> bool:
            replayed = job_rows.replay(session, delivery)
            if replayed:
                session.ring()
            return replayed

        return self._database.write(change, serials=(record.serial,))

    @override
    def workers(self) -> int:
        row = self._database.read(lambda session: session.execute("SELECT count(*) FROM holders").fetchone())
        return max(1, int(row[0]))

    @override
    def counts(self) -> dict[JobState, int]:
        return self._database.read(job_rows.counts)

    @override
    def oldest(self) -> float | None:
        now = self._clock.now()
        return self._database.read(lambda connection: job_rows.oldest(connection, now))

    @override
    def prune(self, done_before: float, dead_before: float) -> int:
        # Alone, because a redelivery could otherwise revive a dead letter while it is deleted.
        return self._database.write(lambda session: job_rows.prune(session, done_before, dead_before), alone=True)

    @override
    def wait(self, seconds: float) -> None:
        now = self._clock.now()
        due = self._database.read(lambda session: job_rows.next_due(session, now))
        if due is not None:
            seconds = min(seconds, due - now)
        self._listener.wait(max(seconds, 0.0))

    @override
    def wake(self) -> None:
        self._listener.ring()
        self._database.ring()

    @override
    def check(self) -> None:
        now = time.monotonic()
        sizes = (job_rows.LARGEST_EVENT, 0) if now - self._probed_at >= job_rows.PROBE_EVERY else (0,)
        for size in sizes:
            self._database.write(partial(job_rows.probe, size=size), patience=_PATIENCE)
        self._probed_at = now if len(sizes) > 1 else self._probed_at

    @override
    def close(self) -> None:
        if self._leases is not None:
            self._leases.close()
        self._database.close()
        self._listener.close()


def _put(session: Session, job: NewJob, now: float) -> bool:
    fresh = (job.delivery, job.name, job.event, job.serial, job.coalesce, now, job.not_before)
    accepted = session.execute(_PUT_NEW, (job.delivery, job.coalesce, *fresh)).rowcount == 1
    if not accepted:
        recorded = job_rows.known_job(session, job.delivery)
        if recorded is not None and recorded[2] != job.serial:
            session.lock([recorded[2]])
        accepted = job_rows.put(session, job, now)
    if accepted:
        session.ring()
    return accepted
