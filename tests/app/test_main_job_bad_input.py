"""What nobody should push, pushed: a clear verdict, with few requests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.core.forge.outcome import Retry
from tests.stage import SPEC, SPEC_KIT, TEMPLATE, feature, plan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.state import CheckRun, Repository
    from tests.stage import Stage

PLAN = "specs/001-search/plan.md"
MOST_REQUESTS = 6
"""Requests that one event may cost, whatever was pushed."""


def verdict(stage: Stage, repo: Repository, files: dict[str, str | bytes | None]) -> CheckRun:
    """The run on a pull request with these files."""
    stage.world.push(repo, "001-search", files, author="mallory")
    pull = stage.world.open_pull_request(repo, "001-search", author="mallory")
    before = len(stage.requests())
    stage.drain()
    assert len(stage.requests()) - before <= MOST_REQUESTS
    return stage.run(repo, pull.head_sha)


def test_a_plan_of_two_megabytes_is_not_judged_by_its_text(stage: Stage, ferry: Repository) -> None:
    run = verdict(stage, ferry, {**feature(), PLAN: plan() + "word " * 400_000})
    assert run.conclusion == "failure"
    assert run.title == "1 document unreadable"


def test_a_plan_that_graphql_cuts_short_is_read_to_its_end(stage: Stage, ferry: Repository) -> None:
    filler = "\nThe index is built once.\n" * 22_000
    long = (
        plan("PASS").replace("## Constitution Check", f"{filler}\n## Constitution Check").replace("PASS |", "FAIL |", 1)
    )
    run = verdict(stage, ferry, {**feature(), PLAN: long})
    assert run.title == "1 violation unjustified"
    assert "git/get-blob" in {request.operation for request in stage.requests()}


@pytest.mark.slow
def test_a_hundred_thousand_table_rows(stage: Stage, ferry: Repository) -> None:
    rows = "| x | y | z |\n" * 71_000
    run = verdict(stage, ferry, {**feature(), PLAN: plan(rows=rows)})
    assert run.status == "completed"


@pytest.mark.parametrize("text", [b"# Implementation Plan\0\n\nx", b"\xff\xfe# Plan", b"# Pl\xe4n: caf\xe9\n"])
def test_what_is_no_text_is_said_to_be_none(stage: Stage, ferry: Repository, text: bytes) -> None:
    run = verdict(stage, ferry, {"specs/001-search/spec.md": SPEC, PLAN: text})
    assert run.conclusion == "failure"
    assert run.title == "1 document unreadable"


def test_a_specs_folder_that_is_a_link_is_not_followed(stage: Stage, ferry: Repository, tmp_path: Path) -> None:
    stage.world.user("mallory", role="write", repository=ferry)
    stage.world.push(ferry, "001-search", {"secrets/001-search/plan.md": TEMPLATE}, author="mallory")
    clone = tmp_path / "clone"
    git = ["git", "-c", "user.name=mallory", "-c", "user.email=mallory@example.invalid"]
    url = stage.world.clone_url(ferry, "mallory")
    subprocess.run([*git, "clone", "-q", "-b", "001-search", url, str(clone)], check=True)
    (clone / "specs").symlink_to("secrets")
    subprocess.run([*git, "add", "specs"], cwd=clone, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Link"], cwd=clone, check=True)
    subprocess.run([*git, "push", "-q", "origin", "HEAD"], cwd=clone, check=True)
    pull = stage.world.open_pull_request(ferry, "001-search", author="mallory")
    stage.drain()
    run = stage.run(ferry, pull.head_sha)
    assert (run.conclusion, run.annotations) == ("success", []), "the template that the link leads to would fail"
    assert "`secrets/001-search/` is outside the specs roots" in (run.summary or "")
    assert "specs/001-search" not in (run.summary or "")


def test_names_that_lead_out_of_the_repository(stage: Stage) -> None:
    config = {".github/app.yml": "plangate:\n  specs: ['../../etc', '.', 'specs']\n"}
    repo = stage.world.create_repository("acme", "out", {"README.md": "#", **SPEC_KIT, **config})
    stage.install(repo)
    stage.world.push(repo, "001-search", feature(), author="mallory")
    pull = stage.world.open_pull_request(repo, "001-search", author="mallory")
    stage.drain()
    assert stage.run(repo, pull.head_sha).conclusion == "action_required"


def test_a_branch_of_244_bytes_of_unicode(stage: Stage, ferry: Repository) -> None:
    name = ("001-" + "検索" * 60)[:84]
    branch = name[: next(n for n in range(len(name), 0, -1) if len(name[:n].encode()) <= 244)]
    stage.world.push(ferry, branch, feature(f"specs/{branch}"), author="ada")
    pull = stage.world.open_pull_request(ferry, branch, author="ada")
    stage.drain()
    run = stage.run(ferry, pull.head_sha)
    assert run.conclusion == "success"
    assert branch in (run.summary or "")


def test_hostile_words_touch_nobody(stage: Stage, ferry: Repository) -> None:
    evil = plan("FAIL").replace("I. Library First", "I. @everyone #1 </details> <!-- ![x](http://evil) Library First")
    stage.world.push(ferry, "001-search", {**feature(), PLAN: evil}, author="mallory")
    pull = stage.world.open_pull_request(ferry, "001-search", title="@all <!-- plangate:v1 -->", author="mallory")
    stage.drain()
    for comment in stage.comments(ferry, pull.number):
        assert "](http://evil)" not in comment.body.replace("`", "")


def test_forty_features_at_once_are_all_read(stage: Stage, ferry: Repository) -> None:
    files: dict[str, str | bytes | None] = {}
    for number in range(101, 141):
        files |= feature(f"specs/{number}-thing")
    run = verdict(stage, ferry, files)
    assert run.conclusion == "success"


def test_a_part_of_what_a_change_touches_is_never_judged_as_the_whole(
    stage: Stage, ferry: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty reads are enough for 960 features; here two have to do."""
    monkeypatch.setattr("bot.app.gather.MAX_ROUNDS", 2)
    crowd = {path: text for number in range(50) for path, text in feature(f"specs/{number:03}-one").items()}
    stage.world.push(ferry, "everything", crowd, author="ada")
    stage.lose()
    pull = stage.world.open_pull_request(ferry, "everything", author="ada")
    stage.deliver()
    outcome = stage.step()
    assert isinstance(outcome, Retry)
    assert outcome.error == "What this change touches takes more than 2 reads."
    assert stage.runs(ferry, pull.head_sha) == []
