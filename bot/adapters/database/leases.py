"""Which of several hosts' workers works on which job: turns from an engine, jobs from our own table.

A lease looks which repositories have a job that is due and nobody's, submits turns for some, fetches the next turn and
takes that repository's oldest job. So the engine is told again of whatever it has lost, once a second at least, and a
job that waits for its retry has no turn that could keep back the others of its repository.

Only a few turns wait at a time, because what a fetch costs the engine grows with their number. They go round all
repositories by name, so that none is kept waiting by another, however much that has to do.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.adapters.database import heartbeat, job_rows
from bot.adapters.database.heartbeat import Member, Pulse, Watcher
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
"""Seconds between two looks at the others' heartbeats."""
_AT_ONCE = 32
"""Turns that one look submits or ends at most."""
_ENOUGH = 16
"""Turns that anybody could have at once; while so many wait, no more are submitted."""
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
class _Look:
    """What there is to do, seen without a lock."""

    known: bool
    """The others and the engine still count on this worker."""
    orphans: bool
    """Somebody died with jobs in hand."""
    strays: Sequence[int]
    """Jobs that this worker holds without knowing it, because an answer was lost."""
    abandoned: Sequence[int]
    """Turns of workers that are no more, and those of ours that we do not know of, likewise."""
    due: Sequence[str]
    """Repositories with a job that is due and no turn that waits, the oldest job's first; none while enough wait."""
    turns: bool
    """Some wait for their turn and could have it."""

    @property
    def amiss(self) -> bool:
        """Something has to be put right first."""
        return bool(self.orphans or self.strays or self.abandoned)


class Leases:
    """What one worker process holds, whatever its number of threads. `take` is for one thread at a time."""

    def __init__(self, database: PostgresDatabase, on_lost: Callable[[], None] | None) -> None:
        """For `on_lost` see `bot.adapters.database.queue_postgres.PostgresQueue`."""
        self._database = database
        self._on_lost = on_lost
        self._turns = Turns(database.address, database.place)
        self._pulse = Pulse(database, self._turns, self._lose)
        self._watcher = Watcher()
        self._looked = 0.0
        self._jobs: dict[int, int] = {}
        """The jobs in hand by id, with their turns. Whoever takes adds to it, whoever ends a job takes away."""
        self._last = ""
        """The repository by name that was last given a turn: the next ones come after it."""

    def take(self, holder: str, now: float) -> LeasedJob | None:
        """The next job whose turn it is, or None; `now` is in seconds since the epoch. Raises `StorageError`.

        Raises `UserError` when the database is not this version's, or no longer.
        """
        me, look = self._seen(holder, now)
        if look.orphans:
            self._database.write(lambda session: _take_over(session, now))
        if look.strays:
            self._database.write(lambda session: _give_back(session, me, look.strays))
        if look.abandoned:
            self._turns.finish(look.abandoned)
        if look.amiss:
            look = self._look(me, now)
        if look.due:
            self._turns.submit(look.due)
            self._last = max([serial for serial in look.due if serial <= self._last] or look.due)
        return self._fetched(me, now) if look.due or look.turns else None

    def turn(self, job: LeasedJob) -> int | None:
        """The turn that this job in hand has; to be asked before its end is written down."""
        return self._jobs.get(job.id)

    def over(self, job: LeasedJob, turn: int) -> None:
        """How the job ended is written down: let its repository have its next turn."""
        # First: with its turn ended, the job may be leased again at once, and that lease must not be forgotten instead.
        if self._jobs.get(job.id) == turn:
            del self._jobs[job.id]
        try:
            self._turns.finish([turn])
        except StorageError as error:
            # The next look finds a turn that is in nobody's hands.
            log.warning("turn not ended", delivery=job.delivery, error=str(error))

    def close(self) -> None:
        """End all leases."""
        self._pulse.close()
        self._turns.close()

    def _seen(self, holder: str, now: float) -> tuple[Member, _Look]:
        """Who we are, and what there is to do."""
        me = self._held(holder)
        self._look_at_others(me)
        look = self._look(me, now)
        if look.known:
            return me, look
        if self._jobs:
            raise StorageError(f"{holder} was taken for dead.")
        self._pulse.expelled()
        me = self._held(holder)
        return me, self._look(me, now)

    def _held(self, holder: str) -> Member:
        if not self._pulse.holds:
            # It may have been away when this process started, or be another version's since we were last here.
            refuse_outdated(self._database.address)
        return self._pulse.hold(holder)

    def _look_at_others(self, me: Member) -> None:
        """Remove who has died."""
        now = time.monotonic()
        if now - self._looked < _LOOK_AT_OTHERS:
            return
        self._looked = now
        others = self._database.read(heartbeat.beats)
        others.pop(me, None)
        for dead in self._watcher.dead(others, now):
            if self._database.write(partial(heartbeat.remove, member=dead, beat=others[dead])):
                self._turns.unregister(dead.worker)
                log.warning("worker is gone", holder=dead.holder)

    def _look(self, me: Member, now: float) -> _Look:
        # Listed before the question: what ends meanwhile must not look as if nobody knew of it.
        jobs = dict(self._jobs)
        strays, abandoned = (me.holder, list(jobs)), (me.worker, list(jobs.values()))
        values = (me.holder, me.worker, *strays, *abandoned, now, self._last)
        return _Look(*self._database.read(lambda session: session.execute(_LOOK, values).fetchone()))

    def _fetched(self, me: Member, now: float) -> LeasedJob | None:
        while (turn := self._turns.fetch(me.worker)) is not None:
            # Should the answer be lost, a lease may be ours that nobody knows of; the next look finds it.
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
    """The oldest job of a repository that is due, for a worker on whom the others still count."""
    if not heartbeat.stays(session, me):
        return None
    row = session.execute(_TAKE, (me.holder, serial, now)).fetchone()
    return None if row is None else LeasedJob(*row)


def _take_over(session: Session, now: float) -> None:
    """The jobs of holders that are gone are due again."""
    for job, serial, _ in session.execute(f"{_ORPHANS} ORDER BY id").fetchall():
        if not session.try_lock(serial):
            continue  # somebody else is at it
        orphan = session.execute(f"{_ORPHANS} AND id = ?", (job,)).fetchone()
        if orphan is not None:
            job_rows.crashed(session, job, orphan[2] + 1, now)
            session.ring()


def _give_back(session: Session, me: Member, strays: Sequence[int]) -> None:
    """Jobs that were never begun are due again, each as if it had not been leased."""
    for job, serial in session.execute(
        "SELECT id, serial FROM jobs WHERE id = ANY(?) AND state = 'running' AND holder = ?", (list(strays), me.holder)
    ).fetchall():
        if session.try_lock(serial):  # or at the next look
            session.execute("UPDATE jobs SET attempts = attempts - 1 WHERE id = ?", (job,))
            job_rows.wait_again(session, job)
