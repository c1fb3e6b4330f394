"""Who holds leases and whether it still lives: one locked file per holder.

The kernel drops a lock when its process ends, however that happens, so a lease needs no time-out and no heartbeat:
`kill -9` frees it at once, and a holder that is merely slow keeps it. The files must be on a local disk.
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
    """The folder of locked files, and the locks that this object holds until it is closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def hold(self, name: str) -> None:
        """Be that holder from now on. Raises `StorageError` when another one has the name or the disk says no."""
        if name in self._held:
            return
        if not _NAME.fullmatch(name):
            raise StorageError(f"{name!r} cannot name a holder of leases.")
        path = self._folder / f"{name}{_LOCK}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._held[name] = _locked(path)
        except OSError as error:
            raise StorageError(f"{path} cannot be locked: {error}.") from error

    def dead(self, names: Iterable[str]) -> list[str]:
        """Those whose process is gone. Their files are removed."""
        return [name for name in names if name not in self._held and self._bury(self._folder / f"{name}{_LOCK}")]

    def living(self) -> list[str]:
        """Everybody who holds a name now, in whichever process. What the dead left behind is removed."""
        names = sorted(path.name.removesuffix(_LOCK) for path in self._folder.glob(f"*{_LOCK}"))
        gone = set(self.dead(names))
        return [name for name in names if name not in gone]

    def sweep(self) -> None:
        """Remove the files that dead holders left behind."""
        for path in self._folder.glob(f"*{_LOCK}"):
            if path.name.removesuffix(_LOCK) not in self._held:
                self._bury(path)

    def close(self) -> None:
        """Let go of all names."""
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


def announcement(role: str) -> str:
    """The name by which this process says that it is here, with no lease to hold: as `web`, say."""
    return f"{role}-{os.getpid()}"


def announces(name: str) -> bool:
    """Whether that is such a name; those of lease holders have more parts."""
    return _ANNOUNCEMENT.fullmatch(name) is not None


def _locked(path: Path) -> int:
    """The file, open and locked, and still the one that its name leads to."""
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
        named = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(named, os.fstat(opened))
