"""Pull requests, their files and reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.sandbox.acts import merging, pulls, reviews
from bot.sandbox.acts.merging import Method
from bot.sandbox.commit_shapes import commit_shape
from bot.sandbox.errors import ApiError, invalid
from bot.sandbox.routing import Call, Json, Reply, route
from bot.sandbox.shapes import pull_commits, pull_files

if TYPE_CHECKING:
    from bot.sandbox.git import FileChange
    from bot.sandbox.state import PullRequest, Repository

_REPO = "/repos/{owner}/{repo}"
_MOST_FILES = 3000


def _pull(call: Call) -> PullRequest:
    pull = call.repository.pulls.get(call.number("pull_number"))
    if pull is None:
        raise ApiError(404, "Not Found")
    return pull


def file_shape(call: Call, repository: Repository, change: FileChange, sha: str) -> Json:
    """A changed file."""
    path = quote(change.path)
    html = f"{call.hub.url}/{repository.full_name}"
    body = {
        "sha": change.oid,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{html}/blob/{sha}/{path}",
        "raw_url": f"{html}/raw/{sha}/{path}",
        "contents_url": f"{call.hub.api}/repos/{repository.full_name}/contents/{path}?ref={sha}",
    }
    if change.patch:
        body["patch"] = change.patch
    return body if change.previous is None else body | {"previous_filename": change.previous}


@route("GET", f"{_REPO}/pulls", "pulls/list", "pull_requests:read")
def list_pulls(call: Call) -> Reply:
    """Pull requests, newest first."""
    state, head, base = call.query.get("state", "open"), call.query.get("head"), call.query.get("base")
    pulls = [pull for pull in reversed(call.repository.pulls.values()) if state in {"all", pull.issue.state}]
    if head:
        pulls = [pull for pull in pulls if f"{pull.head_owner}:{pull.head_ref}" == head]
    if base:
        pulls = [pull for pull in pulls if pull.base_ref == base]
    key = {"updated": lambda pull: pull.issue.updated_at}.get(call.query.get("sort", ""), lambda pull: pull.number)
    descending = call.query.get("direction", "asc" if "sort" in call.query else "desc") == "desc"
    return call.listed(sorted(pulls, key=key, reverse=descending), call.hub.shapes.pull)


@route("POST", f"{_REPO}/pulls", "pulls/create", "pull_requests:write")
def create(call: Call) -> Reply:
    """Open a pull request."""
    body, base = call.body, call.repository
    owner, _, ref = str(body["head"]).rpartition(":")
    head: Repository | None = base
    if owner and owner.lower() != base.owner.login.lower():
        head = call.hub.state.repository(f"{owner}/{body.get('head_repo', base.name)}")
    if head is None:
        raise invalid("PullRequest", "head", "invalid")
    pull = pulls.open_pull(
        call.hub,
        base,
        call.actor,
        head=head,
        head_ref=ref,
        base_ref=str(body["base"]),
        title=str(body.get("title") or ref),
        body=body.get("body") or "",
        draft=bool(body.get("draft")),
    )
    return Reply(call.hub.shapes.full_pull(pull), 201)


@route("GET", f"{_REPO}/pulls/{{pull_number}}", "pulls/get", "pull_requests:read")
def get(call: Call) -> Reply:
    """One pull request."""
    return Reply(call.hub.shapes.full_pull(_pull(call)))


@route("PATCH", f"{_REPO}/pulls/{{pull_number}}", "pulls/update", "pull_requests:write")
def update(call: Call) -> Reply:
    """Change title, text, base or state."""
    pull, body = _pull(call), call.body
    pulls.edit(call.hub, pull, call.actor, title=body.get("title"), body=body.get("body"), base=body.get("base"))
    if body.get("state") == "closed":
        pulls.close(call.hub, pull, call.actor)
    elif body.get("state") == "open":
        pulls.reopen(call.hub, pull, call.actor)
    return Reply(call.hub.shapes.full_pull(pull))


@route("GET", f"{_REPO}/pulls/{{pull_number}}/files", "pulls/list-files", "pull_requests:read")
def files(call: Call) -> Reply:
    """The changed files, the first 3,000."""
    pull = _pull(call)
    changed = list(pull_files(pull)[:_MOST_FILES])
    return call.listed(changed, lambda change: file_shape(call, call.repository, change, pull.head_sha))


@route("GET", f"{_REPO}/pulls/{{pull_number}}/commits", "pulls/list-commits", "pull_requests:read")
def commits(call: Call) -> Reply:
    """The commits, oldest first, the first 250."""
    return call.listed(pull_commits(_pull(call)), lambda commit: commit_shape(call.hub, call.repository, commit))


@route("GET", f"{_REPO}/pulls/{{pull_number}}/reviews", "pulls/list-reviews", "pull_requests:read")
def list_reviews(call: Call) -> Reply:
    """The reviews."""
    pull = _pull(call)
    return call.listed(
        [review for review in call.repository.reviews.values() if review.pull is pull], call.hub.shapes.review
    )


@route("POST", f"{_REPO}/pulls/{{pull_number}}/reviews", "pulls/create-review", "pull_requests:write")
def create_review(call: Call) -> Reply:
    """Submit a review."""
    words = {"APPROVE": "approved", "REQUEST_CHANGES": "changes_requested", "COMMENT": "commented"}
    state = words.get(call.body.get("event", ""), "commented")
    drafts, text = reviews.drafts_of(call.body.get("comments") or ()), call.body.get("body") or ""
    review = reviews.review(call.hub, _pull(call), call.actor, state, text, drafts, call.body.get("commit_id"))
    return Reply(call.hub.shapes.review(review))


@route("PUT", f"{_REPO}/pulls/{{pull_number}}/merge", "pulls/merge", "contents:write")
def merge(call: Call) -> Reply:
    """Merge, squash or rebase."""
    body = call.body
    sha = merging.merge(
        call.hub,
        _pull(call),
        call.actor,
        method=Method(body.get("merge_method") or Method.MERGE),
        title=body.get("commit_title"),
        message=body.get("commit_message"),
        head=body.get("sha"),
    )
    return Reply({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


@route(
    "GET",
    f"{_REPO}/commits/{{commit_sha}}/pulls",
    "repos/list-pull-requests-associated-with-commit",
    "pull_requests:read",
)
def of_commit(call: Call) -> Reply:
    """The pull requests whose head a commit is, or that brought it."""
    sha = call.params["commit_sha"]
    pulls = [pull for pull in call.repository.pulls.values() if sha in {pull.head_sha, pull.merge_sha}]
    return call.listed(pulls, call.hub.shapes.pull)
