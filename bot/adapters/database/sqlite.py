"""A SQLite file that many threads of a few processes write to, durably and fast.

One thread per process writes. It takes everything that waits into one transaction, so that concurrent deliveries share
one `fsync`; a locked file beside the database lets the processes take turns, because SQLite's own waiting sleeps for
up to a second where several write. https://www.sqlite.org/wal.html
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.adapters.database.group_commit import Change, GroupCommit
from bot.core.forge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")
_FOREIGN_LOCK_SECONDS = 5.0
"""How long to wait for a lock that is not ours: somebody's `sqlite3` shell, a backup."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection with the settings that all of ours share. Raises `StorageError`."""
    try:
        connection = sqlite3.connect(path, timeout=_FOREIGN_LOCK_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        # An accepted delivery must survive the loss of power: https://www.sqlite.org/pragma.html#pragma_synchronous
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error as error:
        raise storage_error(path, error) from error
    return connection


def storage_error(path: Path, error: Exception) -> StorageError:
    """What SQLite said, with the place and what to look at."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error)
    if "full" in said or "No space" in said:
        remedy = "free some space on its disk"
    elif "locked" in said:
        remedy = "another program holds it open for writing; end that"
    elif "malformed" in said or "not a database" in said:
        remedy = "it is damaged; restore a backup, or move it away to start anew"
    elif isinstance(error, PermissionError) or "readonly" in said:
        remedy = "see that it and its folder belong to the user who runs Plangate"
    else:
        remedy = "see that its folder exists, is on a local disk and can be written to"
    return StorageError(f"{path}: {said}: {remedy}.")


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Our process's turn to write to the database; other processes wait. Raises `StorageError`."""
    try:
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise storage_error(path, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@dataclass(frozen=True, slots=True)
class _Change(Change):
    apply: Callable[[sqlite3.Connection], Any]


class Database:
    """The file, open for reading and writing by any thread of this process.

    Open it in the process that uses it: neither the connections nor the thread survive a fork.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = connect(path)
        self._reading = connect(path)
        self._reading.execute("PRAGMA query_only = ON")
        self._one_reader = threading.Lock()
        self._writer = GroupCommit(str(path), self._keep)

    def write(self, change: Callable[[sqlite3.Connection], T], *, patience: float | None = None) -> T:
        """Carry out a change together with others that wait, and return its result when it is on disk.

        `change` must do all through the connection, because it may be carried out twice before it is kept once.
        `patience` is in seconds; without it the wait has no end. Raises `StorageError`: nothing was changed, or, after
        `patience`, may yet be; and whatever `change` raises.
        """
        result: T = self._writer.wait_for(_Change(change), patience)
        return result

    def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask what was committed. Raises `StorageError`."""
        with self._one_reader:
            try:
                return question(self._reading)
            except sqlite3.Error as error:
                raise storage_error(self.path, error) from error

    def close(self) -> None:
        """Finish what waits, then let go of the file."""
        if not self._writer.close():
            return
        with self._one_reader:
            self._reading.close()
        self._writing.close()

    def _keep(self, batch: list[_Change]) -> None:
        """Commit all changes at once; if that fails, each by itself, so that only the culprit's caller hears of it."""
        try:
            with turn(self.path), transaction(self._writing):
                results = [change.apply(self._writing) for change in batch]
        except Exception as error:  # noqa: BLE001  it is handed to whoever waits for this change
            if len(batch) == 1:
                failure = storage_error(self.path, error) if isinstance(error, sqlite3.Error) else error
                batch[0].done.set_exception(failure)
            else:
                for change in batch:
                    self._keep([change])
            return
        for change, result in zip(batch, results, strict=True):
            change.done.set_result(result)
