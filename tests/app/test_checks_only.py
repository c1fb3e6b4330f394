"""An account that lets the App read pull requests and not write to them: verdicts without comments and commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from bot.bundled import bundled_text
from bot.core.forge.outcome import Done
from bot.core.forge.rights import CHECK
from bot.core.forge.stored import Installation
from bot.core.hosting.registration import needed_for
from tests.reconciling import reconciling
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import Installation as Installed
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

VIOLATED = feature(text=plan("FAIL"))


def installed(stage: Stage, permissions: dict[str, str] | None = None) -> tuple[Repository, Installed]:
    """A repository on an account that granted no more than `setup --checks-only` asks for."""
    repository = stage.world.create_repository("acme", "ferry", {"README.md": "#\n", **SPEC_KIT})
    stage.world.user("ada", role="admin", repository=repository)
    installation = stage.world.install("acme", [repository], permissions=permissions or dict(CHECK))
    stage.drain()
    return repository, installation


def opened(stage: Stage, repository: Repository, files: dict[str, str] | None = None) -> PullRequest:
    stage.world.push(repository, "001-search", files or VIOLATED, author="ada")
    return stage.world.open_pull_request(repository, "001-search", author="ada")


def all_done(stage: Stage) -> None:
    outcomes = stage.drain()
    assert outcomes
    assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes


def refused(stage: Stage) -> list[str]:
    """What GitHub refused, apart from the token for the owner's file, which this account has not."""
    return [
        request.operation
        for request in stage.world.requests.since(0)
        if request.status in {401, 403, 422} and request.body.get("repositories") != [".github"]
    ]


def test_a_verdict_comes_without_a_comment_and_offers_no_command(stage: Stage) -> None:
    repo, _ = installed(stage)
    pull = opened(stage, repo)
    all_done(stage)
    run = stage.run(repo, pull.head_sha)
    assert run.conclusion == "failure"
    assert run.title == "1 violation unjustified"
    said = f"{run.summary} {run.text} {run.annotations} {run.actions}"
    assert re.search(r"/plan(?![\w.])", said) is None
    assert "comments" not in said
    assert "· commands are off here ·" in (run.summary or "")
    assert "[plan.md:24]" in said, "the way out that is left is still there"
    assert stage.comments(repo, pull.number) == []
    assert refused(stage) == []


def test_the_verdict_costs_no_call_more(stage: Stage) -> None:
    repo, _ = installed(stage)
    opened(stage, repo, feature(text=plan("PASS")))
    stage.drain()
    mark = stage.world.requests.mark
    stage.world.push(repo, "001-search", VIOLATED, author="ada")
    stage.drain()
    assert [request.operation for request in stage.requests(mark)] == ["graphql", "checks/create"]


@pytest.mark.parametrize("text", ["/plan", "/plan waive unjustified-violation because it is late"])
def test_a_command_is_read_by_nobody(stage: Stage, text: str) -> None:
    repo, _ = installed(stage)
    pull = opened(stage, repo)
    issue = stage.world.open_issue(repo, "A question", text, author="ada")
    stage.drain()
    mark = stage.world.requests.mark
    stage.world.comment(repo, pull.number, text, author="ada")
    stage.world.comment(repo, issue.number, text, author="ada")
    all_done(stage)
    assert list(stage.world.requests.since(mark)) == []
    assert [stage.comments(repo, number) for number in (pull.number, issue.number)] == [[], []]


def test_the_one_button_judges_again(stage: Stage) -> None:
    repo, _ = installed(stage)
    stage.world.push(repo, "001-search", {"specs/001-search/spec.md": "# Search\n", "a.py": "a\n"}, author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain()
    run = stage.run(repo, pull.head_sha)
    assert [action["identifier"] for action in run.actions] == ["recheck"], "a draft would be a comment"
    stage.world.press_button(repo, run, "recheck", author="ada")
    all_done(stage)
    assert len(stage.runs(repo, pull.head_sha)) == 2
    assert stage.comments(repo, pull.number) == []
    assert refused(stage) == []


def test_an_account_that_accepts_more_gets_comments_and_commands(stage: Stage) -> None:
    app = stage.world.app
    later = app.permissions, app.events
    manifest = yaml.safe_load(bundled_text("app.yml"))
    app.permissions, app.events = needed_for(CHECK, app.permissions, manifest["default_events"])
    repo, installation = installed(stage)
    assert installation.events == ["check_run", "check_suite", "pull_request", "push"]
    pull = opened(stage, repo)
    stage.drain()
    assert stage.run(repo, pull.head_sha).conclusion == "failure"
    stage.world.comment(repo, pull.number, "/plan", author="ada")
    assert stage.deliver() == 0, "GitHub announces no comment to such an App"
    app.permissions, app.events = later
    stage.drain()
    assert stage.comments(repo, pull.number) == [], "nothing changes before the account accepts"
    stage.world.accept_permissions(installation)
    all_done(stage)
    (comment,) = stage.comments(repo, pull.number)
    assert "is violated and not justified" in comment.body
    offering = stage.run(repo, pull.head_sha).summary or ""
    assert "/plan waive" in offering, "the run offers commands now"
    assert "commands are off" not in offering
    stage.world.comment(repo, pull.number, "/plan status", author="ada")
    all_done(stage)
    assert len(stage.comments(repo, pull.number)) == 2


def test_a_merge_group_is_found_without_the_permission_to_hear_of_it(stage: Stage) -> None:
    stage.world.app.events.remove("merge_group")
    repo, _ = installed(stage)
    reconciler = reconciling(stage)
    pull = opened(stage, repo, feature(text=plan("PASS")))
    stage.drain()
    group = stage.world.enqueue(pull, author="ada")
    stage.drain()
    assert stage.runs(repo, group.head_sha) == []
    reconciler.tick()
    all_done(stage)
    assert stage.run(repo, group.head_sha).conclusion == "success"


def test_permissions_that_change_without_a_delivery_are_noticed_by_the_refused_token(stage: Stage) -> None:
    repo, installation = installed(stage, dict(stage.world.app.permissions))
    installation.permissions = dict(CHECK)
    stage.world.advance(4_000)  # until no token of before is good
    pull = opened(stage, repo)
    outcomes = stage.drain()
    assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes
    assert stage.run(repo, pull.head_sha).title == "1 violation unjustified"
    assert len(refused(stage)) == 1, "one token is refused, and the account is known from then on"
    stage.world.comment(repo, pull.number, "/plan status", author="ada")
    all_done(stage)
    assert stage.comments(repo, pull.number) == []


def test_a_command_that_nobody_can_answer_any_more_is_given_up_in_silence(stage: Stage) -> None:
    repo, installation = installed(stage, dict(stage.world.app.permissions))
    pull = opened(stage, repo)
    stage.drain()
    before = len(stage.comments(repo, pull.number))
    stage.world.comment(repo, pull.number, "/plan status", author="ada")
    stage.deliver()
    installation.permissions = dict(CHECK)
    stage.store.keep_installation(Installation(installation.id, "acme", comments=False))
    job = stage.queue.lease("stage")
    assert job is not None
    assert stage.service.give_up(job, "GitHub answered 502") == Done()
    assert len(stage.comments(repo, pull.number)) == before
    assert refused(stage) == []


def test_what_is_missing_beside_comments_is_named(stage: Stage) -> None:
    repo, _ = installed(stage, {name: level for name, level in CHECK.items() if name != "contents"})
    pull = opened(stage, repo)
    all_done(stage)
    assert "contents: read" in (stage.run(repo, pull.head_sha).summary or "").replace("\\", "")
