"""The setup page: register the App in a browser before the first start. Loads no GitHub client.

    GET  /setup?token=…   the printed address: replaces the token by a cookie, so that no later address contains it
    GET  /setup           the settings of the new App, and the form that is posted to GitHub
    GET  /setup/done      GitHub redirects here with a code: exchange it and store the credentials
    POST /setup/keep      store the credentials again after a failed write

Once credentials are stored, these pages respond with 404. No address is taken from the `Host` header: redirects and the
manifest use the addresses of the settings.
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
from bot.core.hosting.kinds import gh_host
from bot.core.hosting.registration import (
    LONGEST_NAME,
    RegistrationOptions,
    form_address,
    installing,
    manifest,
    registration_options,
)
from bot.core.hosting.ruleset import PLACEHOLDER, ruleset_command
from bot.log import Log
from bot.web.access import Access, opens
from bot.web.door import PATHS, Door, Recipient
from bot.web.hardening import harden
from bot.web.setup_sessions import SetupSessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from bot.adapters.encryption import SecretKey
    from bot.core.forge.ports import NewJob
    from bot.core.hosting.registration import Registered

COOKIE = "plangate_setup"
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")

log = Log("web")


@dataclass(frozen=True, slots=True)
class SetupPage:
    """The settings of the setup page; pickled for the child process of the server."""

    token: str
    written: Mapping[str, Any]
    """`app.yml`."""
    reasons: Mapping[str, str]
    """Why each permission is needed, by its name."""
    address: str
    """The public address of this server."""
    browser_address: str
    """The address of this page in the browser: the public address, or one on the loopback interface."""
    github_url: str
    api_url: str
    directory: Path
    """The folder in which the credentials are stored."""
    wanted: RegistrationOptions
    next_step: str
    """What happens after registration, as a sentence for the last page."""
    secret_key: SecretKey | None = None
    """Encrypts the stored credentials."""
    patience: float = PATIENCE
    ca_file: Path | None = None
    """The certificate authorities of a company."""
    goes_on: bool = False
    """The server that shows the page goes on by itself, so that nobody has to start it."""
    listening: str = "127.0.0.1:8080"
    """The address on which the server will listen."""

    @property
    def link(self) -> str:
        """The address with the token, which admits a browser."""
        return f"{self.browser_address}/setup?token={self.token}"


class _Refused(Exception):  # noqa: N818  names the condition
    """A request is refused; the message is shown on the page."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def application(setup: SetupPage | None) -> WSGIApplication:
    """The WSGI application. Without a setup page, the front page names the command to run."""
    door = Door(Recipient((), None, ""), _nobody)
    flask = pages(setup)

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in PATHS:
            return door(environ, start_response)
        return flask(environ, start_response)

    return serve


def _nobody(_: NewJob) -> bool:
    raise AssertionError("The webhook accepts nothing without a secret.")


def pages(setup: SetupPage | None) -> Flask:
    """The pages of the first start, as a Flask application."""
    app = Flask(__name__)
    github = "" if setup is None else "{0.scheme}://{0.netloc}".format(urlsplit(setup.github_url))

    opens(Access.EVERYBODY)(app.view_functions["static"])

    @app.get("/")
    @opens(Access.EVERYBODY)
    def home() -> str:
        return render_template("home.html", version=bot.__version__, ready=False, by_page=setup is not None)

    @app.get("/healthz")
    @opens(Access.EVERYBODY)
    def healthz() -> Response:
        """The process answers."""
        return jsonify(status="alive", version=bot.__version__)

    @app.get("/readyz")
    @opens(Access.EVERYBODY)
    def readyz() -> tuple[Response, int]:
        return jsonify(status="not ready", error="No App is registered yet."), HTTPStatus.SERVICE_UNAVAILABLE

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return harden(response, forms_to=github)

    if setup is not None:
        views = _SetupViews(setup, SetupSessions(setup.token))
        app.add_url_rule("/setup", view_func=views.guarded(views.form), endpoint="form")
        app.add_url_rule("/setup/done", view_func=views.guarded(views.done), endpoint="done")
        app.add_url_rule("/setup/keep", view_func=views.guarded(views.keep), endpoint="keep", methods=["POST"])
    return app


class _SetupViews:
    """The views of the setup page."""

    def __init__(self, setup: SetupPage, sessions: SetupSessions) -> None:
        self._setup = setup
        self._sessions = sessions
        self._turn = threading.Lock()
        self._registered_as = setup.wanted
        """The options that the form had last."""
        self._in_hand: Registered | None = None
        """Credentials that could not be stored. A code can be exchanged once, so this is the only copy."""

    def guarded(self, view: Callable[[], Response]) -> Callable[[], Response]:
        """The view while no App is registered; a refusal becomes a page."""

        @opens(Access.SETUP)
        def answer() -> Response:
            try:
                self._refuse_closed()
                return view()
            except _Refused as refused:
                log.warning("setup refused", status=int(refused.status), reason=str(refused))
                again = refused.status not in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}
                return self._page("refused", refused.status, message=str(refused), again=again)

        return answer

    def _refuse_closed(self) -> None:
        if credentials.is_there(self._setup.directory):
            raise _Refused(
                HTTPStatus.NOT_FOUND,
                "An App is registered already. If you have just created another one, delete it in GitHub's settings.",
            )

    def form(self) -> Response:
        """The page with the new App's settings, for a browser with a session."""
        token = request.args.get("token")
        if token is not None:
            return self._enter(token)
        browser = self._browser()
        if self._in_hand is not None:
            return self._page("kept", HTTPStatus.SERVICE_UNAVAILABLE, app=self._in_hand)
        try:
            wanted = self._wanted()
            credentials.refuse_unwritable(self._setup.directory)
        except UserError as error:
            raise _Refused(HTTPStatus.BAD_REQUEST, str(error)) from None
        except StorageError as error:
            raise _Refused(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from None
        setup, self._registered_as = self._setup, wanted
        back = f"{setup.browser_address}/setup/done"
        registration = manifest(setup.written, setup.address, back, wanted)
        action = form_address(setup.github_url, wanted, self._sessions.state(browser))
        return self._page(
            "form", HTTPStatus.OK, manifest=registration, action=action, wanted=wanted, longest=LONGEST_NAME
        )

    def done(self) -> Response:
        """Exchange the code with which GitHub redirected the browser, and store the credentials."""
        browser = self._browser()
        if not self._sessions.take(request.args.get("state", ""), browser):
            raise _Refused(
                HTTPStatus.BAD_REQUEST,
                "GitHub's redirect was used already, is over an hour old, or belongs to another browser. Start again.",
            )
        code = request.args.get("code", "")
        if not _CODE.fullmatch(code):
            raise _Refused(HTTPStatus.BAD_REQUEST, "GitHub sent no valid code. Start again.")
        with self._turn:  # one at a time: the second request then finds the App registered
            self._refuse_closed()
            if self._in_hand is not None:
                raise _Refused(
                    HTTPStatus.CONFLICT,
                    f"Another browser registered {self._in_hand.slug} first, and its key is not stored yet. Delete the"
                    " App that you have just created in GitHub's settings.",
                )
            try:
                credentials.refuse_unwritable(self._setup.directory)  # before the code is used up
                setup = self._setup
                self._in_hand = exchange(
                    setup.api_url, setup.github_url, setup.address, code, setup.patience, setup.ca_file
                )
            except StorageError as error:
                raise _Refused(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    f"{error} The App that GitHub has just created cannot be used: delete it there, and start again.",
                ) from None
            except ForgeError as error:
                raise _Refused(
                    HTTPStatus.BAD_GATEWAY,
                    f"{error}. If GitHub has created the App nevertheless, delete it there, and start again.",
                ) from None
            return self._kept(self._in_hand)

    def keep(self) -> Response:
        """Store the credentials again after a failed write."""
        self._browser()
        with self._turn:
            if self._in_hand is None:
                raise _Refused(HTTPStatus.BAD_REQUEST, "There are no credentials to store. Start again.")
            return self._kept(self._in_hand)

    def _kept(self, app: Registered) -> Response:
        try:
            credentials.keep(self._setup.directory, app, self._setup.secret_key)
        except AlreadyRegistered:
            self._in_hand = None
            raise _Refused(
                HTTPStatus.CONFLICT,
                f"Another App was registered meanwhile, and Plangate uses that one. Delete {app.slug} in GitHub's"
                " settings.",
            ) from None
        except StorageError as error:
            log.fault("credentials not stored", error=str(error))
            return self._page("kept", HTTPStatus.SERVICE_UNAVAILABLE, app=app, message=str(error))
        self._in_hand = None
        log.info("registered", address=app.page)
        wanted = self._registered_as
        where = wanted.organization or PLACEHOLDER
        return self._page(
            "done",
            HTTPStatus.OK,
            app=app,
            install=installing(app.page),
            wanted=wanted,
            requiring=ruleset_command(app.app_id, where, gh_host(self._setup.github_url)),
        )

    def _enter(self, token: str) -> Response:
        browser = self._sessions.enter(token)
        if browser is None:
            raise _Refused(HTTPStatus.FORBIDDEN, "Open the address that Plangate printed at its start.")
        response = Response(status=HTTPStatus.SEE_OTHER)
        # Relative, so that it works behind any public address.
        response.headers["Location"] = "setup"
        secure = self._setup.browser_address.startswith("https:")
        # Lax: the browser sends the cookie when it follows GitHub's redirect to this server.
        response.set_cookie(COOKIE, browser, secure=secure, httponly=True, samesite="Lax")
        return response

    def _browser(self) -> str:
        browser = request.cookies.get(COOKIE, "")
        if not self._sessions.knows(browser):
            raise _Refused(HTTPStatus.FORBIDDEN, "Open the address that Plangate printed at its start in this browser.")
        return browser

    def _wanted(self) -> RegistrationOptions:
        """The choices from the page's form, otherwise from the command line. Raises `UserError`."""
        query = request.args
        if "name" not in query:
            return self._setup.wanted
        permissions = query.get("permissions", "")
        return registration_options(
            query["name"],
            query.get("organization", ""),
            commits=permissions == "commits" or "commits" in query,
            checks_only=permissions == "checks",
        )

    def _page(self, part: str, status: HTTPStatus, **context: Any) -> Response:
        text = render_template(
            "setup.html",
            part=part,
            setup=self._setup,
            base=self._setup.browser_address,
            version=bot.__version__,
            **context,
        )
        return Response(text, status, content_type="text/html; charset=utf-8")
