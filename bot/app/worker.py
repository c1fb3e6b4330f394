"""The worker: lease jobs, hand them to the service, and bring every job to an end."""

from __future__ import annotations

import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, assert_never
from uuid import uuid4

from bot.core.forge.errors import StorageError
from bot.core.forge.job_keys import DEADLINE
from bot.core.forge.outcome import Bury, Done, Outcome, Retry
from bot.log import Keys, Log, RecurringFault, redacted

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.forge.ports import Clock, LeasedJob, Queue

DAY = 86_400.0
BACK_OFF = (5.0, 30.0, 120.0, 300.0)
"""Seconds before the second attempt, the third and so on; the last value applies to all further ones."""
_ERROR_LIMIT = 500
"""Characters of an unexpected error that are kept with the job."""

log = Log("worker")


class Handler(Protocol):
    """Handles leased jobs. Several threads call it at once, but never two with the same serial key."""

    def handle(self, job: LeasedJob) -> Outcome:
        """Attempt a job once. An attempt that died halfway must be safe to repeat."""
        ...

    def give_up(self, job: LeasedJob, error: str) -> Outcome:
        """Leave a visible verdict that no verdict could be reached, because the deadline has passed.

        `Done` and `Bury` end the job as a dead letter. `Retry` means that GitHub takes no writes now: the job is
        tried again then, from the start.
        """
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a job is retried, in seconds."""

    deadline: float = DEADLINE
    """After its acceptance; then a job that still fails is given up with a run that says "no verdict"."""
    attempts: int = 5
    """Attempts before a job is given up: as many as fit before the deadline. The deadline may have passed while the
    worker was down, or while GitHub took nothing. An attempt that ended with its worker is none."""
    abandon: float = DAY
    """After its acceptance; then the job is buried without such a run."""
    crashes: int = 10
    """The number of workers that may die while working on a job before the job is buried."""
    look: float = 1.0
    """Between two reads of the queue if no signal comes."""
    grace: float = 25.0
    """For running jobs when the worker has to stop."""
    keep_done: float = 8 * DAY
    """GitHub redelivers for 3 days, GitHub Enterprise Server for 7."""
    keep_dead: float = 30 * DAY


class Worker:
    """Works on jobs in several threads until it is stopped."""

    def __init__(
        self, queue: Queue, handler: Handler, clock: Clock, *, threads: int = 4, patience: Patience | None = None
    ) -> None:
        self._queue = queue
        self._handler = handler
        self._clock = clock
        self._patience = patience or Patience()
        self._threads = threads
        self._free = threading.Semaphore(threads)
        self._stop = threading.Event()
        self._pruned_at = 0.0
        self._away = RecurringFault(log)
        self.holder = f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid4().hex[:8]}"

    def stop(self) -> None:
        """Lease no more jobs. May be called from a signal handler, any number of times."""
        self._stop.set()
        self._queue.wake()

    def run(self) -> bool:
        """Work until `stop`, then finish the leased jobs. False if jobs were left unfinished."""
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="job")
        log.info("working", holder=self.holder, count=self._threads)
        while not self._stop.is_set():
            if self._free.acquire(timeout=self._patience.look):
                self._next(pool)
        finished = self._finish()
        # Threads that still work would keep the process alive. Their leases end with the process.
        pool.shutdown(wait=finished, cancel_futures=True)
        log.info("stopped", holder=self.holder)
        return finished

    def _next(self, pool: ThreadPoolExecutor) -> None:
        """Start one job on a free thread, or wait for a job."""
        job = self._lease()
        if job is not None:
            self._away.clear()
            pool.submit(self._work, job)
            return
        self._free.release()
        if not self._stop.is_set():
            self._idle()

    def _lease(self) -> LeasedJob | None:
        try:
            return self._queue.lease(self.holder)
        except StorageError as error:
            self._away.report("cannot lease", error=str(error))
            self._stop.wait(self._patience.look)
            return None

    def _idle(self) -> None:
        now = self._clock.now()
        try:
            if now - self._pruned_at > DAY:
                self._pruned_at = now
                self._queue.prune(now - self._patience.keep_done, now - self._patience.keep_dead)
            self._queue.wait(self._patience.look)
            self._away.clear()
        except StorageError as error:
            self._away.report("cannot look", error=str(error))
            self._stop.wait(self._patience.look)

    def _finish(self) -> bool:
        """Wait for the leased jobs until the grace period ends."""
        until = time.monotonic() + self._patience.grace
        return all(self._free.acquire(timeout=max(0.0, until - time.monotonic())) for _ in range(self._threads))

    def _work(self, job: LeasedJob) -> None:
        try:
            end = partial(self._queue.release, job) if self._stop.is_set() else self._settled(job, self._try(job))
            self._keep(job, end)
        finally:
            self._free.release()
            self._queue.wake()

    def _keep(self, job: LeasedJob, end: Callable[[], None]) -> None:
        """Store a job's outcome, however long the disk takes. The lease keeps other workers off until then."""
        trouble = RecurringFault(log)
        while True:
            try:
                return end()
            except StorageError as error:
                trouble.report("outcome not on disk", delivery=job.delivery, event=job.name, error=str(error))
            if self._stop.wait(self._patience.look):
                return None  # the lease ends with this process, and the job is done again

    def _try(self, job: LeasedJob) -> Outcome:
        if job.crashes >= self._patience.crashes:
            return Retry(None, f"The worker died {job.crashes} times while it was at it.")
        started = time.monotonic()
        try:
            outcome = self._handler.handle(job)
        except StorageError as error:
            outcome = Retry(None, str(error), uncounted=True)  # our own database: no fault of the job
        except Exception as error:  # noqa: BLE001  after any error, the job is retried and the error is stored with it
            log.fault("failed", trace=error, delivery=job.delivery, event=job.name, attempt=job.attempts)
            outcome = Retry(None, _error_line(error))
        keys = Keys(
            delivery=job.delivery,
            event=job.name,
            calls=outcome.spent.calls,
            writes=outcome.spent.writes,
            attempt=job.attempts,
            seconds=time.monotonic() - started,
        )
        if not isinstance(outcome, Done):
            keys["error"] = outcome.error
        log.info(type(outcome).__name__.lower(), **keys)
        return outcome

    def _settled(self, job: LeasedJob, outcome: Outcome) -> Callable[[], None]:
        """Decide once what to tell the queue about a job."""
        match outcome:
            case Done():
                return partial(self._queue.done, job)
            case Bury(error):
                return self._buried(job, error)
            case Retry(not_before, error, uncounted) if self._has_time(job) or (
                uncounted and not self._is_hopeless(job)
            ):
                return partial(self._queue.retry, job, self._when(job, not_before), error, uncounted=uncounted)
            case Retry(_, error):
                return self._given_up(job, error)
            case _:
                assert_never(outcome)

    def _is_hopeless(self, job: LeasedJob) -> bool:
        return job.crashes >= self._patience.crashes or self._age(job) > self._patience.abandon

    def _has_time(self, job: LeasedJob) -> bool:
        if job.crashes >= self._patience.crashes:
            return False
        answered = job.attempts - job.crashes
        return answered < self._patience.attempts or self._age(job) < self._patience.deadline

    def _age(self, job: LeasedJob) -> float:
        return self._clock.now() - job.accepted_at

    def _when(self, job: LeasedJob, not_before: float | None) -> float:
        if not_before is not None:
            return not_before
        return self._clock.now() + BACK_OFF[min(job.attempts, len(BACK_OFF)) - 1]

    def _given_up(self, job: LeasedJob, error: str) -> Callable[[], None]:
        try:
            outcome = self._handler.give_up(job, error)
        except Exception as failure:  # noqa: BLE001  likewise
            log.fault("cannot give up", trace=failure, delivery=job.delivery, event=job.name, attempt=job.attempts)
            outcome = Retry(None, _error_line(failure))
        if isinstance(outcome, Retry) and self._age(job) <= self._patience.abandon:
            return partial(self._queue.retry, job, self._when(job, outcome.not_before), error)
        return self._buried(job, error)

    def _buried(self, job: LeasedJob, error: str) -> Callable[[], None]:
        log.fault("buried", delivery=job.delivery, event=job.name, attempt=job.attempts, error=error)
        return partial(self._queue.bury, job, error)


def _error_line(error: Exception) -> str:
    return redacted(f"{type(error).__name__}: {error}")[:_ERROR_LIMIT]
