"""Rate limits: GitHub's headers, and refusals when a test asks for a small budget."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.credentials import Credential
    from bot.sandbox.requests_log import Request

HOUR = 3600.0
DEFAULTS = {"core": 5000, "graphql": 5000, "integration_manifest": 5000}


@dataclass(slots=True)
class _Window:
    reset: float
    used: int = 0


@dataclass(slots=True)
class _Spent:
    """The requests of one credential in the last hour: (time, points, whether it created content)."""

    core: deque[tuple[float, int, bool]] = field(default_factory=deque)
    graphql: deque[tuple[float, int, bool]] = field(default_factory=deque)


@dataclass(slots=True)
class Limits:
    """The primary limits, a window per credential and resource; the secondary limits where `secondary` is set.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """

    now: Callable[[], float]
    budget: dict[str, int] = field(default_factory=lambda: dict(DEFAULTS))
    """Requests (core) or points (graphql) an hour; a test sets them low."""
    secondary: bool = False
    """Whether bursts are refused, too. Off by default, because tests and demos send a day's requests in seconds."""
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _spent: dict[str, _Spent] = field(default_factory=dict)

    def exhaust(self, installation: int) -> float:
        """Use up an installation's rate limits of REST and GraphQL. Returns when they are reset."""
        reset = self.now() + HOUR
        for resource in ("core", "graphql"):
            self._windows[_installation(installation), resource] = _Window(reset, self.budget[resource])
        return reset

    def hold_back(self, credential: Credential, request: Request) -> None:
        """Count a request towards the secondary limits. Raises `ApiError` 403 with `Retry-After` when it is too much.

        900 points a minute for REST and 2,000 for GraphQL (1 to read, 5 to write), and 80 requests a minute and 500
        an hour that create content.
        https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
        """
        if not self.secondary:
            return
        now, spent = self.now(), self._spent.setdefault(_who(credential), _Spent())
        mine, most = (spent.graphql, 2000) if request.is_graphql else (spent.core, 900)
        spendings = [*spent.core, *spent.graphql]
        waits = [_wait([(moment, points) for moment, points, _ in mine], 60, most, now, request.points)]
        if request.is_write:
            made = [(moment, 1) for moment, _, content in spendings if content]
            waits += [_wait(made, 60, 80, now, 1), _wait(made, HOUR, 500, now, 1)]
        wait = max(waits)
        if wait > 0:
            message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            raise ApiError(403, message, headers={"Retry-After": str(math.ceil(wait))})
        while mine and mine[0][0] <= now - HOUR:
            mine.popleft()
        mine.append((now, request.points, request.is_write))

    def charge(self, credential: Credential, request: Request) -> None:
        """Count a request. Raises `ApiError` 403 when the budget is spent (REST; GraphQL answers inside a 200)."""
        if request.operation == "graphql" or request.path == "/rate_limit":
            return
        window = self._window(credential, "core")
        if window.used >= self.budget["core"]:
            raise ApiError(
                403,
                f"API rate limit exceeded for {_who(credential)}.",
                headers=self._headers("core", window),
            )
        window.used += 1

    def spend_points(self, credential: Credential, points: int) -> bool:
        """Count GraphQL points; False when too few are left."""
        window = self._window(credential, "graphql")
        if window.used + points > self.budget["graphql"]:
            return False
        window.used += points
        return True

    def show(self, credential: Credential, resource: str) -> dict[str, Any]:
        """One resource as `GET /rate_limit` shows it."""
        window = self._window(credential, resource)
        limit = self.budget[resource]
        used = min(window.used, limit)
        return {
            "limit": limit,
            "used": used,
            "remaining": limit - used,
            "reset": int(window.reset),
            "resource": resource,
        }

    def headers(self, request: Request) -> dict[str, str]:
        """The `X-RateLimit-*` headers; none for an unknown caller."""
        if request.asked_by is None:
            return {}
        resource = "graphql" if request.operation == "graphql" else "core"
        return self._headers(resource, self._window(request.asked_by, resource))

    def give_back(self, request: Request) -> dict[str, str]:
        """A 304 costs nothing; returns the headers as they are then."""
        if request.asked_by is not None:
            self._window(request.asked_by, "core").used -= 1
        return self.headers(request)

    def _window(self, credential: Credential, resource: str) -> _Window:
        key = (_who(credential), resource)
        window = self._windows.get(key)
        if window is None or window.reset <= self.now():
            window = self._windows[key] = _Window(self.now() + HOUR)
        return window

    def _headers(self, resource: str, window: _Window) -> dict[str, str]:
        limit = self.budget[resource]
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(limit - window.used, 0)),
            "X-RateLimit-Used": str(window.used),
            "X-RateLimit-Reset": str(int(window.reset)),
            "X-RateLimit-Resource": resource,
        }


def _wait(spent: list[tuple[float, int]], span: float, most: int, now: float, needed: int) -> float:
    """Seconds until `more` fits into a span that slides; 0 when it fits now."""
    recent = sorted(spending for spending in spent if spending[0] > now - span)
    used = sum(points for _, points in recent)
    for moment, points in recent:
        if used + needed <= most:
            return 0.0
        used, free = used - points, moment + span - now
        if used + needed <= most:
            return free
    return 0.0


def _who(credential: Credential) -> str:
    if credential.token is not None:
        return _installation(credential.token.installation.id)
    if credential.user is not None:
        return f"user ID {credential.user.id}"
    return f"app ID {credential.app.id}" if credential.app is not None else "127.0.0.1"


def _installation(number: int) -> str:
    return f"installation ID {number}"
