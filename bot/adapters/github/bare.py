"""Requests to GitHub without a credential: the end of a registration, GitHub's time, what the public can see.

It uses the standard library alone, so that the web process can register the App without loading a GitHub client.
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

from bot.adapters.github.certificates import context
from bot.core.forge.errors import ForgeError
from bot.core.hosting.registration import registered

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.hosting.registration import Registered

PATIENCE = 10.0
"""Seconds for each network operation, and for the whole body."""
_LARGEST = 1_000_000
_CHUNK = 65_536
_HEADERS = {"Accept": "application/vnd.github+json", "User-Agent": "plangate", "X-GitHub-Api-Version": "2022-11-28"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Refuses redirects: whoever has the code gets the App's private key, so it must not reach another host."""

    @override
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def exchange(  # noqa: PLR0913, PLR0917  all of these belong to one registration
    api_url: str, github_url: str, address: str, code: str, patience: float = PATIENCE, ca_file: Path | None = None
) -> Registered:
    """Exchange the code from the browser for the new App. A code works once, within an hour.

    Raises `ForgeError`, and `UserError` when `ca_file` has no certificates.
    https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest
    """
    request = urllib.request.Request(  # noqa: S310  the settings let nothing but http and https through
        f"{api_url}/app-manifests/{quote(code, safe='')}/conversions", data=b"", headers=_HEADERS, method="POST"
    )
    try:
        with _opener(ca_file).open(request, timeout=patience) as response:
            return registered(json.loads(_body(response, patience)), github_url, address)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.NOT_FOUND:
            raise ForgeError("GitHub does not know this code: it works once, within an hour") from None
        raise ForgeError(f"GitHub answered {error.code} to the exchange of the code") from None
    except (OSError, http.client.HTTPException) as error:
        raise ForgeError(f"GitHub did not answer the exchange of the code: {_reason(error)}") from None
    except (ValueError, RecursionError):
        raise ForgeError("GitHub answered the exchange of the code in an unexpected shape") from None


def clock_ahead(api_url: str, patience: float = PATIENCE, ca_file: Path | None = None) -> float:
    """Return by how many seconds our clock is ahead of GitHub's. Raises as `exchange` does."""
    request = urllib.request.Request(f"{api_url}/meta", headers=_HEADERS)  # noqa: S310  likewise
    before = time.time()
    try:
        with _opener(ca_file).open(request, timeout=patience) as response:
            date = response.headers.get("Date")
    except urllib.error.HTTPError as error:
        date = error.headers.get("Date")  # an error response has a date, too
        error.close()
    except (OSError, http.client.HTTPException) as error:
        raise ForgeError(f"{api_url} does not answer: {_reason(error)}") from None
    try:
        # The header has whole seconds, so add half a second on average.
        github_time = parsedate_to_datetime(date).timestamp() + 0.5
    except (TypeError, ValueError):
        raise ForgeError(f"{api_url} sends no date, so it is not GitHub") from None
    return (before + time.time()) / 2 - github_time


def is_public(
    api_url: str, full_name: str, repository: int, patience: float = 5.0, ca_file: Path | None = None
) -> bool:
    """Return whether somebody without an account can see the repository now. Raises `ForgeError` when unknown.

    GitHub allows 60 such requests an hour: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    request = urllib.request.Request(f"{api_url}/repos/{quote(full_name)}", headers=_HEADERS)  # noqa: S310  likewise
    try:
        with _opener(ca_file).open(request, timeout=patience) as response:
            seen = json.loads(_body(response, patience))
    except urllib.error.HTTPError as error:
        error.close()
        limited = error.code == HTTPStatus.TOO_MANY_REQUESTS or error.headers.get("X-RateLimit-Remaining") == "0"
        if limited or error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ForgeError(f"GitHub answered {error.code} to the question whether a repository is public") from None
        return False
    except (OSError, http.client.HTTPException) as error:
        raise ForgeError(f"{api_url} does not answer: {_reason(error)}") from None
    except (ValueError, RecursionError):
        return False
    # Another repository may have the name by now.
    return isinstance(seen, dict) and seen.get("id") == repository and seen.get("private") is False


def _opener(ca_file: Path | None) -> urllib.request.OpenerDirector:
    """Return an opener that follows no redirect and uses the proxy of the environment."""
    return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context(ca_file)))


def _body(response: http.client.HTTPResponse, patience: float) -> bytes:
    """Return the body, bounded in size and in time, so that a slow response cannot block us."""
    until = time.monotonic() + patience
    body = b""
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > _LARGEST:
            raise ValueError("too large")
        if time.monotonic() > until:
            raise TimeoutError("timed out")
    return body


def _reason(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__)[:200]
