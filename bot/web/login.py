"""The login of people by GitHub's OAuth web flow.

    GET  /login?to=PATH   send the browser to GitHub
    GET  /login/done      GitHub sends the browser back: exchange the code, and show the page that was asked for
    POST /logout          end the session, here and at GitHub

No address is taken from a request but a path of our own pages.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import g, request

from bot.adapters.github.viewer import LoginRefused, TokenRefused
from bot.core.forge.errors import ForgeError
from bot.core.hosting.registration import RETURN_PATH
from bot.log import Log
from bot.web.access import Access, opens
from bot.web.pages import notice, private, redirect_to
from bot.web.sessions import LOGIN_SECONDS, LoginAttempt, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response

    from bot.adapters.github.viewer import ViewersGitHub
    from bot.web.sessions import CookieBox

SESSION, ATTEMPT = "plangate_session", "plangate_login"
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")
_OWN_PATH = re.compile(r"/boards|/(?:verdicts|boards)(?:/[A-Za-z0-9._-]{1,200}){1,4}")
"""The pages that a login leads back to. No second slash, no backslash and no escape fits, so none is another host."""

log = Log("web")


def _attempt_of(state: str) -> str:
    """The cookie of one attempt; each has its own, because a person may open several pages at once."""
    return f"{ATTEMPT}_{hashlib.sha256(state.encode('utf-8', 'replace')).hexdigest()[:8]}"


def own_path(text: str) -> str:
    """The path if it is one of our pages for people, else the front page."""
    fits = _OWN_PATH.fullmatch(text) is not None and ".." not in text
    return text if fits else "/"


@dataclass(frozen=True, slots=True)
class Login:
    """The login of people."""

    github: ViewersGitHub
    cookies: CookieBox
    url: str
    """The public address of this server, without a trailing slash."""
    on_end: list[Callable[[Session], None]] = field(default_factory=list)
    """Called with the session of a person who logs out."""

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach this server by https."""
        return self.url.startswith("https:")

    def viewer(self) -> Session | None:
        """The person who sent this request; None for nobody."""
        if "viewer" not in g:
            g.viewer = self.cookies.read(request.cookies.get(self._name(SESSION)), Session)
        session: Session | None = g.viewer
        return session

    def holds_token(self) -> bool:
        """Whether the form holds the token of the person's session; a form of nobody needs none."""
        viewer = self.viewer()
        sent = request.form.get("csrf", "").encode("utf-8", "replace")
        return viewer is None or hmac.compare_digest(viewer.csrf.encode(), sent)

    def ask(self, base: str) -> Response:
        """Send the browser to the login, and back to the page that it requested."""
        response = redirect_to(f"{base}/login?to={own_path(request.path)}")
        self._forget(response, SESSION)
        return response

    def add_to(self, app: Flask, base: str) -> None:
        """Add the pages of the login below `base`, the path of the public address."""

        @app.after_request
        def of_one_viewer(response: Response) -> Response:
            """Let no cache keep a page with somebody's name and form tokens, nor show it to somebody else."""
            if request.endpoint == "static":
                return response
            response.vary.add("Cookie")
            return private(response) if self.viewer() is not None else response

        @app.context_processor
        def who() -> dict[str, Any]:
            return {"viewer": self.viewer(), "can_log_in": True, "here": own_path(request.path)}

        @app.get("/login")
        @opens(Access.EVERYBODY)
        def login() -> Response:
            return self._start(own_path(request.args.get("to", "")))

        @app.get(RETURN_PATH)
        @opens(Access.EVERYBODY)
        def done() -> Response:
            return self._finish(base)

        @app.post("/logout")
        @opens(Access.SESSION)
        def logout() -> Response:
            return self._end(base)

    def _start(self, to: str) -> Response:
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        response = redirect_to(self.github.authorization(state, challenge, f"{self.url}{RETURN_PATH}"))
        attempt = LoginAttempt(state, verifier, to, self.cookies.now() + LOGIN_SECONDS)
        self._keep(response, _attempt_of(state), attempt)
        return response

    def _finish(self, base: str) -> Response:
        state = request.args.get("state", "")
        attempt = self.cookies.read(request.cookies.get(self._name(_attempt_of(state))), LoginAttempt)
        if attempt is None or not hmac.compare_digest(attempt.state.encode(), state.encode("utf-8", "replace")):
            return self._failed(
                base,
                "This way back from GitHub was used already, is over ten minutes old, or belongs to another browser.",
            )
        code = request.args.get("code", "")
        if request.args.get("error") == "access_denied":
            return self._failed(base, "You did not approve the App at GitHub, so Plangate does not know who you are.")
        if not _CODE.fullmatch(code):
            return self._failed(base, "GitHub sent no valid code.")
        try:
            token = self.github.token(code, attempt.verifier, f"{self.url}{RETURN_PATH}")
            account = self.github.account(token.text)
        except (LoginRefused, TokenRefused) as refused:
            log.warning("login refused", reason=str(refused))
            return self._failed(base, "GitHub did not accept the code: it works once, within ten minutes.")
        except ForgeError as error:
            log.warning("login failed", error=str(error))
            return self._failed(base, "GitHub does not answer at the moment.", HTTPStatus.SERVICE_UNAVAILABLE)
        until = self.cookies.now() + token.seconds
        session = Session(account.id, account.login, token.text, secrets.token_urlsafe(32), until)
        response = redirect_to(f"{base}{attempt.to}")
        self._forget(response, _attempt_of(state))
        self._keep(response, SESSION, session)
        return response

    def _end(self, base: str) -> Response:
        viewer = self.viewer()
        if viewer is not None:
            for forget in self.on_end:
                forget(viewer)
            try:
                self.github.end(viewer.token)  # so that a copy of the cookie is worth nothing
            except ForgeError as error:
                log.warning("token not ended", error=str(error))
        response = redirect_to(f"{base}/")
        self._forget(response, SESSION)
        return response

    def _failed(self, base: str, why: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Response:
        message = f"{why} Log in again from the page that you wanted to see."
        response = notice(message, status, base, "The login did not work")
        self._forget(response, _attempt_of(request.args.get("state", "")))
        return response

    def _name(self, cookie: str) -> str:
        """The cookie's name; with this prefix, browsers take it from this host alone, and by https alone.

        https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
        """
        return f"__Host-{cookie}" if self.is_secure else cookie

    def _keep(self, response: Response, cookie: str, kept: Session | LoginAttempt) -> None:
        # Lax: the browser sends it when it follows GitHub's redirect, and with no form of another site.
        response.set_cookie(
            self._name(cookie),
            self.cookies.write(kept),
            max_age=max(int(kept.until - self.cookies.now()), 0),
            secure=self.is_secure,
            httponly=True,
            samesite="Lax",
        )

    def _forget(self, response: Response, cookie: str) -> None:
        response.delete_cookie(self._name(cookie), secure=self.is_secure, httponly=True, samesite="Lax")
