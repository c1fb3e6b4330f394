"""Read the App's registration, its webhook and its installations, for `plangate doctor`.

https://docs.github.com/rest/apps/apps and https://docs.github.com/rest/apps/webhooks
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.adapters.github.lists import RestList, elements_of
from bot.adapters.github.reading import shape
from bot.core.forge.errors import RepositoryGone
from bot.core.hosting.diagnosis import AppNow, Grant, HookNow

if TYPE_CHECKING:
    from bot.adapters.github.app import GitHubApp

_MOST_PAGES = 10
"""Pages of a hundred accounts."""


class GitHubRegistration:
    """The App's registration on GitHub. Every method raises `ForgeError`."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    def about(self) -> AppNow:
        """Read the App itself."""
        body = self._app.call("GET", "/app", "read the App's registration")
        with shape("an App"):
            owner = body.get("owner") or {}
            return AppNow(
                id=int(body["id"]),
                slug=str(body.get("slug") or ""),
                page=str(body.get("html_url") or ""),
                owner=str(owner.get("login") or owner.get("slug") or ""),
                organization=owner.get("type") == "Organization",
                permissions=_levels(body["permissions"]),
                events=frozenset(map(str, body["events"])),
            )

    def hook(self) -> HookNow:
        """Read the App's webhook."""
        try:
            body = self._app.call("GET", "/app/hook/config", "read the App's webhook")
        except RepositoryGone:
            return HookNow("", has_secret=False, insecure=False)
        with shape("a webhook"):
            return HookNow(
                url=str(body.get("url") or ""),
                has_secret=bool(body.get("secret")),
                insecure=str(body.get("insecure_ssl") or "0") != "0",
            )

    def grants(self) -> tuple[Grant, ...]:
        """Read the accounts on which the App is installed."""
        path: str | None = "/app/installations?per_page=100"
        grants: list[Grant] = []
        for _ in range(_MOST_PAGES):
            if path is None:
                break
            page, path = self._app.page(path, "listed the installations")
            with shape("a list of installations"):
                grants += [_grant(installation) for installation in elements_of(RestList.INSTALLATIONS, page)]
        return tuple(grants)


def _grant(installation: dict[str, Any]) -> Grant:
    account = installation.get("account") or {}
    return Grant(
        account=str(account.get("login") or account.get("slug") or ""),
        page=str(installation.get("html_url") or ""),
        permissions=_levels(installation["permissions"]),
        suspended=installation.get("suspended_at") is not None,
    )


def _levels(permissions: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(level) for name, level in permissions.items()}
