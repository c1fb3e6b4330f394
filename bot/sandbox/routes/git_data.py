"""The git database: blobs, trees, commits, refs."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.sandbox.acts import pushes
from bot.sandbox.commit_shapes import git_commit_shape
from bot.sandbox.errors import ApiError
from bot.sandbox.git import ZERO, GitError, TreeEntry
from bot.sandbox.routes.repositories import revision, signature
from bot.sandbox.routing import Call, Json, Reply, route

if TYPE_CHECKING:
    from bot.sandbox.git import GitObject

_REPO = "/repos/{owner}/{repo}"
_MOST_ENTRIES = 100_000
_READ, _WRITE = "contents:read", "contents:write"


def _object(call: Call, sha: str, kind: str) -> GitObject:
    git_object = call.repository.git.read(sha)
    if git_object is None or git_object.kind != kind:
        raise ApiError(404, "Not Found")
    return git_object


def _api(call: Call) -> str:
    return f"{call.hub.api}/repos/{call.repository.full_name}"


@route("GET", f"{_REPO}/git/blobs/{{file_sha}}", "git/get-blob", _READ)
def get_blob(call: Call) -> Reply:
    """A blob, base64."""
    blob = _object(call, call.params["file_sha"], "blob")
    return Reply(
        {
            "sha": blob.oid,
            "node_id": f"B_{blob.oid}",
            "size": len(blob.content),
            "url": f"{_api(call)}/git/blobs/{blob.oid}",
            "content": base64.encodebytes(blob.content).decode(),
            "encoding": "base64",
        }
    )


@route("POST", f"{_REPO}/git/blobs", "git/create-blob", _WRITE)
def create_blob(call: Call) -> Reply:
    """Store a blob."""
    text = str(call.body["content"])
    content = base64.b64decode(text) if call.body.get("encoding") == "base64" else text.encode()
    sha = call.repository.git.write("blob", content)
    return Reply({"sha": sha, "url": f"{_api(call)}/git/blobs/{sha}"}, 201)


def _tree(call: Call, sha: str, *, recursive: bool) -> Json:
    git = call.repository.git
    entries: list[Json] = []
    waiting = [("", sha)]
    while waiting and len(entries) < _MOST_ENTRIES:
        prefix, oid = waiting.pop()
        for inner in git.entries(oid):
            path = f"{prefix}{inner.name}"
            shape: Json = {"path": path, "mode": inner.mode, "type": inner.kind, "sha": inner.oid}
            if inner.kind == "blob":
                git_object = git.read(inner.oid)
                shape["size"] = 0 if git_object is None else len(git_object.content)
            if inner.kind != "commit":
                shape["url"] = f"{_api(call)}/git/{inner.kind}s/{inner.oid}"
            entries.append(shape)
            if recursive and inner.kind == "tree":
                waiting.append((f"{path}/", inner.oid))
    if recursive:
        entries.sort(key=lambda entry: entry["path"])
    return {
        "sha": sha,
        "url": f"{_api(call)}/git/trees/{sha}",
        "tree": entries[:_MOST_ENTRIES],
        "truncated": len(entries) > _MOST_ENTRIES,
    }


@route("GET", f"{_REPO}/git/trees/{{tree_sha*}}", "git/get-tree", _READ)
def get_tree(call: Call) -> Reply:
    """A tree by its own id, a commit's or a branch's."""
    name = call.params["tree_sha"]
    commit = revision(call.repository, name)
    git_object = call.repository.git.read(commit.tree if commit is not None else name)
    if git_object is None or git_object.kind != "tree":
        raise ApiError(404, "Not Found")
    return Reply(_tree(call, git_object.oid, recursive="recursive" in call.query))


@route("POST", f"{_REPO}/git/trees", "git/create-tree", _WRITE)
def create_tree(call: Call) -> Reply:
    """Store a tree; a null id removes, `content` stores a blob on the way."""
    git = call.repository.git
    entries: list[Json] = []
    for line in call.body["tree"]:
        oid = ZERO if "sha" in line and line["sha"] is None else line.get("sha")
        if oid is None:
            oid = git.write("blob", str(line.get("content", "")).encode())
        entries.append(TreeEntry(str(line.get("mode", "100644")), str(line["path"]), str(oid)))
    try:
        sha = git.write_tree(entries, call.body.get("base_tree"))
    except GitError as error:
        raise ApiError(422, f"Invalid tree info: {error}"[:200]) from None
    return Reply(_tree(call, sha, recursive=False), 201)


@route("GET", f"{_REPO}/git/commits/{{commit_sha}}", "git/get-commit", _READ)
def get_commit(call: Call) -> Reply:
    """A commit."""
    commit = call.repository.git.commit(call.params["commit_sha"])
    if commit is None:
        raise ApiError(404, "Not Found")
    return Reply(git_commit_shape(call.hub, call.repository, commit))


@route("POST", f"{_REPO}/git/commits", "git/create-commit", _WRITE)
def create_commit(call: Call) -> Reply:
    """Store a commit."""
    git, body = call.repository.git, call.body
    _object(call, str(body["tree"]), "tree")
    parents = [str(parent) for parent in body.get("parents") or []]
    for parent in parents:
        _object(call, parent, "commit")
    author, committer = (
        signature(call, body.get("author")),
        signature(call, body.get("committer") or body.get("author")),
    )
    commit = git.commit(git.write_commit(str(body["tree"]), parents, str(body["message"]), author, committer))
    assert commit is not None  # noqa: S101 -- narrows for the type checker
    return Reply(git_commit_shape(call.hub, call.repository, commit), 201)


def _ref(call: Call, ref: str) -> Json:
    repository = call.repository
    sha = repository.refs[ref]
    git_object = repository.git.read(sha)
    kind = "commit" if git_object is None else git_object.kind
    return {
        "ref": ref,
        "node_id": f"REF_{base64.urlsafe_b64encode(f'{repository.id}:{ref}'.encode()).decode()}",
        "url": f"{_api(call)}/git/{quote(ref)}",
        "object": {"type": kind, "sha": sha, "url": f"{_api(call)}/git/{kind}s/{sha}"},
    }


@route("GET", f"{_REPO}/git/ref/{{ref*}}", "git/get-ref", _READ)
def get_ref(call: Call) -> Reply:
    """One ref: `heads/main`."""
    ref = f"refs/{call.params['ref']}"
    if ref not in call.repository.refs:
        raise ApiError(404, "Not Found")
    return Reply(_ref(call, ref))


@route("GET", f"{_REPO}/git/matching-refs/{{ref*}}", "git/list-matching-refs", _READ)
def matching(call: Call) -> Reply:
    """The refs that begin so, all of them: GitHub ignores `per_page` here.

    https://github.com/github/docs/issues/3863
    """
    start = f"refs/{call.params['ref']}"
    return Reply([_ref(call, ref) for ref in sorted(call.repository.refs) if ref.startswith(start)])


@route("POST", f"{_REPO}/git/refs", "git/create-ref", _WRITE)
def create_ref(call: Call) -> Reply:
    """A new ref."""
    ref, sha = str(call.body["ref"]), str(call.body["sha"])
    if not ref.startswith(("refs/heads/", "refs/tags/")):
        raise ApiError(422, "Reference name must start with 'refs/heads/' or 'refs/tags/'")
    if ref in call.repository.refs:
        raise ApiError(422, "Reference already exists")
    _point(call, ref, sha)
    return Reply(_ref(call, ref), 201)


@route("PATCH", f"{_REPO}/git/refs/{{ref*}}", "git/update-ref", _WRITE)
def update_ref(call: Call) -> Reply:
    """Move a ref; only forward, unless forced."""
    ref, sha = f"refs/{call.params['ref']}", str(call.body["sha"])
    old = call.repository.refs.get(ref)
    if old is None:
        raise ApiError(422, "Reference does not exist")
    exists = call.repository.git.has_commit(sha)
    if exists and not call.body.get("force") and call.repository.git.merge_base(old, sha) != old:
        raise ApiError(422, "Update is not a fast forward")
    _point(call, ref, sha)
    return Reply(_ref(call, ref))


@route("DELETE", f"{_REPO}/git/refs/{{ref*}}", "git/delete-ref", _WRITE)
def delete_ref(call: Call) -> Reply:
    """Remove a ref."""
    ref = f"refs/{call.params['ref']}"
    if ref not in call.repository.refs:
        raise ApiError(422, "Reference does not exist")
    pushes.update_ref(call.hub, call.repository, call.actor, {ref: None})
    return Reply(status=204)


def _point(call: Call, ref: str, sha: str) -> None:
    if call.repository.git.read(sha) is None:
        raise ApiError(422, "Object does not exist")
    try:
        pushes.update_ref(call.hub, call.repository, call.actor, {ref: sha})
    except GitError as error:
        raise ApiError(422, f"Reference update failed: {error}"[:200]) from None
