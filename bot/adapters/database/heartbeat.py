"""Who holds leases in the shared database and whether it still lives: each holder is a worker of the engine's.

A worker beats every `BEAT` seconds. Whoever sees its last heartbeat unchanged for `LEASE` seconds, by its own clock
that no one can set, removes it, and its jobs are due again. A worker that could not beat for `FENCE` seconds knows that
it may be taken for dead before anybody takes it so: it must have stopped its work by then. Whoever has nothing in hand
and could not beat for `FRESH` seconds, because the database was away, say, beats before it takes anything, and nobody
is removed who has beaten since he was looked at. No comparison involves two hosts' clocks, or a clock that can jump, as
the engine's own sweep of stalled jobs does with the server's.
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
"""Seconds between two beats."""
FRESH = 2 * BEAT
"""Seconds for which a beat lets its holder take jobs."""
FENCE = 9.0
"""Seconds after which a holder that could not beat gives up its work."""
LEASE = 14.0
"""Seconds after which a holder that does not beat is dead to the others."""
CATCH_UP = 3 * BEAT
"""Seconds that the others get to beat once more when we could not look: neither could they beat, perhaps."""
_WATCH = 0.25
"""Seconds between two looks at our own pulse."""


@dataclass(frozen=True, slots=True)
class Member:
    """A holder of leases, and the worker that it is to the engine."""

    holder: str
    worker: int


class Pulse:
    """This process's beats, from the first `hold` until `close`."""

    def __init__(self, database: PostgresDatabase, turns: Turns, lost: Callable[[], bool]) -> None:
        """`lost` is called when our leases may be another's; it answers whether there were any to lose."""
        self._database = database
        self._turns = turns
        self._lost = lost
        self._member: Member | None = None
        self._coming: Member | None = None
        """Not known to have come in: should only the answer be lost, it is this one that asks again."""
        self._confirmed = 0.0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def holds(self) -> bool:
        """Whether this process is a holder now, as far as it knows."""
        return self._member is not None

    def hold(self, name: str) -> Member:
        """Be that holder from now on. Raises `StorageError` when the name is taken or the database is away."""
        member = self._member
        if member is None:
            member = self._registered(name)
            self._begin()
        elif time.monotonic() - self._confirmed > FRESH:
            self._confirm(member)
        if member.holder != name:
            raise StorageError(f"{member.holder} holds leases here, so {name} cannot.")
        return member

    def _confirm(self, member: Member) -> bool:
        """Beat. False when the others no longer count on it. Raises `StorageError`."""
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
            raise StorageError(f"{name} holds leases already, in another process.")
        self._confirmed, self._member, self._coming = sent, member, None
        return member

    def _begin(self) -> None:
        if self._threads:
            return
        self._threads = [
            threading.Thread(target=target, name=f"pulse-{target.__name__.strip('_')}", daemon=True)
            for target in (self._beat, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    def expelled(self) -> None:
        """This holder, which has nothing in hand, no longer counts: the next `hold` comes in anew."""
        member = self._member
        if member is not None:
            # When it is only the engine that has forgotten us, our name is still taken, by ourselves.
            self._database.write(lambda session: leave(session, member))
            self._member = None

    def close(self) -> None:
        """Let go of the name; what it still holds is due at once."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        member = self._member or self._coming
        self._member = self._coming = None
        if member is not None:
            with suppress(StorageError):  # the others will notice
                self._database.write(lambda session: leave(session, member))
                self._turns.unregister(member.worker)

    def _beat(self) -> None:
        while not self._stop.wait(BEAT):
            member = self._member
            if member is None:
                continue
            with suppress(StorageError):  # the watch knows how long that may go on
                if not self._confirm(member):
                    self._lost()

    def _watch(self) -> None:
        """In a thread of its own, because a beat may hang in the network."""
        while not self._stop.wait(_WATCH):
            if self._member is not None and time.monotonic() - self._confirmed > FENCE:
                self._lost()  # with nothing in hand there is nothing to lose, and `hold` beats first


class Watcher:
    """Sees whose heart has stopped."""

    def __init__(self) -> None:
        self._seen: dict[Member, tuple[str | None, float]] = {}
        self._looked = 0.0

    def dead(self, beats: Mapping[Member, str | None], now: float) -> list[Member]:
        """Those whose last heartbeat has stood still for long enough; `now` is monotonic."""
        if now - self._looked > CATCH_UP:
            known = now - LEASE + CATCH_UP
            self._seen = {member: (beat, max(since, known)) for member, (beat, since) in self._seen.items()}
        self._looked = now
        self._seen = {
            member: self._seen[member] if member in self._seen and self._seen[member][0] == beat else (beat, now)
            for member, beat in beats.items()
        }
        return [member for member, (_, since) in self._seen.items() if now - since > LEASE]


def beats(session: Session) -> dict[Member, str | None]:
    """Everybody's last heartbeat; None of a worker that the engine has forgotten."""
    rows = session.execute(
        f"SELECT holder, worker, last_heartbeat::text FROM holders"  # noqa: S608  our own words only
        f" LEFT JOIN {TURNS}.procrastinate_workers AS workers ON workers.id = worker"
    ).fetchall()
    return {Member(holder, worker): beat for holder, worker, beat in rows}


def stays(session: Session, member: Member) -> bool:
    """Whether the others still know it, and do until this transaction ends."""
    row = session.execute(
        "SELECT 1 FROM holders WHERE holder = ? AND worker = ? FOR KEY SHARE", (member.holder, member.worker)
    )
    return row.fetchone() is not None


def _enter(session: Session, member: Member) -> bool:
    """Be known to the others. False when somebody else has that name."""
    session.execute(
        "INSERT INTO holders (holder, worker) VALUES (?, ?) ON CONFLICT (holder) DO NOTHING",
        (member.holder, member.worker),
    )
    return stays(session, member)


def remove(session: Session, member: Member, beat: str | None) -> bool:
    """Let a holder be known no longer, unless it has beaten since `beat` was seen; whether it was so.

    Whatever beat comes later waits for the end of this transaction, and hears then that it no longer counts.
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
    """Be known no longer."""
    session.execute("DELETE FROM holders WHERE holder = ? AND worker = ?", (member.holder, member.worker))
