"""What the App is installed on, as GitHub has it now: accounts, and where a repository is. Nothing here is cached.

https://docs.github.com/rest/apps/apps
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.adapters.github.reading import shape
from bot.core.forge.errors import ForgeError, OutOfReach, RepositoryGone
from bot.core.forge.events import RepositoryRef
from bot.core.forge.stored import Installation

if TYPE_CHECKING:
    from bot.adapters.github.app import GitHubApp

_INSTALLATIONS = "/app/installations"
_MOST_PAGES = 1_000
_ASKED_WHERE = {"metadata": "read"}
"""The least that a token can be good for."""
_NO_APP = "Integration not found"
"""What GitHub says, also with 404, to a JWT whose App it does not know: that is no word about an installation."""


class GitHubInstallations:
    """See `bot.core.forge.ports.Forges`: these are its questions to GitHub as the App."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    def every(self) -> tuple[Installation, ...]:
        """See `Forges.installations`. Raises `ForgeError` also for a list that has no end: half of one is none."""
        path: str | None = f"{_INSTALLATIONS}?per_page=100"
        found: list[Installation] = []
        for _ in range(_MOST_PAGES):
            if path is None:
                return tuple(found)
            answer, path = self._app.page(path, "listed the installations")
            with shape("a list of installations"):
                found += [_installation(one) for one in answer]
        raise ForgeError("GitHub's list of the installations did not end")

    def one(self, installation: int) -> Installation | None:
        """See `Forges.installation`."""
        try:
            answer = self._app.call("GET", f"{_INSTALLATIONS}/{installation}", "asked about an installation")
        except RepositoryGone as error:
            if _NO_APP in str(error):
                raise ForgeError(str(error)) from error
            return None
        with shape("an installation"):
            return _installation(answer)

    def whereabouts(self, installation: int, repository: int) -> RepositoryRef | None:
        """See `Forges.whereabouts`.

        A token for a repository is refused with 422 where the installation does not reach it, and comes with its
        present name where it does; one that is held from before would answer neither.
        """
        body = {"permissions": _ASKED_WHERE, "repository_ids": [repository]}
        path = f"{_INSTALLATIONS}/{installation}/access_tokens"
        try:
            answer = self._app.call("POST", path, "asked where a repository is", body)
        except OutOfReach:
            self._app.forget_tokens(installation, repository)
            return None
        with shape("where a repository is"):
            (found,) = answer["repositories"]
            owner, name = found["owner"]["login"], found["name"]
            return RepositoryRef(int(found["id"]), owner, name, found.get("default_branch") or "")


def _installation(answer: dict[str, Any]) -> Installation:
    account = answer.get("account") or {}
    # An enterprise has a slug in place of a login.
    login = account.get("login") or account.get("slug") or ""
    return Installation(int(answer["id"]), str(login), suspended=answer.get("suspended_at") is not None)
