"""Assign jobs to workers on several hosts: Procrastinate hands out turns, our own table holds the jobs.

`Leases.take` finds the repositories with a due job, submits a turn for some of them, fetches the next turn, and leases
that repository's oldest job. Turns that the engine has lost are therefore submitted again within a second. A job that
waits for its retry has no turn, so it does not block other jobs of its repository.

Only a few turns wait at a time, because the cost of a fetch grows with their number. Turns are submitted round robin,
in the order of the repositories' names, so a busy repository does not delay the others.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.adapters.database import heartbeat, job_rows
from bot.adapters.database.heartbeat import FailureDetector, Heartbeat, Member
from bot.adapters.database.migrate_postgres import refuse_outdated
from bot.adapters.database.postgres import TURNS
from bot.adapters.database.turns import Turns
from bot.core.forge.errors import StorageError
from bot.core.forge.ports import LeasedJob
from bot.log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.adapters.database.postgres import PostgresDatabase, Session

_LOOK_AT_OTHERS = 1.0
"""Seconds between two reads of the others' heartbeats."""
_AT_ONCE = 32
"""The most turns that one call of `take` submits or ends."""
_ENOUGH = 16
"""While this many turns are ready to be fetched, no more are submitted."""
_ORPHANS = """
    SELECT id, serial, crashes FROM jobs
    WHERE state = 'running' AND NOT EXISTS (SELECT 1 FROM holders WHERE holders.holder = jobs.holder)
"""
_STRAYS = "SELECT id FROM jobs WHERE state = 'running' AND holder = ? AND NOT id = ANY(?)"
_ABANDONED = f"""
    SELECT id FROM {TURNS}.procrastinate_jobs AS turn
    WHERE status = 'doing' AND (
        NOT EXISTS (SELECT 1 FROM holders WHERE holders.worker = turn.worker_id)
        OR (worker_id = ? AND NOT id = ANY(?))
    )
    LIMIT {_AT_ONCE}
"""  # noqa: S608  our own words only
_WAITING = f"SELECT 1 FROM {TURNS}.procrastinate_jobs AS turn WHERE turn.status = 'todo'"  # noqa: S608  likewise
_READY = f"""
    {_WAITING} AND NOT EXISTS (
        SELECT 1 FROM {TURNS}.procrastinate_jobs AS had WHERE had.status = 'doing' AND had.lock = turn.lock
    )
    LIMIT {_ENOUGH}
"""  # noqa: S608  likewise
_DUE = f"""
    SELECT serial FROM (
        SELECT serial, min(id) AS oldest FROM jobs
        WHERE state = 'waiting' AND not_before <= ?
          AND NOT EXISTS (SELECT 1 FROM jobs AS busy WHERE busy.state = 'running' AND busy.serial = jobs.serial)
          AND NOT EXISTS ({_WAITING} AND turn.queueing_lock = jobs.serial)
        GROUP BY serial ORDER BY serial COLLATE "C" <= ?, serial COLLATE "C" LIMIT {_AT_ONCE}
    ) AS next ORDER BY oldest
"""  # noqa: S608  likewise
_KNOWN = f"""
    SELECT 1 FROM holders JOIN {TURNS}.procrastinate_workers AS workers ON workers.id = worker
    WHERE holder = ? AND worker = ?
"""  # noqa: S608  likewise
_LOOK = f"""
    SELECT EXISTS ({_KNOWN}), EXISTS ({_ORPHANS}), ARRAY({_STRAYS}), ARRAY({_ABANDONED}),
        CASE WHEN ready.turns < {_ENOUGH} THEN ARRAY({_DUE}) ELSE '{{}}' END, ready.turns > 0
    FROM (SELECT count(*) AS turns FROM ({_READY}) AS first) AS ready
"""  # noqa: S608  likewise
_TAKE = f"""
    UPDATE jobs SET state = 'running', holder = ?, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM jobs
        WHERE serial = ? AND state = 'waiting' AND not_before <= ?
          AND NOT EXISTS (SELECT 1 FROM jobs AS busy WHERE busy.state = 'running' AND busy.serial = jobs.serial)
        ORDER BY id LIMIT 1
    )
    RETURNING {job_rows.LEASED}
"""  # noqa: S608  likewise

log = Log("leases")


@dataclass(frozen=True, slots=True)
class _PendingWork:
    """The state of the queue, read without a lock."""

    member: bool
    """This worker is registered with the others and with the engine."""
    orphans: bool
    """A removed holder still has running jobs."""
    strays: Sequence[int]
    """Jobs leased to this worker whose lease it does not know, because the reply was lost."""
    abandoned: Sequence[int]
    """Turns of removed workers, and turns of this worker whose reply was lost."""
    due: Sequence[str]
    """Repositories with a due job and no waiting turn, by the age of the job; empty while `_ENOUGH` turns are ready."""
    turns: bool
    """At least one turn is ready to be fetched."""

    @property
    def amiss(self) -> bool:
        """Whether leases or turns must be repaired before a job is taken."""
        return bool(self.orphans or self.strays or self.abandoned)


class Leases:
    """The leases of one worker process. `take` must be called by one thread at a time."""

    def __init__(self, database: PostgresDatabase, on_lost: Callable[[], None] | None) -> None:
        """For `on_lost` see `bot.adapters.database.queue_postgres.PostgresQueue`."""
        self._database = database
        self._on_lost = on_lost
        self._turns = Turns(database.address, database.place)
        self._heartbeat = Heartbeat(database, self._turns, self._lose)
        self._failure_detector = FailureDetector()
        self._looked = 0.0
        self._jobs: dict[int, int] = {}
        """Turn by job id, for the jobs in hand. `take` adds to it, `over` removes from it."""
        self._last = ""
        """The repository that was last given a turn; the next turns go to the names after it."""

    def take(self, holder: str, now: float) -> LeasedJob | None:
        """Lease the next job, or return None; `now` is in seconds since the epoch. Raises `StorageError`.

        Raises `UserError` when the schema of the database is not the one of this version.
        """
        me, look = self._seen(holder, now)
        if look.orphans:
            self._database.write(lambda session: _take_over(session, now))
        if look.strays:
            self._database.write(lambda session: _give_back(session, me, look.strays))
        if look.abandoned:
            self._turns.finish(look.abandoned)
        if look.amiss:
            look = self._pending_work(me, now)
        if look.due:
            self._turns.submit(look.due)
            self._last = max([serial for serial in look.due if serial <= self._last] or look.due)
        return self._fetched(me, now) if look.due or look.turns else None

    def turn(self, job: LeasedJob) -> int | None:
        """The turn of a job in hand. Call this before the end of the job is recorded."""
        return self._jobs.get(job.id)

    def over(self, job: LeasedJob, turn: int) -> None:
        """End the turn of a job whose end is recorded, so that its repository can have its next turn."""
        # Before the turn ends: afterwards the job may be leased again at once, and that new lease must stay recorded.
        if self._jobs.get(job.id) == turn:
            del self._jobs[job.id]
        try:
            self._turns.finish([turn])
        except StorageError as error:
            # The next call of `take` finds and ends the abandoned turn.
            log.warning("turn not ended", delivery=job.delivery, error=str(error))

    def close(self) -> None:
        """End all leases."""
        self._heartbeat.close()
        self._turns.close()

    def _seen(self, holder: str, now: float) -> tuple[Member, _PendingWork]:
        """This worker's registration, and the state of the queue."""
        me = self._member(holder)
        self._look_at_others(me)
        look = self._pending_work(me, now)
        if look.member:
            return me, look
        if self._jobs:
            raise StorageError(f"{holder} was removed because its heartbeat had stopped.")
        self._heartbeat.expelled()
        me = self._member(holder)
        return me, self._pending_work(me, now)

    def _member(self, holder: str) -> Member:
        if not self._heartbeat.holds:
            # The database may have been away when this process started, or migrated since the last registration.
            refuse_outdated(self._database.address)
        return self._heartbeat.hold(holder)

    def _look_at_others(self, me: Member) -> None:
        """Remove the holders whose heartbeat has stopped."""
        now = time.monotonic()
        if now - self._looked < _LOOK_AT_OTHERS:
            return
        self._looked = now
        others = self._database.read(heartbeat.beats)
        others.pop(me, None)
        for dead in self._failure_detector.dead(others, now):
            if self._database.write(partial(heartbeat.remove, member=dead, beat=others[dead])):
                self._turns.unregister(dead.worker)
                log.warning("worker removed", holder=dead.holder)

    def _pending_work(self, me: Member, now: float) -> _PendingWork:
        # Copied before the query: a job that ends meanwhile must not look like a stray.
        jobs = dict(self._jobs)
        strays, abandoned = (me.holder, list(jobs)), (me.worker, list(jobs.values()))
        values = (me.holder, me.worker, *strays, *abandoned, now, self._last)
        return _PendingWork(*self._database.read(lambda session: session.execute(_LOOK, values).fetchone()))

    def _fetched(self, me: Member, now: float) -> LeasedJob | None:
        while (turn := self._turns.fetch(me.worker)) is not None:
            # If the reply is lost, the lease is a stray, and the next call of `take` gives it back.
            job = self._database.write(partial(_take, me=me, serial=turn.serial, now=now), serials=(turn.serial,))
            if job is not None:
                self._jobs[job.id] = turn.id
                return job
            self._turns.finish([turn.id])
        return None

    def _lose(self) -> bool:
        if not self._jobs:
            return False
        if self._on_lost is not None:
            self._on_lost()
        self._jobs.clear()
        return True


def _take(session: Session, me: Member, serial: str, now: float) -> LeasedJob | None:
    """Lease the oldest due job of a repository; None when this worker was removed or no job is due."""
    if not heartbeat.stays(session, me):
        return None
    row = session.execute(_TAKE, (me.holder, serial, now)).fetchone()
    return None if row is None else LeasedJob(*row)


def _take_over(session: Session, now: float) -> None:
    """Queue the jobs of removed holders again."""
    for job, serial, _ in session.execute(f"{_ORPHANS} ORDER BY id").fetchall():
        if not session.try_lock(serial):
            continue  # another worker is recovering it
        orphan = session.execute(f"{_ORPHANS} AND id = ?", (job,)).fetchone()
        if orphan is not None:
            job_rows.crashed(session, job, orphan[2] + 1, now)
            session.ring()


def _give_back(session: Session, me: Member, strays: Sequence[int]) -> None:
    """Queue jobs again that were leased and never begun, without counting the attempt."""
    for job, serial in session.execute(
        "SELECT id, serial FROM jobs WHERE id = ANY(?) AND state = 'running' AND holder = ?", (list(strays), me.holder)
    ).fetchall():
        if session.try_lock(serial):  # otherwise at the next call of `take`
            session.execute("UPDATE jobs SET attempts = attempts - 1 WHERE id = ?", (job,))
            job_rows.wait_again(session, job)
