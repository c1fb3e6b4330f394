"""Requests to GitHub by the standard library alone, bounded in time and size: for the web process."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bot.adapters.github.certificates import context
from bot.core.forge.errors import ForgeError

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

HEADERS = {"Accept": "application/vnd.github+json", "User-Agent": "plangate", "X-GitHub-Api-Version": "2022-11-28"}
_LARGEST = 8_000_000
_CHUNK = 65_536
MOST_AT_ONCE = 8
"""Requests that wait for GitHub at once, half of the threads that answer pages by default."""
_slots = threading.BoundedSemaphore(MOST_AT_ONCE)


class NoResponseError(ForgeError):
    """No whole response came. `reason` says why, without the host."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host} does not answer: {reason}")
        self.reason = reason


class TooLargeError(ForgeError):
    """The response is larger than any that GitHub gives to such a request."""


@dataclass(frozen=True, slots=True)
class PlainResponse:
    """GitHub's response, an error response included."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """The body; None for one that is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def is_limited(self) -> bool:
        """Whether GitHub refused because of too many requests, or is out of order."""
        out_of_requests = self.headers.get("X-RateLimit-Remaining") == "0" or "Retry-After" in self.headers
        return self.status == 429 or self.status >= 500 or (self.status == 403 and out_of_requests)  # noqa: PLR2004


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Refuses redirects, because a credential must not reach another host."""

    @override
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def send(
    request: urllib.request.Request, patience: float, ca_file: Path | None = None, largest: int = _LARGEST
) -> PlainResponse:
    """Send a request. `patience` is in seconds for each network operation and for the whole body.

    Uses the proxy of the environment and follows no redirect. Raises `NoResponseError` when no whole response comes,
    `TooLargeError` for one of more than `largest` bytes, and `ForgeError` when too many other requests wait already, so
    that a slow GitHub cannot take every thread. Raises `UserError` when `ca_file` has no certificates.
    """
    if not _slots.acquire(blocking=False):
        raise ForgeError(f"{MOST_AT_ONCE} requests wait for GitHub already")
    try:
        try:
            with _opener(ca_file).open(request, timeout=patience) as response:
                return PlainResponse(response.status, response.headers, _body(response, patience, largest))
        except urllib.error.HTTPError as error:
            with error:
                return PlainResponse(error.code, error.headers, _body(error, patience, largest))
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        text = str(getattr(reason, "strerror", None) or reason or type(reason).__name__)[:200]
        raise NoResponseError(f"{request.type}://{request.host}", text) from None
    finally:
        _slots.release()


_context = lru_cache(maxsize=4)(context)
"""Kept, because reading the certificates takes as long as a request."""


def _opener(ca_file: Path | None) -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=_context(ca_file)))


def _body(response: Any, patience: float, largest: int) -> bytes:
    """The body, bounded in size and in time, so that a slow response cannot block a thread."""
    until = time.monotonic() + patience
    body = b""
    while chunk := response.read1(_CHUNK) if hasattr(response, "read1") else response.read(_CHUNK):
        body += chunk
        if len(body) > largest:
            raise TooLargeError("the response is too large")
        if time.monotonic() > until:
            raise TimeoutError("timed out")
    return body
