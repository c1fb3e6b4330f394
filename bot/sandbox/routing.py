"""Routes: the function for each operation of GitHub's REST API, and the permissions that it needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bot.sandbox.credentials import Credential, Kind, require
from bot.sandbox.errors import ApiError

if TYPE_CHECKING:
    from bot.sandbox.hub import Hub
    from bot.sandbox.state import App, Repository, Token, User

Json = Any
_ROOMS = (
    "apps",
    "checks",
    "deliveries",
    "git_data",
    "issues",
    "meta",
    "pulls",
    "repositories",
    "rulesets",
    "viewer",
)


@dataclass(slots=True)
class Reply:
    """A response before it is serialised."""

    body: Json = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """A request that reached its route."""

    hub: Hub
    credential: Credential
    path: str
    params: dict[str, str]
    query: dict[str, str]
    body: Any
    """The JSON body; an empty object when there was none."""
    accept: str = ""
    _repository: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository in the path, already checked."""
        if self._repository is None:
            raise ApiError(404, "Not Found")
        return self._repository

    @property
    def app(self) -> App:
        """The App whose JWT authenticates the request. Raises `ApiError` 401."""
        if self.credential.kind is not Kind.APP or self.credential.app is None:
            raise ApiError(401, "A JSON web token could not be decoded")
        return self.credential.app

    @property
    def token(self) -> Token:
        """The installation token that asks."""
        if self.credential.token is None:
            raise ApiError(
                403, "You must authenticate with an installation access token in order to use this endpoint."
            )
        return self.credential.token

    @property
    def actor(self) -> User:
        """Who acts."""
        actor = self.credential.actor
        if actor is None:
            raise ApiError(401, "Requires authentication")
        return actor

    def number(self, name: str) -> int:
        """A number of the path. Raises `ApiError` 404 when it is none."""
        text = self.params[name]
        if not text.isascii() or not text.isdigit() or len(text) > 18:  # noqa: PLR2004 -- what fits GitHub's 64 bits
            raise ApiError(404, "Not Found")
        return int(text)

    def page(self, items: list[Any], *, largest: int = 100) -> tuple[list[Any], dict[str, str]]:
        """One page of a list, with its `Link` header.

        https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
        """
        size = min(max(self._count("per_page", 30), 1), largest)
        page = max(self._count("page", 1), 1)
        last = max((len(items) + size - 1) // size, 1)
        links = []
        if page > 1:
            links += [("prev", min(page - 1, last)), ("first", 1)]
        if page < last:
            links += [("next", page + 1), ("last", last)]
        header = ", ".join(
            f'<{self.hub.api}{self.path}?{urlencode(self.query | {"page": str(number)})}>; rel="{rel}"'
            for rel, number in links
        )
        return items[(page - 1) * size : page * size], {"Link": header} if header else {}

    def _count(self, name: str, default: int) -> int:
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default  # noqa: PLR2004 -- any page there can be

    def listed(self, items: list[Any], shape: Callable[[Any], Any], key: str | None = None) -> Reply:
        """A page of a list. With `key`, the page is in an object with the total count."""
        shown, headers = self.page(items)
        shaped = [shape(item) for item in shown]
        return Reply(shaped if key is None else {"total_count": len(items), key: shaped}, headers=headers)


Answer = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation."""

    method: str
    template: str
    operation: str
    needs: tuple[str, ...]
    """Permissions of which an installation token needs one, `name:level`."""
    handler: Answer
    pattern: re.Pattern[str]

    @property
    def of_repository(self) -> bool:
        """Whether the path names a repository that the credential must have access to. `apps/*` need the JWT."""
        return self.template.startswith("/repos/") and not self.operation.startswith("apps/")

    @property
    def write(self) -> bool:
        """Whether it changes something."""
        return self.method in {"POST", "PATCH", "PUT", "DELETE"}


_routes: list[Route] = []


def route(method: str, template: str, operation: str, *needs: str) -> Callable[[Answer], Answer]:
    """Register a function as an operation. `{name}` is one segment of the path, `{name*}` all that follows."""
    pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", template)
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)

    def register(handler: Answer) -> Answer:
        _routes.append(Route(method, template, operation, needs, handler, re.compile(pattern)))
        return handler

    return register


def routes() -> list[Route]:
    """Every route."""
    for room in _ROOMS:
        import_module(f"bot.sandbox.routes.{room}")
    return _routes


def operations() -> set[str]:
    """The operation ids of GitHub's description that are answered."""
    return {route.operation for route in routes() if route.operation != "graphql"}


Found = tuple[Route, dict[str, str]]
"""A route with the parts of the path that it left open, still percent-encoded."""


def find(method: str, path: str) -> Found | None:
    """The route of a request; fixed segments win over open ones."""
    hits = [
        (route, match.groupdict())
        for route in routes()
        if route.method == method and (match := route.pattern.fullmatch(path))
    ]
    return min(hits, key=lambda hit: ("*" in hit[0].template, len(hit[1])), default=None)


def admit(call: Call, route: Route) -> None:
    """Check the repository in the path against the credential. Raises `ApiError`, also for what was renamed.

    That is 301 where something is read and 307 for the rest:
    https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
    """
    if not route.of_repository:
        return
    full_name = f"{call.params['owner']}/{call.params['repo']}"
    repository = call.hub.state.repository(full_name)
    if repository is None:
        raise ApiError(404, "Not Found")
    require(call.credential, repository, route.needs, write=route.write)
    if full_name.lower() != repository.full_name.lower():
        segments = call.path.split("/", 4)[4:]
        url = "/".join([f"{call.hub.api}/repositories/{repository.id}", *segments])
        raise ApiError(307 if route.write else 301, "Moved Permanently", headers={"Location": url})
    call._repository = repository  # noqa: SLF001 -- made in this module's hands
