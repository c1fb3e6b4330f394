"""Faults for tests: refused, lost, slow, cut and thin responses, per operation, by count or by probability."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import ApiError
from bot.sandbox.weight import weight

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.requests_log import Request


@dataclass(slots=True)
class Fault:
    """A fault: which requests it strikes, what happens to them, and how often."""

    operation: str = "*"
    """Operation id or `method path`, with shell wildcards: `checks/*`, `POST /repos/*/check-runs`."""
    status: int = 502
    """0: the request goes on, after `delay` and `meanwhile`."""
    message: str = "Server Error"
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False
    """The request is carried out, and its response is lost."""
    cut: bool = False
    """The connection is cut without an answer."""
    page: str | None = None
    """HTML in place of the JSON of the error."""
    spoil: Callable[[Any], Any] | None = None
    """The request succeeds, and this function removes parts of its JSON."""
    delay: float = 0.0
    """Seconds to wait before the answer."""
    graphql: dict[str, Any] | None = None
    """An error to put into a GraphQL answer with status 200."""
    partial: bool = False
    """With `graphql`: the data is complete except for the field that the error's `path` names."""
    asks: Callable[[str, dict[str, Any]], bool] | None = None
    """Only GraphQL queries of which this is true, by text and variables."""
    times: int | None = 1
    """How often it strikes; None: always."""
    probability: float = 1.0
    meanwhile: Callable[[], None] | None = None
    """Called when the fault strikes, before the request is carried out, for example to move a head."""
    struck: int = 0
    dice: random.Random | None = field(default=None, repr=False)
    """The fault's own generator, so that other requests do not change which ones it strikes."""

    def fits(self, request: Request) -> bool:
        """Whether the fault applies to this request."""
        return self._names(request) and self.is_asked(request.body)

    def is_asked(self, body: Any) -> bool:
        """Whether the fault applies to a GraphQL body."""
        if self.asks is None:
            return True
        request_body = body if isinstance(body, dict) else {}
        return self.asks(str(request_body.get("query") or ""), request_body.get("variables") or {})

    def _names(self, request: Request) -> bool:
        return fnmatchcase(request.operation, self.operation) or fnmatchcase(
            f"{request.method} {request.path}", self.operation
        )


def primary_limit(reset: float, operation: str = "*", times: int | None = 1) -> Fault:
    """The rate limit is used up until `reset` (seconds since the epoch)."""
    headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(reset))}
    return Fault(operation, 403, "API rate limit exceeded for installation.", headers, times=times)


def secondary_limit(retry_after: int | None, operation: str = "*", times: int | None = 1) -> Fault:
    """A secondary rate limit. `retry_after` is in seconds, None when GitHub names no time."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return Fault(operation, 403, message, headers, times=times)


def graphql_rate_limited(times: int | None = 1) -> Fault:
    """GraphQL's way to say that the points are spent: an error inside a 200."""
    error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for installation."}
    return Fault("graphql", graphql=error, times=times)


def not_found_beside_data(field: str, times: int | None = 1) -> Fault:
    """Partial data: one field of the query's root is null, with NOT_FOUND beside it; all else is answered."""
    error = {"type": "NOT_FOUND", "path": [field], "message": "Could not resolve to a Repository with that name."}
    return Fault("graphql", graphql=error, partial=True, times=times)


def too_much(fields: int, status: int = 502, error: dict[str, Any] | None = None, times: int | None = None) -> Fault:
    """GitHub gives up on queries for more fields than that: with a status, or with an error inside a 200.

    https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#timeouts
    """
    return Fault("graphql", status, graphql=error, times=times, asks=lambda query, _: weight(query) > fields)


PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


def told_by_page(status: int, operation: str = "*", retry_after: int | None = None, times: int | None = 1) -> Fault:
    """A proxy before GitHub refuses with an HTML page: a limit (403, 429) or an outage (502, 503)."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    words = "You have exceeded a secondary rate limit." if status in {403, 429} else "GitHub is away."
    return Fault(operation, status, words, headers, page=PAGE.format(words), times=times)


def repository_not_there_yet(full_name: str, times: int | None = 1) -> Fault:
    """A replica that lags answers 404 for a repository that is there."""
    return Fault(f"* /repos/{full_name}*", 404, "Not Found", times=times)


def repository_unresolved(full_name: str, times: int | None = 1) -> Fault:
    """The same over GraphQL: no data, and NOT_FOUND for the repository."""
    message = f"Could not resolve to a Repository with the name '{full_name}'."
    error = {"type": "NOT_FOUND", "path": ["repository"], "message": message}
    return Fault("graphql", graphql=error, partial=True, asks=_about(full_name), times=times)


def commit_not_there_yet(sha: str, times: int | None = 1) -> Fault:
    """A check run is refused because the commit has not reached the base repository yet."""
    return Fault("POST /repos/*/check-runs", 422, f"No commit found for SHA: {sha}", times=times)


def _about(full_name: str) -> Callable[[str, dict[str, Any]], bool]:
    owner, _, name = full_name.partition("/")
    return lambda _, variables: (variables.get("owner"), variables.get("name")) == (owner, name)


def thin(name: str, value: Any = None, operation: str = "graphql", times: int | None = 1) -> Fault:
    """An incomplete response: every field of this name holds `value` (null by default), without an error."""

    def spoil(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: value if key == name else spoil(child) for key, child in node.items()}
        return [spoil(child) for child in node] if isinstance(node, list) else node

    return Fault(operation, 0, spoil=spoil, times=times)


def one_short(name: str, operation: str = "graphql", times: int | None = 1) -> Fault:
    """An incomplete response: the last element of every list of this name is left out, without an error."""

    def shorter(value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("nodes"), list):
            return value | {"nodes": value["nodes"][:-1]}
        return value[:-1] if isinstance(value, list) else value

    def spoil(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: shorter(spoil(child)) if key == name else spoil(child) for key, child in node.items()}
        return [spoil(child) for child in node] if isinstance(node, list) else node

    return Fault(operation, 0, spoil=spoil, times=times)


def no_file_list(times: int | None = 1) -> Fault:
    """GitHub leaves out the files of a large change: `files` is null and `changedFiles` 0, without an error.

    https://github.com/anthropics/claude-code-action/issues/1587
    """

    def spoil(node: Any) -> Any:
        if isinstance(node, dict):
            thinner = {"files": None, "changedFiles": 0} if "changedFiles" in node else {}
            return {key: spoil(child) for key, child in node.items()} | thinner
        return [spoil(child) for child in node] if isinstance(node, list) else node

    return Fault("graphql", 0, spoil=spoil, times=times)


def null_among(name: str, operation: str = "graphql", times: int | None = 1) -> Fault:
    """Every connection of this name has a null among its nodes, as for a comment that GitHub may not show."""

    def spoil(node: Any) -> Any:
        if isinstance(node, dict):
            spoilt = {key: spoil(child) for key, child in node.items()}
            inner = spoilt.get(name)
            if isinstance(inner, dict) and isinstance(inner.get("nodes"), list):
                spoilt[name] = inner | {"nodes": [None, *inner["nodes"]]}
            return spoilt
        return [spoil(child) for child in node] if isinstance(node, list) else node

    return Fault(operation, 0, spoil=spoil, times=times)


class Faults:
    """The faults in force."""

    def __init__(self, seed: int = 0) -> None:
        self.active: list[Fault] = []
        self._seed, self._added = seed, 0

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force; returns it, to look at `struck`."""
        self._added += 1
        fault.dice = random.Random(f"{self._seed} {self._added}")  # noqa: S311 -- repeatable on purpose
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        self.active.clear()

    def before(self, request: Request) -> None:
        """Strike before the request is carried out. Raises `ApiError`; `ConnectionAbortedError` cuts the connection."""
        for fault in self._strikers(request, after=False):
            if fault.cut or fault.status >= 400 or fault.page is not None:  # noqa: PLR2004 -- 0: nothing but a delay
                _raise(fault)

    def after(self, request: Request) -> None:
        """Strike after the request was carried out: lose the response. Raises like `before`."""
        for fault in self._strikers(request, after=True):
            _raise(fault)

    def in_graphql(self, body: Any) -> Fault | None:
        """The fault that the answer to a GraphQL request shows."""
        shown = (fault for fault in self.active if fault.graphql is not None and fault.is_asked(body))
        return next((fault for fault in shown if self._due(fault)), None)

    def spoilt(self, request: Request, body: Any) -> Any:
        """The body of a response after the faults that make it thinner."""
        for fault in self.active:
            if fault.spoil is not None and self._strikes(fault, request):
                body = fault.spoil(body)
        return body

    def _strikers(self, request: Request, *, after: bool) -> list[Fault]:
        hit = [
            fault
            for fault in self.active
            if fault.after is after and fault.graphql is None and fault.spoil is None and self._strikes(fault, request)
        ]
        for fault in hit:
            if fault.delay:
                time.sleep(fault.delay)
            if fault.meanwhile is not None:
                fault.meanwhile()
        return hit

    def _strikes(self, fault: Fault, request: Request) -> bool:
        return fault.fits(request) and self._due(fault)

    def _due(self, fault: Fault) -> bool:
        if fault.times is not None and fault.struck >= fault.times:
            return False
        if fault.dice is not None and fault.dice.random() >= fault.probability:
            return False
        fault.struck += 1
        return True


def _raise(fault: Fault) -> None:
    if fault.cut:
        raise ConnectionAbortedError
    raise ApiError(fault.status, fault.message, headers=fault.headers, page=fault.page)
