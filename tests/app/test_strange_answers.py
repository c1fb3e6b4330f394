"""Answers that GitHub, or a proxy before it, gives once: the verdict and the answer to a command come all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.forge.outcome import Done, Retry
from bot.sandbox.faults import Fault
from tests.stage import feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

PAGE = "<!DOCTYPE html><html><body>Blocked by the proxy</body></html>"
ANSWERS: dict[str, tuple[int, str, dict[str, str]]] = {
    "403, a page": (403, PAGE, {}),
    "403, single sign-on": (403, '{"message": "Resource protected by organization SAML enforcement."}', {}),
    "404, a list": (404, "[1]", {}),
    "410": (410, '{"message": "Gone"}', {}),
    "422, no message": (422, '{"message": null, "errors": [null, 5, {"message": {"a": 1}}]}', {}),
    "429, a date": (429, '{"message": "slow"}', {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}),
    "451": (451, '{"message": "Repository access blocked"}', {}),
    "500, a number": (500, "5", {}),
    "200, cut": (200, '{"data": {"repository": {"databaseId": 1', {}),
    "200, null": (200, "null", {}),
    "200, no data": (200, '{"data": null}', {}),
    "200, errors that are texts": (200, '{"data": null, "errors": ["boom", null]}', {}),
    "200, no repository": (200, '{"data": {"repository": null}}', {}),
    "200, no gzip": (200, "no gzip", {"Content-Encoding": "gzip"}),
    "204": (204, "", {}),
    "302 to another host": (302, "", {"Location": "http://127.0.0.1:9/"}),
    "307 to another host": (307, '{"message": "Moved Permanently"}', {"Location": "http://127.0.0.1:9/"}),
    "308 to another repository": (308, '{"message": "Moved Permanently"}', {"Location": "/repositories/1"}),
}


def answering(operation: str, name: str) -> Fault:
    """One response of this kind."""
    status, page, headers = ANSWERS[name]
    return Fault(operation, status, page=page, headers=headers)


@pytest.fixture
def red(stage: Stage, ferry: Repository) -> PullRequest:
    """A pull request with a violation, of which Plangate has not heard yet."""
    stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
    stage.lose()
    return stage.world.open_pull_request(ferry, "001-search", author="ada")


@pytest.mark.one_in(4)
@pytest.mark.parametrize("operation", ["graphql", "checks/create"])
@pytest.mark.parametrize("name", ANSWERS)
def test_the_verdict_comes_all_the_same(
    stage: Stage, ferry: Repository, red: PullRequest, operation: str, name: str
) -> None:
    fault = stage.world.faults.add(answering(operation, name))
    outcomes = stage.drain(patience=100.0)
    assert fault.struck == 1
    assert outcomes[-1] == Done()
    assert [run.conclusion for run in stage.runs(ferry, red.head_sha)] == ["failure"]
    assert not any("<" in outcome.error for outcome in outcomes if isinstance(outcome, Retry))


@pytest.mark.one_in(4)
@pytest.mark.parametrize("operation", ["graphql", "repos/get-collaborator-permission-level"])
@pytest.mark.parametrize("name", ["404, a list", "410", "451", "200, no data", "200, cut"])
def test_so_does_the_answer_to_a_waiver(
    stage: Stage, ferry: Repository, red: PullRequest, operation: str, name: str
) -> None:
    stage.drain()
    fault = stage.world.faults.add(answering(operation, name))
    text = "/plan waive unjustified-violation the index is shared with the timetable"
    stage.world.comment(ferry, red.number, text, author="acme")
    stage.drain(patience=100.0)
    assert fault.struck == 1
    assert stage.run(ferry, red.head_sha).conclusion == "success"


def test_a_message_that_is_no_text_is_not_repeated(stage: Stage, red: PullRequest) -> None:
    stage.world.faults.add(answering("graphql", "422, no message"))
    (first, *_) = stage.drain(patience=100.0)
    assert isinstance(first, Retry)
    assert first.error == "GitHub answered 422 while we read the repository"
    assert red.open
