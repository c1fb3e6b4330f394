"""A worker whose jobs leave their traces on the disk: `python -m tests.work_on_disk FOLDER [SECONDS]`.

Its queue is the one that the environment names. It runs until SIGTERM; a first try takes so many seconds. What it wrote
tells afterwards which deliveries were worked on, and whether two jobs of one repository ever ran at once, in whichever
processes.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.clock import SystemClock
from bot.app.worker import Worker
from bot.core.forge.outcome import Done, Outcome
from bot.host import settings
from bot.host.bootstrap import end_at_once, work
from bot.host.storage import open_storage

if TYPE_CHECKING:
    from bot.core.forge.ports import LeasedJob


class Traces:
    """Holds a locked file for each repository while it works on it."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds
        folder.mkdir(exist_ok=True)

    def handle(self, job: LeasedJob) -> Outcome:
        serial = job.serial.replace(":", "-")
        lock = os.open(self._folder / f"{serial}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._note("clashes", job.serial)
            self._note("begun", job.holder)
            time.sleep(self._seconds if job.attempts == 1 else 0.005)
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
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 0.005
    clock = SystemClock()
    queue = open_storage(settings.from_environment(), clock, on_lost=end_at_once).queue
    work(Worker(queue, Traces(folder / "traces", seconds), clock, threads=4))
    queue.close()
