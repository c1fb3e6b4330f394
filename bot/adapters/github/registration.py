"""The App's own entry at GitHub, for whoever looks whether it is in order. It only reads.

https://docs.github.com/rest/apps/apps and https://docs.github.com/rest/apps/webhooks
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.adapters.github.reading import shape
from bot.core.forge.errors import RepositoryGone
from bot.core.hosting.diagnosis import AppNow, Grant, HookNow

if TYPE_CHECKING:
    from bot.adapters.github.app import GitHubApp

_MOST_PAGES = 10
"""A thousand accounts: enough to tell how things stand."""


class GitHubRegistration:
    """Every method raises `ForgeError`."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    def about(self) -> AppNow:
        """The App whose key we have."""
        answer = self._app.call("GET", "/app", "asked who we are")
        with shape("an App"):
            owner = answer.get("owner") or {}
            return AppNow(
                id=int(answer["id"]),
                slug=str(answer.get("slug") or ""),
                page=str(answer.get("html_url") or ""),
                owner=str(owner.get("login") or owner.get("slug") or ""),
                organization=owner.get("type") == "Organization",
                permissions=_levels(answer["permissions"]),
                events=frozenset(map(str, answer["events"])),
            )

    def hook(self) -> HookNow:
        """Its webhook."""
        try:
            answer = self._app.call("GET", "/app/hook/config", "asked where deliveries go")
        except RepositoryGone:
            return HookNow("", has_secret=False, insecure=False)
        with shape("a webhook"):
            return HookNow(
                url=str(answer.get("url") or ""),
                has_secret=bool(answer.get("secret")),
                insecure=str(answer.get("insecure_ssl") or "0") != "0",
            )

    def grants(self) -> tuple[Grant, ...]:
        """The accounts that have it."""
        path: str | None = "/app/installations?per_page=100"
        found: list[Grant] = []
        for _ in range(_MOST_PAGES):
            if path is None:
                break
            answer, path = self._app.page(path, "listed the installations")
            with shape("a list of installations"):
                found += [_grant(one) for one in answer]
        return tuple(found)


def _grant(answer: dict[str, Any]) -> Grant:
    account = answer.get("account") or {}
    return Grant(
        account=str(account.get("login") or account.get("slug") or ""),
        page=str(answer.get("html_url") or ""),
        permissions=_levels(answer["permissions"]),
        suspended=answer.get("suspended_at") is not None,
    )


def _levels(permissions: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(level) for name, level in permissions.items()}
