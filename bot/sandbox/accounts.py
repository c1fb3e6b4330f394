"""The accounts' side of a world: its time, people, Apps and installations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.sandbox.acts import installs, manifests, oauth
from bot.sandbox.credentials import mint, signing_key
from bot.sandbox.state import OWNER, App, Installation, Token, User

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Mapping

    from bot.sandbox.hub import Hub
    from bot.sandbox.state import Delivery, Repository

PERMISSIONS = {
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "merge_queues": "read",
    "metadata": "read",
    "pull_requests": "write",
}
EVENTS = [
    "check_run",
    "check_suite",
    "create",
    "delete",
    "issue_comment",
    "issues",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
]


class Accounts:
    """Time, people, Apps and installations."""

    hub: Hub
    app: App
    """Our App."""
    _clock: Callable[[], float]
    _ahead: float

    def now(self) -> float:
        """The sandbox's time, seconds since the epoch."""
        return self._clock() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += seconds

    def freeze(self) -> None:
        """Stop the clock; `advance` still moves it."""
        moment = self._clock()
        self._clock = lambda: moment

    @property
    def lock(self) -> threading.RLock:
        """The lock that every change takes."""
        return self.hub.lock

    def user(
        self, login: str, role: str | None = None, repository: Repository | None = None, *, kind: str = "User"
    ) -> User:
        """An account, created when new; `role` (read, triage, write, maintain, admin) in one repository or in all."""
        with self.lock:
            user = self.hub.state.user(login, kind)
            if role is not None:
                for governed in [repository] if repository is not None else self.hub.state.repositories.values():
                    governed.roles[user.login] = role
            return user

    def organization(self, login: str) -> User:
        """An organization, created when it is new."""
        return self.user(login, kind="Organization")

    def user_token(self, login: str) -> str:
        """A personal token, to act as a person over the API."""
        token = f"ghp_{login}"
        self.hub.state.user_tokens[token] = self.user(login)
        return token

    def sign_in(self, login: str | None) -> None:
        """Let a person approve every App without being asked, or, with None, ask again."""
        with self.lock:
            self.hub.state.signed_in = None if login is None else self.user(login)

    def approved_token(self, login: str) -> str:
        """The token of a person who approved our App."""
        with self.lock:
            return oauth.mint(self.hub, self.app, self.user(login)).value

    def create_app(
        self,
        slug: str,
        *,
        webhook_url: str | None = None,
        secret: str | None = None,
        permissions: Mapping[str, str] | None = None,
        events: Iterable[str] | None = None,
    ) -> App:
        """Register an App. All Apps of a process share one key, because making one is slow."""
        with self.lock:
            state = self.hub.state
            number = state.next_id()
            app = App(
                id=number,
                slug=slug,
                name=slug.title(),
                owner=state.user(OWNER),
                bot=state.user(slug, "Bot"),
                client_id=f"Iv23{number:012d}",
                private_key=signing_key()[0],
                webhook_url=webhook_url,
                webhook_secret=secret,
                permissions=dict(PERMISSIONS if permissions is None else permissions),
                events=list(EVENTS if events is None else events),
                created_at=self.now(),
            )
            state.apps[number] = app
            return app

    def register_manifest(self, manifest: Mapping[str, object], state: str = "", account: str = "") -> str:
        """Accept an App manifest as its owner does; returns the address that the browser is sent back to.

        Raises `ApiError` 422 for a manifest that GitHub would not take.
        """
        with self.lock:
            return manifests.register(self.hub, manifests.parse(json.dumps(manifest)), state, account)

    def install(
        self,
        owner: str | User,
        repositories: Iterable[Repository] | None = None,
        permissions: Mapping[str, str] | None = None,
        events: Iterable[str] | None = None,
        *,
        app: App | None = None,
    ) -> Installation:
        """Install an App (ours by default) on an account; None: all repositories that it has now."""
        with self.lock:
            account = owner if isinstance(owner, User) else self.hub.state.user(owner)
            return installs.install(self.hub, app or self.app, account, repositories, permissions, events)

    def add_repositories(self, installation: Installation, *repositories: Repository) -> None:
        """Add repositories to an installation."""
        with self.lock:
            installs.change_repositories(self.hub, installation, added=repositories)

    def remove_repositories(self, installation: Installation, *repositories: Repository) -> None:
        """Remove repositories from an installation."""
        with self.lock:
            installs.change_repositories(self.hub, installation, removed=repositories)

    def suspend(self, installation: Installation, *, lift: bool = False) -> None:
        """Suspend an installation, or end its suspension."""
        with self.lock:
            installs.suspend(self.hub, installation, lift=lift)

    def accept_permissions(self, installation: Installation) -> None:
        """Accept the permissions that the App asks for since it was installed."""
        with self.lock:
            installs.accept_permissions(self.hub, installation)

    def block(self, owner: User, login: str | None = None) -> None:
        """Let an account block another (our App's bot by default)."""
        with self.lock:
            owner.blocked.add(login or self.app.bot.login)

    def uninstall(self, installation: Installation) -> None:
        """Remove an installation; its tokens end."""
        with self.lock:
            installs.uninstall(self.hub, installation)

    def token(
        self,
        installation: Installation,
        repositories: Iterable[Repository] | None = None,
        permissions: Mapping[str, str] | None = None,
    ) -> Token:
        """An installation token without asking the API for it."""
        ids = None if repositories is None else frozenset(repository.id for repository in repositories)
        return mint(self.hub.state, installation, ids, dict(permissions or installation.permissions))

    def ping(self, app: App | None = None) -> Delivery:
        """Send the `ping` that GitHub sends when a webhook is set up."""
        return installs.ping(self.hub, app or self.app)

    def _author(self, repository: Repository, login: str | None) -> User:
        return repository.owner if login is None else self.hub.state.user(login)
