"""GitHub's bad days: what was lost is found again, what is refused is tried later, nothing is written twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.forge.job_keys import OUTAGE
from bot.core.forge.outcome import Done, Retry
from bot.sandbox.faults import Fault, graphql_rate_limited, primary_limit, secondary_limit
from tests.stage import SPEC, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

FAILING = feature(text=plan("FAIL"))
MINUTE = 60


def pushed(stage: Stage, repo: Repository) -> PullRequest:
    """A failing pull request that nobody looked at yet."""
    stage.world.push(repo, "001-search", FAILING, author="ada")
    return stage.world.open_pull_request(repo, "001-search", author="ada")


def assert_told_once(stage: Stage, repo: Repository, pull: PullRequest) -> None:
    """One run, one comment, both true."""
    assert [run.conclusion for run in stage.runs(repo, pull.head_sha)] == ["failure"]
    assert len(stage.comments(repo, pull.number)) == 1


class TestLostAnswers:
    @pytest.mark.parametrize("operation", ["checks/create", "issues/create-comment"])
    @pytest.mark.parametrize("cut", [False, True])
    def test_a_write_whose_answer_was_lost_is_not_done_twice(
        self, stage: Stage, ferry: Repository, operation: str, cut: bool
    ) -> None:
        pull = pushed(stage, ferry)
        stage.world.faults.add(Fault(operation, after=True, cut=cut))
        outcomes = stage.drain(patience=10)
        assert [type(outcome) for outcome in outcomes] == [Retry, Done]
        assert_told_once(stage, ferry, pull)

    @pytest.mark.parametrize("operation", ["graphql", "checks/create", "issues/create-comment"])
    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_what_failed_is_tried_again(self, stage: Stage, ferry: Repository, operation: str, status: int) -> None:
        pull = pushed(stage, ferry)
        stage.world.faults.add(Fault(operation, status))
        stage.drain(patience=10)
        assert_told_once(stage, ferry, pull)

    @pytest.mark.parametrize("operation", ["graphql", "checks/create"])
    @pytest.mark.parametrize(("seconds", "uncounted"), [(0.0, True), (OUTAGE - 60, True), (OUTAGE + 60, False)])
    def test_an_attempt_without_a_response_does_not_count(
        self, stage: Stage, ferry: Repository, operation: str, seconds: float, uncounted: bool
    ) -> None:
        pushed(stage, ferry)
        stage.deliver()
        stage.world.advance(seconds)
        stage.world.faults.add(Fault(operation, cut=True))
        outcome = stage.step()
        assert isinstance(outcome, Retry)
        assert "GitHub did not answer" in outcome.error
        assert outcome.uncounted is uncounted

    def test_a_rerun_whose_answer_was_lost_is_answered_once(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        stage.drain()
        (first,) = stage.runs(ferry, pull.head_sha)
        stage.world.rerequest(ferry, first, author="ada")
        stage.world.faults.add(Fault("checks/create", after=True, cut=True))
        outcomes = stage.drain(patience=10)
        assert [type(outcome) for outcome in outcomes] == [Retry, Done]
        assert len(stage.runs(ferry, pull.head_sha)) == 2

    def test_an_all_clear_that_could_not_be_folded_is_folded_the_next_time(
        self, stage: Stage, ferry: Repository
    ) -> None:
        pull = pushed(stage, ferry)
        stage.drain()
        stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan()}, author="ada")
        stage.drain()
        (comment,) = stage.comments(ferry, pull.number)
        comment.minimized = None  # as a person with the right to do so may unfold it, or a crash leave it
        stage.world.push(ferry, "001-search", {"specs/001-search/spec.md": f"{SPEC}\nMore.\n"}, author="ada")
        stage.drain()
        (comment,) = stage.comments(ferry, pull.number)
        assert comment.minimized == "resolved"


class TestLimits:
    def test_the_hour_is_waited_for(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        reset = stage.world.now() + 20 * MINUTE
        stage.world.faults.add(primary_limit(reset, "graphql"))
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert outcome.not_before == pytest.approx(reset, abs=3)
        stage.world.advance(21 * MINUTE)
        stage.drain()
        assert_told_once(stage, ferry, pull)

    @pytest.mark.parametrize(("retry_after", "wait"), [(7, 7), (None, 60)])
    def test_so_is_a_secondary_limit(self, stage: Stage, ferry: Repository, retry_after: int | None, wait: int) -> None:
        pull = pushed(stage, ferry)
        stage.world.faults.add(secondary_limit(retry_after, "checks/create"))
        before = stage.world.now()
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert outcome.not_before == pytest.approx(before + wait, abs=3)
        stage.world.advance(wait + 3)
        stage.drain()
        assert_told_once(stage, ferry, pull)

    def test_graphql_hides_it_in_a_200(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        stage.world.faults.add(graphql_rate_limited())
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert outcome.not_before is not None
        stage.world.advance(2 * 3_600)
        stage.drain()
        assert_told_once(stage, ferry, pull)


class TestReading:
    def test_an_error_that_says_that_a_file_is_absent_is_none(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        error = {
            "type": "NOT_FOUND",
            "path": ["repository", "defaultBranchRef", "target", "c1"],
            "message": "Could not resolve file for path 'app.yml'.",
        }
        stage.world.faults.add(Fault("graphql", graphql=error, partial=True))
        assert stage.drain() == [Done()]
        assert_told_once(stage, ferry, pull)

    def test_a_token_that_ends_early_is_renewed_once(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        stage.world.faults.add(Fault("graphql", 401, "Bad credentials"))
        assert stage.drain() == [Done()]
        assert_told_once(stage, ferry, pull)

    def test_a_head_that_moves_meanwhile_leaves_no_run_behind(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        old = pull.head_sha

        def move() -> None:
            stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan()}, author="ada")

        stage.world.faults.add(Fault("graphql", 0, meanwhile=move))
        stage.drain(patience=10)
        assert stage.runs(ferry, old) == []
        assert stage.run(ferry, pull.head_sha).conclusion == "success"

    def test_a_renamed_repository_is_followed(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        stage.world.rename(ferry, "boat")
        stage.drain(patience=10)
        assert_told_once(stage, ferry, pull)

    def test_a_repository_that_is_gone_ends_the_job_quietly(self, stage: Stage, ferry: Repository) -> None:
        pushed(stage, ferry)
        stage.deliver()
        stage.world.delete_repository(ferry)
        assert all(isinstance(outcome, Done) for outcome in stage.drain())

    def test_a_suspended_app_stays_silent(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        stage.deliver()
        stage.world.suspend(next(iter(stage.world.hub.state.installations.values())))
        assert all(isinstance(outcome, Done) for outcome in stage.drain())
        assert stage.runs(ferry, pull.head_sha) == []


class TestDoubles:
    def test_every_delivery_twice_says_everything_once(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        stage.drain()
        stage.replay()
        stage.drain()
        assert_told_once(stage, ferry, pull)


class TestGivingUp:
    def test_the_run_says_whose_failure_it_is(self, stage: Stage, ferry: Repository) -> None:
        pull = pushed(stage, ferry)
        stage.drain()
        stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan()}, author="ada")
        stage.deliver()
        job = stage.queue.lease("stage")
        assert job is not None
        outcome = stage.service.give_up(job, "GitHub answered 502 while we read the repository")
        assert outcome == Done()
        run = stage.run(ferry, pull.head_sha)
        assert run.conclusion == "failure"
        assert (run.title or "").startswith("No verdict: GitHub did not answer us")
        assert job.delivery in (run.summary or "")
        stage.queue.retry(job, 0.0, "again")
        stage.drain()
        assert stage.run(ferry, pull.head_sha).conclusion == "success"
