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
from multiprocessing import get_context

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
from tests.postgres import Server

REPOSITORIES = 64
CALLS = 0.1
"""Seconds that a job waits for GitHub."""
THREADS = 4
ROUNDS = 3
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


def main() -> None:
    """Measure and print."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    rows = [(workers, seconds) for seconds in (CALLS, 0.0) for workers in (1, 2)]
    rates: dict[tuple[int, float], list[float]] = {row: [] for row in rows}
    accepted: list[float] = []
    with Server() as server:
        for _ in range(ROUNDS):
            for workers, seconds in rows:
                worked, taken = rate(server, workers, seconds, jobs)
                rates[workers, seconds].append(worked)
                accepted.append(taken)
    print(f"{'a job':<20} {'workers':>8} {'jobs/s':>8} {'ratio':>6}")
    for (workers, seconds), measured in rates.items():
        mean = statistics.median(measured)
        ratio = mean / statistics.median(rates[1, seconds])
        kind = f"waits {seconds * 1000:.0f} ms" if seconds else "does nothing"
        print(f"{kind:<20} {workers:>8} {mean:>8.0f} {ratio:>6.2f}")
    print(f"accepted by one process: {statistics.median(accepted):.0f} deliveries/s")


if __name__ == "__main__":
    main()
