"""Count the running workers from a process that is not a worker. Read-only."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from bot.adapters.database.holders import is_presence_name
from bot.core.forge.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

_SILENT = "30 seconds"
"""By the database's clock; a worker sends a heartbeat every 2 seconds and is removed after 14 without one."""


def on_this_disk(folder: Path) -> int:
    """How many workers hold a lock file in this folder. Raises `StorageError`."""
    try:
        return sum(_is_held(path) for path in folder.glob("*.lock") if not is_presence_name(path.stem))
    except OSError as error:
        raise StorageError(f"{folder} cannot be read: {error.strerror}.") from error


def server_on_this_disk(folder: Path) -> bool:
    """Whether `serve` or `web` runs on this folder, so that a worker may be starting. Raises `StorageError`."""
    try:
        return any(_is_held(path) for path in folder.glob("*.lock") if is_presence_name(path.stem))
    except OSError as error:
        raise StorageError(f"{folder} cannot be read: {error.strerror}.") from error


def _is_held(path: Path) -> bool:
    """Whether a running process holds the lock. Unlike `Holders.living`, this removes no file."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def on_shared_database(address: str) -> int:
    """How many workers of the shared database sent a heartbeat lately. Raises `StorageError`."""
    import psycopg  # noqa: PLC0415  only the engine that is used

    from bot.adapters.database.postgres import TURNS, connect, display_address, storage_error  # noqa: PLC0415  likewise

    query = (
        f"SELECT count(*) FROM holders JOIN {TURNS}.procrastinate_workers AS engine"  # noqa: S608  our own words only
        f" ON engine.id = holders.worker WHERE engine.last_heartbeat > now() - interval '{_SILENT}'"
    )
    try:
        with connect(address, autocommit=True) as connection:
            row = connection.execute(query.encode()).fetchone()
    except psycopg.Error as error:
        raise storage_error(display_address(address), error) from error
    return 0 if row is None else int(row[0])
