"""What the HTTP side and the World share: the records, their lock, the deliveries, the faults and the logs."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

from bot.sandbox.deliveries import Deliveries, new_guid
from bot.sandbox.faults import Faults
from bot.sandbox.kinds import Kind
from bot.sandbox.limits import Limits
from bot.sandbox.requests_log import Requests
from bot.sandbox.shapes import Shapes
from bot.sandbox.state import Delivery, Installation, Json, Repository, State, User, node_id
from bot.sandbox.validation import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_BY_NUMBER = re.compile(r"/repositories/([0-9]{1,18})(/.*)?")
_NEEDS = {
    # The permissions of which an App needs one to receive an event.
    # https://docs.github.com/en/webhooks/webhook-events-and-payloads
    "push": ("contents",),
    "create": ("contents",),
    "delete": ("contents",),
    "pull_request": ("pull_requests",),
    "pull_request_review": ("pull_requests",),
    "issues": ("issues",),
    "issue_comment": ("issues", "pull_requests"),
    "check_run": ("checks",),
    "check_suite": ("checks",),
    "merge_group": ("merge_queues",),
    "repository": ("metadata",),
}
_ALWAYS = {"installation", "installation_repositories", "ping"}


class Hub:
    """The parts of one simulated GitHub."""

    def __init__(self, folder: Path, now: Callable[[], float], seed: int = 0, kind: Kind = Kind.GITHUB) -> None:
        self.folder = folder
        self.kind = kind
        self.url = self.api = ""
        """The base addresses of pages and API; known once the server listens."""
        self.lock = threading.RLock()
        self.state = State(now)
        self.shapes = Shapes("")
        self.requests = Requests()
        self.failures: list[str] = []
        """Tracebacks of errors in the sandbox itself."""
        self.limits = Limits(now)
        self.faults = Faults(seed)
        self.deliveries = Deliveries(self.state)

    def listen(self, url: str) -> None:
        """Set the addresses, which are known once the server listens."""
        self.url, self.api = self.kind.addresses(url)
        self.shapes.url, self.shapes.api = self.url, self.api

    def validate(self, operation: str, body: Any, *, present: bool) -> None:
        """Check a request's body. Raises `ApiError`."""
        validate(operation, body, present=present)

    def by_number(self, path: str) -> str:
        """`/repositories/ID/…` is where GitHub redirects renamed repositories to."""
        match = _BY_NUMBER.fullmatch(path)
        repository = self.state.repositories.get(int(match[1])) if match else None
        return path if match is None or repository is None else f"/repos/{repository.full_name}{match[2] or ''}"

    def reactions(self, subject: str) -> dict[str, int]:
        """The number of each reaction to a comment, issue or pull request, by the node id."""
        counts: dict[str, int] = {}
        for reaction in self.state.reactions.values():
            if reaction.subject == subject:
                counts[reaction.content] = counts.get(reaction.content, 0) + 1
        return counts

    def emit(  # noqa: PLR0913 -- each is a part of the operation
        self,
        event: str,
        action: str | None,
        repository: Repository,
        sender: User,
        fields: Mapping[str, Any],
        *,
        only_app: int | None = None,
    ) -> None:
        """Deliver an event to every App that is installed, has the permission and is subscribed."""
        for installation in list(self.state.installed_on(repository)):
            if only_app is not None and installation.app.id != only_app:
                continue
            if hears(installation, event, action):
                self.send(
                    installation,
                    event,
                    action,
                    sender,
                    {**fields, "repository": fields.get("repository") or self.shapes.repository(repository)},
                    repository,
                )

    def send(  # noqa: PLR0913, PLR0917 -- each is a part of the operation
        self,
        installation: Installation,
        event: str,
        action: str | None,
        sender: User,
        fields: Mapping[str, Any],
        repository: Repository | None = None,
    ) -> Delivery:
        """Deliver one event to one installation."""
        payload: Json = {} if action is None else {"action": action}
        payload |= fields
        payload["sender"] = self.shapes.user(sender)
        if repository is not None and repository.owner.type == "Organization":
            payload["organization"] = self.organization(repository.owner)
        if "installation" not in payload:
            payload["installation"] = {
                "id": installation.id,
                "node_id": node_id("MDI", installation.id),
            }
        return self.deliveries.add(
            Delivery(
                id=self.state.next_id(),
                guid=new_guid(),
                app=installation.app,
                event=event,
                action=action,
                payload=payload,
                installation=installation.id,
                repository=None if repository is None else repository.id,
                delivered_at=self.state.now(),
            )
        )

    def organization(self, owner: User) -> Json:
        """An organization as deliveries show it."""
        api = f"{self.api}/orgs/{owner.login}"
        return {
            "login": owner.login,
            "id": owner.id,
            "node_id": owner.node_id,
            "url": api,
            "repos_url": f"{api}/repos",
            "events_url": f"{api}/events",
            "hooks_url": f"{api}/hooks",
            "issues_url": f"{api}/issues",
            "members_url": f"{api}/members{{/member}}",
            "public_members_url": f"{api}/public_members{{/member}}",
            "avatar_url": f"{self.url}/-/avatars/{owner.id}",
            "description": "",
        }


def hears(installation: Installation, event: str, action: str | None) -> bool:
    """Whether an event is delivered to an installation."""
    if event in _ALWAYS:
        return True
    granted = installation.permissions
    if event in {"check_run", "check_suite"}:
        # An App with checks:write gets re-runs and requests without a subscription; other actions need one.
        requested = action in {"requested", "rerequested", "requested_action"}
        return granted.get("checks") == "write" if requested else event in installation.events and "checks" in granted
    return event in installation.events and any(need in granted for need in _NEEDS.get(event, ()))
