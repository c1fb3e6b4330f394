"""The code's side of a world: repositories, commits, forks and pull requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.sandbox.accounts import Accounts
from bot.sandbox.acts import installs, merging, pulls, pushes, queue, reviews, stacks
from bot.sandbox.acts.merging import Method
from bot.sandbox.git import Bare
from bot.sandbox.state import PullRequest, Repository, Review

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.git import Commit
    from bot.sandbox.state import Group, ReviewThread, Stack

Files = Mapping[str, str | bytes | None]
"""Path -> content; None removes the file."""


class Code(Accounts):
    """Repositories and pull requests."""

    _folder: Path

    def create_repository(  # noqa: PLR0913 -- each is a part of the operation
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

    def push(  # noqa: PLR0913 -- each is a part of the operation
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
        """Commit files to a branch and send deliveries; returns the commit's id.

        A new branch starts at `start` (a branch or commit; the default branch by default). With `force` an existing
        branch is put back to `start` first.
        """
        with self.lock:
            sha = self.commit(repository, branch, files, message, author=author, start=start, force=force)
            pushes.update_ref(self.hub, repository, self._author(repository, author), {f"refs/heads/{branch}": sha})
            return sha

    def commit(  # noqa: PLR0913 -- each is a part of the operation
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
            committer = self._author(repository, author)
            return repository.git.commit_files(parent, files, message, committer.name, committer.email, int(self.now()))

    def branch(self, repository: Repository, name: str, start: str | None = None, *, author: str | None = None) -> str:
        """Create or move a branch without a new commit; returns the commit that it points to."""
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
        """The address from which a person clones and to which they push. Any password is accepted."""
        host = urlsplit(self.hub.url).netloc
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

    def archive(self, repository: Repository, *, lift: bool = False) -> None:
        """Archive a repository, so that it is read-only, or unarchive it."""
        with self.lock:
            repository.archived = not lift

    def rename(self, repository: Repository, name: str) -> None:
        """Rename; the old name redirects."""
        with self.lock:
            installs.rename(self.hub, repository, name=name)

    def transfer(self, repository: Repository, owner: str) -> None:
        """Transfer a repository; the old name redirects, and installations of the old account lose it."""
        with self.lock:
            installs.rename(self.hub, repository, owner=self.hub.state.user(owner))

    def open_pull_request(  # noqa: PLR0913 -- each is a part of the operation
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
        """Convert a pull request to a draft, or mark it ready for review."""
        with self.lock:
            pulls.set_draft(self.hub, pull, self._author(pull.base, author), draft=not ready)

    def close_pull_request(self, pull: PullRequest, *, author: str | None = None) -> None:
        """Close without merging."""
        with self.lock:
            pulls.close(self.hub, pull, self._author(pull.base, author))

    def reopen(self, pull: PullRequest, *, author: str | None = None) -> None:
        """Reopen a pull request."""
        with self.lock:
            pulls.reopen(self.hub, pull, self._author(pull.base, author))

    def merge(
        self, pull: PullRequest, *, author: str | None = None, admin: bool = False, method: str = Method.MERGE
    ) -> str:
        """Merge (`merge`, `squash` or `rebase`); returns where the base then points.

        `admin` overrides required checks. Raises `ApiError` 405.
        """
        with self.lock:
            merger = self._author(pull.base, author)
            return merging.merge(self.hub, pull, merger, admin=admin, method=Method(method))

    def enqueue(self, pull: PullRequest, *, author: str | None = None) -> Group:
        """Put a pull request into the merge queue; its checks are requested with `merge_group`."""
        with self.lock:
            return queue.enqueue(self.hub, pull, self._author(pull.base, author))

    def work_queue(self, repository: Repository, *, author: str | None = None) -> list[PullRequest]:
        """Merge the groups whose required checks pass, and drop those that failed. Returns what was merged."""
        with self.lock:
            return queue.work(self.hub, repository, self._author(repository, author))

    def dequeue(self, group: Group, *, author: str | None = None) -> None:
        """Remove a group from the merge queue."""
        with self.lock:
            queue.remove(self.hub, group, self._author(group.pull.base, author), reason="invalidated")

    def stack(self, *layers: PullRequest, author: str | None = None) -> Stack:
        """Stack pull requests, the lowest first. Raises `ApiError` 422 when they do not lie on each other."""
        with self.lock:
            return stacks.create(self.hub, layers, self._author(layers[0].base, author))

    def unstack(self, stack: Stack) -> None:
        """Dissolve a stack; its pull requests keep their base branches."""
        with self.lock:
            stacks.dissolve(stack)

    def merge_stack(self, stack: Stack, *, author: str | None = None, admin: bool = False) -> str:
        """Merge a whole stack at once; returns where its base then points. Raises `ApiError` 405."""
        with self.lock:
            return stacks.merge(self.hub, stack, self._author(stack.layers[0].base, author), admin=admin)

    def review(
        self,
        pull: PullRequest,
        body: str,
        *,
        author: str,
        state: str = "commented",
        comments: Sequence[tuple[str, int, str]] = (),
    ) -> Review:
        """Submit a review; `comments` are path, line and text. Raises `ApiError` 422 for a line outside of the diff."""
        drafts = [reviews.Draft(path, text, line) for path, line, text in comments]
        with self.lock:
            return reviews.review(self.hub, pull, self.hub.state.user(author), state, body, drafts)

    def reviews(self, pull: PullRequest) -> list[Review]:
        """The reviews of a pull request, oldest first."""
        with self.lock:
            return [review for review in pull.base.reviews.values() if review.pull is pull]

    def threads(self, pull: PullRequest) -> list[ReviewThread]:
        """The review threads of a pull request, oldest first."""
        with self.lock:
            return [thread for thread in pull.base.threads.values() if thread.review.pull is pull]

    def apply_suggestions(self, *threads: ReviewThread, author: str) -> str:
        """Press "Commit suggestions" on threads of one pull request; returns the commit's id. Raises `ApiError` 422."""
        with self.lock:
            return reviews.apply_suggestions(self.hub, threads, self.hub.state.user(author))

    def resolve(self, thread: ReviewThread, *, author: str) -> None:
        """Press "Resolve conversation"."""
        with self.lock:
            thread.resolved_by = self.hub.state.user(author)

    def _revision(self, repository: Repository, name: str) -> str | None:
        tip = repository.branch(name)
        if tip is not None:
            return tip
        commit: Commit | None = repository.git.commit(name)
        return None if commit is None else commit.oid
