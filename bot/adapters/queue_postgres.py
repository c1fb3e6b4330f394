"""The shared queue: the same table of jobs in PostgreSQL, for web processes and workers on any number of hosts.

The rules are those of `job_rows`; here is what several hosts add: turns by serial key, holders that prove by counting
that they live, and wakes over the network. The unique indexes hold the two keys' rules as well.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.adapters import heartbeat, job_rows
from bot.adapters.heartbeat import Pulse, Watcher
from bot.adapters.listener import Listener
from bot.core.errors import StorageError
from bot.core.ports import Clock, JobRecord, JobState, LeasedJob, NewJob, Queue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.adapters.postgres import PostgresDatabase, Session

_PATIENCE = 8.0
"""Seconds that a delivery may wait for the database: GitHub hangs up after 10."""
_LOOK_AT_OTHERS = 1.0
"""Seconds between two looks at the other holders' counts."""
_CANDIDATES = 8
"""Serial keys that a lease tries, oldest first, while others change their jobs."""
_DUE = """
    SELECT serial FROM jobs
    WHERE state = 'waiting' AND not_before <= ?
      AND NOT EXISTS (SELECT 1 FROM jobs AS busy WHERE busy.state = 'running' AND busy.serial = jobs.serial)
"""
_ORPHANS = """
    SELECT id, serial, crashes FROM jobs
    WHERE state = 'running' AND NOT EXISTS (SELECT 1 FROM holders WHERE holders.holder = jobs.holder)
"""
_LOOK = f"SELECT EXISTS ({_ORPHANS}), EXISTS ({_DUE})"
_TAKE = f"""
    UPDATE jobs SET state = 'running', holder = ?, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM jobs
        WHERE serial = ? AND state = 'waiting' AND not_before <= ?
          AND NOT EXISTS (SELECT 1 FROM jobs AS busy WHERE busy.state = 'running' AND busy.serial = jobs.serial)
        ORDER BY id LIMIT 1
    )
    RETURNING {job_rows.LEASED}
"""  # noqa: S608  our own words only
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
"""What nearly every delivery is, in one journey: not known, and no twin waits."""


class PostgresQueue(Queue):
    """`core.ports.Queue` on a migrated database. One worker leases, whatever its number of threads."""

    def __init__(self, database: PostgresDatabase, clock: Clock, on_lost: Callable[[], None] | None = None) -> None:
        """`on_lost` must end all work in hand before it returns, best with the process: others may take it over."""
        self._database = database
        self._clock = clock
        self._on_lost = on_lost
        self._pulse = Pulse(database, self._lose)
        self._watcher = Watcher()
        self._looked = 0.0
        self._listener = Listener(database.address, database.place)
        self._one_lease = threading.Lock()
        self._in_hand: dict[int, LeasedJob] = {}
        self._doubtful = False

    @override
    def put(self, job: NewJob) -> bool:
        now = self._clock.now()
        return self._database.write(
            lambda session: _put(session, job, now),
            serials=(job.serial, f"delivery {job.delivery}"),
            patience=_PATIENCE,
        )

    @override
    def lease(self, holder: str) -> LeasedJob | None:
        with self._one_lease:
            self._listener.listen()
            self._pulse.hold(holder)
            now = self._clock.now()
            dead = self._dead(holder)
            orphans, due = self._database.read(lambda session: _look(session, now))
            if not (dead or orphans or due or self._doubtful):
                return None
            return self._lease(holder, now, dead)

    def _lease(self, holder: str, now: float, dead: dict[str, int]) -> LeasedJob | None:
        sent = time.monotonic()
        mine = set(self._in_hand) if self._doubtful else None

        def change(session: Session) -> LeasedJob | None:
            if not heartbeat.beat(session, holder) and (self._in_hand or not heartbeat.register(session, holder)):
                raise StorageError(f"{holder} was taken for dead.")
            heartbeat.remove(session, dead)
            _take_over(session, now)
            if mine is not None:
                _give_back(session, holder, mine)
            return _take(session, holder, now)

        # Should the answer be lost, a lease may be ours that nobody knows of; the next one finds it.
        self._doubtful = True
        job = self._database.write(change)
        self._doubtful = False
        self._pulse.confirm(sent)
        if job is not None:
            self._in_hand[job.id] = job
        return job

    def _dead(self, holder: str) -> dict[str, int]:
        now = time.monotonic()
        if now - self._looked < _LOOK_AT_OTHERS:
            return {}
        self._looked = now
        others = self._database.read(heartbeat.beats)
        others.pop(holder, None)
        return self._watcher.dead(others, now)

    def _lose(self) -> bool:
        if not self._in_hand:
            return False
        if self._on_lost is not None:
            self._on_lost()
        self._in_hand.clear()
        return True

    @override
    def done(self, job: LeasedJob) -> None:
        now = self._clock.now()
        self._end(job, lambda session: job_rows.end(session, job, JobState.DONE, None, now))

    @override
    def bury(self, job: LeasedJob, error: str) -> None:
        now = self._clock.now()
        self._end(job, lambda session: job_rows.end(session, job, JobState.DEAD, error, now))

    @override
    def retry(self, job: LeasedJob, not_before: float, error: str, *, held: bool = False) -> None:
        self._end(job, lambda session: job_rows.retry(session, job, not_before, error, held=held))

    @override
    def release(self, job: LeasedJob) -> None:
        def change(session: Session) -> None:
            job_rows.release(session, job)
            session.ring()

        self._end(job, change)

    def _end(self, job: LeasedJob, change: Callable[[Session], None]) -> None:
        self._database.write(change, serials=(job.serial,))
        self._in_hand.pop(job.id, None)

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
    def counts(self) -> dict[JobState, int]:
        return self._database.read(job_rows.counts)

    @override
    def oldest(self) -> float | None:
        return self._database.read(job_rows.oldest)

    @override
    def prune(self, done_before: float, dead_before: float) -> int:
        # Alone, because a delivery that brings a dead letter back must not meet its end.
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
        def change(session: Session) -> None:
            session.execute(
                "INSERT INTO probe (id, written_at) VALUES (1, ?)"
                " ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at",
                (time.time(),),
            )

        self._database.write(change, patience=_PATIENCE)

    @override
    def close(self) -> None:
        self._pulse.close()
        self._database.close()
        self._listener.close()


def _put(session: Session, job: NewJob, now: float) -> bool:
    fresh = (job.delivery, job.name, job.event, job.serial, job.coalesce, now, job.not_before)
    accepted = session.execute(_PUT_NEW, (job.delivery, job.coalesce, *fresh)).rowcount == 1
    if not accepted:
        known = job_rows.known_job(session, job.delivery)
        if known is not None and known[2] != job.serial:
            session.lock([known[2]])
        accepted = job_rows.put(session, job, now)
    if accepted:
        session.ring()
    return accepted


def _look(session: Session, now: float) -> tuple[bool, bool]:
    """Whether somebody died with jobs in hand, and whether there is anything to lease; without a lock."""
    row = session.execute(_LOOK, (now,)).fetchone()
    return row[0], row[1]


def _take_over(session: Session, now: float) -> None:
    """The jobs of holders that are gone are due again."""
    for job, serial, _ in session.execute(f"{_ORPHANS} ORDER BY id").fetchall():
        if not session.try_lock(serial):
            continue  # somebody else is at it
        orphan = session.execute(f"{_ORPHANS} AND id = ?", (job,)).fetchone()
        if orphan is not None:
            job_rows.crashed(session, job, orphan[2] + 1, now)
            session.ring()


def _give_back(session: Session, holder: str, in_hand: set[int]) -> None:
    """Leases that this holder has without knowing it, because the answer was lost."""
    rows = session.execute("SELECT id, serial FROM jobs WHERE state = 'running' AND holder = ?", (holder,)).fetchall()
    for job, serial in rows:
        if job not in in_hand and session.try_lock(serial):
            session.execute("UPDATE jobs SET attempts = attempts - 1 WHERE id = ?", (job,))
            job_rows.wait_again(session, job)


def _take(session: Session, holder: str, now: float) -> LeasedJob | None:
    """The oldest job that is due and whose serial key is free and not being changed right now."""
    oldest = session.execute(f"{_DUE} ORDER BY id LIMIT 1", (now,)).fetchall()
    if (job := _first(session, holder, now, oldest)) is not None:
        return job
    if not oldest:
        return None
    others = session.execute(f"{_DUE} GROUP BY serial ORDER BY min(id) LIMIT {_CANDIDATES}", (now,)).fetchall()
    return _first(session, holder, now, others)


def _first(session: Session, holder: str, now: float, serials: list[tuple[str]]) -> LeasedJob | None:
    for (serial,) in serials:
        if session.try_lock(serial):
            row = session.execute(_TAKE, (holder, serial, now)).fetchone()
            if row is not None:
                return LeasedJob(*row)
    return None
