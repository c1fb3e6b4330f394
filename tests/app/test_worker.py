"""A job ends as done, or as a dead letter with a visible verdict; nothing else can become of it."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.adapters.database import job_rows
from bot.adapters.database.migrate import migrate
from bot.adapters.database.queue_sqlite import SqliteQueue
from bot.adapters.database.sqlite import Database
from bot.app.worker import BACK_OFF, DAY, Patience, Worker
from bot.core.forge.errors import StorageError
from bot.core.forge.outcome import Bury, Done, Outcome, Retry
from bot.core.forge.ports import JobState, LeasedJob
from tests.adapters.queue_contract import job
from tests.clocks import HandClock
from tests.processes import HANGS, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Scripted:
    """A handler that does as it is told, and remembers what it was asked."""

    def __init__(
        self, handle: Callable[[LeasedJob], Outcome], give_up: Callable[[LeasedJob], Outcome] | None = None
    ) -> None:
        self._handle = handle
        self._give_up = give_up or (lambda _: Done())
        self.handled: list[LeasedJob] = []
        self.given_up: list[tuple[str, str]] = []

    def handle(self, job: LeasedJob) -> Outcome:
        self.handled.append(job)
        return self._handle(job)

    def give_up(self, job: LeasedJob, error: str) -> Outcome:
        self.given_up.append((job.delivery, error))
        return self._give_up(job)


class Shop:
    """A worker at work beside the test."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        migrate(folder / "plangate.db")
        self.database = Database(folder / "plangate.db")
        self.queue = SqliteQueue(self.database, self.clock)
        self.worker: Worker | None = None
        self.thread: threading.Thread | None = None
        self.finished: bool | None = None

    def open(self, handler: Scripted, *, threads: int = 2, grace: float = 10.0) -> None:
        self.worker = Worker(
            self.queue, handler, self.clock, threads=threads, patience=Patience(look=0.02, grace=grace)
        )
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        assert self.worker is not None
        self.finished = self.worker.run()

    def close(self) -> None:
        if self.worker is not None and self.thread is not None:
            self.worker.stop()
            self.thread.join(HANGS)

    def until(self, said: Callable[[], bool]) -> None:
        until(said)

    def count(self, state: JobState) -> int:
        return self.queue.counts()[state]

    def age(self, seconds: float) -> None:
        self.clock.turn(seconds)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path)
    yield shop
    shop.close()
    shop.queue.close()


def test_a_job_that_is_done_is_done(shop: Shop) -> None:
    handler = Scripted(lambda _: Done())
    shop.open(handler)
    shop.queue.put(job("d1"))
    shop.until(lambda: shop.count(JobState.DONE) == 1)
    assert [one.delivery for one in handler.handled] == ["d1"]


def test_jobs_of_different_repositories_run_at_once_and_those_of_one_do_not(shop: Shop) -> None:
    both = threading.Barrier(2, timeout=HANGS)
    seen: dict[str, int] = {}
    clashes: list[str] = []

    def handle(leased: LeasedJob) -> Outcome:
        if seen.setdefault(leased.serial, 0):
            clashes.append(leased.serial)
        seen[leased.serial] = 1
        if leased.delivery.startswith("first"):
            both.wait()
        seen[leased.serial] = 0
        return Done()

    for number in range(4):
        for serial in ("r1", "r2"):
            shop.queue.put(job(f"{'first' if number == 0 else 'later'}-{number}-{serial}", serial=serial))
    shop.open(Scripted(handle))
    shop.until(lambda: shop.count(JobState.DONE) == 8)
    assert clashes == []


def test_a_named_time_is_kept_and_otherwise_the_pauses_grow(shop: Shop) -> None:
    said: list[Outcome] = [Retry(shop.clock.now() + 7, "wait"), Retry(None, "x"), Retry(None, "x"), Done()]
    handler = Scripted(lambda _: said.pop(0))
    shop.queue.put(job("d1"))
    shop.open(handler)
    shop.until(lambda: len(handler.handled) == 1 and shop.count(JobState.WAITING) == 1)
    for tries, pause in enumerate([7, BACK_OFF[1], BACK_OFF[2]], start=1):
        (record,) = shop.queue.records()
        assert record.not_before == pytest.approx(shop.clock.now() + pause)
        shop.age(pause)
        shop.until(lambda tries=tries: len(handler.handled) == tries + 1 and shop.count(JobState.RUNNING) == 0)  # type: ignore[misc]
    assert shop.count(JobState.DONE) == 1


def test_an_unexpected_exception_is_logged_kept_without_secrets_and_tried_again(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: LeasedJob) -> Outcome:
        raise ZeroDivisionError("with ghs_verysecrettoken123 in it")

    shop.queue.put(job("d1"))
    shop.open(Scripted(fail))
    shop.until(lambda: shop.count(JobState.WAITING) == 1 and shop.queue.records()[0].error is not None)
    (record,) = shop.queue.records()
    assert record.error == "ZeroDivisionError: with ghs_… in it"
    failed = next(one for one in caplog.records if one.getMessage() == "failed")
    assert failed.exc_info is not None
    assert failed.__dict__["keys"]["delivery"] == "d1"


def test_a_disk_that_is_full_is_no_fault_of_the_programs_and_has_no_trace(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: LeasedJob) -> Outcome:
        raise StorageError("plangate.db: the disk is full: free some space.")

    caplog.set_level("INFO", "bot")
    shop.queue.put(job("d1"))
    shop.open(Scripted(fail))
    shop.until(lambda: shop.count(JobState.WAITING) == 1 and shop.queue.records()[0].error is not None)
    (record,) = shop.queue.records()
    assert record.error == "plangate.db: the disk is full: free some space."
    assert [one.getMessage() for one in caplog.records if one.exc_info] == []
    assert [one.__dict__["keys"]["error"] for one in caplog.records if one.getMessage() == "retry"] == [record.error]


def test_a_database_that_was_away_for_longer_than_the_deadline_makes_no_dead_letter(shop: Shop) -> None:
    def fail(_: LeasedJob) -> Outcome:
        if len(handler.handled) < 6:
            raise StorageError("postgresql://db/plangate: connection refused: see that the server runs.")
        return Done()

    handler = Scripted(fail)
    shop.queue.put(job("d1"))
    shop.age(Patience().deadline + 1)
    shop.open(handler)
    while not shop.count(JobState.DONE):
        shop.age(Patience().deadline)
        time.sleep(0.01)
    assert handler.given_up == []
    assert shop.count(JobState.DEAD) == 0


def test_after_the_deadline_a_visible_verdict_is_left_and_the_job_is_a_dead_letter(shop: Shop) -> None:
    handler = Scripted(lambda _: Retry(None, "GitHub is away"))
    shop.queue.put(job("d1"))
    shop.open(handler)
    while not shop.count(JobState.DEAD):
        shop.age(30)
        time.sleep(0.01)
    assert handler.given_up == [("d1", "GitHub is away")]
    (record,) = shop.queue.records(JobState.DEAD)
    assert record.error == "GitHub is away"
    assert shop.clock.now() - record.accepted_at >= Patience().deadline


def test_a_job_that_waited_past_its_deadline_has_as_many_attempts_as_another(shop: Shop) -> None:
    faults = ["a page", "Bad Gateway", "No commit found for SHA", "Server Error"]
    handler = Scripted(lambda _: Retry(None, faults.pop()) if faults else Done())
    shop.queue.put(job("d1"))
    shop.age(Patience().deadline + 1)
    shop.open(handler)
    while not shop.count(JobState.DONE) and not shop.count(JobState.DEAD):
        shop.age(BACK_OFF[-1])
        time.sleep(0.01)
    assert handler.given_up == []
    assert len(handler.handled) == Patience().attempts


def test_an_attempt_that_ended_with_its_worker_is_none(shop: Shop) -> None:
    shop.queue.put(job("d1"))
    shop.age(Patience().deadline + 1)
    for holder in ("first", "second"):
        assert shop.queue.lease(holder) is not None
        shop.database.write(partial(job_rows.recover_jobs, holder=holder, now=shop.clock.now()))
    handler = Scripted(lambda _: Retry(0.0, "Server Error"))
    shop.open(handler)
    shop.until(lambda: shop.count(JobState.DEAD) == 1)
    assert len(handler.handled) == Patience().attempts


def test_to_be_held_back_by_a_limit_is_no_try_and_meets_no_deadline(shop: Shop) -> None:
    handler = Scripted(
        lambda _: Retry(0.0, "GitHub takes no more", uncounted=True) if len(handler.handled) < 9 else Done()
    )
    shop.queue.put(job("d1"))
    shop.age(Patience().deadline + 1)
    shop.open(handler)
    shop.until(lambda: shop.count(JobState.DONE) == 1)
    assert [one.attempts for one in handler.handled] == [1] * 9
    assert handler.given_up == []


def test_a_worker_that_was_down_for_hours_still_tries_before_it_gives_up(shop: Shop) -> None:
    handler = Scripted(lambda _: Done() if len(handler.handled) == 3 else Retry(0.0, "x"))
    shop.queue.put(job("d1"))
    shop.age(5 * 3600)
    shop.open(handler)
    shop.until(lambda: shop.count(JobState.DONE) == 1)
    assert handler.given_up == []


def test_when_github_takes_no_writes_the_verdict_comes_as_soon_as_it_does(shop: Shop) -> None:
    """After the deadline, and from the start: the evaluation itself may work by then."""
    limited = [True]

    def act(_: LeasedJob) -> Outcome:
        return Retry(shop.clock.now() + 3600, "rate limited") if limited else Done()

    handler = Scripted(act, act)
    shop.queue.put(job("d1"))
    shop.age(1000)
    shop.open(handler)
    last = Patience().attempts + 1
    for tries in range(1, last + 1):
        shop.until(lambda tries=tries: len(handler.handled) == tries and shop.count(JobState.WAITING) == 1)  # type: ignore[misc]
        shop.age(3600 if tries < last else 0)
    assert len(handler.given_up) == 2
    limited.clear()
    shop.age(3600)
    shop.until(lambda: shop.count(JobState.DONE) == 1)
    assert shop.count(JobState.DEAD) == 0


def test_a_job_that_never_ends_well_is_abandoned_after_a_day(shop: Shop) -> None:
    handler = Scripted(lambda _: Retry(0.0, "x"), lambda _: Retry(0.0, "no"))
    shop.queue.put(job("d1"))
    shop.age(Patience().abandon + 1)
    shop.open(handler)
    shop.until(lambda: shop.count(JobState.DEAD) == 1)
    assert len(handler.handled) == Patience().attempts


def test_a_hopeless_job_is_buried_at_once(shop: Shop) -> None:
    handler = Scripted(lambda _: Bury("never"))
    shop.queue.put(job("d1"))
    shop.open(handler)
    shop.until(lambda: shop.count(JobState.DEAD) == 1)
    assert handler.given_up == []


def test_when_giving_up_fails_too_it_is_tried_again(shop: Shop) -> None:
    def fail(_: LeasedJob) -> Outcome:
        raise OSError("no network")

    handler = Scripted(lambda _: Retry(0.0, "x"), fail)
    shop.queue.put(job("d1"))
    shop.age(1000)
    shop.open(handler)
    shop.until(lambda: len(handler.given_up) == 1 and shop.count(JobState.WAITING) == 1)
    assert shop.count(JobState.DEAD) == 0


def test_a_stopping_worker_finishes_what_it_has_and_takes_nothing_new(shop: Shop) -> None:
    started, go_on = threading.Event(), threading.Event()

    def handle(_: LeasedJob) -> Outcome:
        started.set()
        go_on.wait(HANGS)
        return Done()

    shop.queue.put(job("d1"))
    shop.queue.put(job("d2"))
    shop.open(Scripted(handle))
    assert started.wait(HANGS)
    assert shop.worker is not None
    shop.worker.stop()
    shop.worker.stop()
    go_on.set()
    shop.close()
    assert shop.finished
    assert (shop.count(JobState.DONE), shop.count(JobState.WAITING)) == (1, 1)


def test_a_worker_whose_job_does_not_end_says_so_after_the_grace(shop: Shop) -> None:
    started, go_on = threading.Event(), threading.Event()

    def handle(_: LeasedJob) -> Outcome:
        started.set()
        go_on.wait(HANGS)
        return Done()

    shop.queue.put(job("d1"))
    shop.open(Scripted(handle), grace=0.1)
    assert started.wait(HANGS)
    shop.close()
    assert shop.finished is False
    go_on.set()
    shop.until(lambda: shop.count(JobState.DONE) == 1)


def test_a_disk_that_is_full_for_a_while_costs_no_outcome(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    def fill(_: LeasedJob) -> Outcome:
        shop.queue._database._writing.execute("PRAGMA query_only = ON")
        return Done()

    handler = Scripted(fill)
    shop.queue.put(job("d1"))
    shop.open(handler)
    shop.until(lambda: "outcome not on disk" in caplog.messages)
    assert shop.count(JobState.RUNNING) == 1
    shop.queue._database._writing.execute("PRAGMA query_only = OFF")
    shop.until(lambda: shop.count(JobState.DONE) == 1)
    assert len(handler.handled) == 1, "its effects were not had twice"


@pytest.mark.parametrize(
    ("outcome", "days"), [(Done(), 8), (Bury("it can never succeed"), 30)], ids=["done", "a dead letter"]
)
def test_a_job_is_known_for_so_many_days_after_its_end(shop: Shop, outcome: Outcome, days: int) -> None:
    """A delivery that is done is known for longer than any GitHub delivers it again, which is 7 days at most."""
    shop.open(Scripted(lambda _: outcome))
    state = JobState.DONE if isinstance(outcome, Done) else JobState.DEAD
    shop.queue.put(job("old"))
    shop.until(lambda: shop.count(state) == 1)
    shop.age(0.9 * DAY)
    shop.queue.put(job("younger"))
    shop.until(lambda: shop.count(state) == 2)
    shop.age((days - 0.9) * DAY + 1)
    shop.until(lambda: shop.queue.find("old") is None)
    assert shop.queue.find("younger") is not None
    if state is JobState.DONE:
        assert not shop.queue.put(job("younger")), "it is not worked on again"
