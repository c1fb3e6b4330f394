"""The pages that everybody may read: the front page, the rules and the configuration."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import abort, render_template

import bot

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.exceptions import NotFound

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
    def home() -> str:
        return page("home.html", base, ready=ready, by_page=False, rule_count=len(pages().rules))

    @app.get("/rules")
    def rules() -> str:
        return page("rules.html", base, "rules", guide=pages())

    @app.get("/rules/<name>")
    def rule(name: str) -> str:
        if name not in pages().rules:
            abort(HTTPStatus.NOT_FOUND)
        return page("rule.html", base, "rules", rule=pages().rules[name])

    @app.get("/configuration")
    def configuration() -> str:
        return page("configuration.html", base, "configuration", guide=pages())

    @app.errorhandler(HTTPStatus.NOT_FOUND)
    def lost(_: NotFound) -> tuple[str, int]:
        return page("lost.html", base, message=NOT_FOUND), HTTPStatus.NOT_FOUND


def page(template: str, base: str, area: str = "", **context: Any) -> str:
    """A page with the links to the guide; `area` is the part of the guide that it belongs to."""
    return render_template(template, base=base, version=bot.__version__, guide_links=True, area=area, **context)
