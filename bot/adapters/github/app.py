"""Requests that authenticate as the App: the JWT, the installations, and installation tokens for one job's rights.

The requests go through a github3.py session, which never carries an installation token; PyGithub carries those. The
models of github3.py are not used, because they refuse any response that lacks a field, even GitHub's own examples.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jwt
import requests
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from github3.session import AppBearerTokenAuth, GitHubSession

from bot.adapters.github.certificates import authorities
from bot.adapters.github.error_responses import body_of, error_of
from bot.adapters.github.tally import Tally
from bot.core.forge.errors import ForgeError, Unanswered, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from bot.core.forge.ports import Clock

API_URL = "https://api.github.com"
API_VERSION = "2022-11-28"

_BACKDATED = 60
"""Seconds by which `iat` lies in the past, as https://docs.github.com/apps advises to allow for clock drift."""
_JWT_SECONDS = 480
"""Seconds until a new JWT expires. GitHub accepts at most 600 seconds from `iat` to `exp`."""
_JWT_MARGIN = 60
_TOKEN_MARGIN = 300
"""Seconds before its expiry at which a cached token is no longer used."""
_MOST_TOKENS = 5_000


@dataclass(frozen=True, slots=True)
class InstallationToken:
    """An installation token. `expires_at` is in seconds since the epoch (UTC)."""

    value: str
    expires_at: float


TokenKey = tuple[int, int | str | None, tuple[tuple[str, str], ...]]
"""Installation id, repository (id, name, or None for all repositories), permissions."""


class GitHubApp:
    """A client that authenticates as the App. All worker threads share one."""

    def __init__(
        self, app_id: int, private_key: str, clock: Clock, api_url: str = API_URL, ca_file: Path | None = None
    ) -> None:
        """Load the key once, because validating an RSA key takes longer than a hundred signatures.

        `ca_file` has the certificate authorities of a company. Raises `UserError` when the key is no RSA private key in
        PEM form, and when `ca_file` has no certificates.
        """
        self.app_id = app_id
        self.api_url = api_url.rstrip("/")
        self.verify: str | bool = authorities(ca_file) or True
        """How the clients verify GitHub's certificate, in the words of requests."""
        self._key = _load(private_key)
        self._clock = clock
        self._lock = threading.Lock()
        self._bearer: tuple[str, float, float] | None = None
        self._tokens: dict[TokenKey, InstallationToken] = {}
        self._local = threading.local()
        self.tally = Tally()

    def token(self, installation: int, repository: int | str | None, rights: Mapping[str, str]) -> InstallationToken:
        """Return a token for one repository (id or name) with these permissions, cached or new.

        Raises `ForgeError`, and `RepositoryGone` when the installation was deleted or suspended.
        """
        key = (installation, repository, tuple(sorted(rights.items())))
        now = self._clock.now()
        with self._lock:
            cached = self._tokens.get(key)
            if cached is not None and cached.expires_at - _TOKEN_MARGIN > now:
                return cached
        fresh = self._fetch_token(installation, repository, rights)
        with self._lock:
            if len(self._tokens) >= _MOST_TOKENS:
                self._tokens = {token_key: token for token_key, token in self._tokens.items() if token.expires_at > now}
            self._tokens[key] = fresh
        return fresh

    def granted(self, installation: int) -> Mapping[str, str]:
        """Return the permissions that the account has granted to the App. Raises as `token` does."""
        doing = "read the permissions of the installation"
        installation_body = self.call("GET", f"/app/installations/{installation}", doing)
        permissions = installation_body.get("permissions") if isinstance(installation_body, dict) else None
        if not isinstance(permissions, dict):
            raise ForgeError("GitHub's answer about the installation's permissions has an unexpected shape")
        return {str(name): str(level) for name, level in permissions.items()}

    def forget_token(self, token: InstallationToken) -> None:
        """Drop a token that GitHub rejects from the cache."""
        with self._lock:
            self._tokens = {key: cached for key, cached in self._tokens.items() if cached.value != token.value}

    def forget_tokens(self, installation: int, repository: int) -> None:
        """Drop the tokens of a repository that left the installation from the cache."""
        with self._lock:
            self._tokens = {
                key: cached for key, cached in self._tokens.items() if key[:2] != (installation, repository)
            }

    def call(self, method: str, path: str, doing: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send one request as the App and return the parsed body, None for an empty one. `path` begins with a slash.

        Raises `ForgeError` for every status but success; `doing` completes "while we ..." in its message.
        """
        self.tally.count(write=method != "GET")
        return self._called(method, path, doing, body)[0]

    def page(self, path: str, doing: str) -> tuple[Any, str | None]:
        """Return one page of a list and the path of the next page, None after the last one. Raises as `call` does."""
        self.tally.count(write=False)
        return self._called("GET", path, doing, None)

    def _called(self, method: str, path: str, doing: str, body: Mapping[str, Any] | None) -> tuple[Any, str | None]:
        session = self._session()
        try:
            # Named here, because requests prefers its environment to the session's own setting.
            response = session.request(
                method, f"{self.api_url}{path}", json=body, allow_redirects=False, verify=self.verify
            )
        except requests.RequestException as error:
            raise Unanswered(f"GitHub did not answer while we {doing}: {type(error).__name__}") from error
        except ValueError as error:
            raise ForgeError(f"GitHub answered in an unexpected shape while we {doing}") from error
        headers = {name.lower(): value for name, value in response.headers.items()}
        parsed = body_of(response.status_code, headers, response.text, doing, self._clock)
        if response.status_code >= 300:  # noqa: PLR2004  a redirect is a failure, too
            raise error_of(response.status_code, headers, parsed, doing, self._clock)
        further = response.links.get("next", {}).get("url", "")
        # Never send the credential to another host, whatever a header says.
        return parsed, further.removeprefix(self.api_url) if further.startswith(f"{self.api_url}/") else None

    def _fetch_token(
        self, installation: int, repository: int | str | None, rights: Mapping[str, str]
    ) -> InstallationToken:
        body: dict[str, Any] = {"permissions": dict(rights)}
        if isinstance(repository, str):
            body["repositories"] = [repository]
        elif repository is not None:
            body["repository_ids"] = [repository]
        token_body = self._called(
            "POST", f"/app/installations/{installation}/access_tokens", "asked for a token", body
        )[0]
        try:
            return InstallationToken(token_body["token"], datetime.fromisoformat(token_body["expires_at"]).timestamp())
        except (KeyError, TypeError, ValueError) as error:
            raise ForgeError("GitHub's answer to the request for a token has an unexpected shape") from error

    def _session(self) -> GitHubSession:
        """Return this thread's session with a JWT that is valid for at least a minute."""
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
            # When the clock was set back, the cached JWT was issued in the future, and GitHub rejects it.
            if self._bearer is None or not self._bearer[1] <= now < self._bearer[2] - _JWT_MARGIN:
                issued, ends = int(now) - _BACKDATED, int(now) + _JWT_SECONDS
                claims = {"iat": issued, "exp": ends, "iss": str(self.app_id)}
                self._bearer = (jwt.encode(claims, self._key, algorithm="RS256"), issued, ends)
            return self._bearer[0]


@lru_cache(maxsize=1)  # the check of a key takes some 30 ms
def _load(private_key: str) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415  only for the check

    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise UserError("The App's private key cannot be read. Set it to the PEM file from GitHub.") from error
    if not isinstance(key, RSAPrivateKey):
        raise UserError("The App's private key is not an RSA key. Set it to the PEM file from GitHub.")
    return key
