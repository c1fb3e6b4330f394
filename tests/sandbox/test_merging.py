from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.errors import ApiError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.git import Commit
    from bot.sandbox.state import PullRequest
    from tests.sandbox.scene import Stage


@pytest.fixture
def pull(stage: Stage) -> PullRequest:
    """Two commits by ada, while main went on."""
    stage.installation.permissions["contents"] = "write"
    world, repository = stage.world, stage.repository
    world.push(repository, "001-a", {"a.md": "one\n"}, "Begin", author="ada")
    world.push(repository, "001-a", {"a.md": "two\n", "b.md": "b\n"}, "Go on\n\nAt length.", author="ada")
    world.push(repository, "main", {"c.md": "c\n"}, "Elsewhere")
    return world.open_pull_request(repository, "001-a", title="Add a", author="ada")


def history(stage: Stage) -> list[Commit]:
    head = stage.repository.head()
    assert head is not None
    return stage.repository.git.log(head)


def files(stage: Stage) -> set[str]:
    return {entry.name for entry in stage.repository.git.entries(history(stage)[0].tree)}


def test_squashing_makes_one_commit_that_lists_the_others(stage: Stage, pull: PullRequest) -> None:
    before = stage.repository.head()
    stage.pygithub_repository().get_pull(1).merge(merge_method="squash")
    newest = history(stage)[0]
    assert newest.parents == (before,)
    assert newest.message == "Add a (#1)\n\n* Begin\n\n* Go on\n\nAt length."
    assert files(stage) == {"README.md", "a.md", "b.md", "c.md"}
    assert pull.merge_sha == newest.oid


def test_squashing_one_commit_takes_its_own_words(stage: Stage) -> None:
    stage.world.push(stage.repository, "002-b", {"b": "b"}, "Only this\n\nBecause.", author="ada")
    stage.world.merge(stage.world.open_pull_request(stage.repository, "002-b", title="Other words"), method="squash")
    assert history(stage)[0].message == "Only this (#1)\n\nBecause."


def test_rebasing_replays_every_commit_on_the_base(stage: Stage, pull: PullRequest) -> None:
    before = stage.repository.head()
    assert stage.github3().pull_request("acme", "server", 1).merge(merge_method="rebase")
    newest, older, base = history(stage)[:3]
    assert [newest.message, older.message, base.oid] == ["Go on\n\nAt length.", "Begin", before]
    assert {commit.author.email for commit in (newest, older)} == {stage.world.user("ada").email}
    assert newest.committer.email != newest.author.email
    assert files(stage) == {"README.md", "a.md", "b.md", "c.md"}
    assert pull.merged_at is not None
    assert stage.world.sent("pull_request", "closed")[-1].payload["pull_request"]["merged"] is True


def test_a_commit_that_conflicts_on_its_own_cannot_be_rebased(stage: Stage) -> None:
    world, repository = stage.world, stage.repository
    world.push(repository, "002-b", {"README.md": "mine\n"}, "Change", author="ada")
    world.push(repository, "002-b", {"README.md": "theirs\n"}, "Change again", author="ada")
    world.push(repository, "main", {"README.md": "theirs\n"}, "The same in the end")
    pull = world.open_pull_request(repository, "002-b", author="ada")
    with pytest.raises(ApiError, match="can't be rebased"):
        world.merge(pull, method="rebase")
    assert pull.open


def test_a_head_that_moved_on_is_not_merged(stage: Stage, pull: PullRequest) -> None:
    client = stage.pygithub_repository().get_pull(1)
    stage.world.push(stage.repository, "001-a", {"a.md": "three\n"}, author="ada")
    response = client.requester.requestJson("PUT", f"{client.url}/merge", input={"sha": client.head.sha})
    assert response[0] == 409
    assert "Head branch was modified" in response[2]
    assert pull.open


def test_the_rules_of_a_branch_name_its_required_checks(stage: Stage) -> None:
    def rules(branch: str) -> list[dict[str, object]]:
        client = stage.github3()
        response = client.session.get(f"{stage.world.url}/repos/acme/server/rules/branches/{branch}")
        return list(response.json())

    assert rules("main") == []
    stage.repository.required_checks = {"plangate"}
    [rule] = rules("main")
    assert rule["type"] == "required_status_checks"
    assert "'context': 'plangate'" in str(rule["parameters"])
    assert rules("001-a") == []


def test_git_follows_a_repository_to_its_new_name(stage: Stage, tmp_path: Path) -> None:
    old = stage.world.clone_url(stage.repository, "ada")
    stage.world.rename(stage.repository, "backend")

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"]
        done = subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stderr

    assert "redirecting to" in git("clone", old, "work")
    (tmp_path / "work/new.md").write_text("new\n")
    git("-C", "work", "add", "new.md")
    git("-C", "work", "commit", "-m", "New")
    git("-C", "work", "push", "origin", "HEAD:003-c")
    assert stage.repository.branch("003-c") is not None
    assert stage.world.sent("push")[-1].payload["repository"]["full_name"] == "acme/backend"
