"""Repositories and what git knows, as GraphQL objects."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from bot.sandbox.commit_shapes import account
from bot.sandbox.gql import checks, pulls, talk
from bot.sandbox.gql.view import Node, View, connection, not_found
from bot.sandbox.state import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.git import Commit, FileChange, Signature, TreeEntry
    from bot.sandbox.state import Repository

TRUNCATED = 512_000
"""`Blob.text` is cut off here, in bytes."""
_BINARY_LOOK = 8000


def repository_node(view: View, one: Repository) -> Node:
    """A repository."""
    return {
        "__typename": "Repository",
        "id": one.node_id,
        "databaseId": one.id,
        "name": one.name,
        "nameWithOwner": one.full_name,
        "owner": talk.user_node(view, one.owner),
        "url": f"{view.url}/{one.full_name}",
        "isFork": one.parent is not None,
        "isArchived": one.archived,
        "isPrivate": one.private,
        "isEmpty": one.head() is None,
        "isDisabled": False,
        "isLocked": False,
        "visibility": "PRIVATE" if one.private else "PUBLIC",
        "createdAt": iso(one.created_at),
        "updatedAt": iso(one.pushed_at),
        "pushedAt": iso(one.pushed_at),
        "parent": lambda _i: None if one.parent is None else repository_node(view, one.parent),
        "viewerPermission": "READ",
        "defaultBranchRef": lambda _i: ref_node(view, one, f"refs/heads/{one.default_branch}"),
        "object": lambda _i, **a: object_node(view, one, a.get("oid") or a.get("expression") or ""),
        "ref": lambda _i, **a: ref_node(view, one, a["qualifiedName"]),
        "refs": lambda _i, **a: ref_connection(view, one, a),
        "issue": lambda _i, **a: _issue_number(view, one, a["number"]),
        "issues": lambda _i, **a: talk.issue_connection(view, one, a),
        "pullRequest": lambda _i, **a: _pull_number(view, one, a["number"]),
        "pullRequests": lambda _i, **a: pulls.pull_connection(view, list(one.pulls.values()), a),
        "issueOrPullRequest": lambda _i, **a: _either(view, one, a["number"]),
        "labels": lambda _i, **a: connection(list(one.labels), a, lambda name: talk.label_node(view, one, name)),
    }


def _issue_number(view: View, one: Repository, number: int) -> Node:
    if number not in one.issues or number in one.pulls:
        raise not_found("an Issue", f"number of {number}")
    return talk.issue_node(view, one, one.issues[number])


def _pull_number(view: View, one: Repository, number: int) -> Node:
    if number not in one.pulls:
        raise not_found("a PullRequest", f"number of {number}")
    return pulls.pull_node(view, one.pulls[number])


def _either(view: View, one: Repository, number: int) -> Node:
    if number not in one.issues:
        raise not_found("an issue or pull request", f"number of {number}")
    return _pull_number(view, one, number) if number in one.pulls else _issue_number(view, one, number)


def ref_node(view: View, one: Repository, name: str) -> Node | None:
    """A ref by its full name, or a branch by its short one."""
    full = name if name.startswith("refs/") else f"refs/heads/{name}"
    sha = one.refs.get(full)
    if sha is None:
        return None
    prefix = "refs/" + full.split("/")[1] + "/"
    short = full.removeprefix(prefix)
    return {
        "id": f"REF_{base64.urlsafe_b64encode(f'{one.id}:{full}'.encode()).decode()}",
        "name": short,
        "prefix": prefix,
        "repository": lambda _i: repository_node(view, one),
        "target": lambda _i: object_node(view, one, sha),
        "associatedPullRequests": lambda _i, **a: pulls.pull_connection(
            view, [pull for pull in one.pulls.values() if pull.head is one and pull.head_ref == short], a
        ),
        "compare": lambda _i, **a: comparison_node(view, one, sha, a["headRef"]),
    }


def ref_connection(view: View, one: Repository, arguments: dict[str, Any]) -> Node:
    """Refs under a prefix, whose names contain `query`."""
    prefix, query = arguments["refPrefix"], arguments.get("query") or ""
    names = sorted(
        name for name in one.refs if name.startswith(prefix) and query.lower() in name[len(prefix) :].lower()
    )
    backwards = arguments.get("direction") == "DESC" or (arguments.get("orderBy") or {}).get("direction") == "DESC"
    return connection(names[::-1] if backwards else names, arguments, lambda name: ref_node(view, one, name) or {})


def comparison_node(view: View, one: Repository, base_sha: str, head_ref: str) -> Node | None:
    """Two commits compared."""
    head_sha = one.branch(head_ref) or one.refs.get(head_ref) or head_ref
    base, head = one.git.commit(base_sha), one.git.commit(head_sha)
    if base is None or head is None:
        return None
    ahead = one.git.log(head.oid, f"^{base.oid}")[::-1]
    behind = len(one.git.log(base.oid, f"^{head.oid}"))
    status = "DIVERGED" if ahead and behind else "AHEAD" if ahead else "BEHIND" if behind else "IDENTICAL"
    return {
        "id": f"CMP_{base.oid[:10]}{head.oid[:10]}",
        "aheadBy": len(ahead),
        "behindBy": behind,
        "status": status,
        "baseTarget": commit_node(view, one, base),
        "headTarget": commit_node(view, one, head),
        "commits": lambda _i, **a: connection(ahead, a, lambda commit: commit_node(view, one, commit)),
    }


def object_node(view: View, one: Repository, expression: str) -> Node | None:
    """What a revision names: a blob, a tree, a commit, a tag; None when it names nothing."""
    revision, colon, path = expression.partition(":")
    if revision in one.refs or f"refs/heads/{revision}" in one.refs:
        revision = one.refs.get(revision) or one.refs[f"refs/heads/{revision}"]
    found = one.git.read(f"{revision}{colon}{path}") if revision else None
    if found is None:
        return None
    common = {
        "id": f"{found.kind.title()}_{found.oid}",
        "oid": found.oid,
        "abbreviatedOid": found.oid[:7],
        "repository": lambda _i: repository_node(view, one),
    }
    if found.kind == "commit":
        commit = one.git.commit(found.oid)
        return None if commit is None else commit_node(view, one, commit)
    if found.kind == "tree":
        return common | {
            "__typename": "Tree",
            "entries": lambda _i: [entry_node(view, one, line, path) for line in one.git.entries(found.oid)],
        }
    if found.kind == "blob":
        return common | {"__typename": "Blob"} | blob(found.content)
    return common | {
        "__typename": "Tag",
        "name": revision,
        "target": lambda _i: object_node(view, one, f"{found.oid}^{{}}"),
    }


def entry_node(view: View, one: Repository, line: TreeEntry, folder: str) -> Node:
    """A line of a tree; its mode is a decimal number, as GitHub gives it."""
    path = f"{folder.rstrip('/')}/{line.name}".lstrip("/")

    def size(_info: Any) -> int:
        found = one.git.read(line.oid) if line.kind == "blob" else None
        return 0 if found is None else len(found.content)

    def inner(_info: Any) -> Node | None:
        found = object_node(view, one, line.oid) if line.kind != "commit" else None
        if found is not None and found["__typename"] == "Tree":
            found["entries"] = lambda _i: [entry_node(view, one, inside, path) for inside in one.git.entries(line.oid)]
        return found

    return {
        "name": line.name,
        "path": path,
        "mode": int(line.mode, 8),
        "type": line.kind,
        "oid": line.oid,
        "object": inner,
        "size": size,
    }


def commit_node(view: View, one: Repository, commit: Commit) -> Node:
    """A commit."""
    headline, _, rest = commit.message.partition("\n")
    return {
        "__typename": "Commit",
        "id": f"C_{commit.oid}",
        "oid": commit.oid,
        "abbreviatedOid": commit.oid[:7],
        "repository": lambda _i: repository_node(view, one),
        "url": f"{view.url}/{one.full_name}/commit/{commit.oid}",
        "tree": lambda _i: object_node(view, one, commit.tree),
        "message": commit.message,
        "messageHeadline": headline,
        "messageBody": rest.strip("\n"),
        "authoredDate": iso(commit.author.when),
        "committedDate": iso(commit.committer.when),
        "author": actor_node(view, commit.author),
        "committer": actor_node(view, commit.committer),
        "file": lambda _i, **a: _file_node(view, one, commit, a["path"]),
        "parents": lambda _i, **a: connection(
            [parent for sha in commit.parents if (parent := one.git.commit(sha))],
            a,
            lambda p: commit_node(view, one, p),
        ),
        "history": lambda _i, **a: connection(
            one.git.log(commit.oid, path=a.get("path")), a, lambda c: commit_node(view, one, c)
        ),
        "checkSuites": lambda _i, **a: checks.suite_connection(view, one, commit.oid, a),
        "associatedPullRequests": lambda _i, **a: pulls.pull_connection(
            view, [pull for pull in one.pulls.values() if commit.oid in {pull.head_sha, pull.merge_sha}], a
        ),
        "changedFilesIfAvailable": lambda _i: len(_changes(one, commit)),
        "additions": lambda _i: sum(change.additions for change in _changes(one, commit)),
        "deletions": lambda _i: sum(change.deletions for change in _changes(one, commit)),
    }


def _file_node(view: View, one: Repository, commit: Commit, path: str) -> Node:
    """A file or folder of a commit. Raises NOT_FOUND beside the null, unlike `object`, which is just null."""
    folder, _, name = path.strip("/").rpartition("/")
    tree = one.git.read(f"{commit.oid}:{folder}")
    lines = one.git.entries(tree.oid) if tree is not None else ()
    found = next((entry_node(view, one, line, folder) for line in lines if line.name == name), None)
    if found is None:
        raise GraphQLError(f"Could not resolve file for path '{path}'.", extensions={"type": "NOT_FOUND"})
    return found


def actor_node(view: View, who: Signature) -> Node:
    """An author as git knows one."""
    user = account(view.call.hub, who)
    return {"name": who.name, "email": who.email, "date": iso(who.when), "user": user and talk.user_node(view, user)}


def blob(content: bytes) -> Node:
    """A blob's text: null when binary, cut off at 512,000 bytes."""
    binary = b"\0" in content[:_BINARY_LOOK]
    text = None if binary else content[:TRUNCATED].decode("utf-8", "replace")
    return {"byteSize": len(content), "isBinary": binary, "isTruncated": len(content) > TRUNCATED, "text": text}


def _changes(one: Repository, commit: Commit) -> Sequence[FileChange]:
    return one.git.diff(commit.parents[0], commit.oid) if commit.parents else ()
