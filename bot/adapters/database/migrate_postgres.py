"""Bringing the shared database up to date: our tables from a numbered list, the engine's as its version has them."""

from __future__ import annotations

from importlib import metadata, resources
from typing import TYPE_CHECKING

import psycopg

from bot.adapters.database.migrate import read_migrations
from bot.adapters.database.postgres import TURNS, connect, shown, storage_error
from bot.core.forge.errors import UserError

if TYPE_CHECKING:
    from psycopg import Connection

_TURN = (0x504C_4741 << 32) + 2
"""The advisory lock of who migrates; 0 and 1 beside it are the queue's and the leader's."""


def migrations() -> dict[int, str]:
    """The SQL of every migration by its number, 1 and up without a gap."""
    return read_migrations(resources.files("bot.adapters.database").joinpath("migrations", "postgres"))


def migrate(address: str) -> list[int]:
    """Bring the database up to date. The numbers of the migrations that were carried out.

    Doing it again does nothing, and processes that do it at once take turns. Raises `UserError` when a newer Plangate
    has written the database, `StorageError` when it cannot be reached or changed.
    """
    known = migrations()
    place = shown(address)
    try:
        with connect(address, autocommit=False) as connection:
            # However long another one takes, and we; but a table that somebody uses is not waited for while all others
            # queue up behind us.
            connection.execute("SET LOCAL statement_timeout = 0")
            connection.execute("SET LOCAL lock_timeout = 0")
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TURN,))
            connection.execute("SET LOCAL lock_timeout = '10s'")
            connection.execute("CREATE SCHEMA IF NOT EXISTS plangate")
            connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)")
            version = _version(connection)
            if version > max(known):
                raise UserError(_newer(place, version))
            missing = [number for number in known if number > version]
            for number in missing:
                connection.execute(known[number].encode())
                connection.execute("DELETE FROM schema_version")
                connection.execute("INSERT INTO schema_version (version) VALUES (%s)", (number,))
            # With new tables of ours, too: so workers of an older version that still run are told to end.
            if missing or _engine(connection) != _installed():
                _make_engine(connection)
    except psycopg.Error as error:
        raise storage_error(place, error) from error
    return missing


def refuse_outdated(address: str) -> None:
    """For who must not change the schema. Raises `UserError` when it is not this version's, `StorageError`."""
    place = shown(address)
    try:
        with connect(address, autocommit=True) as connection:
            version = _version(connection)
            fits = version != max(migrations()) or _engine(connection) == _installed()
    except psycopg.errors.UndefinedTable:
        version, fits = 0, False
    except psycopg.Error as error:
        raise storage_error(place, error) from error
    if version > max(migrations()):
        raise UserError(_newer(place, version))
    if version != max(migrations()):
        raise UserError(
            f"{place} has schema {version}, this Plangate needs {max(migrations())}: run `plangate migrate` first."
        )
    if not fits:
        raise UserError(f"{place} lacks the tables of this version of Procrastinate: run `plangate migrate` first.")


def _newer(place: str, version: int) -> str:
    return (
        f"{place} was written by a newer Plangate (schema {version}, this one knows {max(migrations())}): "
        "run that version, or restore the backup from before."
    )


def _version(connection: Connection[tuple[object, ...]]) -> int:
    row = connection.execute("SELECT version FROM schema_version").fetchone()
    return 0 if row is None else int(str(row[0]))


def _installed() -> str:
    """The version of the engine that is installed, told without loading it: the web process never does."""
    return metadata.version("procrastinate")


def _engine(connection: Connection[tuple[object, ...]]) -> str | None:
    """The version that the engine's tables were made for; None when they are not there, as after a restored backup."""
    there = " AND ".join(f"to_regclass('{TURNS}.procrastinate_{table}') IS NOT NULL" for table in ("jobs", "workers"))
    row = connection.execute(f"SELECT version FROM engine WHERE {there}".encode()).fetchone()  # noqa: S608  our own words
    return None if row is None else str(row[0])


def _make_engine(connection: Connection[tuple[object, ...]]) -> None:
    """Make its tables anew. They hold nothing that is not submitted again from ours at the next look."""
    from procrastinate.schema import SchemaManager  # noqa: PLC0415  not for the web process

    connection.execute(f"DROP SCHEMA IF EXISTS {TURNS} CASCADE".encode())
    connection.execute(f"CREATE SCHEMA {TURNS}".encode())
    connection.execute(f"SET LOCAL search_path = {TURNS}".encode())
    connection.execute(SchemaManager.get_schema())
    # Holders that are still known, from before or from a backup, must not be taken for workers that come now.
    row = connection.execute("SELECT coalesce(max(worker), 0) + 1 FROM plangate.holders").fetchone()
    first = 1 if row is None else int(str(row[0]))
    connection.execute(f"ALTER TABLE procrastinate_workers ALTER COLUMN id RESTART WITH {first}".encode())
    connection.execute("SET LOCAL search_path = plangate")
    connection.execute("DELETE FROM engine")
    connection.execute("INSERT INTO engine (version) VALUES (%s)", (_installed(),))
