"""Route browsers to pages and forms. Only forms of the sandbox's own pages may change anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from jinja2 import Environment, PackageLoader

from bot.sandbox.errors import ApiError
from bot.sandbox.pages.markdown import render
from bot.sandbox.shapes import CONTENTS
from bot.sandbox.state import OWNER, Comment, iso, node_id

if TYPE_CHECKING:
    from bot.sandbox.hub import Hub
    from bot.sandbox.state import Issue, Repository, User

_FROM_ELSEWHERE = re.compile(r"(?:/organizations/[^/]+)?/settings/apps/new")
"""The path to which another site's page posts a manifest. It only shows a question, which our own form answers."""
_API = (
    "/repos/",
    "/app/",
    "/app-manifests/",
    "/graphql",
    "/user",
    "/users/",
    "/orgs/",
    "/installation",
    "/rate_limit",
    "/repositories/",
)


@dataclass(slots=True)
class Visit:
    """A browser's request."""

    hub: Hub
    path: str
    params: dict[str, str]
    query: dict[str, str]
    form: dict[str, str]

    @property
    def repository(self) -> Repository:
        """The repository in the path. Raises `ApiError` 404."""
        repository = self.hub.state.repository(f"{self.params['owner']}/{self.params['repo']}")
        if repository is None:
            raise ApiError(404, "There is no such repository in this sandbox.")
        return repository

    @property
    def visitor(self) -> User:
        """The account that the form names. There is no login, because there is nothing to protect."""
        user = self.hub.state.users.get(self.form.get("as", "").lower())
        if user is None:
            raise ApiError(422, "Choose who is acting.")
        return user

    def number(self, name: str) -> int:
        """A number in the path. Raises `ApiError` 404."""
        text = self.params[name]
        if not text.isascii() or not text.isdigit() or len(text) > 18:  # noqa: PLR2004 -- what fits 64 bits
            raise ApiError(404, "There is no such page.")
        return int(text)


@dataclass(slots=True)
class Page:
    """A response for a browser: a page, or a redirect to another one."""

    body: str = ""
    status: int = 200
    location: str | None = None
    content_type: str = "text/html; charset=utf-8"


View = Callable[[Visit], Page]
_views: list[tuple[str, re.Pattern[str], View]] = []
_templates = Environment(
    loader=PackageLoader("bot.sandbox.pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_EMOJI = dict(zip(CONTENTS, ["👍", "👎", "😄", "🎉", "😕", "❤️", "🚀", "👀"], strict=True))


def _subject(thing: Issue | Comment, repository: Repository) -> str:
    """The node id of what the reactions are about."""
    if isinstance(thing, Comment):
        return node_id("IC", thing.id)
    pull = repository.pulls.get(thing.number)
    return node_id("I", thing.id) if pull is None else node_id("PR", pull.id)


_templates.filters |= {"markdown": render, "moment": iso, "emoji": _EMOJI.get, "subject": _subject}


def page(method: str, template: str) -> Callable[[View], View]:
    """Register a view. `{name}` is one segment of the path, `{name*}` all that follows."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", template))

    def register(view: View) -> View:
        _views.append((method, re.compile(pattern), view))
        return view

    return register


def show(template: str, visit: Visit, **values: Any) -> Page:
    """Render a template. Every template gets the hub and the accounts that could act.

    A form redirects to `?fresh=2`: an answer may still be on its way, so the page reloads twice.
    """
    people = [user for user in visit.hub.state.users.values() if user.type == "User" and user.login != OWNER]
    fresh = visit.query.get("fresh", "")
    context = {"hub": visit.hub, "people": people, "path": visit.path, "state": visit.hub.state}
    context |= {"fresh": int(fresh) if fresh in {"1", "2"} else 0}
    return Page(_templates.get_template(template).render({**context, **values}))


def wants(path: str, accept: str) -> bool:
    """Whether a request that no route of the API answers is a browser's."""
    return path.startswith("/-/") or ("text/html" in accept and not path.startswith(_API))


def answer(hub: Hub, method: str, target: str, body: bytes, origin: str | None) -> Page:
    """Answer a browser. A form from any page but ours is refused."""
    parts = urlsplit(target)
    if method == "POST" and origin not in {None, hub.url} and not _FROM_ELSEWHERE.fullmatch(parts.path):
        return Page("This form did not come from the sandbox.", 403, content_type="text/plain")
    for room in ("apps", "oauth", "views", "files"):
        import_module(f"bot.sandbox.pages.{room}")
    for verb, pattern, view in _views:
        match = pattern.fullmatch(parts.path)
        if match is None or verb != method:
            continue
        visit = Visit(
            hub,
            parts.path,
            {name: unquote(value) for name, value in match.groupdict().items()},
            dict(parse_qsl(parts.query)),
            dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)),
        )
        try:
            with hub.lock:
                return view(visit)
        except ApiError as error:
            failed = show("error.html", visit, message=error.message, status=error.status)
            failed.status = error.status
            return failed
    nowhere = Visit(hub, parts.path, {}, {}, {})
    failed = show("error.html", nowhere, message="There is no such page in this sandbox.", status=404)
    failed.status = 404
    return failed
