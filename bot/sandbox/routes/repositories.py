"""Repositories: themselves, branches, commits, comparing, contents, roles."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.sandbox.acts import pushes, rulesets
from bot.sandbox.commit_shapes import commit_shape, git_commit_shape
from bot.sandbox.errors import ApiError
from bot.sandbox.git import Signature, TreeEntry
from bot.sandbox.routes.pulls import file_shape
from bot.sandbox.routing import Call, Json, Reply, route
from bot.sandbox.state import PERMISSIONS_OF

if TYPE_CHECKING:
    from bot.sandbox.git import Commit, GitObject
    from bot.sandbox.state import Repository

_REPO = "/repos/{owner}/{repo}"
_MOST_COMPARED_FILES = 300
_MOST_COMMITS = 250
_LARGEST_CONTENT = 1024 * 1024
_COARSE = {"maintain": "write", "triage": "read"}


@route("GET", _REPO, "repos/get", "metadata:read")
def get(call: Call) -> Reply:
    """A repository."""
    user = call.credential.user
    role = call.repository.rights(user.login) if user is not None else "read"
    return Reply(call.hub.shapes.repository(call.repository, role, full=True))


@route(
    "GET", f"{_REPO}/collaborators/{{username}}/permission", "repos/get-collaborator-permission-level", "metadata:read"
)
def permission(call: Call) -> Reply:
    """A person's role: the coarse word, the role's name, and the booleans that tell triage from read."""
    user = call.hub.state.users.get(call.params["username"].removesuffix("[bot]").lower())
    if user is None:
        raise ApiError(404, f"{call.params['username']} is not a user")
    role = call.repository.role(user.login)
    base = call.repository.rights(user.login)
    granted = PERMISSIONS_OF[base]
    shape = call.hub.shapes.user(user) | {
        "permissions": {name: name in granted for name in PERMISSIONS_OF["admin"]},
        "role_name": role,
    }
    return Reply({"permission": _COARSE.get(base, base), "user": shape, "role_name": role})


def _branch(call: Call, name: str, sha: str, *, full: bool) -> Json:
    repository = call.repository
    api = f"{call.hub.api}/repos/{repository.full_name}"
    required = repository.requirements() if name == repository.default_branch else []
    protected = bool(required)
    protection = {
        "enabled": protected,
        "required_status_checks": {
            "enforcement_level": "non_admins" if protected else "off",
            "contexts": [check for check, _ in required],
            "checks": [{"context": check, "app_id": app} for check, app in required],
        },
    }
    url = f"{api}/branches/{quote(name)}"
    body = {
        "name": name,
        "commit": {"sha": sha, "url": f"{api}/commits/{sha}"},
        "protected": protected,
        "protection": protection,
        "protection_url": f"{url}/protection",
    }
    commit = repository.git.commit(sha)
    if full and commit is not None:
        html = f"{call.hub.url}/{repository.full_name}/tree/{quote(name)}"
        body |= {"commit": commit_shape(call.hub, repository, commit), "_links": {"self": url, "html": html}}
    return body


@route("GET", f"{_REPO}/branches", "repos/list-branches", "contents:read")
def branches(call: Call) -> Reply:
    """The branches, by name."""
    heads = sorted(
        (ref.removeprefix("refs/heads/"), sha)
        for ref, sha in call.repository.refs.items()
        if ref.startswith("refs/heads/")
    )
    return call.listed(heads, lambda head: _branch(call, head[0], head[1], full=False))


@route("GET", f"{_REPO}/branches/{{branch*}}", "repos/get-branch", "contents:read")
def branch(call: Call) -> Reply:
    """One branch with its commit."""
    name = call.params["branch"]
    sha = call.repository.branch(name)
    if sha is None:
        raise ApiError(404, "Branch not found")
    return Reply(_branch(call, name, sha, full=True))


@route("GET", f"{_REPO}/rules/branches/{{branch*}}", "repos/get-branch-rules", "metadata:read")
def branch_rules(call: Call) -> Reply:
    """The rules of a branch: the checks that the default branch requires. An unknown branch has no rules."""
    repository = call.repository
    if call.params["branch"] != repository.default_branch:
        return call.listed([], dict)
    checks = [{"context": name} for name in sorted(repository.required_checks)]
    simple = {
        "type": "required_status_checks",
        "parameters": {
            "strict_required_status_checks_policy": False,
            "do_not_enforce_on_create": False,
            "required_status_checks": checks,
        },
        "ruleset_source_type": "Repository",
        "ruleset_source": repository.full_name,
        "ruleset_id": repository.id,
    }
    rules = [rule for ruleset in repository.rulesets.values() for rule in rulesets.rules_of(ruleset)]
    return call.listed([*([simple] if checks else []), *rules], dict)


def revision(repository: Repository, ref: str) -> Commit | None:
    """The commit that a branch, tag or (short) id names."""
    refs = repository.refs
    sha = refs.get(f"refs/heads/{ref}") or refs.get(f"refs/tags/{ref}") or refs.get(f"refs/{ref}") or ref
    return repository.git.commit(sha)


@route("GET", f"{_REPO}/commits", "repos/list-commits", "contents:read")
def list_commits(call: Call) -> Reply:
    """History, newest first."""
    start = revision(call.repository, call.query.get("sha") or call.repository.default_branch)
    if start is None:
        raise ApiError(409, "Git Repository is empty.")
    commits = call.repository.git.log(start.oid, path=call.query.get("path"))
    return call.listed(commits, lambda commit: commit_shape(call.hub, call.repository, commit))


@route("GET", f"{_REPO}/commits/{{ref*}}", "repos/get-commit", "contents:read")
def get_commit(call: Call) -> Reply:
    """One commit with its files."""
    repository = call.repository
    commit = revision(repository, call.params["ref"])
    if commit is None:
        raise ApiError(422, f"No commit found for SHA: {call.params['ref']}")
    files = list(repository.git.diff(commit.parents[0], commit.oid)) if commit.parents else []
    added, deleted = sum(file.additions for file in files), sum(file.deletions for file in files)
    details = {
        "stats": {"total": added + deleted, "additions": added, "deletions": deleted},
        "files": [file_shape(call, repository, file, commit.oid) for file in files[:_MOST_COMPARED_FILES]],
    }
    return Reply(commit_shape(call.hub, repository, commit) | details)


@route("GET", f"{_REPO}/compare/{{basehead*}}", "repos/compare-commits-with-basehead", "contents:read")
def compare(call: Call) -> Reply:
    """Compare two commits from their merge base. At most 300 files, on the first page only."""
    repository, git = call.repository, call.repository.git
    first, dots, second = call.params["basehead"].partition("...")
    base, head = (revision(repository, side.rpartition(":")[2]) for side in (first, second))
    if not dots or base is None or head is None:
        raise ApiError(404, "Not Found")
    merge_base = git.merge_base(base.oid, head.oid)
    common = None if merge_base is None else git.commit(merge_base)
    if common is None:
        raise ApiError(404, f"No common ancestor between {first} and {second}.")
    ahead = git.log(head.oid, f"^{base.oid}")[::-1]
    behind = len(git.log(base.oid, f"^{head.oid}"))
    status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
    shown, headers = (
        call.page(ahead) if "page" in call.query or "per_page" in call.query else (ahead[-_MOST_COMMITS:], {})
    )
    files = git.diff(common.oid, head.oid)[:_MOST_COMPARED_FILES] if call.query.get("page", "1") == "1" else ()
    html = f"{call.hub.url}/{repository.full_name}/compare/{first}...{second}"
    body = {
        "url": f"{call.hub.api}{call.path}",
        "html_url": html,
        "permalink_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "base_commit": commit_shape(call.hub, repository, base),
        "merge_base_commit": commit_shape(call.hub, repository, common),
        "status": status,
        "ahead_by": len(ahead),
        "behind_by": behind,
        "total_commits": len(ahead),
        "commits": [commit_shape(call.hub, repository, commit) for commit in shown],
        "files": [file_shape(call, repository, file, head.oid) for file in files],
    }
    return Reply(body, headers=headers)


def _links(call: Call, path: str, sha: str, ref: str) -> Json:
    repository = call.repository
    api, html = f"{call.hub.api}/repos/{repository.full_name}", f"{call.hub.url}/{repository.full_name}"
    url = f"{api}/contents/{quote(path)}?ref={quote(ref)}"
    git_url, page = f"{api}/git/blobs/{sha}", f"{html}/blob/{quote(ref)}/{quote(path)}"
    return {
        "url": url,
        "git_url": git_url,
        "html_url": page,
        "download_url": f"{html}/raw/{quote(ref)}/{quote(path)}",
        "_links": {"self": url, "git": git_url, "html": page},
    }


def _content(call: Call, path: str, git_object: GitObject, ref: str, mode: str = "100644") -> Json:
    body = {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": git_object.oid,
        "size": len(git_object.content) if git_object.kind == "blob" else 0,
        "type": "dir" if git_object.kind == "tree" else "symlink" if mode == "120000" else "file",
        **_links(call, path, git_object.oid, ref),
    }
    if git_object.kind == "tree":
        body["download_url"] = None
    return body


def _walk(repository: Repository, commit: Commit, path: str) -> TreeEntry | None:
    """The tree entry of a path, None when there is none."""
    entry: TreeEntry | None = TreeEntry("040000", "", commit.tree)
    for part in [part for part in path.split("/") if part]:
        inside = repository.git.entries(entry.oid) if entry is not None and entry.kind == "tree" else ()
        entry = next((child for child in inside if child.name == part), None)
    return entry


def _contents(call: Call, path: str) -> Reply:
    ref = call.query.get("ref") or call.repository.default_branch
    commit = revision(call.repository, ref)
    if commit is None:
        raise ApiError(
            404, f"No commit found for the ref {ref}" if "ref" in call.query else "This repository is empty."
        )
    path = path.strip("/")
    entry = _walk(call.repository, commit, path)
    git_object = None if entry is None else call.repository.git.read(entry.oid)
    if entry is None or git_object is None:
        raise ApiError(404, "Not Found")
    if git_object.kind == "tree":
        listed = []
        for child in call.repository.git.entries(git_object.oid)[:1000]:
            inner = call.repository.git.read(child.oid)
            if inner is not None:
                listed.append(_content(call, f"{path}/{child.name}".lstrip("/"), inner, ref, child.mode))
        return Reply(listed)
    if ".raw" in call.accept:
        return Reply(git_object.content)
    body = _content(call, path, git_object, ref, entry.mode)
    small = len(git_object.content) <= _LARGEST_CONTENT
    body["encoding"] = "base64" if small else "none"
    body["content"] = base64.encodebytes(git_object.content).decode() if small else ""
    return Reply(body)


@route("GET", f"{_REPO}/contents/{{path*}}", "repos/get-content", "contents:read")
def contents(call: Call) -> Reply:
    """A file or a folder at a ref."""
    return _contents(call, call.params["path"])


route("GET", f"{_REPO}/contents", "repos/get-content", "contents:read")(lambda call: _contents(call, ""))
route("GET", f"{_REPO}/contents/", "repos/get-content", "contents:read")(lambda call: _contents(call, ""))


@route("PUT", f"{_REPO}/contents/{{path*}}", "repos/create-or-update-file-contents", "contents:write")
def put_contents(call: Call) -> Reply:
    """Commit one file. 409 when the branch moved on, 422 when the old blob's id is missing."""
    repository, body, path = call.repository, call.body, call.params["path"]
    branch_name = str(body.get("branch") or repository.default_branch)
    tip = revision(repository, branch_name)
    if tip is None and repository.refs:
        raise ApiError(404, f"Branch {branch_name} not found")
    old = None if tip is None else _walk(repository, tip, path)
    if old is not None and "sha" not in body:
        raise ApiError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if old is not None and body["sha"] != old.oid:
        raise ApiError(409, f"{path} does not match {body['sha']}")
    blob = repository.git.write("blob", base64.b64decode(body["content"]))
    tree = repository.git.write_tree([TreeEntry("100644", path, blob)], None if tip is None else tip.tree)
    committer = signature(call, body.get("committer"))
    author = signature(call, body.get("author") or body.get("committer"))
    parents = [] if tip is None else [tip.oid]
    sha = repository.git.write_commit(tree, parents, str(body["message"]), author, committer)
    pushes.update_ref(call.hub, repository, call.actor, {f"refs/heads/{branch_name}": sha})
    made, commit = repository.git.read(blob), repository.git.commit(sha)
    assert made is not None  # noqa: S101 -- narrows for the type checker
    assert commit is not None  # noqa: S101 -- narrows for the type checker
    response = {
        "content": _content(call, path, made, branch_name),
        "commit": git_commit_shape(call.hub, repository, commit),
    }
    return Reply(response, 201 if old is None else 200)


def signature(call: Call, named: Json | None) -> Signature:
    """The author that the request names, or the one who asks."""
    now = int(call.hub.state.now())
    if named:
        return Signature(str(named.get("name")), str(named.get("email")), now)
    actor = call.actor
    login = f"{actor.login}[bot]" if actor.type == "Bot" else actor.login
    return Signature(login if actor.type == "Bot" else actor.name, actor.email, now)
