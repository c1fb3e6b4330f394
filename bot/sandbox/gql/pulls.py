"""Pull requests and reviews as GraphQL objects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.sandbox.gql import code, talk
from bot.sandbox.gql.view import Node, View, connection, ordered
from bot.sandbox.shapes import merges, pull_commits, pull_files
from bot.sandbox.state import PullRequest, Review, iso, node_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.git import FileChange

_CHANGES = {"removed": "DELETED"}


def pull_connection(view: View, pulls: list[PullRequest], arguments: dict[str, Any]) -> Node:
    """Pull requests, filtered and ordered as asked."""
    view.need("pull_requests")
    states, head, base = arguments.get("states"), arguments.get("headRefName"), arguments.get("baseRefName")
    found = [one for one in pulls if not states or pull_state(one) in states]
    found = [one for one in found if head in {None, one.head_ref} and base in {None, one.base_ref}]
    keys: dict[str, Callable[[Any], Any]] = {"UPDATED_AT": lambda p: p.issue.updated_at}
    return connection(ordered(found, arguments, keys), arguments, partial(pull_node, view))


def pull_node(view: View, one: PullRequest) -> Node:
    """A pull request."""
    view.need("pull_requests")
    repository = one.base

    def files() -> tuple[FileChange, ...]:
        return pull_files(one)

    return talk.conversation(view, repository, one.issue, node_id("PR", one.id)) | {
        "__typename": "PullRequest",
        "databaseId": one.id,
        "fullDatabaseId": str(one.id),
        "url": f"{view.url}/{repository.full_name}/pull/{one.number}",
        "state": pull_state(one),
        "isDraft": one.draft,
        "merged": one.merged_at is not None,
        "mergedAt": None if one.merged_at is None else iso(one.merged_at),
        "mergedBy": talk.user_node(view, one.merged_by),
        "mergeCommit": lambda _i: None if one.merge_sha is None else code.object_node(view, repository, one.merge_sha),
        "mergeable": lambda _i: mergeable(one),
        "mergeStateStatus": lambda _i: {"MERGEABLE": "CLEAN", "CONFLICTING": "DIRTY"}.get(mergeable(one), "UNKNOWN"),
        "isInMergeQueue": False,
        "isCrossRepository": one.head is not repository,
        "headRefName": one.head_ref,
        "headRefOid": one.head_sha,
        "headRef": lambda _i: None if one.head is None else code.ref_node(view, one.head, f"refs/heads/{one.head_ref}"),
        "headRepository": lambda _i: None if one.head is None else code.repository_node(view, one.head),
        "headRepositoryOwner": lambda _i: None if one.head is None else talk.user_node(view, one.head.owner),
        "baseRefName": one.base_ref,
        "baseRefOid": one.base_sha,
        "baseRef": lambda _i: code.ref_node(view, repository, f"refs/heads/{one.base_ref}"),
        "baseRepository": lambda _i: code.repository_node(view, repository),
        "files": lambda _i, **a: connection(files(), a, _changed_file),
        "changedFiles": lambda _i: len(files()),
        "additions": lambda _i: sum(change.additions for change in files()),
        "deletions": lambda _i: sum(change.deletions for change in files()),
        "commits": lambda _i, **a: connection(
            pull_commits(one), a, lambda c: {"id": f"PRC_{c.oid}", "commit": code.commit_node(view, repository, c)}
        ),
        "reviews": lambda _i, **a: connection(
            [review for review in repository.reviews.values() if review.pull is one], a, partial(review_node, view)
        ),
    }


def review_node(view: View, one: Review) -> Node:
    """A review."""
    html = f"{view.url}/{one.pull.base.full_name}/pull/{one.pull.number}#pullrequestreview-{one.id}"
    return {
        "__typename": "PullRequestReview",
        "id": node_id("PRR", one.id),
        "databaseId": one.id,
        "fullDatabaseId": str(one.id),
        "author": talk.user_node(view, one.user),
        "state": one.state.upper(),
        "body": one.body,
        "submittedAt": iso(one.submitted_at),
        "createdAt": iso(one.submitted_at),
        "url": html,
        "viewerDidAuthor": one.user is view.call.credential.actor,
        "reactionGroups": lambda _i: talk.reaction_groups(view, node_id("PRR", one.id)),
    }


def pull_state(one: PullRequest) -> str:
    """`OPEN`, `CLOSED` or `MERGED`."""
    return "MERGED" if one.merged_at is not None else one.issue.state.upper()


def mergeable(one: PullRequest) -> str:
    """`MERGEABLE`, `CONFLICTING` or `UNKNOWN`."""
    return {None: "UNKNOWN", True: "MERGEABLE", False: "CONFLICTING"}[merges(one)]


def _changed_file(one: FileChange) -> Node:
    kind = _CHANGES.get(one.status, one.status.upper())
    return {"path": one.path, "changeType": kind, "additions": one.additions, "deletions": one.deletions}
