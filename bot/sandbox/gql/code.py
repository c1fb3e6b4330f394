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


def repository_node(view: View, repository: Repository) -> Node:
    """A repository."""
    return {
        "__typename": "Repository",
        "id": repository.node_id,
        "databaseId": repository.id,
        "name": repository.name,
        "nameWithOwner": repository.full_name,
        "owner": talk.user_node(view, repository.owner),
        "url": f"{view.url}/{repository.full_name}",
        "isFork": repository.parent is not None,
        "isArchived": repository.archived,
        "isPrivate": repository.private,
        "isEmpty": repository.head() is None,
        "isDisabled": False,
        "isLocked": False,
        "visibility": "PRIVATE" if repository.private else "PUBLIC",
        "createdAt": iso(repository.created_at),
        "updatedAt": iso(repository.pushed_at),
        "pushedAt": iso(repository.pushed_at),
        "parent": lambda _i: None if repository.parent is None else repository_node(view, repository.parent),
        "viewerPermission": "READ",
        "defaultBranchRef": lambda _i: ref_node(view, repository, f"refs/heads/{repository.default_branch}"),
        "object": lambda _i, **a: object_node(view, repository, a.get("oid") or a.get("expression") or ""),
        "ref": lambda _i, **a: ref_node(view, repository, a["qualifiedName"]),
        "refs": lambda _i, **a: ref_connection(view, repository, a),
        "issue": lambda _i, **a: _issue_number(view, repository, a["number"]),
        "issues": lambda _i, **a: talk.issue_connection(view, repository, a),
        "pullRequest": lambda _i, **a: _pull_number(view, repository, a["number"]),
        "pullRequests": lambda _i, **a: pulls.pull_connection(view, list(repository.pulls.values()), a),
        "issueOrPullRequest": lambda _i, **a: _either(view, repository, a["number"]),
        "labels": lambda _i, **a: connection(
            list(repository.labels), a, lambda name: talk.label_node(view, repository, name)
        ),
    }


def _issue_number(view: View, repository: Repository, number: int) -> Node:
    if number not in repository.issues or number in repository.pulls:
        raise not_found("an Issue", f"number of {number}")
    return talk.issue_node(view, repository, repository.issues[number])


def _pull_number(view: View, repository: Repository, number: int) -> Node:
    if number not in repository.pulls:
        raise not_found("a PullRequest", f"number of {number}")
    return pulls.pull_node(view, repository.pulls[number])


def _either(view: View, repository: Repository, number: int) -> Node:
    if number not in repository.issues:
        raise not_found("an issue or pull request", f"number of {number}")
    return (
        _pull_number(view, repository, number)
        if number in repository.pulls
        else _issue_number(view, repository, number)
    )


def ref_node(view: View, repository: Repository, name: str) -> Node | None:
    """A ref by its full name, or a branch by its short one."""
    full = name if name.startswith("refs/") else f"refs/heads/{name}"
    sha = repository.refs.get(full)
    if sha is None:
        return None
    prefix = "refs/" + full.split("/")[1] + "/"
    short = full.removeprefix(prefix)
    return {
        "id": f"REF_{base64.urlsafe_b64encode(f'{repository.id}:{full}'.encode()).decode()}",
        "name": short,
        "prefix": prefix,
        "repository": lambda _i: repository_node(view, repository),
        "target": lambda _i: object_node(view, repository, sha),
        "associatedPullRequests": lambda _i, **a: pulls.pull_connection(
            view, [pull for pull in repository.pulls.values() if pull.head is repository and pull.head_ref == short], a
        ),
        "compare": lambda _i, **a: comparison_node(view, repository, sha, a["headRef"]),
    }


def ref_connection(view: View, repository: Repository, arguments: dict[str, Any]) -> Node:
    """Refs under a prefix, whose names contain `query`."""
    prefix, query = arguments["refPrefix"], arguments.get("query") or ""
    names = sorted(
        name for name in repository.refs if name.startswith(prefix) and query.lower() in name[len(prefix) :].lower()
    )
    backwards = arguments.get("direction") == "DESC" or (arguments.get("orderBy") or {}).get("direction") == "DESC"
    return connection(
        names[::-1] if backwards else names, arguments, lambda name: ref_node(view, repository, name) or {}
    )


def comparison_node(view: View, repository: Repository, base_sha: str, head_ref: str) -> Node | None:
    """Two commits compared."""
    head_sha = repository.branch(head_ref) or repository.refs.get(head_ref) or head_ref
    base, head = repository.git.commit(base_sha), repository.git.commit(head_sha)
    if base is None or head is None:
        return None
    ahead = repository.git.log(head.oid, f"^{base.oid}")[::-1]
    behind = len(repository.git.log(base.oid, f"^{head.oid}"))
    status = "DIVERGED" if ahead and behind else "AHEAD" if ahead else "BEHIND" if behind else "IDENTICAL"
    return {
        "id": f"CMP_{base.oid[:10]}{head.oid[:10]}",
        "aheadBy": len(ahead),
        "behindBy": behind,
        "status": status,
        "baseTarget": commit_node(view, repository, base),
        "headTarget": commit_node(view, repository, head),
        "commits": lambda _i, **a: connection(ahead, a, lambda commit: commit_node(view, repository, commit)),
    }


def object_node(view: View, repository: Repository, expression: str) -> Node | None:
    """What a revision names: a blob, a tree, a commit, a tag; None when it names nothing."""
    revision, colon, path = expression.partition(":")
    if revision in repository.refs or f"refs/heads/{revision}" in repository.refs:
        revision = repository.refs.get(revision) or repository.refs[f"refs/heads/{revision}"]
    git_object = repository.git.read(f"{revision}{colon}{path}") if revision else None
    if git_object is None:
        return None
    common = {
        "id": f"{git_object.kind.title()}_{git_object.oid}",
        "oid": git_object.oid,
        "abbreviatedOid": git_object.oid[:7],
        "repository": lambda _i: repository_node(view, repository),
    }
    if git_object.kind == "commit":
        commit = repository.git.commit(git_object.oid)
        return None if commit is None else commit_node(view, repository, commit)
    if git_object.kind == "tree":
        return common | {
            "__typename": "Tree",
            "entries": lambda _i: [
                entry_node(view, repository, line, path) for line in repository.git.entries(git_object.oid)
            ],
        }
    if git_object.kind == "blob":
        return common | {"__typename": "Blob"} | blob(git_object.content)
    return common | {
        "__typename": "Tag",
        "name": revision,
        "target": lambda _i: object_node(view, repository, f"{git_object.oid}^{{}}"),
    }


def entry_node(view: View, repository: Repository, line: TreeEntry, folder: str) -> Node:
    """A line of a tree; its mode is a decimal number, as GitHub gives it."""
    path = f"{folder.rstrip('/')}/{line.name}".lstrip("/")

    def size(_info: Any) -> int:
        blob = repository.git.read(line.oid) if line.kind == "blob" else None
        return 0 if blob is None else len(blob.content)

    def inner(_info: Any) -> Node | None:
        target = object_node(view, repository, line.oid) if line.kind != "commit" else None
        if target is not None and target["__typename"] == "Tree":
            target["entries"] = lambda _i: [
                entry_node(view, repository, inside, path) for inside in repository.git.entries(line.oid)
            ]
        return target

    return {
        "name": line.name,
        "path": path,
        "mode": int(line.mode, 8),
        "type": line.kind,
        "oid": line.oid,
        "object": inner,
        "size": size,
    }


def commit_node(view: View, repository: Repository, commit: Commit) -> Node:
    """A commit."""
    headline, _, body = commit.message.partition("\n")
    return {
        "__typename": "Commit",
        "id": f"C_{commit.oid}",
        "oid": commit.oid,
        "abbreviatedOid": commit.oid[:7],
        "repository": lambda _i: repository_node(view, repository),
        "url": f"{view.url}/{repository.full_name}/commit/{commit.oid}",
        "tree": lambda _i: object_node(view, repository, commit.tree),
        "message": commit.message,
        "messageHeadline": headline,
        "messageBody": body.strip("\n"),
        "authoredDate": iso(commit.author.when),
        "committedDate": iso(commit.committer.when),
        "author": actor_node(view, commit.author),
        "committer": actor_node(view, commit.committer),
        "file": lambda _i, **a: _file_node(view, repository, commit, a["path"]),
        "parents": lambda _i, **a: connection(
            [parent for sha in commit.parents if (parent := repository.git.commit(sha))],
            a,
            lambda p: commit_node(view, repository, p),
        ),
        "history": lambda _i, **a: connection(
            repository.git.log(commit.oid, path=a.get("path")), a, lambda c: commit_node(view, repository, c)
        ),
        "checkSuites": lambda _i, **a: checks.suite_connection(view, repository, commit.oid, a),
        "associatedPullRequests": lambda _i, **a: pulls.pull_connection(
            view, [pull for pull in repository.pulls.values() if commit.oid in {pull.head_sha, pull.merge_sha}], a
        ),
        "changedFilesIfAvailable": lambda _i: len(_changes(repository, commit)),
        "additions": lambda _i: sum(change.additions for change in _changes(repository, commit)),
        "deletions": lambda _i: sum(change.deletions for change in _changes(repository, commit)),
    }


def _file_node(view: View, repository: Repository, commit: Commit, path: str) -> Node:
    """A file or folder of a commit. A missing one is null with a NOT_FOUND error; `object` is null without an error."""
    folder, _, name = path.strip("/").rpartition("/")
    tree = repository.git.read(f"{commit.oid}:{folder}")
    lines = repository.git.entries(tree.oid) if tree is not None else ()
    entry = next((entry_node(view, repository, line, folder) for line in lines if line.name == name), None)
    if entry is None:
        raise GraphQLError(f"Could not resolve file for path '{path}'.", extensions={"type": "NOT_FOUND"})
    return entry


def actor_node(view: View, signature: Signature) -> Node:
    """An author as git knows one."""
    user = account(view.call.hub, signature)
    return {
        "name": signature.name,
        "email": signature.email,
        "date": iso(signature.when),
        "user": user and talk.user_node(view, user),
    }


def blob(content: bytes) -> Node:
    """A blob's text: null when binary, cut off at 512,000 bytes."""
    binary = b"\0" in content[:_BINARY_LOOK]
    text = None if binary else content[:TRUNCATED].decode("utf-8", "replace")
    return {"byteSize": len(content), "isBinary": binary, "isTruncated": len(content) > TRUNCATED, "text": text}


def _changes(repository: Repository, commit: Commit) -> Sequence[FileChange]:
    return repository.git.diff(commit.parents[0], commit.oid) if commit.parents else ()
