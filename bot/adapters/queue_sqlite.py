"""The embedded queue: a table of jobs, and the two keys' rules in a few statements.

The unique indexes of the first migration hold the rules as well, so a mistake here could fail but never run two jobs
of one repository at once.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bot.adapters.doorbell import Doorbell
from bot.adapters.holders import Holders
from bot.core.events import combine_stored
from bot.core.ports import Clock, JobRecord, JobState, LeasedJob, NewJob, Queue

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.adapters.sqlite import Database

_PATIENCE = 8.0
"""Seconds that a delivery may wait for the disk: GitHub hangs up after 10."""
_FORGIVEN_CRASHES = 2
"""A job that more holders than these died with is made to wait."""
_CRASH_PAUSE = 30.0
"""Seconds for each of the further ones."""
_RECORD = "id, delivery, name, serial, state, attempts, accepted_at, not_before, error, event"
_DUE = """
    SELECT id FROM jobs
    WHERE state = 'waiting' AND not_before <= :now
      AND serial NOT IN (SELECT serial FROM jobs WHERE state = 'running')
    ORDER BY id LIMIT 1
"""


class SqliteQueue(Queue):
    """`core.ports.Queue` on a migrated database. Leases are tied to locked files in `workers/` beside it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        folder = database.path.parent / "workers"
        self._database = database
        self._clock = clock
        self._holders = Holders(folder)
        self._bell = Doorbell(folder)

    @override
    def put(self, job: NewJob) -> bool:
        now = self._clock.now()
        accepted = self._database.write(lambda connection: _put(connection, job, now), patience=_PATIENCE)
        if accepted:
            self._bell.ring()
        return accepted

    @override
    def lease(self, holder: str) -> LeasedJob | None:
        self._holders.hold(holder)
        self._bell.listen(holder)
        now = self._clock.now()
        others, due = self._database.read(lambda connection: _look(connection, now))
        dead = self._holders.dead(others)
        if not dead and not due:
            return None
        return self._database.write(lambda connection: _lease(connection, holder, now, dead))

    @override
    def done(self, job: LeasedJob) -> None:
        self._end(job, JobState.DONE, None)

    @override
    def bury(self, job: LeasedJob, error: str) -> None:
        self._end(job, JobState.DEAD, error)

    def _end(self, job: LeasedJob, state: JobState, error: str | None) -> None:
        now = self._clock.now()

        def change(connection: sqlite3.Connection) -> None:
            if _is_leased(connection, job):
                connection.execute(
                    "UPDATE jobs SET state = ?, error = ?, ended_at = ?, holder = NULL WHERE id = ?",
                    (state.value, error, now, job.id),
                )

        self._database.write(change)

    @override
    def retry(self, job: LeasedJob, not_before: float, error: str) -> None:
        def change(connection: sqlite3.Connection) -> None:
            if _is_leased(connection, job):
                connection.execute(
                    "UPDATE jobs SET not_before = ?, error = ? WHERE id = ?", (not_before, error, job.id)
                )
                _wait_again(connection, job.id)

        self._database.write(change)

    @override
    def release(self, job: LeasedJob) -> None:
        def change(connection: sqlite3.Connection) -> None:
            if _is_leased(connection, job):
                connection.execute("UPDATE jobs SET attempts = attempts - 1 WHERE id = ?", (job.id,))
                _wait_again(connection, job.id)

        self._database.write(change)
        self._bell.ring()

    @override
    def records(self, state: JobState | None = None, limit: int = 100) -> Sequence[JobRecord]:
        where = "" if state is None else "WHERE state = :state"
        sql = f"SELECT {_RECORD} FROM jobs {where} ORDER BY id DESC LIMIT :limit"  # noqa: S608  our own words only
        rows = self._database.read(
            lambda connection: connection.execute(sql, {"state": state and state.value, "limit": limit}).fetchall()
        )
        return [_record(row) for row in rows]

    @override
    def find(self, delivery: str) -> JobRecord | None:
        sql = f"SELECT {_RECORD} FROM jobs WHERE id = (SELECT job FROM deliveries WHERE delivery = ?)"  # noqa: S608  likewise
        row = self._database.read(lambda connection: connection.execute(sql, (delivery,)).fetchone())
        return None if row is None else _record(row)

    @override
    def replay(self, delivery: str) -> bool:
        def change(connection: sqlite3.Connection) -> bool:
            known = _known(connection, delivery)
            if known is None or known[1] != JobState.DEAD:
                return False
            _revive(connection, known[0])
            return True

        replayed = self._database.write(change)
        if replayed:
            self._bell.ring()
        return replayed

    @override
    def counts(self) -> dict[JobState, int]:
        rows = self._database.read(
            lambda connection: connection.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall()
        )
        return dict.fromkeys(JobState, 0) | {JobState(state): count for state, count in rows}

    @override
    def prune(self, done_before: float, dead_before: float) -> int:
        def change(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "DELETE FROM jobs WHERE (state = 'done' AND ended_at < ?) OR (state = 'dead' AND ended_at < ?)",
                (done_before, dead_before),
            ).rowcount

        self._holders.sweep()
        return self._database.write(change)

    @override
    def wait(self, seconds: float) -> None:
        now = self._clock.now()
        due = self._database.read(
            lambda connection: connection.execute(
                "SELECT min(not_before) FROM jobs WHERE state = 'waiting' AND not_before > ?", (now,)
            ).fetchone()[0]
        )
        if due is not None:
            seconds = min(seconds, due - now)
        self._bell.wait(max(seconds, 0.0))

    @override
    def wake(self) -> None:
        self._bell.ring()

    @override
    def check(self) -> None:
        def change(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO probe (id, written_at) VALUES (1, ?)", (time.time(),))

        self._database.write(change, patience=_PATIENCE)

    @override
    def close(self) -> None:
        self._bell.close()
        self._holders.close()
        self._database.close()


def _put(connection: sqlite3.Connection, job: NewJob, now: float) -> bool:
    known = _known(connection, job.delivery)
    if known is not None:
        if known[1] != JobState.DEAD:
            return False
        _revive(connection, known[0])
        return True
    twin = connection.execute(
        "SELECT id, event FROM jobs WHERE twin = ? AND state = 'waiting'", (job.coalesce,)
    ).fetchone()
    if twin is None:
        stands = connection.execute(
            "INSERT INTO jobs (delivery, name, event, serial, twin, state, accepted_at, not_before)"
            " VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?)",
            (job.delivery, job.name, job.event, job.serial, job.coalesce, now, job.not_before),
        ).lastrowid
    else:
        stands, older = twin
        connection.execute(
            "UPDATE jobs SET name = ?, event = ?, not_before = min(not_before, ?) WHERE id = ?",
            (job.name, combine_stored(older, job.event), job.not_before, stands),
        )
    connection.execute("INSERT INTO deliveries (delivery, job) VALUES (?, ?)", (job.delivery, stands))
    return True


def _known(connection: sqlite3.Connection, delivery: str) -> tuple[int, str] | None:
    row: tuple[int, str] | None = connection.execute(
        "SELECT id, state FROM jobs WHERE id = (SELECT job FROM deliveries WHERE delivery = ?)", (delivery,)
    ).fetchone()
    return row


def _revive(connection: sqlite3.Connection, job: int) -> None:
    connection.execute(
        "UPDATE jobs SET attempts = 0, crashes = 0, not_before = 0, ended_at = NULL WHERE id = ?", (job,)
    )
    _wait_again(connection, job)


def _look(connection: sqlite3.Connection, now: float) -> tuple[list[str], bool]:
    """Who holds leases, and whether there is anything to lease; a look costs no write and no lock."""
    holders = [row[0] for row in connection.execute("SELECT DISTINCT holder FROM jobs WHERE state = 'running'")]
    return holders, connection.execute(_DUE, {"now": now}).fetchone() is not None


def _lease(connection: sqlite3.Connection, holder: str, now: float, dead: Sequence[str]) -> LeasedJob | None:
    for gone in dead:
        for (job,) in connection.execute(
            "SELECT id FROM jobs WHERE state = 'running' AND holder = ?", (gone,)
        ).fetchall():
            connection.execute(
                "UPDATE jobs SET crashes = crashes + 1, not_before = ? + max(0, crashes + 1 - ?) * ? WHERE id = ?",
                (now, _FORGIVEN_CRASHES, _CRASH_PAUSE, job),
            )
            _wait_again(connection, job)
    due = connection.execute(_DUE, {"now": now}).fetchone()
    if due is None:
        return None
    row = connection.execute(
        "UPDATE jobs SET state = 'running', holder = ?, attempts = attempts + 1 WHERE id = ?"
        " RETURNING id, delivery, name, event, serial, attempts, accepted_at, holder, crashes",
        (holder, due[0]),
    ).fetchone()
    return LeasedJob(*row)


def _is_leased(connection: sqlite3.Connection, job: LeasedJob) -> bool:
    """Whether the lease is still this one: `attempts` tells two leases of one holder apart."""
    return (
        connection.execute(
            "SELECT 1 FROM jobs WHERE id = ? AND state = 'running' AND holder = ? AND attempts = ?",
            (job.id, job.holder, job.attempts),
        ).fetchone()
        is not None
    )


def _wait_again(connection: sqlite3.Connection, job: int) -> None:
    """A job waits again. If its twin waits too, they become one: the older's place, the newer's event."""
    twin = connection.execute(
        "SELECT id FROM jobs WHERE state = 'waiting' AND twin = (SELECT twin FROM jobs WHERE id = ?)", (job,)
    ).fetchone()
    stays = job
    if twin is not None:
        stays, goes = sorted((job, twin[0]))
        _take_in(connection, stays, goes)
    connection.execute("UPDATE jobs SET state = 'waiting', holder = NULL WHERE id = ?", (stays,))


def _take_in(connection: sqlite3.Connection, stays: int, goes: int) -> None:
    columns = "name, event, attempts, accepted_at, not_before, error"
    older, newer = (
        connection.execute(f"SELECT {columns} FROM jobs WHERE id = ?", (job,)).fetchone()  # noqa: S608  our own words
        for job in (stays, goes)
    )
    connection.execute("UPDATE deliveries SET job = ? WHERE job = ?", (stays, goes))
    connection.execute("DELETE FROM jobs WHERE id = ?", (goes,))
    connection.execute(
        "UPDATE jobs SET name = ?, event = ?, attempts = ?, accepted_at = ?, not_before = ?, error = ? WHERE id = ?",
        (
            newer[0],
            combine_stored(older[1], newer[1]),
            max(older[2], newer[2]),
            min(older[3], newer[3]),
            min(older[4], newer[4]),
            newer[5] or older[5],
            stays,
        ),
    )


def _record(row: tuple[Any, ...]) -> JobRecord:
    job, delivery, name, serial, state, attempts, accepted_at, not_before, error, event = row
    return JobRecord(job, delivery, name, serial, JobState(state), attempts, accepted_at, not_before, error, event)
