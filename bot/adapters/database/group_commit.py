"""One thread that writes, for all threads of a process: whatever waits shares one transaction, and so one commit.

https://www.sqlite.org/faq.html#q19 has why: a commit costs a turn of the disk, whatever is in it.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bot.core.forge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

_BATCH = 256
"""Changes in one transaction at most, so that none waits long for its commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something to be written. Whoever keeps it sets what became of it."""

    done: Future[Any] = field(default_factory=Future)


C = TypeVar("C", bound=Change)


class GroupCommit(Generic[C]):
    """Takes changes from any thread and hands them on in batches, in the order in which they came."""

    def __init__(self, place: str, keep: Callable[[list[C]], None]) -> None:
        """`keep` carries out a batch and sets each change's `done`; `place` is what errors say of the database."""
        self._place = place
        self._keep = keep
        self._waiting: SimpleQueue[C | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many changes nobody has begun to write."""
        return self._waiting.qsize()

    def submit(self, change: C) -> None:
        """Have it written, and do not wait for it. Nothing happens after the end."""
        if not self._closed:
            self._waiting.put(change)

    def wait_for(self, change: C, patience: float | None) -> Any:
        """Have it written; what came of it, at the latest after `patience` seconds.

        Raises `StorageError` after the end, or after `patience`, when it may yet be written; and whatever `keep` set.
        """
        if self._closed:
            raise StorageError(f"{self._place} is closed.")
        self._waiting.put(change)
        try:
            return change.done.result(patience)
        except TimeoutError:
            change.done.cancel()
            raise StorageError(f"{self._place} did not take a change within {patience} seconds.") from None

    def close(self) -> bool:
        """Finish what waits and end. False when it had ended before."""
        if self._closed:
            return False
        self._closed = True
        self._waiting.put(None)
        self._thread.join()
        return True

    def _write(self) -> None:
        while True:
            batch, more = self._next_batch()
            wanted = [change for change in batch if change.done.set_running_or_notify_cancel()]
            if wanted:
                self._keep(wanted)
            if not more:
                return

    def _next_batch(self) -> tuple[list[C], bool]:
        change = self._waiting.get()
        batch: list[C] = []
        while change is not None:
            batch.append(change)
            if len(batch) == _BATCH:
                return batch, True
            try:
                change = self._waiting.get_nowait()
            except Empty:
                return batch, True
        return batch, False
