"""Slow, endless and broken-off requests take no thread and no more than their share of memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.web.bridge import Bridge
from bot.web.door import BODY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment


class Seen:
    """A WSGI application that tells what it was asked."""

    def __init__(self) -> None:
        self.environ: WSGIEnvironment = {}
        self.body = b""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.environ = environ
        self.body = environ["wsgi.input"].read()
        start_response("202 Accepted", [("Content-Type", "text/plain"), ("X-Test", "é")])
        return [b"well", b" done"]


def scope(*headers: tuple[str, str], path: str = "/webhook") -> dict[str, Any]:
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"type": "http", "method": "POST", "path": path, "query_string": b"a=b", "headers": encoded}


def ask(
    bridge: Bridge, asked: dict[str, Any], *chunks: bytes, hang: bool = False, cut: bool = False
) -> tuple[int, bytes]:
    """One request in these chunks: status and body of the answer. It may hang or be cut off after them."""
    left = list(chunks)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if left:
            body = left.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(left) or hang or cut}
        if hang:
            await asyncio.Event().wait()  # for ever
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(bridge(asked, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return sent[0]["status"], sent[1]["body"]


def test_a_request_arrives_whole_and_its_answer_goes_back_whole() -> None:
    seen = Seen()
    asked = scope(("content-type", "application/json"), ("x-github-event", "push"), path="/grüße")
    assert ask(Bridge(seen, 1), asked, b"one ", b"two") == (202, b"well done")
    assert seen.body == b"one two"
    assert seen.environ["CONTENT_TYPE"] == "application/json"
    assert seen.environ["HTTP_X_GITHUB_EVENT"] == "push"
    assert seen.environ["QUERY_STRING"] == "a=b"
    assert seen.environ["PATH_INFO"].encode("latin-1").decode() == "/grüße"


def test_a_header_that_comes_twice_is_never_half_believed() -> None:
    seen = Seen()
    ask(Bridge(seen, 1), scope(("x-hub-signature-256", "sha256=1"), ("x-hub-signature-256", "sha256=2")), b"")
    assert seen.environ["HTTP_X_HUB_SIGNATURE_256"] == "sha256=1,sha256=2"


def test_a_body_that_does_not_come_is_given_up() -> None:
    bridge = Bridge(Seen(), 1, patience=0.05)
    status, answer = ask(bridge, scope(), b"so far", hang=True)
    assert status == 408
    assert answer.startswith(b'{"error": "')


def test_a_body_that_is_cut_off_is_handed_on_as_it_is_so_that_its_signature_fails() -> None:
    seen = Seen()
    assert ask(Bridge(seen, 1), scope(("content-length", "100")), b"so far", cut=True)[0] == 202
    assert seen.body == b"so far"


def test_no_more_is_read_than_shows_that_it_is_too_large() -> None:
    seen = Seen()
    ask(Bridge(seen, 1), scope(), *[b"x" * 1_000_000] * 40)
    assert BODY_LIMIT < len(seen.body) <= BODY_LIMIT + 1_000_000


@pytest.mark.parametrize("length", [str(BODY_LIMIT + 1), "9" * 5000])
def test_what_announces_too_much_is_not_read_at_all(length: str) -> None:
    seen = Seen()
    ask(Bridge(seen, 1), scope(("content-length", length)), b"x" * 1000)
    assert seen.body == b""


def test_all_bodies_together_have_a_budget_and_it_is_given_back() -> None:
    seen = Seen()
    bridge = Bridge(seen, 1, budget=1000)
    assert ask(bridge, scope(), b"x" * 600, b"x" * 600)[0] == 503
    for _ in range(3):
        assert ask(bridge, scope(), b"x" * 1000)[0] == 202
    assert len(seen.body) == 1000
