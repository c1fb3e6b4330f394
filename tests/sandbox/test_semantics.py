"""What GitHub does of its own accord."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import github
import pytest

from bot.sandbox.errors import ApiError
from bot.sandbox.faults import Fault
from tests.sandbox import contracts
from tools.vendor.descriptions import SENT

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest
    from tests.sandbox.scene import Stage


@pytest.fixture
def pull(stage: Stage) -> PullRequest:
    stage.world.push(stage.repository, "001-a", {"specs/001-a/plan.md": "# Plan\n"}, author="ada")
    return stage.world.open_pull_request(stage.repository, "001-a", author="ada", title="Plan")


def actions(stage: Stage, event: str) -> list[str | None]:
    return [delivery.action for delivery in stage.world.deliveries.log if delivery.event == event]


def test_a_retarget_tells_the_base_that_was(stage: Stage, pull: PullRequest) -> None:
    stage.world.branch(stage.repository, "stable")
    stage.world.retarget(pull, "stable", author="ada")
    edited = stage.world.sent("pull_request", "edited")[-1].payload
    assert edited["changes"]["base"]["ref"] == {"from": "main"}
    assert edited["pull_request"]["base"]["ref"] == "stable"


def test_drafts_closing_and_reopening_are_told(stage: Stage, pull: PullRequest) -> None:
    stage.world.draft(pull)
    stage.world.draft(pull, ready=True)
    stage.world.edit(pull, title="A plan", body="Text")
    stage.world.close_pull_request(pull)
    stage.world.reopen(pull)
    expected = ["opened", "converted_to_draft", "ready_for_review", "edited", "closed", "reopened"]
    assert actions(stage, "pull_request") == expected


def test_the_base_sha_stays_until_the_head_moves(stage: Stage, pull: PullRequest) -> None:
    before = stage.repository.head()
    stage.world.push(stage.repository, "main", {"README.md": "# New\n"})
    assert stage.pygithub_repository().get_pull(1).base.sha == before
    stage.world.push(stage.repository, "001-a", {"specs/001-a/plan.md": "# Plan 2\n"})
    assert stage.pygithub_repository().get_pull(1).base.sha == stage.repository.head() == pull.base_sha


def test_a_conflict_is_seen_and_blocks(stage: Stage, pull: PullRequest) -> None:
    stage.world.push(stage.repository, "main", {"specs/001-a/plan.md": "# Another\n"})
    assert stage.pygithub_repository().get_pull(1).mergeable is False
    with pytest.raises(ApiError, match="not mergeable"):
        stage.world.merge(pull)


def test_github_may_still_be_computing_whether_it_merges(stage: Stage, pull: PullRequest) -> None:
    pull.mergeable_unknown = True
    assert stage.pygithub_repository().get_pull(1).mergeable is None
    query = '{repository(owner:"acme",name:"server"){pullRequest(number:1){mergeable}}}'
    assert stage.graphql(query)["data"]["repository"]["pullRequest"]["mergeable"] == "UNKNOWN"


def test_a_head_that_reaches_its_base_by_a_push_is_merged(stage: Stage, pull: PullRequest) -> None:
    stage.world.branch(stage.repository, "main", "001-a")
    assert pull.merged_at is not None
    assert stage.world.sent("pull_request", "closed")[-1].payload["pull_request"]["merged"] is True


def test_two_open_pull_requests_of_one_branch_need_two_bases(stage: Stage, pull: PullRequest) -> None:
    with pytest.raises(ApiError) as caught:
        stage.world.open_pull_request(stage.repository, "001-a")
    assert "A pull request already exists for acme:001-a." in str(caught.value.errors)
    stage.world.branch(stage.repository, "lax")
    second = stage.world.open_pull_request(stage.repository, "001-a", "lax")
    assert second.head_sha == pull.head_sha


def test_a_custom_role_is_its_base_role_with_a_name_of_its_own(stage: Stage) -> None:
    stage.repository.custom_roles["Release crew"] = "maintain"
    stage.world.user("ada", "Release crew", stage.repository)
    repository = stage.pygithub_repository()
    assert repository.get_collaborator_permission("ada") == "write"
    assert repository.get_collaborator_role_name("ada") == "Release crew"
    token = stage.world.user_token("ada")
    assert stage.pygithub(token).get_repo("acme/server").permissions.push
    stage.pygithub(token).get_repo("acme/server").create_file("new.md", "New", "text")
    url = stage.world.clone_url(stage.repository, "ada")
    pushed = subprocess.run(
        ["git", "push", url, f"{stage.repository.head()}:refs/heads/x"], cwd=stage.repository.git.path, check=False
    )
    assert pushed.returncode == 0
    stage.repository.custom_roles["Release crew"] = "triage"
    with pytest.raises(github.GithubException) as caught:
        stage.pygithub(token).get_repo("acme/server").create_file("more.md", "More", "text")
    assert caught.value.status == 403


def test_a_transferred_repository_leaves_the_installation_and_redirects(stage: Stage) -> None:
    stage.world.transfer(stage.repository, "beta")
    assert stage.world.sent("repository", "transferred")
    [removal] = stage.world.sent("installation_repositories", "removed")
    assert [repository["full_name"] for repository in removal.payload["repositories_removed"]] == ["beta/server"]
    with pytest.raises(github.UnknownObjectException):
        stage.pygithub_repository()


def test_repositories_come_and_go(stage: Stage) -> None:
    docs = stage.world.create_repository("acme", "docs", {"a": "b"}, private=True)
    with pytest.raises(github.UnknownObjectException):
        stage.pygithub().get_repo("acme/docs")
    stage.world.add_repositories(stage.installation, docs)
    assert stage.pygithub().get_repo("acme/docs").name == "docs"
    stage.world.remove_repositories(stage.installation, docs)
    with pytest.raises(github.UnknownObjectException):
        stage.pygithub().get_repo("acme/docs")
    assert actions(stage, "installation_repositories") == ["added", "removed"]


def test_the_head_may_move_while_it_is_looked_at(stage: Stage, pull: PullRequest) -> None:
    def push() -> None:
        stage.world.push(stage.repository, "001-a", {"specs/001-a/plan.md": "# Moved\n"})

    stage.world.faults.add(Fault("pulls/get", 0, meanwhile=push))
    before = pull.head_sha
    assert stage.pygithub_repository().get_pull(1).head.sha != before


def test_the_latest_run_of_a_name_is_listed(stage: Stage) -> None:
    head = stage.repository.head()
    assert head is not None
    repository = stage.pygithub_repository()
    for _ in range(3):
        repository.create_check_run("plangate", head, status="completed", conclusion="success")
    listed = repository.get_commit(head).get_check_runs(check_name="plangate")
    assert [run.id for run in listed] == [stage.world.check_runs(stage.repository, head)[0].id]


def test_every_described_event_is_sent_by_something(stage: Stage, pull: PullRequest) -> None:
    world, repository = stage.world, stage.repository
    world.app.webhook_url = "http://127.0.0.1:9/webhook"
    head = pull.head_sha
    client = stage.pygithub_repository()
    button = {"label": "Recheck", "description": "Check again", "identifier": "recheck"}
    made = client.create_check_run("plangate", head, status="completed", conclusion="success", actions=[button])
    [run] = world.check_runs(repository, head)
    assert run.id == made.id
    world.rerequest(repository, run)
    world.rerequest(repository, run.suite)
    world.press_button(repository, run, "recheck")
    issue = world.open_issue(repository, "Talk", author="ada")
    comment = world.comment(repository, issue.number, "First", author="ada")
    world.edit_comment(repository, comment, "Second")
    world.delete_comment(repository, comment)
    issue_client = client.get_issue(issue.number)
    issue_client.edit(title="Talk again")
    issue_client.edit(state="closed")
    issue_client.edit(state="open")
    world.review(pull, "Look", author="ada")
    world.draft(pull)
    world.draft(pull, ready=True)
    world.edit(pull, body="Text")
    world.close_pull_request(pull)
    world.reopen(pull)
    world.push(repository, "001-a", {"b": "c"})
    world.dequeue(world.enqueue(pull))
    world.delete_branch(repository, "001-a")
    docs = world.create_repository("acme", "docs", {"a": "b"})
    world.add_repositories(stage.installation, docs)
    world.remove_repositories(stage.installation, docs)
    world.suspend(stage.installation)
    world.suspend(stage.installation, lift=True)
    world.ping()
    world.rename(repository, "backend")
    world.transfer(repository, "beta")
    world.add_repositories(stage.installation, docs)
    world.delete_repository(docs)
    world.uninstall(stage.installation)
    assert [problem for delivery in world.deliveries.log for problem in contracts.recorded_problems(delivery)] == []
    sent = {(delivery.event, delivery.action or "") for delivery in world.deliveries.log}
    assert {(event, action) for event, listed in SENT.items() for action in listed.split() or [""]} == sent
