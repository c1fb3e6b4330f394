"""GraphQL mutations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from bot.sandbox.acts import pulls, talk
from bot.sandbox.credentials import require
from bot.sandbox.errors import ApiError
from bot.sandbox.graphql_objects import REACTIONS, Node, Objects, not_found
from bot.sandbox.state import number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.state import Comment, PullRequest, Repository, User

_CONTENT = {word: content for content, word in REACTIONS.items()}
_WRITE = ("issues:write", "pull_requests:write")


def root(objects: Objects) -> Node:
    """`Mutation`."""
    fields: dict[str, Callable[[Objects, dict[str, Any]], Node]] = {
        "addComment": _add_comment,
        "addReaction": _add_reaction,
        "updateIssueComment": _update_comment,
        "minimizeComment": _minimize,
        "unminimizeComment": _unminimize,
        "closePullRequest": _close,
        "markPullRequestReadyForReview": _ready,
        "convertPullRequestToDraft": _draft,
    }

    def bound(field: Callable[[Objects, dict[str, Any]], Node]) -> Callable[..., Node]:
        def resolve(_info: Any, **arguments: Any) -> Node:
            given = arguments["input"]
            try:
                return field(objects, given) | {"clientMutationId": given.get("clientMutationId")}
            except ApiError as error:
                kind = {403: "FORBIDDEN", 404: "NOT_FOUND"}.get(error.status, "UNPROCESSABLE")
                raise GraphQLError(error.message, extensions={"type": kind}) from None

        return resolve

    return {name: bound(field) for name, field in fields.items()}


def _actor(objects: Objects) -> User:
    return objects.call.actor


def _find_comment(objects: Objects, identifier: str) -> tuple[Repository, Comment]:
    found = number_of(identifier)
    for repository in objects.call.hub.state.repositories.values():
        if found is not None and found[0] == "IC" and found[1] in repository.comments:
            require(objects.call.credential, repository, _WRITE, write=True)
            return repository, repository.comments[found[1]]
    raise not_found("a node", f"global id of '{identifier[:100]}'")


def _find_pull(objects: Objects, identifier: str) -> PullRequest:
    found = number_of(identifier)
    for repository in objects.call.hub.state.repositories.values():
        for pull in repository.pulls.values():
            if found == ("PR", pull.id):
                require(objects.call.credential, repository, ("pull_requests:write",), write=True)
                return pull
    raise not_found("a node", f"global id of '{identifier[:100]}'")


def _subject(objects: Objects, identifier: str) -> tuple[Repository, int]:
    """The repository and number of an issue or pull request."""
    found = number_of(identifier)
    for repository in objects.call.hub.state.repositories.values():
        for issue in repository.issues.values():
            pull = repository.pulls.get(issue.number)
            if found == (("I", issue.id) if pull is None else ("PR", pull.id)):
                require(objects.call.credential, repository, _WRITE, write=True)
                return repository, issue.number
    raise not_found("a node", f"global id of '{identifier[:100]}'")


def _add_comment(objects: Objects, given: dict[str, Any]) -> Node:
    repository, number = _subject(objects, given["subjectId"])
    app = objects.call.credential.app
    one = talk.comment(objects.call.hub, repository, repository.issues[number], _actor(objects), given["body"], app)
    node = objects.comment(repository, one)
    return {"commentEdge": {"node": node, "cursor": ""}, "subject": objects.node(given["subjectId"])}


def _add_reaction(objects: Objects, given: dict[str, Any]) -> Node:
    identifier = given["subjectId"]
    kind = number_of(identifier)
    if kind is not None and kind[0] == "IC":
        _find_comment(objects, identifier)
    else:
        _subject(objects, identifier)
    one, _ = talk.react(objects.call.hub, _actor(objects), identifier, _CONTENT[given["content"]])
    return {"reaction": objects.reaction(one), "subject": objects.node(identifier)}


def _update_comment(objects: Objects, given: dict[str, Any]) -> Node:
    repository, one = _find_comment(objects, given["id"])
    if one.user is not _actor(objects):
        raise ApiError(403, "Resource not accessible by integration")
    talk.edit_comment(objects.call.hub, repository, one, _actor(objects), given["body"])
    return {"issueComment": objects.comment(repository, one)}


def _minimize(objects: Objects, given: dict[str, Any]) -> Node:
    repository, one = _find_comment(objects, given["subjectId"])
    one.minimized = str(given["classifier"]).lower().replace("_", "-")
    return {"minimizedComment": objects.comment(repository, one)}


def _unminimize(objects: Objects, given: dict[str, Any]) -> Node:
    repository, one = _find_comment(objects, given["subjectId"])
    one.minimized = None
    return {"unminimizedComment": objects.comment(repository, one)}


def _close(objects: Objects, given: dict[str, Any]) -> Node:
    pull = _find_pull(objects, given["pullRequestId"])
    pulls.close(objects.call.hub, pull, _actor(objects))
    return {"pullRequest": objects.pull(pull)}


def _ready(objects: Objects, given: dict[str, Any]) -> Node:
    return _set_draft(objects, given, draft=False)


def _draft(objects: Objects, given: dict[str, Any]) -> Node:
    return _set_draft(objects, given, draft=True)


def _set_draft(objects: Objects, given: dict[str, Any], *, draft: bool) -> Node:
    pull = _find_pull(objects, given["pullRequestId"])
    pulls.set_draft(objects.call.hub, pull, _actor(objects), draft=draft)
    return {"pullRequest": objects.pull(pull)}
