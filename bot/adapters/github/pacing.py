"""Keep each installation within GitHub's rate limits: the waits that GitHub demands, and the budget for writes.

Nothing here sleeps. A job that has to wait gets the time at which to come back, a little later than the job before it,
so that the jobs do not all come back at once. Each installation waits for itself. The counts belong to one process;
when several processes work, each uses its share of the budget.
https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from bot.core.forge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

SPACING = 0.75
"""Seconds between two jobs of one installation that come back after a wait."""
_SET_BACK = 5.0
"""Seconds by which the clock may go back without being considered reset."""
_MOST_KNOWN = 20_000
_RECOUNT = 10.0
"""Seconds between two counts of the workers."""


@dataclass(frozen=True, slots=True)
class _Allowance:
    """A burst of `burst` writes, then one every `apart` seconds."""

    burst: int
    apart: float

    def part(self, workers: int) -> _Allowance:
        """Return the share of one worker."""
        return _Allowance(max(1, self.burst // workers), self.apart * workers)

    def until(self, last: float) -> float:
        """Return when the next write is allowed. `last` is when all writes so far would be done, evenly spaced."""
        return last - (self.burst - 1) * self.apart


class Writing(Enum):
    """A kind of write with budgets of its own."""

    RUN = (_Allowance(90, 60 / 90),)
    """Check runs: half of GitHub's 900 points a minute at 5 points each, so that the other half is left for reads."""
    CONTENT = (_Allowance(40, 60 / 40), _Allowance(100, 3_600 / 400))
    """Comments, issues and pull requests: GitHub allows 80 a minute and 500 an hour."""


@dataclass(slots=True)
class _Installation:
    seen: float = 0.0
    refused_until: float = 0.0
    last: dict[Writing, list[float]] = field(
        default_factory=lambda: {writing: [0.0] * len(writing.value) for writing in Writing}
    )
    last_slot: float = 0.0
    slots: dict[str, float] = field(default_factory=dict)

    def until(self, writing: Writing, workers: int) -> float:
        allowances: tuple[_Allowance, ...] = writing.value
        lasts = zip(allowances, self.last[writing], strict=True)
        return max(allowed.part(workers).until(last) for allowed, last in lasts)


class Pace:
    """The pace of all installations, for all threads of this process. Times are seconds since the epoch (UTC)."""

    def __init__(self, workers: Callable[[], int] | None = None) -> None:
        """`workers` returns the number of processes that share the budgets, one by default."""
        self._lock = threading.Lock()
        self._known: dict[int, _Installation] = {}
        self._workers = workers or (lambda: 1)
        self._parts = 1
        self._counted = float("-inf")

    def refused(self, installation: int, until: float, now: float) -> None:
        """Note that GitHub accepts no request from this installation before `until`."""
        with self._lock:
            state = self._of(installation, now)
            state.refused_until = max(state.refused_until, until)

    def refused_until(self, installation: int, now: float) -> float:
        """Return until when GitHub accepts no request; a time in the past when it does."""
        with self._lock:
            return self._of(installation, now).refused_until

    def wrote(self, installation: int, writing: Writing, now: float) -> None:
        """Count a write."""
        self._recount(now)
        with self._lock:
            state = self._of(installation, now)
            state.last[writing] = [
                max(last, now) + allowed.part(self._parts).apart
                for allowed, last in zip(writing.value, state.last[writing], strict=True)
            ]

    def slot(self, installation: int, delivery: str, writing: Writing, now: float) -> float | None:
        """Return None when the write is allowed now, else when `delivery` is to come back.

        A delivery that comes back at its time is let in, whatever other deliveries have written in between.
        """
        self._recount(now)
        with self._lock:
            state = self._of(installation, now)
            mine = state.slots.get(delivery)
            if mine is not None and mine < state.refused_until:
                mine = None
            elif mine is not None and now >= mine:
                del state.slots[delivery]
                return None
            free = max(state.refused_until, state.until(writing, self._parts))
            if mine is None:
                if free <= now:
                    return None
                mine = state.last_slot = max(free, state.last_slot + SPACING if state.last_slot > now else free)
                if len(state.slots) >= _MOST_KNOWN:
                    state.slots.clear()
                state.slots[delivery] = mine
            return mine

    def _recount(self, now: float) -> None:
        """Count the workers again, at most every ten seconds."""
        if 0 <= now - self._counted < _RECOUNT:
            return
        self._counted = now
        with suppress(StorageError):  # keep the last count
            self._parts = self._workers()

    def _of(self, installation: int, now: float) -> _Installation:
        state = self._known.get(installation)
        if state is None or now < state.seen - _SET_BACK:  # a clock that was set back makes the times useless
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            state = self._known[installation] = _Installation()
        state.seen = now
        return state
