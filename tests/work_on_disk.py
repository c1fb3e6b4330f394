"""A worker whose jobs leave their traces on the disk: `python -m tests.work_on_disk FOLDER`.

It runs until SIGTERM. What it wrote tells afterwards which deliveries were worked on, and whether two jobs of one
repository ever ran at once, in whichever processes.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.clock import SystemClock
from bot.adapters.queue_sqlite import SqliteQueue
from bot.adapters.sqlite import Database
from bot.bootstrap import work
from bot.core.outcome import Done, Outcome
from bot.worker import Worker

if TYPE_CHECKING:
    from bot.core.ports import LeasedJob


class Traces:
    """Holds a locked file for each repository while it works on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def handle(self, job: LeasedJob) -> Outcome:
        serial = job.serial.replace(":", "-")
        lock = os.open(self._folder / f"{serial}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._note("clashes", job.serial)
            time.sleep(0.005)
            self._note("worked", f"{job.id} {job.delivery}")
        finally:
            os.close(lock)
        return Done()

    def give_up(self, job: LeasedJob, error: str) -> Outcome:
        self._note("clashes", f"{job.delivery}: {error}")
        return Done()

    def _note(self, name: str, line: str) -> None:
        trace = os.open(self._folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.write(trace, f"{line}\n".encode())
        os.close(trace)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    clock = SystemClock()
    queue = SqliteQueue(Database(folder / "plangate.db"), clock)
    work(Worker(queue, Traces(folder / "traces"), clock, threads=4))
    queue.close()
