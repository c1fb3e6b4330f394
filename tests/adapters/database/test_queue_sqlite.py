"""The embedded queue keeps what every queue promises, and what only a file on a disk can go through."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import sqlite3
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings

from bot.adapters.database import job_rows
from bot.adapters.database.doorbell import Doorbell
from bot.adapters.database.migrate import migrate, migrations
from bot.adapters.database.queue_sqlite import SqliteQueue
from bot.adapters.database.sqlite import Database
from bot.adapters.webhook.webhook import parse
from bot.core.forge.errors import StorageError, UserError
from bot.core.forge.ports import JobState, Queue
from tests.adapters.payloads import comment
from tests.adapters.queue_contract import QueueContract, job
from tests.adapters.queue_model import QueueMachine
from tests.clocks import HandClock
from tests.processes import HANGS


def open_queue(folder: Path, clock: HandClock) -> SqliteQueue:
    migrate(folder / "plangate.db")
    return SqliteQueue(Database(folder / "plangate.db"), clock)


class TestContract(QueueContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def open(self, clock: HandClock) -> Queue:
        return open_queue(self.folder, clock)


class SqliteMachine(QueueMachine):
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="queue-"))
        super().__init__()

    def open(self) -> Queue:
        return open_queue(self.folder, self.clock)

    def teardown(self) -> None:
        super().teardown()
        shutil.rmtree(self.folder)


TestAgainstTheModel = SqliteMachine.TestCase
TestAgainstTheModel.settings = settings(
    max_examples=50, stateful_step_count=60, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


class TestTurns:
    def test_a_repository_with_many_jobs_gets_one_turn_in_a_round(self, tmp_path: Path, clock: HandClock) -> None:
        queue = open_queue(tmp_path, clock)
        deliveries = [job(f"b{number}", serial="busy") for number in range(30)]
        deliveries += [job(f"{name}{number}", serial=name) for number in range(3) for name in ("r1", "r2", "r3")]
        for delivery in deliveries:
            queue.put(delivery)
        leased = []
        for _ in deliveries:
            turn = queue.lease("w1")
            assert turn is not None
            leased.append(turn.delivery)
            queue.done(turn)
        queue.close()
        rounds = [["b0", "r10", "r20", "r30"], ["b1", "r11", "r21", "r31"], ["b2", "r12", "r22", "r32"]]
        assert [sorted(leased[start : start + 4]) for start in (0, 4, 8)] == rounds
        assert leased[12:] == [f"b{number}" for number in range(3, 30)]


class TestCommits:
    def test_deliveries_that_come_together_share_a_commit(self, tmp_path: Path, clock: HandClock) -> None:
        path = tmp_path / "plangate.db"
        migrate(path)
        database = Database(path)
        commits = itertools.count()
        entered, go_on = threading.Event(), threading.Event()

        def hold(connection: sqlite3.Connection) -> None:
            connection.set_trace_callback(lambda sql: next(commits) if sql == "COMMIT" else None)
            entered.set()
            go_on.wait(HANGS)

        queue = SqliteQueue(database, clock)
        holding = threading.Thread(target=database.write, args=(hold,))
        holding.start()
        assert entered.wait(HANGS)
        putting = [threading.Thread(target=queue.put, args=(job(f"d{number}"),)) for number in range(50)]
        for thread in putting:
            thread.start()
        while database._writer.waiting < 50:
            pass
        go_on.set()
        for thread in [holding, *putting]:
            thread.join()
        assert queue.counts()[JobState.WAITING] == 50
        assert next(commits) == 2, "one for whoever held it up, one for all others"
        queue.close()

    def test_a_change_that_fails_takes_no_other_down(self, tmp_path: Path, clock: HandClock) -> None:
        path = tmp_path / "plangate.db"
        migrate(path)
        database = Database(path)
        entered, go_on = threading.Event(), threading.Event()

        def hold(_connection: sqlite3.Connection) -> None:
            entered.set()
            go_on.wait(HANGS)

        def fail(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM jobs")
            raise KeyError("mine")

        heard: list[str] = []

        def failing() -> None:
            try:
                database.write(fail)
            except KeyError as error:
                heard.append(str(error))

        queue = SqliteQueue(database, clock)
        queue.put(job("d0"))
        threads = [threading.Thread(target=database.write, args=(hold,))]
        threads[0].start()
        assert entered.wait(HANGS)
        threads += [threading.Thread(target=queue.put, args=(job("d1"),)), threading.Thread(target=failing)]
        for thread in threads[1:]:
            thread.start()
        go_on.set()
        for thread in threads:
            thread.join()
        assert heard == ["'mine'"]
        assert queue.counts()[JobState.WAITING] == 2
        queue.close()

    def test_a_delivery_does_not_wait_for_ever(self, tmp_path: Path) -> None:
        path = tmp_path / "plangate.db"
        migrate(path)
        database = Database(path)
        go_on = threading.Event()
        entered = threading.Event()

        def hold(_connection: sqlite3.Connection) -> None:
            entered.set()
            go_on.wait(HANGS)

        holding = threading.Thread(target=database.write, args=(hold,))
        holding.start()
        assert entered.wait(HANGS)
        done: list[int] = []
        with pytest.raises(StorageError, match=r"did not take a change within 0\.05 seconds"):
            database.write(lambda _: done.append(1), patience=0.05)
        go_on.set()
        holding.join()
        database.close()
        assert done == [], "what was refused is not done later"


class TestBadDisks:
    def test_a_full_disk_refuses_and_keeps_what_it_has(self, tmp_path: Path, clock: HandClock) -> None:
        queue = open_queue(tmp_path, clock)
        queue.put(job("d1"))
        queue._database.write(lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchone())
        accepted = 1
        refused = None
        while refused is None and accepted < 10_000:
            try:
                assert queue.put(job(f"d{accepted + 1}", serial=f"r{accepted}"))
                accepted += 1
            except StorageError as error:
                refused = str(error)
        assert "is full: free some space" in (refused or "")
        queue._database.write(lambda connection: connection.execute("PRAGMA max_page_count = 1000000").fetchone())
        assert queue.put(job(f"d{accepted + 1}")), "it goes on when there is space again"
        assert queue.counts()[JobState.WAITING] == accepted + 1
        queue.close()

    def test_it_is_ready_only_while_a_delivery_of_full_size_can_be_kept(self, tmp_path: Path, clock: HandClock) -> None:
        queue = open_queue(tmp_path, clock)
        pages = queue._database.read(lambda connection: connection.execute("PRAGMA page_count").fetchone())[0]
        queue._database.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages + 20}").fetchone())
        assert queue.put(job("d1")), "a small one still fits"
        for _ in range(2):
            with pytest.raises(StorageError, match="is full: free some space"):
                queue.check()
        queue._database.write(lambda connection: connection.execute("PRAGMA max_page_count = 1000000").fetchone())
        queue.check()
        full = job_rows.LARGEST_EVENT
        queue._database.write(lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchone())
        assert queue.put(replace(job("d2", serial="r2"), event=b"x" * full)), "what was tried can be kept"
        queue.close()

    def test_readiness_checks_write_little(self, tmp_path: Path, clock: HandClock) -> None:
        queue = open_queue(tmp_path, clock)
        queue.check()
        journal = tmp_path / "plangate.db-wal"
        before = journal.stat().st_size
        for _ in range(20):
            queue.check()
        assert journal.stat().st_size - before < job_rows.LARGEST_EVENT
        queue.close()

    def test_a_nearly_full_disk_is_not_ready(
        self, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queue = open_queue(tmp_path, clock)
        queue.check()
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_999_999))
        with pytest.raises(StorageError, match="the disk is nearly full: free some space on it"):
            queue.check()
        queue.close()

    def test_no_delivery_is_larger_than_what_is_tried(self) -> None:
        payload = comment("/plan " + "\x01" * 70_000)
        (stored,) = parse("issue_comment", "d1", json.dumps(payload).encode(), app_id=None, app_slug="plangate")
        assert 300_000 < len(stored.event) < job_rows.LARGEST_EVENT

    def test_a_damaged_file_is_named_with_a_remedy(self, tmp_path: Path) -> None:
        path = tmp_path / "plangate.db"
        path.write_bytes(b"no database at all" * 1000)
        with pytest.raises(
            StorageError, match=r"plangate\.db: file is not a database: it is damaged; restore a backup"
        ):
            migrate(path)

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(StorageError, match=r"file/plangate\.db"):
            migrate(tmp_path / "file" / "plangate.db")

    def test_a_closed_queue_refuses(self, tmp_path: Path, clock: HandClock) -> None:
        queue = open_queue(tmp_path, clock)
        queue.close()
        queue.close()
        with pytest.raises(StorageError, match="is closed"):
            queue.put(job("d1"))

    @pytest.mark.slow
    def test_somebody_elses_lock_is_waited_for_and_then_named(self, tmp_path: Path, clock: HandClock) -> None:
        queue = open_queue(tmp_path, clock)
        shell = sqlite3.connect(tmp_path / "plangate.db", isolation_level=None)
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked: another program holds it open"):
            queue.put(job("d1"))
        shell.execute("ROLLBACK")
        shell.close()
        assert queue.put(job("d1"))
        queue.close()


class TestMigrations:
    def test_they_are_numbered_from_one_without_a_gap(self) -> None:
        assert list(migrations()) == list(range(1, len(migrations()) + 1))

    def test_the_second_time_there_is_nothing_to_do(self, tmp_path: Path) -> None:
        assert migrate(tmp_path / "a" / "plangate.db") == list(migrations())
        assert migrate(tmp_path / "a" / "plangate.db") == []

    def test_processes_that_do_it_at_once_take_turns(self, tmp_path: Path) -> None:
        done: list[list[int]] = []
        threads = [threading.Thread(target=lambda: done.append(migrate(tmp_path / "plangate.db"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(done) == [[]] * 7 + [list(migrations())]

    def test_a_newer_plangates_database_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "plangate.db"
        migrate(path)
        with sqlite3.connect(path) as newer:
            newer.execute("PRAGMA user_version = 4711")
        newer.close()
        with pytest.raises(UserError, match=r"newer Plangate \(schema 4711, this one knows \d+\)"):
            migrate(path)

    def test_nobody_else_on_the_machine_can_read_it(self, tmp_path: Path, clock: HandClock) -> None:
        queue = open_queue(tmp_path / "var", clock)
        queue.put(job("d1"))
        for file in [tmp_path / "var", *(tmp_path / "var").glob("plangate.db*")]:
            assert file.stat().st_mode & 0o077 == 0, file
        queue.close()


class TestDoorbell:
    def test_it_rings_in_a_folder_with_a_path_longer_than_a_sockets_address(self, tmp_path: Path) -> None:
        folder = tmp_path / ("x" * 150)
        listener, ringer = Doorbell(folder), Doorbell(folder)
        listener.listen("w1")
        ringer.ring()
        started = threading.Event()

        def wait() -> None:
            listener.wait(20)
            started.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert started.wait(5)
        waiting.join()
        listener.close()
        ringer.close()

    def test_a_dead_listeners_bell_is_taken_down(self, tmp_path: Path) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
            dead.bind(str(tmp_path / "w1.bell"))
        ringer = Doorbell(tmp_path)
        ringer.ring()
        assert list(tmp_path.iterdir()) == []
        ringer.close()

    def test_a_listener_that_does_not_hear_stops_nobody(self, tmp_path: Path) -> None:
        listener, ringer = Doorbell(tmp_path), Doorbell(tmp_path)
        listener.listen("w1")
        for _ in range(5000):
            ringer.ring()
        listener.wait(5)
        listener.close()
        ringer.close()
