"""The migrations of the shared database: our tables by numbered scripts, the engine's by its installed version."""

from __future__ import annotations

from importlib import metadata, resources
from typing import TYPE_CHECKING

import psycopg

from bot.adapters.database.migrate import read_migrations
from bot.adapters.database.postgres import TURNS, connect, display_address, storage_error
from bot.core.forge.errors import UserError

if TYPE_CHECKING:
    from psycopg import Connection

_TURN = (0x504C_4741 << 32) + 2
"""The advisory lock of a migration; 0 and 1 beside it are the locks of the queue and the leader."""


def migrations() -> dict[int, str]:
    """The SQL of every migration by its number, 1 and up without a gap."""
    return read_migrations(resources.files("bot.adapters.database").joinpath("migrations", "postgres"))


def migrate(address: str) -> list[int]:
    """Run the missing migrations, and return their numbers.

    A second run does nothing, and concurrent runs wait for each other. Raises `UserError` when a newer Plangate has
    written the database, and `StorageError` when it cannot be reached or changed.
    """
    scripts = migrations()
    place = display_address(address)
    try:
        with connect(address, autocommit=False) as connection:
            # No time limit for this migration or for one that runs before it. The wait for a table in use is limited,
            # because all other users of the table queue up behind it.
            connection.execute("SET LOCAL statement_timeout = 0")
            connection.execute("SET LOCAL lock_timeout = 0")
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TURN,))
            connection.execute("SET LOCAL lock_timeout = '10s'")
            connection.execute("CREATE SCHEMA IF NOT EXISTS plangate")
            connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)")
            version = _version(connection)
            if version > max(scripts):
                raise UserError(_newer(place, version))
            missing = [number for number in scripts if number > version]
            for number in missing:
                connection.execute(scripts[number].encode())
                connection.execute("DELETE FROM schema_version")
                connection.execute("INSERT INTO schema_version (version) VALUES (%s)", (number,))
            # Also after a migration of our own tables: running workers of an older version then notice and end.
            if missing or _engine(connection) != _installed():
                _make_engine(connection)
    except psycopg.Error as error:
        raise storage_error(place, error) from error
    return missing


def refuse_outdated(address: str) -> None:
    """Check the schema version without changing the schema. Raises `UserError` for another version, `StorageError`."""
    place = display_address(address)
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
        "run that version, or restore a backup from before the upgrade."
    )


def _version(connection: Connection[tuple[object, ...]]) -> int:
    row = connection.execute("SELECT version FROM schema_version").fetchone()
    return 0 if row is None else int(str(row[0]))


def _installed() -> str:
    """The installed version of the engine, read without importing it: the web process never imports it."""
    return metadata.version("procrastinate")


def _engine(connection: Connection[tuple[object, ...]]) -> str | None:
    """The engine version of the engine's tables; None when the tables are missing, as after a restored backup."""
    there = " AND ".join(f"to_regclass('{TURNS}.procrastinate_{table}') IS NOT NULL" for table in ("jobs", "workers"))
    row = connection.execute(f"SELECT version FROM engine WHERE {there}".encode()).fetchone()  # noqa: S608  our own words
    return None if row is None else str(row[0])


def _make_engine(connection: Connection[tuple[object, ...]]) -> None:
    """Recreate the engine's tables. Their rows are submitted again from our own table."""
    from procrastinate.schema import SchemaManager  # noqa: PLC0415  not for the web process

    connection.execute(f"DROP SCHEMA IF EXISTS {TURNS} CASCADE".encode())
    connection.execute(f"CREATE SCHEMA {TURNS}".encode())
    connection.execute(f"SET LOCAL search_path = {TURNS}".encode())
    connection.execute(SchemaManager.get_schema())
    # New workers must not get the ids of holders that are still registered, from before or from a backup.
    row = connection.execute("SELECT coalesce(max(worker), 0) + 1 FROM plangate.holders").fetchone()
    first = 1 if row is None else int(str(row[0]))
    connection.execute(f"ALTER TABLE procrastinate_workers ALTER COLUMN id RESTART WITH {first}".encode())
    connection.execute("SET LOCAL search_path = plangate")
    connection.execute("DELETE FROM engine")
    connection.execute("INSERT INTO engine (version) VALUES (%s)", (_installed(),))
