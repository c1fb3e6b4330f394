"""The first start: an App is registered in the browser, and nothing else is served. Loads no GitHub client.

    GET  /setup?token=…   the printed address: the token becomes a cookie, so that no history and no log keeps it
    GET  /setup           what will be registered, and the form that goes to GitHub
    GET  /setup/done      GitHub sends the browser back with a code: it is exchanged, the credentials are kept
    POST /setup/keep      once more, where the disk did not take them

Once there are credentials none of these is there any more. No address is ever taken from the `Host` header: where the
browser is sent and what GitHub is told is the host's own setting.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, render_template, request

import bot
from bot.adapters import credentials
from bot.adapters.credentials import AlreadyRegistered
from bot.adapters.github.bare import PATIENCE, exchange
from bot.core.forge.errors import ForgeError, StorageError, UserError
from bot.core.hosting.registration import (
    LONGEST_NAME,
    RegistrationOptions,
    form_address,
    installing,
    manifest,
    registration_options,
)
from bot.log import Log
from bot.web.door import Door, Recipient
from bot.web.setup_visits import Visits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from bot.core.forge.ports import NewJob
    from bot.core.hosting.registration import Registered

COOKIE = "plangate_setup"
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")

log = Log("web")


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered to whoever brings the token; it travels to the server's own process."""

    token: str
    written: Mapping[str, Any]
    """`app.yml`."""
    address: str
    """Where GitHub reaches us."""
    browser_address: str
    """Where the browser that registers does: the same, or this machine's loopback interface."""
    github_url: str
    api_url: str
    directory: Path
    """The credentials are kept in it."""
    wanted: RegistrationOptions
    goes_on: str
    """What happens here once it is done, as a sentence."""
    patience: float = PATIENCE

    @property
    def link(self) -> str:
        """The one address that lets somebody in."""
        return f"{self.browser_address}/setup?token={self.token}"


class _Refused(Exception):  # noqa: N818  it says what is the case
    """The message is for whoever looks at the page."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def application(offer: Offer | None) -> WSGIApplication:
    """The WSGI application. Without an offer, `/setup` is not there either, and the front page says what to run."""
    door = Door(Recipient((), None, ""), _nobody)
    pages = _pages(offer)

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/webhook":
            return door(environ, start_response)
        return pages(environ, start_response)

    return serve


def _nobody(_: NewJob) -> bool:
    raise AssertionError("The door takes nothing without a secret.")


def _pages(offer: Offer | None) -> Flask:
    app = Flask(__name__)
    github = "" if offer is None else " {0.scheme}://{0.netloc}".format(urlsplit(offer.github_url))

    @app.get("/")
    def home() -> str:
        return render_template("home.html", version=bot.__version__, ready=False, by_page=offer is not None)

    @app.get("/healthz")
    def healthz() -> Response:
        """The process answers."""
        return jsonify(status="alive", version=bot.__version__)

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        return jsonify(status="not ready", error="No App is registered yet."), HTTPStatus.SERVICE_UNAVAILABLE

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'self'; form-action 'self'{github}; frame-ancestors 'none'; base-uri 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    if offer is not None:
        desk = _Desk(offer, Visits(offer.token))
        app.add_url_rule("/setup", view_func=desk.guarded(desk.form), endpoint="form")
        app.add_url_rule("/setup/done", view_func=desk.guarded(desk.done), endpoint="done")
        app.add_url_rule("/setup/keep", view_func=desk.guarded(desk.keep), endpoint="keep", methods=["POST"])
    return app


class _Desk:
    """The pages of one registration."""

    def __init__(self, offer: Offer, visits: Visits) -> None:
        self._offer = offer
        self._visits = visits
        self._turn = threading.Lock()
        self._in_hand: Registered | None = None
        """What GitHub gave and the disk did not take. A code works once, so this is the only copy."""

    def guarded(self, view: Callable[[], Response]) -> Callable[[], Response]:
        """The view, as long as there is no App; a refusal as a page."""

        def answer() -> Response:
            try:
                self._refuse_closed()
                return view()
            except _Refused as refused:
                log.warning("setup refused", status=int(refused.status), reason=str(refused))
                again = refused.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}
                return self._page("refused", refused.status, said=str(refused), again=again)

        return answer

    def _refuse_closed(self) -> None:
        if credentials.is_there(self._offer.directory):
            raise _Refused(
                HTTPStatus.NOT_FOUND,
                "There is nothing here: an App is registered. If you have just made another one, delete it in GitHub's"
                " settings.",
            )

    def form(self) -> Response:
        """What will be registered, for a browser that has brought the token."""
        token = request.args.get("token")
        if token is not None:
            return self._enter(token)
        browser = self._browser()
        if self._in_hand is not None:
            return self._page("kept", HTTPStatus.SERVICE_UNAVAILABLE, app=self._in_hand)
        try:
            wanted = self._wanted()
            credentials.refuse_unwritable(self._offer.directory)
        except UserError as error:
            raise _Refused(HTTPStatus.BAD_REQUEST, str(error)) from None
        except StorageError as error:
            raise _Refused(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from None
        offer = self._offer
        back = f"{offer.browser_address}/setup/done"
        asked = manifest(offer.written, offer.address, back, wanted)
        action = form_address(offer.github_url, wanted, self._visits.state(browser))
        return self._page("form", HTTPStatus.OK, manifest=asked, action=action, wanted=wanted, longest=LONGEST_NAME)

    def done(self) -> Response:
        """GitHub has sent the browser back."""
        browser = self._browser()
        if not self._visits.take(request.args.get("state", ""), browser):
            raise _Refused(
                HTTPStatus.BAD_REQUEST,
                "This answer of GitHub's is used up, an hour old, or was meant for another browser. Begin again.",
            )
        code = request.args.get("code", "")
        if not _CODE.fullmatch(code):
            raise _Refused(HTTPStatus.BAD_REQUEST, "GitHub sent no code that could be exchanged. Begin again.")
        with self._turn:  # one at a time: the second then sees that there is an App
            self._refuse_closed()
            if self._in_hand is not None:
                raise _Refused(
                    HTTPStatus.CONFLICT,
                    f"Another browser was first, with {self._in_hand.slug}, whose key is not on disk yet. Delete the"
                    " App that you have just made, in GitHub's settings.",
                )
            try:
                credentials.refuse_unwritable(self._offer.directory)  # before the code is used up
                offer = self._offer
                self._in_hand = exchange(offer.api_url, offer.github_url, offer.address, code, offer.patience)
            except StorageError as error:
                raise _Refused(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    f"{error} The App that GitHub has just made is of no use: delete it there, and begin again.",
                ) from None
            except ForgeError as error:
                raise _Refused(
                    HTTPStatus.BAD_GATEWAY,
                    f"{error}. If GitHub has made the App all the same, delete it there, and begin again.",
                ) from None
            return self._kept(self._in_hand)

    def keep(self) -> Response:
        """Once more what the disk did not take."""
        self._browser()
        with self._turn:
            if self._in_hand is None:
                raise _Refused(HTTPStatus.BAD_REQUEST, "There is nothing to be kept. Begin again.")
            return self._kept(self._in_hand)

    def _kept(self, app: Registered) -> Response:
        try:
            credentials.keep(self._offer.directory, app)
        except AlreadyRegistered:
            self._in_hand = None
            raise _Refused(
                HTTPStatus.CONFLICT,
                f"An App was registered meanwhile, and that is the one that is used. Delete {app.slug}, in GitHub's"
                " settings.",
            ) from None
        except StorageError as error:
            log.fault("credentials not on disk", error=str(error))
            return self._page("kept", HTTPStatus.SERVICE_UNAVAILABLE, app=app, said=str(error))
        self._in_hand = None
        log.info("registered", address=app.page)
        return self._page("done", HTTPStatus.OK, app=app, install=installing(app.page))

    def _enter(self, token: str) -> Response:
        browser = self._visits.enter(token)
        if browser is None:
            raise _Refused(HTTPStatus.FORBIDDEN, "Open the address that Plangate printed when it was started.")
        response = Response(status=HTTPStatus.SEE_OTHER)
        # Relative, and kept so: where this page is, the next one is.
        response.headers["Location"] = "setup"
        secure = self._offer.browser_address.startswith("https:")
        # Lax: GitHub's way back to us is a link that is followed, with which the cookie comes along.
        response.set_cookie(COOKIE, browser, secure=secure, httponly=True, samesite="Lax")
        return response

    def _browser(self) -> str:
        browser = request.cookies.get(COOKIE, "")
        if not self._visits.knows(browser):
            raise _Refused(
                HTTPStatus.FORBIDDEN, "Open the address that Plangate printed when it was started, in this browser."
            )
        return browser

    def _wanted(self) -> RegistrationOptions:
        """As it was typed on the page, else as it was given on the command line. Raises `UserError`."""
        given = request.args
        if "name" not in given:
            return self._offer.wanted
        return registration_options(given["name"], given.get("organization", ""), commits="commits" in given)

    def _page(self, part: str, status: HTTPStatus, **known: Any) -> Response:
        text = render_template("setup.html", part=part, offer=self._offer, base=self._offer.browser_address, **known)
        return Response(text, status, content_type="text/html; charset=utf-8")
