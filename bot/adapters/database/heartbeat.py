"""Lease holders of the shared database and their heartbeats. Each holder is a worker of Procrastinate, the engine.

A worker writes a heartbeat every `BEAT` seconds. A holder whose heartbeat another worker sees unchanged for `LEASE`
seconds is removed by that worker, and the holder's jobs are due again. A worker whose heartbeat failed for `FENCE`
seconds must stop its work before the others remove it. A worker without jobs sends a heartbeat before it takes a job if
its last heartbeat is older than `FRESH` seconds. A holder is not removed if it sent a heartbeat since it was last read.

Each worker measures time with its own monotonic clock. No comparison involves the clocks of two hosts or a clock that
can jump; the engine's own sweep of stalled jobs depends on the server's clock.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.adapters.database.postgres import TURNS
from bot.core.forge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.adapters.database.postgres import PostgresDatabase, Session
    from bot.adapters.database.turns import Turns

BEAT = 2.0
"""Seconds between two heartbeats."""
FRESH = 2 * BEAT
"""Seconds after a heartbeat during which its holder may take jobs."""
FENCE = 9.0
"""Seconds without a heartbeat after which a holder stops its own work."""
LEASE = 14.0
"""Seconds without a heartbeat after which the others remove a holder."""
CATCH_UP = 3 * BEAT
"""Seconds of grace for the others when this worker could not read heartbeats: they may have been unable to write."""
_WATCH = 0.25
"""Seconds between two checks of our own heartbeat."""


@dataclass(frozen=True, slots=True)
class Member:
    """A lease holder and its worker id in the engine."""

    holder: str
    worker: int


class Heartbeat:
    """Registers this process as a lease holder and sends its heartbeats, from the first `hold` until `close`."""

    def __init__(self, database: PostgresDatabase, turns: Turns, lost: Callable[[], bool]) -> None:
        """`lost` is called when another worker may take our leases; it returns whether there were any."""
        self._database = database
        self._turns = turns
        self._lost = lost
        self._member: Member | None = None
        self._coming: Member | None = None
        """A registration without a confirmed outcome. If only the reply was lost, the next attempt repeats this one."""
        self._confirmed = 0.0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def holds(self) -> bool:
        """Whether this process is registered, as far as it knows."""
        return self._member is not None

    def hold(self, name: str) -> Member:
        """Register under this name. Raises `StorageError` when the name is taken or the database cannot be reached."""
        member = self._member
        if member is None:
            member = self._registered(name)
            self._begin()
        elif time.monotonic() - self._confirmed > FRESH:
            self._confirm(member)
        if member.holder != name:
            raise StorageError(f"This process holds its leases as {member.holder}, not as {name}.")
        return member

    def _confirm(self, member: Member) -> bool:
        """Send a heartbeat. Returns False when this holder was removed. Raises `StorageError`."""
        sent = time.monotonic()
        alive = self._turns.beat(member.worker)
        if alive:
            self._confirmed = max(self._confirmed, sent)
        return alive

    def _registered(self, name: str) -> Member:
        sent = time.monotonic()
        member = self._coming = self._coming or Member(name, self._turns.register())
        if not self._database.write(lambda session: _enter(session, member)):
            self._coming = None
            self._turns.unregister(member.worker)
            raise StorageError(f"Another process already holds leases as {name}.")
        self._confirmed, self._member, self._coming = sent, member, None
        return member

    def _begin(self) -> None:
        if self._threads:
            return
        self._threads = [
            threading.Thread(target=target, name=f"heartbeat-{target.__name__.strip('_')}", daemon=True)
            for target in (self._beat, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    def expelled(self) -> None:
        """Forget the registration of a holder without jobs; the next `hold` registers again."""
        member = self._member
        if member is not None:
            # If only the engine has forgotten this worker, our own row still occupies the name.
            self._database.write(lambda session: leave(session, member))
            self._member = None

    def close(self) -> None:
        """Give up the name; jobs that it still holds are due at once."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        member = self._member or self._coming
        self._member = self._coming = None
        if member is not None:
            with suppress(StorageError):  # the others remove it when the heartbeat stops
                self._database.write(lambda session: leave(session, member))
                self._turns.unregister(member.worker)

    def _beat(self) -> None:
        while not self._stop.wait(BEAT):
            member = self._member
            if member is None:
                continue
            with suppress(StorageError):  # `_watch` limits how long this may fail
                if not self._confirm(member):
                    self._lost()

    def _watch(self) -> None:
        """In a thread of its own, because a heartbeat may hang in the network."""
        while not self._stop.wait(_WATCH):
            if self._member is not None and time.monotonic() - self._confirmed > FENCE:
                self._lost()  # without jobs this does nothing, and `hold` sends a heartbeat first


class FailureDetector:
    """Finds the lease holders whose heartbeat has stopped."""

    def __init__(self) -> None:
        self._seen: dict[Member, tuple[str | None, float]] = {}
        self._looked = 0.0

    def dead(self, beats: Mapping[Member, str | None], now: float) -> list[Member]:
        """The holders whose heartbeat has not changed for `LEASE` seconds; `now` is monotonic, in seconds."""
        if now - self._looked > CATCH_UP:
            earliest = now - LEASE + CATCH_UP
            self._seen = {member: (beat, max(since, earliest)) for member, (beat, since) in self._seen.items()}
        self._looked = now
        self._seen = {
            member: self._seen[member] if member in self._seen and self._seen[member][0] == beat else (beat, now)
            for member, beat in beats.items()
        }
        return [member for member, (_, since) in self._seen.items() if now - since > LEASE]


def beats(session: Session) -> dict[Member, str | None]:
    """The last heartbeat of every holder; None for a worker that the engine has forgotten."""
    rows = session.execute(
        f"SELECT holder, worker, last_heartbeat::text FROM holders"  # noqa: S608  our own words only
        f" LEFT JOIN {TURNS}.procrastinate_workers AS workers ON workers.id = worker"
    ).fetchall()
    return {Member(holder, worker): beat for holder, worker, beat in rows}


def stays(session: Session, member: Member) -> bool:
    """Whether the holder is registered; it stays so until this transaction ends."""
    row = session.execute(
        "SELECT 1 FROM holders WHERE holder = ? AND worker = ? FOR KEY SHARE", (member.holder, member.worker)
    )
    return row.fetchone() is not None


def _enter(session: Session, member: Member) -> bool:
    """Register a holder. Returns False when another holder has the name."""
    session.execute(
        "INSERT INTO holders (holder, worker) VALUES (?, ?) ON CONFLICT (holder) DO NOTHING",
        (member.holder, member.worker),
    )
    return stays(session, member)


def remove(session: Session, member: Member, beat: str | None) -> bool:
    """Remove a holder unless it sent a heartbeat after `beat`. Returns whether it was removed.

    A later heartbeat waits for the end of this transaction and then learns that its holder was removed.
    """
    row = session.execute(
        f"SELECT last_heartbeat::text FROM {TURNS}.procrastinate_workers"  # noqa: S608  our own words only
        " WHERE id = ? FOR NO KEY UPDATE",
        (member.worker,),
    ).fetchone()
    if beat != (None if row is None else row[0]):
        return False
    leave(session, member)
    return True


def leave(session: Session, member: Member) -> None:
    """Remove a holder."""
    session.execute("DELETE FROM holders WHERE holder = ? AND worker = ?", (member.holder, member.worker))
