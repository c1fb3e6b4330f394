"""The App's webhook on GitHub: what it delivered, what failed, and having it delivered again.

https://docs.github.com/rest/apps/webhooks
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.adapters.github.reading import shape
from bot.core.forge.missing import Attempt, AttemptPage

if TYPE_CHECKING:
    from bot.adapters.github.app import GitHubApp

_DELIVERIES = "/app/hook/deliveries"


class GitHubHook:
    """See `bot.core.forge.missing.Hook`."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    def attempts(self, older: str | None = None) -> AttemptPage:
        """See `Hook.attempts`; a hundred at a time."""
        path = older or f"{_DELIVERIES}?per_page=100"
        answer, further = self._app.page(path, "listed the deliveries")
        with shape("a list of deliveries"):
            return AttemptPage(tuple(_attempt(one) for one in answer), further)

    def deliver_again(self, attempt: int) -> None:
        """See `Hook.deliver_again`."""
        self._app.call("POST", f"{_DELIVERIES}/{attempt}/attempts", "asked for a delivery again")


def _attempt(one: dict[str, Any]) -> Attempt:
    return Attempt(
        id=int(one["id"]),
        guid=str(one["guid"]),
        event=str(one["event"]),
        action=one.get("action"),
        at=datetime.fromisoformat(one["delivered_at"]).timestamp(),
        status=int(one["status_code"]),
    )
