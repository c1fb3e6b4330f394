"""How many requests each thread makes, so that a job's log line can say what it cost."""

from __future__ import annotations

import threading

from bot.core.forge.facts import Spent


class Tally(threading.local):
    """One for a process; each thread sees its own count."""

    def __init__(self) -> None:
        self._spent = Spent()

    def count(self, *, write: bool) -> None:
        """One more request is sent."""
        self._spent = Spent(self._spent.calls + 1, self._spent.writes + write)

    def spent(self) -> Spent:
        """What was counted since this was last asked."""
        spent, self._spent = self._spent, Spent()
        return spent
