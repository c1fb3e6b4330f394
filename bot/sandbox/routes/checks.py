"""Check runs and check suites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.acts import checks, pushes
from bot.sandbox.errors import ApiError
from bot.sandbox.routing import Call, Json, Reply, route

if TYPE_CHECKING:
    from bot.sandbox.state import App, CheckRun, CheckSuite

_REPO = "/repos/{owner}/{repo}"


def _writer(call: Call) -> App:
    app = call.credential.app
    if app is None or call.credential.token is None:
        raise ApiError(403, "You must authenticate via a GitHub App.")
    return app


def _run(call: Call, *, own: bool = False) -> CheckRun:
    run = call.repository.runs.get(call.number("check_run_id"))
    if run is None:
        raise ApiError(404, "Not Found")
    if own and run.suite.app is not _writer(call):
        raise ApiError(
            403, "Invalid app_id `{app_id}` - check run can only be modified by the GitHub App that created it."
        )
    return run


def _suite(call: Call) -> CheckSuite:
    suite = call.repository.suites.get(call.number("check_suite_id"))
    if suite is None:
        raise ApiError(404, "Not Found")
    return suite


def _shape(call: Call, run: CheckRun) -> Json:
    return call.hub.shapes.check_run(call.repository, run)


@route("POST", f"{_REPO}/check-runs", "checks/create", "checks:write")
def create(call: Call) -> Reply:
    """A new run on a commit."""
    return Reply(_shape(call, checks.create_run(call.hub, call.repository, _writer(call), call.body)), 201)


@route("PATCH", f"{_REPO}/check-runs/{{check_run_id}}", "checks/update", "checks:write")
def update(call: Call) -> Reply:
    """Change a run of one's own; annotations are appended."""
    run = _run(call, own=True)
    checks.update_run(call.hub, call.repository, run, call.body)
    return Reply(_shape(call, run))


@route("GET", f"{_REPO}/check-runs/{{check_run_id}}", "checks/get", "checks:read")
def get(call: Call) -> Reply:
    """One run."""
    return Reply(_shape(call, _run(call)))


@route("GET", f"{_REPO}/check-runs/{{check_run_id}}/annotations", "checks/list-annotations", "checks:read")
def list_annotations(call: Call) -> Reply:
    """A run's annotations."""
    run, repository = _run(call), call.repository
    address = f"{call.hub.url}/{repository.full_name}/blob/{run.suite.head_sha}"

    def shape(annotation: Json) -> Json:
        optional = ("start_column", "end_column", "title", "raw_details")
        return {name: annotation.get(name) for name in optional} | {
            "path": annotation["path"],
            "start_line": annotation["start_line"],
            "end_line": annotation["end_line"],
            "annotation_level": annotation["annotation_level"],
            "message": annotation["message"],
            "blob_href": f"{address}/{annotation['path']}",
        }

    return call.listed(run.annotations, shape)


@route("POST", f"{_REPO}/check-runs/{{check_run_id}}/rerequest", "checks/rerequest-run", "checks:write")
def rerequest_run(call: Call) -> Reply:
    """Ask for a run again."""
    checks.rerequest_run(call.hub, call.repository, _run(call, own=True), call.actor)
    return Reply({}, 201)


def _listed(call: Call, runs: list[CheckRun]) -> Reply:
    """Filter a list of runs (newest first) as the query says; by default the latest of each name and suite."""
    query = call.query
    if query.get("filter", "latest") == "latest":
        seen: dict[tuple[int, str], CheckRun] = {}
        for run in runs:
            seen.setdefault((run.suite.id, run.name), run)
        runs = list(seen.values())
    if "check_name" in query:
        runs = [run for run in runs if run.name == query["check_name"]]
    if "status" in query:
        runs = [run for run in runs if run.status == query["status"]]
    if "app_id" in query:
        runs = [run for run in runs if str(run.suite.app.id) == query["app_id"]]
    return call.listed(runs, lambda run: _shape(call, run), "check_runs")


def _sha(call: Call) -> str:
    ref = call.params["ref"]
    repository = call.repository
    commit = repository.git.commit(repository.refs.get(f"refs/{ref}") or repository.branch(ref) or ref)
    if commit is None:
        raise ApiError(422, f"No commit found for SHA: {ref}")
    return commit.oid


@route("GET", f"{_REPO}/commits/{{ref*}}/check-runs", "checks/list-for-ref", "checks:read")
def for_ref(call: Call) -> Reply:
    """The runs of a commit."""
    return _listed(call, call.repository.runs_of(_sha(call)))


@route("GET", f"{_REPO}/commits/{{ref*}}/check-suites", "checks/list-suites-for-ref", "checks:read")
def suites_for_ref(call: Call) -> Reply:
    """The suites of a commit."""
    suites = call.repository.suites_of(_sha(call))
    if "app_id" in call.query:
        suites = [suite for suite in suites if str(suite.app.id) == call.query["app_id"]]
    return call.listed(suites, lambda suite: call.hub.shapes.check_suite(call.repository, suite), "check_suites")


@route("POST", f"{_REPO}/check-suites", "checks/create-suite", "checks:write")
def create_suite(call: Call) -> Reply:
    """The App's suite of a commit, made when it is not there."""
    sha, app, repository = str(call.body["head_sha"]), _writer(call), call.repository
    if not repository.git.has_commit(sha):
        raise ApiError(422, f"No commit found for SHA: {sha}")
    own = next((suite for suite in repository.suites_of(sha) if suite.app is app), None)
    suite = own or pushes.new_suite(call.hub, repository, app.id, sha, pushes.branch_of(repository, sha), None)
    return Reply(call.hub.shapes.check_suite(repository, suite), 201 if own is None else 200)


@route("GET", f"{_REPO}/check-suites/{{check_suite_id}}", "checks/get-suite", "checks:read")
def get_suite(call: Call) -> Reply:
    """One suite."""
    return Reply(call.hub.shapes.check_suite(call.repository, _suite(call)))


@route("GET", f"{_REPO}/check-suites/{{check_suite_id}}/check-runs", "checks/list-for-suite", "checks:read")
def for_suite(call: Call) -> Reply:
    """The runs of a suite."""
    suite = _suite(call)
    return _listed(call, [run for run in call.repository.runs_of(suite.head_sha) if run.suite is suite])


@route("POST", f"{_REPO}/check-suites/{{check_suite_id}}/rerequest", "checks/rerequest-suite", "checks:write")
def rerequest_suite(call: Call) -> Reply:
    """Ask for a suite again."""
    checks.rerequest_suite(call.hub, call.repository, _suite(call), call.actor)
    return Reply({}, 201)
