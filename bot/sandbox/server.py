"""The HTTP side: one port for REST, GraphQL and git, with the headers that GitHub's clients rely on."""

from __future__ import annotations

import json
import socket
import threading
import time
import traceback
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.sandbox import smart_http
from bot.sandbox.credentials import Credential, identify
from bot.sandbox.credentials import Kind as CredentialKind
from bot.sandbox.errors import ApiError
from bot.sandbox.kinds import Kind
from bot.sandbox.pages import door
from bot.sandbox.pages.markdown import render
from bot.sandbox.requests_log import Request
from bot.sandbox.routing import Call, Found, Reply, admit, find

if TYPE_CHECKING:
    from bot.sandbox.hub import Hub

API_VERSIONS = ("2022-11-28", "2026-03-10")
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
_LARGEST_BODY = 30 * 1024 * 1024


class Server(ThreadingHTTPServer):
    """Listens on a free port of the loopback interface."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, hub: Hub, port: int = 0) -> None:
        self.hub = hub
        super().__init__(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="sandbox", daemon=True)
        self._open: set[socket.socket] = set()

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and cut the connections that clients keep open."""
        self.shutdown()
        self._thread.join(timeout=5)
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client was faster
        self.server_close()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Remember the connection while it is open."""
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that hangs up. The handler reports every other error."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "github.com"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the signature is the standard library's
        """The request log is kept by the hub."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """For the `Date` header: this world's time."""
        return super().date_time_string(self.server.hub.state.now() if timestamp is None else timestamp)

    def _any(self) -> None:
        body = self._read_body()
        if body is None:
            return
        parts = urlsplit(self.path)
        if smart_http.wants(parts.path):
            smart_http.answer(self, self.server.hub, parts.path, parts.query, body)
            return
        self._api(parts.netloc or self.headers.get("Host", ""), parts.path, parts.query, body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _any  # noqa: N815 -- names that http.server looks for

    def _read_body(self) -> bytes | None:
        """The whole body, also a chunked one (git sends those). None when the connection is not worth keeping."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        size = int(self.headers.get("Content-Length") or 0)
        if size > _LARGEST_BODY:
            self.close_connection = True
            self.send_error(413)
            return None
        return self.rfile.read(size)

    def _api(self, host: str, path: str, query: str, body: bytes) -> None:
        hub = self.server.hub
        started = time.perf_counter()
        operation_path = hub.kind.api_path(host, path)
        if operation_path is None or path.startswith("/login/"):
            self._page(body)
            return
        path = operation_path
        seen = Request(
            self.command, path, began=hub.state.now(), headers={k.lower(): v for k, v in self.headers.items()}
        )
        if find(self.command, hub.by_number(path)) is None and door.wants(path, self.headers.get("Accept", "")):
            self._page(body)
            return
        reply, data = self._answer(path, query, body, seen)
        if reply is None:
            self.close_connection = True
            return
        seen.status, seen.duration = reply.status, time.perf_counter() - started
        hub.requests.add(seen)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        self.wfile.flush()

    def _page(self, body: bytes) -> None:
        """Answer a browser."""
        try:
            page = door.answer(self.server.hub, self.command, self.path, body, self.headers.get("Origin"))
        except Exception:  # noqa: BLE001 -- a mistake of the sandbox must be seen: `World.close` raises it
            self.server.hub.failures.append(traceback.format_exc())
            page = door.Page("The sandbox failed.", 500, content_type="text/plain")
        data = page.body.encode()
        self.send_response(page.status)
        if page.location is not None:
            self.send_header("Location", page.location)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Security-Policy", CONTENT_POLICY)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def _answer(self, path: str, query: str, body: bytes, seen: Request) -> tuple[Reply | None, bytes]:
        hub = self.server.hub
        headers = {
            "X-GitHub-Request-Id": f"SAND:{hub.requests.total:06X}",
            "X-GitHub-Media-Type": "github.v3; format=json",
        }
        if hub.kind is Kind.SERVER:
            headers["X-GitHub-Enterprise-Version"] = "3.22.0"
        try:
            match = find("GET" if self.command == "HEAD" else self.command, hub.by_number(path))
            if match is not None:
                seen.operation, seen.write = match[0].operation, match[0].write
            seen.body = _json(body)
            hub.faults.before(seen)
            credential = identify(hub.state, self.headers.get("Authorization"))
            seen.credential, seen.scope = credential.kind, _scope(credential)
            reply = self._dispatch(credential, match, path, query, body, seen)
            headers |= hub.limits.headers(seen)
            hub.faults.after(seen)
        except ApiError as error:
            reply = Reply(error.body(), error.status, error.headers)
            headers |= hub.limits.headers(seen)
        except ConnectionAbortedError:
            return None, b""
        except Exception:  # noqa: BLE001 -- a mistake of the sandbox must be seen: `World.close` raises it
            hub.failures.append(traceback.format_exc())
            reply = Reply(ApiError(500, "The sandbox failed").body(), 500)
        return self._finish(reply, headers, seen)

    def _finish(self, reply: Reply, headers: dict[str, str], seen: Request) -> tuple[Reply, bytes]:
        seen.response = reply.body
        if reply.status < 400:  # noqa: PLR2004 -- a success is what can be thin
            reply.body = self.server.hub.faults.spoilt(seen, reply.body)
        if isinstance(reply.body, bytes):
            data = reply.body
        else:
            data = b"" if reply.status in {204, 304} else json.dumps(reply.body).encode()
            headers["Content-Type"] = "application/json; charset=utf-8"
        reply.headers = headers | reply.headers
        if self.command == "GET" and reply.status == 200:  # noqa: PLR2004 -- only a success has an entity tag
            tag = f'W/"{sha256(data).hexdigest()}"'
            reply.headers |= {"ETag": tag, "Cache-Control": "private, max-age=60, s-maxage=60"}
            if tag in self.headers.get("If-None-Match", ""):
                reply.status, data = 304, b""
                reply.headers |= self.server.hub.limits.give_back(seen)
        return reply, data

    def _dispatch(  # noqa: PLR0913, PLR0917 -- a request is all of these
        self, credential: Credential, match: Found | None, path: str, query: str, body: bytes, seen: Request
    ) -> Reply:
        hub = self.server.hub
        version = self.headers.get("X-GitHub-Api-Version")
        if version is not None and version not in API_VERSIONS:
            raise ApiError(400, f"Version {version} is not supported")
        if "User-Agent" not in self.headers:
            raise ApiError(
                403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"
            )
        if match is None:
            raise ApiError(404, "Not Found")
        route, params = match
        call = Call(
            hub,
            credential,
            path,
            {name: unquote(value) for name, value in params.items()},
            dict(parse_qsl(query, keep_blank_values=True)),
            seen.body,
            self.headers.get("Accept", ""),
        )
        seen.query, seen.asked_by = call.query, credential
        hub.limits.charge(credential, seen)
        hub.limits.hold_back(credential, seen)
        with hub.lock:
            admit(call, route)
            hub.validate(route.operation, call.body, present=bool(body))
            reply = route.handler(call)
        if ".full+json" in call.accept:
            _render(reply.body)
        return reply


def _render(value: Any) -> None:
    """The media type `full`: every text in three forms.

    https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types
    """
    if isinstance(value, list):
        for child in value:
            _render(child)
    elif isinstance(value, dict):
        for child in value.values():
            _render(child)
        if isinstance(value.get("body"), str):
            value |= {"body_html": str(render(value["body"])), "body_text": value["body"]}


def _json(body: bytes) -> Any:
    if not body:
        return {}
    try:
        return json.loads(body)
    except ValueError:
        raise ApiError(400, "Problems parsing JSON") from None


def _scope(credential: Credential) -> dict[str, Any]:
    if credential.kind is not CredentialKind.INSTALLATION or credential.token is None:
        return {}
    return {"permissions": credential.token.permissions, "repositories": credential.token.repositories}
