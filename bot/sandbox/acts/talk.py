"""Issues, comments and reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import ApiError
from bot.sandbox.state import Comment, Issue, Reaction

if TYPE_CHECKING:
    from bot.sandbox.hub import Hub
    from bot.sandbox.state import App, Json, Repository, User

LONGEST_BODY = 65_536


def check_length(body: str, resource: str) -> None:
    """Raise GitHub's 422 for a text that is too long."""
    if len(body) > LONGEST_BODY:
        message = f"Body is too long (maximum is {LONGEST_BODY} characters)"
        error = {"resource": resource, "code": "unprocessable", "field": "data", "message": message}
        raise ApiError(422, "Validation Failed", [error])


def shape_issue(hub: Hub, repository: Repository, issue: Issue) -> Json:
    """An issue with its reactions."""
    return hub.shapes.issue(repository, issue, hub.reactions(subject_of_issue(hub, repository, issue)))


def subject_of_issue(hub: Hub, repository: Repository, issue: Issue) -> str:
    """The node id of an issue or pull request."""
    return str(hub.shapes.issue(repository, issue, {})["node_id"])


def shape_comment(hub: Hub, repository: Repository, comment: Comment) -> Json:
    """A comment with its reactions."""
    shape = hub.shapes.comment(repository, comment, {})
    return hub.shapes.comment(repository, comment, hub.reactions(str(shape["node_id"])))


def tell_issue(hub: Hub, repository: Repository, issue: Issue, action: str, sender: User, **fields: Any) -> None:
    """Deliver `issues`."""
    hub.emit("issues", action, repository, sender, {"issue": shape_issue(hub, repository, issue), **fields})


def open_issue(hub: Hub, repository: Repository, author: User, title: str, body: str = "") -> Issue:
    """Open an issue."""
    check_length(body, "Issue")
    now = hub.state.now()
    issue = Issue(hub.state.next_id(), repository.next_number(), title, body, author, now, now)
    repository.issues[issue.number] = issue
    tell_issue(hub, repository, issue, "opened", author)
    return issue


def edit_issue(  # noqa: PLR0913 -- each is a part of the operation
    hub: Hub, repository: Repository, issue: Issue, sender: User, *, title: str | None = None, body: str | None = None
) -> None:
    """Change title or text."""
    changes: Json = {}
    if title is not None and title != issue.title:
        changes["title"], issue.title = {"from": issue.title}, title
    if body is not None and body != issue.body:
        check_length(body, "Issue")
        changes["body"], issue.body = {"from": issue.body}, body
    if changes:
        issue.updated_at = hub.state.now()
        tell_issue(hub, repository, issue, "edited", sender, changes=changes)


def set_issue_state(hub: Hub, repository: Repository, issue: Issue, sender: User, state: str) -> None:
    """Close or reopen."""
    if issue.state != state:
        issue.state, issue.closed_at = state, hub.state.now() if state == "closed" else None
        issue.state_reason = "completed" if state == "closed" else "reopened"
        tell_issue(hub, repository, issue, "closed" if state == "closed" else "reopened", sender)


def _tell_comment(hub: Hub, repository: Repository, comment: Comment, action: str, sender: User, **fields: Any) -> None:
    shapes = {"issue": shape_issue(hub, repository, comment.issue), "comment": shape_comment(hub, repository, comment)}
    hub.emit("issue_comment", action, repository, sender, {**shapes, **fields})


def comment(  # noqa: PLR0913, PLR0917 -- each is a part of the operation
    hub: Hub, repository: Repository, issue: Issue, author: User, body: str, app: App | None = None
) -> Comment:
    """Comment on an issue or pull request. Raises `ApiError` 403 or 410 where that is not allowed."""
    check_length(body, "IssueComment")
    may_speak(repository, issue, author, "comment")
    now = hub.state.now()
    comment = Comment(hub.state.next_id(), issue, author, body, now, now, app)
    repository.comments[comment.id] = comment
    issue.updated_at = now
    _tell_comment(hub, repository, comment, "created", author)
    return comment


def may_speak(repository: Repository, issue: Issue, user: User, doing: str) -> None:
    """Raise GitHub's refusal for a locked conversation, disabled issues or a blocked account."""
    if user.login in repository.owner.blocked:
        raise ApiError(403, "User is blocked")
    if not repository.has_issues:
        raise ApiError(410, "Issues are disabled for this repo")
    if issue.locked and not repository.may_push(user.login):
        raise ApiError(403, f"Unable to create {doing} because issue is locked.")


def edit_comment(hub: Hub, repository: Repository, comment: Comment, sender: User, body: str) -> None:
    """Change a comment's text."""
    check_length(body, "IssueComment")
    before, comment.body, comment.updated_at = comment.body, body, hub.state.now()
    _tell_comment(hub, repository, comment, "edited", sender, changes={"body": {"from": before}})


def delete_comment(hub: Hub, repository: Repository, comment: Comment, sender: User) -> None:
    """Delete a comment."""
    del repository.comments[comment.id]
    _tell_comment(hub, repository, comment, "deleted", sender)


def react(hub: Hub, user: User, subject: str, content: str) -> tuple[Reaction, bool]:
    """React; the second part is False when that reaction was there already."""
    for reaction in hub.state.reactions.values():
        if reaction.subject == subject and reaction.content == content and reaction.user is user:
            return reaction, False
    reaction = Reaction(hub.state.next_id(), user, content, subject, hub.state.now())
    hub.state.reactions[reaction.id] = reaction
    return reaction, True
