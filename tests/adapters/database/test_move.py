"""What the embedded database holds is in the shared one afterwards: every job, every delivery id, the whole store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.adapters.database.holders import Holders
from bot.adapters.database.migrate import migrate as migrate_file
from bot.adapters.database.postgres import PostgresDatabase
from bot.adapters.database.queue_postgres import PostgresQueue
from bot.adapters.database.queue_sqlite import SqliteQueue
from bot.adapters.database.sqlite import Database
from bot.adapters.database.store_sql import SqlStore
from bot.core.forge.errors import UserError
from bot.core.forge.stored import CommentKind, Installation, Offer, SeenRepository, StoredBlob, StoredReport
from bot.host.settings import Settings
from bot.host.storage import migrate_all, open_storage, prepare
from tests.adapters.database.test_store import BOARD_ROW, COMMENT, FERRY, PAGE, WAIVER
from tests.adapters.queue_contract import job
from tests.clocks import HandClock

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.forge.ports import Queue
    from tests.postgres import Server

TABLES = [
    *("jobs", "deliveries", "installations", "repositories", "hints", "reports", "comments"),
    *("offers", "waivers", "cursors", "uses", "redeliveries", "verdict_pages", "board_rows", "false_alarms"),
]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def before(tmp_path: Path, postgres: Server) -> Settings:
    """The settings after the address was added, before `plangate migrate`."""
    return Settings(directory=tmp_path, database_url=postgres.database())


@pytest.fixture
def filled(before: Settings, clock: HandClock) -> dict[str, list[tuple[object, ...]]]:
    """All rows of a file with jobs in every state and something of every kind in the store."""
    migrate_file(before.database)
    database = Database(before.database)
    queue, store = SqliteQueue(database, clock), SqlStore(database)
    fill_queue(queue, clock)
    store.keep_installation(Installation(99, "acme", suspended=True))
    store.see_repository(FERRY)
    store.keep_verdict_page(FERRY.id, PAGE)
    store.keep_board_row(FERRY.id, BOARD_ROW)
    store.count_false_alarm("dead-link")
    store.see_repository(SeenRepository(43, 99, "acme", "ungoverned", 2.0, governed=False))
    store.set_governed(42, True)  # noqa: FBT003  the port's shape
    store.keep_configuration(99, None, StoredBlob("b" * 40, "plangate: {mode: off}", 5.0))
    store.remember(42, "template", "half a \0 hint")
    store.keep_report(42, "h1", StoredReport("sha256:1", None, "failure", '{"ünï": "✓"}', 5.5))
    store.keep_comment(42, 5, CommentKind.STICKY, COMMENT)
    store.offer_number(42, Offer("specs", "022", 412, 100.0), 1.0)
    store.add_waiver(WAIVER)
    store.set_cursor("deliveries", "v1_123")
    store.count_use(42, "mona", 1.0, 60.0)
    store.count_redelivery("d1", 1.0)
    queue.close()
    with closing(sqlite3.connect(before.database)) as look:
        rows = {table: look.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}  # noqa: S608  ours
        names = {name for (name,) in look.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names == {*TABLES, "probe", "sqlite_sequence"}, "a new table: fill it here"
    assert all(rows.values())
    return rows


def fill_queue(queue: Queue, clock: HandClock) -> None:
    for delivery in ("done", "dead", "retried", "running"):
        queue.put(job(delivery, serial=delivery))
        clock.turn(1)
        leased = queue.lease("w1")
        assert leased is not None
        match delivery:
            case "done":
                queue.done(leased)
            case "dead":
                queue.bury(leased, "no such head")
            case "retried":
                queue.retry(leased, clock.now() + 50, "GitHub is away")
    queue.put(job("waiting", twin="head", not_before=5.25))
    queue.put(job("taken-in", twin="head"))


def rows_there(address: str, table: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address) as look:
        return look.execute(f"SELECT * FROM plangate.{table}".encode()).fetchall()  # noqa: S608  ours


def test_every_row_is_there_afterwards(before: Settings, filled: dict[str, list[tuple[object, ...]]]) -> None:
    said = migrate_all(before)
    assert "moved to postgresql://" in said[-1]
    assert "5 jobs, " in said[-1]
    assert "6 deliveries" in said[-1]
    for table, rows in filled.items():
        expected = [tuple(v.replace("\0", "\ufffd") if isinstance(v, str) else v for v in row) for row in rows]
        assert sorted(map(repr, plain(rows_there(str(before.database_url), table)))) == sorted(
            map(repr, plain(expected))
        ), table


def plain(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [tuple(int(value) if isinstance(value, bool) else value for value in row) for row in rows]


@pytest.mark.usefixtures("filled")
def test_the_shared_queue_goes_on_where_the_embedded_one_stopped(before: Settings, clock: HandClock) -> None:
    migrate_all(before)
    prepare(before)
    queue = open_storage(before, clock).queue
    for delivery in ("done", "retried", "running", "waiting", "taken-in"):
        assert not queue.put(job(delivery)), "it was accepted before"
    leased = [queue.lease("w2") for _ in range(3)]
    assert [(one.delivery, one.attempts, one.crashes) for one in leased if one] == [
        ("running", 2, 1),
        ("waiting", 1, 0),
    ]
    clock.turn(50)
    retried = queue.lease("w2")
    assert retried is not None
    assert (retried.delivery, retried.attempts) == ("retried", 2)
    assert queue.replay("dead")
    assert queue.put(job("new", serial="new"))
    found, newest = queue.find("new"), queue.records(limit=1)[0]
    assert found == newest, "new jobs come after the old ones"
    queue.close()


@pytest.mark.usefixtures("filled")
def test_the_file_is_kept_and_doing_it_again_does_nothing(before: Settings) -> None:
    migrate_all(before)
    assert not before.database.exists()
    assert before.database.with_name("plangate.db.moved").exists()
    assert not list(before.directory.glob("plangate.db-*")), "nothing of it is left beside it"
    assert migrate_all(before)[-1].endswith("up to date")


@pytest.mark.usefixtures("filled")
def test_who_died_before_the_file_was_renamed_moves_nothing_twice(before: Settings) -> None:
    migrate_all(before)
    before.database.with_name("plangate.db.moved").rename(before.database)
    migrate_all(before)
    assert len(rows_there(str(before.database_url), "jobs")) == 5
    assert not before.database.exists()


@pytest.mark.usefixtures("filled")
def test_a_file_in_use_is_not_moved(before: Settings) -> None:
    with closing(Holders(before.directory / "workers")) as server:
        server.hold("serve-1")
        with pytest.raises(UserError, match=r"plangate\.db is in use by serve-1: stop the server first"):
            migrate_all(before)
    assert before.database.exists()
    migrate_all(before)


@pytest.mark.usefixtures("filled")
def test_a_database_that_holds_something_is_not_mixed_with_the_file(before: Settings, clock: HandClock) -> None:
    migrate_all(replace(before, directory=before.directory / "other"))
    queue = PostgresQueue(PostgresDatabase(str(before.database_url)), clock)
    queue.put(job("d1"))
    queue.close()
    with pytest.raises(UserError, match=r"already holds .* name an empty database"):
        migrate_all(before)
    assert len(rows_there(str(before.database_url), "jobs")) == 1
    assert before.database.exists()


@pytest.mark.usefixtures("filled")
def test_nothing_starts_on_the_shared_database_while_the_file_is_not_moved(before: Settings) -> None:
    with pytest.raises(UserError, match=r"has not been moved to the shared database yet: run `plangate migrate`"):
        prepare(before)
