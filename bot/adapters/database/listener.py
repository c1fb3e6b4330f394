"""Wake waiting workers through the database: `LISTEN` on a connection of its own.

A lost notification does no harm: the listener looks at the queue again when its wait ends.
https://www.postgresql.org/docs/current/sql-notify.html
"""

from __future__ import annotations

import selectors
import socket
from contextlib import suppress

import psycopg
from psycopg.pq import ConnStatus

from bot.adapters.database.postgres import CHANNEL, connect, storage_error


class Listener:
    """The notifications for one waiting thread. Other threads may end its wait with `ring`."""

    def __init__(self, address: str, place: str) -> None:
        self._address = address
        self._place = place
        self._line: psycopg.Connection[tuple[object, ...]] | None = None
        self._near, self._far = socket.socketpair()
        for end in (self._near, self._far):
            end.settimeout(0)

    def listen(self) -> bool:
        """Receive every notification from now on, also between two waits. Returns False when it did so before.

        Raises `StorageError`.
        """
        if self._line is not None:
            return False
        line = None
        try:
            line = connect(self._address, autocommit=True)
            line.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as error:
            if line is not None:
                line.close()
            raise storage_error(self._place, error) from error
        self._line = line
        return True

    def wait(self, seconds: float) -> None:
        """Return at the first ring since the last wait, or after that many seconds. Raises `StorageError`."""
        if self.listen() or self._line is None:
            return  # notifications before this connection were lost
        with selectors.DefaultSelector() as selector:
            selector.register(self._line.fileno(), selectors.EVENT_READ)
            selector.register(self._near, selectors.EVENT_READ)
            selector.select(seconds)
        with suppress(BlockingIOError):
            while self._near.recv(4096):
                pass
        self._drain(self._line)

    def ring(self) -> None:
        """End the wait of this listener."""
        with suppress(OSError):  # its buffer is full, or it is closed
            self._far.send(b"!")

    def close(self) -> None:
        """Close the connection."""
        if self._line is not None:
            self._line.close()
            self._line = None
        self._near.close()
        self._far.close()

    def _drain(self, line: psycopg.Connection[tuple[object, ...]]) -> None:
        with suppress(psycopg.Error):
            line.pgconn.consume_input()
            while line.pgconn.notifies() is not None:
                pass
        if line.pgconn.status != ConnStatus.OK:
            line.close()
            self._line = None  # the next wait listens anew
