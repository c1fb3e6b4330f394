"""Wake waiting workers on the same host when a delivery is accepted: one Unix datagram socket per listener.

A lost datagram does no harm: the listener looks at the queue again when its wait ends.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SUFFIX = ".bell"
_ADDRESS_LIMIT = 100
"""Bytes; the kernel takes 107 (`man 7 unix`)."""


class Doorbell:
    """The folder of sockets; after `listen` one of them belongs to this object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ours: Path | None = None
        self._hearing: socket.socket | None = None
        self._ringing = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ringing.settimeout(0)
        self._lock = threading.Lock()

    def listen(self, name: str) -> None:
        """Receive every ring from now on, also between two waits. If there is no socket, `wait` only sleeps."""
        with self._lock:
            if self._hearing is not None:
                return
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{name}{_SUFFIX}"
            path.unlink(missing_ok=True)
            hearing = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            hearing.settimeout(0)
            try:
                with _reachable(self._folder, path.name) as address:
                    hearing.bind(address)
            except OSError:  # a file system without sockets
                hearing.close()
                return
            self._ours, self._hearing = path, hearing

    def wait(self, seconds: float) -> None:
        """Return at the first ring since the last wait, or after that many seconds."""
        hearing = self._hearing
        if hearing is None:
            threading.Event().wait(seconds)
            return
        with selectors.DefaultSelector() as selector:
            selector.register(hearing, selectors.EVENT_READ)
            selector.select(seconds)
        with suppress(BlockingIOError):
            while True:
                hearing.recv(1)

    def ring(self) -> None:
        """Wake every listener. The socket of a listener that died is removed."""
        try:
            names = [name for name in os.listdir(self._folder) if name.endswith(_SUFFIX)]  # noqa: PTH208  3x as fast
        except FileNotFoundError:
            return
        for name in names:
            try:
                with _reachable(self._folder, name) as address:
                    self._ringing.sendto(b"!", address)
            except ConnectionRefusedError:
                (self._folder / name).unlink(missing_ok=True)
            except OSError:
                continue  # its buffer is full, or it has just closed

    def close(self) -> None:
        """Remove our socket."""
        with self._lock:
            if self._ours is not None:
                self._ours.unlink(missing_ok=True)
            if self._hearing is not None:
                self._hearing.close()
            self._ours = self._hearing = None
            self._ringing.close()


class _reachable:  # noqa: N801  used as a `with` statement only
    """A socket's address, shortened through /proc where the folder's path is too long for the kernel."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = str(folder / name)
        self._folder = folder
        self._name = name
        self._opened: int | None = None

    def __enter__(self) -> str:
        if len(os.fsencode(self._path)) <= _ADDRESS_LIMIT:
            return self._path
        self._opened = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        return f"/proc/self/fd/{self._opened}/{self._name}"

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            os.close(self._opened)
