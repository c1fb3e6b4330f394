"""The pages."""

from __future__ import annotations

import json
from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from bot.sandbox.acts import checks, merging, pulls, reviews, talk
from bot.sandbox.acts.merging import Method
from bot.sandbox.errors import ApiError
from bot.sandbox.pages.door import Page, Visit, page, show
from bot.sandbox.shapes import merges, pull_commits, pull_files

if TYPE_CHECKING:
    from bot.sandbox.state import CheckRun, Delivery, Issue, PullRequest, Repository

_CONTEXT = 3
_NEWEST = 200


@page("GET", "/")
def home(visit: Visit) -> Page:
    """Every repository."""
    return show("home.html", visit, repositories=list(visit.hub.state.repositories.values()))


@page("GET", "/-/avatars/{number}")
def avatar(visit: Visit) -> Page:
    """A square with the first letter of a login."""
    users = {user.id: user for user in visit.hub.state.users.values()}
    user = users.get(visit.number("number"))
    letter, hue = (user.login[0].upper(), user.id * 47 % 360) if user is not None else ("?", 0)
    letter = letter if letter.isalnum() else "?"
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">'
        f'<rect width="40" height="40" fill="hsl({hue} 45% 45%)"/>'
        '<text x="20" y="27" font-family="sans-serif" font-size="20" fill="white" text-anchor="middle">'
        f"{letter}</text></svg>"
    )
    return Page(picture, content_type="image/svg+xml")


@page("GET", "/-/deliveries")
def deliveries(visit: Visit) -> Page:
    """The newest deliveries."""
    return show("deliveries.html", visit, deliveries=visit.hub.deliveries.log[: -_NEWEST - 1 : -1])


def _delivery(visit: Visit) -> Delivery:
    number = visit.number("delivery")
    for delivery in visit.hub.deliveries.log:
        if delivery.id == number:
            return delivery
    raise ApiError(404, "There is no such delivery.")


@page("GET", "/-/deliveries/{delivery}")
def delivery(visit: Visit) -> Page:
    """One delivery with its payload."""
    delivery = _delivery(visit)
    return show(
        "delivery.html", visit, one=delivery, payload=json.dumps(delivery.payload, indent=2, ensure_ascii=False)
    )


@page("POST", "/-/deliveries/{delivery}/attempts")
def redeliver(visit: Visit) -> Page:
    """Send it again."""
    again = visit.hub.deliveries.again(_delivery(visit))
    return Page(status=303, location=f"/-/deliveries/{again.id}")


@page("GET", "/{owner}/{repo}")
def repository(visit: Visit) -> Page:
    """Branches, pull requests and issues."""
    repository = visit.repository
    branches = sorted(ref.removeprefix("refs/heads/") for ref in repository.refs if ref.startswith("refs/heads/"))
    issues = [issue for issue in repository.issues.values() if issue.number not in repository.pulls]
    heads = [name for name in branches if name != repository.default_branch]
    chosen = visit.query.get("head", "")
    return show(
        "repository.html", visit, repository=repository, branches=branches, issues=issues, heads=heads, chosen=chosen
    )


def _issue(visit: Visit) -> Issue:
    issue = visit.repository.issues.get(visit.number("number"))
    if issue is None:
        raise ApiError(404, "There is no such issue or pull request.")
    return issue


def _pull(visit: Visit) -> PullRequest:
    pull = visit.repository.pulls.get(visit.number("number"))
    if pull is None:
        raise ApiError(404, "There is no such pull request.")
    return pull


def _conversation(visit: Visit, issue: Issue) -> list[Any]:
    repository = visit.repository
    timeline: list[tuple[float, Any]] = [(c.created_at, c) for c in repository.comments.values() if c.issue is issue]
    timeline += [(review.submitted_at, review) for review in repository.reviews.values() if review.pull.issue is issue]
    return [each for _, each in sorted(timeline, key=itemgetter(0))]


@page("GET", "/{owner}/{repo}/issues/{number}")
def issue_page(visit: Visit) -> Page:
    """An issue and its conversation."""
    issue = _issue(visit)
    if issue.number in visit.repository.pulls:
        return Page(status=302, location=f"/{visit.repository.full_name}/pull/{issue.number}")
    return show("issue.html", visit, repository=visit.repository, issue=issue, said=_conversation(visit, issue))


@page("GET", "/{owner}/{repo}/pull/{number}")
def pull_page(visit: Visit) -> Page:
    """A pull request: conversation and merge box."""
    pull = _pull(visit)
    shown = {"pull": pull, "issue": pull.issue, "said": _conversation(visit, pull.issue), "tab": "conversation"}
    threads: dict[int, list[reviews.ShownThread]] = defaultdict(list)
    for thread in visit.repository.threads.values():
        threads[thread.review.id].append(reviews.shown(thread))
    box = {
        "threads": threads,
        "runs": _latest(pull),
        "blocking": pulls.blocking_checks(pull),
        "required": [name for name, _ in visit.repository.requirements()],
        "mergeable": merges(pull) is not False,
        "failing": any(run.status == "completed" and not pulls.passes(run.conclusion) for run in _latest(pull)),
    }
    return show("pull.html", visit, repository=visit.repository, **shown, **box)


@page("POST", "/{owner}/{repo}/pull/{number}/suggestions/{thread}")
def apply_suggestion(visit: Visit) -> Page:
    """Press "Commit suggestion"."""
    pull, thread = _pull(visit), visit.repository.threads.get(visit.number("thread"))
    if thread is None or thread.review.pull is not pull:
        raise ApiError(404, "There is no such suggestion.")
    if pull.head is None or not pull.head.may_push(visit.visitor.login):
        raise ApiError(403, f"{visit.visitor.login} may not push to the branch of this pull request.")
    reviews.apply_suggestions(visit.hub, [thread], visit.visitor)
    return _back(visit, f"/{visit.repository.full_name}/pull/{pull.number}")


@page("GET", "/{owner}/{repo}/pull/{number}/files")
def files_page(visit: Visit) -> Page:
    """What a pull request changes."""
    pull = _pull(visit)
    shown = {"pull": pull, "issue": pull.issue, "tab": "files", "files": pull_files(pull)}
    return show("files.html", visit, repository=visit.repository, **shown, commits=pull_commits(pull))


@page("GET", "/{owner}/{repo}/pull/{number}/checks")
def checks_page(visit: Visit) -> Page:
    """The checks of a pull request's head."""
    pull = _pull(visit)
    runs = _latest(pull)
    wanted = visit.query.get("run")
    run = next((run for run in runs if str(run.id) == wanted), runs[0] if runs else None)
    shown = {"pull": pull, "issue": pull.issue, "tab": "checks", "runs": runs, "run": run}
    notes = [] if run is None else annotated(visit.repository, run)
    return show("checks.html", visit, repository=visit.repository, **shown, notes=notes)


@page("GET", "/{owner}/{repo}/runs/{run}")
def run_page(visit: Visit) -> Page:
    """A check run on its own: a branch without a pull request has one, too."""
    run = _run(visit)
    notes = annotated(visit.repository, run)
    return show(
        "checks.html", visit, repository=visit.repository, pull=None, runs=[run], run=run, notes=notes, tab="checks"
    )


def _latest(pull: PullRequest) -> list[CheckRun]:
    latest: dict[str, CheckRun] = {}
    for run in pull.base.runs_of(pull.head_sha):
        latest.setdefault(run.name, run)
    return list(latest.values())


def annotated(repository: Repository, run: CheckRun) -> list[dict[str, Any]]:
    """A run's annotations by file, each with the lines around it."""
    by_path: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for note in run.annotations:
        by_path[note["path"]].append(note)
    files = []
    for path, notes in by_path.items():
        git_object = repository.git.read(f"{run.suite.head_sha}:{path}")
        lines = (
            git_object.content.decode("utf-8", "replace").split("\n")
            if git_object is not None and git_object.kind == "blob"
            else []
        )
        shown = []
        for note in sorted(notes, key=lambda annotation: int(annotation["start_line"])):
            start, end = max(note["start_line"] - _CONTEXT, 1), min(note["end_line"] + _CONTEXT, len(lines))
            around = [(number, lines[number - 1]) for number in range(start, end + 1)]
            shown.append({"note": note, "lines": around})
        files.append({"path": path, "notes": shown})
    return files


def _run(visit: Visit) -> CheckRun:
    run = visit.repository.runs.get(visit.number("run"))
    if run is None:
        raise ApiError(404, "There is no such check run.")
    return run


def _back(visit: Visit, fallback: str) -> Page:
    """The page that a form came from, if it is a page of ours."""
    back = visit.form.get("back", "")
    address = back if back.startswith("/") and not back.startswith("//") else fallback
    return Page(status=303, location=f"{address}{'&' if '?' in address else '?'}fresh=2")


@page("POST", "/{owner}/{repo}/issues/{number}/comments")
def comment(visit: Visit) -> Page:
    """Comment on an issue or pull request, and deliver the comment."""
    issue, body = _issue(visit), visit.form.get("body", "").replace("\r\n", "\n").strip()
    if not body:
        raise ApiError(422, "A comment needs a text.")
    talk.comment(visit.hub, visit.repository, issue, visit.visitor, body)
    return _back(visit, f"/{visit.repository.full_name}/issues/{issue.number}")


@page("POST", "/{owner}/{repo}/issues")
def open_issue(visit: Visit) -> Page:
    """Open an issue."""
    title = visit.form.get("title", "").strip()
    if not title:
        raise ApiError(422, "An issue needs a title.")
    body = visit.form.get("body", "").replace("\r\n", "\n")
    issue = talk.open_issue(visit.hub, visit.repository, visit.visitor, title, body)
    return Page(status=303, location=f"/{visit.repository.full_name}/issues/{issue.number}")


@page("POST", "/{owner}/{repo}/pull/{number}/merge")
def merge(visit: Visit) -> Page:
    """Press the merge button."""
    pull = _pull(visit)
    if not visit.repository.may_push(visit.visitor.login):
        raise ApiError(403, f"{visit.visitor.login} may not merge into {visit.repository.full_name}.")
    method = visit.form.get("method", Method.MERGE)
    if method not in set(Method):
        raise ApiError(422, "Choose how to merge.")
    merging.merge(visit.hub, pull, visit.visitor, method=Method(method))
    return _back(visit, f"/{visit.repository.full_name}/pull/{pull.number}")


@page("POST", "/{owner}/{repo}/runs/{run}/rerequest")
def rerun(visit: Visit) -> Page:
    """Press "Re-run"."""
    checks.rerequest_run(visit.hub, visit.repository, _run(visit), visit.visitor)
    return _back(visit, f"/{visit.repository.full_name}")


@page("POST", "/{owner}/{repo}/runs/{run}/actions/{identifier}")
def press(visit: Visit) -> Page:
    """Press a button of a run."""
    checks.press(visit.hub, visit.repository, _run(visit), visit.visitor, visit.params["identifier"])
    return _back(visit, f"/{visit.repository.full_name}")
