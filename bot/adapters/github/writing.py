"""Writing into a repository through the Git database: blobs in a tree, a commit, a ref; a pull request; a check run.

Neither author nor committer is given: GitHub then names the App's bot as both, and signs the commit
(https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots).
The ref moves last, and only forward, so that a commit shows up whole, and never over somebody else's.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from bot.adapters.github.reading import shape
from bot.core.forge.errors import BranchMoved, ForgeError, RepositoryGone, WriteRefused
from bot.core.forge.writing import PullRequestOf

if TYPE_CHECKING:
    from bot.core.forge.effects import Action, Annotation, CheckRun
    from bot.core.forge.writing import NewCommit, NewPullRequest

_MOVED = ("Reference already exists", "Update is not a fast forward", "Reference does not exist")
_REFUSED = ("protected branch", "Protected branch", "rule violations", "Repository rule", "Resource not accessible")


class Send(Protocol):
    """One request to a repository's API; the answer's parsed body. Raises `ForgeError`."""

    def __call__(self, verb: str, path: str, doing: str, body: Any = None) -> Any:
        """`doing` completes "while we ..."; `path` begins with `/repos/`."""
        ...


def commit_files(send: Send, repository: str, wanted: NewCommit) -> str:
    """See `Forge.commit_files`; `repository` is `/repos/owner/name`."""
    with shape("for a commit"):
        base = send("GET", f"{repository}/git/commits/{wanted.parent}", "read the branch's commit")["tree"]["sha"]
        entries = [
            {"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in wanted.files.items()
        ]
        tree = send("POST", f"{repository}/git/trees", "wrote a tree", {"base_tree": base, "tree": entries})["sha"]
        body = {"message": wanted.message, "tree": tree, "parents": [wanted.parent]}
        commit: str = send("POST", f"{repository}/git/commits", "wrote a commit", body)["sha"]
    try:
        if wanted.begins:
            named = {"ref": f"refs/heads/{wanted.branch}", "sha": commit}
            send("POST", f"{repository}/git/refs", "began a branch", named)
        else:
            path = f"{repository}/git/refs/heads/{quote(wanted.branch, safe='/')}"
            send("PATCH", path, "moved the branch", {"sha": commit, "force": False})
    except ForgeError as error:
        raise _translated(error) from error
    return commit


def _translated(error: ForgeError) -> ForgeError:
    """What a refused ref means; the first two are told apart by their words alone, since both have status 422."""
    said = str(error)
    if isinstance(error, RepositoryGone):
        return error
    if any(words in said for words in _MOVED):
        return BranchMoved(said, retry_after=1.0)
    return WriteRefused(said) if any(words in said for words in _REFUSED) else error


def pull_requests_of(send: Send, repository: str, branch: str) -> tuple[PullRequestOf, ...]:
    """See `Forge.pull_requests_of`."""
    owner = repository.split("/")[2]
    path = f"{repository}/pulls?state=all&head={quote(f'{owner}:{branch}', safe='')}&per_page=10"
    found = send("GET", path, "looked for the branch's pull request")
    with shape("a list of pull requests"):
        pulls = [PullRequestOf(pull["number"], pull["state"] == "open") for pull in found]
    return tuple(sorted(pulls, key=lambda pull: -pull.number))


def open_pull_request(send: Send, repository: str, wanted: NewPullRequest) -> int:
    """See `Forge.open_pull_request`."""
    body = {"title": wanted.title, "head": wanted.branch, "base": wanted.base, "body": wanted.body, "draft": True}
    try:
        answer = _opened(send, repository, body)
    except RepositoryGone:
        raise
    except ForgeError as error:
        if "No commits between" in str(error):
            raise WriteRefused(str(error)) from error
        raise
    with shape("for a pull request"):
        number: int = answer["number"]
    return number


def _opened(send: Send, repository: str, body: dict[str, Any]) -> Any:
    try:
        return send("POST", f"{repository}/pulls", "opened a pull request", body)
    except ForgeError as error:
        # Private repositories of some plans know no drafts.
        if "Draft pull requests are not supported" not in str(error):
            raise
        return send("POST", f"{repository}/pulls", "opened a pull request", {**body, "draft": False})


def run_body(run: CheckRun) -> dict[str, Any]:
    """A check run as GitHub takes it: https://docs.github.com/rest/checks/runs#create-a-check-run."""
    shown = run.output
    output: dict[str, Any] = {"title": shown.title, "summary": shown.summary}
    if shown.text:
        output["text"] = shown.text
    if shown.annotations:
        output["annotations"] = [_given(note) for note in shown.annotations]
    body: dict[str, Any] = {
        "name": shown.name,
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "status": "completed",
        "conclusion": shown.conclusion.value,
        "output": output,
    }
    if shown.actions:
        body["actions"] = [_given(action) for action in shown.actions]
    if run.details_url:
        body["details_url"] = run.details_url
    return body


def _given(part: Annotation | Action) -> dict[str, Any]:
    """The fields that have a value: GitHub takes no null for those that may be left out."""
    return {name: value for name, value in asdict(part).items() if value is not None}
