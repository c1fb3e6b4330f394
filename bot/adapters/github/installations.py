"""Read where the App is installed and what a repository is called now. Nothing is cached.

https://docs.github.com/rest/apps/apps
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.adapters.github.lists import RestList, elements_of
from bot.adapters.github.reading import shape
from bot.core.forge.errors import ForgeError, OutOfReach, RepositoryGone
from bot.core.forge.events import RepositoryRef
from bot.core.forge.rights import may_comment
from bot.core.forge.stored import Installation

if TYPE_CHECKING:
    from bot.adapters.github.app import GitHubApp

_INSTALLATIONS = "/app/installations"
_MOST_PAGES = 1_000
_ASKED_WHERE = {"metadata": "read"}
"""The smallest permission that a token can have."""
_NO_APP = "Integration not found"
"""GitHub's message, with status 404, for a JWT of an unknown App. It says nothing about the installation."""


class GitHubInstallations:
    """Implements the methods of `bot.core.forge.ports.Forges` that authenticate as the App."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    def every(self) -> tuple[Installation, ...]:
        """Implements `Forges.installations`. Raises `ForgeError` also for a list without an end."""
        path: str | None = f"{_INSTALLATIONS}?per_page=100"
        installations: list[Installation] = []
        for _ in range(_MOST_PAGES):
            if path is None:
                return tuple(installations)
            page, path = self._app.page(path, "listed the installations")
            with shape("a list of installations"):
                installations += [
                    _installation(installation) for installation in elements_of(RestList.INSTALLATIONS, page)
                ]
        raise ForgeError("GitHub's list of the installations did not end")

    def one(self, installation: int) -> Installation | None:
        """Implements `Forges.installation`."""
        try:
            body = self._app.call("GET", f"{_INSTALLATIONS}/{installation}", "asked about an installation")
        except RepositoryGone as error:
            if _NO_APP in str(error):
                raise ForgeError(str(error)) from error
            return None
        with shape("an installation"):
            return _installation(body)

    def whereabouts(self, installation: int, repository: int) -> RepositoryRef | None:
        """Implements `Forges.whereabouts`.

        A request for a token is answered with 422 when the installation does not reach the repository, else with the
        repository's current name. A cached token would say neither.
        """
        body = {"permissions": _ASKED_WHERE, "repository_ids": [repository]}
        path = f"{_INSTALLATIONS}/{installation}/access_tokens"
        try:
            token_body = self._app.call("POST", path, "asked where a repository is", body)
        except OutOfReach:
            self._app.forget_tokens(installation, repository)
            return None
        with shape("where a repository is"):
            (repository_body,) = elements_of(RestList.REPOSITORIES, token_body.get("repositories"))
            owner, name = repository_body["owner"]["login"], repository_body["name"]
            return RepositoryRef(int(repository_body["id"]), owner, name, repository_body.get("default_branch") or "")


def _installation(body: dict[str, Any]) -> Installation:
    account = body.get("account") or {}
    # An enterprise has a slug instead of a login.
    login = account.get("login") or account.get("slug") or ""
    return Installation(
        int(body["id"]),
        str(login),
        suspended=body.get("suspended_at") is not None,
        comments=may_comment(body.get("permissions") or {}),
    )
