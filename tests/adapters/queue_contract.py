"""What every queue promises, as tests that any of them must pass.

An engine's own test module inherits from `QueueContract` and says how it is opened; see `test_queue_sqlite.py`.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.core.forge import events
from bot.core.forge.errors import StorageError
from bot.core.forge.ports import JobState, NewJob, Queue
from tests.clocks import HandClock
from tests.processes import HANGS

if TYPE_CHECKING:
    from collections.abc import Iterator

FOR_EVER = 3600.0
"""Seconds of waiting that only an event ends in time for the test's own time-out."""
REPOSITORY = events.RepositoryRef(42, "acme", "ferry", "main")


def event(mark: str) -> bytes:
    """An event that can be told from others."""
    return events.encode(events.SweepDue(installation=1, repository=REPOSITORY, reason=mark))


def job(delivery: str, serial: str = "r1", twin: str | None = None, not_before: float = 0.0) -> NewJob:
    return NewJob(delivery, "SweepDue", event(delivery), serial, twin, not_before)


class QueueContract(ABC):
    """Each `opened` queue is as another process would see it: same jobs, leases of its own."""

    @abstractmethod
    def open(self, clock: HandClock) -> Queue:
        """Another handle on the same jobs."""

    @pytest.fixture
    def clock(self) -> HandClock:
        return HandClock()

    @pytest.fixture
    def queue(self, clock: HandClock) -> Iterator[Queue]:
        queue = self.open(clock)
        yield queue
        queue.close()

    @pytest.fixture
    def other(self, clock: HandClock) -> Iterator[Queue]:
        queue = self.open(clock)
        yield queue
        queue.close()

    def test_what_was_put_by_one_is_leased_by_another(self, queue: Queue, other: Queue, clock: HandClock) -> None:
        assert queue.put(job("d1", serial="r7"))
        clock.turn(5)
        leased = other.lease("w1")
        assert leased is not None
        assert (leased.delivery, leased.name, leased.serial) == ("d1", "SweepDue", "r7")
        assert (leased.event, leased.attempts, leased.accepted_at) == (event("d1"), 1, clock.now() - 5)

    def test_a_delivery_is_accepted_once(self, queue: Queue, other: Queue) -> None:
        assert queue.put(job("d1"))
        assert not queue.put(job("d1"))
        assert not other.put(replace(job("d1"), serial="r2"))
        leased = queue.lease("w1")
        assert leased is not None
        assert not queue.put(job("d1"))
        queue.done(leased)
        assert not queue.put(job("d1"))
        assert queue.lease("w1") is None

    def test_many_are_submitted_before_the_first_is_stored(self, queue: Queue, other: Queue) -> None:
        stored = [queue.submit(job(f"d{number}", serial=f"r{number}")) for number in range(100)]
        assert all(future.result(HANGS) for future in stored)
        assert not queue.submit(job("d7")).result(HANGS)
        assert len(other.records(JobState.WAITING)) == 100
        assert other.lease("w1") is not None

    def test_a_closed_queue_refuses_what_is_submitted(self, clock: HandClock) -> None:
        queue = self.open(clock)
        queue.close()
        with pytest.raises(StorageError):
            queue.submit(job("d1")).result(HANGS)

    def test_two_jobs_of_one_repository_never_run_at_once(self, queue: Queue, other: Queue) -> None:
        queue.put(job("d1"))
        queue.put(job("d2"))
        queue.put(job("d3", serial="r2"))
        first, second = queue.lease("w1"), other.lease("w2")
        assert first is not None
        assert second is not None
        assert (first.delivery, second.delivery) == ("d1", "d3")
        assert other.lease("w2") is None
        queue.done(first)
        third = other.lease("w2")
        assert third is not None
        assert third.delivery == "d2"

    def test_a_waiting_twin_takes_the_newer_event_the_earlier_time_and_the_first_acceptance(
        self, queue: Queue, clock: HandClock
    ) -> None:
        accepted = clock.now()
        queue.put(job("d1", twin="head", not_before=accepted + 100))
        clock.turn(10)
        assert queue.put(job("d2", twin="head", not_before=accepted + 20))
        assert queue.put(job("d3", twin="head", not_before=accepted + 300))
        assert queue.counts()[JobState.WAITING] == 1
        assert not queue.put(job("d2", twin="head")), "a delivery that was taken in is known"
        assert queue.lease("w1") is None
        clock.turn(10)
        leased = queue.lease("w1")
        assert leased is not None
        assert (leased.event, leased.accepted_at) == (event("d3"), accepted)
        for delivery in ("d1", "d2", "d3"):
            found = queue.find(delivery)
            assert found is not None
            assert found.id == leased.id

    def test_pushes_that_become_one_reach_back_to_where_the_first_began(self, queue: Queue) -> None:
        def pushed(delivery: str, before: str, after: str) -> NewJob:
            push = events.BranchPushed(installation=1, repository=REPOSITORY, branch="main", before=before, after=after)
            return NewJob(delivery, "BranchPushed", events.encode(push), "r1", "main")

        queue.put(pushed("d1", "a" * 40, "b" * 40))
        queue.put(pushed("d2", "b" * 40, "c" * 40))
        leased = queue.lease("w1")
        assert leased is not None
        both = events.decode(leased.event)
        assert isinstance(both, events.BranchPushed)
        assert (both.before, both.after) == ("a" * 40, "c" * 40)

    def test_a_running_job_takes_nothing_in(self, queue: Queue) -> None:
        queue.put(job("d1", twin="head"))
        running = queue.lease("w1")
        assert running is not None
        queue.put(job("d2", twin="head"))
        queue.done(running)
        leased = queue.lease("w1")
        assert leased is not None
        assert leased.event == event("d2")

    def test_a_job_that_is_tried_again_takes_in_the_twin_that_came_meanwhile(
        self, queue: Queue, clock: HandClock
    ) -> None:
        accepted = clock.now()
        queue.put(job("d1", twin="head"))
        running = queue.lease("w1")
        assert running is not None
        clock.turn(1)
        queue.put(job("d2", twin="head"))
        queue.retry(running, clock.now() + 1000, "not now")
        leased = queue.lease("w1")
        assert leased is not None, "the newer one was due at once"
        assert (leased.id, leased.event, leased.accepted_at) == (running.id, event("d2"), accepted)
        assert leased.attempts == 2
        assert queue.lease("w1") is None
        found = queue.find("d2")
        assert found is not None
        assert found.id == running.id

    def test_a_job_that_waits_to_be_tried_again_blocks_no_other(self, queue: Queue, clock: HandClock) -> None:
        queue.put(job("d1"))
        queue.put(job("d2"))
        first = queue.lease("w1")
        assert first is not None
        queue.retry(first, clock.now() + 60, "GitHub is away")
        second = queue.lease("w1")
        assert second is not None
        assert second.delivery == "d2"
        queue.done(second)
        assert queue.lease("w1") is None
        clock.turn(60)
        again = queue.lease("w1")
        assert again is not None
        assert (again.delivery, again.attempts) == ("d1", 2)

    def test_a_released_job_is_as_if_it_had_never_been_leased(self, queue: Queue) -> None:
        queue.put(job("d1"))
        leased = queue.lease("w1")
        assert leased is not None
        queue.release(leased)
        again = queue.lease("w1")
        assert again is not None
        assert again.attempts == 1

    def test_a_dead_letter_is_listed_found_and_replayed(self, queue: Queue) -> None:
        queue.put(job("d1"))
        leased = queue.lease("w1")
        assert leased is not None
        assert not queue.replay("d1")
        queue.bury(leased, "no such head")
        assert [(one.delivery, one.error) for one in queue.records(JobState.DEAD)] == [("d1", "no such head")]
        assert queue.lease("w1") is None
        assert queue.replay("d1")
        assert not queue.replay("d1")
        assert not queue.replay("d0")
        again = queue.lease("w1")
        assert again is not None
        assert again.attempts == 1

    def test_the_redelivery_of_a_dead_letter_brings_it_back(self, queue: Queue) -> None:
        queue.put(job("d1"))
        leased = queue.lease("w1")
        assert leased is not None
        queue.bury(leased, "x")
        assert queue.put(job("d1"))
        assert queue.lease("w1") is not None

    def test_the_jobs_of_a_holder_that_is_gone_are_due_at_once(self, queue: Queue, clock: HandClock) -> None:
        queue.put(job("d1"))
        dying = self.open(clock)
        lost = dying.lease("w2")
        assert lost is not None
        assert queue.lease("w1") is None
        dying.close()
        again = queue.lease("w1")
        assert again is not None
        assert (again.delivery, again.attempts, again.crashes) == ("d1", 2, 1)
        queue.done(lost)
        record = queue.find("d1")
        assert record is not None
        assert record.state is JobState.RUNNING, "whoever lost the lease changes nothing"

    def test_a_job_that_its_holders_died_with_lets_others_go_first(self, queue: Queue, clock: HandClock) -> None:
        queue.put(job("poison"))
        queue.put(job("d2"))
        for life in range(4):
            dying = self.open(clock)
            leased = dying.lease(f"w{life}")
            assert leased is not None
            assert leased.delivery == ("poison" if life < 3 else "d2")
            dying.close()

    def test_it_is_known_how_many_work(self, queue: Queue, other: Queue) -> None:
        assert queue.workers() == 1, "whoever asks is about to"
        queue.lease("vm-1-aa")
        other.lease("vm-2-bb")
        assert queue.workers() == other.workers() == 2
        other.close()
        assert queue.workers() == 1

    def test_records_are_listed_newest_first(self, queue: Queue) -> None:
        for number in range(5):
            queue.put(job(f"d{number}", serial=f"r{number}"))
        assert [one.delivery for one in queue.records(limit=3)] == ["d4", "d3", "d2"]
        assert queue.records(JobState.DONE) == []

    def test_what_ended_long_ago_is_forgotten_and_the_rest_is_not(self, queue: Queue, clock: HandClock) -> None:
        for delivery in ("done", "dead", "late"):
            queue.put(job(delivery))
            leased = queue.lease("w1")
            assert leased is not None
            clock.turn(10)
            if delivery == "dead":
                queue.bury(leased, "x")
            else:
                queue.done(leased)
        queue.put(job("waiting"))
        assert queue.prune(clock.now() - 5, clock.now() - 100) == 1
        assert [queue.find(one) is None for one in ("done", "dead", "late", "waiting")] == [True, False, False, False]
        assert queue.put(job("done")), "it would be accepted again"

    def test_the_oldest_is_what_should_have_been_done_first(self, queue: Queue, clock: HandClock) -> None:
        begun = clock.now()
        assert queue.oldest() is None
        queue.put(job("later", serial="r9", not_before=begun + 100))
        assert queue.oldest() is None, "nobody waits for it yet"
        clock.turn(10)
        queue.put(job("d1"))
        assert queue.oldest() == begun + 10
        running = queue.lease("w1")
        assert running is not None
        assert queue.oldest() == begun + 10
        queue.retry(running, begun + 3_600, "GitHub answered 502", uncounted=True)
        assert queue.oldest() == begun + 10, "somebody has waited for it since"
        clock.turn(90)
        for _ in range(2):
            clock.turn(3_600)
            leased = queue.lease("w1")
            assert leased is not None
            queue.done(leased)
        assert queue.oldest() is None

    def test_what_was_put_for_later_is_waited_for_only_since_it_is_due(self, queue: Queue, clock: HandClock) -> None:
        due = clock.now() + 7_200
        queue.put(job("later", not_before=due))
        clock.turn(7_201)
        assert queue.oldest() == due
        leased = queue.lease("w1")
        assert leased is not None
        assert queue.oldest() == due

    def test_waiting_ends_when_somebody_else_puts_a_job(self, queue: Queue, other: Queue) -> None:
        assert queue.lease("w1") is None
        woken = threading.Event()

        def wait() -> None:
            queue.wait(FOR_EVER)
            woken.set()

        waiter = threading.Thread(target=wait, daemon=True)
        waiter.start()
        assert not woken.wait(0.05), "nothing has rung"
        other.put(job("d1"))
        assert woken.wait(HANGS)
        waiter.join()

    def test_a_job_that_came_before_the_waiting_is_not_slept_over(self, queue: Queue, other: Queue) -> None:
        assert queue.lease("w1") is None
        other.put(job("d1"))
        queue.wait(FOR_EVER)

    def test_waiting_ends_when_a_retry_falls_due(self, queue: Queue, clock: HandClock) -> None:
        assert queue.lease("w1") is None
        queue.put(job("d1", not_before=clock.now() + 0.2))
        queue.wait(FOR_EVER)  # the ring of `put`
        queue.wait(FOR_EVER)

    def test_waiting_ends_by_itself(self, queue: Queue) -> None:
        assert queue.lease("w1") is None
        queue.wait(0.1)

    def test_it_takes_deliveries(self, queue: Queue) -> None:
        queue.check()
        assert sum(queue.counts().values()) == 0

    def test_many_threads_lose_nothing_and_share_nothing(self, queue: Queue, other: Queue) -> None:
        def put(thread: int) -> None:
            for number in range(40):
                (queue if number % 2 else other).put(job(f"{thread}-{number}", serial=f"r{number % 5}"))

        running: set[str] = set()
        done: list[str] = []
        clashes: list[str] = []
        watch = threading.Lock()

        def work(name: str, mine: Queue) -> None:
            while len(done) < 160:
                leased = mine.lease(name)
                if leased is None:
                    continue
                with watch:
                    if leased.serial in running:
                        clashes.append(leased.delivery)
                    running.add(leased.serial)
                time.sleep(0)
                with watch:
                    running.discard(leased.serial)
                    done.append(leased.delivery)
                mine.done(leased)

        threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
        threads += [
            threading.Thread(target=work, args=(f"w{index}", mine)) for index, mine in enumerate((queue, other))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert clashes == []
        assert sorted(done) == sorted(f"{thread}-{number}" for thread in range(4) for number in range(40))
