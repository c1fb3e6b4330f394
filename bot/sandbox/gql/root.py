"""The fields of `Query`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.gql import checks, code, pulls, talk
from bot.sandbox.gql.view import Graph, Node, View, not_found
from bot.sandbox.state import iso, number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.state import Repository


class _Graph:
    """`view.Graph` from the modules that know how to build each object."""

    repository_node = staticmethod(code.repository_node)
    ref_node = staticmethod(code.ref_node)
    object_node = staticmethod(code.object_node)
    commit_node = staticmethod(code.commit_node)
    pull_node = staticmethod(pulls.pull_node)


GRAPH: Graph = _Graph()


def node(view: View, identifier: str) -> Node | None:
    """Whatever has a global id."""
    numbered = number_of(identifier)
    makers: dict[str, Callable[[Repository, int], Node | None]] = {
        "R": lambda repository, number: code.repository_node(view, repository) if repository.id == number else None,
        "PR": lambda repository, number: next(
            (pulls.pull_node(view, p) for p in repository.pulls.values() if p.id == number), None
        ),
        "I": lambda repository, number: next(
            (talk.issue_node(view, repository, i) for i in repository.issues.values() if i.id == number), None
        ),
        "IC": lambda repository, number: (
            talk.comment_node(view, repository, repository.comments[number]) if number in repository.comments else None
        ),
        "PRR": lambda repository, number: (
            pulls.review_node(view, repository.reviews[number]) if number in repository.reviews else None
        ),
        "CR": lambda repository, number: (
            checks.run_node(view, repository, repository.runs[number]) if number in repository.runs else None
        ),
        "CS": lambda repository, number: (
            checks.suite_node(view, repository, repository.suites[number]) if number in repository.suites else None
        ),
    }
    if numbered is not None and numbered[0] in makers:
        for repository in view.call.hub.state.repositories.values():
            node = makers[numbered[0]](repository, numbered[1]) if view.call.credential.sees(repository) else None
            if node is not None:
                return node
    raise not_found("a node", f"global id of '{identifier[:100]}'")


def root(view: View) -> Node:
    """`Query`."""
    call = view.call
    limit = call.hub.limits.show(call.credential, "graphql")
    return {
        "repository": lambda _i, **a: code.repository_node(view, view.readable(f"{a['owner']}/{a['name']}")),
        "node": lambda _i, **a: node(view, a["id"]),
        "nodes": lambda _i, **a: [node(view, identifier) for identifier in a["ids"]],
        "viewer": lambda _i: talk.user_node(view, call.credential.actor),
        "rateLimit": {
            "cost": view.points,
            "nodeCount": view.nodes,
            "limit": limit["limit"],
            "used": limit["used"],
            "remaining": limit["remaining"],
            "resetAt": iso(limit["reset"]),
        },
    }
