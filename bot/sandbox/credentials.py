"""The sender of a request: an App (JWT), an installation, a person (both by token), or nobody."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox.errors import ApiError
from bot.sandbox.state import App, Installation, Repository, State, Token, User, UserToken

if TYPE_CHECKING:
    from collections.abc import Iterable

TOKEN_SECONDS = 3600
_SKEW = 5
"""Seconds that an App's clock may be ahead."""
_LONGEST_JWT = 600
_RANK = {"read": 1, "write": 2, "admin": 3}


class Kind(StrEnum):
    """Which kind of credential a request carried."""

    NOBODY = "nobody"
    APP = "app"
    INSTALLATION = "installation"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Credential:
    """A verified credential."""

    kind: Kind
    app: App | None = None
    token: Token | None = None
    user: User | None = None
    user_token: UserToken | None = None
    """The token of a person who approved an App."""
    in_reach: frozenset[int] = frozenset()
    """The repositories of that App's installations."""

    @property
    def actor(self) -> User | None:
        """Who acts: a person, or the App's bot."""
        if self.token is not None:
            return self.token.installation.app.bot
        return self.user

    def installed_on(self, repository: Repository) -> bool:
        """Whether this is an installation token whose scope includes a repository."""
        if self.token is None:
            return False
        chosen = self.token.repositories
        return repository.id in self.token.installation.repositories and (chosen is None or repository.id in chosen)

    def sees(self, repository: Repository) -> bool:
        """Whether the repository exists for this credential at all."""
        if not repository.private or self.installed_on(repository):
            return True
        if self.user_token is not None and repository.id not in self.in_reach:
            return False
        return self.user is not None and repository.role(self.user.login) != "none"


@cache
def signing_key() -> tuple[str, rsa.RSAPublicKey]:
    """The process's only RSA key, as PEM, and its public half. Generating one takes longer than starting a world."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return pem.decode(), key.public_key()


def identify(state: State, header: str | None) -> Credential:
    """The credential in an `Authorization` header. Raises `ApiError` 401 for one that is not valid."""
    if not header:
        return Credential(Kind.NOBODY)
    scheme, _, secret = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(secret).decode().partition(":")
        except ValueError:
            raise ApiError(401, "Bad credentials") from None
        for app in state.apps.values():
            if (name, secret) == (app.client_id, app.client_secret):
                return Credential(Kind.NOBODY, app=app)
    secret = secret.strip()
    if secret.startswith("ghs_"):
        return _installation(state, secret)
    if secret.startswith("ghu_"):
        return _person(state, secret)
    if secret in state.user_tokens:
        return Credential(Kind.USER, user=state.user_tokens[secret])
    if scheme.lower() == "bearer" and secret.count(".") == 2:  # noqa: PLR2004 -- a JWT has three parts
        return _app(state, secret)
    raise ApiError(401, "Bad credentials")


def _installation(state: State, secret: str) -> Credential:
    token = state.tokens.get(secret)
    if token is None or token.expires_at <= state.now() or token.installation.id not in state.installations:
        raise ApiError(401, "Bad credentials")
    if token.installation.suspended_at is not None:
        raise ApiError(403, "This installation has been suspended")
    return Credential(Kind.INSTALLATION, app=token.installation.app, token=token)


def _person(state: State, secret: str) -> Credential:
    token = state.app_user_tokens.get(secret)
    if token is None or token.expires_at <= state.now():
        raise ApiError(401, "Bad credentials")
    of_app = (each for each in state.installations.values() if each.app is token.app and each.suspended_at is None)
    in_reach = frozenset(number for installation in of_app for number in installation.repositories)
    return Credential(Kind.USER, user=token.user, user_token=token, in_reach=in_reach)


def _app(state: State, token: str) -> Credential:
    """Return the App of a JWT after GitHub's checks.

    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
    """
    try:
        claims = jwt.decode(
            token,
            signing_key()[1],
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_iss": False, "verify_aud": False},
        )
    except jwt.PyJWTError:
        raise ApiError(401, "A JSON web token could not be decoded") from None
    issuer = str(claims.get("iss"))
    app = next((app for app in state.apps.values() if issuer in {str(app.id), app.client_id}), None)
    if app is None:
        raise ApiError(404, "Integration not found")
    _check_times(claims, state.now())
    return Credential(Kind.APP, app=app)


def _check_times(claims: dict[str, Any], now: float) -> None:
    issued, expires = claims.get("iat"), claims.get("exp")
    future = "must be a numeric value representing the future time at which the assertion expires"
    if not isinstance(expires, int | float) or expires <= now:
        raise ApiError(401, f"'Expiration time' claim ('exp') {future}")
    if expires > now + _LONGEST_JWT:
        raise ApiError(401, "'Expiration time' claim ('exp') is too far in the future")
    if not isinstance(issued, int | float) or issued > now + _SKEW:
        when = "must be an Integer representing the time that the assertion was issued"
        raise ApiError(401, f"'Issued at' claim ('iat') {when}")


def mint(
    state: State, installation: Installation, repositories: frozenset[int] | None, permissions: dict[str, str]
) -> Token:
    """A new installation token in the long format, which has no fixed length: `ghs_<APPID>_<JWT>`."""

    def coded(part: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

    expires = state.now() + TOKEN_SECONDS
    claims = coded({"sub": str(installation.id), "exp": int(expires)})
    jwt_like = f"{coded({'alg': 'ES256'})}.{claims}.{secrets.token_urlsafe(64)}"
    token = Token(f"ghs_{installation.app.id}_{jwt_like}", installation, repositories, permissions, expires)
    state.tokens[token.value] = token
    return token


def allows(granted: dict[str, str], needed: str) -> bool:
    """Whether permissions include `name:level`."""
    name, _, level = needed.partition(":")
    return _RANK.get(granted.get(name, ""), 0) >= _RANK[level]


def require(credential: Credential, repository: Repository, needs: Iterable[str], *, write: bool) -> None:
    """Check that the credential has one of the permissions in `needs`, or raise GitHub's error.

    404 hides what the credential may not see; 403 refuses what it may see but not do. An installation token needs the
    permission even to read a public repository of its scope, so that tests notice every missing permission.
    """
    if not credential.sees(repository):
        raise ApiError(404, "Not Found")
    needs = list(needs)
    if credential.kind is Kind.INSTALLATION:
        _require_permission(credential, repository, needs, write=write)
    elif credential.kind is Kind.USER:
        _require_role(credential, repository, needs, write=write)
    elif credential.kind is Kind.APP:
        raise ApiError(403, "Resource not accessible by integration")
    elif write:
        raise ApiError(401, "Requires authentication")
    if write and repository.archived:
        raise ApiError(403, "Repository was archived so is read-only.")


def _require_permission(credential: Credential, repository: Repository, needs: list[str], *, write: bool) -> None:
    token = credential.token
    if token is None or not credential.installed_on(repository):
        if write:
            raise ApiError(403, "Resource not accessible by integration")
        return
    if needs and not any(allows(token.permissions, need) for need in needs):
        accepted = "; ".join(need.replace(":", "=") for need in needs)
        raise ApiError(
            403, "Resource not accessible by integration", headers={"X-Accepted-GitHub-Permissions": accepted}
        )


def _require_role(credential: Credential, repository: Repository, needs: list[str], *, write: bool) -> None:
    if credential.user is None or not write:
        return
    if any(need.startswith("checks:") for need in needs):
        raise ApiError(403, "You must authenticate via a GitHub App.")
    open_to_all = all(need.split(":")[0] in {"issues", "pull_requests"} for need in needs)
    if not open_to_all and not repository.may_push(credential.user.login):
        raise ApiError(403, "Must have push access to the repository")
