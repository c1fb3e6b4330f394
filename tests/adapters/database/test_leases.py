"""Turns from the engine: what it keeps apart, what it must not keep back, and what it may lose."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from bot.adapters.database import migrate_postgres
from bot.adapters.database.migrate_postgres import migrate, refuse_outdated
from bot.adapters.database.postgres import PostgresDatabase, Session
from bot.adapters.database.queue_postgres import PostgresQueue
from bot.core.forge.errors import StorageError, UserError
from bot.core.forge.ports import JobState
from tests.adapters.queue_contract import job
from tests.clocks import HandClock
from tests.processes import HANGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.forge.ports import LeasedJob
    from tests.postgres import Server


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def queue(address: str, clock: HandClock) -> Iterator[PostgresQueue]:
    queue = PostgresQueue(PostgresDatabase(address), clock)
    yield queue
    queue.close()


def asked(address: str, sql: str) -> list[tuple[Any, ...]]:
    """As an administrator would; the rows, if any."""
    with psycopg.connect(address) as connection:
        cursor = connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


def turns(address: str) -> dict[str, list[str]]:
    """The repositories that wait for their turn, and those that have it."""
    rows = asked(address, "SELECT status::text, lock FROM plangate_turns.procrastinate_jobs ORDER BY id")
    return {state: [lock for status, lock in rows if status == state] for state in ("todo", "doing")}


def leased(queue: PostgresQueue, holder: str = "w1") -> LeasedJob:
    found = queue.lease(holder)
    assert found is not None
    return found


def lose_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next change is committed, and the connection breaks before anybody hears of it."""
    commit = Session.commit

    def commit_and_break(session: Session) -> None:
        commit(session)
        raise psycopg.OperationalError("lost")

    monkeypatch.setattr(Session, "commit", commit_and_break)


class TestTurns:
    def test_a_repository_has_one_turn_however_many_jobs_it_has(self, queue: PostgresQueue, address: str) -> None:
        for number in range(10):
            queue.put(job(f"d{number}"))
        queue.put(job("other", serial="r2"))
        first = leased(queue)
        assert first.delivery == "d0"
        assert turns(address) == {"todo": ["r2"], "doing": ["r1"]}
        assert leased(queue).delivery == "other"
        assert queue.lease("w1") is None
        assert turns(address) == {"todo": [], "doing": ["r1", "r2"]}
        queue.done(first)
        assert leased(queue).delivery == "d1"

    def test_a_job_that_waits_for_its_retry_has_no_turn_that_keeps_the_others_back(
        self, queue: PostgresQueue, address: str, clock: HandClock
    ) -> None:
        queue.put(job("limited"))
        queue.retry(leased(queue), clock.now() + 3600, "GitHub takes nothing now", uncounted=True)
        assert queue.lease("w1") is None
        assert turns(address) == {"todo": [], "doing": []}
        queue.put(job("d2"))
        queue.done(leased(queue))
        clock.turn(3600)
        assert leased(queue).delivery == "limited"

    def test_nothing_of_a_turn_is_kept(self, queue: PostgresQueue, address: str, clock: HandClock) -> None:
        for number in range(6):
            queue.put(job(f"d{number}", serial=f"r{number % 2}"))
            end = (queue.done, lambda one: queue.bury(one, "x"), lambda one: queue.retry(one, clock.now(), "x"))
            end[number % 3](leased(queue))
        while (left := queue.lease("w1")) is not None:
            queue.done(left)
        assert asked(address, "SELECT count(*) FROM plangate_turns.procrastinate_jobs") == [(0,)]
        assert asked(address, "SELECT count(*) FROM plangate_turns.procrastinate_events") == [(0,)]

    def test_a_repositorys_turn_comes_although_another_one_is_never_short_of_work(self, queue: PostgresQueue) -> None:
        for number in range(5):
            queue.put(job(f"busy{number}", serial="r1"))
        queue.put(job("quiet", serial="r2"))
        order = []
        while (one := queue.lease("w1")) is not None:
            order.append(one.delivery)
            queue.done(one)
        assert order.index("quiet") == 1

    @pytest.mark.slow
    def test_few_turns_wait_however_many_repositories_do_and_each_gets_one_in_a_round(
        self, queue: PostgresQueue, address: str
    ) -> None:
        names = [f"r{number}" for number in range(90)]
        for name in names:
            for number in range(3):
                queue.put(job(f"{name} {number}", serial=name))
        served = []
        while (one := queue.lease("w1")) is not None:
            assert len(turns(address)["todo"]) < 48
            served.append(one.serial)
            queue.done(one)
        assert len(served) == 270
        assert set(served[: 90 + 32]) == set(names), (
            "nobody's second turn is more than a look before the last one's first"
        )

    def test_turns_that_wait_for_a_repository_in_hand_do_not_keep_the_others_from_theirs(
        self, queue: PostgresQueue, address: str
    ) -> None:
        for number in range(40):
            queue.put(job(f"d{number}", serial=f"r{number}"))
        in_hand = [leased(queue) for _ in range(40)]
        # As when another worker had looked just before these were leased.
        asked(
            address,
            "SET search_path = plangate_turns;"
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status)"
            " SELECT 'default', 'turn', lock, lock, 'todo' FROM procrastinate_jobs",
        )
        queue.put(job("other", serial="x"))
        assert leased(queue).delivery == "other"
        for one in in_hand:
            queue.done(one)
        assert queue.lease("w1") is None
        assert turns(address)["todo"] == []


class TestLosses:
    def test_what_the_engine_loses_is_submitted_again(self, queue: PostgresQueue, address: str) -> None:
        for number in range(4):
            queue.put(job(f"d{number}", serial=f"r{number % 2}"))
        running = leased(queue)
        asked(address, "TRUNCATE plangate_turns.procrastinate_jobs CASCADE")
        second = leased(queue)
        assert (running.serial, second.serial) == ("r0", "r1"), "whose job runs has no second turn, lost or not"
        assert queue.lease("w1") is None
        queue.done(running)
        queue.done(second)
        while (one := queue.lease("w1")) is not None:
            queue.done(one)
        assert queue.counts()[JobState.DONE] == 4

    def test_a_turn_whose_answer_was_lost_keeps_nobody_back(self, queue: PostgresQueue, address: str) -> None:
        queue.put(job("d1"))
        queue.done(leased(queue))
        ((worker,),) = asked(address, "SELECT worker FROM plangate.holders")
        queue.put(job("d2"))
        forgotten = (worker, "default", "turn", "r1", "doing")
        with psycopg.connect(address) as connection:
            connection.execute(
                "INSERT INTO plangate_turns.procrastinate_jobs (worker_id, queue_name, task_name, lock, status)"
                " VALUES (%s, %s, %s, %s, %s)",
                forgotten,
            )
        assert leased(queue).delivery == "d2"

    def test_a_turn_that_a_worker_died_with_before_it_took_a_job_is_ended(
        self, queue: PostgresQueue, address: str
    ) -> None:
        assert queue.lease("w1") is None
        asked(
            address,
            "SET search_path = plangate_turns;"
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, status) VALUES ('x', 'turn', 'r1', 'doing')",
        )
        queue.put(job("d1"))
        assert leased(queue).delivery == "d1"

    def test_an_end_that_the_engine_did_not_hear_of_is_told_again(
        self, queue: PostgresQueue, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queue.put(job("d1"))
        first = leased(queue)
        assert queue._leases is not None

        def fail(_turns: object) -> None:
            raise StorageError("the connection broke")

        monkeypatch.setattr(queue._leases._turns, "finish", fail)
        queue.done(first)
        monkeypatch.undo()
        assert turns(address)["doing"] == ["r1"]
        queue.put(job("d2"))
        assert leased(queue).delivery == "d2"

    def test_an_idle_worker_that_the_engine_has_forgotten_comes_in_anew(
        self, queue: PostgresQueue, address: str
    ) -> None:
        assert queue.lease("w1") is None
        asked(address, "TRUNCATE plangate_turns.procrastinate_workers CASCADE")
        queue.put(job("d1"))
        assert leased(queue).delivery == "d1"

    def test_a_worker_goes_on_with_an_engine_that_was_made_anew(self, queue: PostgresQueue, address: str) -> None:
        for number in range(30):
            queue.put(job(f"d{number}", serial=f"r{number % 4}"))
        for _ in range(20):  # long enough for connections to know its types by heart
            queue.done(leased(queue))
        asked(address, "UPDATE plangate.engine SET version = '2.0'")
        migrate(address)
        tries = 0
        while queue.counts()[JobState.DONE] < 30:
            tries += 1
            assert tries < 15
            with suppress(StorageError):
                queue.done(leased(queue))

    def test_a_worker_that_was_not_told_that_it_came_in_is_not_kept_out_by_its_own_name(
        self, queue: PostgresQueue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queue.put(job("d1"))
        lose_the_answer(monkeypatch)
        with pytest.raises(StorageError, match="lost"):
            queue.lease("w1")
        monkeypatch.undo()
        assert leased(queue).delivery == "d1"
        assert queue.workers() == 1

    def test_a_lease_whose_answer_was_lost_is_given_back_although_somebody_is_at_the_repository(
        self, queue: PostgresQueue, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert queue.lease("w1") is None
        queue.put(job("d1"))
        lose_the_answer(monkeypatch)
        with pytest.raises(StorageError, match="lost"):
            queue.lease("w1")
        monkeypatch.undo()
        with psycopg.connect(address) as other:
            Session(other).lock(["r1"])
            assert queue.lease("w1") is None
        again = leased(queue)
        assert (again.delivery, again.attempts) == ("d1", 1)

    def test_a_worker_whose_engine_is_made_anew_gives_up_what_it_has_in_hand(
        self, address: str, clock: HandClock
    ) -> None:
        lost = threading.Event()
        old = PostgresQueue(PostgresDatabase(address), clock, lost.set)
        old.put(job("d1"))
        assert old.lease("w1") is not None
        asked(address, "UPDATE plangate.engine SET version = '2.0'")
        migrate(address)
        assert lost.wait(HANGS)
        old.close()
        fresh = PostgresQueue(PostgresDatabase(address), clock)
        again = leased(fresh, "w2")
        assert (again.delivery, again.attempts) == ("d1", 2)
        fresh.close()


class TestVersions:
    def test_the_engines_tables_fit_the_version_that_is_installed(self, address: str) -> None:
        refuse_outdated(address)
        asked(address, "UPDATE plangate.engine SET version = '2.0'")
        with pytest.raises(
            UserError, match="lacks the tables of this version of Procrastinate: run `plangate migrate`"
        ):
            refuse_outdated(address)
        assert migrate(address) == []
        refuse_outdated(address)

    def test_a_backup_without_the_engines_tables_gets_new_ones(
        self, queue: PostgresQueue, address: str, clock: HandClock
    ) -> None:
        queue.put(job("d1"))
        assert queue.lease("w1") is not None
        asked(address, "DROP SCHEMA plangate_turns CASCADE")
        with pytest.raises(UserError, match="lacks the tables"):
            refuse_outdated(address)
        migrate(address)
        fresh = PostgresQueue(PostgresDatabase(address), clock)
        assert fresh.lease("w2") is None, "who was alive in the backup is not taken for somebody who comes now"
        rows = asked(address, "SELECT holder, worker FROM plangate.holders ORDER BY worker")
        assert [holder for holder, _ in rows] == ["w1", "w2"]
        fresh.close()

    def test_a_user_without_the_right_to_make_schemas_is_told_what_is_missing(self, postgres: Server) -> None:
        address = postgres.database()
        asked(address, "DROP ROLE IF EXISTS modest; CREATE ROLE modest LOGIN")
        modest = address.replace("plangate@", "modest@")
        with pytest.raises(StorageError, match=r"permission denied .*GRANT CREATE ON DATABASE"):
            migrate(modest)
        asked(
            address,
            "CREATE SCHEMA plangate; GRANT CREATE ON DATABASE " + address.split("/")[3].split("?")[0] + " TO modest",
        )
        with pytest.raises(StorageError, match=r"or own them\.$"):
            migrate(modest)
        asked(address, "ALTER SCHEMA plangate OWNER TO modest")
        assert migrate(modest) == list(migrate_postgres.migrations())
        asked(address, "DROP OWNED BY modest CASCADE; DROP ROLE modest")

    def test_a_worker_that_an_upgrade_leaves_behind_ends(
        self, queue: PostgresQueue, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert queue.lease("w1") is None
        newest = max(migrate_postgres.migrations())
        with monkeypatch.context() as later:
            later.setattr(
                migrate_postgres,
                "migrations",
                lambda: dict.fromkeys(range(1, newest + 2), "SELECT 1"),
            )
            assert migrate(address) == [newest + 1]
        with pytest.raises(UserError, match="newer Plangate"):
            queue.lease("w1")

    def test_an_engine_of_somebody_elses_in_the_same_database_is_left_alone(
        self, postgres: Server, clock: HandClock
    ) -> None:
        address = postgres.database()
        asked(address, "CREATE TABLE procrastinate_jobs (theirs integer); INSERT INTO procrastinate_jobs VALUES (7)")
        migrate(address)
        queue = PostgresQueue(PostgresDatabase(address), clock)
        queue.put(job("d1"))
        queue.done(leased(queue))
        queue.close()
        assert asked(address, "SELECT theirs FROM public.procrastinate_jobs") == [(7,)]
        assert migrate_postgres.migrate(address) == []
