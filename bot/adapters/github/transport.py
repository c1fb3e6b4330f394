"""Send requests to GitHub with installation tokens, through PyGithub.

PyGithub neither waits nor retries: waiting is the queue's task, and a repeated POST would be carried out twice. Each
client belongs to one token and is not safe to share between threads, so each thread has a few clients of its own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import requests
from github import Auth, Github, GithubException

from bot.adapters.github.app import API_VERSION
from bot.adapters.github.error_responses import body_of
from bot.core.forge.errors import ForgeError, Unanswered

if TYPE_CHECKING:
    from github.Requester import Requester

    from bot.adapters.github.app import GitHubApp, InstallationToken
    from bot.core.forge.ports import Clock

Key = tuple[int, int | str | None, tuple[tuple[str, str], ...]]
"""What a token is valid for: the installation, a repository (id, name, or None for all), the permissions."""
GRAPHQL = "/graphql"

_TIMEOUT = 15
"""Seconds; GitHub ends a GraphQL query after 10."""
_CLIENTS_A_THREAD = 8
_MOVED = "Moved Permanently"


class Transport:
    """Sends requests. All threads share one; each thread has its own clients."""

    def __init__(self, app: GitHubApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._local = threading.local()

    def carry(self, key: Key, verb: str, path: str, doing: str, body: Any) -> tuple[dict[str, Any], Any]:
        """Send one request with a token for `key`; return the headers and the parsed body.

        A token that GitHub rejects is renewed once. Raises `ForgeError`; `doing` completes "while we ...".
        """
        token = self._token(key)
        try:
            return self._send(token, verb, path, doing, body)
        except _Unauthorized as error:
            self._app.forget_token(token)
            try:
                return self._send(self._token(key), verb, path, doing, body)
            except _Unauthorized:
                raise ForgeError(f"GitHub rejected a new token while we {doing}") from error

    def _token(self, key: Key) -> InstallationToken:
        installation, repository, rights = key
        return self._app.token(installation, repository, dict(rights))

    def _send(
        self, token: InstallationToken, verb: str, path: str, doing: str, body: Any
    ) -> tuple[dict[str, Any], Any]:
        requester = self._requester(token)
        target = requester.graphql_url if path == GRAPHQL else path
        self._app.tally.count(write=_writes(verb, path, body))
        headers, parsed = self._request(requester, verb, target, doing, body)
        moved = self._moved(headers, parsed)
        return (headers, parsed) if moved is None else self._request(requester, verb, moved, doing, body)

    def _request(
        self, requester: Requester, verb: str, target: str, doing: str, body: Any
    ) -> tuple[dict[str, Any], Any]:
        try:
            status, headers, text = requester.requestJson(verb, target, input=body)
        except requests.RequestException as error:
            description = f"GitHub did not answer while we {doing}: {type(error).__name__}"
            raise Unanswered(description, lost_answer=verb != "GET") from error
        except (GithubException, ValueError, AssertionError, RuntimeError) as error:
            description = f"GitHub did not answer while we {doing}: {type(error).__name__}"
            raise ForgeError(description, lost_answer=verb != "GET") from error
        if status == 401:  # noqa: PLR2004
            raise _Unauthorized
        graphql = target == requester.graphql_url
        return headers, body_of(status, headers, text, doing, self._clock, graphql=graphql)

    def _moved(self, headers: dict[str, Any], parsed: Any) -> str | None:
        """Return the new path of a renamed repository for a write (307). PyGithub follows only reads (301) by itself.

        https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
        """
        if not isinstance(parsed, dict) or parsed.get("message") != _MOVED:
            return None
        path = str(headers.get("location", "")).removeprefix(self._app.api_url)
        # Never send the credential to another host, whatever a header says.
        return path if path.startswith("/repositories/") else None

    def _requester(self, token: InstallationToken) -> Requester:
        clients: OrderedDict[str, Github] | None = getattr(self._local, "clients", None)
        if clients is None:
            clients = self._local.clients = OrderedDict()
        client = clients.pop(token.value, None)
        if client is None:
            client = Github(
                auth=Auth.Token(token.value),
                base_url=self._app.api_url,
                verify=self._app.verify,
                timeout=_TIMEOUT,
                user_agent="plangate",
                per_page=100,
                retry=None,
                seconds_between_requests=None,
                seconds_between_writes=None,
                lazy=True,
                api_version=API_VERSION,
            )
        clients[token.value] = client
        while len(clients) > _CLIENTS_A_THREAD:
            _, oldest = clients.popitem(last=False)
            oldest.close()
        return client.requester


def _writes(verb: str, path: str, body: Any) -> bool:
    if path == GRAPHQL:
        return str(body["query"]).startswith("mutation")
    return verb != "GET"


class _Unauthorized(Exception):  # noqa: N818  stays in this module
    """GitHub answered 401."""
