"""What every GraphQL object needs: who asks, pages, and GitHub's NOT_FOUND."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from graphql import GraphQLError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.sandbox.git import Commit
    from bot.sandbox.routing import Call
    from bot.sandbox.state import PullRequest, Repository

Node = dict[str, Any]
"""A GraphQL object: plain values, and functions for expensive fields, which are called only when they are queried."""


class Graph(Protocol):
    """The objects that refer to each other in a circle: a pull request has commits, and a commit has pull requests."""

    def repository_node(self, view: View, repository: Repository, /) -> Node:
        """A repository."""

    def ref_node(self, view: View, repository: Repository, name: str, /) -> Node | None:
        """A branch or tag."""

    def object_node(self, view: View, repository: Repository, expression: str, /) -> Node | None:
        """The git object that a revision names."""

    def commit_node(self, view: View, repository: Repository, commit: Commit, /) -> Node:
        """A commit."""

    def pull_node(self, view: View, pull: PullRequest, /) -> Node:
        """A pull request."""


@dataclass(frozen=True, slots=True)
class View:
    """One caller's view."""

    call: Call
    graph: Graph
    points: int
    """The rate-limit points of the query."""
    nodes: int
    """The most nodes that the query may return."""

    @property
    def url(self) -> str:
        """The base address."""
        return self.call.hub.url

    def readable(self, full_name: str) -> Repository:
        """A repository that the caller may read. Raises NOT_FOUND, as GitHub does for what it hides."""
        repository = self.call.hub.state.repository(full_name)
        if repository is None or not self.call.credential.sees(repository):
            raise not_found("a Repository", f"name '{full_name}'")
        return repository

    def need(self, permission: str) -> None:
        """Raise FORBIDDEN unless an installation token has the permission."""
        token = self.call.credential.token
        if token is not None and permission not in token.permissions:
            message = "Resource not accessible by integration"
            raise GraphQLError(message, extensions={"type": "FORBIDDEN"})


def not_found(kind: str, name: str) -> GraphQLError:
    """GitHub's NOT_FOUND; the field is null and everything else is answered."""
    return GraphQLError(f"Could not resolve to {kind} with the {name}.", extensions={"type": "NOT_FOUND"})


def connection(items: Sequence[Any], arguments: dict[str, Any], shape: Callable[[Any], Node]) -> Node:
    """A page of items by `first`/`after` or `last`/`before`, with opaque cursors."""
    start, end = 0, len(items)
    if arguments.get("after"):
        start = _place(arguments["after"])
    if arguments.get("before"):
        end = min(end, _place(arguments["before"]) - 1)
    if arguments.get("first") is not None:
        end = min(end, start + int(arguments["first"]))
    elif arguments.get("last") is not None:
        start = max(start, end - int(arguments["last"]))
    page = list(items[start:end])
    return {
        "totalCount": len(items),
        "nodes": lambda _info, **_: [shape(node) for node in page],
        "pageInfo": {
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
            "startCursor": _cursor(start + 1) if page else None,
            "endCursor": _cursor(start + len(page)) if page else None,
        },
    }


def _cursor(place: int) -> str:
    return base64.b64encode(f"cursor:v2:{place}".encode()).decode()


def _place(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("cursor:v2:"))
    except ValueError:
        message = f"`{cursor[:60]}` does not appear to be a valid cursor."
        raise GraphQLError(message, extensions={"type": "INVALID_CURSOR_ARGUMENTS"}) from None


def ordered(items: list[Any], arguments: dict[str, Any], keys: dict[str, Callable[[Any], Any]]) -> list[Any]:
    """The items in the order of `orderBy`; by id when it names a field without a key."""
    order = arguments.get("orderBy")
    if not order:
        return items
    key = keys.get(order["field"], lambda node: node.id)
    return sorted(items, key=key, reverse=order["direction"] == "DESC")
