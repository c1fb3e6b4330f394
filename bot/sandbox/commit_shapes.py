"""Commits as REST shows them, with the accounts of their authors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.shapes import person

if TYPE_CHECKING:
    from bot.sandbox.git import Commit, Signature
    from bot.sandbox.hub import Hub
    from bot.sandbox.state import Json, Repository, User

_UNVERIFIED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def account(hub: Hub, signature: Signature) -> User | None:
    """The account that a commit's address belongs to."""
    return next((user for user in hub.state.users.values() if user.email == signature.email), None)


def commit_shape(hub: Hub, repository: Repository, commit: Commit) -> Json:
    """A commit of the commits API."""
    api, html = f"{hub.api}/repos/{repository.full_name}", f"{hub.url}/{repository.full_name}"
    author, committer = account(hub, commit.author), account(hub, commit.committer)
    return {
        "url": f"{api}/commits/{commit.oid}",
        "sha": commit.oid,
        "node_id": f"C_{commit.oid}",
        "html_url": f"{html}/commit/{commit.oid}",
        "comments_url": f"{api}/commits/{commit.oid}/comments",
        "commit": {
            "url": f"{api}/git/commits/{commit.oid}",
            "author": person(commit.author),
            "committer": person(commit.committer),
            "message": commit.message,
            "comment_count": 0,
            "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
            "verification": _UNVERIFIED,
        },
        "author": None if author is None else hub.shapes.user(author),
        "committer": None if committer is None else hub.shapes.user(committer),
        "parents": [
            {"url": f"{api}/commits/{sha}", "sha": sha, "html_url": f"{html}/commit/{sha}"} for sha in commit.parents
        ],
    }


def git_commit_shape(hub: Hub, repository: Repository, commit: Commit) -> Json:
    """A commit of the git database API."""
    api, html = f"{hub.api}/repos/{repository.full_name}", f"{hub.url}/{repository.full_name}"
    return {
        "sha": commit.oid,
        "node_id": f"C_{commit.oid}",
        "url": f"{api}/git/commits/{commit.oid}",
        "html_url": f"{html}/commit/{commit.oid}",
        "author": person(commit.author),
        "committer": person(commit.committer),
        "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
        "message": commit.message,
        "parents": [
            {"url": f"{api}/git/commits/{sha}", "sha": sha, "html_url": f"{html}/commit/{sha}"}
            for sha in commit.parents
        ],
        "verification": _UNVERIFIED,
    }
