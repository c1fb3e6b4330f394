"""Write commits, branches, pull requests, reviews and check runs.

A commit is written without author and committer, so that GitHub names the App's bot as both and signs the commit:
https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots
The branch moves last and only forward, so that it never shows half a commit and never loses another person's commit.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from bot.adapters.github.lists import RestList, elements_of
from bot.adapters.github.reading import shape
from bot.core.forge.errors import BranchMoved, ForgeError, RepositoryGone, WriteRefused
from bot.core.forge.writing import PullRequestOf

if TYPE_CHECKING:
    from bot.core.forge.effects import Action, Annotation, CheckRun
    from bot.core.forge.writing import LineComment, NewCommit, NewPullRequest, NewReview

_MOVED = ("Reference already exists", "Update is not a fast forward", "Reference does not exist")
_REFUSED = ("protected branch", "Protected branch", "rule violations", "Repository rule", "Resource not accessible")


class Send(Protocol):
    """Sends one request to a repository's API and returns the parsed body. Raises `ForgeError`."""

    def __call__(self, verb: str, path: str, doing: str, body: Any = None) -> Any:
        """`doing` completes "while we ..."; `path` begins with `/repos/`."""
        ...


def write_commit(send: Send, repository: str, new_commit: NewCommit) -> str:
    """Implements `Forge.commit_files`. `repository` is `/repos/owner/name`."""
    with shape("for a commit"):
        base = send("GET", f"{repository}/git/commits/{new_commit.parent}", "read the branch's commit")["tree"]["sha"]
        entries = [
            {"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in new_commit.files.items()
        ]
        tree = send("POST", f"{repository}/git/trees", "wrote a tree", {"base_tree": base, "tree": entries})["sha"]
        body = {"message": new_commit.message, "tree": tree, "parents": [new_commit.parent]}
        commit: str = send("POST", f"{repository}/git/commits", "wrote a commit", body)["sha"]
    try:
        if new_commit.begins:
            reference = {"ref": f"refs/heads/{new_commit.branch}", "sha": commit}
            send("POST", f"{repository}/git/refs", "began a branch", reference)
        else:
            path = f"{repository}/git/refs/heads/{quote(new_commit.branch, safe='/')}"
            send("PATCH", path, "moved the branch", {"sha": commit, "force": False})
    except ForgeError as error:
        raise _translated(error) from error
    return commit


def _translated(error: ForgeError) -> ForgeError:
    """Translate a rejected update of a branch. A moved branch and a branch rule differ by GitHub's message alone."""
    message = str(error)
    if isinstance(error, RepositoryGone):
        return error
    if any(words in message for words in _MOVED):
        return BranchMoved(message, retry_after=1.0)
    return WriteRefused(message) if any(words in message for words in _REFUSED) else error


def list_pull_requests(send: Send, repository: str, branch: str) -> tuple[PullRequestOf, ...]:
    """Implements `Forge.pull_requests_of`."""
    owner = repository.split("/")[2]
    path = f"{repository}/pulls?state=all&head={quote(f'{owner}:{branch}', safe='')}&per_page=10"
    body = send("GET", path, "looked for the branch's pull request")
    listed = elements_of(RestList.PULL_REQUESTS, body)
    pulls = [PullRequestOf(pull["number"], pull["state"] == "open") for pull in listed]
    return tuple(sorted(pulls, key=lambda pull: -pull.number))


def create_pull_request(send: Send, repository: str, new_pull_request: NewPullRequest) -> int:
    """Implements `Forge.open_pull_request`."""
    body = {
        "title": new_pull_request.title,
        "head": new_pull_request.branch,
        "base": new_pull_request.base,
        "body": new_pull_request.body,
        "draft": True,
    }
    try:
        created = _opened(send, repository, body)
    except RepositoryGone:
        raise
    except ForgeError as error:
        if "No commits between" in str(error):
            raise WriteRefused(str(error)) from error
        raise
    with shape("for a pull request"):
        number: int = created["number"]
    return number


def _opened(send: Send, repository: str, body: dict[str, Any]) -> Any:
    try:
        return send("POST", f"{repository}/pulls", "opened a pull request", body)
    except ForgeError as error:
        # Some plans have no draft pull requests in private repositories.
        if "Draft pull requests are not supported" not in str(error):
            raise
        return send("POST", f"{repository}/pulls", "opened a pull request", {**body, "draft": False})


def review_body(new_review: NewReview) -> dict[str, Any]:
    """Return the request body for a review: https://docs.github.com/rest/pulls/reviews#create-a-review-for-a-pull-request."""
    return {
        "commit_id": new_review.head_sha,
        "event": "COMMENT",
        "body": new_review.body,
        "comments": [_line_comment(comment) for comment in new_review.comments],
    }


def _line_comment(comment: LineComment) -> dict[str, Any]:
    body = {"path": comment.path, "body": comment.body, "line": comment.line, "side": "RIGHT"}
    # GitHub rejects a start line that is the same as the line.
    return (
        body
        if comment.start_line == comment.line
        else {**body, "start_line": comment.start_line, "start_side": "RIGHT"}
    )


def run_body(run: CheckRun) -> dict[str, Any]:
    """Return the request body for a check run: https://docs.github.com/rest/checks/runs#create-a-check-run."""
    shown = run.output
    output: dict[str, Any] = {"title": shown.title, "summary": shown.summary}
    if shown.text:
        output["text"] = shown.text
    if shown.annotations:
        output["annotations"] = [_without_nulls(note) for note in shown.annotations]
    body: dict[str, Any] = {
        "name": shown.name,
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "status": "completed",
        "conclusion": shown.conclusion.value,
        "output": output,
    }
    if shown.actions:
        body["actions"] = [_without_nulls(action) for action in shown.actions]
    if run.details_url:
        body["details_url"] = run.details_url
    return body


def _without_nulls(part: Annotation | Action) -> dict[str, Any]:
    """Return the fields that have a value. GitHub rejects null in an optional field."""
    return {name: value for name, value in asdict(part).items() if value is not None}
