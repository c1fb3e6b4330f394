"""Bringing the shared database up to date, from a numbered list of its own."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import psycopg

from bot.adapters.migrate import read_migrations
from bot.adapters.postgres import connect, shown, storage_error
from bot.core.errors import UserError

if TYPE_CHECKING:
    from psycopg import Connection

_TURN = (0x504C_4741 << 32) + 2
"""The advisory lock of who migrates; 0 and 1 beside it are the queue's and the leader's."""


def migrations() -> dict[int, str]:
    """The SQL of every migration by its number, 1 and up without a gap."""
    return read_migrations(resources.files("bot.adapters").joinpath("migrations", "postgres"))


def migrate(address: str) -> list[int]:
    """Bring the database up to date. The numbers of the migrations that were carried out.

    Doing it again does nothing, and processes that do it at once take turns. Raises `UserError` when a newer Plangate
    has written the database, `StorageError` when it cannot be reached or changed.
    """
    known = migrations()
    place = shown(address)
    try:
        with connect(address, autocommit=False) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TURN,))
            connection.execute("CREATE SCHEMA IF NOT EXISTS plangate")
            connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)")
            version = _version(connection)
            if version > max(known):
                raise UserError(
                    f"{place} was written by a newer Plangate (schema {version}, this one knows {max(known)}): "
                    "run that version, or restore the backup from before."
                )
            missing = [number for number in known if number > version]
            for number in missing:
                connection.execute(known[number].encode())
                connection.execute("DELETE FROM schema_version")
                connection.execute("INSERT INTO schema_version (version) VALUES (%s)", (number,))
    except psycopg.Error as error:
        raise storage_error(place, error) from error
    return missing


def refuse_outdated(address: str) -> None:
    """For who must not change the schema. Raises `UserError` when it is not this version's, `StorageError`."""
    place = shown(address)
    try:
        with connect(address, autocommit=True) as connection:
            version = _version(connection)
    except psycopg.errors.UndefinedTable:
        version = 0
    except psycopg.Error as error:
        raise storage_error(place, error) from error
    if version != max(migrations()):
        raise UserError(
            f"{place} has schema {version}, this Plangate needs {max(migrations())}: run `plangate migrate` first."
        )


def _version(connection: Connection[tuple[object, ...]]) -> int:
    row = connection.execute("SELECT version FROM schema_version").fetchone()
    return 0 if row is None else int(str(row[0]))
