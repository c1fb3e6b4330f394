"""Work that failed for too long: whoever waits is told, and whoever else was concerned is looked at later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.forge.outcome import Done, Retry
from bot.core.forge.ports import JobState
from bot.sandbox.faults import Fault
from tests.asking import faces, harbour, replies, reply
from tests.stage import CONSTITUTION, feature, plan

if TYPE_CHECKING:
    from bot.core.forge.ports import JobRecord, LeasedJob
    from bot.sandbox.state import Repository
    from tests.stage import Stage

PATH = ".specify/memory/constitution.md"
SOFTER = CONSTITUTION.replace(" (NON-NEGOTIABLE)", "")
MINUTE = 60.0
BAD_DAY = "GitHub answered 502 while we read the repository"


def give_up(stage: Stage, error: str = BAD_DAY) -> LeasedJob:
    """Work on the next job has failed for so long that it is given up."""
    job = stage.queue.lease("stage")
    assert job is not None
    assert stage.service.give_up(job, error) == Done()
    stage.queue.bury(job, error)
    return job


def waiting(stage: Stage) -> list[JobRecord]:
    return list(stage.queue.records(JobState.WAITING))


class TestWhoElseIsConcerned:
    @pytest.fixture
    def stale(self, stage: Stage, ferry: Repository) -> str:
        """A head whose verdict is by a constitution that is no longer there, because work on the push was given up."""
        stage.world.push(ferry, "001-search", feature(text=plan("PASS", "FAIL")), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        assert stage.run(ferry, pull.head_sha).title == "1 NON-NEGOTIABLE principle violated"
        stage.world.push(ferry, "main", {PATH: SOFTER}, author="root")
        stage.deliver()
        give_up(stage)
        return pull.head_sha

    def test_they_are_looked_at_a_quarter_of_an_hour_later(self, stage: Stage, ferry: Repository, stale: str) -> None:
        stage.world.advance(15 * MINUTE - 1)
        assert stage.drain() == []
        stage.world.advance(1)
        assert stage.drain(patience=10) == [Done(), Done()], "who is open, and the one that is"
        assert stage.run(ferry, stale).title == "1 violation unjustified"

    def test_while_it_goes_on_less_and_less_often_and_then_no_more(self, stage: Stage, stale: str) -> None:
        """The dead letters remain, and can be replayed."""
        assert stale
        minutes = []
        while found := waiting(stage):
            (one,) = found
            minutes.append(round((one.not_before - stage.clock.now()) / MINUTE))
            stage.world.advance(one.not_before - stage.clock.now())
            give_up(stage)
        assert minutes == [15, 30, 60, 120]
        assert stage.queue.counts()[JobState.DEAD] == 5

    def test_a_look_at_one_head_that_is_given_up_is_followed_by_another(
        self, stage: Stage, ferry: Repository, stale: str
    ) -> None:
        stage.world.advance(15 * MINUTE)
        assert stage.step() == Done()
        give_up(stage)
        assert stage.run(ferry, stale).title == "1 NON-NEGOTIABLE principle violated", "its verdict stands meanwhile"
        (again,) = waiting(stage)
        assert round((again.not_before - stage.clock.now()) / MINUTE) == 30
        stage.world.advance(30 * MINUTE)
        stage.drain()
        assert stage.run(ferry, stale).title == "1 violation unjustified"

    def test_many_that_are_given_up_leave_one_look(self, stage: Stage, ferry: Repository) -> None:
        for number in range(1, 6):
            stage.world.push(ferry, f"{number:03}-one", feature(f"specs/{number:03}-one"), author="ada")
        stage.deliver()
        for _ in range(5):
            give_up(stage)
        assert len(waiting(stage)) == 1

    def test_a_look_that_was_given_up_itself_is_not_begun_anew(self, stage: Stage, ferry: Repository) -> None:
        """However often the first one cannot say that there is no verdict."""
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.drain()
        stage.world.push(ferry, "001-search", {"src/app.py": "print()\n"}, author="ada")
        stage.deliver()
        stage.world.faults.add(Fault("checks/create", 502, times=None))
        job = stage.queue.lease("stage")
        assert job is not None
        assert isinstance(stage.service.give_up(job, BAD_DAY), Retry)
        stage.queue.retry(job, stage.clock.now() + 16 * MINUTE, BAD_DAY)
        stage.world.advance(15 * MINUTE)
        give_up(stage)
        stage.world.advance(MINUTE)
        job = stage.queue.lease("stage")
        assert job is not None
        assert isinstance(stage.service.give_up(job, BAD_DAY), Retry)
        assert stage.queue.counts()[JobState.DEAD] == 1
        assert len(waiting(stage)) == 1, "the next look"

    def test_it_is_put_down_though_github_is_away(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.drain()
        stage.world.push(ferry, "001-search", {"src/app.py": "print()\n"}, author="ada")
        stage.deliver()
        stage.world.faults.add(Fault("*", 502, times=None))
        job = stage.queue.lease("stage")
        assert job is not None
        for _ in range(3):
            assert isinstance(stage.service.give_up(job, BAD_DAY), Retry), "the head is told when GitHub is back"
        assert len(waiting(stage)) == 1


class TestVerdictsThatAreThere:
    def test_one_that_was_reached_stands_though_nothing_can_be_said_of_it(
        self, stage: Stage, ferry: Repository
    ) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.drain()
        stage.world.push(ferry, "002-export", feature("specs/002-export", plan("FAIL")), author="ada")
        pull = stage.world.open_pull_request(ferry, "002-export", author="ada")
        stage.deliver()
        stage.world.faults.add(Fault("issues/create-comment", 403, times=None))
        job = stage.queue.lease("stage")
        assert job is not None
        assert isinstance(stage.service.handle(job), Retry)
        assert stage.service.give_up(job, "GitHub answered 403 while we wrote a comment") == Done()
        assert stage.run(ferry, pull.head_sha).title == "1 violation unjustified"
        assert stage.store.report(ferry.id, pull.head_sha) is not None, "the run's page"

    def test_one_that_was_there_before_does_not(self, stage: Stage, ferry: Repository) -> None:
        """What happened since may have changed it."""
        stage.world.push(ferry, "001-search", feature(), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        stage.world.advance(1)
        stage.world.edit(pull, title="Another title", author="ada")
        stage.deliver()
        give_up(stage)
        assert "No verdict" in (stage.run(ferry, pull.head_sha).title or "")


class TestBranchesThatAddNothing:
    """A run belongs to the commit: one on a branch that was just cut would stand on the default branch, too."""

    @pytest.mark.parametrize("behind", [False, True])
    def test_they_get_no_run(self, stage: Stage, ferry: Repository, *, behind: bool) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.drain()
        cut_at = ferry.branch("main") or ""
        if behind:
            stage.world.push(ferry, "main", {"README.md": "# Another\n"}, author="root")
            stage.drain(patience=10)
        stage.world.branch(ferry, "002-export", cut_at, author="ada")
        stage.deliver()
        give_up(stage)
        assert stage.runs(ferry, cut_at) == []

    def test_others_do(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.drain()
        sha = stage.world.push(ferry, "002-export", feature("specs/002-export"), author="ada")
        stage.deliver()
        give_up(stage)
        assert "No verdict" in (stage.run(ferry, sha).title or "")


class TestCommands:
    def test_whoever_asked_is_told_that_it_was_not_answered(self, stage: Stage) -> None:
        repo = harbour(stage)
        issue = stage.world.open_issue(repo, "Export the audit log", "An auditor reads it.", author="eve")
        comment = stage.world.comment(repo, issue.number, "Let us see.\n\n/plan", author="root")
        stage.deliver()
        stage.world.advance(11 * MINUTE)
        job = give_up(stage)
        said = reply(stage, repo, issue.number)
        assert "**We could not answer `/plan`. This is our failure, not yours.**" in said
        assert f"What happened: {BAD_DAY} (1 attempt in 11 minutes)." in said
        assert "Write it again in a new comment: what was done of it already is not done twice." in said
        assert job.delivery in said
        assert faces(stage, repo, comment) == ["eyes", "confused"]
        assert waiting(stage) == [], "a command is not carried out later, when nobody expects it any more"

    def test_a_fault_of_ours_is_called_one(self, stage: Stage) -> None:
        repo = harbour(stage)
        issue = stage.world.open_issue(repo, "Export", "/plan help", author="eve")
        stage.deliver()
        give_up(stage, "KeyError: '<img src=x>'")
        said = reply(stage, repo, issue.number)
        assert "What happened: a fault of ours ended every try (1 attempt in 1 minute)." in said
        assert "KeyError" not in said
        assert "img" not in said

    def test_the_plan_that_is_there_stays_above(self, stage: Stage) -> None:
        repo = harbour(stage)
        issue = stage.world.open_issue(repo, "Export", "/plan", author="root")
        stage.drain()
        assert "This becomes feature" in reply(stage, repo, issue.number)
        stage.world.comment(repo, issue.number, "/plan status", author="root")
        stage.deliver()
        give_up(stage)
        said = reply(stage, repo, issue.number)
        assert said.index("This becomes feature") < said.index("We could not answer")
        assert len(replies(stage, repo, issue.number)) == 2

    def test_told_once(self, stage: Stage) -> None:
        repo = harbour(stage)
        issue = stage.world.open_issue(repo, "Export", "An auditor reads it.", author="eve")
        stage.world.comment(repo, issue.number, "/plan", author="root")
        stage.deliver()
        job = stage.queue.lease("stage")
        assert job is not None
        assert stage.service.give_up(job, BAD_DAY) == Done()
        mark = stage.world.requests.mark
        assert stage.service.give_up(job, BAD_DAY) == Done()
        assert not [one for one in stage.requests(mark) if one.is_write and not one.is_mutation]
        assert len(replies(stage, repo, issue.number)) == 1

    def test_what_was_answered_before_it_failed_is_left_alone(self, stage: Stage) -> None:
        repo = harbour(stage)
        issue = stage.world.open_issue(repo, "Export", "An auditor reads it.", author="eve")
        comment = stage.world.comment(repo, issue.number, "/plan", author="root")
        stage.deliver()
        job = stage.queue.lease("stage")
        assert job is not None
        assert stage.service.handle(job).spent.writes
        assert stage.service.give_up(job, BAD_DAY) == Done()
        assert "We could not answer" not in reply(stage, repo, issue.number)
        assert faces(stage, repo, comment) == ["eyes", "rocket"]

    @pytest.mark.parametrize(
        ("config", "text"),
        [
            ("", "/deploy now"),
            ("", "See /plan for more."),
            ("plangate: {commands: {prefix: /gate}}\n", "/plan the party"),
            ("plangate: {mode: 'off'}\n", "/plan"),
        ],
    )
    def test_what_is_not_for_us_is_not_answered(self, stage: Stage, config: str, text: str) -> None:
        repo = harbour(stage)
        if config:
            stage.world.push(repo, "main", {".github/app.yml": config}, author="root")
        issue = stage.world.open_issue(repo, "Export", "An auditor reads it.", author="eve")
        stage.drain(patience=10)
        comment = stage.world.comment(repo, issue.number, text, author="root")
        stage.deliver()
        job = stage.queue.lease("stage")
        if job is not None:
            assert stage.service.give_up(job, BAD_DAY) == Done()
        assert replies(stage, repo, issue.number) == []
        assert faces(stage, repo, comment) == []
