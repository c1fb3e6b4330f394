"""Who holds leases in the shared database and whether it still lives: one counter per holder.

A holder counts up every `BEAT` seconds. Whoever sees a counter stand still for `LEASE` seconds, by its own clock that
no one can set, removes the holder, and its jobs are due again. A holder that could not count for `FENCE` seconds knows
that it may be taken for dead before anybody takes it so: it must have stopped its work by then. No comparison involves
two hosts' clocks, or a clock that can jump.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg

from bot.adapters.postgres import Session, connect
from bot.core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.adapters.postgres import PostgresDatabase

BEAT = 2.0
"""Seconds between two beats."""
FENCE = 9.0
"""Seconds after which a holder that could not beat gives up its work."""
LEASE = 14.0
"""Seconds after which a holder that does not beat is dead to the others."""
_WATCH = 0.25
"""Seconds between two looks at our own pulse."""


class Pulse:
    """This process's beats, from the first `hold` until `close`."""

    def __init__(self, database: PostgresDatabase, lost: Callable[[], bool]) -> None:
        """`lost` is called when our leases may be another's; it answers whether there were any to lose."""
        self._database = database
        self._lost = lost
        self._name: str | None = None
        self._session: Session | None = None
        self._confirmed = 0.0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def hold(self, name: str) -> None:
        """Be that holder from now on. Raises `StorageError` when the name is taken or the database is away."""
        if self._name == name:
            return
        if self._name is not None:
            raise StorageError(f"{self._name} holds leases here, so {name} cannot.")
        sent = time.monotonic()
        if not self._database.write(lambda session: register(session, name)):
            raise StorageError(f"{name} holds leases already, in another process.")
        self._confirmed, self._name = sent, name
        self._threads = [
            threading.Thread(target=target, name=f"pulse-{target.__name__.strip('_')}", daemon=True)
            for target in (self._beat, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    def confirm(self, sent: float) -> None:
        """A beat that was sent at that time, of `time.monotonic`, has been counted."""
        self._confirmed = max(self._confirmed, sent)

    def close(self) -> None:
        """Let go of the name; what it still holds is due at once."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._session is not None:
            self._session.close()
        name, self._name = self._name, None
        if name is not None:
            with suppress(StorageError):  # the others will notice
                self._database.write(lambda session: session.execute("DELETE FROM holders WHERE holder = ?", (name,)))

    def _beat(self) -> None:
        while not self._stop.wait(BEAT):
            sent = time.monotonic()
            try:
                alive = self._count_up()
            except psycopg.Error:
                continue  # the watch knows how long that may go on
            if alive or not self._lost():
                self.confirm(sent)

    def _count_up(self) -> bool:
        if self._session is None:
            self._session = Session(connect(self._database.address, autocommit=True))
            # A beat that a crash of the server forgets does no harm, and this way it costs no disk.
            self._session.execute("SET synchronous_commit = off")
        try:
            return beat(self._session, self._name or "")
        except psycopg.Error:
            self._session.close()
            self._session = None
            raise

    def _watch(self) -> None:
        """In a thread of its own, because a beat may hang in the network."""
        while not self._stop.wait(_WATCH):
            if time.monotonic() - self._confirmed > FENCE and not self._lost():
                self._confirmed = time.monotonic()  # with nothing in hand there is nothing to collide with


class Watcher:
    """Sees which other holders have stopped counting."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}

    def dead(self, beats: dict[str, int], now: float) -> dict[str, int]:
        """Those that have stood still for long enough, with the count that they stood at; `now` is monotonic."""
        self._seen = {
            holder: self._seen[holder] if self._seen.get(holder, (None,))[0] == count else (count, now)
            for holder, count in beats.items()
        }
        return {holder: count for holder, (count, since) in self._seen.items() if now - since > LEASE}


def beats(session: Session) -> dict[str, int]:
    """Every holder's count."""
    return dict(session.execute("SELECT holder, beats FROM holders").fetchall())


def remove(session: Session, dead: dict[str, int]) -> None:
    """Holders that have not counted on since; their next beat tells them."""
    for holder, count in dead.items():
        session.execute("DELETE FROM holders WHERE holder = ? AND beats = ?", (holder, count))


def beat(session: Session, holder: str) -> bool:
    """Count up. False when the holder is not, or no longer, known to the others."""
    return session.execute("UPDATE holders SET beats = beats + 1 WHERE holder = ?", (holder,)).rowcount == 1


def register(session: Session, holder: str) -> bool:
    """Be known to the others. False when somebody has that name."""
    return session.execute("INSERT INTO holders (holder) VALUES (?) ON CONFLICT DO NOTHING", (holder,)).rowcount == 1
