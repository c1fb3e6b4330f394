"""Whose word counts: never the head's, the default branch's first, and nobody's while GitHub does not answer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from bot.core.forge.outcome import Done, Retry
from bot.sandbox.faults import Fault
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

FAILING = feature(text=plan("FAIL"))
TIP = ["repository", "defaultBranchRef", "target"]
WEAKER = [
    "mode: off",
    "mode: advise",
    "rules: {unjustified-violation: off}",
    "specs: [elsewhere]",
    "branches: '^never/(?P<number>[0-9]+)-(?P<slug>.*)$'",
    'ignore: ["**"]',
    "since: 999",
    'legacy: ["specs/**"]',
    'self_configured: ["**"]',
    "artifacts: {plan.md: off, spec.md: off}",
]


def app_yml(setting: str) -> dict[str, str]:
    """A configuration of one line."""
    return {".github/app.yml": f"plangate:\n  {setting}\n"}


def pull_request(stage: Stage, repo: Repository, files: dict[str, str], base: str = "main") -> PullRequest:
    """A pull request with these files, looked at."""
    stage.world.push(repo, "001-search", files, author="mallory", start=base)
    pull = stage.world.open_pull_request(repo, "001-search", base, author="mallory")
    stage.drain(patience=10)
    return pull


def conclusion(stage: Stage, repo: Repository, pull: PullRequest) -> str | None:
    return stage.run(repo, pull.head_sha).conclusion


class TestTheHead:
    @pytest.mark.parametrize("setting", WEAKER)
    def test_a_pull_request_cannot_weaken_its_own_gate(self, stage: Stage, ferry: Repository, setting: str) -> None:
        pull = pull_request(stage, ferry, {**FAILING, **app_yml(setting)})
        assert conclusion(stage, ferry, pull) == "failure"

    @pytest.mark.parametrize("setting", ["mode: off", 'self_configured: ["**"]', 'ignore: ["**"]'])
    def test_nor_by_way_of_a_second_base(self, stage: Stage, ferry: Repository, setting: str) -> None:
        stage.world.push(ferry, "lax", app_yml(setting), author="mallory")
        pull = pull_request(stage, ferry, FAILING)
        stage.world.open_pull_request(ferry, "001-search", "lax", author="mallory")
        stage.drain(patience=10)
        assert conclusion(stage, ferry, pull) == "failure"

    def test_nor_by_a_base_of_its_own_alone(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "lax", app_yml("mode: off"), author="mallory")
        pull = pull_request(stage, ferry, FAILING, "lax")
        assert conclusion(stage, ferry, pull) == "failure"

    def test_nor_in_a_base_that_speaks_for_itself(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", app_yml("self_configured: [release]"), author="root")
        stage.world.branch(ferry, "release", author="root")
        pull = pull_request(stage, ferry, {**FAILING, **app_yml("mode: off")}, "release")
        assert conclusion(stage, ferry, pull) == "failure"

    def test_nor_by_a_file_at_the_other_place(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", app_yml("mode: enforce"), author="root")
        pull = pull_request(stage, ferry, {**FAILING, "app.yml": "plangate:\n  mode: off\n"})
        assert conclusion(stage, ferry, pull) == "failure"

    def test_merged_it_holds_for_everybody(self, stage: Stage, ferry: Repository) -> None:
        failing = pull_request(stage, ferry, FAILING)
        stage.world.push(ferry, "settings", app_yml("mode: advise"), author="root")
        settings = stage.world.open_pull_request(ferry, "settings", author="root")
        stage.drain(patience=10)
        assert conclusion(stage, ferry, failing) == "failure"
        stage.world.merge(settings, author="root")
        stage.drain(patience=10)
        assert conclusion(stage, ferry, failing) == "neutral"


class TestTheBase:
    def test_one_that_is_listed_and_broken_goes_by_the_default_branch(self, stage: Stage, ferry: Repository) -> None:
        setting = "self_configured: [release]\n  mode: advise"
        stage.world.push(ferry, "main", app_yml(setting), author="root")
        stage.world.push(ferry, "release", app_yml("mode: maybe"), author="root", start="main")
        pull = pull_request(stage, ferry, FAILING, "release")
        assert conclusion(stage, ferry, pull) == "neutral"
        said = stage.run(ferry, pull.head_sha).summary or ""
        assert "`.github/app.yml` on `release` is broken (line 2: mode cannot be maybe). Judged by" in said

    def test_one_that_is_listed_cannot_set_what_the_owner_locks(self, stage: Stage) -> None:
        rules = stage.world.create_repository("acme", ".github", app_yml("locked: [mode]"))
        files = {"README.md": "#", **SPEC_KIT, **app_yml("self_configured: [release]")}
        repo = stage.world.create_repository("acme", "ferry", files)
        stage.world.install("acme", [rules, repo])
        stage.world.push(repo, "release", app_yml("mode: off"), author="root")
        stage.drain(patience=10)
        pull = pull_request(stage, repo, FAILING, "release")
        assert conclusion(stage, repo, pull) == "failure"

    def test_a_change_is_passed_on_to_open_pull_requests_one_after_another(
        self, stage: Stage, ferry: Repository
    ) -> None:
        pulls = []
        for number in range(1, 5):
            folder = f"specs/00{number}-x"
            stage.world.push(ferry, f"00{number}-x", feature(folder, plan("FAIL")), author="ada")
            pulls.append(stage.world.open_pull_request(ferry, f"00{number}-x", author="ada"))
        stage.drain(patience=10)
        for mode in ("advise", "off", "advise"):
            stage.world.push(ferry, "main", app_yml(f"mode: {mode}"), author="root")
        stage.deliver()
        while (job := stage.queue.lease("stage")) is not None and job.name == "BranchPushed":
            stage.service.handle(job)
            stage.queue.done(job)
        if job is not None:
            stage.queue.release(job)
        waiting = [one for one in stage.queue.records() if one.name == "SweepDue" and one.state == "waiting"]
        assert len(waiting) == len(pulls)
        times = sorted(one.not_before for one in waiting)
        assert all(later - earlier >= 0.5 for earlier, later in pairwise(times[1:]))
        stage.drain(patience=20)
        assert {conclusion(stage, ferry, pull) for pull in pulls} == {"neutral"}


class TestSilence:
    """GitHub does not answer while the configuration is read."""

    @pytest.mark.one_in(3)
    @pytest.mark.parametrize("setting", ["mode: advise", "mode: enforce"])
    @pytest.mark.parametrize(
        "fault",
        [
            {"status": 502},
            {"status": 403, "message": "Resource not accessible by integration"},
            {"cut": True},
            {"graphql": {"message": "Something went wrong", "path": ["repository"]}},
            {"graphql": {"message": "Timeout", "path": TIP}, "partial": True},
            {"graphql": {"message": "Timeout", "path": [*TIP, "c0"]}, "partial": True},
        ],
        ids=["502", "403", "cut", "error", "no branch", "no file"],
    )
    def test_there_is_no_run_until_it_answers_and_then_the_true_one(
        self, stage: Stage, ferry: Repository, fault: dict[str, Any], setting: str
    ) -> None:
        stage.world.push(ferry, "main", app_yml(setting), author="root")
        stage.drain(patience=10)
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.world.faults.add(Fault("graphql", times=3, **fault))
        assert [type(outcome) for outcome in stage.drain()] == [Retry]
        assert stage.runs(ferry, pull.head_sha) == []
        outcomes = stage.drain(patience=120)
        assert type(outcomes[-1]) is Done
        expected = "neutral" if setting == "mode: advise" else "failure"
        assert [run.conclusion for run in stage.runs(ferry, pull.head_sha)] == [expected]
