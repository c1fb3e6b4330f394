"""Request lost deliveries again, find open heads without a verdict, and judge again what a waiver no longer covers.

One worker does this beside its jobs. It judges nothing: it queues deliveries and jobs like any other. It costs one call
every 3 minutes and, every 15 minutes, one call for 100 installations and a read for each of them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.adapters.webhook.meaning import KINDS
from bot.core.deciding import rechecks
from bot.core.forge.errors import ForgeError, RepositoryGone, StorageError
from bot.core.forge.job_keys import new_job
from bot.core.forge.lost_deliveries import GAP, gap, missing
from bot.core.forge.overdue import overdue
from bot.core.judging.waiving import utc_day
from bot.log import Log, RecurringFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app.installations import Installations
    from bot.core.forge.lost_deliveries import Attempt, Hook
    from bot.core.forge.overdue import Surveyor
    from bot.core.forge.ports import Clock, Leader, Queue, Store
    from bot.core.forge.stored import SeenRepository

DAY = 86_400.0
_POSITION = "deliveries"
_WAIVERS = "waivers"
"""The name of the cursor that holds the day (UTC) up to which the ends of waivers were looked at."""
_MOST_TIMES = 5
"""How often one delivery is requested again."""
_MOST_AT_ONCE = 500
_MOST_PAGES = 100
_OVERLAP = 120.0
"""Seconds that are read twice, because GitHub lists attempts by their end, not by their beginning."""
_FORGOTTEN = 3 * DAY
"""GitHub redelivers nothing that is older."""
_TOGETHER = 50
"""Repositories in one read."""

_ECHOES = {
    ("check_suite", "completed"),
    ("check_run", "created"),
    ("check_run", "completed"),
}
"""Events about our own runs, which Plangate ignores."""

log = Log("reconcile")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Intervals and periods, in seconds."""

    deliveries: float = 180.0
    """Between two reads of the App's deliveries."""
    sweep: float = 900.0
    """Between two surveys of all open heads. The reads of one survey are spread over this time."""
    first: float = 1.0
    """Between two reads of the first sweep, after a start."""
    retry: float = 60.0
    """Before a refused read is repeated, if GitHub named no time."""
    keep: float = 30 * DAY
    """Reports, uses and counts older than this are forgotten."""
    keep_sights: float = 89 * DAY
    """First sights of repositories that left the App longer ago are deleted: daily, so after 90 days at most."""
    look: float = 0.5
    """Between two checks of what is due."""


@dataclass(slots=True)
class _Batch:
    due: float
    installation: int
    repositories: tuple[SeenRepository, ...]
    looks: int = 1
    """The number of attempts at this batch in one sweep, this one included."""


@dataclass(slots=True)
class Reconciler:
    """Runs in its own thread until `stop`."""

    hook: Hook
    surveyor: Surveyor
    installations: Installations
    queue: Queue
    store: Store
    clock: Clock
    leader: Leader
    rhythm: Rhythm = field(default_factory=Rhythm)
    _stop: threading.Event = field(default_factory=threading.Event)
    _deliveries_due: float = 0.0
    _sweep_due: float = 0.0
    _prune_due: float = 0.0
    _today: str = ""
    _latest: float = 0.0
    _swept_before: bool = False
    _batches: list[_Batch] = field(default_factory=list)

    def run(self) -> None:
        """Do what is due until `stop`; no error ends the loop."""
        away = RecurringFault(log)
        while not self._stop.is_set():
            try:
                self.tick()
                away.clear()
            except StorageError as error:
                away.report("cannot reconcile", error=str(error))
            except Exception as error:  # noqa: BLE001  after any error, the next attempt may succeed
                log.fault("failed", trace=error)
            self._stop.wait(self.rhythm.look)
        self.leader.close()

    def stop(self) -> None:
        """End the loop after its present step."""
        self._stop.set()

    def tick(self) -> None:
        """Do what is due by now. Raises `StorageError`."""
        if not self.leader.leads():
            return
        now = self._now()
        if now >= self._deliveries_due:
            self._deliveries_due = now + self.rhythm.deliveries
            self._deliveries(now)
        if now >= self._sweep_due:
            self._sweep_due = now + self.rhythm.sweep
            self._align()
            self._batches = self._planned(now)
        if self._batches and now >= self._batches[0].due:
            self._survey(self._batches.pop(0), now)
        if (today := utc_day(now)) != self._today:
            self._end_waivers(today)
            self._today = today
        if now >= self._prune_due:
            self._prune_due = now + DAY
            self.store.prune(now - self.rhythm.keep, now - self.rhythm.keep_sights)

    def _now(self) -> float:
        """The time. A clock that was set back makes everything due at once rather than not for hours."""
        now = self.clock.now()
        if now < self._latest - self.rhythm.look:
            self._deliveries_due = self._sweep_due = self._prune_due = 0.0
        self._latest = now
        return now

    def _deliveries(self, now: float) -> None:
        """Request deliveries that failed or never arrived."""
        try:
            attempts = self._attempts(now)
            lost = missing(attempts, lambda guid: self.queue.find(guid) is not None, _means_something)
            requested = self._ask_again([(delivery.guid, delivery.latest) for delivery in lost], now)
        except ForgeError as error:
            log.warning("deliveries not read", error=str(error))
            if error.retry_after is not None:
                self._deliveries_due = max(self._deliveries_due, now + error.retry_after)
            return
        seconds = gap(lost, now)
        self.store.set_cursor(GAP, f"{seconds:.1f}")
        if attempts and len(lost) <= _MOST_AT_ONCE:
            self.store.set_cursor(_POSITION, str(max(delivery.sent_at for delivery in attempts)))
        if lost:
            log.warning("deliveries were missing", count=requested, seconds=seconds)

    def _attempts(self, now: float) -> Sequence[Attempt]:
        """GitHub's delivery attempts since the last request."""
        position = self.store.cursor(_POSITION)
        since = max(float(position) - _OVERLAP if position else 0.0, now - _FORGOTTEN)
        attempts: list[Attempt] = []
        older: str | None = None
        for _ in range(_MOST_PAGES):
            page = self.hook.attempts(older)
            attempts += [attempt for attempt in page.attempts if attempt.sent_at >= since]
            older = page.older
            if older is None or not page.attempts or page.attempts[-1].sent_at < since:
                break
        return attempts

    def _ask_again(self, lost: Sequence[tuple[str, int]], now: float) -> int:
        """Request these deliveries again; returns how many. Raises `ForgeError`."""
        requested = 0
        for guid, attempt in lost[:_MOST_AT_ONCE]:
            if self._stop.is_set() or self.store.count_redelivery(guid, now) > _MOST_TIMES:
                continue
            try:
                self.hook.deliver_again(attempt)
            except RepositoryGone as error:
                log.warning("delivery is lost", delivery=guid, error=str(error))
                continue
            requested += 1
        return requested

    def _align(self) -> None:
        """Update the stored installations, because a delivery about them may come late or never."""
        try:
            changed = self.installations.align()
        except ForgeError as error:
            log.warning("installations not read", error=str(error))
            return
        if changed:
            log.info("installations were out of date", count=changed)

    def _end_waivers(self, today: str) -> None:
        """Queue the pull requests with a waiver whose last day is over. Costs no call."""
        for waiver in self.store.ended_waivers(self.store.cursor(_WAIVERS) or "", today):
            seen = self.store.repository(waiver.repository)
            if seen is not None:
                effect = rechecks.after_waiver(seen, waiver)
                self.queue.put(new_job(effect.delivery, effect.event))
        self.store.set_cursor(_WAIVERS, today)

    def _planned(self, now: float) -> list[_Batch]:
        """The repositories to sweep, in batches spread over the time until the next sweep."""
        by_installation: dict[int, list[SeenRepository]] = {}
        for repository in self.store.repositories_to_sweep():
            by_installation.setdefault(repository.installation, []).append(repository)
        parts = [
            (installation, tuple(seen[start : start + _TOGETHER]))
            for installation, seen in sorted(by_installation.items())
            for start in range(0, len(seen), _TOGETHER)
        ]
        apart = self.rhythm.sweep / max(len(parts), 1)
        apart = apart if self._swept_before else min(apart, self.rhythm.first)
        self._swept_before = True
        return [_Batch(now + index * apart, *part) for index, part in enumerate(parts)]

    def _survey(self, batch: _Batch, now: float) -> None:
        """Survey a batch of repositories, and queue the heads without a verdict."""
        try:
            survey = self.surveyor.survey(batch.installation, batch.repositories)
        except RepositoryGone as error:
            log.info("not swept", installation=batch.installation, error=str(error))
            return
        except ForgeError as error:
            log.warning("not swept", installation=batch.installation, error=str(error))
            self._put_off(batch, now, error.retry_after)
            return
        for heads in survey.repositories:
            if heads.repository not in batch.repositories:
                self.store.see_repository(heads.repository)
        moved = self._moved(batch.installation, survey.missed)
        if moved:
            self._batches.insert(0, _Batch(now, batch.installation, moved))
        events = [event for heads in survey.repositories for event in overdue(heads)]
        for number, event in enumerate(events):
            self.queue.put(new_job(f"sweep:{int(now * 1000)}:{batch.installation}:{number}", event))
        log.info("swept", installation=batch.installation, count=len(events))
        if survey.unfinished:
            log.warning(
                "not all swept",
                installation=batch.installation,
                count=len(survey.unfinished),
                error=str(survey.failed or "too many parts"),
            )
            self._put_off(replace(batch, repositories=survey.unfinished), now)

    def _put_off(self, batch: _Batch, now: float, wait: float | None = None) -> None:
        """Survey a batch again after a pause. If GitHub names no time, the pause grows with every attempt."""
        wait = wait or self.rhythm.retry * 2 ** (batch.looks - 1)
        again = replace(batch, due=now + wait, looks=batch.looks + 1)
        self._batches = sorted((*self._batches, again), key=lambda planned: planned.due)

    def _moved(self, installation: int, missed: Sequence[SeenRepository]) -> tuple[SeenRepository, ...]:
        """The renamed repositories with their present names; costs a call each. Unreachable ones are deleted."""
        moved = []
        for seen in missed:
            try:
                ref = self.installations.settle_repository(installation, seen.id)
            except ForgeError as error:
                log.warning("not found", repository=f"{seen.owner}/{seen.name}", error=str(error))
                continue
            if ref is not None and (ref.owner, ref.name) != (seen.owner, seen.name):
                moved.append(replace(seen, owner=ref.owner, name=ref.name))
        return tuple(moved)


def _means_something(attempt: Attempt) -> bool:
    return attempt.event in KINDS and (attempt.event, attempt.action) not in _ECHOES
