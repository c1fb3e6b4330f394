"""A SQLite file that many threads of a few processes write to, durably and fast.

One thread per process writes. It puts all waiting changes into one transaction, so that concurrent deliveries share one
`fsync`. A lock file beside the database serialises the processes, because SQLite's own busy handler sleeps for up to a
second where several write. https://www.sqlite.org/wal.html
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.adapters.database.group_commit import GroupCommit, PendingChange
from bot.core.forge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

T = TypeVar("T")
_FOREIGN_LOCK_SECONDS = 5.0
"""How long to wait for the lock of another program, such as the `sqlite3` shell or a backup."""


DAMAGED = "it is damaged; restore a backup, or move it away to start anew"
_DAMAGE = (
    "malformed",
    "not a database",
    "no such table",
    "no such column",
    "already exists",
    "Could not decode",
    "Is a directory",
)
"""Parts of SQLite's and the system's messages for a file that is no database of ours."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection with Plangate's settings. Raises `StorageError`."""
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
    """SQLite's message, with the file and a remedy."""
    message = ((error.strerror if isinstance(error, OSError) else None) or str(error)).rstrip(".")
    if "full" in message or "No space" in message:
        remedy = "free some space on its disk"
    elif "locked" in message:
        remedy = "another program holds it open for writing; end that program"
    elif any(words in message for words in _DAMAGE):
        remedy = DAMAGED
    elif isinstance(error, PermissionError) or "readonly" in message:
        remedy = "make sure that the file and its folder belong to the user who runs Plangate"
    else:
        remedy = "make sure that its folder exists, is on a local disk and can be written to"
    return StorageError(f"{path}: {message}: {remedy}.")


@contextmanager
def write_lock(path: Path) -> Iterator[None]:
    """The right to write to the database; other processes wait for it. Raises `StorageError`."""
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
    """A transaction: committed at the end, rolled back after an exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@dataclass(frozen=True, slots=True)
class _Change(PendingChange):
    apply: Callable[[sqlite3.Connection], Any]


class Database:
    """The file, for reading and writing by any thread of this process.

    Create it in the process that uses it: neither the connections nor the thread survive a fork.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = connect(path)
        self._reading = connect(path)
        self._reading.execute("PRAGMA query_only = ON")
        self._one_reader = threading.Lock()
        self._writer = GroupCommit(str(path), self._keep)

    def write(self, change: Callable[[sqlite3.Connection], T], *, patience: float | None = None) -> T:
        """Apply a change together with other waiting changes, and return its result when it is on disk.

        `change` must act through the connection only, because it may be applied twice before it is committed once.
        `patience` is in seconds; without it the wait is unlimited. Raises what `change` raises, and `StorageError`
        when nothing was changed. After `patience` it may still be changed.
        """
        result: T = self._writer.wait_for(_Change(change), patience)
        return result

    def submit(self, change: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Like `write`, without waiting: the result comes when the change is on disk."""
        return self._writer.submit(_Change(change))

    def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Read committed rows. Raises `StorageError`."""
        with self._one_reader:
            try:
                return question(self._reading)
            except sqlite3.Error as error:
                raise storage_error(self.path, error) from error
            except ValueError as error:
                raise StorageError(f"{self.path}: invalid value: {DAMAGED}.") from error

    def close(self) -> None:
        """Write the waiting changes, then close the file."""
        if not self._writer.close():
            return
        with self._one_reader:
            self._reading.close()
        self._writing.close()

    def _keep(self, batch: list[_Change]) -> None:
        """Commit all changes at once. If that fails, commit each by itself, so that only its caller gets the error."""
        try:
            with write_lock(self.path), transaction(self._writing):
                results = [change.apply(self._writing) for change in batch]
        except Exception as error:  # noqa: BLE001  raised in the thread that waits for this change
            if len(batch) == 1:
                failure = storage_error(self.path, error) if isinstance(error, sqlite3.Error) else error
                batch[0].done.set_exception(failure)
            else:
                for change in batch:
                    self._keep([change])
            return
        for change, result in zip(batch, results, strict=True):
            change.done.set_result(result)
