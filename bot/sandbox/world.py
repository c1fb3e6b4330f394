"""A whole GitHub in this process, for tests and the demo.

    with World(webhook_url="http://127.0.0.1:5000/webhook", secret="hush") as world:
        repo = world.create_repository("acme", "server", {"README.md": "# Server"})
        world.install("acme", [repo])
        world.user("ada", role="write", repository=repo)
        world.push(repo, "001-error-report", {"specs/001-error-report/spec.md": "…"}, author="ada")
        pull = world.open_pull_request(repo, "001-error-report", author="ada")
        world.comment(repo, pull.number, "/plan", author="ada")
        world.settle()
        print(world.check_runs(repo, pull.head_sha), world.comments(repo, pull.number))

`world.url` is the base address of REST (`world.api` where `kind` is not github.com); GraphQL is at
`world.url + "/graphql"`. Both client libraries work unmodified:

    github.Github(base_url=world.url, auth=github.Auth.Token(token))
    session = github3.session.GitHubSession(); session.base_url = world.url

`world.app.id` and `world.app.private_key` (PEM) are what an App has. A real `git push` goes to
`world.clone_url(repo, "ada")`.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from bot.sandbox.accounts import EVENTS, PERMISSIONS
from bot.sandbox.acts import checks, talk
from bot.sandbox.code import Code, Files
from bot.sandbox.hub import Hub
from bot.sandbox.kinds import Kind
from bot.sandbox.server import Server
from bot.sandbox.state import (
    App,
    CheckRun,
    CheckSuite,
    Comment,
    Delivery,
    Issue,
    Reaction,
    Repository,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.deliveries import Deliveries
    from bot.sandbox.faults import Faults
    from bot.sandbox.requests_log import Requests


class World(Code):
    """A sandbox GitHub with our App. Several may run side by side."""

    witnesses: ClassVar[list[Callable[[World], None]]] = []
    """Called with every world when it closes; the tests validate its traffic against GitHub's descriptions."""

    def __init__(  # noqa: PLR0913 -- each is a part of the operation
        self,
        webhook_url: str | None = None,
        secret: str | None = "sandbox-secret",  # noqa: S107 -- protects nothing but the sandbox
        *,
        clock: Callable[[], float] | None = None,
        port: int = 0,
        seed: int = 0,
        kind: Kind = Kind.GITHUB,
    ) -> None:
        """Start serving on the loopback interface.

        Args:
            webhook_url: the address of deliveries; without it, deliveries are only logged.
            secret: signs the deliveries; without it, they are unsigned.
            clock: seconds since the epoch; the machine's own by default. `advance` is added to it.
            port: 0 for any free one.
            seed: the seed of faults that strike by chance.
            kind: the kind of GitHub, which decides its addresses.
        """
        self._clock, self._ahead = clock or time.time, 0.0
        self._folder = Path(tempfile.mkdtemp(prefix="plangate-sandbox-"))
        self.hub = Hub(self._folder, self.now, seed, kind)
        self._server = Server(self.hub, port)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.hub.listen(self.address)
        self.app = self.create_app("plangate", webhook_url=webhook_url, secret=secret)
        self._server.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and sending, and remove the repositories. Raises `RuntimeError` when the sandbox failed."""
        self._server.stop()
        self.hub.deliveries.stop()
        for repository in self.hub.state.repositories.values():
            repository.git.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self.hub.failures:
            raise RuntimeError(f"the sandbox failed: {self.hub.failures[0]}")
        for witness in self.witnesses:
            witness(self)

    @property
    def url(self) -> str:
        """The base address, without a slash at the end."""
        return self.hub.url

    @property
    def api(self) -> str:
        """The base address of the REST API, without a slash at the end."""
        return self.hub.api

    @property
    def requests(self) -> Requests:
        """Every API request so far."""
        return self.hub.requests

    @property
    def deliveries(self) -> Deliveries:
        """The webhook: its log, and holding or losing deliveries."""
        return self.hub.deliveries

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        return self.hub.faults

    def sent(self, event: str, action: str | None = None) -> list[Delivery]:
        """Deliveries of one kind, oldest first."""
        return [
            delivery
            for delivery in self.deliveries.log
            if delivery.event == event and action in {None, delivery.action}
        ]

    def settle(self, timeout: float = 10.0) -> None:
        """Wait until every delivery is sent and answered. Raises `TimeoutError` after `timeout` seconds."""
        if not self.deliveries.settle(timeout):
            raise TimeoutError(f"deliveries are still on their way after {timeout} s")

    def open_issue(self, repository: Repository, title: str, body: str = "", *, author: str | None = None) -> Issue:
        """Open an issue."""
        with self.lock:
            return talk.open_issue(self.hub, repository, self._author(repository, author), title, body)

    def comment(self, repository: Repository, number: int, body: str, *, author: str | None = None) -> Comment:
        """Comment on an issue or pull request."""
        with self.lock:
            return talk.comment(self.hub, repository, repository.issues[number], self._author(repository, author), body)

    def lock_conversation(self, repository: Repository, number: int, *, lift: bool = False) -> None:
        """Lock an issue or pull request for everybody without write access, Apps included, or unlock it."""
        with self.lock:
            repository.issues[number].locked = not lift

    def disable_issues(self, repository: Repository, *, lift: bool = False) -> None:
        """Switch off issues and comments, or switch them on again."""
        with self.lock:
            repository.has_issues = lift

    def edit_comment(self, repository: Repository, comment: Comment, body: str, *, author: str | None = None) -> None:
        """Change a comment."""
        with self.lock:
            talk.edit_comment(self.hub, repository, comment, self._author(repository, author), body)

    def delete_comment(self, repository: Repository, comment: Comment, *, author: str | None = None) -> None:
        """Delete a comment."""
        with self.lock:
            talk.delete_comment(self.hub, repository, comment, self._author(repository, author))

    def rerequest(self, repository: Repository, target: CheckRun | CheckSuite, *, author: str | None = None) -> None:
        """Press "Re-run" on a check run, or "Re-run all checks" on a suite."""
        with self.lock:
            person = self._author(repository, author)
            if isinstance(target, CheckRun):
                checks.rerequest_run(self.hub, repository, target, person)
            else:
                checks.rerequest_suite(self.hub, repository, target, person)

    def press_button(
        self, repository: Repository, run: CheckRun, identifier: str, *, author: str | None = None
    ) -> None:
        """Press one of the buttons that a run offers."""
        with self.lock:
            checks.press(self.hub, repository, run, self._author(repository, author), identifier)

    def check_runs(self, repository: Repository, sha: str, *, app: App | None = None) -> list[CheckRun]:
        """The check runs on a commit, newest first."""
        with self.lock:
            return [run for run in repository.runs_of(sha) if app in {None, run.suite.app}]

    def comments(self, repository: Repository, number: int) -> list[Comment]:
        """The comments on an issue or pull request, oldest first."""
        with self.lock:
            return [comment for comment in repository.comments.values() if comment.issue.number == number]

    def reactions(self, repository: Repository, subject: Comment | Issue) -> list[Reaction]:
        """The reactions on a comment, issue or pull request, oldest first."""
        with self.lock:
            if isinstance(subject, Comment):
                identifier = str(self.hub.shapes.comment(repository, subject, {})["node_id"])
            else:
                identifier = talk.subject_of_issue(self.hub, repository, subject)
            return [reaction for reaction in self.hub.state.reactions.values() if reaction.subject == identifier]

    def shape(self, thing: Any, repository: Repository) -> dict[str, Any]:
        """A check run or comment as REST shows it."""
        with self.lock:
            if isinstance(thing, CheckRun):
                return dict(self.hub.shapes.check_run(repository, thing))
            return talk.shape_comment(self.hub, repository, thing)


__all__ = ["EVENTS", "PERMISSIONS", "Files", "World"]
