"""GitHub as the viewer of a page sees it: the OAuth web flow, and reads with the viewer's own token.

It uses the standard library alone, because the web process loads no client of GitHub. The token sees what both the
person and the App can see:
https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
"""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from bot.adapters.github.plain_http import HEADERS, send
from bot.core.forge.errors import ForgeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bot.adapters.github.plain_http import PlainResponse

_PATIENCE = 5.0
"""Seconds for each network operation, and for a whole body."""
_LONGEST_TOKEN = 500
_LONGEST_SESSION = 28_800.0
"""Seconds for which a token is used that GitHub gives no end; the end that GitHub gives by default."""
_MOST_PAGES = 10
_PER_PAGE = 100
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})")
_MOVED = re.compile(r"/repositories/([0-9]{1,18})$")


class LoginRefused(Exception):  # noqa: N818  names the condition
    """GitHub gave no token for the code: it was used already, is over ten minutes old, or is not for this App."""


class TokenRefused(Exception):  # noqa: N818  likewise
    """The viewer's token is no longer valid: it ended, or the person or the organization took it back."""


@dataclass(frozen=True, slots=True)
class UserToken:
    """A person's token."""

    text: str = field(repr=False)
    seconds: float
    """Seconds for which it is valid."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account."""

    id: int
    login: str


@dataclass(frozen=True, slots=True)
class SeenByViewer:
    """A repository that the viewer can read."""

    id: int
    full_name: str
    private: bool


@dataclass(frozen=True, slots=True)
class ViewersGitHub:
    """GitHub for viewers of pages. Every method raises `ForgeError` when GitHub does not answer."""

    github_url: str
    api_url: str
    client_id: str
    client_secret: str = field(repr=False)
    ca_file: Path | None = None

    def authorization(self, state: str, challenge: str, back: str) -> str:
        """The address at which a person approves the App. `challenge` is that of PKCE (S256)."""
        query = {
            "client_id": self.client_id,
            "redirect_uri": back,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.github_url}/login/oauth/authorize?{urlencode(query)}"

    def token(self, code: str, verifier: str, back: str) -> UserToken:
        """Exchange a code. GitHub sends errors with status 200. Raises `LoginRefused`."""
        form = {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": back,
        }
        request = urllib.request.Request(  # noqa: S310  the settings let nothing but http and https through
            f"{self.github_url}/login/oauth/access_token",
            data=urlencode(form).encode(),
            headers={"Accept": "application/json", "User-Agent": HEADERS["User-Agent"]},
            method="POST",
        )
        response = send(request, _PATIENCE, self.ca_file)
        answer = response.json()
        if response.status != HTTPStatus.OK or not isinstance(answer, dict):
            raise ForgeError(f"GitHub answered {response.status} to the exchange of the code")
        text, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_TOKEN or not text.isascii():
            raise LoginRefused(str(answer.get("error"))[:100])
        given = float(seconds) if isinstance(seconds, int) and seconds > 0 else _LONGEST_SESSION
        return UserToken(text, min(given, _LONGEST_SESSION))

    def end(self, token: str) -> None:
        """Make the token invalid: https://docs.github.com/rest/apps/oauth-applications#delete-an-app-token ."""
        basic = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310  likewise
            f"{self.api_url}/applications/{quote(self.client_id, safe='')}/token",
            data=json.dumps({"access_token": token}).encode(),
            headers={**HEADERS, "Authorization": f"Basic {basic}", "Content-Type": "application/json"},
            method="DELETE",
        )
        status = send(request, _PATIENCE, self.ca_file).status
        if status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise ForgeError(f"GitHub answered {status} to the end of a token")

    def account(self, token: str) -> Account:
        """The person whose token it is. Raises `TokenRefused`."""
        match self._json("/user", token):
            case {"id": int(number), "login": str(login)} if _LOGIN.fullmatch(login):
                return Account(number, login)
            case _:
                raise ForgeError("GitHub named no account for a token")

    def by_id(self, repository: int, token: str) -> SeenByViewer | None:
        """The repository, if the viewer can read it. Raises `TokenRefused`."""
        return _seen(self._json(f"/repositories/{repository}", token))

    def by_name(self, full_name: str, token: str) -> SeenByViewer | None:
        """The repository that has this name, or had it and was renamed. Raises `TokenRefused`."""
        response = self._response(f"/repos/{quote(full_name)}", token)
        moved = _MOVED.search(response.headers.get("Location") or "")
        if response.status == HTTPStatus.MOVED_PERMANENTLY and moved is not None:
            return self.by_id(int(moved[1]), token)
        return _seen(response.json() if response.status == HTTPStatus.OK else None)

    def accounts(self, token: str) -> Sequence[str]:
        """The accounts on which the App is installed and of which the viewer can read something.

        Raises `TokenRefused`.
        """
        installations = self._list("/user/installations", "installations", token)
        logins = (each["account"].get("login") for each in installations if isinstance(each.get("account"), dict))
        return [login for login in logins if isinstance(login, str)]

    def readable(self, owner: str, token: str) -> Sequence[SeenByViewer] | None:
        """The repositories of the owner that the viewer can read and in which the App is installed.

        None if there is none. The first 1,000 are listed. Raises `TokenRefused`.
        """
        installations = self._list("/user/installations", "installations", token)
        accounts = (each for each in installations if isinstance(each.get("account"), dict))
        of_owner = (each for each in accounts if str(each["account"].get("login")).lower() == owner.lower())
        found = next((each["id"] for each in of_owner if isinstance(each.get("id"), int)), None)
        if found is None:
            return None
        listed = self._list(f"/user/installations/{found}/repositories", "repositories", token)
        return [seen for seen in map(_seen, listed) if seen is not None]

    def owns(self, owner: str, account: Account, token: str) -> bool:
        """Whether the viewer is this account, or an owner of this organization. Raises `TokenRefused`.

        GitHub tells it only where the App has the permission `members: read`; elsewhere the answer is no.
        https://docs.github.com/rest/orgs/members#get-an-organization-membership-for-the-authenticated-user
        """
        if owner.lower() == account.login.lower():
            return True
        membership = self._json(f"/user/memberships/orgs/{quote(owner, safe='')}", token)
        match membership:
            case {"state": "active", "role": "admin"}:
                return True
            case _:
                return False

    def documents(self, full_name: str, sha: str, paths: Sequence[str], token: str) -> Mapping[str, str]:
        """The texts of these files at a commit, by path; without those that cannot be read. Raises `TokenRefused`."""
        owner, _, name = full_name.partition("/")
        variables = {"owner": owner, "name": name} | {f"f{n}": f"{sha}:{path}" for n, path in enumerate(paths)}
        declared = "".join(f",$f{n}:String!" for n in range(len(paths)))
        fields = "".join(f"f{n}:object(expression:$f{n}){{...on Blob{{text}}}}" for n in range(len(paths)))
        query = f"query($owner:String!,$name:String!{declared}){{repository(owner:$owner,name:$name){{{fields}}}}}"
        request = urllib.request.Request(  # noqa: S310  likewise
            f"{self.api_url.removesuffix('/v3')}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={**HEADERS, "Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        match self._checked(send(request, _PATIENCE, self.ca_file)).json():
            case {"data": {"repository": dict(blobs)}}:
                texts = {path: (blobs.get(f"f{n}") or {}).get("text") for n, path in enumerate(paths)}
                return {path: text for path, text in texts.items() if isinstance(text, str)}
            case _:
                return {}

    def _list(self, path: str, key: str, token: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = []
        for number in range(1, _MOST_PAGES + 1):
            answer = self._json(f"{path}?per_page={_PER_PAGE}&page={number}", token)
            rows = answer.get(key) if isinstance(answer, dict) else None
            listed += [row for row in rows or [] if isinstance(row, dict)]
            if len(rows or []) < _PER_PAGE:
                break
        return listed

    def _json(self, path: str, token: str) -> Any:
        """The response's JSON; None for anything but a success."""
        response = self._response(path, token)
        return response.json() if response.status == HTTPStatus.OK else None

    def _response(self, path: str, token: str) -> PlainResponse:
        headers = {**HEADERS, "Authorization": f"Bearer {token}"}
        request = urllib.request.Request(f"{self.api_url}{path}", headers=headers)  # noqa: S310  likewise
        return self._checked(send(request, _PATIENCE, self.ca_file))

    @staticmethod
    def _checked(response: PlainResponse) -> PlainResponse:
        if response.status == HTTPStatus.UNAUTHORIZED:
            raise TokenRefused("GitHub refused a viewer's token")
        if response.is_limited:
            raise ForgeError(f"GitHub answered {response.status} to a question about a viewer")
        return response


def _seen(answer: Any) -> SeenByViewer | None:
    match answer:
        case {"id": int(number), "full_name": str(name), "private": bool(private)}:
            return SeenByViewer(number, name, private)
        case _:
            return None
