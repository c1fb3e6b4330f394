"""Lease holders on one host: one locked file per holder.

The kernel drops a lock when its process ends, so a lease needs neither a time-out nor a heartbeat: `kill -9` frees it
at once, and a slow holder keeps it. The files must be on a local disk.
"""

from __future__ import annotations

import fcntl
import os
import re
from typing import TYPE_CHECKING

from bot.core.forge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ANNOUNCEMENT = re.compile(r"[a-z]+-\d+")
_LOCK = ".lock"


class Holders:
    """The folder of lock files, and the locks that this object holds until `close`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def hold(self, name: str) -> None:
        """Take the lock of this name. Raises `StorageError` when another process has it or the file cannot be made."""
        if name in self._held:
            return
        if not _NAME.fullmatch(name):
            raise StorageError(f"{name!r} cannot be the name of a lease holder.")
        path = self._folder / f"{name}{_LOCK}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._held[name] = _locked(path)
        except OSError as error:
            raise StorageError(f"{path} cannot be locked: {error}.") from error

    def dead(self, names: Iterable[str]) -> list[str]:
        """The names whose process has ended. Their lock files are removed."""
        return [name for name in names if name not in self._held and self._bury(self._folder / f"{name}{_LOCK}")]

    def living(self) -> list[str]:
        """All names that a running process holds. Lock files of ended processes are removed."""
        names = sorted(path.name.removesuffix(_LOCK) for path in self._folder.glob(f"*{_LOCK}"))
        gone = set(self.dead(names))
        return [name for name in names if name not in gone]

    def sweep(self) -> None:
        """Remove the lock files of ended processes."""
        for path in self._folder.glob(f"*{_LOCK}"):
            if path.name.removesuffix(_LOCK) not in self._held:
                self._bury(path)

    def close(self) -> None:
        """Release all names."""
        for name, lock in self._held.items():
            (self._folder / f"{name}{_LOCK}").unlink(missing_ok=True)
            os.close(lock)
        self._held.clear()

    @staticmethod
    def _bury(path: Path) -> bool:
        try:
            lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
        except BlockingIOError:
            return False
        finally:
            os.close(lock)
        return True


def presence_name(role: str) -> str:
    """The name under which this process shows that it is running without holding leases, such as `web-4711`."""
    return f"{role}-{os.getpid()}"


def is_presence_name(name: str) -> bool:
    """Whether `name` was made by `presence_name`; names of lease holders have more parts."""
    return _ANNOUNCEMENT.fullmatch(name) is not None


def _locked(path: Path) -> int:
    """Open and lock the file, and check that `path` still leads to it."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _same(path, lock):
                return lock
        except OSError:
            os.close(lock)
            raise
        os.close(lock)  # a sweep removed it between opening and locking


def _same(path: Path, opened: int) -> bool:
    try:
        path_status = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(path_status, os.fstat(opened))
