"""What a bad answer of GitHub means: when to ask again, or that there is nobody to ask any more.

Both clients come through here, so a rate limit means the same whichever credential met it.
https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bot.core.forge.errors import ForgeError, OutOfReach, RepositoryGone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.forge.ports import Clock

SECONDARY_WAIT = 60.0
"""Seconds to wait after a secondary limit that names no time."""

_LONGEST_WAIT = 3_700.0
"""GitHub's windows last an hour; whatever a header says, nothing waits longer than that."""

_LONGEST_MESSAGE = 200

_GAVE_UP = frozenset({502, 504})
"""How GitHub ends a GraphQL query that took more than ten seconds:
https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#timeouts"""
_EXCEEDED = frozenset({"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"})
_REFUSED = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND", "UNAUTHORIZED", "UNAUTHENTICATED"})

_OUTSIDE = "not accessible to the parent installation"
"""What GitHub says when a token is asked for a repository that the App is not installed on."""


class TooMuch(ForgeError):  # noqa: N818  it says what is the case
    """GitHub gave up on a GraphQL query as a whole; it may well answer one that asks for less."""


def error_of(  # noqa: PLR0913  an answer is all of these
    status: int, headers: Mapping[str, Any], body: Any, doing: str, clock: Clock, *, graphql: bool = False
) -> ForgeError:
    """The error for an HTTP status of 400 or more; header names are in lower case. `graphql`: that is who answered."""
    message = _message(body)
    told = f"GitHub answered {status} while we {doing}{f': {message}' if message else ''}"
    wait = _wait(headers, clock)
    if status == 429 or (status == 403 and (wait is not None or "rate limit" in message.lower())):  # noqa: PLR2004
        return ForgeError(told, retry_after=SECONDARY_WAIT if wait is None else wait, limited=True)
    if graphql and status in _GAVE_UP and wait is None:
        return TooMuch(told, lost_answer=True)
    if status >= 500:  # noqa: PLR2004  GitHub's own trouble; a write may have been carried out all the same
        return ForgeError(told, retry_after=wait, lost_answer=True)
    if status in (404, 410, 451) or (status == 403 and "suspended" in message.lower()):  # noqa: PLR2004
        return RepositoryGone(told)
    if status == 422 and _OUTSIDE in message:  # noqa: PLR2004
        return OutOfReach(told)
    return ForgeError(told)


def error_in_graphql(
    errors: Any, headers: Mapping[str, Any], doing: str, clock: Clock, *, whole: bool = False
) -> ForgeError:
    """The error for `errors` inside an answer of status 200; `whole` when nothing else in it is of use.

    It is `TooMuch` where a smaller query may get an answer.
    """
    found = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    kinds = {str(error.get("type", "")) for error in found}
    message = _message(found[0]) if found else ""
    told = f"GitHub's GraphQL failed while we {doing}{f': {message}' if message else ''}"
    if kinds & {"RATE_LIMITED", "RATE_LIMIT"} or "secondary rate limit" in message.lower():
        wait = _wait(headers, clock)
        return ForgeError(told, retry_after=SECONDARY_WAIT if wait is None else wait, limited=True)
    if any(error.get("type") == "NOT_FOUND" and error.get("path") == ["repository"] for error in found):
        return RepositoryGone(told)
    if found and not kinds & _REFUSED and (whole or kinds & _EXCEEDED):
        return TooMuch(told)
    return ForgeError(told)


def _wait(headers: Mapping[str, Any], clock: Clock) -> float | None:
    """Seconds that GitHub asks to wait, None where it says nothing of a limit."""
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
    message = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(message or "").split())[:_LONGEST_MESSAGE]
