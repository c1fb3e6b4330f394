"""The shared queue keeps what every queue promises, and what only several hosts on one database can go through."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from bot.adapters.database import heartbeat, queue_postgres, turns
from bot.adapters.database import postgres as postgres_module
from bot.adapters.database.heartbeat import BEAT, FENCE, FRESH, LEASE
from bot.adapters.database.migrate_postgres import migrate, migrations, refuse_outdated
from bot.adapters.database.postgres import PostgresDatabase
from bot.adapters.database.queue_postgres import PostgresQueue
from bot.core.forge.errors import StorageError, UserError
from bot.core.forge.ports import JobState
from tests.adapters.queue_contract import FOR_EVER, QueueContract, job
from tests.adapters.queue_model import QueueMachine
from tests.clocks import HandClock
from tests.processes import HANGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.forge.ports import Queue
    from tests.postgres import Server


def open_queue(address: str, clock: HandClock) -> PostgresQueue:
    return PostgresQueue(PostgresDatabase(address), clock)


class TestContract(QueueContract):
    @pytest.fixture(autouse=True)
    def _address(self, address: str) -> None:
        self.address = address

    def open(self, clock: HandClock) -> Queue:
        return open_queue(self.address, clock)


class PostgresMachine(QueueMachine):
    address: ClassVar[str]

    def __init__(self) -> None:
        with psycopg.connect(self.address) as connection:
            connection.execute("TRUNCATE plangate.jobs, plangate.deliveries, plangate.holders")
            connection.execute("TRUNCATE plangate_turns.procrastinate_jobs CASCADE")
        super().__init__()

    def open(self) -> Queue:
        return open_queue(self.address, self.clock)


@pytest.fixture(scope="module")
def _machine(postgres: Server) -> Iterator[None]:
    """The model knows no time limits, so a slow machine must not reach any: the same calls have the same results."""
    PostgresMachine.address = postgres.database()
    migrate(PostgresMachine.address)
    with pytest.MonkeyPatch.context() as patched:
        for module, name in _LIMITS:
            patched.setattr(module, name, FOR_EVER)
        patched.setattr(postgres_module, "SESSION", [line for line in postgres_module.SESSION if "timeout" not in line])
        yield


_LIMITS = [
    (heartbeat, "FENCE"),
    (heartbeat, "LEASE"),
    (queue_postgres, "_PATIENCE"),
    (turns, "_PATIENCE"),
    (turns, "_CONNECT"),
]


TestAgainstTheModel = pytest.mark.slow(pytest.mark.usefixtures("_machine")(PostgresMachine.TestCase))
TestAgainstTheModel.settings = settings(
    max_examples=25, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow]
)


class TestHolders:
    def test_a_worker_gives_up_well_before_the_others_take_over(self) -> None:
        assert BEAT < FRESH < FENCE - BEAT
        assert FENCE < LEASE - 2 * BEAT

    def test_who_was_taken_for_dead_hears_of_it_and_changes_nothing_any_more(self, address: str) -> None:
        clock, lost = HandClock(), threading.Event()
        slow = PostgresQueue(PostgresDatabase(address), clock, lost.set)
        other = open_queue(address, clock)
        slow.put(job("d1"))
        mine = slow.lease("w1")
        assert mine is not None
        with psycopg.connect(address) as meddler:
            meddler.execute("DELETE FROM plangate.holders")
        theirs = other.lease("w2")
        assert theirs is not None
        assert (theirs.delivery, theirs.crashes) == ("d1", 1)
        assert lost.wait(HANGS)
        slow.done(mine)
        slow.retry(mine, 0.0, "x")
        slow.bury(mine, "x")
        slow.release(mine)
        found = other.find("d1")
        assert found is not None
        assert found.state is JobState.RUNNING
        other.done(theirs)
        assert slow.lease("w1") is None, "it may go on, with new jobs"
        slow.put(job("d2"))
        assert slow.lease("w1") is not None
        slow.close()
        other.close()

    def test_with_work_in_hand_that_may_be_anothers_nothing_more_is_leased(self, address: str) -> None:
        queue = open_queue(address, HandClock())
        queue.put(job("d1"))
        queue.put(job("d2", serial="r2"))
        assert queue.lease("w1") is not None
        with psycopg.connect(address) as meddler:
            meddler.execute("DELETE FROM plangate.holders")
        with pytest.raises(StorageError, match="w1 was removed"):
            queue.lease("w1")
        queue.close()

    def test_two_processes_cannot_have_one_name(self, address: str) -> None:
        first, second = open_queue(address, HandClock()), open_queue(address, HandClock())
        assert first.lease("w1") is None
        with pytest.raises(StorageError, match="Another process already holds leases as w1"):
            second.lease("w1")
        first.close()
        second.close()


class TestConnections:
    @pytest.fixture
    def queue(self, address: str) -> Iterator[PostgresQueue]:
        queue = open_queue(address, HandClock())
        yield queue
        queue.close()

    @staticmethod
    def cut(address: str) -> None:
        """As when the server is started again: all connections but this one are gone."""
        with psycopg.connect(address) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def test_a_cut_connection_costs_no_delivery_and_no_outcome(self, queue: PostgresQueue, address: str) -> None:
        assert queue.put(job("d1"))
        leased = queue.lease("w1")
        assert leased is not None
        self.cut(address)
        assert queue.put(job("d2"))
        self.cut(address)
        queue.done(leased)
        self.cut(address)
        assert queue.counts() == {
            JobState.WAITING: 1,
            JobState.RUNNING: 0,
            JobState.DONE: 1,
            JobState.DEAD: 0,
        }

    def test_who_waits_hears_again_after_a_cut(self, queue: PostgresQueue, address: str) -> None:
        assert queue.lease("w1") is None
        queue.wait(0.05)
        self.cut(address)
        for _ in range(3):
            queue.wait(0.5)  # notices the lost connection, listens again, and waits
        other = open_queue(address, HandClock())
        other.put(job("d1"))
        queue.wait(FOR_EVER)
        other.close()

    def test_a_lease_whose_answer_was_lost_is_found_again(
        self, queue: PostgresQueue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queue.put(job("d1"))
        write = queue._database.write

        def lose_the_answer(change: Any, **options: Any) -> Any:
            write(change, **options)
            raise StorageError("the connection broke")

        assert queue.lease("w1") is not None
        queue.put(job("d2", serial="r2"))
        monkeypatch.setattr(queue._database, "write", lose_the_answer)
        with pytest.raises(StorageError):
            queue.lease("w1")
        monkeypatch.undo()
        again = queue.lease("w1")
        assert again is not None
        assert (again.delivery, again.attempts, again.crashes) == ("d2", 1, 0)
        assert queue.counts()[JobState.RUNNING] == 2

    def test_deliveries_that_come_together_share_a_commit(self, queue: PostgresQueue, address: str) -> None:
        entered, go_on = threading.Event(), threading.Event()

        def hold(_session: object) -> None:
            entered.set()
            go_on.wait(HANGS)

        holding = threading.Thread(target=queue._database.write, args=(hold,))
        holding.start()
        assert entered.wait(HANGS)
        putting = [threading.Thread(target=queue.put, args=(job(f"d{number}"),)) for number in range(50)]
        for thread in putting:
            thread.start()
        while queue._database._writer.waiting < 50:
            pass
        go_on.set()
        for thread in [holding, *putting]:
            thread.join()
        with psycopg.connect(address) as look:
            commits = look.execute("SELECT count(DISTINCT xmin::text) FROM plangate.jobs").fetchone()
        assert commits == (1,)

    def test_a_delivery_that_cannot_be_kept_takes_no_other_down(self, queue: PostgresQueue) -> None:
        entered, go_on = threading.Event(), threading.Event()
        heard: list[str] = []

        def hold(_session: object) -> None:
            entered.set()
            go_on.wait(HANGS)

        def fail() -> None:
            try:
                queue._database.write(lambda session: session.execute("SELECT 1 / 0"))
            except StorageError as error:
                heard.append(str(error))

        threads = [threading.Thread(target=queue._database.write, args=(hold,))]
        threads[0].start()
        assert entered.wait(HANGS)
        threads += [threading.Thread(target=queue.put, args=(job("d1"),)), threading.Thread(target=fail)]
        for thread in threads[1:]:
            thread.start()
        go_on.set()
        for thread in threads:
            thread.join()
        assert queue.counts()[JobState.WAITING] == 1
        assert "division by zero" in heard[0]

    def test_one_delivery_at_two_doors_is_accepted_once(self, address: str) -> None:
        doors = [open_queue(address, HandClock()) for _ in range(4)]
        accepted: list[bool] = []

        def deliver(door: PostgresQueue, serial: str) -> None:
            accepted.extend([door.put(job(f"d{number}", serial=serial)) for number in range(20)])

        threads = [threading.Thread(target=deliver, args=(door, f"r{n}")) for n, door in enumerate(doors)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert accepted.count(True) == 20
        assert doors[0].counts()[JobState.WAITING] == 20
        for door in doors:
            door.close()


class TestMigrations:
    def test_they_are_numbered_from_one_without_a_gap(self) -> None:
        assert list(migrations()) == list(range(1, len(migrations()) + 1))

    def test_hosts_that_do_it_at_once_take_turns(self, postgres: Server) -> None:
        address = postgres.database()
        done: list[list[int]] = []
        threads = [threading.Thread(target=lambda: done.append(migrate(address))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(done) == [[]] * 3 + [list(migrations())]

    def test_an_older_or_newer_schema_is_one_sentence(self, postgres: Server) -> None:
        address = postgres.database()
        with pytest.raises(UserError, match=r"has schema 0, this Plangate needs \d+: run `plangate migrate` first"):
            refuse_outdated(address)
        migrate(address)
        refuse_outdated(address)
        with psycopg.connect(address) as newer:
            newer.execute("UPDATE plangate.schema_version SET version = 4711")
        with pytest.raises(UserError, match=r"newer Plangate \(schema 4711, this one knows \d+\)"):
            migrate(address)

    def test_a_server_that_is_not_there_is_named_without_the_password(self) -> None:
        with pytest.raises(StorageError, match=r"^postgresql://127\.0\.0\.1:1/x: .*: see that the server runs") as told:
            migrate("postgresql://u:hunter2@127.0.0.1:1/x")
        assert "hunter2" not in str(told.value)
        assert "\n" not in str(told.value)
