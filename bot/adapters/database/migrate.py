"""The migrations of the embedded database: numbered SQL scripts, each run once."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from importlib import resources
from typing import TYPE_CHECKING

from bot.adapters.database.sqlite import DAMAGED, connect, storage_error, transaction, write_lock
from bot.core.forge.errors import StorageError, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

_FILE = re.compile(r"(?P<number>[0-9]{4})_[a-z_]+\.sql")


def migrations() -> dict[int, str]:
    """The SQL of every migration by its number, 1 and up without a gap."""
    return read_migrations(resources.files("bot.adapters.database").joinpath("migrations"))


def read_migrations(folder: Traversable) -> dict[int, str]:
    """The numbered scripts of a folder."""
    scripts = {}
    for file in folder.iterdir():
        if match := _FILE.fullmatch(file.name):
            scripts[int(match["number"])] = file.read_text(encoding="utf-8")
    return dict(sorted(scripts.items()))


def migrate(path: Path) -> list[int]:
    """Run the missing migrations, and return their numbers. The file is created when it is missing.

    A second run does nothing, and concurrent runs wait for each other. Raises `UserError` when a newer Plangate has
    written the database, and `StorageError` when it cannot be read or written.
    """
    scripts = migrations()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(path, error) from error
    with write_lock(path):
        _create(path)
        connection = connect(path)
        try:
            version = _version(connection)
            _refuse_newer(path, version, max(scripts))
            missing = [number for number in scripts if number > version]
            for number in missing:
                _carry_out(connection, number, scripts[number])
            _refuse_incomplete(path, connection)
        except (sqlite3.Error, OSError) as error:
            raise storage_error(path, error) from error
        finally:
            connection.close()
    return missing


def refuse_outdated(path: Path) -> None:
    """Check the schema version without changing the file. Raises `UserError` for another version, `StorageError`."""
    newest = max(migrations())
    connection = connect(path)
    try:
        version = _version(connection)
        _refuse_newer(path, version, newest)
        if version != newest:
            raise UserError(f"{path} has schema {version}, this Plangate needs {newest}: run `plangate migrate` first.")
        _refuse_incomplete(path, connection)
    except sqlite3.Error as error:
        raise storage_error(path, error) from error
    finally:
        connection.close()


def _refuse_newer(path: Path, version: int, newest: int) -> None:
    if version > newest:
        raise UserError(
            f"{path} was written by a newer Plangate (schema {version}, this one knows {newest}): "
            "run that version, or restore a backup from before the upgrade."
        )


def _create(path: Path) -> None:
    """Create the file where it is missing. Raises `StorageError`.

    SQLite would create it readable for all users; its journal files copy the mode of this file.
    """
    try:
        if path.exists() and not path.is_file():
            raise StorageError(f"{path}: not a file: move it away to start anew.")
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise storage_error(path, error) from error


def _refuse_incomplete(path: Path, connection: sqlite3.Connection) -> None:
    """Check that all tables and columns of this version are there. Raises `StorageError`, `sqlite3.Error`."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as empty:
        for script in migrations().values():
            empty.executescript(script)
        lacking = sorted(_columns(empty) - _columns(connection))
    if lacking:
        raise StorageError(f"{path}: no column {lacking[0]}: {DAMAGED}.")


def _columns(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute(
        "SELECT tables.name, columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns"
        " WHERE tables.type = 'table'"
    )
    return {f"{table}.{column}" for table, column in rows}


def _version(connection: sqlite3.Connection) -> int:
    row = connection.execute("PRAGMA user_version").fetchone()
    return int(row[0])


def _carry_out(connection: sqlite3.Connection, number: int, script: str) -> None:
    with transaction(connection):
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")


def _statements(script: str) -> Iterator[str]:
    """The single statements of a script, because `executescript` would commit before the first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
