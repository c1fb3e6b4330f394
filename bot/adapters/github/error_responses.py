"""Translate GitHub's error responses into `ForgeError`: when to retry, and what no longer exists.

Both clients use this module, so that a rate limit means the same for the App's JWT and for installation tokens.
https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from bot.core.forge.errors import (
    ForgeError,
    HeadGone,
    InvalidRequest,
    NotThereYet,
    OutOfReach,
    PermissionMissing,
    RepositoryGone,
    WriteRefused,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.forge.ports import Clock

SECONDARY_WAIT = 60.0
"""Seconds to wait after a secondary rate limit that names no time."""

_LONGEST_WAIT = 3_700.0
"""Most seconds to wait, whatever a header says: GitHub's rate limit windows last an hour."""

_LONGEST_MESSAGE = 200
_MOST_DETAILS = 5

_GAVE_UP = frozenset({502, 504})
"""Statuses by which GitHub ends a GraphQL query after ten seconds:
https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#timeouts"""
_EXCEEDED = frozenset({"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"})
_REFUSED = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND", "UNAUTHORIZED", "UNAUTHENTICATED"})

_LIMIT_WORDS = ("rate limit", "abuse detection", "too many requests")
_LONGEST_PAGE = 20_000
"""Characters of a page that are searched."""
_SUSPENDED = "suspended"
_OUTSIDE = "not accessible to the parent installation"
"""In GitHub's message when a token is requested for a repository that the App is not installed on."""


_NO_COMMIT = "no commit found for sha"
"""In GitHub's message when a request names a commit that GitHub cannot find."""


_NOT_GRANTED = "not granted to this installation"
"""In GitHub's message when a token is requested with a permission that the account has not accepted."""
_NOT_ACCESSIBLE = "resource not accessible by integration"
"""In GitHub's message when a token lacks the permission for a request."""
_REFUSALS = frozenset({403, 410, 422})
_REFUSING_WORDS = ("locked", "issues are disabled", "issues has been disabled", "archived", "read-only", "blocked")
"""In GitHub's messages when a write is refused for good. Sources: renovatebot/renovate#6215, actions/stale#51."""


class TooMuch(ForgeError):  # noqa: N818  names the condition
    """GitHub gave up on a whole GraphQL query. It may answer a smaller one."""


def error_of(  # noqa: PLR0913  each is a part of the response
    status: int, headers: Mapping[str, Any], body: Any, doing: str, clock: Clock, *, graphql: bool = False
) -> ForgeError:
    """Return the error for an HTTP status of 300 or more; `body` is parsed JSON, or the text of a page.

    Header names are in lower case. `doing` completes "while we ...". `graphql` is true for the GraphQL endpoint.
    """
    message = _message(body)
    description = f"GitHub answered {status} while we {doing}{f': {message}' if message else ''}"
    wait = _wait(headers, clock)
    if status == 429 or (status == 403 and (wait is not None or _names_limit(body))):  # noqa: PLR2004
        return ForgeError(description, retry_after=SECONDARY_WAIT if wait is None else wait, limited=True)
    if graphql and status in _GAVE_UP and wait is None:
        return TooMuch(description, lost_answer=True)
    if status >= 500:  # noqa: PLR2004  a server error; a write may have been carried out
        return ForgeError(description, retry_after=wait, lost_answer=True)
    return _kind_of(status, message)(description)


def _kind_of(status: int, message: str) -> type[ForgeError]:
    """Return the type of a client error that is no rate limit."""
    text = message.lower()
    by_message = (
        (422, _NO_COMMIT, HeadGone),
        (422, _OUTSIDE, OutOfReach),
        (422, _NOT_GRANTED, PermissionMissing),
        (403, _NOT_ACCESSIBLE, PermissionMissing),
        (403, _SUSPENDED, RepositoryGone),
    )
    for error_status, words, kind in by_message:
        if status == error_status and words in text:
            return kind
    if status in _REFUSALS and any(words in text for words in _REFUSING_WORDS):
        return WriteRefused
    return {404: NotThereYet, 410: RepositoryGone, 422: InvalidRequest, 451: RepositoryGone}.get(status, ForgeError)


def body_of(  # noqa: PLR0913  each is a part of the response
    status: int, headers: Mapping[str, Any], text: str, doing: str, clock: Clock, *, graphql: bool = False
) -> Any:
    """Return the parsed body of a response, None for an empty one. Header names are in lower case.

    Status and headers come first, because a rate limit or an outage may come as an HTML page. Raises `ForgeError` for
    a status of 400 or more, and for a body that is not JSON.
    """
    try:
        body = json.loads(text) if text else None
    except (ValueError, RecursionError):
        if status < 400:  # noqa: PLR2004
            raise _error_of_page(headers, text, doing, clock) from None
        body = text
    if status >= 400:  # noqa: PLR2004
        raise error_of(status, headers, body, doing, clock, graphql=graphql)
    return body


def _error_of_page(headers: Mapping[str, Any], text: str, doing: str, clock: Clock) -> ForgeError:
    """Return the error for a response with a success status whose body is not JSON, such as a proxy's page."""
    wait = _wait(headers, clock)
    limited = wait is not None or _names_limit(text)
    return ForgeError(
        f"GitHub answered with a page instead of JSON while we {doing}",
        retry_after=SECONDARY_WAIT if limited and wait is None else wait,
        lost_answer=True,
        limited=limited,
    )


def _names_limit(body: Any) -> bool:
    """Whether a message or an HTML page names a rate limit."""
    text = body[:_LONGEST_PAGE] if isinstance(body, str) else _message(body)
    return any(words in text.lower() for words in _LIMIT_WORDS)


def error_in_graphql(
    errors: Any, headers: Mapping[str, Any], doing: str, clock: Clock, *, unusable: bool = False
) -> ForgeError:
    """Return the error for the `errors` of a GraphQL response with status 200.

    `unusable` is true when the response has no usable data. The error is `TooMuch` when a smaller query may succeed.
    """
    graphql_errors = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    kinds = {str(error.get("type", "")) for error in graphql_errors}
    message = _message(graphql_errors[0]) if graphql_errors else ""
    description = f"GitHub's GraphQL failed while we {doing}{f': {message}' if message else ''}"
    if kinds & {"RATE_LIMITED", "RATE_LIMIT"} or any(words in message.lower() for words in _LIMIT_WORDS):
        wait = _wait(headers, clock)
        return ForgeError(description, retry_after=SECONDARY_WAIT if wait is None else wait, limited=True)
    if any(error.get("type") == "NOT_FOUND" and error.get("path") == ["repository"] for error in graphql_errors):
        return NotThereYet(description)
    if any(words in message.lower() for words in _REFUSING_WORDS):
        return WriteRefused(description)
    if _NOT_ACCESSIBLE in message.lower():
        return PermissionMissing(description)
    if graphql_errors and not kinds & _REFUSED and (unusable or kinds & _EXCEEDED):
        return TooMuch(description)
    return ForgeError(description)


def _wait(headers: Mapping[str, Any], clock: Clock) -> float | None:
    """Return the seconds that GitHub asks to wait; None when no header names a limit."""
    after = _number(headers.get("retry-after"))
    if after is None and str(headers.get("x-ratelimit-remaining")) == "0":
        reset = _number(headers.get("x-ratelimit-reset"))
        after = None if reset is None else reset - clock.now() + 1.0
    return None if after is None else min(max(after, 1.0), _LONGEST_WAIT)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _message(body: Any) -> str:
    """Return GitHub's message with what it says of single fields."""
    message = body.get("message") if isinstance(body, dict) else None
    details = body.get("errors") if isinstance(body, dict) else None
    parts = [message, *(_detail(error) for error in (details if isinstance(details, list) else [])[:_MOST_DETAILS])]
    return " ".join(" ".join(part for part in parts if isinstance(part, str)).split())[:_LONGEST_MESSAGE]


def _detail(error: Any) -> Any:
    if not isinstance(error, dict):
        return error
    return error.get("message") or " ".join(str(error.get(name) or "") for name in ("field", "code"))
