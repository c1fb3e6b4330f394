"""One writer thread per process: all waiting changes share one transaction and one commit.

A commit costs one disk sync, however many changes it holds: https://www.sqlite.org/faq.html#q19
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
"""The most changes in one transaction, so that none waits long for its commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingChange:
    """A change to be written. The writer sets `done` to its result or its error."""

    done: Future[Any] = field(default_factory=Future)


C = TypeVar("C", bound=PendingChange)


class GroupCommit(Generic[C]):
    """Accepts changes from any thread and writes them in batches, in order of arrival."""

    def __init__(self, place: str, keep: Callable[[list[C]], None]) -> None:
        """`keep` writes a batch and sets the `done` of each change; `place` names the database in errors."""
        self._place = place
        self._keep = keep
        self._waiting: SimpleQueue[C | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many changes are not being written yet."""
        return self._waiting.qsize()

    def submit(self, change: C) -> Future[Any]:
        """Queue a change without waiting for it. After `close` the result is a `StorageError`."""
        if self._closed:
            change.done.set_exception(StorageError(f"{self._place} is closed."))
        else:
            self._waiting.put(change)
        return change.done

    def wait_for(self, change: C, patience: float | None) -> Any:
        """Queue a change and return its result, or raise its error.

        Raises `StorageError` after `close`, and after `patience` seconds; in the second case the change may still be
        written.
        """
        try:
            return self.submit(change).result(patience)
        except TimeoutError:
            change.done.cancel()
            raise StorageError(f"{self._place} did not take a change within {patience} seconds.") from None

    def close(self) -> bool:
        """Write all waiting changes and end the thread. Returns False when it was closed before."""
        if self._closed:
            return False
        self._closed = True
        self._waiting.put(None)
        self._thread.join()
        return True

    def _write(self) -> None:
        while True:
            batch, more_to_come = self._next_batch()
            uncancelled = [change for change in batch if change.done.set_running_or_notify_cancel()]
            if uncancelled:
                self._keep(uncancelled)
            if not more_to_come:
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
