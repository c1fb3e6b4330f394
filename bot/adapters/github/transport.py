"""One request to GitHub with an installation's token. PyGithub carries it.

PyGithub is told to neither wait nor try again: a wait belongs to the queue, and a POST that is sent twice is done
twice. A client is not safe to share between threads and belongs to one token, so each thread keeps its own few.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import requests
from github import Auth, Github, GithubException

from bot.adapters.github.answers import error_of
from bot.adapters.github.app import API_VERSION
from bot.core.forge.errors import ForgeError

if TYPE_CHECKING:
    from github.Requester import Requester

    from bot.adapters.github.app import GitHubApp, Token
    from bot.core.forge.ports import Clock

Key = tuple[int, int | str | None, tuple[tuple[str, str], ...]]
"""What a token is for: the installation, one repository by id or name or all of them, and the rights."""
GRAPHQL = "/graphql"

_TIMEOUT = 15
"""Seconds; GitHub ends a GraphQL query after 10."""
_CLIENTS_A_THREAD = 8
_MOVED = "Moved Permanently"


class Transport:
    """Carries requests. One for all threads; each thread has its own clients."""

    def __init__(self, app: GitHubApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._local = threading.local()

    def carry(self, key: Key, verb: str, path: str, doing: str, body: Any) -> tuple[dict[str, Any], Any]:
        """One request with a token for `key`; answers with headers and parsed body, or raises `ForgeError`.

        A token that GitHub no longer takes is renewed once.
        """
        token = self._token(key)
        try:
            return self._send(token, verb, path, doing, body)
        except _Unauthorized as error:
            self._app.forget_token(token)
            try:
                return self._send(self._token(key), verb, path, doing, body)
            except _Unauthorized:
                raise ForgeError(f"GitHub takes no token of ours while we {doing}") from error

    def _token(self, key: Key) -> Token:
        installation, repository, rights = key
        return self._app.token(installation, repository, dict(rights))

    def _send(self, token: Token, verb: str, path: str, doing: str, body: Any) -> tuple[dict[str, Any], Any]:
        requester = self._requester(token)
        target = requester.graphql_url if path == GRAPHQL else path
        self._app.tally.count(write=_writes(verb, path, body))
        try:
            headers, answer = requester.requestJsonAndCheck(verb, target, input=body)
            moved = self._moved(headers, answer)
            return (headers, answer) if moved is None else requester.requestJsonAndCheck(verb, moved, input=body)
        except GithubException as error:
            if error.status == 401:  # noqa: PLR2004
                raise _Unauthorized from error
            headers = {name.lower(): value for name, value in (error.headers or {}).items()}
            graphql = path == GRAPHQL
            raise error_of(error.status, headers, error.data, doing, self._clock, graphql=graphql) from error
        except (requests.RequestException, ValueError, AssertionError, RuntimeError) as error:
            told = f"GitHub did not answer while we {doing}: {type(error).__name__}"
            raise ForgeError(told, lost_answer=verb != "GET") from error

    def _moved(self, headers: dict[str, Any], answer: Any) -> str | None:
        """Where GitHub takes a write to a repository that was renamed (307); PyGithub follows for reads only (301).

        https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
        """
        if not isinstance(answer, dict) or answer.get("message") != _MOVED:
            return None
        path = str(headers.get("location", "")).removeprefix(self._app.api_url)
        # Our credential goes nowhere but to the API, whatever a header says.
        return path if path.startswith("/repositories/") else None

    def _requester(self, token: Token) -> Requester:
        clients: OrderedDict[str, Github] | None = getattr(self._local, "clients", None)
        if clients is None:
            clients = self._local.clients = OrderedDict()
        client = clients.pop(token.value, None)
        if client is None:
            client = Github(
                auth=Auth.Token(token.value),
                base_url=self._app.api_url,
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


class _Unauthorized(Exception):  # noqa: N818  never leaves this module
    """GitHub answered 401."""
