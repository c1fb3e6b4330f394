"""GitHub: one repository as an installation sees and writes it, and who opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.change.trees import ChangedFile, FolderHistory, OtherHead
    from bot.core.forge.effects import CheckRun
    from bot.core.forge.events import RepositoryRef
    from bot.core.forge.facts import (
        Comment,
        Comparison,
        Issue,
        Reaction,
        ReadRequest,
        RepositoryView,
        Run,
        Spent,
        Thread,
    )
    from bot.core.forge.roles import Role
    from bot.core.forge.stored import Installation
    from bot.core.forge.writing import NewCommit, NewPullRequest, PullRequestOf


class ForgeReader(Protocol):
    """One repository on GitHub, read with the rights of one installation.

    Every method raises `ForgeError` when GitHub did not do what was asked and may do it later, and `RepositoryGone`
    when there is nothing any more to ask it of. None of them sleeps or tries again by itself, but for a token that
    GitHub no longer takes, which is renewed once.
    """

    def read(self, question: ReadRequest) -> RepositoryView:
        """One GraphQL read, and one more for every further hundred changed files; blobs that were cut are completed.

        What GitHub gives up on as a whole is read in parts, all of them of the same commits or none.
        """
        ...

    def compare(self, base: str, head: str) -> Comparison:
        """A head commit against a base commit or branch. Raises `HeadGone` when either is not there."""
        ...

    def folder_history(self, commit: str, folder: str, branch: str) -> FolderHistory | None:
        """How a folder came to a commit of a branch; None where its history is too long to say.

        That is the day of the merge that brought it, or of its first commit where no pull request did.
        """
        ...

    def changed_files(self, number: int) -> tuple[ChangedFile, ...]:
        """A pull request's changed files with where moved ones came from, which `read` cannot say; up to 3,000."""
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
        """The names of the branches, at most a thousand."""
        ...

    def open_pull_requests(self, base: str | None) -> tuple[int, ...]:
        """The numbers of all open pull requests, or of those to a base."""
        ...

    def open_heads(self, root: str) -> tuple[OtherHead, ...]:
        """The branches of the open pull requests, forks' too, with all that stands directly below a specs root there.

        At most five hundred, the latest first.
        """
        ...

    def pull_requests_of(self, branch: str) -> tuple[PullRequestOf, ...]:
        """The pull requests from a branch of this repository, open or not, the latest first."""
        ...

    def thread(self, number: int, marker: str, node: str | None) -> Thread:
        """Our comments on an issue or pull request, the oldest that starts with the marker, and our reactions.

        The reactions are those on the text with the GraphQL id `node`. Raises `CommentGone` when it was deleted.
        """
        ...


class Forge(ForgeReader, Protocol):
    """One repository on GitHub, read and written with the rights of one installation.

    A write is tried once; see `ForgeReader` for what every method raises.
    """

    def commit_files(self, new_commit: NewCommit) -> str:
        """Write a commit and move the branch to it, or begin the branch with it; the commit's id.

        Raises `BranchMoved` when the branch is not where it was read, and `WriteRefused` when the branch's own rules
        forbid it. A commit that no branch was moved to is seen by nobody, and GitHub forgets it.
        """
        ...

    def open_pull_request(self, new_pull_request: NewPullRequest) -> int:
        """Open a draft pull request; its number. Not idempotent by itself: see `pull_requests_of`.

        Raises `WriteRefused` when the branch holds nothing that the base has not.
        """
        ...

    def publish(self, run: CheckRun) -> Run:
        """Write a completed check run. Not idempotent by itself: `read` says whether one is there.

        Raises `HeadGone` when the commit is not there.
        """
        ...

    def comment(self, number: int, body: str) -> Comment:
        """Write a comment on an issue or pull request. Not idempotent by itself: see `thread`."""
        ...

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Replace the body. Raises `CommentGone` when somebody deleted the comment."""
        ...

    def show_comment(self, comment: Comment, *, minimized: bool) -> None:
        """Fold the comment away as resolved, or unfold it."""
        ...

    def hide_outdated(self, comment: Comment) -> None:
        """Fold the comment away as outdated. Raises `CommentGone` when somebody deleted it."""
        ...

    def react(self, node: str, reaction: Reaction) -> None:
        """React to what a person wrote; doing it twice changes nothing. `node` is a GraphQL id.

        Raises `CommentGone` when it was deleted.
        """
        ...


class Forges(Protocol):
    """Opens repositories, and says what is installed where. What asks GitHub raises `ForgeError`."""

    def installations(self) -> Sequence[Installation]:
        """The App's installations as GitHub has them now: all of them, one call for each hundred."""
        ...

    def installation(self, installation: int) -> Installation | None:
        """One installation as it is now, None when it does not exist any more."""
        ...

    def whereabouts(self, installation: int, repository: int) -> RepositoryRef | None:
        """What a repository is called now, asked by its id; None when the installation cannot reach it any more.

        Raises `RepositoryGone` when nothing can be said of it, because the installation is suspended or is no more.
        """
        ...

    def room(self, installation: int, delivery: str) -> float | None:
        """None when a job may begin, else the time at which it may, in seconds since the epoch (UTC).

        That is while GitHub takes nothing from the installation, and after a burst of its check runs.
        """
        ...

    def spent(self) -> Spent:
        """The requests of this thread since the last call of this method."""
        ...

    def open(self, installation: int, repository: RepositoryRef, rights: Mapping[str, str]) -> Forge:
        """The repository with a token that is good for it alone and for nothing but these rights (`checks: write`)."""
        ...

    def granted(self, installation: int) -> Mapping[str, str]:
        """The permissions that the account has granted to the App by now, asked of GitHub: `contents` to `write`."""
        ...

    def open_owners(self, installation: int, owner: str) -> Forge:
        """The owner's `.github` repository, with a token of its own that may do nothing but read it.

        Reading it raises `RepositoryGone` where the App is not installed on it, which is as good as no such repository.
        """
        ...
