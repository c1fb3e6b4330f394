"""Who lives and who is dead where the heart was slow, the database was away, or somebody looked at the wrong moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.adapters.database import heartbeat, leases
from bot.adapters.database.heartbeat import BEAT, LEASE, FailureDetector, Member
from bot.adapters.database.postgres import PostgresDatabase
from bot.adapters.database.queue_postgres import PostgresQueue
from tests.adapters.queue_contract import job
from tests.clocks import HandClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.forge.ports import LeasedJob

LOOK = 1.1
"""Seconds after which a worker reads the heartbeats of the others again."""


class HandTime:
    """The monotonic clock of heartbeats and leases, turned by the test."""

    def __init__(self) -> None:
        self._now = 1_000.0

    def monotonic(self) -> float:
        return self._now

    def turn(self, seconds: float) -> None:
        self._now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandTime:
    clock = HandTime()
    for module in (heartbeat, leases):
        monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def two(
    address: str, clock: HandTime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[PostgresQueue, PostgresQueue]]:
    """Two idle workers, `w1` and `w2`, who have not beaten for so long that each takes the other for dead."""
    for name, seconds in {"BEAT": 600.0, "FENCE": 600.0, "LEASE": 1.0, "FRESH": 0.5, "CATCH_UP": 600.0}.items():
        monkeypatch.setattr(heartbeat, name, seconds)
    queues = [PostgresQueue(PostgresDatabase(address), HandClock()) for _ in range(2)]
    assert [queue.lease(f"w{number}") for number, queue in enumerate(queues, 1)] == [None, None]
    clock.turn(LOOK)
    assert queues[0].lease("w1") is None, "it has seen the other's heart"
    yield queues[0], queues[1]
    for queue in queues:
        queue.close()


def test_who_could_not_beat_for_long_takes_no_job_before_it_has(
    two: tuple[PostgresQueue, PostgresQueue], clock: HandTime
) -> None:
    watching, stale = two
    clock.turn(LOOK)  # as after the database was away: nobody was removed, for nobody could look
    stale.put(job("d1"))
    mine = stale.lease("w2")
    assert mine is not None
    assert watching.lease("w1") is None, "the job is in hand, and its holder lives"
    stale.done(mine)
    found = watching.find("d1")
    assert found is not None
    assert (found.state, found.attempts) == ("done", 1)


def test_who_beats_between_the_look_and_its_removal_is_not_removed(
    two: tuple[PostgresQueue, PostgresQueue], clock: HandTime
) -> None:
    watching, stale = two
    clock.turn(LOOK)
    stale.put(job("d1"))
    judged = FailureDetector.dead
    taken: list[tuple[list[Member], LeasedJob | None]] = []

    def slow(watcher: FailureDetector, beats: Mapping[Member, str | None], now: float) -> list[Member]:
        dead = judged(watcher, beats, now)
        patched.undo()
        taken.append((dead, stale.lease("w2")))
        return dead

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(FailureDetector, "dead", slow)
        assert watching.lease("w1") is None
    ((dead, mine),) = taken
    assert [member.holder for member in dead] == ["w2"]
    assert mine is not None
    assert sorted(found.holder for found in watching._database.read(heartbeat.beats)) == ["w1", "w2"]


class TestWatcher:
    def test_who_stands_still_for_long_enough_is_dead_whatever_the_clocks_say(self) -> None:
        watcher = FailureDetector()
        a, b = Member("a", 1), Member("b", 2)
        assert watcher.dead({a: "12:00", b: "12:00"}, 0.0) == []
        for second in range(1, int(LEASE) + 1):
            assert watcher.dead({a: "12:00", b: "09:30"}, second) == []
        assert watcher.dead({a: "12:00", b: "09:30"}, LEASE + 0.1) == [a]
        assert watcher.dead({a: "09:31", b: "09:30"}, LEASE + 0.2) == [], "it beats again"

    def test_who_the_engine_has_forgotten_is_not_dead_before_it_can_have_noticed(self) -> None:
        watcher, forgotten = FailureDetector(), Member("a", 1)
        for second in range(int(LEASE) + 1):
            assert watcher.dead({forgotten: None}, second) == []
        assert watcher.dead({forgotten: None}, LEASE + 0.1) == [forgotten]

    def test_who_could_not_look_lets_the_others_beat_first(self) -> None:
        watcher, a, b = FailureDetector(), Member("a", 1), Member("b", 2)
        assert watcher.dead({a: "12:00", b: "12:00"}, 0.0) == []
        back = 60.0  # the database was away
        assert watcher.dead({a: "12:00", b: "12:00"}, back) == []
        for second in range(1, 3 * int(BEAT) + 1):
            assert watcher.dead({a: "12:00", b: "12:01"}, back + second) == []
        assert watcher.dead({a: "12:00", b: "12:02"}, back + 3 * BEAT + 0.1) == [a], "and then waits no longer"
