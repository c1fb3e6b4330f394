"""Run a WSGI application under ASGI. A request gets a thread when its whole body has arrived; a delivery needs none.

In WSGI, a slow body occupies a thread, so a few slow senders, signed or not, would block GitHub's deliveries. Here a
slow sender occupies a socket and the bytes it sent, for a bounded time and within a memory budget.
https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

import asyncio
import io
import sys
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from bot.web.door import BODY_LIMIT, PATHS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from bot.web.door import Door

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]

PATIENCE = 10.0
"""Seconds for a whole body; GitHub hangs up after the same time."""
BUDGET = 4 * BODY_LIMIT
"""The most bytes of bodies in memory, over all requests."""

_Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Bridge:
    """An ASGI application (`http` only): deliveries go to the door if there is one, the rest to a WSGI application."""

    def __init__(
        self,
        application: WSGIApplication,
        threads: int,
        door: Door | None = None,
        *,
        patience: float = PATIENCE,
        budget: int = BUDGET,
    ) -> None:
        self._application = application
        self._door = door
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._patience = patience
        self._left = budget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._patience):
                await self._read(scope, receive, body)
            status, headers, content = await self._answer(scope, body)
        except TimeoutError:
            status, headers, content = _plain(HTTPStatus.REQUEST_TIMEOUT)
        except _RefusedError as refused:
            status, headers, content = _plain(refused.status)
        finally:
            self._left += len(body)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _read(self, scope: Scope, receive: Receive, body: bytearray) -> None:
        """Read the body, up to one chunk beyond the limit, so that the application can see that it is too large."""
        announced = dict(scope["headers"]).get(b"content-length", b"")
        if announced.isdigit() and (len(announced) > len(str(BODY_LIMIT)) or int(announced) > BODY_LIMIT):
            return
        unfinished = True
        while unfinished and len(body) <= BODY_LIMIT:
            message = await receive()
            chunk: bytes = message.get("body", b"")
            if len(chunk) > self._left:
                raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
            self._left -= len(chunk)
            body += chunk
            unfinished = message["type"] == "http.request" and message.get("more_body", False)

    async def _answer(self, scope: Scope, body: bytearray) -> _Answer:
        environ = _environ(scope, body)
        if self._door is not None and environ["PATH_INFO"] in PATHS:
            status, headers, content = await self._door.respond(environ, len(body))
            return int(status), _encoded(headers), content
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._call, environ)

    def _call(self, environ: WSGIEnvironment) -> _Answer:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
            started.append((status, headers))

        parts = self._application(environ, start_response)
        try:
            content = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        status, headers = started[-1]
        return int(status.split(" ", 1)[0]), _encoded(headers), content


def _encoded(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _plain(status: HTTPStatus) -> _Answer:
    content = b'{"error": "%s."}\n' % status.description.encode()
    return status, [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))], content


def _environ(scope: Scope, body: bytearray) -> WSGIEnvironment:
    """The WSGI environment of a request: https://peps.python.org/pep-3333/#environ-variables ."""
    server = scope.get("server") or ("localhost", 80)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ
