"""The log of API requests, for tests to count."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.sandbox.credentials import Credential

TOKENS = "apps/create-installation-access-token"


@dataclass(slots=True)
class Request:
    """One request to the API (git's own requests are not in the log)."""

    method: str
    path: str
    began: float
    """Sandbox time, seconds since the epoch."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    operation: str = ""
    """GitHub's operation id: `checks/create`, `graphql`, …"""
    write: bool = False
    status: int = 0
    credential: str = "nobody"
    scope: dict[str, Any] = field(default_factory=dict)
    """An installation token's permissions and repository ids."""
    duration: float = 0.0
    """Seconds in the server."""
    query: dict[str, str] = field(default_factory=dict)
    body: Any = field(default=None, repr=False)
    response: Any = field(default=None, repr=False)
    asked_by: Credential | None = field(default=None, repr=False)

    @property
    def is_token(self) -> bool:
        """Whether it requested an installation token."""
        return self.operation == TOKENS

    @property
    def is_graphql(self) -> bool:
        """Whether it went to the GraphQL API."""
        return self.operation == "graphql"

    @property
    def is_mutation(self) -> bool:
        """Whether it is a GraphQL request that changes something."""
        return self.is_graphql and "mutation" in str((self.body or {}).get("query", "")).split("{")[0]

    @property
    def is_write(self) -> bool:
        """Whether it changes something on GitHub: REST writes and mutations, tokens apart."""
        return self.is_mutation or (self.write and not self.is_token and not self.is_graphql)

    @property
    def points(self) -> int:
        """Points that the request counts towards the secondary limits."""
        return 5 if self.is_write or self.is_token else 1


class Requests(Sequence[Request]):
    """Requests in the order of their answers."""

    def __init__(self, items: list[Request] | None = None) -> None:
        self._items = items if items is not None else []
        self._lock = threading.Lock()

    def add(self, request: Request) -> None:
        """Note a request."""
        with self._lock:
            self._items.append(request)

    @property
    def total(self) -> int:
        """The number of requests so far."""
        return len(self._items)

    @property
    def mark(self) -> int:
        """The present end of the log, for `since`."""
        return len(self._items)

    def since(self, mark: int) -> Requests:
        """The requests after a mark."""
        return Requests(self._items[mark:])

    def of(self, *operations: str) -> Requests:
        """The requests of some operations."""
        return Requests([request for request in self._items if request.operation in operations])

    @property
    def tokens(self) -> Requests:
        """Requests for installation tokens."""
        return Requests([request for request in self._items if request.is_token])

    @property
    def graphql(self) -> Requests:
        """Requests to the GraphQL API."""
        return Requests([request for request in self._items if request.is_graphql])

    @property
    def writes(self) -> Requests:
        """Requests that change something, tokens apart."""
        return Requests([request for request in self._items if request.is_write])

    @property
    def calls(self) -> Requests:
        """Everything but tokens: what a product counts as its API calls."""
        return Requests([request for request in self._items if not request.is_token])

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Request]:
        return iter(list(self._items))

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __repr__(self) -> str:
        return (
            "\n".join(
                f"{request.status} {request.method} {request.path} ({request.operation})" for request in self._items
            )
            or "no requests"
        )
