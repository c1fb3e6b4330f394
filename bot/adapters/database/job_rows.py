"""The queue's rules as SQL that SQLite and PostgreSQL both understand.

The caller makes sure that no other transaction changes jobs of the same serial key. Parameters are written `?`.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Protocol

from bot.core.forge.events import Stored, combine_stored
from bot.core.forge.ports import JobRecord, JobState, LeasedJob, NewJob

if TYPE_CHECKING:
    from collections.abc import Sequence

FORGIVEN_CRASHES = 2
"""A job waits before its next attempt once more than this many holders died while working on it."""
CRASH_PAUSE = 30.0
"""Seconds of waiting for each further holder that died."""
LARGEST_EVENT = 400_000
"""Bytes that the largest stored event needs: a comment's 65,536 characters, each escaped to six bytes, and names."""
PROBE_EVERY = 10.0
"""Seconds between two probes with that many bytes, so that a flood of readiness checks cannot wear the disk."""
RECORD = "id, delivery, name, serial, state, attempts, accepted_at, not_before, error, event"
LEASED = "id, delivery, name, event, serial, attempts, accepted_at, holder, crashes"


class Rows(Protocol):
    """The result of a statement."""

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows."""
        ...


class Connection(Protocol):
    """An open transaction."""

    def execute(self, sql: str, values: tuple[Any, ...] = (), /) -> Rows:
        """Carry out one statement."""
        ...


def put(connection: Connection, job: NewJob, now: float) -> bool:
    """`Queue.put`."""
    recorded = known_job(connection, job.delivery)
    if recorded is not None:
        if recorded[1] != JobState.DEAD:
            return False
        revive(connection, recorded[0])
        return True
    twin = connection.execute(
        "SELECT id, name, event, not_before FROM jobs WHERE twin = ? AND state = 'waiting'", (job.coalesce,)
    ).fetchone()
    if twin is None:
        job_id = connection.execute(
            "INSERT INTO jobs (delivery, name, event, serial, twin, state, accepted_at, not_before)"
            " VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?) RETURNING id",
            (job.delivery, job.name, job.event, job.serial, job.coalesce, now, job.not_before),
        ).fetchone()[0]
    else:
        job_id, *older, not_before = twin
        name, event = combine_stored(Stored(*older), Stored(job.name, job.event))
        connection.execute(
            "UPDATE jobs SET name = ?, event = ?, not_before = ? WHERE id = ?",
            (name, event, min(not_before, job.not_before), job_id),
        )
    connection.execute("INSERT INTO deliveries (delivery, job) VALUES (?, ?)", (job.delivery, job_id))
    return True


def known_job(connection: Connection, delivery: str) -> tuple[int, str, str] | None:
    """Id, state and serial key of the job that stands for a delivery."""
    row: tuple[int, str, str] | None = connection.execute(
        "SELECT id, state, serial FROM jobs WHERE id = (SELECT job FROM deliveries WHERE delivery = ?)", (delivery,)
    ).fetchone()
    return row


def replay(connection: Connection, delivery: str) -> bool:
    """`Queue.replay`."""
    recorded = known_job(connection, delivery)
    if recorded is None or recorded[1] != JobState.DEAD:
        return False
    revive(connection, recorded[0])
    return True


def revive(connection: Connection, job: int) -> None:
    """Queue a dead letter again, with its attempts and crashes reset."""
    connection.execute(
        "UPDATE jobs SET attempts = 0, crashes = 0, not_before = 0, ended_at = NULL WHERE id = ?", (job,)
    )
    wait_again(connection, job)


def recover_jobs(connection: Connection, holder: str, now: float) -> None:
    """Queue the jobs of a dead holder again; a job that several holders died with waits first."""
    for job, crashes in connection.execute(
        "SELECT id, crashes FROM jobs WHERE state = 'running' AND holder = ?", (holder,)
    ).fetchall():
        crashed(connection, job, crashes + 1, now)


def crashed(connection: Connection, job: int, crashes: int, now: float) -> None:
    """Queue a job again whose holder died; `crashes` includes this death."""
    connection.execute(
        "UPDATE jobs SET crashes = ?, not_before = ? WHERE id = ?",
        (crashes, now + max(0, crashes - FORGIVEN_CRASHES) * CRASH_PAUSE, job),
    )
    wait_again(connection, job)


def end(connection: Connection, job: LeasedJob, state: JobState, error: str | None, now: float) -> None:
    """`Queue.done` and `Queue.bury`."""
    if _is_leased(connection, job):
        connection.execute(
            "UPDATE jobs SET state = ?, error = ?, ended_at = ?, holder = NULL WHERE id = ?",
            (state.value, error, now, job.id),
        )


def retry(connection: Connection, job: LeasedJob, not_before: float, error: str, *, uncounted: bool) -> None:
    """`Queue.retry`."""
    if _is_leased(connection, job):
        connection.execute(
            "UPDATE jobs SET not_before = ?, error = ?, attempts = attempts - ? WHERE id = ?",
            (not_before, error, int(uncounted), job.id),
        )
        wait_again(connection, job.id)


def release(connection: Connection, job: LeasedJob) -> None:
    """`Queue.release`."""
    if _is_leased(connection, job):
        connection.execute("UPDATE jobs SET attempts = attempts - 1 WHERE id = ?", (job.id,))
        wait_again(connection, job.id)


def _is_leased(connection: Connection, job: LeasedJob) -> bool:
    """Whether this lease is still the current one; `attempts` distinguishes two leases of one holder."""
    return (
        connection.execute(
            "SELECT 1 FROM jobs WHERE id = ? AND state = 'running' AND holder = ? AND attempts = ?",
            (job.id, job.holder, job.attempts),
        ).fetchone()
        is not None
    )


def wait_again(connection: Connection, job: int) -> None:
    """Set a job to waiting. A waiting job with the same coalescing key is merged with it: older place, newer event."""
    twin = connection.execute(
        "SELECT id FROM jobs WHERE state = 'waiting' AND twin = (SELECT twin FROM jobs WHERE id = ?)", (job,)
    ).fetchone()
    stays = job
    if twin is not None:
        stays, goes = sorted((job, twin[0]))
        _take_in(connection, stays, goes)
    connection.execute("UPDATE jobs SET state = 'waiting', holder = NULL WHERE id = ?", (stays,))


def _take_in(connection: Connection, stays: int, goes: int) -> None:
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
            *combine_stored(Stored(*older[:2]), Stored(*newer[:2])),
            max(older[2], newer[2]),
            min(older[3], newer[3]),
            min(older[4], newer[4]),
            newer[5] or older[5],
            stays,
        ),
    )


def prune(connection: Connection, done_before: float, dead_before: float) -> int:
    """`Queue.prune`."""
    return connection.execute(
        "DELETE FROM jobs WHERE (state = 'done' AND ended_at < ?) OR (state = 'dead' AND ended_at < ?)",
        (done_before, dead_before),
    ).rowcount


def records(connection: Connection, state: JobState | None, limit: int) -> Sequence[JobRecord]:
    """`Queue.records`."""
    where, values = ("", ()) if state is None else ("WHERE state = ?", (state.value,))
    sql = f"SELECT {RECORD} FROM jobs {where} ORDER BY id DESC LIMIT ?"  # noqa: S608  our own words only
    return [_record(row) for row in connection.execute(sql, (*values, limit)).fetchall()]


def find(connection: Connection, delivery: str) -> JobRecord | None:
    """`Queue.find`."""
    sql = f"SELECT {RECORD} FROM jobs WHERE id = (SELECT job FROM deliveries WHERE delivery = ?)"  # noqa: S608  likewise
    row = connection.execute(sql, (delivery,)).fetchone()
    return None if row is None else _record(row)


def counts(connection: Connection) -> dict[JobState, int]:
    """`Queue.counts`."""
    rows = connection.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall()
    return dict.fromkeys(JobState, 0) | {JobState(state): count for state, count in rows}


def oldest(connection: Connection, now: float) -> float | None:
    """`Queue.oldest`."""
    accepted: float | None = connection.execute(
        "SELECT min(CASE WHEN error IS NULL AND crashes = 0 AND not_before > accepted_at THEN not_before"
        " ELSE accepted_at END) FROM jobs WHERE state IN ('waiting', 'running')"
        " AND (state = 'running' OR not_before <= ? OR error IS NOT NULL)",
        (now,),
    ).fetchone()[0]
    return accepted


def probe(connection: Connection, size: int) -> None:
    """Write to the database: random text of `size` bytes, which nothing compresses, or a few bytes instead of it."""
    connection.execute("DELETE FROM cursors WHERE name = 'probe'")
    if size:
        connection.execute("INSERT INTO cursors (name, position) VALUES ('probe', ?)", (os.urandom(size // 2).hex(),))
    connection.execute(
        "INSERT INTO probe (id, written_at) VALUES (1, ?)"
        " ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at",
        (time.time(),),
    )


def next_due(connection: Connection, now: float) -> float | None:
    """When the next job becomes due, of those that are not due yet."""
    due: float | None = connection.execute(
        "SELECT min(not_before) FROM jobs WHERE state = 'waiting' AND not_before > ?", (now,)
    ).fetchone()[0]
    return due


def _record(row: tuple[Any, ...]) -> JobRecord:
    """The job in a row. Raises `ValueError` when a damaged file holds an unknown state."""
    job, delivery, name, serial, state, attempts, accepted_at, not_before, error, event = row
    return JobRecord(job, delivery, name, serial, JobState(state), attempts, accepted_at, not_before, error, event)
