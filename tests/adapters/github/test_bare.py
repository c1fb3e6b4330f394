"""The exchange of the code with a GitHub that answers anything, or never."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from bot.adapters.github.bare import clock_ahead, exchange
from bot.core.forge.errors import ForgeError
from tests.adapters.github.raw_server import listening

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

PEM = "-----BEGIN RSA PRIVATE KEY-----\\nabc\\n-----END RSA PRIVATE KEY-----\\n"
GOOD = '{"id": 7, "slug": "gate", "pem": "%s", "webhook_secret": "s"}' % PEM  # noqa: UP031 -- braces


@contextmanager
def github(*answers: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each connection in its way; its address, and what it was asked."""
    asked: list[bytes] = []
    left = iter(answers)

    def take(line: socket.socket) -> None:
        with line, suppress(OSError):  # the other side may hang up
            asked.append(line.recv(65_536))
            for answer in islice(left, 1):
                answer(line)

    with listening(take) as address:
        yield address, asked


def says(text: str, status: str = "201 Created", *headers: str) -> Callable[[socket.socket], None]:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(text.encode())}", "Connection: close", *headers])
    return lambda line: line.sendall(f"{head}\r\n\r\n{text}".encode())


def drips(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        line.sendall(b"x")
        time.sleep(0.05)


def floods(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n")
    for _ in range(40):
        line.sendall(b"[" * 65_536)


def is_silent(line: socket.socket) -> None:
    line.settimeout(5)
    line.recv(1)  # until the other side gives up


def test_a_good_answer_is_an_app() -> None:
    with github(says(GOOD)) as (address, asked):
        app = exchange(address, "https://github.com", "https://me.example", "a-code")
    assert (app.app_id, app.slug, app.webhook_secret) == (7, "gate", "s")
    assert app.page == "https://github.com/apps/gate"
    assert asked[0].startswith(b"POST /app-manifests/a-code/conversions HTTP/1.1\r\n")
    assert b"authorization" not in asked[0].lower()
    assert "PRIVATE KEY" not in repr(app)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (says("{}", "404 Not Found"), "does not know this code"),
        (says("<h1>no</h1>", "500 Oops"), "answered 500"),
        (says("{}", "302 Found", "Location: http://127.0.0.1:1/"), "answered 302"),
        (says("<html>"), "unexpected shape"),
        (says("{}"), "unexpected shape"),
        (says("null"), "unexpected shape"),
        (says("[" * 100_000), "unexpected shape"),
        (says(GOOD.replace("7", "true")), "unexpected shape"),
        (says(GOOD.replace("7", "1" * 5000)), "unexpected shape"),
        (says(GOOD.replace("gate", "../gate")), "unexpected shape"),
        (says(GOOD.replace("BEGIN RSA PRIVATE KEY-----", "x").replace("END RSA PRIVATE KEY-----", "y")), "unexpected"),
        (says('{"id": 7, "slug": "g", "pem": "%s", "webhook_secret": ""}' % PEM), "unexpected shape"),  # noqa: UP031
        (floods, "unexpected shape"),
        (lambda line: line.sendall(b"\x00\xff garbage\r\n\r\n"), "did not answer"),
        (lambda line: line.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{"), "unexpected shape"),
        (lambda _: None, "did not answer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_else_comes_is_one_sentence(answer: Callable[[socket.socket], None], said: str) -> None:
    with github(answer) as (address, _), pytest.raises(ForgeError, match=said) as refused:
        exchange(address, "https://github.com", "https://me.example", "a-code", 2.0)
    assert len(str(refused.value)) < 250
    assert "a-code" not in str(refused.value)


@pytest.mark.parametrize("answer", [is_silent, drips])
def test_one_who_never_ends_is_given_up(answer: Callable[[socket.socket], None]) -> None:
    started = time.monotonic()
    with github(answer) as (address, _):
        with pytest.raises(ForgeError, match="did not answer the exchange of the code: timed out"):
            exchange(address, "https://github.com", "https://me.example", "a-code", 0.5)
        assert time.monotonic() - started < 5.0


def test_nobody_there_is_one_sentence() -> None:
    with pytest.raises(ForgeError, match="did not answer the exchange of the code: Connection refused"):
        exchange("http://127.0.0.1:9", "https://github.com", "https://me.example", "a-code")


def test_the_clock_is_told_by_a_refusal_as_well() -> None:
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 300))
    with github(says("{}", "403 Forbidden", f"Date: {date}")) as (address, _):
        assert 298 < clock_ahead(address) < 302
    with github(says("{}", "200 OK", f"Date: {date}")) as (address, _):
        assert 298 < clock_ahead(address) < 302


@pytest.mark.parametrize("headers", [(), ("Date: yesterday",), ("Date: \xff",)])
def test_a_server_without_a_time_is_no_github(headers: tuple[str, ...]) -> None:
    with github(says("{}", "200 OK", *headers)) as (address, _), pytest.raises(ForgeError, match="so it is not GitHub"):
        clock_ahead(address)
