"""Deliveries of a repository's own webhook, which the App cannot work on, and an address that ends in a slash."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.log import configure
from bot.web.app import application
from bot.web.door import Recipient
from bot.web.metrics import Metrics
from tests.adapters.payloads import APP_ID, comment, pull_request, push

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.forge.ports import NewJob

SECRET = "a secret"


class Jobs:
    """A queue that keeps what it is given."""

    def __init__(self) -> None:
        self.jobs: list[NewJob] = []

    def put(self, job: NewJob) -> bool:
        self.jobs.append(job)
        return True


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def post(jobs: Jobs) -> Callable[..., int]:
    queue: Any = jobs
    metrics = Metrics(None, queue, lambda: None, lambda: 0.0)
    serve = application(Recipient((SECRET,), APP_ID, "plangate"), queue, metrics)

    def send(event: str, payload: Any, path: str = "/webhook") -> int:
        body = json.dumps(payload).encode()
        statuses: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_X_GITHUB_EVENT": event,
            "HTTP_X_GITHUB_DELIVERY": "d-1",
            "HTTP_X_HUB_SIGNATURE_256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest(),
            "wsgi.input": io.BytesIO(body),
        }
        b"".join(serve(environ, lambda status, _headers, *_: statuses.append(status)))  # type: ignore[arg-type]
        return int(statuses[0].split()[0])

    return send


def without_installation(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name != "installation"}


@pytest.mark.parametrize("path", ["/webhook", "/webhook/"])
def test_a_delivery_arrives_with_and_without_a_slash(post: Callable[..., int], jobs: Jobs, path: str) -> None:
    assert post("push", push(), path) == 202
    assert [job.name for job in jobs.jobs] == ["BranchPushed"]


@pytest.mark.parametrize(
    ("event", "payload"),
    [("push", push()), ("pull_request", pull_request("opened")), ("issue_comment", comment("/plan")), ("star", push())],
)
def test_a_repositorys_own_webhook_is_told_once(
    post: Callable[..., int], jobs: Jobs, event: str, payload: dict[str, Any]
) -> None:
    output = io.StringIO()
    configure("info", to=output)
    for _ in range(3):
        assert post(event, without_installation(payload)) == 202
        assert post(event, payload | {"installation": None}) == 202
    lines = [line for line in output.getvalue().splitlines() if "own webhook" in line]
    assert jobs.jobs == []
    assert len(lines) == 1
    assert "install the App" in lines[0]
    assert "warning" in lines[0].lower()


def test_the_apps_own_deliveries_are_no_reason_to_warn(post: Callable[..., int]) -> None:
    output = io.StringIO()
    configure("info", to=output)
    post("ping", {"zen": "Keep it simple."})
    post("push", push())
    post("issue_comment", comment("nice"))
    assert "own webhook" not in output.getvalue()
