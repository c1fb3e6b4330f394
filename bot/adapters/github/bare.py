"""GitHub without a credential: the exchange that ends a registration, and what time it is there.

By the standard library alone, so that the web process can register the App and still loads no client of GitHub.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from typing_extensions import override

from bot.core.forge.errors import ForgeError
from bot.core.hosting.registration import registered

if TYPE_CHECKING:
    from bot.core.hosting.registration import Registered

PATIENCE = 10.0
"""Seconds for each step of an answer, and for all of its body."""
_LARGEST = 1_000_000
_CHUNK = 65_536
_HEADERS = {"Accept": "application/vnd.github+json", "User-Agent": "plangate", "X-GitHub-Api-Version": "2022-11-28"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A code is worth an App's private key, so it goes nowhere but to the API."""

    @override
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def exchange(api_url: str, github_url: str, address: str, code: str, patience: float = PATIENCE) -> Registered:
    """The App that GitHub has made, for the code that the browser brought; each code works once, for an hour.

    Raises `ForgeError`. https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest
    """
    request = urllib.request.Request(  # noqa: S310  the settings let nothing but http and https through
        f"{api_url}/app-manifests/{quote(code, safe='')}/conversions", data=b"", headers=_HEADERS, method="POST"
    )
    try:
        with _opener.open(request, timeout=patience) as answer:
            return registered(json.loads(_body(answer, patience)), github_url, address)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.NOT_FOUND:
            raise ForgeError("GitHub does not know this code: it works once, within an hour") from None
        raise ForgeError(f"GitHub answered {error.code} to the exchange of the code") from None
    except (OSError, http.client.HTTPException) as error:
        raise ForgeError(f"GitHub did not answer the exchange of the code: {_why(error)}") from None
    except (ValueError, RecursionError):
        raise ForgeError("GitHub answered the exchange of the code in an unexpected shape") from None


def clock_ahead(api_url: str, patience: float = PATIENCE) -> float:
    """By how many seconds our clock is ahead of GitHub's, to the second. Raises `ForgeError`."""
    request = urllib.request.Request(f"{api_url}/meta", headers=_HEADERS)  # noqa: S310  likewise
    before = time.time()
    try:
        with _opener.open(request, timeout=patience) as answer:
            date = answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        date = error.headers.get("Date")  # a refusal has its time, too
        error.close()
    except (OSError, http.client.HTTPException) as error:
        raise ForgeError(f"{api_url} does not answer: {_why(error)}") from None
    try:
        # Their second has begun by up to one when they write it.
        theirs = parsedate_to_datetime(date).timestamp() + 0.5
    except (TypeError, ValueError):
        raise ForgeError(f"{api_url} does not say what time it is: it is no GitHub") from None
    return (before + time.time()) / 2 - theirs


def _body(answer: http.client.HTTPResponse, patience: float) -> bytes:
    """The whole body, bounded in size and in time: a drop now and then must not hold us for ever."""
    until = time.monotonic() + patience
    body = b""
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > _LARGEST:
            raise ValueError("too large")
        if time.monotonic() > until:
            raise TimeoutError("timed out")
    return body


def _why(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__)[:200]
