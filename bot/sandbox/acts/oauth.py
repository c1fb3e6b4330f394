"""The OAuth web flow of an App: a person approves, the browser returns with a code, the code becomes a user's token.

https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bot.sandbox.errors import ApiError
from bot.sandbox.state import Approval, AuthorizationRequest, UserToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.hub import Hub
    from bot.sandbox.state import App, User

CODE_SECONDS = 600
TOKEN_SECONDS = 28_800
REFRESH_SECONDS = 15_897_600
_DESCRIPTIONS = {
    "incorrect_client_credentials": "The client_id and/or client_secret passed are incorrect.",
    "redirect_uri_mismatch": "The redirect_uri MUST match the registered callback URL for this application.",
    "bad_verification_code": "The code passed is incorrect or expired.",
}


def requested(hub: Hub, query: Mapping[str, str]) -> AuthorizationRequest:
    """The request in an address of `/login/oauth/authorize`. Raises `ApiError` for a foreign address to return to."""
    app = next((app for app in hub.state.apps.values() if app.client_id == query.get("client_id")), None)
    if app is None:
        raise ApiError(404, "There is no App with this client id.")
    back = query.get("redirect_uri") or next(iter(app.callback_urls), "")
    if back not in app.callback_urls:
        raise ApiError(400, "The redirect_uri is not associated with this application.")
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        raise ApiError(400, "The code_challenge_method must be S256.")
    return AuthorizationRequest(app, back, query.get("state", ""), query.get("code_challenge", ""))


def approve(hub: Hub, request: AuthorizationRequest, user: User) -> str:
    """Approve; returns the address that the browser is sent back to, with the code."""
    code = secrets.token_hex(10)
    hub.state.oauth_codes[code] = Approval(request, user, hub.state.now() + CODE_SECONDS)
    return f"{request.back}?{urlencode({'code': code, 'state': request.state})}"


def deny(request: AuthorizationRequest) -> str:
    """Refuse; returns the address that the browser is sent back to."""
    reason = {"error": "access_denied", "error_description": "The user has denied your application access."}
    return f"{request.back}?{urlencode({**reason, 'state': request.state})}"


def exchange(hub: Hub, form: Mapping[str, str]) -> dict[str, Any]:
    """A code becomes a token; it works once. An error is an answer, too, and comes with status 200."""
    app = next((app for app in hub.state.apps.values() if app.client_id == form.get("client_id")), None)
    if app is None or not hmac.compare_digest(app.client_secret.encode(), form.get("client_secret", "").encode()):
        return _error("incorrect_client_credentials")
    approval = hub.state.oauth_codes.pop(form.get("code", ""), None)
    if approval is None or approval.request.app is not app or approval.until < hub.state.now():
        return _error("bad_verification_code")
    if form.get("redirect_uri") not in {None, approval.request.back}:
        return _error("redirect_uri_mismatch")
    if approval.request.challenge not in {"", challenge_of(form.get("code_verifier", ""))}:
        return _error("bad_verification_code")
    token = mint(hub, app, approval.user)
    return {
        "access_token": token.value,
        "expires_in": TOKEN_SECONDS,
        "refresh_token": f"ghr_{secrets.token_urlsafe(32)}",
        "refresh_token_expires_in": REFRESH_SECONDS,
        "scope": "",
        "token_type": "bearer",
    }


def mint(hub: Hub, app: App, user: User) -> UserToken:
    """A token of a person for an App."""
    token = UserToken(f"ghu_{secrets.token_urlsafe(24)}", app, user, hub.state.now() + TOKEN_SECONDS)
    hub.state.app_user_tokens[token.value] = token
    return token


def challenge_of(verifier: str) -> str:
    """The PKCE challenge, as https://www.rfc-editor.org/rfc/rfc7636#section-4.2 defines it."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _error(name: str) -> dict[str, Any]:
    return {"error": name, "error_description": _DESCRIPTIONS[name], "error_uri": "/apps/troubleshooting"}
