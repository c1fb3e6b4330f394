"""Check runs and suites: written by Apps, re-run and pressed by people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.acts import pushes
from bot.sandbox.errors import ApiError
from bot.sandbox.state import CheckRun

if TYPE_CHECKING:
    from bot.sandbox.hub import Hub
    from bot.sandbox.state import App, CheckSuite, Json, Repository, User

_MOST_RUNS = 1000


def create_run(hub: Hub, repository: Repository, app: App, body: Json) -> CheckRun:
    """Create a run in the App's suite of that commit. Raises `ApiError` 422 for a commit that does not exist."""
    sha = str(body["head_sha"])
    if not repository.git.has_commit(sha):
        raise ApiError(422, f"No commit found for SHA: {sha}")
    suite = next((suite for suite in repository.suites_of(sha) if suite.app is app), None)
    if suite is None:
        suite = pushes.new_suite(hub, repository, app.id, sha, pushes.branch_of(repository, sha), None)
    run = CheckRun(
        id=hub.state.next_id(),
        suite=suite,
        name=str(body["name"]),
        status="queued",
        conclusion=None,
        external_id="",
        details_url=f"{hub.url}/apps/{app.slug}",
        started_at=hub.state.now(),
        completed_at=None,
    )
    _apply(hub, run, body)
    repository.runs[run.id] = run
    twins = [twin for twin in repository.runs.values() if twin.suite is suite and twin.name == run.name]
    for old in twins[:-_MOST_RUNS]:
        del repository.runs[old.id]
    _settle(hub, repository, suite)
    _tell(hub, repository, run, app.bot, "created")
    if run.status == "completed":
        _tell_completed(hub, repository, run)
    return run


def update_run(hub: Hub, repository: Repository, run: CheckRun, body: Json) -> None:
    """Change a run; annotations are appended."""
    done = run.status == "completed"
    _apply(hub, run, body)
    _settle(hub, repository, run.suite)
    if run.status == "completed" and not done:
        _tell_completed(hub, repository, run)


def _apply(hub: Hub, run: CheckRun, body: Json) -> None:
    now = hub.state.now()
    run.name = body.get("name", run.name)
    run.external_id = body.get("external_id", run.external_id)
    run.details_url = body.get("details_url", run.details_url)
    run.started_at = body.get("started_at", run.started_at)
    if body.get("conclusion") is not None:
        run.conclusion, run.status = body["conclusion"], "completed"
        run.completed_at = body.get("completed_at", now)
    elif "status" in body:
        if body["status"] == "completed":
            raise ApiError(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')
        run.status, run.conclusion, run.completed_at = body["status"], None, None
    output = body.get("output") or {}
    run.title, run.summary = output.get("title", run.title), output.get("summary", run.summary)
    run.text = output.get("text", run.text)
    run.annotations += output.get("annotations") or []
    run.actions = body.get("actions", run.actions)


_WORST = [
    "action_required",
    "timed_out",
    "cancelled",
    "failure",
    "stale",
    "startup_failure",
    "success",
    "neutral",
    "skipped",
]


def _settle(hub: Hub, repository: Repository, suite: CheckSuite) -> None:
    """Set status and conclusion of a suite from its latest runs."""
    latest = {run.name: run for run in repository.runs.values() if run.suite is suite}
    suite.updated_at = hub.state.now()
    if all(run.status == "completed" for run in latest.values()):
        suite.status = "completed"
        suite.conclusion = min((str(run.conclusion) for run in latest.values()), key=_WORST.index, default=None)
    else:
        suite.status, suite.conclusion = "in_progress", None


def _tell_completed(hub: Hub, repository: Repository, run: CheckRun) -> None:
    """Deliver `completed` for the run, and for its suite once all of its runs are completed."""
    bot = run.suite.app.bot
    _tell(hub, repository, run, bot, "completed")
    if run.suite.status == "completed":
        shape = {"check_suite": hub.shapes.check_suite(repository, run.suite)}
        hub.emit("check_suite", "completed", repository, bot, shape, only_app=run.suite.app.id)


def _tell(  # noqa: PLR0913 -- each is a part of the operation
    hub: Hub,
    repository: Repository,
    run: CheckRun,
    sender: User,
    action: str,
    *,
    only_app: int | None = None,
    **fields: Any,
) -> None:
    shape = hub.shapes.check_run(repository, run) | {"check_suite": _suite_in_run(hub, repository, run.suite)}
    hub.emit("check_run", action, repository, sender, {"check_run": shape, **fields}, only_app=only_app)


def _suite_in_run(hub: Hub, repository: Repository, suite: CheckSuite) -> Json:
    """The suite inside a `check_run` delivery has fewer keys than one of its own."""
    shape = hub.shapes.check_suite(repository, suite)
    keys = [
        "id",
        "node_id",
        "head_branch",
        "head_sha",
        "status",
        "conclusion",
        "url",
        "before",
        "after",
        "pull_requests",
        "app",
        "created_at",
        "updated_at",
    ]
    return {key: shape[key] for key in keys}


def rerequest_run(hub: Hub, repository: Repository, run: CheckRun, sender: User) -> None:
    """Press "Re-run" on one run: the run stays, the suite is queued, and its App gets a delivery."""
    run.suite.status, run.suite.conclusion = "queued", None
    _tell(hub, repository, run, sender, "rerequested", only_app=run.suite.app.id)


def rerequest_suite(hub: Hub, repository: Repository, suite: CheckSuite, sender: User) -> None:
    """Press "Re-run all checks"."""
    suite.status, suite.conclusion = "queued", None
    shape = {"check_suite": hub.shapes.check_suite(repository, suite)}
    hub.emit("check_suite", "rerequested", repository, sender, shape, only_app=suite.app.id)


def press(hub: Hub, repository: Repository, run: CheckRun, sender: User, identifier: str) -> None:
    """Press a button of a run. Raises `ApiError` 422 when it has no such button."""
    if not any(action["identifier"] == identifier for action in run.actions):
        raise ApiError(422, f"The check run has no action {identifier}")
    pressed = {"identifier": identifier}
    _tell(hub, repository, run, sender, "requested_action", only_app=run.suite.app.id, requested_action=pressed)
