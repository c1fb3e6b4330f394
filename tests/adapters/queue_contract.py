"""What every queue promises, as tests that any of them must pass.

An engine's own test module inherits from `QueueContract` and says how it is opened; see `test_queue_sqlite.py`.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.core import events
from bot.core.ports import JobState, LeasedJob, NewJob, Queue
from tests.clocks import HandClock

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    def test_waiting_ends_when_somebody_else_puts_a_job(self, queue: Queue, other: Queue) -> None:
        assert queue.lease("w1") is None
        woken = threading.Event()

        def wait() -> None:
            queue.wait(20)
            woken.set()

        waiter = threading.Thread(target=wait)
        waiter.start()
        time.sleep(0.05)
        assert not woken.is_set()
        other.put(job("d1"))
        assert woken.wait(5)
        waiter.join()

    def test_a_job_that_came_before_the_waiting_is_not_slept_over(self, queue: Queue, other: Queue) -> None:
        assert queue.lease("w1") is None
        other.put(job("d1"))
        started = time.monotonic()
        queue.wait(20)
        assert time.monotonic() - started < 5

    def test_waiting_ends_when_a_retry_falls_due(self, queue: Queue, clock: HandClock) -> None:
        assert queue.lease("w1") is None
        queue.put(job("d1", not_before=clock.now() + 0.2))
        queue.wait(20)  # the ring of `put`
        started = time.monotonic()
        queue.wait(20)
        assert time.monotonic() - started < 5

    def test_waiting_ends_by_itself(self, queue: Queue) -> None:
        assert queue.lease("w1") is None
        started = time.monotonic()
        queue.wait(0.1)
        assert 0.05 < time.monotonic() - started < 5

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
            idle_since = time.monotonic()
            while time.monotonic() - idle_since < 0.5:
                leased = mine.lease(name)
                if leased is None:
                    continue
                idle_since = time.monotonic()
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


@dataclass
class Told:
    """A job of the slow, obvious model."""

    id: int
    deliveries: list[str]
    event: bytes
    serial: str
    twin: str | None
    accepted_at: float
    not_before: float
    state: JobState = JobState.WAITING
    attempts: int = 0
    crashes: int = 0
    holder: str | None = None


@dataclass
class Model:
    """The queue as `architecture.md` tells it: a list that is searched from the front."""

    jobs: list[Told] = field(default_factory=list)
    ids: int = 0
    dead: set[str] = field(default_factory=set)
    """Holders whose leases nobody has looked at yet."""

    def of(self, delivery: str) -> Told | None:
        return next((told for told in self.jobs if delivery in told.deliveries), None)

    def waiting_twin(self, twin: str | None) -> Told | None:
        return next((told for told in self.jobs if twin and told.twin == twin and told.state is JobState.WAITING), None)

    def put(self, new: NewJob, now: float) -> bool:
        known = self.of(new.delivery)
        if known is not None:
            return known.state is JobState.DEAD and self.revive(known)
        twin = self.waiting_twin(new.coalesce)
        if twin is None:
            self.ids += 1
            self.jobs.append(Told(self.ids, [new.delivery], new.event, new.serial, new.coalesce, now, new.not_before))
        else:
            twin.deliveries.append(new.delivery)
            twin.event = new.event
            twin.not_before = min(twin.not_before, new.not_before)
        return True

    def revive(self, told: Told) -> bool:
        told.attempts = told.crashes = 0
        told.not_before = 0.0
        self.wait_again(told)
        return True

    def wait_again(self, told: Told) -> None:
        twin = self.waiting_twin(told.twin)
        told.state, told.holder = JobState.WAITING, None
        if twin is not None:
            older, newer = sorted((told, twin), key=lambda one: one.id)
            older.deliveries += newer.deliveries
            older.event = newer.event
            older.attempts = max(older.attempts, newer.attempts)
            older.accepted_at = min(older.accepted_at, newer.accepted_at)
            older.not_before = min(older.not_before, newer.not_before)
            self.jobs.remove(newer)

    def lease(self, holder: str, now: float, serial: str | None) -> Told | None:
        """The oldest of the repository whose turn the queue says it is."""
        for told in [told for told in self.jobs if told.state is JobState.RUNNING and told.holder in self.dead]:
            told.crashes += 1
            told.not_before = now + max(0, told.crashes - 2) * 30
            self.wait_again(told)
        running = {told.serial for told in self.jobs if told.state is JobState.RUNNING}
        due = [
            told
            for told in sorted(self.jobs, key=lambda one: one.id)
            if told.state is JobState.WAITING and told.not_before <= now and told.serial not in running
        ]
        oldest = next((told for told in due if serial in {None, told.serial}), None)
        if oldest is not None:
            oldest.state, oldest.holder = JobState.RUNNING, holder
            oldest.attempts += 1
        return oldest


# Few keys, so that jobs meet.
DELIVERIES = st.integers(0, 30).map("d{}".format)
SERIALS = st.sampled_from(["r1", "r2"])
TWINS = st.sampled_from(["a", "a", None])
DELAYS = st.sampled_from([0.0, 0.0, 5.0, 50.0])


class QueueMachine(RuleBasedStateMachine):
    """Any order of calls, compared with the model after each."""

    def open(self) -> Queue:
        """Another handle on the jobs of this run."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.model = Model()
        self.lives = 0
        self.queues: dict[str, Queue] = {}
        self.leases: list[tuple[Queue, LeasedJob]] = []

    def teardown(self) -> None:
        for queue in self.queues.values():
            queue.close()

    def queue(self, worker: str) -> tuple[str, Queue]:
        """The queue of one of two workers and its holder's name, alive."""
        holder = next((name for name in self.queues if name.startswith(worker)), None)
        if holder is None:
            self.lives += 1
            holder = f"{worker}-{self.lives}"
            self.queues[holder] = self.open()
        return holder, self.queues[holder]

    @rule(delivery=DELIVERIES, serial=SERIALS, twin=TWINS, delay=DELAYS, mark=st.integers(0, 9))
    def put(self, delivery: str, serial: str, twin: str | None, delay: float, mark: int) -> None:
        not_before = self.clock.now() + delay if delay else 0.0
        # As with real keys, jobs that coalesce are of one repository.
        new = NewJob(delivery, "SweepDue", event(f"{delivery}:{mark}"), serial, twin and f"{serial}:{twin}", not_before)
        _, queue = self.queue("w1")
        assert queue.put(new) == self.model.put(new, self.clock.now())

    @rule(worker=st.sampled_from(["w1", "w2"]))
    def lease(self, worker: str) -> None:
        holder, queue = self.queue(worker)
        leased = queue.lease(holder)
        told = self.model.lease(holder, self.clock.now(), None if leased is None else leased.serial)
        if leased is None or told is None:
            assert leased is None
            assert told is None
            return
        assert leased.delivery in told.deliveries
        assert (leased.event, leased.serial, leased.attempts) == (told.event, told.serial, told.attempts)
        assert (leased.accepted_at, leased.crashes) == (told.accepted_at, told.crashes)
        self.leases.append((queue, leased))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), end=st.sampled_from(["done", "retry", "bury", "release"]), delay=DELAYS)
    def end(self, data: st.DataObject, end: str, delay: float) -> None:
        queue, leased = self.leases.pop(data.draw(st.integers(0, len(self.leases) - 1)))
        told = self.model.of(leased.delivery)
        assert told is not None
        match end:
            case "done":
                queue.done(leased)
                told.state, told.holder = JobState.DONE, None
            case "bury":
                queue.bury(leased, "x")
                told.state, told.holder = JobState.DEAD, None
            case "release":
                queue.release(leased)
                told.attempts -= 1
                self.model.wait_again(told)
            case _:
                queue.retry(leased, self.clock.now() + delay, "x")
                told.not_before = self.clock.now() + delay
                self.model.wait_again(told)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def die(self, data: st.DataObject) -> None:
        _, held = data.draw(st.sampled_from(self.leases))
        holder, queue = held.holder, self.queues[held.holder]
        queue.close()
        del self.queues[holder]
        self.leases = [(held_by, leased) for held_by, leased in self.leases if held_by is not queue]
        self.model.dead.add(holder)

    @rule(delivery=DELIVERIES)
    def replay(self, delivery: str) -> None:
        _, queue = self.queue("w2")
        told = self.model.of(delivery)
        dead = told is not None and told.state is JobState.DEAD
        assert queue.replay(delivery) == dead
        if told is not None and dead:
            self.model.revive(told)

    @rule(seconds=st.sampled_from([1.0, 5.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.turn(seconds)

    @invariant()
    def tells_the_same(self) -> None:
        _, queue = self.queue("w1")
        records = {record.id: record for record in queue.records()}
        assert sum(queue.counts().values()) == len(records) == len(self.model.jobs)
        for told in self.model.jobs:
            found = queue.find(told.deliveries[-1])
            assert found is not None
            assert found == records[found.id]
            assert (found.event, found.serial, found.state) == (told.event, told.serial, told.state)
            assert (found.attempts, found.not_before) == (told.attempts, told.not_before)

    @invariant()
    def runs_no_two_jobs_of_one_repository(self) -> None:
        _, queue = self.queue("w1")
        running = [record.serial for record in queue.records(JobState.RUNNING)]
        assert len(running) == len(set(running))
