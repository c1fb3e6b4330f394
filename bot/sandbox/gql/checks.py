"""Check suites and runs as GraphQL objects."""

from __future__ import annotations

from typing import Any

from bot.sandbox.gql.view import Node, View, connection
from bot.sandbox.shapes import stamp
from bot.sandbox.state import CheckRun, CheckSuite, Repository, iso, node_id


def suite_connection(view: View, repository: Repository, sha: str, arguments: dict[str, Any]) -> Node:
    """The check suites of a commit."""
    view.need("checks")
    filters = arguments.get("filterBy") or {}
    suites = repository.suites_of(sha)
    if filters.get("appId") is not None:
        suites = [suite for suite in suites if suite.app.id == filters["appId"]]
    if filters.get("checkName"):
        suites = [
            s
            for s in suites
            if any(run.suite is s and run.name == filters["checkName"] for run in repository.runs_of(sha))
        ]
    return connection(suites, arguments, lambda suite: suite_node(view, repository, suite))


def suite_node(view: View, repository: Repository, suite: CheckSuite) -> Node:
    """A check suite."""
    return {
        "id": node_id("CS", suite.id),
        "databaseId": suite.id,
        "app": {
            "id": suite.app.node_id,
            "databaseId": suite.app.id,
            "slug": suite.app.slug,
            "name": suite.app.name,
        },
        "status": suite.status.upper(),
        "conclusion": suite.conclusion and suite.conclusion.upper(),
        "createdAt": iso(suite.created_at),
        "updatedAt": iso(suite.updated_at),
        "branch": lambda _i: view.graph.ref_node(view, repository, f"refs/heads/{suite.head_branch}"),
        "commit": lambda _i: view.graph.object_node(view, repository, suite.head_sha),
        "checkRuns": lambda _i, **a: run_connection(view, repository, suite, a),
    }


def run_connection(view: View, repository: Repository, suite: CheckSuite, arguments: dict[str, Any]) -> Node:
    """A suite's runs; by default the latest of each name, newest first."""
    filters = arguments.get("filterBy") or {}
    runs = [run for run in repository.runs_of(suite.head_sha) if run.suite is suite]
    if (filters.get("checkType") or "LATEST") == "LATEST":
        latest: dict[str, CheckRun] = {}
        for run in runs:
            latest.setdefault(run.name, run)
        runs = list(latest.values())
    if filters.get("checkName"):
        runs = [run for run in runs if run.name == filters["checkName"]]
    if filters.get("appId") is not None:
        runs = [run for run in runs if run.suite.app.id == filters["appId"]]
    return connection(runs, arguments, lambda run: run_node(view, repository, run))


def run_node(view: View, repository: Repository, run: CheckRun) -> Node:
    """A check run."""
    return {
        "__typename": "CheckRun",
        "id": node_id("CR", run.id),
        "databaseId": run.id,
        "name": run.name,
        "status": run.status.upper(),
        "conclusion": run.conclusion and run.conclusion.upper(),
        "externalId": run.external_id,
        "title": run.title,
        "summary": run.summary,
        "text": run.text,
        "detailsUrl": run.details_url,
        "url": f"{view.url}/{repository.full_name}/runs/{run.id}",
        "startedAt": stamp(run.started_at),
        "completedAt": stamp(run.completed_at),
        "checkSuite": lambda _i: suite_node(view, repository, run.suite),
        "annotations": lambda _i, **a: connection(run.annotations, a, _annotation),
    }


def _annotation(annotation: dict[str, Any]) -> Node:
    return {
        "path": annotation["path"],
        "annotationLevel": annotation["annotation_level"].upper(),
        "message": annotation["message"],
        "title": annotation.get("title"),
        "rawDetails": annotation.get("raw_details"),
        "location": {
            "start": {"line": annotation["start_line"], "column": annotation.get("start_column")},
            "end": {"line": annotation["end_line"], "column": annotation.get("end_column")},
        },
    }
