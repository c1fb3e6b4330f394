"""GitHub: reading and writing one repository, and opening repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.core.change.trees import ChangedFile, FolderHistory, OtherHead
    from bot.core.forge.effects import CheckRun
    from bot.core.forge.events import RepositoryRef
    from bot.core.forge.facts import (
        Comment,
        Comparison,
        Issue,
        OwnReviews,
        Reaction,
        ReadRequest,
        RepositoryView,
        ReviewThread,
        Run,
        Spent,
        Thread,
    )
    from bot.core.forge.roles import Role
    from bot.core.forge.stored import Installation
    from bot.core.forge.writing import NewCommit, NewPullRequest, NewReview, PullRequestOf


class ForgeReader(Protocol):
    """One repository on GitHub, read with the rights of one installation.

    Every method raises `ForgeError` when GitHub failed and may succeed later, and `RepositoryGone` when the
    repository cannot be reached any more. No method sleeps or retries, except once with a new token when GitHub
    rejects the old one.
    """

    def read(self, request: ReadRequest) -> RepositoryView:
        """One GraphQL read, and one more for every further hundred changed files; blobs that were cut are completed.

        A query that GitHub gives up on is repeated in parts, all pinned to the same commits.
        """
        ...

    def compare(self, base: str, head: str, folders: Sequence[str] = ()) -> Comparison:
        """Compare a head commit with a base commit or branch. Repeating it costs no call.

        The files are checked against what `read` brought of both commits so far, and against the entries of `folders`:
        one read, if no read listed them. Raises `HeadGone` if one of the commits does not exist.
        """
        ...

    def folder_history(self, commit: str, folder: str, branch: str) -> FolderHistory | None:
        """When and how a folder came to a commit of a branch; None if its history is too long to read.

        The date is that of the merge that brought the folder, or of its first commit without a pull request.
        """
        ...

    def changed_files(self, number: int) -> tuple[ChangedFile, ...]:
        """The changed files of a pull request with the old paths of moved files, which `read` lacks; at most 3,000."""
        ...

    def paths(self, commit: str) -> tuple[str, ...] | None:
        """Every file and link in a commit's tree; None where GitHub cuts the list (from about 100,000 on)."""
        ...

    def issue(self, number: int) -> Issue:
        """An issue or pull request: title, text and author."""
        ...

    def role(self, login: str) -> Role:
        """A person's present role, from GitHub's permission booleans; `anyone` for a person without a role."""
        ...

    def branches(self) -> tuple[str, ...]:
        """The names of the branches; at most 1,000."""
        ...

    def open_pull_requests(self, base: str | None) -> tuple[int, ...]:
        """The numbers of all open pull requests, or of those to a base."""
        ...

    def open_heads(self, root: str) -> tuple[OtherHead, ...]:
        """The branches of the open pull requests, forks included, with the folders below a specs root on each.

        At most 500, the latest first.
        """
        ...

    def pull_requests_of(self, branch: str) -> tuple[PullRequestOf, ...]:
        """The pull requests from a branch of this repository in any state, the latest first."""
        ...

    def thread(self, number: int, marker: str, node: str | None) -> Thread:
        """Our comments on an issue or pull request, the oldest that starts with the marker, and our reactions.

        The reactions are those on the text with the GraphQL id `node`. Raises `CommentGone` when it was deleted.
        """
        ...

    def own_reviews(self, number: int) -> OwnReviews:
        """Our own reviews of a pull request, among the latest hundred, and our threads, among the latest hundred."""
        ...

    def patches(self, number: int, paths: Collection[str]) -> Mapping[str, str]:
        """The patches of these changed files of a pull request, by path.

        A file is left out that has none, because it is too large, or that is not among the first 300.
        """
        ...


class Forge(ForgeReader, Protocol):
    """One repository on GitHub, read and written with the rights of one installation.

    A write is tried once. Every method raises what `ForgeReader` says.
    """

    def commit_files(self, new_commit: NewCommit) -> str:
        """Write a commit and move the branch to it, or create the branch at it. Returns the commit's id.

        Raises `BranchMoved` if the branch is not where it was read, and `WriteRefused` if the branch's own
        rules forbid the write. GitHub deletes a commit that no branch points to.
        """
        ...

    def open_pull_request(self, new_pull_request: NewPullRequest) -> int:
        """Open a draft pull request and return its number. Not idempotent: see `pull_requests_of`.

        Raises `WriteRefused` if the branch has no commit that the base lacks.
        """
        ...

    def publish(self, run: CheckRun) -> Run:
        """Write a completed check run. Not idempotent: `read` shows whether there is one.

        Raises `HeadGone` if the commit does not exist.
        """
        ...

    def comment(self, number: int, body: str) -> Comment:
        """Write a comment on an issue or pull request. Not idempotent: see `thread`."""
        ...

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Replace the body. Raises `CommentGone` when somebody deleted the comment."""
        ...

    def show_comment(self, comment: Comment, *, minimized: bool) -> None:
        """Hide the comment as resolved, or show it again."""
        ...

    def hide_outdated(self, comment: Comment) -> None:
        """Hide the comment as outdated. Raises `CommentGone` if it was deleted."""
        ...

    def review(self, new_review: NewReview) -> None:
        """Review a pull request. Not idempotent: see `own_reviews`."""
        ...

    def close_threads(self, threads: Sequence[ReviewThread], *, resolve: bool) -> None:
        """Resolve threads of ours, or hide their comments as outdated. Raises `CommentGone` if one was deleted.

        Resolving needs the right to write contents: https://github.com/github/gh-aw/issues/35726.
        """
        ...

    def react(self, node: str, reaction: Reaction) -> None:
        """React to a text. Repeating it changes nothing. `node` is a GraphQL id.

        Raises `CommentGone` if the text was deleted.
        """
        ...


class Forges(Protocol):
    """Opens repositories, and lists installations. Every method that asks GitHub raises `ForgeError`."""

    def installations(self) -> Sequence[Installation]:
        """The App's present installations. Costs one call for each hundred."""
        ...

    def installation(self, installation: int) -> Installation | None:
        """One installation as it is now; None if it does not exist."""
        ...

    def whereabouts(self, installation: int, repository: int) -> RepositoryRef | None:
        """The present name of a repository, by its id; None if the installation cannot reach it.

        Raises `RepositoryGone` if the installation is suspended or deleted, so that GitHub tells nothing.
        """
        ...

    def room(self, installation: int, delivery: str) -> float | None:
        """When a job may begin, in seconds since the epoch (UTC); None for now.

        A job waits while GitHub limits the installation, and after a burst of its check runs.
        """
        ...

    def spent(self) -> Spent:
        """The requests of this thread since the previous call of this method."""
        ...

    def open(self, installation: int, repository: RepositoryRef, rights: Mapping[str, str]) -> Forge:
        """Open a repository with a token for it alone and for these rights alone (`checks: write`)."""
        ...

    def granted(self, installation: int) -> Mapping[str, str]:
        """The permissions that the account has granted to the App now, by name: `contents` to `write`."""
        ...

    def open_owners(self, installation: int, owner: str) -> Forge:
        """Open the owner's `.github` repository with a token that can only read it.

        Reading it raises `RepositoryGone` if the App is not installed on it.
        """
        ...
