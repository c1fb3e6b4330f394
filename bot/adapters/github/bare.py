"""Requests to GitHub without a credential: the end of a registration, GitHub's time, what the public can see.

It uses the standard library alone, so that the web process can register the App without loading a GitHub client.
"""

from __future__ import annotations

import time
import urllib.request
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.adapters.github.plain_http import HEADERS, NoResponseError, TooLargeError, send
from bot.core.forge.errors import ForgeError
from bot.core.hosting.registration import registered

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.hosting.registration import Registered

PATIENCE = 10.0
"""Seconds for each network operation, and for the whole body."""
_LARGEST = 1_000_000
_UNEXPECTED_SHAPE = "GitHub answered the exchange of the code in an unexpected shape"


def exchange(  # noqa: PLR0913, PLR0917  all of these belong to one registration
    api_url: str, github_url: str, address: str, code: str, patience: float = PATIENCE, ca_file: Path | None = None
) -> Registered:
    """Exchange the code from the browser for the new App. A code works once, within an hour.

    Raises `ForgeError`, and `UserError` when `ca_file` has no certificates.
    https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest
    """
    request = urllib.request.Request(  # noqa: S310  the settings let nothing but http and https through
        f"{api_url}/app-manifests/{quote(code, safe='')}/conversions", data=b"", headers=HEADERS, method="POST"
    )
    try:
        response = send(request, patience, ca_file, _LARGEST)
    except NoResponseError as error:
        raise ForgeError(f"GitHub did not answer the exchange of the code: {error.reason}") from None
    except TooLargeError:
        raise ForgeError(_UNEXPECTED_SHAPE) from None
    if response.status == HTTPStatus.NOT_FOUND:
        raise ForgeError("GitHub does not know this code: it works once, within an hour")
    if response.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise ForgeError(f"GitHub answered {response.status} to the exchange of the code")
    try:
        return registered(response.json(), github_url, address)
    except ValueError:
        raise ForgeError(_UNEXPECTED_SHAPE) from None


def clock_ahead(api_url: str, patience: float = PATIENCE, ca_file: Path | None = None) -> float:
    """Return by how many seconds our clock is ahead of GitHub's. Raises as `exchange` does."""
    request = urllib.request.Request(f"{api_url}/meta", headers=HEADERS)  # noqa: S310  likewise
    before = time.time()
    date = send(request, patience, ca_file).headers.get("Date")  # an error response has a date, too
    try:
        # The header has whole seconds, so add half a second on average.
        github_time = parsedate_to_datetime(date or "").timestamp() + 0.5
    except (TypeError, ValueError):
        raise ForgeError(f"{api_url} sends no date, so it is not GitHub") from None
    return (before + time.time()) / 2 - github_time


def is_public(
    api_url: str, full_name: str, repository: int, patience: float = 5.0, ca_file: Path | None = None
) -> bool:
    """Return whether somebody without an account can see the repository now. Raises `ForgeError` when unknown.

    GitHub allows 60 such requests an hour: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    request = urllib.request.Request(f"{api_url}/repos/{quote(full_name)}", headers=HEADERS)  # noqa: S310  likewise
    response = send(request, patience, ca_file, _LARGEST)
    if response.is_limited:
        raise ForgeError(f"GitHub answered {response.status} to the question whether a repository is public")
    seen = response.json() if response.status == HTTPStatus.OK else None
    # Another repository may have the name by now.
    return isinstance(seen, dict) and seen.get("id") == repository and seen.get("private") is False
