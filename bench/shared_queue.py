"""What several hosts gain on one PostgreSQL: `python -m bench.shared_queue [JOBS]`, from the repository's root.

Workers are processes with four threads each, on a server that is started for this. A job waits as long as a call of
GitHub's API would and does nothing else; without any work, it shows what the queue alone costs. The rows take turns, so
that a busy machine disturbs all alike: trust the ratios, not the rates.
"""

from __future__ import annotations

import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

from bench.effort import WHOLE, Effort
from bench.table import Row, printed
from bot import log
from bot.adapters.clock import SystemClock
from bot.adapters.database.migrate_postgres import migrate
from bot.adapters.database.postgres import PostgresDatabase
from bot.adapters.database.queue_postgres import PostgresQueue
from bot.app.worker import Worker
from bot.core.forge import events
from bot.core.forge.outcome import Done, Outcome
from bot.core.forge.ports import JobState, LeasedJob, NewJob
from bot.host.bootstrap import work
from tests.postgres import Server, binaries

REPOSITORIES = 64
CALLS = 0.05
"""Seconds that a job waits for GitHub."""
THREADS = 4
EVENT = events.encode(
    events.SweepDue(installation=1, repository=events.RepositoryRef(42, "acme", "ferry", "main"), reason="bench")
)


class Waits:
    """A job that does nothing but wait."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def handle(self, _job: LeasedJob) -> Outcome:
        """`core.outcome.Handler`."""
        time.sleep(self._seconds)
        return Done()

    def give_up(self, _job: LeasedJob, _error: str) -> Outcome:
        """Likewise."""
        return Done()


def opened(address: str) -> PostgresQueue:
    return PostgresQueue(PostgresDatabase(address), SystemClock())


def working(address: str, seconds: float) -> None:
    """A worker process, until SIGTERM."""
    log.configure("error")
    queue = opened(address)
    work(Worker(queue, Waits(seconds), SystemClock(), threads=THREADS))
    queue.close()


def fill(queue: PostgresQueue, prefix: str, jobs: int) -> float:
    """Deliveries per second, from sixteen threads."""
    started = time.perf_counter()
    with ThreadPoolExecutor(16) as pool:
        for number in range(jobs):
            pool.submit(queue.put, NewJob(f"{prefix}-{number}", "SweepDue", EVENT, f"r{number % REPOSITORIES}"))
    return jobs / (time.perf_counter() - started)


def rate(server: Server, workers: int, seconds: float, jobs: int) -> tuple[float, float]:
    """Jobs worked on a second, and deliveries accepted a second, in a database of their own."""
    address = server.database()
    migrate(address)
    queue = opened(address)
    accepted = fill(queue, "d", jobs)
    context = get_context("spawn")
    processes = [context.Process(target=working, args=(address, seconds)) for _ in range(workers)]
    for process in processes:
        process.start()
    while queue.counts()[JobState.DONE] < workers * THREADS:
        time.sleep(0.01)
    began, before = time.perf_counter(), queue.counts()[JobState.DONE]
    while (done := queue.counts()[JobState.DONE]) < jobs:
        time.sleep(0.01)
    worked = (done - before) / (time.perf_counter() - began)
    for process in processes:
        process.terminate()
        process.join()
    queue.close()
    return worked, accepted


def rows(effort: Effort = WHOLE) -> list[Row]:
    """Two worker processes beside one."""
    if binaries() is None:
        return [Row("two worker processes beside one", "", "not measured: `make postgres` installs PostgreSQL")]
    kinds = [(workers, seconds) for seconds in (CALLS, 0.0) for workers in (1, 2)]
    rates: dict[tuple[int, float], list[float]] = {kind: [] for kind in kinds}
    accepted: list[float] = []
    with Server() as server:
        for _ in range(effort.rounds):
            for workers, seconds in kinds:
                worked, taken = rate(server, workers, seconds, effort.jobs)
                rates[workers, seconds].append(worked)
                accepted.append(taken)
    measured = []
    for seconds in (CALLS, 0.0):
        one, two = (statistics.median(rates[workers, seconds]) for workers in (1, 2))
        job = f"wait {seconds * 1000:.0f} ms" if seconds else "do nothing"
        target = "at least 1.85" if seconds else ""
        measured.append(
            Row(f"two worker processes beside one, jobs that {job}", f"{two / one:.2f}", f"{two:.0f} jobs/s", target)
        )
    measured.append(Row("deliveries accepted by one process on PostgreSQL", "", f"{statistics.median(accepted):.0f}/s"))
    return measured


def main() -> None:
    """Measure, print."""
    print(printed("Workers", rows(replace(WHOLE, jobs=int(sys.argv[1]) if len(sys.argv) > 1 else WHOLE.jobs))))


if __name__ == "__main__":
    main()
