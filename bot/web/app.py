"""The web application: webhook, health checks, metrics and pages. Loads no GitHub client."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, jsonify, request

import bot
from bot.core.forge.errors import StorageError
from bot.log import Log, RecurringFault
from bot.web.access import Access, opens
from bot.web.bridge import Bridge
from bot.web.door import PATHS, Door, Recipient
from bot.web.hardening import harden
from bot.web.metrics import CONTENT_TYPE
from bot.web.pages import add_pages

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from bot.core.forge.ports import Queue
    from bot.web.boards import Boards
    from bot.web.login import Login
    from bot.web.metrics import Metrics
    from bot.web.verdicts import VerdictPages

_LARGEST_FORM = 64 * 1024
"""Bytes of a form; ours have less than one kilobyte."""

FORGED = "This form comes from another site, or from a page that was open for too long. Open the page again."

log = Log("web")


@dataclass(frozen=True, slots=True)
class ViewerPages:
    """The pages about repositories, where the host turned them on."""

    verdicts: VerdictPages
    boards: Boards
    login: Login | None = None
    hsts_seconds: int = 0
    """For how long browsers must use https for this server; 0 tells them nothing."""

    def add_to(self, app: Flask, base: str) -> None:
        """Add the pages below `base`, the path of the public address."""
        self.verdicts.add_to(app, base)
        self.boards.add_to(app, base)
        if self.login is not None:
            self.login.add_to(app, base)


class WebApplication:
    """The WSGI application. `/webhook` goes to the door, every other path to Flask.

    `base` is the path of the server's public address, empty for the root.
    """

    def __init__(
        self, recipient: Recipient, queue: Queue, metrics: Metrics, base: str, viewers: ViewerPages | None
    ) -> None:
        self._recipient = recipient
        self._queue = queue
        self._door = Door(recipient, queue.put)
        self.pages = _pages(recipient, queue, metrics, base, viewers)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return (self._door if environ["PATH_INFO"] in PATHS else self.pages)(environ, start_response)

    def bridged(self, threads: int) -> Bridge:
        """Return the ASGI application, with `threads` threads for the pages. Deliveries need no thread."""
        return Bridge(self, threads, Door(self._recipient, self._queue.put, self._queue.submit))


def application(
    recipient: Recipient, queue: Queue, metrics: Metrics, base: str = "", viewers: ViewerPages | None = None
) -> WebApplication:
    """The web application on this queue."""
    return WebApplication(recipient, queue, metrics, base, viewers)


def _pages(recipient: Recipient, queue: Queue, metrics: Metrics, base: str, viewers: ViewerPages | None) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_FORM
    opens(Access.EVERYBODY)(app.view_functions["static"])
    add_pages(app, base, ready=bool(recipient.secrets))
    _add_operations(app, queue, metrics)
    if viewers is not None:
        viewers.add_to(app, base)
        _defend_forms(app, viewers.login)
    forms_to = viewers.verdicts.forms_to if viewers is not None else ""
    app.after_request(partial(harden, forms_to=forms_to, hsts_seconds=viewers.hsts_seconds if viewers else 0))
    return app


def _defend_forms(app: Flask, login: Login | None) -> None:
    """Refuse every form that another site made a browser send.

    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    """

    @app.before_request
    def refuse_forged() -> None:
        if request.method != "POST":
            return
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            abort(HTTPStatus.FORBIDDEN, FORGED)
        if login is not None and not login.holds_token():
            abort(HTTPStatus.FORBIDDEN, FORGED)


def _add_operations(app: Flask, queue: Queue, metrics: Metrics) -> None:
    """Add what monitoring reads."""
    not_ready = RecurringFault(log)

    @app.get("/healthz")
    @opens(Access.EVERYBODY)
    def healthz() -> Response:
        """Liveness: the process answers."""
        return jsonify(status="alive", version=bot.__version__)

    @app.get("/readyz")
    @opens(Access.EVERYBODY)
    def readyz() -> tuple[Response, int]:
        """Readiness: the queue has just stored as many bytes as the largest delivery has."""
        try:
            queue.check()
        except StorageError as error:
            not_ready.report("not ready", error=str(error))
            return jsonify(status="not ready", error="The queue cannot be written to; see the log."), 503
        not_ready.clear()
        return jsonify(status="ready"), 200

    @app.get("/metrics")
    @opens(Access.TOKEN)
    def counted() -> Response:
        """Metrics for monitoring with the token; 404 without it."""
        if not metrics.admits(request.headers.get("Authorization")):
            abort(404)
        try:
            return Response(metrics.text(), content_type=CONTENT_TYPE)
        except StorageError as error:
            log.fault("cannot read metrics", error=str(error))
            return Response("The database cannot be read; see the log.\n", 503, content_type="text/plain")
