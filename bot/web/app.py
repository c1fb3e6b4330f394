"""The web application: webhook, health checks, metrics and pages. Loads no GitHub client."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, jsonify, request

import bot
from bot.core.forge.errors import StorageError
from bot.log import Log, RecurringFault
from bot.web.bridge import Bridge
from bot.web.door import PATHS, Door, Recipient
from bot.web.hardening import harden
from bot.web.metrics import CONTENT_TYPE
from bot.web.pages import add_pages

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from bot.core.forge.ports import Queue
    from bot.web.metrics import Metrics
    from bot.web.verdicts import VerdictPages

log = Log("web")


class WebApplication:
    """The WSGI application. `/webhook` goes to the door, every other path to Flask.

    `base` is the path of the server's public address, empty for the root.
    """

    def __init__(
        self, recipient: Recipient, queue: Queue, metrics: Metrics, base: str, verdicts: VerdictPages | None
    ) -> None:
        self._recipient = recipient
        self._queue = queue
        self._door = Door(recipient, queue.put)
        self._pages = _pages(recipient, queue, metrics, base, verdicts)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return (self._door if environ["PATH_INFO"] in PATHS else self._pages)(environ, start_response)

    def bridged(self, threads: int) -> Bridge:
        """Return the ASGI application, with `threads` threads for the pages. Deliveries need no thread."""
        return Bridge(self, threads, Door(self._recipient, self._queue.put, self._queue.submit))


def application(
    recipient: Recipient, queue: Queue, metrics: Metrics, base: str = "", verdicts: VerdictPages | None = None
) -> WebApplication:
    """The web application on this queue."""
    return WebApplication(recipient, queue, metrics, base, verdicts)


def _pages(recipient: Recipient, queue: Queue, metrics: Metrics, base: str, verdicts: VerdictPages | None) -> Flask:
    app = Flask(__name__)
    not_ready = RecurringFault(log)
    add_pages(app, base, ready=bool(recipient.secrets))
    if verdicts is not None:
        verdicts.add_to(app, base)

    @app.get("/healthz")
    def healthz() -> Response:
        """Liveness: the process answers."""
        return jsonify(status="alive", version=bot.__version__)

    @app.get("/readyz")
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
    def counted() -> Response:
        """Metrics for monitoring with the token; 404 without it."""
        if not metrics.admits(request.headers.get("Authorization")):
            abort(404)
        try:
            return Response(metrics.text(), content_type=CONTENT_TYPE)
        except StorageError as error:
            log.fault("cannot read metrics", error=str(error))
            return Response("The database cannot be read; see the log.\n", 503, content_type="text/plain")

    forms_to = verdicts.forms_to if verdicts is not None else ""
    app.after_request(partial(harden, forms_to=forms_to))
    return app
