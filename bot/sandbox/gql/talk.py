"""People, issues, comments and reactions as GraphQL objects."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.sandbox.gql.view import Node, View, connection, ordered
from bot.sandbox.shapes import CONTENTS
from bot.sandbox.state import Comment, Issue, Reaction, Repository, User, iso, node_id

if TYPE_CHECKING:
    from collections.abc import Callable

REACTIONS = dict(
    zip(CONTENTS, ["THUMBS_UP", "THUMBS_DOWN", "LAUGH", "HOORAY", "CONFUSED", "HEART", "ROCKET", "EYES"], strict=True)
)


def user_node(view: View, user: User | None) -> Node | None:
    """An account. A bot's login has no `[bot]` here."""
    if user is None:
        return None
    return {
        "__typename": user.type,
        "id": user.node_id,
        "databaseId": user.id,
        "login": user.login,
        "name": user.name,
        "email": user.email,
        "url": f"{view.url}/{user.login}",
        "avatarUrl": f"{view.url}/-/avatars/{user.id}",
    }


def label_node(view: View, repository: Repository, name: str) -> Node:
    """A label."""
    shape = view.call.hub.shapes.label(repository, name)
    return {"id": shape["node_id"], "name": name, "color": shape["color"]}


def conversation(view: View, repository: Repository, issue: Issue, subject: str) -> Node:
    """What issues and pull requests have in common."""
    return {
        "id": subject,
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "author": user_node(view, issue.user),
        "createdAt": iso(issue.created_at),
        "updatedAt": iso(issue.updated_at),
        "closedAt": None if issue.closed_at is None else iso(issue.closed_at),
        "closed": issue.state == "closed",
        "locked": issue.locked,
        "repository": lambda _i: view.graph.repository_node(view, repository),
        "viewerDidAuthor": issue.user is view.call.credential.actor,
        "labels": lambda _i, **a: connection(issue.labels, a, lambda name: label_node(view, repository, name)),
        "comments": lambda _i, **a: connection(
            ordered(
                [c for c in repository.comments.values() if c.issue is issue], a, {"UPDATED_AT": lambda c: c.updated_at}
            ),
            a,
            lambda comment: comment_node(view, repository, comment),
        ),
        "reactionGroups": lambda _i: reaction_groups(view, subject),
    }


def issue_node(view: View, repository: Repository, issue: Issue) -> Node:
    """An issue."""
    return conversation(view, repository, issue, node_id("I", issue.id)) | {
        "__typename": "Issue",
        "databaseId": issue.id,
        "fullDatabaseId": str(issue.id),
        "state": issue.state.upper(),
        "url": f"{view.url}/{repository.full_name}/issues/{issue.number}",
    }


def issue_connection(view: View, repository: Repository, arguments: dict[str, Any]) -> Node:
    """A repository's issues."""
    states = arguments.get("states")
    issues = [
        i
        for i in repository.issues.values()
        if i.number not in repository.pulls and (not states or i.state.upper() in states)
    ]
    keys: dict[str, Callable[[Any], Any]] = {"UPDATED_AT": lambda i: i.updated_at}
    return connection(ordered(issues, arguments, keys), arguments, lambda issue: issue_node(view, repository, issue))


def comment_node(view: View, repository: Repository, comment: Comment) -> Node:
    """A comment."""
    pull = repository.pulls.get(comment.issue.number)
    subject = node_id("IC", comment.id)
    mine = comment.user is view.call.credential.actor
    return {
        "__typename": "IssueComment",
        "id": subject,
        "databaseId": comment.id,
        "fullDatabaseId": str(comment.id),
        "author": user_node(view, comment.user),
        "body": comment.body,
        "createdAt": iso(comment.created_at),
        "updatedAt": iso(comment.updated_at),
        "lastEditedAt": None if comment.updated_at == comment.created_at else iso(comment.updated_at),
        "isMinimized": comment.minimized is not None,
        "minimizedReason": comment.minimized,
        "viewerDidAuthor": mine,
        "viewerCanUpdate": mine,
        "url": view.call.hub.shapes.comment(repository, comment, {})["html_url"],
        "repository": lambda _i: view.graph.repository_node(view, repository),
        "issue": lambda _i: issue_node(view, repository, comment.issue),
        "pullRequest": lambda _i: None if pull is None else view.graph.pull_node(view, pull),
        "reactionGroups": lambda _i: reaction_groups(view, subject),
        "reactions": lambda _i, **a: connection(
            [r for r in view.call.hub.state.reactions.values() if r.subject == subject], a, partial(reaction_node, view)
        ),
    }


def reaction_node(view: View, reaction: Reaction) -> Node:
    """A reaction."""
    user = user_node(view, reaction.user) if reaction.user.type == "User" else None
    return {
        "id": node_id("REA", reaction.id),
        "databaseId": reaction.id,
        "content": REACTIONS[reaction.content],
        "user": user,
    }


def reaction_groups(view: View, subject: str) -> list[Node]:
    """Reactions by content."""
    standing = [reaction for reaction in view.call.hub.state.reactions.values() if reaction.subject == subject]
    return [
        {
            "content": word,
            "viewerHasReacted": any(
                reaction.content == content and reaction.user is view.call.credential.actor for reaction in standing
            ),
            "reactors": lambda _i, content=content, **a: connection(
                [reaction for reaction in standing if reaction.content == content], a, partial(reaction_node, view)
            ),
        }
        for content, word in REACTIONS.items()
    ]
