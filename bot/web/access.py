"""Who may use each route. `docs/pages.md` lists the routes by it, and a test fails for a route without it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

P = ParamSpec("P")
R = TypeVar("R")
_MARK = "plangate_access"


class Access(StrEnum):
    """Who may use a route."""

    EVERYBODY = "everybody"
    TOKEN = "whoever brings the metrics token"  # noqa: S105  a sentence
    SIGNATURE = "GitHub, by a signed delivery"
    LOGGED_IN = "whoever is logged in"
    SETUP = "whoever has the token that the start printed, until an App is registered"
    SESSION = "whoever is logged in, by a form of our own page"
    READER = "whoever can read the repository: everybody for a public one, else a person who is logged in"
    READER_OF_SOME = "a person who is logged in and can read a repository of the owner"


def opens(access: Access) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view with who may use it."""

    def marked(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _MARK, access)
        return view

    return marked


def access_of(app: Flask) -> dict[tuple[str, str], Access | None]:
    """Every route as method and path, with who may use it; None for one that nobody thought of."""
    return {
        (method, rule.rule): getattr(app.view_functions[rule.endpoint], _MARK, None)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }
