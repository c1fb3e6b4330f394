"""What follows from a push: deliveries, check suites, and pull requests that move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.acts import pulls
from bot.sandbox.git import ZERO, Commit
from bot.sandbox.shapes import simple_commit
from bot.sandbox.state import CheckSuite, iso

if TYPE_CHECKING:
    from bot.sandbox.hub import Hub
    from bot.sandbox.state import Json, Repository, User

_MOST_TAGS = 3
_MOST_BRANCHES = 5000
_MOST_COMMITS = 2048


def pushed(hub: Hub, repository: Repository, pusher: User) -> list[str]:
    """Compare the refs on disk with the stored ones, send the events of the changed refs, and return these refs."""
    before, after = repository.refs, repository.git.refs()
    changed = sorted(
        ref
        for ref in before.keys() | after.keys()
        if before.get(ref) != after.get(ref) and not ref.startswith("refs/pull/")
    )
    repository.refs = after
    if changed:
        repository.pushed_at = hub.state.now()
    tags = [ref for ref in changed if ref.startswith("refs/tags/")]
    quiet = set(tags) if len(tags) > _MOST_TAGS else set()
    if len(changed) - len(tags) > _MOST_BRANCHES:
        quiet |= set(changed)
    for ref in changed:
        if ref not in quiet and ref.startswith(("refs/heads/", "refs/tags/")):
            _tell(hub, repository, pusher, ref, before, after)
    for ref in changed:
        if ref.startswith("refs/heads/"):
            pulls.moved(hub, repository, pusher, ref.removeprefix("refs/heads/"))
    return changed


def _tell(  # noqa: PLR0913, PLR0917 -- each is a part of the operation
    hub: Hub, repository: Repository, pusher: User, ref: str, before: dict[str, str], after: dict[str, str]
) -> None:
    old, new = before.get(ref, ZERO), after.get(ref, ZERO)
    kind, short = ("branch" if ref.startswith("refs/heads/") else "tag"), ref.split("/", 2)[2]
    named = {"ref": short, "ref_type": kind, "pusher_type": "user"}
    if old == ZERO:
        extra = {"master_branch": repository.default_branch, "description": repository.description}
        hub.emit("create", None, repository, pusher, named | extra)
    hub.emit("push", None, repository, pusher, _push(hub, repository, pusher, ref, old, new, before))
    if new == ZERO:
        hub.emit("delete", None, repository, pusher, named)
    elif kind == "branch":
        request_suites(hub, repository, pusher, new, short, old)


def _push(  # noqa: PLR0913, PLR0917 -- each is a part of the operation
    hub: Hub, repository: Repository, pusher: User, ref: str, old: str, new: str, before: dict[str, str]
) -> Json:
    git = repository.git
    commits: list[Commit] = []
    forced = False
    if new != ZERO:
        excluded = [f"^{sha}" for sha in sorted(set(before.values()))]
        commits = (
            git.log(new, *excluded, limit=_MOST_COMMITS)[::-1]
            if old == ZERO
            else git.log(new, f"^{old}", limit=_MOST_COMMITS)[::-1]
        )
        forced = old != ZERO and git.merge_base(old, new) != old
    head = git.commit(new) if new != ZERO else None
    span = f"{old[:12]}...{new[:12]}" if ZERO not in {old, new} else (new if new != ZERO else old)[:12]
    shape = hub.shapes.repository(repository)
    shape |= {
        "owner": shape["owner"] | {"name": repository.owner.login, "email": repository.owner.email},
        "created_at": int(repository.created_at),
        "pushed_at": int(repository.pushed_at),
        "stargazers": 0,
        "master_branch": repository.default_branch,
        "url": f"{hub.url}/{repository.full_name}",
    }
    return {
        "ref": ref,
        "before": old,
        "after": new,
        "repository": shape,
        "pusher": {"name": pusher.login, "email": pusher.email},
        "created": old == ZERO,
        "deleted": new == ZERO,
        "forced": forced,
        "base_ref": None,
        "compare": f"{hub.url}/{repository.full_name}/compare/{span}",
        "commits": [_commit(hub, repository, commit) for commit in commits],
        "head_commit": None if head is None else _commit(hub, repository, head),
    }


def _commit(hub: Hub, repository: Repository, commit: Commit) -> Json:
    files = repository.git.diff(commit.parents[0], commit.oid) if commit.parents else ()
    paths = {word: [file.path for file in files if file.status == word] for word in ("added", "removed", "modified")}
    if not commit.parents:
        listing = repository.git.git("ls-tree", "-r", "-z", "--name-only", commit.oid).decode("utf-8", "replace")
        paths["added"] = listing.rstrip("\0").split("\0") if listing else []
    return (
        simple_commit(commit)
        | paths
        | {
            "distinct": True,
            "timestamp": iso(commit.author.when),
            "url": f"{hub.url}/{repository.full_name}/commit/{commit.oid}",
            "author": {"name": commit.author.name, "email": commit.author.email},
            "committer": {"name": commit.committer.name, "email": commit.committer.email},
        }
    )


def request_suites(  # noqa: PLR0913, PLR0917 -- each is a part of the operation
    hub: Hub, repository: Repository, sender: User, sha: str, branch: str | None, before: str | None
) -> None:
    """Create a check suite on a new head for every App with checks:write, once for each commit, and request its checks.

    https://docs.github.com/en/apps/creating-github-apps/writing-code-for-a-github-app/building-ci-checks-with-a-github-app
    """
    for installation in list(hub.state.installed_on(repository)):
        has_suite = any(suite.app is installation.app for suite in repository.suites_of(sha))
        if installation.permissions.get("checks") != "write" or has_suite:
            continue
        suite = new_suite(hub, repository, installation.app.id, sha, branch, before)
        shape = {"check_suite": hub.shapes.check_suite(repository, suite)}
        hub.emit("check_suite", "requested", repository, sender, shape, only_app=installation.app.id)


def new_suite(  # noqa: PLR0913, PLR0917 -- each is a part of the operation
    hub: Hub, repository: Repository, app: int, sha: str, branch: str | None, before: str | None
) -> CheckSuite:
    """A queued suite."""
    now = hub.state.now()
    suite = CheckSuite(hub.state.next_id(), hub.state.apps[app], sha, branch, before, now, now)
    repository.suites[suite.id] = suite
    return suite


def update_ref(hub: Hub, repository: Repository, actor: User, changes: dict[str, str | None]) -> None:
    """Move refs, with all consequences of a push. Raises `GitError`."""
    repository.git.set_refs(changes)
    pushed(hub, repository, actor)


def branch_of(repository: Repository, sha: str) -> str | None:
    """The branch whose tip a commit is, the default branch last; None for a fork's commit."""
    tips = [
        ref.removeprefix("refs/heads/")
        for ref, oid in repository.refs.items()
        if oid == sha and ref.startswith("refs/heads/")
    ]
    return min(tips, key=lambda name: (name == repository.default_branch, name), default=None)
