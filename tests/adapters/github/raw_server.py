"""A server of raw bytes, for answers that no HTTP server would give."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def listening(take: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that gives each connection to `take`, one after the other."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                take(connection)

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            # Closed first, its number goes to the next server, and `accept` may take a connection of that one.
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
