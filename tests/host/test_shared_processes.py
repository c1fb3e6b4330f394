"""Web and workers of several hosts on one PostgreSQL: what `kill -9` of each does, and what it must not do.

The hosts are processes with folders of their own; the traces of their work are in a common one, which only tests have.
"""

from __future__ import annotations

import itertools
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.migrate_postgres import migrate
from bot.adapters.database.postgres import PostgresDatabase
from bot.adapters.database.queue_postgres import PostgresQueue
from bot.core.forge.errors import StorageError
from bot.core.forge.ports import JobState
from tests.adapters.payloads import push
from tests.adapters.queue_contract import job
from tests.host.test_worker_processes import Sender
from tests.postgres import Server, binaries
from tests.processes import HANGS, Process, answers, deliver, environment, free_port, request, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed: `make postgres`"),
]


class Hosts:
    """Any number of workers and a door, on a PostgreSQL of their own that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server()
        self.server.__enter__()
        self.address = self.server.database()
        migrate(self.address)
        self.queue = PostgresQueue(PostgresDatabase(self.address), SystemClock())
        self.port = free_port()
        self._processes: list[Process] = []
        self._names = itertools.count(1)

    def start(self, *command: str) -> Process:
        """A process on a host of its own."""
        name = f"host-{next(self._names)}"
        (self.folder / name).mkdir()
        variables = environment(self.folder / name, self.port, PLANGATE_DATABASE_URL=self.address)
        process = Process(["-m", *command], variables, self.folder / f"{name}.log")
        self._processes.append(process)
        return process

    def worker(self, seconds: float = 0.005) -> Process:
        before = len(self.holders())
        process = self.start("tests.work_on_disk", str(self.folder), str(seconds))
        until(lambda: len(self.holders()) > before)
        return process

    def web(self) -> Process:
        process = self.start("bot", "web")
        until(lambda: answers(self.port))
        return process

    @staticmethod
    def log(process: Process) -> str:
        return process.log.read_text()

    def holders(self) -> list[str]:
        return [
            name
            for (name,) in self.queue._database.read(
                lambda session: session.execute("SELECT holder FROM holders").fetchall()
            )
        ]

    def trace(self, name: str) -> list[str]:
        path = self.folder / "traces" / name
        return path.read_text().splitlines() if path.exists() else []

    def ended(self) -> bool:
        try:
            counts = self.queue.counts()
        except StorageError:
            return False
        return counts[JobState.WAITING] + counts[JobState.RUNNING] == 0

    def close(self) -> None:
        for process in self._processes:
            process.__exit__()
        self.queue.close()
        self.server.__exit__(None, None, None)


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    hosts = Hosts(tmp_path)
    yield hosts
    hosts.close()


def test_killing_hosts_and_the_database_loses_nothing_and_runs_no_two_jobs_of_one_repository_at_once(
    hosts: Hosts,
) -> None:
    workers, web = [hosts.worker(), hosts.worker()], hosts.web()
    sender = Sender(hosts.port, itertools.count())
    dice = random.Random(7)  # noqa: S311  for moments, not for secrets
    try:
        for blow in ["worker", "database", "web", "worker", "database", "worker"]:
            time.sleep(dice.random())
            match blow:
                case "worker":
                    workers.pop(0).kill()
                    workers.append(hosts.worker())
                case "web":
                    web.kill()
                    web = hosts.web()
                case _:
                    hosts.server.kill()
                    hosts.server.start()
                    until(lambda: answers(hosts.port))
        answered = len(sender.accepted)
        until(lambda: len(sender.accepted) > answered + 100)
    finally:
        sender.enough.set()
        sender.join()
    until(hosts.ended)
    assert hosts.trace("clashes") == []
    worked = {int(line.split()[0]) for line in hosts.trace("worked")}
    for delivery in sender.accepted:
        record = hosts.queue.find(delivery)
        assert record is not None, f"{delivery} was answered with 202 and is nowhere"
        assert record.state is JobState.DONE
        assert record.id in worked
    until(lambda: len(hosts.holders()) == len(workers))  # who was killed with nothing in hand is gone, too
    assert [worker.terminate() for worker in workers] == [0, 0]
    assert web.terminate() == 0
    assert hosts.holders() == []


def test_a_killed_hosts_jobs_are_done_by_another(hosts: Hosts) -> None:
    dying = hosts.worker(300)
    for number in range(3):
        hosts.queue.put(job(f"d{number}", serial=f"r{number}"))
    until(lambda: len(hosts.trace("begun")) == 3)
    hosts.worker()
    dying.kill()
    until(hosts.ended)
    assert len(hosts.trace("worked")) == 3
    records = [hosts.queue.find(f"d{number}") for number in range(3)]
    assert [record.attempts for record in records if record] == [2, 2, 2]


def test_a_host_that_stood_still_ends_when_it_wakes_and_finishes_nothing(hosts: Hosts) -> None:
    still = hosts.worker(300)
    hosts.queue.put(job("d1"))
    until(lambda: len(hosts.trace("begun")) == 1)
    still.popen.send_signal(signal.SIGSTOP)
    hosts.worker()
    until(lambda: len(hosts.trace("begun")) == 2)
    until(hosts.ended)
    still.popen.send_signal(signal.SIGCONT)
    assert still.popen.wait(HANGS) == 1, "it gave up its leases"
    assert len(hosts.trace("worked")) == 1
    record = hosts.queue.find("d1")
    assert record is not None
    assert (record.state, record.attempts) == (JobState.DONE, 2)


def test_a_worker_without_its_database_gives_up_before_another_could_take_over(hosts: Hosts) -> None:
    worker = hosts.worker(60)
    hosts.queue.put(job("d1"))
    until(lambda: len(hosts.trace("begun")) == 1)
    hosts.server.kill()
    assert worker.popen.wait(HANGS) == 1
    hosts.server.start()
    hosts.worker()
    until(hosts.ended)


def test_a_worker_that_is_told_to_stop_ends_in_time_although_the_database_hangs(hosts: Hosts) -> None:
    worker = hosts.worker()
    with hosts.server.hanging():
        worker.popen.send_signal(signal.SIGTERM)
        assert worker.popen.wait(HANGS) == 1, "it does not wait for the database"


def test_while_the_database_is_away_the_door_says_503_and_then_recovers(hosts: Hosts) -> None:
    hosts.web()
    assert deliver(hosts.port, "push", push(), "d1")[0] == 202
    hosts.server.kill()
    assert deliver(hosts.port, "push", push(), "d2")[0] == 503
    assert request(hosts.port, "GET", "/readyz")[0] == 503
    assert request(hosts.port, "GET", "/healthz")[0] == 200
    late = hosts.start("tests.work_on_disk", str(hosts.folder))
    until(lambda: "cannot lease" in hosts.log(late))
    hosts.server.start()
    until(lambda: answers(hosts.port))
    assert deliver(hosts.port, "push", push(), "d1")[1]["outcome"] == "known"
    assert deliver(hosts.port, "push", push(), "d2")[1]["outcome"] == "accepted"
    until(hosts.ended)
    assert late.terminate() == 0, "a worker that was started meanwhile waited for it"
