"""The pages that everybody may read: the front page, the rules and the configuration."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, abort, redirect, render_template
from werkzeug.exceptions import HTTPException

import bot
from bot.web.access import Access, opens

if TYPE_CHECKING:
    from flask import Flask

    from bot.web.guide import Guide

NOT_FOUND = "The address has a typing mistake, or it leads to something that this version of Plangate does not have."


def add_pages(app: Flask, base: str, *, ready: bool) -> None:
    """Add the pages below `base`, the path of the public address. `ready`: the server accepts deliveries."""

    @cache
    def pages() -> Guide:
        # At the first look, because the rules take memory that deliveries do not need.
        from bot.web.guide import guide  # noqa: PLC0415

        return guide(base)

    @app.get("/")
    @opens(Access.EVERYBODY)
    def home() -> str:
        return page("home.html", base, ready=ready, by_page=False, rule_count=len(pages().rules))

    @app.get("/rules")
    @opens(Access.EVERYBODY)
    def rules() -> str:
        return page("rules.html", base, "rules", guide=pages())

    @app.get("/rules/<name>")
    @opens(Access.EVERYBODY)
    def rule(name: str) -> str:
        if name not in pages().rules:
            abort(HTTPStatus.NOT_FOUND)
        return page("rule.html", base, "rules", rule=pages().rules[name])

    @app.get("/configuration")
    @opens(Access.EVERYBODY)
    def configuration() -> str:
        return page("configuration.html", base, "configuration", guide=pages())

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        if isinstance(error.response, Response):
            return error.response
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        message = NOT_FOUND if status is HTTPStatus.NOT_FOUND else error.description or status.description
        return notice(message, status, base)


def page(template: str, base: str, area: str = "", **context: Any) -> str:
    """A page with the links to the guide; `area` is the part of the guide that it belongs to."""
    return render_template(template, base=base, version=bot.__version__, guide_links=True, area=area, **context)


_TITLES = {HTTPStatus.NOT_FOUND: "There is no such page", HTTPStatus.SERVICE_UNAVAILABLE: "Not now"}


def notice(message: str, status: HTTPStatus, base: str, title: str = "") -> Response:
    """A page that says why there is no other one."""
    text = page("lost.html", base, message=message, heading=title or _TITLES.get(status, "That did not work"))
    return private(Response(text, status, content_type="text/html; charset=utf-8"))


def redirect_to(address: str) -> Response:
    """A redirect to another page, which the browser then requests with GET."""
    response = redirect(address, HTTPStatus.SEE_OTHER, Response)
    assert isinstance(response, Response)  # noqa: S101  the requested class
    return private(response)


def ended(response: Response) -> HTTPException:
    """The end of a request with this response."""
    return HTTPException(response=response)


def private(response: Response) -> Response:
    """Let no cache keep it, and no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
