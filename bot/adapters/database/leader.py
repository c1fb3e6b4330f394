"""The leader among the workers of one host: the worker that holds a file lock. The leader reconciles lost deliveries.

Two leaders at once would do no harm: redeliveries have the same ids, so each would merely be requested twice.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.core.forge.ports import Leader

if TYPE_CHECKING:
    from pathlib import Path


class FileLeader(Leader):
    """`core.ports.Leader` for workers that share a disk."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "leader.lock"
        self._lock: int | None = None

    @override
    def leads(self) -> bool:
        if self._lock is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    @override
    def close(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            with suppress(OSError):
                os.close(lock)
