"""Issues, comments and reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.acts import pulls, talk
from bot.sandbox.errors import ApiError
from bot.sandbox.routing import Call, Json, Reply, route
from bot.sandbox.state import iso, node_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.state import Comment, Issue

_REPO = "/repos/{owner}/{repo}"
_READ = ("issues:read", "pull_requests:read")
_WRITE = ("issues:write", "pull_requests:write")


def _issue(call: Call) -> Issue:
    issue = call.repository.issues.get(call.number("issue_number"))
    if issue is None:
        raise ApiError(404, "Not Found")
    return issue


def _comment(call: Call) -> Comment:
    comment = call.repository.comments.get(call.number("comment_id"))
    if comment is None:
        raise ApiError(404, "Not Found")
    return comment


def _subject(call: Call) -> Issue:
    """The issue that a reaction is about, itself or by a comment of it."""
    return _comment(call).issue if "comment_id" in call.params else _issue(call)


def _may_change(call: Call, comment: Comment) -> None:
    """Check that the sender may change a comment: an App only its own, a person with write access any."""
    mine = comment.user is call.actor
    if not mine and (call.credential.token is not None or not call.repository.may_push(call.actor.login)):
        raise ApiError(403, "Resource not accessible by integration")


def _since(call: Call, moment: float) -> bool:
    return "since" not in call.query or iso(moment) >= call.query["since"]


@route("GET", f"{_REPO}/issues", "issues/list-for-repo", *_READ)
def list_issues(call: Call) -> Reply:
    """Issues and pull requests, newest first."""
    state = call.query.get("state", "open")
    issues = [issue for issue in reversed(call.repository.issues.values()) if state in {"all", issue.state}]
    issues = [issue for issue in issues if _since(call, issue.updated_at)]
    return call.listed(issues, lambda issue: talk.shape_issue(call.hub, call.repository, issue))


@route("POST", f"{_REPO}/issues", "issues/create", "issues:write")
def create_issue(call: Call) -> Reply:
    """Open an issue."""
    issue = talk.open_issue(call.hub, call.repository, call.actor, str(call.body["title"]), call.body.get("body") or "")
    return Reply(talk.shape_issue(call.hub, call.repository, issue), 201)


@route("GET", f"{_REPO}/issues/{{issue_number}}", "issues/get", *_READ)
def get_issue(call: Call) -> Reply:
    """One issue or pull request."""
    return Reply(talk.shape_issue(call.hub, call.repository, _issue(call)))


@route("PATCH", f"{_REPO}/issues/{{issue_number}}", "issues/update", *_WRITE)
def update_issue(call: Call) -> Reply:
    """Change title, text, state or labels."""
    issue, body, repository = _issue(call), call.body, call.repository
    title = None if body.get("title") is None else str(body["title"])
    pull = repository.pulls.get(issue.number)
    if pull is not None:
        pulls.edit(call.hub, pull, call.actor, title=title, body=body.get("body"))
    else:
        talk.edit_issue(call.hub, repository, issue, call.actor, title=title, body=body.get("body"))
        if "state" in body:
            talk.set_issue_state(call.hub, repository, issue, call.actor, body["state"])
    if "labels" in body:
        issue.labels = [label if isinstance(label, str) else str(label.get("name")) for label in body["labels"]]
    return Reply(talk.shape_issue(call.hub, repository, issue))


@route("GET", f"{_REPO}/issues/{{issue_number}}/comments", "issues/list-comments", *_READ)
def list_comments(call: Call) -> Reply:
    """An issue's comments, oldest first."""
    issue = _issue(call)
    comments = [
        comment
        for comment in call.repository.comments.values()
        if comment.issue is issue and _since(call, comment.updated_at)
    ]
    return call.listed(comments, lambda comment: talk.shape_comment(call.hub, call.repository, comment))


@route("GET", f"{_REPO}/issues/comments", "issues/list-comments-for-repo", *_READ)
def list_all_comments(call: Call) -> Reply:
    """A repository's comments."""
    comments = [comment for comment in call.repository.comments.values() if _since(call, comment.updated_at)]
    return call.listed(comments, lambda comment: talk.shape_comment(call.hub, call.repository, comment))


@route("POST", f"{_REPO}/issues/{{issue_number}}/comments", "issues/create-comment", *_WRITE)
def create_comment(call: Call) -> Reply:
    """Comment."""
    issue = _issue(call)
    app = call.credential.app if call.credential.token is not None else None
    comment = talk.comment(call.hub, call.repository, issue, call.actor, str(call.body["body"]), app)
    shape = talk.shape_comment(call.hub, call.repository, comment)
    return Reply(shape, 201, {"Location": shape["url"]})


@route("GET", f"{_REPO}/issues/comments/{{comment_id}}", "issues/get-comment", *_READ)
def get_comment(call: Call) -> Reply:
    """One comment."""
    return Reply(talk.shape_comment(call.hub, call.repository, _comment(call)))


@route("PATCH", f"{_REPO}/issues/comments/{{comment_id}}", "issues/update-comment", *_WRITE)
def update_comment(call: Call) -> Reply:
    """Change a comment."""
    comment = _comment(call)
    _may_change(call, comment)
    talk.edit_comment(call.hub, call.repository, comment, call.actor, str(call.body["body"]))
    return Reply(talk.shape_comment(call.hub, call.repository, comment))


@route("DELETE", f"{_REPO}/issues/comments/{{comment_id}}", "issues/delete-comment", *_WRITE)
def delete_comment(call: Call) -> Reply:
    """Delete a comment."""
    comment = _comment(call)
    _may_change(call, comment)
    talk.delete_comment(call.hub, call.repository, comment, call.actor)
    return Reply(status=204)


def _react(call: Call, subject: str) -> Reply:
    talk.may_speak(call.repository, _subject(call), call.actor, "reaction")
    reaction, new = talk.react(call.hub, call.actor, subject, str(call.body["content"]))
    return Reply(call.hub.shapes.reaction(reaction), 201 if new else 200)


def _reactions(call: Call, subject: str) -> Reply:
    reactions = [reaction for reaction in call.hub.state.reactions.values() if reaction.subject == subject]
    if "content" in call.query:
        reactions = [reaction for reaction in reactions if reaction.content == call.query["content"]]
    return call.listed(reactions, call.hub.shapes.reaction)


def _remove(call: Call, subject: str) -> Reply:
    reaction = call.hub.state.reactions.get(call.number("reaction_id"))
    if reaction is None or reaction.subject != subject:
        raise ApiError(404, "Not Found")
    if reaction.user is not call.actor:
        raise ApiError(403, "Resource not accessible by integration")
    del call.hub.state.reactions[reaction.id]
    return Reply(status=204)


def _of_comment(call: Call) -> str:
    return node_id("IC", _comment(call).id)


def _of_issue(call: Call) -> str:
    return talk.subject_of_issue(call.hub, call.repository, _issue(call))


def _register(kind: str, template: str, find: Callable[[Call], str]) -> None:
    """Register the three operations on reactions for one kind of subject."""
    route("GET", template, f"reactions/list-for-{kind}", *_READ)(lambda call: _reactions(call, find(call)))
    route("POST", template, f"reactions/create-for-{kind}", *_WRITE)(lambda call: _react(call, find(call)))
    name = f"reactions/delete-for-{kind}"
    route("DELETE", f"{template}/{{reaction_id}}", name, *_WRITE)(lambda call: _remove(call, find(call)))


_register("issue-comment", f"{_REPO}/issues/comments/{{comment_id}}/reactions", _of_comment)
_register("issue", f"{_REPO}/issues/{{issue_number}}/reactions", _of_issue)


@route("GET", f"{_REPO}/labels", "issues/list-labels-for-repo", *_READ)
def list_labels(call: Call) -> Reply:
    """A repository's labels."""

    def shape(name: str) -> Json:
        return call.hub.shapes.label(call.repository, name)

    return call.listed(list(call.repository.labels), shape)
