"""What is stored is there after a restart, and gone with its owner, on either engine."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.database.migrate import migrate
from bot.adapters.database.migrate_postgres import migrate as migrate_postgres
from bot.adapters.database.postgres import PostgresDatabase
from bot.adapters.database.sqlite import Database
from bot.adapters.database.store_sql import SqlStore
from bot.core.forge.board import StoredBoardRow
from bot.core.forge.stored import (
    CommentKind,
    Installation,
    Offer,
    SeenRepository,
    StoredBlob,
    StoredComment,
    StoredReport,
    Waiver,
)
from bot.core.forge.verdict_page import StoredPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.core.forge.ports import Store
    from tests.postgres import Server

FERRY = SeenRepository(42, 99, "acme", "ferry", first_seen=1000.0)
BLOB = StoredBlob("a" * 40, "plangate: {mode: advise}", 5.0)
REPORT = StoredReport("sha256:1", 77, "failure", '{"x": 1}', 5.0)
COMMENT = StoredComment(7, "IC_7", "sha256:2")
PAGE = StoredPage("a" * 40, "d1", 5, '{"title": "ⅲ"}', 10.0)
BOARD_ROW = StoredBoardRow("#5", '{"title": "ⅲ"}', 10.0)
WAIVER = Waiver(42, "number-collision", "f1", "specs/001-x", "t1", "known", "mona", 5, 10.0)


class Shelf(ABC):
    """A store that can be closed and opened again, on an engine that is named by its fixture."""

    database: Database | PostgresDatabase

    def __init__(self) -> None:
        self.store = self.open()

    @abstractmethod
    def open(self) -> Store:
        """The store, on a database of this shelf's own."""

    def reopen(self) -> Store:
        self.database.close()
        self.store = self.open()
        return self.store

    def everything(self) -> dict[str, int]:
        """How many rows each of the tables has."""
        return {table: self.rows(f"SELECT count(*) FROM {table}") for table in sorted(self.tables())}  # noqa: S608

    @abstractmethod
    def tables(self) -> list[str]:
        """Their names."""

    @abstractmethod
    def rows(self, count: str) -> int:
        """The answer to a question that counts."""


class SqliteShelf(Shelf):
    def __init__(self, folder: Path) -> None:
        self.path = folder / "plangate.db"
        migrate(self.path)
        super().__init__()

    def open(self) -> Store:
        self.database = Database(self.path)
        return SqlStore(self.database)

    def tables(self) -> list[str]:
        return [name for (name,) in self._look("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def rows(self, count: str) -> int:
        return int(self._look(count)[0][0])

    def _look(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as look:
            return look.execute(sql).fetchall()


class PostgresShelf(Shelf):
    def __init__(self, address: str) -> None:
        self.address = address
        migrate_postgres(address)
        super().__init__()

    def open(self) -> Store:
        self.database = PostgresDatabase(self.address)
        return SqlStore(self.database)

    def tables(self) -> list[str]:
        return [name for (name,) in self._look("SELECT tablename FROM pg_tables WHERE schemaname = 'plangate'")]

    def rows(self, count: str) -> int:
        return int(self._look(count.replace("FROM ", "FROM plangate."))[0][0])

    def _look(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.address) as look:
            return look.execute(sql.encode()).fetchall()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def new_shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Shelf]:
    if request.param == "sqlite":
        return lambda: SqliteShelf(tmp_path_factory.mktemp("shelf"))
    server: Server = request.getfixturevalue("postgres")
    return lambda: PostgresShelf(server.database())


@pytest.fixture
def shelf(new_shelf: Callable[[], Shelf]) -> Iterator[Shelf]:
    shelf = new_shelf()
    yield shelf
    shelf.database.close()


@pytest.fixture
def store(shelf: Shelf) -> Store:
    shelf.store.keep_installation(Installation(99, "acme"))
    shelf.store.see_repository(FERRY)
    return shelf.store


def fill(store: Store) -> None:
    """Something of every kind for the ferry."""
    store.keep_configuration(99, None, BLOB)
    store.keep_configuration(99, 42, BLOB)
    store.remember(42, "template", "x")
    store.keep_report(42, "h1", REPORT)
    store.keep_comment(42, 5, CommentKind.STICKY, COMMENT)
    store.offer_number(42, Offer("specs", "022", 412, 100.0), 1.0)
    store.add_waiver(WAIVER)
    store.count_use(42, "mona", 1.0, 60.0)
    store.keep_verdict_page(42, PAGE)
    store.keep_board_row(42, BOARD_ROW)


def test_everything_is_there_after_a_restart(shelf: Shelf, store: Store) -> None:
    fill(store)
    store.set_governed(42, True)  # noqa: FBT003  the port's shape
    store.set_cursor("deliveries", "v1_123")
    store = shelf.reopen()
    assert store.installations() == [Installation(99, "acme")]
    assert store.repository(42) == replace(FERRY, governed=True)
    assert store.configuration(99, None) == store.configuration(99, 42) == BLOB
    assert store.remembered(42, "template") == "x"
    assert store.report(42, "h1") == REPORT
    assert store.comment(42, 5, CommentKind.STICKY) == COMMENT
    assert store.offered_numbers(42, "specs", 1.0) == {"022": 412}
    assert store.waivers(42) == [WAIVER]
    assert store.cursor("deliveries") == "v1_123"


def test_what_was_never_stored_is_none(store: Store) -> None:
    assert store.installation(1) is None
    assert store.repository(1) is None
    assert store.configuration(1, None) is None
    assert store.configuration(99, 42) is None
    assert store.remembered(42, "x") is None
    assert store.report(42, "h") is None
    assert store.comment(42, 5, CommentKind.REPLY) is None
    assert store.offered_numbers(42, "specs", 0.0) == {}
    assert store.waivers(42) == []
    assert store.cursor("x") is None


def test_when_the_app_is_removed_nothing_of_the_account_is_left(shelf: Shelf, store: Store) -> None:
    empty = shelf.everything() | {"installations": 0, "repositories": 0}
    fill(store)
    assert sum(shelf.everything().values()) >= sum(empty.values()) + 9
    store.forget_installation(99)
    assert shelf.everything() == empty


def test_when_a_repository_is_removed_nothing_of_it_is_left_and_others_stay(shelf: Shelf, store: Store) -> None:
    fill(store)
    store.see_repository(SeenRepository(43, 99, "acme", "other", 1.0))
    before = shelf.everything()
    store.forget_repository(42)
    after = shelf.everything()
    gone = {name: before[name] - after[name] for name in before if before[name] != after[name]}
    assert gone == dict.fromkeys(
        ["repositories", "hints", "reports", "verdict_pages", "board_rows", "comments", "offers", "waivers", "uses"], 1
    )
    assert store.configuration(99, None) == BLOB


def test_a_board_has_its_open_rows_first_and_a_row_that_is_kept_again_is_open(store: Store) -> None:
    rows = [StoredBoardRow(place, "{}", at) for place, at in (("#1", 1.0), ("#2", 2.0), ("003-x", 3.0))]
    for row in rows:
        store.keep_board_row(42, row)
    store.close_board_row(42, "#2", 9.0)
    store.close_board_row(42, "#2", 99.0)
    assert [(row.place, row.closed_at) for row in store.board_rows(42)] == [("003-x", None), ("#1", None), ("#2", 9.0)]
    store.keep_board_row(42, replace(rows[1], stored_at=10.0))
    assert [row.place for row in store.board_rows(42)] == ["#2", "003-x", "#1"]
    assert store.board_rows(43) == []


def test_whether_an_account_lets_the_app_comment_is_kept(shelf: Shelf, store: Store) -> None:
    quiet = Installation(99, "acme", comments=False)
    store.keep_installation(quiet)
    store.see_repository(FERRY)
    store = shelf.reopen()
    assert store.installation(99) == quiet
    store.see_repository(replace(FERRY, id=77, installation=55, owner="new"))
    assert store.installation(55) == Installation(55, "new"), "allowed while nothing is known"


def test_a_repository_is_known_by_its_name_in_any_case(store: Store) -> None:
    found = store.repository_named("Acme", "FERRY")
    assert found is not None
    assert found.id == 42
    assert store.repository_named("acme", "ferr_") is None


def test_of_a_repository_that_was_forgotten_meanwhile_nothing_is_kept(shelf: Shelf, store: Store) -> None:
    store.forget_installation(99)
    empty = shelf.everything()
    fill(store)
    assert shelf.everything() == empty


def test_a_repository_that_is_seen_again_keeps_its_first_day_and_takes_its_new_name(store: Store) -> None:
    store.set_governed(42, True)  # noqa: FBT003  the port's shape
    moved = store.see_repository(SeenRepository(42, 100, "emca", "boat", first_seen=9999.0))
    assert moved == SeenRepository(42, 100, "emca", "boat", first_seen=1000.0, governed=True)
    assert store.repository(42) == moved
    store.forget_installation(99)
    assert store.repository(42) == moved, "it belongs to its new installation"


def test_a_repository_may_be_seen_before_its_installation(shelf: Shelf) -> None:
    shelf.store.see_repository(FERRY)
    assert shelf.store.installation(99) == Installation(99, "acme")


def test_only_governed_repositories_of_awake_installations_are_swept(store: Store) -> None:
    for number in (43, 44):
        store.see_repository(SeenRepository(number, number, "o", "r", 1.0))
        store.set_governed(number, True)  # noqa: FBT003  the port's shape
    store.keep_installation(Installation(44, "o", suspended=True))
    assert [one.id for one in store.governed_repositories()] == [43]


def test_an_installation_that_changes_keeps_its_configuration(store: Store) -> None:
    store.keep_configuration(99, None, BLOB)
    store.keep_installation(Installation(99, "acme", suspended=True))
    assert store.installation(99) == Installation(99, "acme", suspended=True)
    assert store.configuration(99, None) == BLOB
    assert store.repository(42) == FERRY


def test_comments_and_reports_are_replaced(store: Store) -> None:
    store.keep_comment(42, 5, CommentKind.STICKY, COMMENT)
    store.keep_comment(42, 5, CommentKind.STICKY, replace(COMMENT, digest="new"))
    store.keep_comment(42, 5, CommentKind.REPLY, replace(COMMENT, id=8))
    assert store.comment(42, 5, CommentKind.STICKY) == replace(COMMENT, digest="new")
    assert store.comment(42, 5, CommentKind.REPLY) == replace(COMMENT, id=8)
    store.keep_report(42, "h", REPORT)
    store.keep_report(42, "h", replace(REPORT, check_run=None))
    assert store.report(42, "h") == replace(REPORT, check_run=None)


class TestVerdictPages:
    def test_a_page_is_kept_and_replaced(self, store: Store) -> None:
        store.keep_verdict_page(42, PAGE)
        store.keep_verdict_page(42, replace(PAGE, page="new", stored_at=11.0))
        assert store.verdict_page(42, "a" * 40, "d1") == replace(PAGE, page="new", stored_at=11.0)
        assert store.verdict_page(42, "a" * 40, "d2") is None
        assert store.verdict_page(43, "a" * 40, "d1") is None

    def test_the_page_before_is_the_last_one_of_the_same_pull_request(self, store: Store) -> None:
        pages = [replace(PAGE, digest=f"d{at}", stored_at=float(at)) for at in (1, 2, 3)]
        for page in (*pages, replace(PAGE, digest="other", number=6, stored_at=2.5)):
            store.keep_verdict_page(42, page)
        assert store.verdict_page_before(pages[2], 42) == pages[1]
        assert store.verdict_page_before(pages[0], 42) is None
        branch = replace(PAGE, digest="branch", number=None, stored_at=9.0)
        assert store.verdict_page_before(branch, 42) is None

    def test_pages_end_with_the_retention(self, store: Store) -> None:
        store.keep_verdict_page(42, PAGE)
        store.prune(10.0)
        assert store.verdict_page(42, "a" * 40, "d1") is not None
        store.prune(10.5)
        assert store.verdict_page(42, "a" * 40, "d1") is None

    def test_false_alarms_are_counted_by_rule(self, store: Store) -> None:
        for rule in ("dead-link", "unknown-story", "dead-link"):
            store.count_false_alarm(rule)
        assert store.false_alarms() == {"dead-link": 2, "unknown-story": 1}


class TestNumbers:
    def test_one_issue_has_one_number(self, store: Store) -> None:
        assert store.offer_number(42, Offer("specs", "022", 412, 100.0), 1.0) == "022"
        assert store.offer_number(42, Offer("specs", "023", 412, 200.0), 2.0) == "022"
        assert store.offered_numbers(42, "specs", 150.0) == {"022": 412}, "and keeps it for as long anew"

    def test_one_number_has_one_issue(self, store: Store) -> None:
        store.offer_number(42, Offer("specs", "022", 412, 100.0), 1.0)
        assert store.offer_number(42, Offer("specs", "022", 413, 100.0), 2.0) is None
        assert store.offer_number(42, Offer("apps/a/specs", "022", 413, 100.0), 2.0) == "022", "another number space"

    def test_after_its_time_a_number_is_free(self, store: Store) -> None:
        store.offer_number(42, Offer("specs", "022", 412, 100.0), 1.0)
        assert store.offered_numbers(42, "specs", 100.0) == {}
        assert store.offer_number(42, Offer("specs", "022", 413, 300.0), 101.0) == "022"
        assert store.offer_number(42, Offer("specs", "023", 412, 300.0), 102.0) == "023"


def test_waivers_end_after_their_last_day(store: Store) -> None:
    days = ("", "2027-01-30", "2027-01-31", "2027-02-01")
    for number, until in enumerate(days):
        store.add_waiver(replace(WAIVER, finding=f"f{number}", until=until))
    assert [waiver.until for waiver in store.ended_waivers("", "2027-02-01")] == ["2027-01-30", "2027-01-31"]
    assert [waiver.until for waiver in store.ended_waivers("2027-01-31", "2027-02-02")] == ["2027-01-31", "2027-02-01"]


def test_a_waiver_is_replaced_by_its_like(store: Store) -> None:
    store.add_waiver(WAIVER)
    store.add_waiver(replace(WAIVER, tree="t2"))
    store.add_waiver(replace(WAIVER, finding="f2", given_at=20.0))
    assert [(one.finding, one.tree) for one in store.waivers(42)] == [("f1", "t2"), ("f2", "t1")]


def test_uses_are_counted_within_their_time(store: Store) -> None:
    assert [store.count_use(42, "mona", now, 60.0) for now in (0.0, 30.0, 59.0, 95.0)] == [1, 2, 3, 2]
    assert store.count_use(42, "hubot", 95.0, 60.0) == 1


def test_redeliveries_are_counted(store: Store) -> None:
    assert [store.count_redelivery("d1", now) for now in (1.0, 2.0)] == [1, 2]
    assert store.count_redelivery("d2", 3.0) == 1


def test_old_things_are_forgotten_and_what_verdicts_need_is_not(store: Store) -> None:
    fill(store)
    store.count_redelivery("d1", 1.0)
    store.prune(1000.0)
    assert store.report(42, "h1") is None
    assert store.count_redelivery("d1", 2000.0) == 1
    assert store.configuration(99, 42) == BLOB
    assert store.waivers(42) == [WAIVER]
    assert store.comment(42, 5, CommentKind.STICKY) == COMMENT


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 9), st.integers(1, 30)), max_size=30))
def test_whatever_is_offered_no_number_has_two_issues_and_no_issue_two_numbers(
    new_shelf: Callable[[], Shelf], asked: list[tuple[int, int, int, int]]
) -> None:
    shelf = new_shelf()
    shelf.store.see_repository(FERRY)
    now, held = 0.0, dict[int, tuple[str, float]]()
    for issue, number, step, keep in asked:
        now += step
        held = {one: (what, until) for one, (what, until) in held.items() if until > now}
        got = shelf.store.offer_number(42, Offer("specs", str(number), issue, now + keep), now)
        if issue in held:
            expected: str | None = held[issue][0]
        else:
            expected = None if str(number) in {what for what, _ in held.values()} else str(number)
        assert got == expected
        if got is not None:
            held[issue] = (got, now + keep)
        assert shelf.store.offered_numbers(42, "specs", now) == {what: one for one, (what, _) in held.items()}
    shelf.database.close()


def test_what_a_text_of_postgresql_cannot_hold_is_replaced_not_refused(postgres: Server) -> None:
    shelf = PostgresShelf(postgres.database())
    shelf.store.see_repository(FERRY)
    shelf.store.remember(42, "template", "nul \0 and half a pair \ud83d")
    assert shelf.store.remembered(42, "template") == "nul \ufffd and half a pair ?"
    shelf.database.close()


def test_both_engines_have_the_same_tables_with_the_same_columns(tmp_path: Path, postgres: Server) -> None:
    embedded, shared = SqliteShelf(tmp_path), PostgresShelf(postgres.database())
    there = dict[str, set[str]]()
    for table, column in shared._look(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'plangate'"
    ):
        there.setdefault(table, set()).add(column)
    here = {
        table: {row[1] for row in embedded._look(f"PRAGMA table_info({table})")}
        for table in embedded.tables()
        if not table.startswith("sqlite_")
    }
    assert here == {table: columns for table, columns in there.items() if table in here}
    assert set(there) - set(here) == {"engine", "holders", "moved", "schema_version"}
    embedded.database.close()
    shared.database.close()
