"""Pull requests and reviews as GraphQL objects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.sandbox.acts import reviews
from bot.sandbox.gql import talk
from bot.sandbox.gql.view import Node, View, connection, ordered
from bot.sandbox.shapes import merges, pull_commits, pull_files
from bot.sandbox.state import PullRequest, Review, ReviewThread, iso, node_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.git import FileChange

_CHANGES = {"removed": "DELETED"}


def pull_connection(view: View, pulls: list[PullRequest], arguments: dict[str, Any]) -> Node:
    """Pull requests, filtered and ordered as asked."""
    view.need("pull_requests")
    states, head, base = arguments.get("states"), arguments.get("headRefName"), arguments.get("baseRefName")
    matching = [pull for pull in pulls if not states or pull_state(pull) in states]
    matching = [pull for pull in matching if head in {None, pull.head_ref} and base in {None, pull.base_ref}]
    keys: dict[str, Callable[[Any], Any]] = {"UPDATED_AT": lambda p: p.issue.updated_at}
    return connection(ordered(matching, arguments, keys), arguments, partial(pull_node, view))


def pull_node(view: View, pull: PullRequest) -> Node:
    """A pull request."""
    view.need("pull_requests")
    repository = pull.base

    def files() -> tuple[FileChange, ...]:
        return pull_files(pull)

    return (
        talk.conversation(view, repository, pull.issue, node_id("PR", pull.id))
        | _merge_state(view, pull)
        | _head_and_base(view, pull)
        | {
            "__typename": "PullRequest",
            "databaseId": pull.id,
            "fullDatabaseId": str(pull.id),
            "url": f"{view.url}/{repository.full_name}/pull/{pull.number}",
            "state": pull_state(pull),
            "isDraft": pull.draft,
            "isInMergeQueue": False,
            "stack": lambda _i: _stack_node(view, pull),
            "stackEntry": lambda _i: _stack_entry(view, pull),
            "files": lambda _i, **a: connection(files(), a, _changed_file),
            "changedFiles": lambda _i: len(files()),
            "additions": lambda _i: sum(change.additions for change in files()),
            "deletions": lambda _i: sum(change.deletions for change in files()),
            "commits": lambda _i, **a: connection(
                pull_commits(pull),
                a,
                lambda c: {"id": f"PRC_{c.oid}", "commit": view.graph.commit_node(view, repository, c)},
            ),
            "reviews": lambda _i, **a: connection(
                [review for review in repository.reviews.values() if review.pull is pull], a, partial(review_node, view)
            ),
            "reviewThreads": lambda _i, **a: connection(
                [thread for thread in repository.threads.values() if thread.review.pull is pull],
                a,
                partial(thread_node, view),
            ),
        }
    )


def _merge_state(view: View, pull: PullRequest) -> Node:
    return {
        "merged": pull.merged_at is not None,
        "mergedAt": None if pull.merged_at is None else iso(pull.merged_at),
        "mergedBy": talk.user_node(view, pull.merged_by),
        "mergeCommit": lambda _i: (
            None if pull.merge_sha is None else view.graph.object_node(view, pull.base, pull.merge_sha)
        ),
        "mergeable": lambda _i: mergeable(pull),
        "mergeStateStatus": lambda _i: {"MERGEABLE": "CLEAN", "CONFLICTING": "DIRTY"}.get(mergeable(pull), "UNKNOWN"),
    }


def _head_and_base(view: View, pull: PullRequest) -> Node:
    repository = pull.base
    return {
        "isCrossRepository": pull.head is not repository,
        "headRefName": pull.head_ref,
        "headRefOid": pull.head_sha,
        "headRef": lambda _i: (
            None if pull.head is None else view.graph.ref_node(view, pull.head, f"refs/heads/{pull.head_ref}")
        ),
        "headRepository": lambda _i: None if pull.head is None else view.graph.repository_node(view, pull.head),
        "headRepositoryOwner": lambda _i: None if pull.head is None else talk.user_node(view, pull.head.owner),
        "baseRefName": pull.base_ref,
        "baseRefOid": pull.base_sha,
        "baseRef": lambda _i: view.graph.ref_node(view, repository, f"refs/heads/{pull.base_ref}"),
        "baseRepository": lambda _i: view.graph.repository_node(view, repository),
    }


def _stack_node(view: View, pull: PullRequest) -> Node | None:
    stack = pull.base.stack_of(pull)
    if stack is None:
        return None
    fields = view.call.hub.shapes.stack(pull)["stack"]
    return {
        "id": node_id("STK", stack.id),
        "number": stack.number,
        "size": fields["size"],
        "baseRefName": stack.base_ref,
        "baseRefOid": fields["base"]["sha"],
    }


def _stack_entry(view: View, pull: PullRequest) -> Node | None:
    stack = pull.base.stack_of(pull)
    return None if stack is None else {"position": stack.layers.index(pull) + 1, "stack": _stack_node(view, pull)}


def review_node(view: View, review: Review) -> Node:
    """A review."""
    html = f"{view.url}/{review.pull.base.full_name}/pull/{review.pull.number}#pullrequestreview-{review.id}"
    return {
        "__typename": "PullRequestReview",
        "id": node_id("PRR", review.id),
        "databaseId": review.id,
        "fullDatabaseId": str(review.id),
        "author": talk.user_node(view, review.user),
        "state": review.state.upper(),
        "body": review.body,
        "submittedAt": iso(review.submitted_at),
        "createdAt": iso(review.submitted_at),
        "url": html,
        "viewerDidAuthor": review.user is view.call.credential.actor,
        "reactionGroups": lambda _i: talk.reaction_groups(view, node_id("PRR", review.id)),
    }


def thread_node(view: View, thread: ReviewThread) -> Node:
    """A review thread with its one comment."""
    present, resolver = reviews.present_lines(thread), thread.resolved_by
    return {
        "__typename": "PullRequestReviewThread",
        "id": node_id("PRRT", thread.id),
        "path": thread.path,
        "line": None if present is None else present.stop - 1,
        "startLine": None if present is None or thread.start_line is None else present.start,
        "isResolved": thread.resolved_by is not None,
        "isOutdated": present is None,
        "resolvedBy": talk.user_node(view, resolver) if resolver is not None and resolver.type == "User" else None,
        "comments": lambda _i, **a: connection([thread], a, partial(review_comment_node, view)),
    }


def review_comment_node(view: View, thread: ReviewThread) -> Node:
    """The comment of a review thread."""
    return {
        "__typename": "PullRequestReviewComment",
        "id": node_id("PRRC", thread.id),
        "databaseId": thread.id,
        "author": talk.user_node(view, thread.review.user),
        "body": thread.body,
        "path": thread.path,
        "isMinimized": thread.minimized is not None,
        "minimizedReason": thread.minimized,
        "viewerDidAuthor": thread.review.user is view.call.credential.actor,
        "reactionGroups": lambda _i: talk.reaction_groups(view, node_id("PRRC", thread.id)),
    }


def pull_state(pull: PullRequest) -> str:
    """`OPEN`, `CLOSED` or `MERGED`."""
    return "MERGED" if pull.merged_at is not None else pull.issue.state.upper()


def mergeable(pull: PullRequest) -> str:
    """`MERGEABLE`, `CONFLICTING` or `UNKNOWN`."""
    return {None: "UNKNOWN", True: "MERGEABLE", False: "CONFLICTING"}[merges(pull)]


def _changed_file(change: FileChange) -> Node:
    kind = _CHANGES.get(change.status, change.status.upper())
    return {"path": change.path, "changeType": kind, "additions": change.additions, "deletions": change.deletions}
