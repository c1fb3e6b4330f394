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

`world.url` is the base address of REST; GraphQL is at `world.url + "/graphql"`. Both client libraries work unmodified:

    github.Github(base_url=world.url, auth=github.Auth.Token(token))
    session = github3.session.GitHubSession(); session.base_url = world.url

`world.app.id` and `world.app.private_key` (PEM) are what an App has. A real `git push` goes to
`world.clone_url(repo, "ada")`.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from bot.sandbox.acts import checks, installs, pulls, pushes, talk
from bot.sandbox.credentials import mint, signing_key
from bot.sandbox.git import ZERO, Bare, Commit
from bot.sandbox.hub import Hub
from bot.sandbox.server import Server
from bot.sandbox.state import (
    App,
    CheckRun,
    CheckSuite,
    Comment,
    Delivery,
    Installation,
    Issue,
    PullRequest,
    Reaction,
    Repository,
    Review,
    Token,
    User,
)

if TYPE_CHECKING:
    import threading

    from bot.sandbox.deliveries import Deliveries
    from bot.sandbox.faults import Faults
    from bot.sandbox.requests_log import Requests

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
Files = Mapping[str, str | bytes | None]
"""Path -> content; None removes the file."""


class World:
    """One GitHub with one App of ours; as many side by side as you like."""

    def __init__(
        self,
        webhook_url: str | None = None,
        secret: str | None = "sandbox-secret",  # noqa: S107 -- protects nothing but the sandbox
        *,
        clock: Callable[[], float] | None = None,
        port: int = 0,
    ) -> None:
        """Start serving on the loopback interface.

        Args:
            webhook_url: where deliveries go; None: they are only noted.
            secret: signs the deliveries; None: they go unsigned.
            clock: seconds since the epoch; the machine's own by default. `advance` is added to it.
            port: 0 for any free one.
        """
        self._clock, self._ahead = clock or time.time, 0.0
        self._folder = Path(tempfile.mkdtemp(prefix="plangate-sandbox-"))
        self.hub = Hub(self._folder, self.now)
        self._server = Server(self.hub, port)
        self.hub.listen(f"http://127.0.0.1:{self._server.server_address[1]}")
        self.app = self.create_app("plangate", webhook_url=webhook_url, secret=secret)
        self._server.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and sending, and remove the repositories. Raises when the sandbox itself made a mistake."""
        self._server.stop()
        self.hub.deliveries.stop()
        for repository in self.hub.state.repositories.values():
            repository.git.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self.hub.failures:
            raise RuntimeError(f"the sandbox failed: {self.hub.failures[0]}")

    # Time, and what was asked and sent.

    def now(self) -> float:
        """The sandbox's time, seconds since the epoch."""
        return self._clock() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += seconds

    @property
    def url(self) -> str:
        """The base address, without a slash at the end."""
        return self.hub.url

    @property
    def lock(self) -> threading.RLock:
        """Held while anything changes."""
        return self.hub.lock

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
        """What goes wrong."""
        return self.hub.faults

    def sent(self, event: str, action: str | None = None) -> list[Delivery]:
        """Deliveries of one kind, oldest first."""
        return [one for one in self.deliveries.log if one.event == event and action in {None, one.action}]

    def settle(self, timeout: float = 10.0) -> None:
        """Wait until every delivery is sent and answered. Raises `TimeoutError` after `timeout` seconds."""
        if not self.deliveries.settle(timeout):
            raise TimeoutError(f"deliveries are still on their way after {timeout} s")

    # Accounts and Apps.

    def user(
        self, login: str, role: str | None = None, repository: Repository | None = None, *, kind: str = "User"
    ) -> User:
        """An account, made when new; `role` (read, triage, write, maintain, admin) in one repository or all so far."""
        with self.lock:
            user = self.hub.state.user(login, kind)
            if role is not None:
                for one in [repository] if repository is not None else self.hub.state.repositories.values():
                    one.roles[user.login] = role
            return user

    def organization(self, login: str) -> User:
        """An organization, made when new."""
        return self.user(login, kind="Organization")

    def user_token(self, login: str) -> str:
        """A personal token, to act as a person over the API."""
        token = f"ghp_{login}"
        self.hub.state.user_tokens[token] = self.user(login)
        return token

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
                owner=state.user("sandbox-owner"),
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
        """Take repositories out of an installation."""
        with self.lock:
            installs.change_repositories(self.hub, installation, removed=repositories)

    def suspend(self, installation: Installation, *, lift: bool = False) -> None:
        """Suspend an installation, or lift that."""
        with self.lock:
            installs.suspend(self.hub, installation, lift=lift)

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
        ids = None if repositories is None else frozenset(one.id for one in repositories)
        return mint(self.hub.state, installation, ids, dict(permissions or installation.permissions))

    def ping(self, app: App | None = None) -> Delivery:
        """What GitHub sends when a webhook is set up."""
        return installs.ping(self.hub, app or self.app)

    # Repositories and git.

    def create_repository(  # noqa: PLR0913 -- all of these make it up
        self,
        owner: str,
        name: str,
        files: Files | None = None,
        *,
        private: bool = False,
        default_branch: str = "main",
        message: str = "Initial commit",
        author: str | None = None,
    ) -> Repository:
        """A repository with a first commit of these files; without files it is empty."""
        with self.lock:
            state = self.hub.state
            number, now = state.next_id(), self.now()
            git = Bare.create(self._folder / f"{number}.git", default_branch)
            repository = Repository(number, state.user(owner), name, git, private, default_branch, now, now)
            state.repositories[number] = repository
            state.names[repository.full_name.lower()] = repository
            if files is not None:
                self.push(repository, default_branch, files, message, author=author or owner)
            return repository

    def push(  # noqa: PLR0913 -- all of these make it up
        self,
        repository: Repository,
        branch: str,
        files: Files,
        message: str = "Change",
        *,
        author: str | None = None,
        start: str | None = None,
        force: bool = False,
    ) -> str:
        """Commit files to a branch and tell the world; returns the commit's id.

        A new branch starts at `start` (a branch or commit; the default branch by default). With `force` an existing
        branch is put back to `start` first.
        """
        with self.lock:
            sha = self.commit(repository, branch, files, message, author=author, start=start, force=force)
            pushes.update_ref(self.hub, repository, self._author(repository, author), {f"refs/heads/{branch}": sha})
            return sha

    def commit(  # noqa: PLR0913 -- all of these make it up
        self,
        repository: Repository,
        branch: str,
        files: Files,
        message: str = "Change",
        *,
        author: str | None = None,
        start: str | None = None,
        force: bool = False,
    ) -> str:
        """Make a commit on top of a branch without moving it; returns its id."""
        with self.lock:
            tip = None if force else repository.branch(branch)
            parent = tip or self._revision(repository, start or repository.default_branch)
            who = self._author(repository, author)
            return repository.git.commit_files(parent, files, message, who.name, who.email, int(self.now()))

    def branch(self, repository: Repository, name: str, start: str | None = None, *, author: str | None = None) -> str:
        """Cut (or move) a branch, without a commit of its own; returns where it points."""
        with self.lock:
            sha = self._revision(repository, start or repository.default_branch)
            if sha is None:
                raise ValueError(f"{repository.full_name} has no {start or repository.default_branch}")
            pushes.update_ref(self.hub, repository, self._author(repository, author), {f"refs/heads/{name}": sha})
            return sha

    def delete_branch(self, repository: Repository, name: str, *, author: str | None = None) -> None:
        """Delete a branch."""
        with self.lock:
            pushes.update_ref(self.hub, repository, self._author(repository, author), {f"refs/heads/{name}": None})

    def clone_url(self, repository: Repository, login: str | None = None) -> str:
        """Where git clones from and pushes to, as a person (any password will do)."""
        host = urlsplit(self.url).netloc
        return f"http://{f'{login}:sandbox@' if login else ''}{host}/{repository.full_name}.git"

    def fork(self, repository: Repository, owner: str) -> Repository:
        """A fork with all branches."""
        with self.lock:
            state, now = self.hub.state, self.now()
            number = state.next_id()
            git = Bare.create(self._folder / f"{number}.git", repository.default_branch)
            git.git("fetch", "--quiet", str(repository.git.path), "+refs/heads/*:refs/heads/*")
            name = repository.name
            fork = Repository(
                number, state.user(owner), name, git, repository.private, repository.default_branch, now, now
            )
            fork.parent, fork.refs = repository, git.refs()
            state.repositories[number] = fork
            state.names[fork.full_name.lower()] = fork
            return fork

    def delete_repository(self, repository: Repository) -> None:
        """Delete a repository; pull requests from it stay, without a head repository."""
        with self.lock:
            installs.delete_repository(self.hub, repository)

    def rename(self, repository: Repository, name: str) -> None:
        """Rename; the old name redirects."""
        with self.lock:
            installs.rename(self.hub, repository, name=name)

    def transfer(self, repository: Repository, owner: str) -> None:
        """Give to another account; the old name redirects, and installations of the old account lose it."""
        with self.lock:
            installs.rename(self.hub, repository, owner=self.hub.state.user(owner))

    # Pull requests.

    def open_pull_request(  # noqa: PLR0913 -- all of these make it up
        self,
        repository: Repository,
        head: str,
        base: str | None = None,
        *,
        title: str | None = None,
        body: str = "",
        author: str | None = None,
        draft: bool = False,
        fork: Repository | None = None,
    ) -> PullRequest:
        """Open a pull request from a branch, of a fork if one is named."""
        with self.lock:
            return pulls.open_pull(
                self.hub,
                repository,
                self._author(repository, author),
                head=fork or repository,
                head_ref=head,
                base_ref=base or repository.default_branch,
                title=title or head,
                body=body,
                draft=draft,
            )

    def edit(
        self, pull: PullRequest, *, title: str | None = None, body: str | None = None, author: str | None = None
    ) -> None:
        """Change title or text."""
        with self.lock:
            pulls.edit(self.hub, pull, self._author(pull.base, author), title=title, body=body)

    def retarget(self, pull: PullRequest, base: str, *, author: str | None = None) -> None:
        """Change the base branch."""
        with self.lock:
            pulls.edit(self.hub, pull, self._author(pull.base, author), base=base)

    def draft(self, pull: PullRequest, *, ready: bool = False, author: str | None = None) -> None:
        """Make it a draft, or ready for review."""
        with self.lock:
            pulls.set_draft(self.hub, pull, self._author(pull.base, author), draft=not ready)

    def close_pull_request(self, pull: PullRequest, *, author: str | None = None) -> None:
        """Close without merging."""
        with self.lock:
            pulls.close(self.hub, pull, self._author(pull.base, author))

    def reopen(self, pull: PullRequest, *, author: str | None = None) -> None:
        """Open it again."""
        with self.lock:
            pulls.reopen(self.hub, pull, self._author(pull.base, author))

    def merge(self, pull: PullRequest, *, author: str | None = None, admin: bool = False) -> str:
        """Merge with a merge commit; returns its id. `admin` overrides required checks. Raises `ApiError` 405."""
        with self.lock:
            return pulls.merge(self.hub, pull, self._author(pull.base, author), admin=admin)

    def review(self, pull: PullRequest, body: str, *, author: str, state: str = "commented") -> Review:
        """Submit a review."""
        with self.lock:
            return pulls.review(self.hub, pull, self.hub.state.user(author), state, body)

    # Issues, comments, checks.

    def open_issue(self, repository: Repository, title: str, body: str = "", *, author: str | None = None) -> Issue:
        """Open an issue."""
        with self.lock:
            return talk.open_issue(self.hub, repository, self._author(repository, author), title, body)

    def comment(self, repository: Repository, number: int, body: str, *, author: str | None = None) -> Comment:
        """Comment on an issue or pull request."""
        with self.lock:
            return talk.comment(self.hub, repository, repository.issues[number], self._author(repository, author), body)

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
            who = self._author(repository, author)
            if isinstance(target, CheckRun):
                checks.rerequest_run(self.hub, repository, target, who)
            else:
                checks.rerequest_suite(self.hub, repository, target, who)

    def press_button(
        self, repository: Repository, run: CheckRun, identifier: str, *, author: str | None = None
    ) -> None:
        """Press one of the buttons that a run offers."""
        with self.lock:
            checks.press(self.hub, repository, run, self._author(repository, author), identifier)

    # Looking.

    def check_runs(self, repository: Repository, sha: str, *, app: App | None = None) -> list[CheckRun]:
        """The check runs on a commit, newest first."""
        with self.lock:
            return [run for run in repository.runs_of(sha) if app in {None, run.suite.app}]

    def comments(self, repository: Repository, number: int) -> list[Comment]:
        """The comments on an issue or pull request, oldest first."""
        with self.lock:
            return [one for one in repository.comments.values() if one.issue.number == number]

    def reactions(self, repository: Repository, subject: Comment | Issue) -> list[Reaction]:
        """The reactions on a comment, issue or pull request, oldest first."""
        with self.lock:
            if isinstance(subject, Comment):
                identifier = str(self.hub.shapes.comment(repository, subject, {})["node_id"])
            else:
                identifier = talk.subject_of_issue(self.hub, repository, subject)
            return [one for one in self.hub.state.reactions.values() if one.subject == identifier]

    def shape(self, thing: Any, repository: Repository) -> dict[str, Any]:
        """A check run or comment as REST shows it."""
        with self.lock:
            if isinstance(thing, CheckRun):
                return dict(self.hub.shapes.check_run(repository, thing))
            return talk.shape_comment(self.hub, repository, thing)

    def _author(self, repository: Repository, login: str | None) -> User:
        return repository.owner if login is None else self.hub.state.user(login)

    def _revision(self, repository: Repository, name: str) -> str | None:
        known = repository.branch(name)
        if known is not None:
            return known
        commit: Commit | None = repository.git.commit(name)
        return None if commit is None else commit.oid


__all__ = ["EVENTS", "PERMISSIONS", "ZERO", "World"]
