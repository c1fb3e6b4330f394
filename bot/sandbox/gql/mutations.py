"""GraphQL mutations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from bot.sandbox.acts import pulls, talk
from bot.sandbox.credentials import require
from bot.sandbox.errors import ApiError
from bot.sandbox.gql import pulls as pull_objects
from bot.sandbox.gql import talk as talk_objects
from bot.sandbox.gql.root import node
from bot.sandbox.gql.view import Node, View, not_found
from bot.sandbox.state import number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.state import Comment, PullRequest, Repository, ReviewThread, User

_CONTENT = {word: content for content, word in talk_objects.REACTIONS.items()}
_WRITE = ("issues:write", "pull_requests:write")


def root(view: View) -> Node:
    """`Mutation`."""
    fields: dict[str, Callable[[View, dict[str, Any]], Node]] = {
        "addComment": _add_comment,
        "addReaction": _add_reaction,
        "updateIssueComment": _update_comment,
        "minimizeComment": _minimize,
        "unminimizeComment": _unminimize,
        "closePullRequest": _close,
        "markPullRequestReadyForReview": _ready,
        "convertPullRequestToDraft": _draft,
        "resolveReviewThread": _resolve_thread,
    }

    def bound(field: Callable[[View, dict[str, Any]], Node]) -> Callable[..., Node]:
        def resolve(_info: Any, **arguments: Any) -> Node:
            fields = arguments["input"]
            try:
                return field(view, fields) | {"clientMutationId": fields.get("clientMutationId")}
            except ApiError as error:
                kind = {403: "FORBIDDEN", 404: "NOT_FOUND"}.get(error.status, "UNPROCESSABLE")
                raise GraphQLError(error.message, extensions={"type": kind}) from None

        return resolve

    return {name: bound(field) for name, field in fields.items()}


def _actor(view: View) -> User:
    return view.call.actor


def _find_comment(view: View, identifier: str) -> tuple[Repository, Comment]:
    numbered = number_of(identifier)
    for repository in view.call.hub.state.repositories.values():
        if numbered is not None and numbered[0] == "IC" and numbered[1] in repository.comments:
            require(view.call.credential, repository, _WRITE, write=True)
            return repository, repository.comments[numbered[1]]
    raise not_found("a node", f"global id of '{identifier[:100]}'")


def _find_thread(view: View, identifier: str, kind: str, *needs: str) -> ReviewThread:
    """The thread with this id, or with a comment of this id. Raises unless the caller has one of the permissions."""
    numbered = number_of(identifier)
    for repository in view.call.hub.state.repositories.values():
        if numbered is not None and numbered[0] == kind and numbered[1] in repository.threads:
            require(view.call.credential, repository, needs, write=True)
            return repository.threads[numbered[1]]
    raise not_found("a node", f"global id of '{identifier[:100]}'")


def _find_pull(view: View, identifier: str) -> PullRequest:
    numbered = number_of(identifier)
    for repository in view.call.hub.state.repositories.values():
        for pull in repository.pulls.values():
            if numbered == ("PR", pull.id):
                require(view.call.credential, repository, ("pull_requests:write",), write=True)
                return pull
    raise not_found("a node", f"global id of '{identifier[:100]}'")


def _require_review(view: View, number: int, identifier: str) -> None:
    """Raise unless there is such a review that may be reacted to."""
    for repository in view.call.hub.state.repositories.values():
        if number in repository.reviews:
            require(view.call.credential, repository, _WRITE, write=True)
            return
    raise not_found("a node", f"global id of '{identifier[:100]}'")


def _subject(view: View, identifier: str) -> tuple[Repository, int]:
    """The repository and number of an issue or pull request."""
    numbered = number_of(identifier)
    for repository in view.call.hub.state.repositories.values():
        for issue in repository.issues.values():
            pull = repository.pulls.get(issue.number)
            if numbered == (("I", issue.id) if pull is None else ("PR", pull.id)):
                require(view.call.credential, repository, _WRITE, write=True)
                return repository, issue.number
    raise not_found("a node", f"global id of '{identifier[:100]}'")


def _add_comment(view: View, arguments: dict[str, Any]) -> Node:
    repository, number = _subject(view, arguments["subjectId"])
    app = view.call.credential.app
    comment = talk.comment(view.call.hub, repository, repository.issues[number], _actor(view), arguments["body"], app)
    added = talk_objects.comment_node(view, repository, comment)
    return {"commentEdge": {"node": added, "cursor": ""}, "subject": node(view, arguments["subjectId"])}


def _add_reaction(view: View, arguments: dict[str, Any]) -> Node:
    identifier = arguments["subjectId"]
    kind = number_of(identifier)
    if kind is not None and kind[0] == "IC":
        _find_comment(view, identifier)
    elif kind is not None and kind[0] == "PRR":
        _require_review(view, kind[1], identifier)
    else:
        _subject(view, identifier)
    reaction, _ = talk.react(view.call.hub, _actor(view), identifier, _CONTENT[arguments["content"]])
    return {"reaction": talk_objects.reaction_node(view, reaction), "subject": node(view, identifier)}


def _update_comment(view: View, arguments: dict[str, Any]) -> Node:
    repository, comment = _find_comment(view, arguments["id"])
    if comment.user is not _actor(view):
        raise ApiError(403, "Resource not accessible by integration")
    talk.edit_comment(view.call.hub, repository, comment, _actor(view), arguments["body"])
    return {"issueComment": talk_objects.comment_node(view, repository, comment)}


def _minimize(view: View, arguments: dict[str, Any]) -> Node:
    reason = str(arguments["classifier"]).lower().replace("_", "-")
    if str(arguments["subjectId"]).startswith("PRRC_"):
        thread = _find_thread(view, arguments["subjectId"], "PRRC", "pull_requests:write")
        thread.minimized = reason
        return {"minimizedComment": pull_objects.review_comment_node(view, thread)}
    repository, comment = _find_comment(view, arguments["subjectId"])
    comment.minimized = reason
    return {"minimizedComment": talk_objects.comment_node(view, repository, comment)}


def _unminimize(view: View, arguments: dict[str, Any]) -> Node:
    repository, comment = _find_comment(view, arguments["subjectId"])
    comment.minimized = None
    return {"unminimizedComment": talk_objects.comment_node(view, repository, comment)}


def _resolve_thread(view: View, arguments: dict[str, Any]) -> Node:
    """GitHub asks for the right to write contents here: https://github.com/github/gh-aw/issues/35726."""
    thread = _find_thread(view, arguments["threadId"], "PRRT", "contents:write")
    thread.resolved_by = _actor(view)
    return {"thread": pull_objects.thread_node(view, thread)}


def _close(view: View, arguments: dict[str, Any]) -> Node:
    pull = _find_pull(view, arguments["pullRequestId"])
    pulls.close(view.call.hub, pull, _actor(view))
    return {"pullRequest": pull_objects.pull_node(view, pull)}


def _ready(view: View, arguments: dict[str, Any]) -> Node:
    return _set_draft(view, arguments, draft=False)


def _draft(view: View, arguments: dict[str, Any]) -> Node:
    return _set_draft(view, arguments, draft=True)


def _set_draft(view: View, arguments: dict[str, Any], *, draft: bool) -> Node:
    pull = _find_pull(view, arguments["pullRequestId"])
    pulls.set_draft(view.call.hub, pull, _actor(view), draft=draft)
    return {"pullRequest": pull_objects.pull_node(view, pull)}
