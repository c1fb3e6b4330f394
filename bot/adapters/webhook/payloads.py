"""The fields of GitHub's payloads that we decode, with their types and bounds.

Every other field is skipped. A payload that lacks a required field, or whose field has another type or exceeds its
bound, is ignored. GitHub's description:
https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from typing import Annotated

import msgspec

_Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
_Sha = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{40}([0-9a-f]{24})?\Z")]
_Login = Annotated[str, msgspec.Meta(max_length=255)]
_FullName = Annotated[str, msgspec.Meta(max_length=255, pattern=r"\A[^/\s]+/[^/\s]+\Z")]
_GitName = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
"""A branch or a ref; Git allows 255 bytes per path segment."""
_Word = Annotated[str, msgspec.Meta(max_length=1024)]
_Node = Annotated[str, msgspec.Meta(max_length=255)]


class User(msgspec.Struct, kw_only=True):
    """An account; `type` is `User`, `Bot` or `Organization`."""

    login: _Login | None = None
    type: _Login | None = None


class Repository(msgspec.Struct, kw_only=True):
    """A repository. The lists of an installation event have no default branch."""

    id: _Id
    full_name: _FullName
    default_branch: _Word | None = None


class Installation(msgspec.Struct, kw_only=True):
    """The installation that a delivery was sent for."""

    id: _Id


class Delivery(msgspec.Struct, kw_only=True):
    """The common fields of deliveries about a repository."""

    repository: Repository
    installation: Installation
    sender: User | None = None
    action: _Word | None = None


class Push(Delivery, kw_only=True):
    """The payload of `push`."""

    ref: _GitName
    before: _Sha
    after: _Sha
    deleted: bool = False


class HeadRepository(msgspec.Struct, kw_only=True):
    """The repository of a pull request's head."""

    full_name: _FullName


class Tip(msgspec.Struct, kw_only=True):
    """The head or the base of a pull request; `repo` is null when the fork was deleted."""

    ref: _GitName
    sha: _Sha
    repo: HeadRepository | None = None


class StackBase(msgspec.Struct):
    """The branch that a stack goes to."""

    ref: _GitName


class Stack(msgspec.Struct):
    """The stack that a pull request is a layer of (public preview)."""

    base: StackBase


class PullRequest(msgspec.Struct, kw_only=True):
    """A pull request."""

    number: _Id
    head: Tip
    base: Tip
    body: str | None = None
    node_id: _Node | None = None
    user: User | None = None
    stack: msgspec.Raw | None = None
    """See `Stack`; read by itself, so that a preview that changes loses no delivery."""


class PullRequestDelivery(Delivery, kw_only=True):
    """`pull_request`; `changes` comes with `edited`."""

    pull_request: PullRequest
    changes: dict[str, msgspec.Raw] | None = None


class Issue(msgspec.Struct, kw_only=True):
    """An issue, or a pull request when `pull_request` is present."""

    number: _Id
    body: str | None = None
    node_id: _Node | None = None
    user: User | None = None
    pull_request: dict[str, msgspec.Raw] | None = None


class IssueDelivery(Delivery, kw_only=True):
    """The payload of `issues`."""

    issue: Issue


class Comment(msgspec.Struct, kw_only=True):
    """A comment or a review."""

    id: _Id
    performed_via_github_app: App | None = None
    body: str | None = None
    node_id: _Node | None = None
    user: User | None = None
    created_at: str | None = None
    submitted_at: str | None = None
    """A review's time."""


class CommentDelivery(Delivery, kw_only=True):
    """The payload of `issue_comment`."""

    issue: Issue
    comment: Comment


class ReviewDelivery(Delivery, kw_only=True):
    """The payload of `pull_request_review`."""

    pull_request: PullRequest
    review: Comment


class App(msgspec.Struct, kw_only=True):
    """The App that created a check run or suite, or through which a person wrote."""

    id: int = 0


class Suite(msgspec.Struct, kw_only=True):
    """A check suite. Inside a check run it may have its branch only."""

    head_sha: _Sha | None = None
    head_branch: _Word | None = None
    before: _Sha | None = None
    app: App | None = None


class Run(msgspec.Struct, kw_only=True):
    """A check run."""

    id: _Id
    head_sha: _Sha
    external_id: _Word | None = None
    app: App | None = None
    check_suite: Suite | None = None


class RequestedAction(msgspec.Struct, kw_only=True):
    """The button that a person pressed."""

    identifier: _Word


class RunDelivery(Delivery, kw_only=True):
    """The payload of `check_run`."""

    check_run: Run
    requested_action: RequestedAction | None = None


class SuiteDelivery(Delivery, kw_only=True):
    """The payload of `check_suite`."""

    check_suite: Suite


class Group(msgspec.Struct, kw_only=True):
    """A merge group."""

    head_sha: _Sha
    head_ref: _Word | None = None
    base_sha: _Word | None = None
    base_ref: _Word | None = None


class GroupDelivery(Delivery, kw_only=True):
    """`merge_group`; `reason` comes with `destroyed`."""

    merge_group: Group
    reason: _Word | None = None


class Account(msgspec.Struct, kw_only=True):
    """The installation with its account."""

    id: _Id
    account: User | None = None


class InstallationDelivery(msgspec.Struct, kw_only=True):
    """`installation` and `installation_repositories`."""

    installation: Account
    action: _Word | None = None
    sender: User | None = None
    repositories: list[Repository] | None = None
    repositories_added: list[Repository] | None = None
    repositories_removed: list[Repository] | None = None
