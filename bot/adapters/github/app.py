"""GitHub as the App itself: JWT, installations, and tokens that are good for one repository and for what a job does.

A github3.py session carries the App's credential and never an installation's; PyGithub has those. It is the session
alone, not github3's models, which refuse any answer that lacks a key, GitHub's own examples among them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import jwt
import requests
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from github3.session import AppBearerTokenAuth, GitHubSession

from bot.adapters.github.answers import error_of
from bot.adapters.github.tally import Tally
from bot.core.forge.errors import ForgeError, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from bot.core.forge.ports import Clock

API_URL = "https://api.github.com"
API_VERSION = "2022-11-28"

_BACKDATED = 60
"""Seconds that a JWT is issued in the past, as https://docs.github.com/apps advises against clocks that differ."""
_JWT_SECONDS = 480
"""A JWT's life from now on; GitHub takes at most 600 from `iat` to `exp`."""
_JWT_MARGIN = 60
_TOKEN_MARGIN = 300
"""Seconds before its end at which a token is no longer handed out."""
_MOST_TOKENS = 5_000


@dataclass(frozen=True, slots=True)
class Token:
    """An installation token. `expires_at` is in seconds since the epoch (UTC)."""

    value: str
    expires_at: float


TokenKey = tuple[int, int | str | None, tuple[tuple[str, str], ...]]
"""Installation, repository (its id, or its name; None for all of them), rights."""


class GitHubApp:
    """The App's own face to GitHub; one for all worker threads."""

    def __init__(self, app_id: int, private_key: str, clock: Clock, api_url: str = API_URL) -> None:
        """Read the key once: checking an RSA key costs more than signing with it a hundred times.

        Raises `UserError` when the key is no RSA private key in PEM form.
        """
        self.app_id = app_id
        self.api_url = api_url.rstrip("/")
        self._key = _load(private_key)
        self._clock = clock
        self._lock = threading.Lock()
        self._bearer: tuple[str, float, float] | None = None
        self._tokens: dict[TokenKey, Token] = {}
        self._local = threading.local()
        self.tally = Tally()

    def token(self, installation: int, repository: int | str | None, rights: Mapping[str, str]) -> Token:
        """A token for one repository (its id or its name) and these rights, from the cache or from GitHub.

        Raises `ForgeError`, and `RepositoryGone` when the installation is no more.
        """
        key = (installation, repository, tuple(sorted(rights.items())))
        now = self._clock.now()
        with self._lock:
            known = self._tokens.get(key)
            if known is not None and known.expires_at - _TOKEN_MARGIN > now:
                return known
        fresh = self._fetch_token(installation, repository, rights)
        with self._lock:
            if len(self._tokens) >= _MOST_TOKENS:
                self._tokens = {held: token for held, token in self._tokens.items() if token.expires_at > now}
            self._tokens[key] = fresh
        return fresh

    def granted(self, installation: int) -> Mapping[str, str]:
        """The permissions of an installation. Raises as `token` does."""
        answer = self.call("GET", f"/app/installations/{installation}", "asked what we may do")
        permissions = answer.get("permissions") if isinstance(answer, dict) else None
        if not isinstance(permissions, dict):
            raise ForgeError("GitHub answered the question what we may do in an unexpected shape")
        return {str(name): str(level) for name, level in permissions.items()}

    def forget_token(self, token: Token) -> None:
        """GitHub no longer takes it."""
        with self._lock:
            self._tokens = {key: known for key, known in self._tokens.items() if known.value != token.value}

    def forget_tokens(self, installation: int, repository: int) -> None:
        """Those for this one repository, which the installation no longer has."""
        with self._lock:
            self._tokens = {key: known for key, known in self._tokens.items() if key[:2] != (installation, repository)}

    def call(self, method: str, path: str, doing: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call as the App; its parsed answer, None where there is none. `path` begins with a slash.

        Raises `ForgeError` for everything but success; `doing` completes "while we ...".
        """
        self.tally.count(write=method != "GET")
        return self._called(method, path, doing, body)[0]

    def page(self, path: str, doing: str) -> tuple[Any, str | None]:
        """One page of a list as the App, and the path of the next page, None after the last. Raises as `call` does."""
        self.tally.count(write=False)
        return self._called("GET", path, doing, None)

    def _called(self, method: str, path: str, doing: str, body: Mapping[str, Any] | None) -> tuple[Any, str | None]:
        session = self._session()
        try:
            response = session.request(method, f"{self.api_url}{path}", json=body, allow_redirects=False)
            parsed = response.json() if response.content else None
        except (requests.RequestException, ValueError) as error:
            raise ForgeError(f"GitHub did not answer while we {doing}: {type(error).__name__}") from error
        if response.status_code >= 300:  # noqa: PLR2004  a redirect of an App's call is no answer either
            headers = {name.lower(): value for name, value in response.headers.items()}
            raise error_of(response.status_code, headers, parsed, doing, self._clock)
        further = response.links.get("next", {}).get("url", "")
        # Our credential goes nowhere but to the API, whatever a header says.
        return parsed, further.removeprefix(self.api_url) if further.startswith(f"{self.api_url}/") else None

    def _fetch_token(self, installation: int, repository: int | str | None, rights: Mapping[str, str]) -> Token:
        body: dict[str, Any] = {"permissions": dict(rights)}
        if isinstance(repository, str):
            body["repositories"] = [repository]
        elif repository is not None:
            body["repository_ids"] = [repository]
        answer = self._called("POST", f"/app/installations/{installation}/access_tokens", "asked for a token", body)[0]
        try:
            return Token(answer["token"], datetime.fromisoformat(answer["expires_at"]).timestamp())
        except (KeyError, TypeError, ValueError) as error:
            raise ForgeError("GitHub answered the request for a token in an unexpected shape") from error

    def _session(self) -> GitHubSession:
        """This thread's session, with a JWT that is valid for a while yet."""
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = GitHubSession()
            session.base_url = self.api_url
            session.headers["Accept"] = "application/vnd.github+json"
            session.headers["X-GitHub-Api-Version"] = API_VERSION
            session.headers["User-Agent"] = "plangate"
        session.auth = AppBearerTokenAuth(self._jwt(), _JWT_SECONDS)
        return session

    def _jwt(self) -> str:
        now = self._clock.now()
        with self._lock:
            # A clock that was set back makes an older JWT one from the future, which GitHub refuses as it does one
            # that has ended.
            if self._bearer is None or not self._bearer[1] <= now < self._bearer[2] - _JWT_MARGIN:
                issued, ends = int(now) - _BACKDATED, int(now) + _JWT_SECONDS
                claims = {"iat": issued, "exp": ends, "iss": str(self.app_id)}
                self._bearer = (jwt.encode(claims, self._key, algorithm="RS256"), issued, ends)
            return self._bearer[0]


def _load(private_key: str) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415  only for the check

    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise UserError("The App's private key cannot be read: set it to the PEM file that GitHub gave.") from error
    if not isinstance(key, RSAPrivateKey):
        raise UserError("The App's private key is no RSA key: set it to the PEM file that GitHub gave.")
    return key
