from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest
    from tests.sandbox.scene import Stage


@pytest.fixture
def pulls(stage: Stage) -> list[PullRequest]:
    stage.repository.required_checks = {"plangate"}
    made = []
    for branch in ("001-a", "002-b"):
        stage.world.push(stage.repository, branch, {branch: "x"}, author="ada")
        made.append(stage.world.open_pull_request(stage.repository, branch, author="ada"))
    return made


def conclude(stage: Stage, sha: str, conclusion: str) -> None:
    stage.pygithub_repository().create_check_run("plangate", sha, status="completed", conclusion=conclusion)


def test_a_group_is_merged_when_its_checks_pass(stage: Stage, pulls: list[PullRequest]) -> None:
    group = stage.world.enqueue(pulls[0])
    requested = stage.world.sent("merge_group", "checks_requested")[-1].payload["merge_group"]
    assert requested["head_ref"] == f"refs/heads/gh-readonly-queue/main/pr-1-{requested['base_sha']}"
    assert stage.world.sent("push")[-1].payload["ref"] == requested["head_ref"], "the queue's branch fires push as well"
    assert stage.world.work_queue(stage.repository) == [], "its checks are pending"
    conclude(stage, group.head_sha, "success")
    assert stage.world.work_queue(stage.repository) == [pulls[0]]
    assert stage.repository.head() == group.head_sha
    assert stage.world.sent("merge_group", "destroyed")[-1].payload["reason"] == "merged"
    assert stage.repository.branch(group.branch) is None


def test_a_failed_group_is_dropped_and_what_waits_behind_is_built_anew(stage: Stage, pulls: list[PullRequest]) -> None:
    first, second = stage.world.enqueue(pulls[0]), stage.world.enqueue(pulls[1])
    assert second.base_sha == first.head_sha
    conclude(stage, first.head_sha, "failure")
    assert stage.world.work_queue(stage.repository) == []
    [again] = stage.repository.queue
    assert (again.pull, again.base_sha) == (pulls[1], stage.repository.head())
    reasons = [delivery.payload["reason"] for delivery in stage.world.sent("merge_group", "destroyed")]
    assert reasons == ["dequeued", "invalidated"]
    assert pulls[0].open
    conclude(stage, again.head_sha, "neutral")
    assert stage.world.work_queue(stage.repository) == [pulls[1]]
