"""The merge button, in its three ways.

https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.sandbox.acts import pulls, pushes, stacks
from bot.sandbox.errors import ApiError
from bot.sandbox.git import Signature
from bot.sandbox.shapes import pull_commits

if TYPE_CHECKING:
    from bot.sandbox.hub import Hub
    from bot.sandbox.state import PullRequest, User


class Method(StrEnum):
    """The merge methods of the merge button."""

    MERGE = "merge"
    SQUASH = "squash"
    REBASE = "rebase"


def merge(  # noqa: PLR0913 -- each is a part of the operation
    hub: Hub,
    pull: PullRequest,
    sender: User,
    *,
    method: Method = Method.MERGE,
    title: str | None = None,
    message: str | None = None,
    head: str | None = None,
    admin: bool = False,
) -> str:
    """Merge; returns the commit that the base then points to.

    Raises `ApiError` 405 when a conflict or a required check blocks (`admin` overrides checks), 409 when the head is
    no longer `head`.
    """
    if not pull.open or pull.draft:
        raise ApiError(405, "Pull Request is not mergeable")
    if head is not None and head != pull.head_sha:
        raise ApiError(409, "Head branch was modified. Review and try the merge again.")
    missing = pulls.blocking_checks(pull)
    if missing and not admin:
        raise ApiError(405, f'Required status check "{missing[0]}" is expected.')
    repository = pull.base
    base_sha = repository.branch(pull.base_ref) or pull.base_sha
    tree = repository.git.merge(base_sha, pull.head_sha)
    if tree is None:
        raise ApiError(405, "Pull Request is not mergeable")
    signature = Signature(sender.name, sender.email, int(hub.state.now()))
    if method is Method.REBASE:
        pull.merge_sha = _replay(pull, base_sha, signature)
    else:
        parents = [base_sha] if method is Method.SQUASH else [base_sha, pull.head_sha]
        pull.merge_sha = repository.git.write_commit(tree, parents, _words(pull, method, title, message), signature)
    pulls.set_merged(hub, pull, sender)
    pushes.update_ref(hub, repository, sender, {f"refs/heads/{pull.base_ref}": pull.merge_sha})
    stacks.retarget_above(hub, pull, sender)
    return pull.merge_sha


def _words(pull: PullRequest, method: Method, title: str | None, message: str | None) -> str:
    """The merge commit's message: the caller's, or GitHub's default."""
    if method is Method.MERGE:
        title = title or f"Merge pull request #{pull.number} from {pull.head_owner}/{pull.head_ref}"
        return f"{title}\n\n{pull.issue.title if message is None else message}"
    commits = pull_commits(pull)
    first = commits[0].message if len(commits) == 1 else ""
    title = title or f"{first.partition(chr(10))[0] or pull.issue.title} (#{pull.number})"
    if message is None:
        listed = "\n\n".join(f"* {commit.message}" for commit in commits)
        message = first.partition("\n")[2].strip() if len(commits) == 1 else listed
    return f"{title}\n\n{message}".rstrip()


def _replay(pull: PullRequest, base_sha: str, signature: Signature) -> str:
    """Rebase the pull request's commits, without merges, onto the base. Raises `ApiError` 405 for a conflict."""
    git, tip = pull.base.git, base_sha
    for commit in pull_commits(pull):
        if len(commit.parents) != 1:
            continue
        on_top = git.commit(tip)
        assert on_top is not None  # noqa: S101 -- the base, or what the last turn wrote; narrows for the type checker
        # A commit with the new parent's files and the old parent as its ancestor makes the merge below a cherry-pick.
        stand_in = git.write_commit(on_top.tree, commit.parents, "base of a replay", signature)
        tree = git.merge(stand_in, commit.oid)
        if tree is None:
            raise ApiError(405, "This branch can't be rebased")
        tip = git.write_commit(tree, [tip], commit.message, commit.author, signature)
    return tip
