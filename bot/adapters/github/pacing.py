"""How fast each installation may be asked: what GitHub refused for a while, and the writes that it would soon refuse.

Nothing here waits. Whoever would have to wait is told until when, each a little later than the one before, so that
they do not all come back at once; and one installation's wait is nobody else's. What is counted is this process's own,
and where several work, each keeps to its part of what all of them may do.
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
"""Seconds by which a clock may be behind what it said before and still count as the same."""
_MOST_KNOWN = 20_000
_RECOUNT = 10.0
"""Seconds between two counts of the workers."""


@dataclass(frozen=True, slots=True)
class _Allowance:
    """So many at once, then one every `apart` seconds."""

    burst: int
    apart: float

    def part(self, workers: int) -> _Allowance:
        """What one of so many workers may do."""
        return _Allowance(max(1, self.burst // workers), self.apart * workers)

    def until(self, last: float) -> float:
        """When the next one may be done. `last`: when all of them so far would have been done, evenly spaced."""
        return last - (self.burst - 1) * self.apart


class Writing(Enum):
    """What is counted together."""

    RUN = (_Allowance(90, 60 / 90),)
    """At most 180 check runs a minute: half of GitHub's 900 points at 5 points each leaves the rest to reads."""
    CONTENT = (_Allowance(40, 60 / 40), _Allowance(100, 3_600 / 400))
    """Comments, issues and pull requests: at most 80 a minute and 500 an hour."""


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
    """All installations of this process, for all of its threads. Times are seconds since the epoch (UTC)."""

    def __init__(self, workers: Callable[[], int] | None = None) -> None:
        """`workers`: among how many processes the budgets are divided; by default this is the only one."""
        self._lock = threading.Lock()
        self._known: dict[int, _Installation] = {}
        self._workers = workers or (lambda: 1)
        self._parts = 1
        self._counted = float("-inf")

    def refused(self, installation: int, until: float, now: float) -> None:
        """GitHub takes nothing from this installation before that time."""
        with self._lock:
            one = self._of(installation, now)
            one.refused_until = max(one.refused_until, until)

    def refused_until(self, installation: int, now: float) -> float:
        """Until when that is; in the past when it is over."""
        with self._lock:
            return self._of(installation, now).refused_until

    def wrote(self, installation: int, writing: Writing, now: float) -> None:
        """Something is written now."""
        self._recount(now)
        with self._lock:
            one = self._of(installation, now)
            one.last[writing] = [
                max(last, now) + allowed.part(self._parts).apart
                for allowed, last in zip(writing.value, one.last[writing], strict=True)
            ]

    def slot(self, installation: int, who: str, writing: Writing, now: float) -> float | None:
        """None when that may be written now, else when `who` is to come back for it.

        Whoever comes back at its time is let in, whatever others have done meanwhile.
        """
        self._recount(now)
        with self._lock:
            one = self._of(installation, now)
            mine = one.slots.get(who)
            if mine is not None and mine < one.refused_until:
                mine = None
            elif mine is not None and now >= mine:
                del one.slots[who]
                return None
            free = max(one.refused_until, one.until(writing, self._parts))
            if mine is None:
                if free <= now:
                    return None
                mine = one.last_slot = max(free, one.last_slot + SPACING if one.last_slot > now else free)
                if len(one.slots) >= _MOST_KNOWN:
                    one.slots.clear()
                one.slots[who] = mine
            return mine

    def _recount(self, now: float) -> None:
        """Ask how many workers there are, unless that was a moment ago."""
        if 0 <= now - self._counted < _RECOUNT:
            return
        self._counted = now
        with suppress(StorageError):  # as many as before, then
            self._parts = self._workers()

    def _of(self, installation: int, now: float) -> _Installation:
        known = self._known.get(installation)
        if known is None or now < known.seen - _SET_BACK:  # times from before a clock was set back mean nothing
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[installation] = _Installation()
        known.seen = now
        return known
