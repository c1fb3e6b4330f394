"""List the deliveries of the App's webhook, and request a redelivery.

https://docs.github.com/rest/apps/webhooks
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.adapters.github.lists import RestList, elements_of
from bot.adapters.github.reading import shape
from bot.core.forge.lost_deliveries import Attempt, AttemptPage

if TYPE_CHECKING:
    from bot.adapters.github.app import GitHubApp

_DELIVERIES = "/app/hook/deliveries"


class GitHubHook:
    """Implements `bot.core.forge.lost_deliveries.Hook`."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    def attempts(self, older: str | None = None) -> AttemptPage:
        """Implements `Hook.attempts`, a hundred per page."""
        path = older or f"{_DELIVERIES}?per_page=100"
        deliveries, further = self._app.page(path, "listed the deliveries")
        with shape("a list of deliveries"):
            return AttemptPage(
                tuple(_attempt(delivery) for delivery in elements_of(RestList.DELIVERIES, deliveries)), further
            )

    def deliver_again(self, attempt: int) -> None:
        """Implements `Hook.deliver_again`."""
        self._app.call("POST", f"{_DELIVERIES}/{attempt}/attempts", "asked for a delivery again")


def _attempt(delivery: dict[str, Any]) -> Attempt:
    return Attempt(
        id=int(delivery["id"]),
        guid=str(delivery["guid"]),
        event=str(delivery["event"]),
        action=delivery.get("action"),
        sent_at=datetime.fromisoformat(delivery["delivered_at"]).timestamp(),
        status=int(delivery["status_code"]),
    )
