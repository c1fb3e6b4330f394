"""Count the requests of each thread, so that the log line of a job can name them."""

from __future__ import annotations

import threading

from bot.core.forge.facts import Spent


class Tally(threading.local):
    """The request counts. All threads share one object, and each sees its own count."""

    def __init__(self) -> None:
        self._spent = Spent()

    def count(self, *, write: bool) -> None:
        """Count one request."""
        self._spent = Spent(self._spent.calls + 1, self._spent.writes + write)

    def spent(self) -> Spent:
        """Return this thread's counts since the last call, and reset them."""
        spent, self._spent = self._spent, Spent()
        return spent
