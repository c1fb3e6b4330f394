"""Move all rows from the embedded database to the shared one, exactly once."""

from __future__ import annotations

import socket
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from bot.adapters.database.holders import Holders
from bot.adapters.database.migrate import migrate as migrate_file
from bot.adapters.database.postgres import Session, connect, display_address, storable, storage_error
from bot.adapters.database.sqlite import connect as connect_file
from bot.adapters.database.sqlite import storage_error as file_error
from bot.adapters.database.sqlite import write_lock
from bot.core.forge.errors import UserError
from bot.progress import Step, silent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NOT_MOVED = frozenset({"probe", "sqlite_sequence"})
"""Tables without history."""
_ROWS = 500
"""Rows per read and write."""


def refuse_served(path: Path) -> None:
    """Check that no server and no worker uses the file. Raises `UserError`."""
    living = Holders(path.parent / "workers").living()
    if living:
        raise UserError(f"{path} is in use by {', '.join(living)}: stop the server first, then run this again.")


def move(path: Path, address: str, step: Step = silent) -> dict[str, int]:
    """Move all rows from a file to an empty, migrated database, and return the number of rows by table.

    All rows are written in one transaction; then the file is renamed to `….moved`. Running jobs become due again.
    Raises `UserError` when the file is in use or the database is not empty, and `StorageError`.
    """
    refuse_served(path)
    migrate_file(path)
    place = display_address(address)
    with write_lock(path):
        try:
            with closing(connect_file(path)) as source, connect(address, autocommit=False) as target:
                Session(target).lock((), alone=True)
                moved = _copied(source, target, path, place, step)
                source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            path.rename(path.with_name(f"{path.name}.moved"))
        except (sqlite3.Error, OSError) as error:
            raise file_error(path, error) from error
        except psycopg.Error as error:
            raise storage_error(place, error) from error
    return moved


def _copied(
    source: sqlite3.Connection, target: psycopg.Connection[tuple[Any, ...]], path: Path, place: str, step: Step
) -> dict[str, int]:
    tables = _tables(source)
    counts = {table: _count(source, table) for table in tables}
    # Recorded with the rows: after a crash between commit and renaming, the next run only renames.
    ours = f"{socket.gethostname()}:{path.resolve()}:{path.stat().st_ino}:{counts['deliveries']}"
    if target.execute("SELECT 1 FROM moved WHERE source = %s", (ours,)).fetchone() is not None:
        return counts
    for table in tables:
        if target.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))).fetchone() is not None:
            raise UserError(
                f"{place} already holds {table}, so {path} cannot be moved into it: name an empty database, "
                "or let a server without PLANGATE_DATABASE_URL finish the jobs in the file, and remove the file."
            )
    done, total = 0, sum(counts.values())
    for table in tables:
        for rows in _copy(source, target, table):
            done += rows
            step(done, total, table)
    target.execute("SELECT setval(pg_get_serial_sequence('jobs', 'id'), (SELECT max(id) FROM jobs))")
    target.execute("INSERT INTO moved (source, moved_at) VALUES (%s, %s)", (ours, time.time()))
    return counts


def _tables(source: sqlite3.Connection) -> list[str]:
    """All tables, each after the tables that it refers to."""
    remaining = {name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    remaining -= _NOT_MOVED
    refers = {
        table: {row[0] for row in source.execute('SELECT "table" FROM pragma_foreign_key_list(?)', (table,))}
        for table in remaining
    }
    ordered: list[str] = []
    while remaining:
        ready = sorted(table for table in remaining if refers[table] <= set(ordered))
        ordered += ready
        remaining -= set(ready)
    return ordered


def _count(source: sqlite3.Connection, table: str) -> int:
    return int(source.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608  our own table's name


def _copy(source: sqlite3.Connection, target: psycopg.Connection[tuple[Any, ...]], table: str) -> Iterator[int]:
    """Copy a table, and yield the number of rows of each batch."""
    columns = [row[0] for row in source.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    booleans = {
        name
        for (name,) in target.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = %s AND data_type = 'boolean'",
            (table,),
        )
    }
    convert = [bool if column in booleans else _value for column in columns]
    insert = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    names = ", ".join(f'"{column}"' for column in columns)
    rows = source.execute(f'SELECT {names} FROM "{table}"')  # noqa: S608  our own columns' names
    while batch := rows.fetchmany(_ROWS):
        with target.cursor() as cursor:
            cursor.executemany(
                insert,
                [
                    [None if value is None else to(value) for to, value in zip(convert, row, strict=True)]
                    for row in batch
                ],
            )
        yield len(batch)


def _value(value: object) -> object:
    return storable(value) if isinstance(value, str) else value
