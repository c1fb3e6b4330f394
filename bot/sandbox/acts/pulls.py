"""What people do with pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import ApiError, invalid
from bot.sandbox.state import Issue, PullRequest

if TYPE_CHECKING:
    from bot.sandbox.hub import Hub
    from bot.sandbox.state import Json, Repository, User


def tell(hub: Hub, pull: PullRequest, action: str, sender: User, **fields: Any) -> None:
    """Deliver `pull_request`."""
    shape = hub.shapes.full_pull(pull)
    hub.emit("pull_request", action, pull.base, sender, {"number": pull.number, "pull_request": shape, **fields})


def open_pull(  # noqa: PLR0913 -- each is a part of the operation
    hub: Hub,
    base: Repository,
    author: User,
    *,
    head: Repository,
    head_ref: str,
    base_ref: str,
    title: str,
    body: str = "",
    draft: bool = False,
) -> PullRequest:
    """Open a pull request; `head` may be a fork. Raises `ApiError` 422 as GitHub does."""
    head_sha, base_sha = head.branch(head_ref), base.branch(base_ref)
    if head_sha is None:
        raise invalid("PullRequest", "head", "invalid")
    if base_sha is None:
        raise invalid("PullRequest", "base", "invalid")
    twin = any(
        pull.open and pull.head is head and (pull.head_ref, pull.base_ref) == (head_ref, base_ref)
        for pull in base.pulls.values()
    )
    if twin:
        message = f"A pull request already exists for {head.owner.login}:{head_ref}."
        raise ApiError(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": message}])
    bring(base, head, head_sha, number := base.next_number())
    if base.git.merge_base(base_sha, head_sha) == head_sha:
        message = f"No commits between {base_ref} and {head_ref}"
        raise ApiError(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": message}])
    now = hub.state.now()
    issue = Issue(hub.state.next_id(), number, title, body, author, now, now)
    pull = PullRequest(
        issue, hub.state.next_id(), base, base_ref, base_sha, head, head.owner.login, head_ref, head_sha, draft
    )
    base.issues[number], base.pulls[number] = issue, pull
    tell(hub, pull, "opened", author)
    return pull


def bring(base: Repository, head: Repository, sha: str, number: int) -> None:
    """Keep the head as `refs/pull/N/head` of the base repository, so that a fork's commits can be read there."""
    ref = f"refs/pull/{number}/head"
    if head is base:
        base.git.set_refs({ref: sha})
    else:
        base.git.fetch(head.git, sha, ref)
    base.refs[ref] = sha


def moved(hub: Hub, repository: Repository, sender: User, branch: str) -> None:
    """Move the pull requests of a pushed branch. Close those whose base contains the head or was deleted."""
    sha = repository.branch(branch)
    for base in list(hub.state.repositories.values()):
        for pull in [pull for pull in base.pulls.values() if pull.open]:
            if pull.head is repository and pull.head_ref == branch:
                _head_moved(hub, pull, sender, sha)
            elif base is repository and pull.base_ref == branch:
                _base_moved(hub, pull, sender, sha)


def _head_moved(hub: Hub, pull: PullRequest, sender: User, sha: str | None) -> None:
    if sha is None:
        close(hub, pull, sender)
    elif sha != pull.head_sha and pull.head is not None:
        before, pull.head_sha = pull.head_sha, sha
        pull.base_sha = pull.base.branch(pull.base_ref) or pull.base_sha
        pull.issue.updated_at = hub.state.now()
        bring(pull.base, pull.head, sha, pull.number)
        tell(hub, pull, "synchronize", sender, before=before, after=sha)


def _base_moved(hub: Hub, pull: PullRequest, sender: User, sha: str | None) -> None:
    """Close without a base or with a contained head. `base.sha` stays what it was when the head last moved."""
    if sha is None:
        close(hub, pull, sender)
    elif pull.base.git.merge_base(sha, pull.head_sha) == pull.head_sha:
        pull.merge_sha = sha
        set_merged(hub, pull, sender)


def edit(  # noqa: PLR0913 -- each is a part of the operation
    hub: Hub,
    pull: PullRequest,
    sender: User,
    *,
    title: str | None = None,
    body: str | None = None,
    base: str | None = None,
) -> None:
    """Change title, text or base. If nothing changes, nothing is delivered."""
    changes: Json = {}
    if title is not None and title != pull.issue.title:
        changes["title"], pull.issue.title = {"from": pull.issue.title}, title
    if body is not None and body != pull.issue.body:
        changes["body"], pull.issue.body = {"from": pull.issue.body}, body
    if base is not None and base != pull.base_ref:
        sha = pull.base.branch(base)
        if sha is None:
            raise invalid("PullRequest", "base", "invalid")
        changes["base"] = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
        pull.base_ref, pull.base_sha = base, sha
    if changes:
        pull.issue.updated_at = hub.state.now()
        tell(hub, pull, "edited", sender, changes=changes)


def set_draft(hub: Hub, pull: PullRequest, sender: User, *, draft: bool) -> None:
    """Convert the pull request to a draft, or mark it ready for review."""
    if pull.draft != draft:
        pull.draft = draft
        tell(hub, pull, "converted_to_draft" if draft else "ready_for_review", sender)


def close(hub: Hub, pull: PullRequest, sender: User) -> None:
    """Close without merging."""
    if pull.open:
        pull.issue.state, pull.issue.closed_at = "closed", hub.state.now()
        tell(hub, pull, "closed", sender)
        pull.base.leave_stack(pull)


def reopen(hub: Hub, pull: PullRequest, sender: User) -> None:
    """Open a closed pull request again. Raises `ApiError` 422 when it was merged or one of its branches is gone."""
    gone = pull.head is None or pull.head.branch(pull.head_ref) is None or pull.base.branch(pull.base_ref) is None
    if pull.merged_at is not None or gone:
        raise invalid(
            "PullRequest", "state", "invalid", "state cannot be changed. The pull request cannot be reopened."
        )
    if not pull.open:
        pull.issue.state, pull.issue.closed_at = "open", None
        tell(hub, pull, "reopened", sender)


def set_merged(hub: Hub, pull: PullRequest, sender: User) -> None:
    """Close as merged."""
    now = hub.state.now()
    pull.merged_at, pull.merged_by = now, sender
    pull.issue.state, pull.issue.closed_at = "closed", now
    tell(hub, pull, "closed", sender)


def check_states(repository: Repository, sha: str, app: int | None = None) -> dict[str, str | None]:
    """The latest conclusion of every check on a commit, or of those by one App; None while it is not completed."""
    runs = [run for run in repository.runs_of(sha) if app in {None, run.suite.app.id}]
    return {run.name: run.conclusion for run in reversed(runs)}


def passes(conclusion: str | None) -> bool:
    """Whether a required check allows a merge. Only three conclusions do."""
    return conclusion in {"success", "skipped", "neutral"}


def blocking_checks(pull: PullRequest) -> list[str]:
    """Required checks that do not pass on the head."""
    repository = pull.base
    return [
        name
        for name, app in repository.requirements()
        if not passes(check_states(repository, pull.head_sha, app).get(name))
    ]
