"""Requests to GitHub without a client: bounded in number, size and time."""

from __future__ import annotations

import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bot.adapters.github.plain_http import MOST_AT_ONCE, send
from bot.core.forge.errors import ForgeError
from tests.adapters.github.raw_server import listening
from tests.processes import HANGS

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator


@contextmanager
def server(answer: bytes, *, holds: threading.Event | None = None) -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that answers every connection with these bytes, once it is no longer held."""
    lines: list[socket.socket] = []

    def take(line: socket.socket) -> None:
        lines.append(line)
        threading.Thread(target=respond, args=(line,), daemon=True).start()

    def respond(line: socket.socket) -> None:
        with line:
            line.recv(65_536)
            if holds is not None:
                holds.wait(HANGS)
            line.sendall(answer)

    with listening(take) as address:
        yield address, lines


def request(address: str) -> urllib.request.Request:
    return urllib.request.Request(f"{address}/user")  # noqa: S310  loopback


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"


def test_a_slow_github_takes_a_bounded_number_of_threads() -> None:
    release = threading.Event()
    with server(OK + b"{}", holds=release) as (address, lines), ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        waiting = [pool.submit(send, request(address), HANGS) for _ in range(MOST_AT_ONCE)]
        arrived = threading.Event()
        while len(lines) < MOST_AT_ONCE:
            arrived.wait(0.02)
        with pytest.raises(ForgeError, match="wait for GitHub already"):
            send(request(address), HANGS)
        release.set()
        assert [future.result().status for future in waiting] == [200] * MOST_AT_ONCE
        assert send(request(address), HANGS).json() == {}, "the places are free again"


def test_a_body_without_end_is_refused() -> None:
    with server(OK + b"x" * 300_000) as (address, _), pytest.raises(ForgeError, match="too large"):
        send(request(address), HANGS, None, 100_000)


def test_a_redirect_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with server(moved) as (address, lines):
        assert send(request(address), HANGS).status == 302
        assert len(lines) == 1


def test_what_is_not_json_is_nothing() -> None:
    with server(OK + b"[" * 100_000) as (address, _):
        assert send(request(address), HANGS).json() is None
