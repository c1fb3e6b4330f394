"""The fields of `Query`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.gql import checks, code, pulls, talk
from bot.sandbox.gql.view import Node, View, not_found
from bot.sandbox.state import iso, number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.state import Repository


def node(view: View, identifier: str) -> Node | None:
    """Whatever has a global id."""
    found = number_of(identifier)
    makers: dict[str, Callable[[Repository, int], Node | None]] = {
        "R": lambda one, number: code.repository_node(view, one) if one.id == number else None,
        "PR": lambda one, number: next((pulls.pull_node(view, p) for p in one.pulls.values() if p.id == number), None),
        "I": lambda one, number: next(
            (talk.issue_node(view, one, i) for i in one.issues.values() if i.id == number), None
        ),
        "IC": lambda one, number: (
            talk.comment_node(view, one, one.comments[number]) if number in one.comments else None
        ),
        "PRR": lambda one, number: pulls.review_node(view, one.reviews[number]) if number in one.reviews else None,
        "CR": lambda one, number: checks.run_node(view, one, one.runs[number]) if number in one.runs else None,
        "CS": lambda one, number: checks.suite_node(view, one, one.suites[number]) if number in one.suites else None,
    }
    if found is not None and found[0] in makers:
        for repository in view.call.hub.state.repositories.values():
            node = makers[found[0]](repository, found[1]) if view.call.credential.sees(repository) else None
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
        "nodes": lambda _i, **a: [node(view, one) for one in a["ids"]],
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
