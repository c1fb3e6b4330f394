"""Translate GitHub's payloads into our events, by event name, action, sender and shape.

Whatever depends on a repository's configuration is decided later, in the job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from bot.adapters.webhook.payloads import (
    App,
    Comment,
    CommentDelivery,
    Delivery,
    GroupDelivery,
    InstallationDelivery,
    Issue,
    IssueDelivery,
    PullRequest,
    PullRequestDelivery,
    Push,
    Repository,
    ReviewDelivery,
    RunDelivery,
    Stack,
    SuiteDelivery,
    User,
)
from bot.core.forge.events import (
    BranchPushed,
    ButtonPressed,
    CommandPosted,
    Event,
    InstallationChanged,
    MergeGroupDestroyed,
    MergeGroupRequested,
    Place,
    PullRequestChange,
    PullRequestChanged,
    RepositoriesChanged,
    RepositoryRef,
    RerunRequested,
    SuiteRequested,
)
from bot.core.speech.commands import may_hold_command

QUEUE_BRANCHES = "gh-readonly-queue/"
"""Prefix of the merge queue's own branches. GitHub announces them by `merge_group`, too."""
TEXT_LIMIT = 65_536
"""Characters of a comment or body that are read: GitHub's own limit."""


class AppIdentity(NamedTuple):
    """The App's id and slug, which distinguish our check runs and mentions from those of others."""

    app_id: int | None
    """None before the App is registered: every check run then counts as ours."""
    slug: str


def _login(user: User | None) -> str:
    return (user.login if user else None) or ""


def _ref(repository: Repository) -> RepositoryRef:
    owner, _, name = repository.full_name.partition("/")
    return RepositoryRef(id=repository.id, owner=owner, name=name, default_branch=repository.default_branch or "")


def _about(payload: Delivery) -> dict[str, Any]:
    return {
        "installation": payload.installation.id,
        "repository": _ref(payload.repository),
        "sender": _login(payload.sender),
    }


def _push(payload: Push, _app: AppIdentity) -> Iterable[Event]:
    # GitHub also sends `create` and `delete` for a branch, but without its commits. The push is enough.
    branch = payload.ref.removeprefix("refs/heads/")
    if branch == payload.ref or branch.startswith(QUEUE_BRANCHES):
        return
    yield BranchPushed(
        **_about(payload),
        branch=branch,
        before=payload.before,
        after=payload.after,
        deleted=payload.deleted,
    )


_JUDGED_EDITS = frozenset({"base", "title"})
"""Edits of a pull request that change its verdict. Its body does not."""


def _pull_request(payload: PullRequestDelivery, app: AppIdentity) -> Iterable[Event]:
    try:
        change = PullRequestChange(payload.action or "")
    except ValueError:
        return
    if change is PullRequestChange.EDITED and _JUDGED_EDITS.isdisjoint(payload.changes or ()):
        return
    pull = payload.pull_request
    yield PullRequestChanged(
        **_about(payload),
        number=pull.number,
        change=change,
        head_sha=pull.head.sha,
        head_branch=pull.head.ref,
        head_repository=pull.head.repo.full_name if pull.head.repo else None,
        base_branch=pull.base.ref,
        base_sha=pull.base.sha,
        stack_base=_stack_base(pull),
    )
    if change is PullRequestChange.OPENED:
        yield from _command(payload, app, _opening(pull, on_pull_request=True))


def _stack_base(pull: PullRequest) -> str | None:
    try:
        return msgspec.json.decode(pull.stack, type=Stack).base.ref if pull.stack is not None else None
    except msgspec.DecodeError:
        return None


_LONGEST_TIME = 40
"""Characters of a time."""


class _Text(NamedTuple):
    """A new text, and where it was written."""

    number: int
    on_pull_request: bool
    place: Place
    text: str | None
    id: int | None
    node: str | None
    writer: User | None
    author: User | None
    through: App | None = None
    """The App that a person wrote through."""
    written_at: str = ""
    """When GitHub took it, in UTC; empty where the delivery does not say."""


def _opening(opened: PullRequest | Issue, *, on_pull_request: bool) -> _Text:
    return _Text(
        number=opened.number,
        on_pull_request=on_pull_request,
        place=Place.BODY,
        text=opened.body,
        id=None,
        node=opened.node_id,
        writer=opened.user,
        author=opened.user,
    )


def _command(payload: Delivery, app: AppIdentity, written: _Text) -> Iterable[Event]:
    """Yield the text as a command when the person who acted wrote it, and one of its lines may be a command.

    Who transfers an issue, or makes one of a discussion, opens it with the words of its author; these words must not
    get the role of who moved them: https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues

    An App writes as a `Bot`, or for a person through the App; the comment then names the App.
    """
    by_bot = any(user is not None and user.type == "Bot" for user in (payload.sender, written.writer))
    by_us = written.through is not None and written.through.id == app.app_id
    is_own = _login(payload.sender) == _login(written.writer)
    text = (written.text or "")[:TEXT_LIMIT]
    if by_bot or by_us or not is_own or not may_hold_command(text, app.slug):
        return
    yield CommandPosted(
        **_about(payload),
        number=written.number,
        on_pull_request=written.on_pull_request,
        place=written.place,
        text=text,
        comment=written.id,
        node=written.node,
        author=_login(written.author),
        written_at=written.written_at[:_LONGEST_TIME],
    )


def _issues(payload: IssueDelivery, app: AppIdentity) -> Iterable[Event]:
    if payload.action == "opened":
        yield from _command(payload, app, _opening(payload.issue, on_pull_request=False))


def _issue_comment(payload: CommentDelivery, app: AppIdentity) -> Iterable[Event]:
    if payload.action == "created":
        on_pull_request = payload.issue.pull_request is not None
        yield from _command(
            payload, app, _comment(payload.issue, payload.comment, Place.COMMENT, on_pull_request=on_pull_request)
        )


def _comment(on: PullRequest | Issue, comment: Comment, place: Place, *, on_pull_request: bool) -> _Text:
    return _Text(
        number=on.number,
        on_pull_request=on_pull_request,
        place=place,
        text=comment.body,
        id=comment.id,
        node=comment.node_id,
        writer=comment.user,
        author=on.user,
        through=comment.performed_via_github_app,
        written_at=comment.created_at or comment.submitted_at or "",
    )


def _pull_request_review(payload: ReviewDelivery, app: AppIdentity) -> Iterable[Event]:
    if payload.action == "submitted":
        review = _comment(payload.pull_request, payload.review, Place.REVIEW, on_pull_request=True)
        yield from _command(payload, app, review)


def _is_ours(creator: App | None, app: AppIdentity) -> bool:
    return app.app_id is None or (creator is not None and creator.id == app.app_id)


def _check_run(payload: RunDelivery, app: AppIdentity) -> Iterable[Event]:
    run = payload.check_run
    if not _is_ours(run.app, app):
        return
    fields: dict[str, Any] = {
        **_about(payload),
        "head_sha": run.head_sha,
        "head_branch": run.check_suite.head_branch if run.check_suite else None,
        "external_id": run.external_id,
        "check_run": run.id,
    }
    if payload.action == "rerequested":
        yield RerunRequested(**fields)
    elif payload.action == "requested_action" and payload.requested_action:
        yield ButtonPressed(**fields, identifier=payload.requested_action.identifier)


def _check_suite(payload: SuiteDelivery, app: AppIdentity) -> Iterable[Event]:
    suite = payload.check_suite
    branch = suite.head_branch
    if not suite.head_sha or not _is_ours(suite.app, app):
        return
    if payload.action == "rerequested":
        yield RerunRequested(**_about(payload), head_sha=suite.head_sha, head_branch=branch)
    elif payload.action == "requested" and branch and not branch.startswith((QUEUE_BRANCHES, "refs/tags/")):
        # GitHub names no branch for a commit of a fork. The pull request has an event of its own.
        yield SuiteRequested(**_about(payload), branch=branch, head_sha=suite.head_sha, before=suite.before)


def _merge_group(payload: GroupDelivery, _app: AppIdentity) -> Iterable[Event]:
    group = payload.merge_group
    if payload.action == "checks_requested":
        yield MergeGroupRequested(
            **_about(payload),
            head_sha=group.head_sha,
            head_ref=group.head_ref or "",
            base_sha=group.base_sha or "",
            base_ref=group.base_ref or "",
        )
    elif payload.action == "destroyed":
        yield MergeGroupDestroyed(**_about(payload), head_sha=group.head_sha, reason=payload.reason)


_INSTALLATION_ACTIONS = frozenset({"created", "deleted", "suspend", "unsuspend", "new_permissions_accepted"})


def _installation(payload: InstallationDelivery, _app: AppIdentity) -> Iterable[Event]:
    if payload.action in _INSTALLATION_ACTIONS:
        yield InstallationChanged(
            installation=payload.installation.id,
            action=payload.action,
            account=_login(payload.installation.account),
            repositories=_refs(payload.repositories),
            sender=_login(payload.sender),
        )


def _installation_repositories(payload: InstallationDelivery, _app: AppIdentity) -> Iterable[Event]:
    if payload.action in {"added", "removed"}:
        yield RepositoriesChanged(
            installation=payload.installation.id,
            account=_login(payload.installation.account),
            added=_refs(payload.repositories_added),
            removed=_refs(payload.repositories_removed),
            sender=_login(payload.sender),
        )


def _refs(repositories: list[Repository] | None) -> tuple[RepositoryRef, ...]:
    return tuple(_ref(repository) for repository in repositories or ())


_Translate = Callable[[Any, AppIdentity], Iterable[Event]]


def _kind(shape: type[msgspec.Struct], translate: _Translate) -> tuple[msgspec.json.Decoder[Any], _Translate]:
    return msgspec.json.Decoder(shape), translate


KINDS: dict[str, tuple[msgspec.json.Decoder[Any], _Translate]] = {
    "push": _kind(Push, _push),
    "pull_request": _kind(PullRequestDelivery, _pull_request),
    "pull_request_review": _kind(ReviewDelivery, _pull_request_review),
    "issues": _kind(IssueDelivery, _issues),
    "issue_comment": _kind(CommentDelivery, _issue_comment),
    "check_run": _kind(RunDelivery, _check_run),
    "check_suite": _kind(SuiteDelivery, _check_suite),
    "merge_group": _kind(GroupDelivery, _merge_group),
    "installation": _kind(InstallationDelivery, _installation),
    "installation_repositories": _kind(InstallationDelivery, _installation_repositories),
}
"""The decoder and the translation of each event, by `X-GitHub-Event`. Every other event is ignored."""
