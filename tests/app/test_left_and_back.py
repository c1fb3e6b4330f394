"""The App is taken from a repository and given back, or let in late: what blocked before blocks after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reconciling import reconciling, settled
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import Installation, Repository
    from tests.stage import Stage

RED = feature(text=plan("FAIL"))
DAY = 86_400.0


def red_pull(stage: Stage, ferry: Repository) -> str:
    """The head of a pull request that is judged red, opened after the App came."""
    stage.world.advance(60)
    stage.world.push(ferry, "001-search", RED, author="ada")
    sha = stage.world.open_pull_request(ferry, "001-search", author="ada").head_sha
    stage.drain()
    assert stage.run(ferry, sha).conclusion == "failure"
    return sha


def only(stage: Stage) -> Installation:
    (installation,) = stage.world.hub.state.installations.values()
    return installation


@pytest.mark.parametrize("days", [0.05, 80.0])
def test_a_red_pull_request_stays_red_when_its_repository_is_put_back(
    stage: Stage, ferry: Repository, days: float
) -> None:
    sha = red_pull(stage, ferry)
    stage.world.remove_repositories(only(stage), ferry)
    stage.drain()
    assert stage.store.repository(ferry.id) is None
    stage.world.advance(days * DAY)
    stage.world.add_repositories(only(stage), ferry)
    stage.drain()
    assert stage.run(ferry, sha).conclusion == "failure"
    assert stage.store.first_sight(ferry.id) is None


def test_and_when_it_is_transferred(stage: Stage, ferry: Repository) -> None:
    sha = red_pull(stage, ferry)
    stage.install(stage.world.create_repository("globex", "boat", {"README.md": "#"}))
    there = next(one for one in stage.world.hub.state.installations.values() if one.account.login == "globex")
    stage.world.transfer(ferry, "globex")
    stage.world.add_repositories(there, ferry)
    stage.drain()
    assert stage.run(ferry, sha).conclusion == "failure"


def test_work_that_is_pushed_after_the_return_is_judged_like_any_other(stage: Stage, ferry: Repository) -> None:
    red_pull(stage, ferry)
    stage.world.remove_repositories(only(stage), ferry)
    stage.drain()
    stage.world.advance(DAY)
    stage.world.add_repositories(only(stage), ferry)
    stage.drain()
    sha = stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan("FAIL") + "\nMore.\n"}, author="ada")
    stage.drain()
    assert stage.run(ferry, sha).conclusion == "failure"


def test_the_first_sight_is_forgotten_after_ninety_days(stage: Stage, ferry: Repository) -> None:
    red_pull(stage, ferry)
    stage.world.remove_repositories(only(stage), ferry)
    stage.drain()
    assert stage.store.first_sight(ferry.id) is not None
    stage.world.advance(91 * DAY)
    reconciling(stage).tick()
    assert stage.store.first_sight(ferry.id) is None


def test_a_pull_request_of_the_time_of_a_suspension_is_judged_within_an_hour(stage: Stage, ferry: Repository) -> None:
    stage.world.suspend(only(stage))
    stage.drain()
    stage.world.push(ferry, "001-search", RED, author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.lose()
    stage.world.suspend(only(stage), lift=True)
    settled(stage, reconciling(stage), 3_600)
    assert stage.run(ferry, pull.head_sha).conclusion == "failure"


def test_so_is_one_whose_first_event_was_lost(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", RED, author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.lose()
    settled(stage, reconciling(stage), 1_800)
    assert stage.run(ferry, pull.head_sha).conclusion == "failure"


def test_so_is_one_whose_first_job_died(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", RED, author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.deliver()
    while (job := stage.queue.lease("stage")) is not None:
        stage.queue.bury(job, "the worker's disk was full")
    assert stage.runs(ferry, pull.head_sha) == []
    settled(stage, reconciling(stage), 1_800)
    assert stage.run(ferry, pull.head_sha).conclusion == "failure"


@pytest.mark.parametrize("installed", ["before", "after"])
def test_so_is_one_that_opens_while_the_app_is_installed(stage: Stage, installed: str) -> None:
    repository = stage.world.create_repository("acme", "boat", {"README.md": "#", **SPEC_KIT})
    stage.world.push(repository, "001-search", RED, author="ada")
    if installed == "before":
        stage.world.install("acme", [repository])
        stage.drain()
    pull = stage.world.open_pull_request(repository, "001-search", author="ada")
    stage.lose()
    if installed == "after":
        stage.world.install("acme", [repository])
    settled(stage, reconciling(stage), 3_600)
    assert stage.run(repository, pull.head_sha).status == "completed"


@pytest.mark.parametrize("order", ["removed first", "added first", "removed is lost"])
def test_a_transfer_keeps_the_verdict_in_whatever_order_its_events_come(
    stage: Stage, ferry: Repository, order: str
) -> None:
    sha = red_pull(stage, ferry)
    stage.install(stage.world.create_repository("globex", "boat", {"README.md": "#"}))
    there = next(other for other in stage.world.hub.state.installations.values() if other.account.login == "globex")
    stage.world.transfer(ferry, "globex")
    if order == "removed first":
        stage.drain()
    elif order == "removed is lost":
        stage.lose()
    stage.world.add_repositories(there, ferry)
    stage.drain()
    settled(stage, reconciling(stage), 1_800)
    assert stage.run(ferry, sha).conclusion == "failure"
