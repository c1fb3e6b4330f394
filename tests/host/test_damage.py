"""A damaged database is one sentence with what to do, and exit code 2, whichever command meets it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.adapters.clock import SystemClock
from bot.cli import main
from bot.host import storage
from bot.host.settings import Settings
from tests.adapters.queue_contract import job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = 4_096


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a server that has accepted deliveries; the settings in the environment name it."""
    for name in [name for name in os.environ if name.startswith("PLANGATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PLANGATE_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("PLANGATE_API_URL", "http://127.0.0.1:9")
    server = Settings(directory=tmp_path)
    storage.prepare(server)
    queue = storage.open_storage(server, SystemClock()).queue
    for number in range(200):
        queue.put(job(f"d{number}", serial=f"r{number}"))
    queue.close()
    return server.database


def overwrite(path: Path, start: int, content: bytes) -> None:
    with path.open("r+b") as stream:
        stream.seek(start)
        stream.write(content)


def overwrite_pages(path: Path) -> None:
    for start in range(PAGE, path.stat().st_size, PAGE):
        overwrite(path, start, b"\xff" * 200)


def sql(*statements: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return damage


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace_lock_by_folder(path: Path) -> None:
    lock = path.with_name("plangate.db.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()


def replace_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def replace_by_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "another kind of file": lambda path: overwrite(path, 0, b"This is a text. " * 1_000),
    "cut in half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "cut in its first page": lambda path: os.truncate(path, 100),
    "overwritten pages": overwrite_pages,
    "an overwritten schema": lambda path: overwrite(path, 100, b"\xff" * 10),
    "no table": sql("DROP TABLE deliveries", "DROP TABLE jobs"),
    "another column": sql("ALTER TABLE jobs RENAME COLUMN crashes TO falls"),
    "another program's": sql("DROP TABLE deliveries", "DROP TABLE jobs", "CREATE TABLE jobs (a)"),
    "no version": sql("PRAGMA user_version = 0"),
    "an impossible version": sql("PRAGMA user_version = -5"),
    "a folder": replace_by_folder,
    "a pipe": replace_by_pipe,
    "a link to itself": replace_by_loop,
    "a folder for its journal": lambda path: path.with_name("plangate.db-wal").mkdir(),
    "a folder for its lock": replace_lock_by_folder,
}


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("command", ["migrate", "web", "serve", "worker"])
def test_nothing_starts_on_a_damaged_file(
    database: Path, damage: Callable[[Path], None], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(database)
    assert main([command]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith(f"plangate: {database}")
    assert ";" in sentence or "make sure" in sentence or "move it away" in sentence, "it says what to do"


@pytest.mark.one_in(4)
@pytest.mark.parametrize("damage", list(DAMAGES.values())[:-1], ids=list(DAMAGES)[:-1])
@pytest.mark.parametrize("command", ["deliveries list", "deliveries show d1", "deliveries replay d1"])
def test_nothing_is_listed_from_a_damaged_file(
    database: Path, damage: Callable[[Path], None], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(database)
    assert main(command.split()) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith(f"plangate: {database}")


def test_a_row_that_cannot_be_read_is_one_sentence(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql("PRAGMA ignore_check_constraints = ON", "UPDATE jobs SET state = 'lost' WHERE id = 2")(database)
    assert main(["deliveries", "list"]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence == (
        f"plangate: {database}: invalid value: it is damaged; restore a backup, or move it away to start anew."
    )


@pytest.mark.parametrize("event", [b"{", b"\xff\x00", b"[" * 200_000], ids=["cut", "bytes", "deep"])
def test_an_event_that_cannot_be_read_is_one_sentence(
    database: Path, event: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    sql(f"UPDATE jobs SET event = x'{event.hex()}' WHERE id = 2")(database)  # noqa: S608  our own bytes
    assert main(["deliveries", "show", "d1"]) == 2
    assert capsys.readouterr().err == ("plangate: The event of delivery d1 cannot be read: the database is damaged.\n")
