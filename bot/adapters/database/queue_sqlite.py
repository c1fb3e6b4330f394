"""The embedded queue: a table of jobs in a SQLite file, with leases tied to lock files beside it.

The unique indexes of the first migration enforce the rules of the serial key and the coalescing key as well: a mistake
in this module could fail, but could not run two jobs of one repository at once.
"""

from __future__ import annotations

import json
import math
import shutil
import time
from functools import partial
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.adapters.database import job_rows
from bot.adapters.database.doorbell import Doorbell
from bot.adapters.database.holders import Holders, is_presence_name
from bot.core.forge.errors import StorageError
from bot.core.forge.ports import Clock, JobRecord, JobState, LeasedJob, NewJob, Queue

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from concurrent.futures import Future

    from bot.adapters.database.sqlite import Database

_PATIENCE = 8.0
"""Seconds that a delivery may wait for the disk; GitHub hangs up after 10."""
NEARLY_FULL = 2_000_000
"""Free bytes on the disk below which deliveries are at risk: the database, its journal and its copy at a checkpoint."""
_DUE = """
    SELECT id FROM jobs
    WHERE state = 'waiting' AND not_before <= ?
      AND serial NOT IN (SELECT serial FROM jobs WHERE state = 'running')
      AND serial NOT IN (SELECT value FROM json_each(?))
    ORDER BY id LIMIT 1
"""
_MOST_IN_A_ROUND = 256
"""Repositories that get a turn before the first of them gets its next one."""
_TAKE = (
    "UPDATE jobs SET state = 'running', holder = ?, attempts = attempts + 1 WHERE id = ?"  # noqa: S608  our own words
    f" RETURNING {job_rows.LEASED}"
)


class SqliteQueue(Queue):
    """`core.forge.ports.Queue` on a migrated database. Leases are tied to lock files in `workers/` beside it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        folder = database.path.parent / "workers"
        self._database = database
        self._clock = clock
        self._holders = Holders(folder)
        self._bell = Doorbell(folder)
        self._probed_at = -math.inf
        """When the last probe of full size succeeded, in monotonic seconds."""
        self._had_turn: set[str] = set()
        """The serial keys that had their turn in this round."""

    @override
    def put(self, job: NewJob) -> bool:
        now = self._clock.now()
        accepted = self._database.write(lambda connection: job_rows.put(connection, job, now), patience=_PATIENCE)
        if accepted:
            self._bell.ring()
        return accepted

    @override
    def submit(self, job: NewJob) -> Future[bool]:
        now = self._clock.now()
        stored = self._database.submit(lambda connection: job_rows.put(connection, job, now))
        stored.add_done_callback(self._ring_if_accepted)
        return stored

    def _ring_if_accepted(self, stored: Future[bool]) -> None:
        if not stored.cancelled() and stored.exception() is None and stored.result():
            self._bell.ring()

    @override
    def lease(self, holder: str) -> LeasedJob | None:
        self._holders.hold(holder)
        self._bell.listen(holder)
        now = self._clock.now()
        others, due = self._database.read(lambda connection: _holders_and_due(connection, now))
        dead = self._holders.dead(others)
        if not dead and not due:
            return None
        passed_over = json.dumps(list(self._had_turn))
        leased = self._database.write(lambda connection: _lease(connection, holder, now, dead, passed_over))
        if leased is not None:
            if leased.serial in self._had_turn or len(self._had_turn) >= _MOST_IN_A_ROUND:
                self._had_turn.clear()
            self._had_turn.add(leased.serial)
        return leased

    @override
    def done(self, job: LeasedJob) -> None:
        now = self._clock.now()
        self._database.write(lambda connection: job_rows.end(connection, job, JobState.DONE, None, now))

    @override
    def bury(self, job: LeasedJob, error: str) -> None:
        now = self._clock.now()
        self._database.write(lambda connection: job_rows.end(connection, job, JobState.DEAD, error, now))

    @override
    def retry(self, job: LeasedJob, not_before: float, error: str, *, uncounted: bool = False) -> None:
        self._database.write(lambda connection: job_rows.retry(connection, job, not_before, error, uncounted=uncounted))

    @override
    def release(self, job: LeasedJob) -> None:
        self._database.write(lambda connection: job_rows.release(connection, job))
        self._bell.ring()

    @override
    def records(self, state: JobState | None = None, limit: int = 100) -> Sequence[JobRecord]:
        return self._database.read(lambda connection: job_rows.records(connection, state, limit))

    @override
    def find(self, delivery: str) -> JobRecord | None:
        return self._database.read(lambda connection: job_rows.find(connection, delivery))

    @override
    def replay(self, delivery: str) -> bool:
        replayed = self._database.write(lambda connection: job_rows.replay(connection, delivery))
        if replayed:
            self._bell.ring()
        return replayed

    @override
    def workers(self) -> int:
        return max(1, sum(not is_presence_name(name) for name in self._holders.living()))

    @override
    def counts(self) -> dict[JobState, int]:
        return self._database.read(job_rows.counts)

    @override
    def oldest(self) -> float | None:
        now = self._clock.now()
        return self._database.read(lambda connection: job_rows.oldest(connection, now))

    @override
    def prune(self, done_before: float, dead_before: float) -> int:
        self._holders.sweep()
        return self._database.write(lambda connection: job_rows.prune(connection, done_before, dead_before))

    @override
    def wait(self, seconds: float) -> None:
        now = self._clock.now()
        due = self._database.read(lambda connection: job_rows.next_due(connection, now))
        if due is not None:
            seconds = min(seconds, due - now)
        self._bell.wait(max(seconds, 0.0))

    @override
    def wake(self) -> None:
        self._bell.ring()

    @override
    def check(self) -> None:
        now, folder = time.monotonic(), self._database.path.parent
        if shutil.disk_usage(folder).free < NEARLY_FULL:
            raise StorageError(f"{folder}: the disk is nearly full: free some space on it.")
        # The pages of the first probe are free after the second one: a delivery of that size fits into them.
        sizes = (job_rows.LARGEST_EVENT, 0) if now - self._probed_at >= job_rows.PROBE_EVERY else (0,)
        for size in sizes:
            self._database.write(partial(job_rows.probe, size=size), patience=_PATIENCE)
        self._probed_at = now if len(sizes) > 1 else self._probed_at

    @override
    def close(self) -> None:
        self._bell.close()
        self._holders.close()
        self._database.close()


def _holders_and_due(connection: sqlite3.Connection, now: float) -> tuple[list[str], bool]:
    """The lease holders, and whether a job is due. Neither writes nor locks."""
    holders = [row[0] for row in connection.execute("SELECT DISTINCT holder FROM jobs WHERE state = 'running'")]
    return holders, connection.execute(_DUE, (now, "[]")).fetchone() is not None


def _lease(
    connection: sqlite3.Connection, holder: str, now: float, dead: Sequence[str], passed_over: str
) -> LeasedJob | None:
    """The job whose turn it is: the oldest of a repository not in the JSON list, or else the oldest of any."""
    for gone in dead:
        job_rows.recover_jobs(connection, gone, now)
    due = connection.execute(_DUE, (now, passed_over)).fetchone() or connection.execute(_DUE, (now, "[]")).fetchone()
    if due is None:
        return None
    row = connection.execute(_TAKE, (holder, due[0])).fetchone()
    return LeasedJob(*row)
