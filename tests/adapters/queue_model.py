"""The queue as a slow and obvious model, and a machine that holds any engine to it in whatever order it is called."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.core.forge.ports import JobState, LeasedJob, NewJob, Queue
from tests.adapters.queue_contract import event
from tests.clocks import HandClock


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
