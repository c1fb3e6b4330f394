"""The queue's rules in statements that both engines understand: one set of rules, whoever keeps the table.

The caller sees to it that nobody else changes jobs of the same serial key meanwhile. Parameters are written `?`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from bot.core.forge.events import Stored, combine_stored
from bot.core.forge.ports import JobRecord, JobState, LeasedJob, NewJob

if TYPE_CHECKING:
    from collections.abc import Sequence

FORGIVEN_CRASHES = 2
"""A job that more holders than these died with is made to wait."""
CRASH_PAUSE = 30.0
"""Seconds for each of the further ones."""
RECORD = "id, delivery, name, serial, state, attempts, accepted_at, not_before, error, event"
LEASED = "id, delivery, name, event, serial, attempts, accepted_at, holder, crashes"


class Rows(Protocol):
    """What a statement found."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows."""
        ...


class Connection(Protocol):
    """A transaction that is open."""

    def execute(self, sql: str, values: tuple[Any, ...] = (), /) -> Rows:
        """Carry out one statement."""
        ...


def put(connection: Connection, job: NewJob, now: float) -> bool:
    """`Queue.put`."""
    known = known_job(connection, job.delivery)
    if known is not None:
        if known[1] != JobState.DEAD:
            return False
        revive(connection, known[0])
        return True
    twin = connection.execute(
        "SELECT id, name, event, not_before FROM jobs WHERE twin = ? AND state = 'waiting'", (job.coalesce,)
    ).fetchone()
    if twin is None:
        stands = connection.execute(
            "INSERT INTO jobs (delivery, name, event, serial, twin, state, accepted_at, not_before)"
            " VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?) RETURNING id",
            (job.delivery, job.name, job.event, job.serial, job.coalesce, now, job.not_before),
        ).fetchone()[0]
    else:
        stands, *older, not_before = twin
        name, event = combine_stored(Stored(*older), Stored(job.name, job.event))
        connection.execute(
            "UPDATE jobs SET name = ?, event = ?, not_before = ? WHERE id = ?",
            (name, event, min(not_before, job.not_before), stands),
        )
    connection.execute("INSERT INTO deliveries (delivery, job) VALUES (?, ?)", (job.delivery, stands))
    return True


def known_job(connection: Connection, delivery: str) -> tuple[int, str, str] | None:
    """Id, state and serial key of the job that stands for a delivery."""
    row: tuple[int, str, str] | None = connection.execute(
        "SELECT id, state, serial FROM jobs WHERE id = (SELECT job FROM deliveries WHERE delivery = ?)", (delivery,)
    ).fetchone()
    return row


def replay(connection: Connection, delivery: str) -> bool:
    """`Queue.replay`."""
    known = known_job(connection, delivery)
    if known is None or known[1] != JobState.DEAD:
        return False
    revive(connection, known[0])
    return True


def revive(connection: Connection, job: int) -> None:
    """A dead letter waits again, as if it were new."""
    connection.execute(
        "UPDATE jobs SET attempts = 0, crashes = 0, not_before = 0, ended_at = NULL WHERE id = ?", (job,)
    )
    wait_again(connection, job)


def take_from(connection: Connection, holder: str, now: float) -> None:
    """The jobs of a holder that is dead are due again, those that killed several of them after a while."""
    for job, crashes in connection.execute(
        "SELECT id, crashes FROM jobs WHERE state = 'running' AND holder = ?", (holder,)
    ).fetchall():
        crashed(connection, job, crashes + 1, now)


def crashed(connection: Connection, job: int, crashes: int, now: float) -> None:
    """A job whose holder died is due again; `crashes` counts this one."""
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


def retry(connection: Connection, job: LeasedJob, not_before: float, error: str, *, held: bool) -> None:
    """`Queue.retry`."""
    if _is_leased(connection, job):
        connection.execute(
            "UPDATE jobs SET not_before = ?, error = ?, attempts = attempts - ? WHERE id = ?",
            (not_before, error, int(held), job.id),
        )
        wait_again(connection, job.id)


def release(connection: Connection, job: LeasedJob) -> None:
    """`Queue.release`."""
    if _is_leased(connection, job):
        connection.execute("UPDATE jobs SET attempts = attempts - 1 WHERE id = ?", (job.id,))
        wait_again(connection, job.id)


def _is_leased(connection: Connection, job: LeasedJob) -> bool:
    """Whether the lease is still this one: `attempts` tells two leases of one holder apart."""
    return (
        connection.execute(
            "SELECT 1 FROM jobs WHERE id = ? AND state = 'running' AND holder = ? AND attempts = ?",
            (job.id, job.holder, job.attempts),
        ).fetchone()
        is not None
    )


def wait_again(connection: Connection, job: int) -> None:
    """A job waits again. If its twin waits too, they become one: the older's place, the newer's event."""
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


def next_due(connection: Connection, now: float) -> float | None:
    """When the first of the jobs that are not due yet will be."""
    due: float | None = connection.execute(
        "SELECT min(not_before) FROM jobs WHERE state = 'waiting' AND not_before > ?", (now,)
    ).fetchone()[0]
    return due


def _record(row: tuple[Any, ...]) -> JobRecord:
    job, delivery, name, serial, state, attempts, accepted_at, not_before, error, event = row
    return JobRecord(job, delivery, name, serial, JobState(state), attempts, accepted_at, not_before, error, event)
