"""`kill -9` of web and worker amid deliveries: what was answered with 202 is worked on, and never twice at once."""

from __future__ import annotations

import itertools
import random
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.forge.ports import JobState
from bot.host import bootstrap
from bot.host.settings import Settings
from bot.host.storage import prepare
from tests.adapters.payloads import comment, push
from tests.processes import HANGS, Process, alive, answers, children, deliver, environment, free_port, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DELIVERIES = 200
KILLS = 8


class Site:
    """A web process and a worker that come back after every kill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._variables = environment(folder, self.port)
        prepare(Settings(directory=folder))
        self.worker = self._start_worker()
        self.web = self._start_web()
        until(lambda: answers(self.port))

    def _start_web(self) -> Process:
        return Process(["-m", "bot", "web"], self._variables, self.folder / "web.log")

    def _start_worker(self) -> Process:
        known = set(self._workers())
        worker = Process(["-m", "tests.work_on_disk", str(self.folder)], self._variables, self.folder / "worker.log")
        until(lambda: set(self._workers()) - known)
        return worker

    def _workers(self) -> Iterator[Path]:
        return (path for path in (self.folder / "workers").glob("*.lock") if not path.name.startswith("web-"))

    def kill_web(self) -> None:
        behind = children(self.web.popen.pid)
        assert behind, "the server's own process"
        self.web.kill()
        until(lambda: not any(map(alive, behind)))
        self.web = self._start_web()
        until(lambda: answers(self.port))

    def kill_worker(self) -> None:
        self.worker.kill()
        self.worker = self._start_worker()

    def close(self) -> None:
        self.web.__exit__()
        self.worker.__exit__()


class Sender:
    """Sends deliveries as GitHub would, and those that were not answered with 202 again under the same id."""

    def __init__(self, port: int, numbers: Iterator[int]) -> None:
        self._port = port
        self._numbers = numbers
        self.accepted: list[str] = []
        self.enough = threading.Event()
        self._taking = threading.Lock()
        self._threads = [threading.Thread(target=self._send) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        while not self.enough.is_set():
            with self._taking:
                number = next(self._numbers)
            self._insist(*self._made(number), f"d-{number}")

    def _insist(self, event: str, payload: Any, delivery: str) -> None:
        end = time.monotonic() + HANGS
        while time.monotonic() < end:
            time.sleep(0.005)
            try:
                status, _ = deliver(self._port, event, payload, delivery)
            except OSError:
                continue
            if status == 202:
                self.accepted.append(delivery)
                return

    @staticmethod
    def _made(number: int) -> tuple[str, Any]:
        repository = {"id": number % 5 + 1, "full_name": f"acme/r{number % 5}", "default_branch": "main"}
        if number % 2:
            return "push", push(f"00{number % 3}-x", repository=repository)
        return "issue_comment", comment("/plan", repository=repository)


@pytest.mark.slow
def test_kill_9_loses_no_accepted_delivery_and_runs_no_two_of_one_repository_at_once(tmp_path: Path) -> None:
    site = Site(tmp_path)
    try:
        sender = Sender(site.port, itertools.count())
        dice = random.Random(7)  # noqa: S311  for moments, not for secrets
        for kill in [site.kill_web, site.kill_worker, site.kill_worker, site.kill_worker] * (KILLS // 4):
            time.sleep(dice.random() / 4)
            kill()
        until(lambda: len(sender.accepted) >= DELIVERIES)
        sender.enough.set()
        sender.join()
        queue = bootstrap.open_queue(Settings(directory=tmp_path))
        until(lambda: queue.counts()[JobState.WAITING] + queue.counts()[JobState.RUNNING] == 0)
        assert site.worker.terminate() == 0
    finally:
        site.close()

    traces = tmp_path / "traces"
    assert not (traces / "clashes").exists(), (traces / "clashes").read_text()
    worked = {int(line.split()[0]) for line in (traces / "worked").read_text().splitlines()}
    for delivery in sender.accepted:
        record = queue.find(delivery)
        assert record is not None, f"{delivery} was answered with 202 and is nowhere"
        assert record.state is JobState.DONE
        assert record.id in worked
    queue.close()


@pytest.mark.parametrize("role", ["web", "worker"])
def test_sigterm_ends_a_process_soon_and_in_order(tmp_path: Path, role: str) -> None:
    site = Site(tmp_path)
    try:
        assert (site.web if role == "web" else site.worker).terminate() == 0
    finally:
        site.close()
