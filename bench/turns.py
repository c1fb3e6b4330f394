"""Whether many jobs of one repository delay those of others: `python -m bench.turns`."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from pathlib import Path

from bench.ack import queue_in
from bench.effort import WHOLE, Effort
from bench.table import Row, printed
from bot import log
from bot.adapters.clock import SystemClock
from bot.app.worker import Worker
from bot.core.forge.outcome import Done, Outcome
from bot.core.forge.ports import LeasedJob, NewJob

BUSY = "busy"
REPOSITORIES = 100
CALLS = 0.01
"""Seconds that a job waits."""


class Jobs:
    """Jobs that wait, until those of all repositories but one are done."""

    def __init__(self, others: int) -> None:
        self._left = others
        self._lock = threading.Lock()
        self.done = threading.Event()

    def handle(self, job: LeasedJob) -> Outcome:
        """`bot.app.worker.Handler`."""
        time.sleep(CALLS)
        with self._lock:
            self._left -= job.serial != BUSY
            if self._left == 0:
                self.done.set()
        return Done()

    def give_up(self, _job: LeasedJob, _error: str) -> Outcome:
        """Likewise."""
        return Done()


def seconds(others: int, busy: int) -> float:
    """Until the jobs of the other repositories are done, behind `busy` jobs of one repository."""
    with tempfile.TemporaryDirectory() as folder:
        queue = queue_in(Path(folder))
        first = [NewJob(f"b{number}", "x", b"{}", BUSY) for number in range(busy)]
        then = [NewJob(f"o{number}", "x", b"{}", f"r{number % REPOSITORIES}") for number in range(others)]
        for stored in [queue.submit(job) for job in (*first, *then)]:
            stored.result()
        jobs = Jobs(others)
        worker = Worker(queue, jobs, SystemClock())
        working = threading.Thread(target=worker.run)
        began = time.perf_counter()
        working.start()
        jobs.done.wait()
        taken = time.perf_counter() - began
        worker.stop()
        working.join()
        queue.close()
    return taken


def rows(effort: Effort = WHOLE) -> list[Row]:
    """The jobs of others behind a busy repository, beside the same jobs alone."""
    log.configure("error")
    alone, behind = [], []
    for _ in range(effort.rounds):
        alone.append(seconds(effort.queued, 0))
        behind.append(seconds(effort.queued, effort.queued))
    ratio = statistics.median(behind) / statistics.median(alone)
    measure = f"{effort.queued:,} jobs of {REPOSITORIES} repositories behind as many of one, beside none of it"
    figure = f"{statistics.median(behind):.2f} s instead of {statistics.median(alone):.2f} s"
    return [Row(measure, f"{ratio:.2f}", figure, "at most 1.05")]


if __name__ == "__main__":
    print(printed("Turns", rows()))
