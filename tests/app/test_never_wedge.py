"""Races, limits and merge groups: whatever meets whatever, each open head ends with its one verdict."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bot.core.forge.events import MergeGroupDestroyed, RepositoriesChanged, SweepDue
from bot.core.forge.outcome import Done, Retry
from bot.core.forge.ports import JobState
from bot.core.forge.stored import Waiver
from bot.sandbox.faults import Fault, secondary_limit
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

FAILING = feature(text=plan("FAIL"))
MINUTE = 60.0
HOUR = 3_600.0


def opened(stage: Stage, repo: Repository, text: str | None = None, branch: str = "001-search") -> PullRequest:
    """A pull request, looked at."""
    stage.world.push(repo, branch, feature(f"specs/{branch}", text), author="ada")
    pull = stage.world.open_pull_request(repo, branch, author="ada")
    stage.drain()
    return pull


def conclusions(stage: Stage, repo: Repository, sha: str) -> list[str | None]:
    return [run.conclusion for run in stage.runs(repo, sha)]


def asked(stage: Stage, mark: int) -> dict[str, int]:
    """How many requests each account's installation made, its tokens left out."""
    tokens = (one.asked_by.token for one in stage.requests(mark) if one.asked_by is not None)
    return dict(Counter(token.installation.account.login for token in tokens if token is not None))


class TestRaces:
    def test_a_force_push_back_to_an_old_head_writes_nothing_twice(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, plan("FAIL"))
        old = pull.head_sha
        stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan()}, author="ada")
        stage.drain()
        stage.world.branch(ferry, "001-search", old, author="ada")
        stage.drain()
        assert pull.head_sha == old
        assert conclusions(stage, ferry, old) == ["failure"]
        (comment,) = stage.comments(ferry, pull.number)
        assert "1 gap in `001-search`" in comment.body

    def test_a_retarget_between_two_reads_is_judged_by_the_new_base(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "lax", {".specify/memory/constitution.md": None}, author="ada")
        pull = opened(stage, ferry)
        stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan(rows="\n")}, author="ada")
        stage.world.faults.add(
            Fault("checks/create", 0, meanwhile=lambda: stage.world.retarget(pull, "lax", author="ada"))
        )
        stage.drain(patience=10)
        assert "constitution 1.0.0" not in (stage.run(ferry, pull.head_sha).summary or "")

    def test_two_pull_requests_on_one_head_have_one_verdict(self, stage: Stage, ferry: Repository) -> None:
        stage.world.branch(ferry, "next", author="ada")
        pull = opened(stage, ferry, plan("FAIL"))
        second = stage.world.open_pull_request(ferry, "001-search", "next", author="ada")
        stage.drain()
        assert second.head_sha == pull.head_sha
        assert stage.run(ferry, pull.head_sha).conclusion == "failure"
        stage.world.close_pull_request(pull, author="ada")
        stage.drain()
        assert stage.run(ferry, second.head_sha).status == "completed"

    def test_a_branch_deleted_while_its_head_is_judged_ends_quietly(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.world.faults.add(
            Fault("graphql", 0, meanwhile=lambda: stage.world.delete_branch(ferry, "001-search", author="ada"))
        )
        outcomes = stage.drain(patience=10)
        assert isinstance(outcomes[-1], Done)
        assert stage.queue.counts()[JobState.WAITING] == 0

    def test_a_transferred_repository_belongs_to_whom_it_went_to(self, stage: Stage, ferry: Repository) -> None:
        opened(stage, ferry)
        stage.world.transfer(ferry, "globex")
        stage.world.install("globex", [ferry])
        stage.drain(patience=10)
        stage.world.advance(MINUTE)
        pull = opened(stage, ferry, plan("FAIL"), "002-export")
        assert stage.run(ferry, pull.head_sha).conclusion == "failure"
        seen = stage.store.repository(ferry.id)
        assert seen is not None
        assert seen.owner == "globex"

    def test_a_removal_that_comes_late_takes_nothing_from_the_new_owner(self, stage: Stage, ferry: Repository) -> None:
        (old,) = stage.world.hub.state.installations
        stage.world.transfer(ferry, "globex")
        stage.world.install("globex", [ferry])
        stage.drain(patience=10)
        ref = stage.about(ferry)["repository"]
        stage.put(RepositoriesChanged(installation=old, account="acme", removed=(ref,)))
        stage.drain()
        seen = stage.store.repository(ferry.id)
        assert seen is not None
        assert seen.owner == "globex"

    def test_what_was_removed_with_the_app_is_deleted(self, stage: Stage, ferry: Repository) -> None:
        opened(stage, ferry)
        assert stage.store.repository(ferry.id) is not None
        (installation,) = stage.world.hub.state.installations.values()
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.world.uninstall(installation)
        outcomes = stage.drain(patience=10)
        assert all(isinstance(one, Done) for one in outcomes)
        assert stage.store.installation(installation.id) is None
        assert stage.store.repository(ferry.id) is None
        assert stage.store.governed_repositories() == []

    def test_a_draft_toggled_quickly_is_commented_once_and_only_when_ready(
        self, stage: Stage, ferry: Repository
    ) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada", draft=True)
        for ready in (True, False, True, False):
            stage.world.draft(pull, ready=ready, author="ada")
        stage.drain()
        assert stage.comments(ferry, pull.number) == []
        for ready in (True, False, True):
            stage.world.draft(pull, ready=ready, author="ada")
        stage.drain()
        assert len(stage.comments(ferry, pull.number)) == 1
        assert set(conclusions(stage, ferry, pull.head_sha)) == {"failure"}

    def test_a_rerun_while_one_is_on_its_way_is_answered(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, plan("FAIL"))
        first = stage.run(ferry, pull.head_sha)
        stage.world.rerequest(ferry, first, author="ada")
        stage.world.faults.add(Fault("graphql", 0, meanwhile=lambda: stage.world.rerequest(ferry, first, author="ada")))
        stage.drain(patience=10)
        runs = stage.runs(ferry, pull.head_sha)
        assert len(runs) >= 2
        assert {(run.status, run.conclusion) for run in runs} == {("completed", "failure")}


class TestMergeQueue:
    def test_a_group_is_judged_by_errors_only_and_without_its_branch(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, plan("PARTIAL"))
        assert "⚠️" in (stage.run(ferry, pull.head_sha).summary or "")
        group = stage.world.enqueue(pull, author="ada")
        stage.drain()
        (run,) = stage.runs(ferry, group.head_sha)
        assert (run.name, run.status, run.conclusion) == ("plangate", "completed", "success")
        assert "Does not block" not in (run.summary or ""), "a warning must not evict anyone"

    def test_a_group_of_two_is_as_good_as_the_worse(self, stage: Stage, ferry: Repository) -> None:
        good = opened(stage, ferry)
        bad = opened(stage, ferry, plan("FAIL"), "002-export")
        first, second = stage.world.enqueue(good, author="ada"), stage.world.enqueue(bad, author="ada")
        stage.drain()
        assert stage.run(ferry, first.head_sha).conclusion == "success"
        assert stage.run(ferry, second.head_sha).conclusion == "failure"

    def test_a_waiver_goes_along_into_the_queue(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry, plan("FAIL"))
        stage.world.user("mia", role="maintain", repository=ferry)
        stage.world.comment(ferry, pull.number, "/plan waive unjustified-violation agreed with the board", author="mia")
        stage.drain()
        assert isinstance(stage.store.waivers(ferry.id)[0], Waiver)
        assert stage.run(ferry, pull.head_sha).conclusion == "success"
        group = stage.world.enqueue(pull, author="ada")
        stage.drain()
        assert stage.run(ferry, group.head_sha).conclusion == "success"

    def test_a_destroyed_group_is_not_judged_any_more(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        group = stage.world.enqueue(pull, author="ada")
        stage.deliver()
        stage.world.dequeue(group, author="ada")
        mark = stage.world.requests.mark
        stage.drain()
        assert stage.runs(ferry, group.head_sha) == []
        assert [one for one in stage.requests(mark) if one.is_write] == []

    def test_the_queues_own_branches_cost_nothing(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        group = stage.world.enqueue(pull, author="ada")
        names = [one.name for one in stage.queue.records()]
        stage.deliver()
        new = [one.name for one in stage.queue.records()][: -len(names)]
        assert "BranchPushed" not in new, "a push to gh-readonly-queue/ is no news"
        stage.drain()
        assert len(stage.runs(ferry, group.head_sha)) == 1

    def test_a_group_that_is_gone_when_its_turn_comes_ends_quietly(self, stage: Stage, ferry: Repository) -> None:
        about = stage.about(ferry)
        stage.put(MergeGroupDestroyed(**about, head_sha="1" * 40))
        assert stage.drain() == [Done()]


class TestDegradedReads:
    def test_a_list_of_files_that_github_cuts_is_said_in_the_report(self, stage: Stage, ferry: Repository) -> None:
        files = {f"a/{number}.txt": "x" for number in range(3_001)}
        stage.world.push(ferry, "001-search", {**feature(), **files}, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain(patience=10)
        run = stage.run(ferry, pull.head_sha)
        assert "The list of changed files is cut" in (run.summary or "")
        assert "3,000" in (run.summary or "")

    def test_a_merge_group_too_large_to_compare_says_so_and_evicts_nobody(
        self, stage: Stage, ferry: Repository
    ) -> None:
        files = {f"a/{number}.txt": "x" for number in range(301)}
        stage.world.push(ferry, "001-search", {**feature(), **files}, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        group = stage.world.enqueue(pull, author="ada")
        stage.drain(patience=10)
        run = stage.run(ferry, group.head_sha)
        assert run.conclusion == "success"
        assert "The list of changed files is cut" in (run.summary or "")


class TestLimits:
    def test_one_installation_waits_for_an_hour_and_the_other_does_not_notice(
        self, stage: Stage, ferry: Repository
    ) -> None:
        other = stage.world.create_repository("globex", "boat", {"README.md": "#", **SPEC_KIT})
        stage.install(other)
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        limited = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.world.faults.add(secondary_limit(int(HOUR), "graphql"))
        stage.drain()
        mark = stage.world.requests.mark
        stage.world.push(ferry, "002-export", feature("specs/002-export"), author="ada")
        pull = opened(stage, other, plan("FAIL"))
        assert conclusions(stage, other, pull.head_sha) == ["failure"], "at once"
        assert asked(stage, mark).keys() == {"globex"}, "nothing is asked of the one that is refused"
        stage.world.advance(HOUR + 5)
        stage.drain(patience=30)
        assert conclusions(stage, ferry, limited.head_sha) == ["failure"]

    @pytest.mark.slow
    def test_ninety_nine_do_not_notice_that_one_of_a_hundred_waits_for_an_hour(self, stage: Stage) -> None:
        accounts = [f"yard-{number}" for number in range(100)]
        repos = [stage.world.create_repository(name, "boat", {"README.md": "#", **SPEC_KIT}) for name in accounts]
        for repo in repos:
            stage.world.install(repo.owner, [repo])
        stage.drain()
        unlucky = repos[37]
        installations = stage.world.hub.state.installations.values()
        (limited,) = (one for one in installations if one.account is unlucky.owner)
        reset = stage.world.hub.limits.exhaust(limited.id)
        for repo in repos:
            stage.world.push(repo, "001-search", FAILING, author="ada")
            stage.world.open_pull_request(repo, "001-search", author="ada")
        mark, began = stage.world.requests.mark, stage.clock.now()
        outcomes = stage.drain()
        assert stage.clock.now() - began < MINUTE, "nobody turned the clock"
        assert [type(one) for one in outcomes if not isinstance(one, Done)] == [Retry]
        assert asked(stage, mark) == {name: 1 if name == unlucky.owner.login else 3 for name in accounts}, (
            "a read, a run and a comment for each; the one that is refused asks once"
        )
        heads = [repo.pulls[1].head_sha for repo in repos]
        verdicts = [conclusions(stage, repo, head) for repo, head in zip(repos, heads, strict=True)]
        assert verdicts == [[] if repo is unlucky else ["failure"] for repo in repos]
        mark = stage.world.requests.mark
        stage.world.advance(reset - stage.clock.now() - MINUTE)
        assert stage.drain() == []
        stage.world.advance(MINUTE + 5)
        stage.drain(patience=30)
        assert asked(stage, mark) == {unlucky.owner.login: 3}
        assert conclusions(stage, unlucky, heads[37]) == ["failure"]

    def test_waiting_for_a_limit_is_no_failure(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.world.faults.add(secondary_limit(int(HOUR)))
        (outcome,) = stage.drain()
        assert isinstance(outcome, Retry)
        assert outcome.uncounted


class TestApology:
    @pytest.mark.parametrize("judged", [False, True])
    def test_a_swept_head_gets_one_unless_it_has_a_verdict(self, stage: Stage, ferry: Repository, judged: bool) -> None:
        opened(stage, ferry, plan("FAIL"))
        stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan()}, author="ada")
        pull = ferry.pulls[1]
        if judged:
            stage.drain()
        else:
            stage.lose()
        stage.put(SweepDue(**stage.about(ferry), number=pull.number, reason="a test"))
        job = stage.queue.lease("stage")
        assert job is not None
        assert stage.service.give_up(job, "GitHub answered 502 while we read the repository") == Done()
        run = stage.run(ferry, pull.head_sha)
        if judged:
            assert run.conclusion == "success"
        else:
            assert (run.title or "").startswith("No verdict: GitHub did not answer us")
            assert job.delivery in (run.summary or "")
            assert "we look again" in (run.summary or "")

    @pytest.mark.parametrize("with_pull", [False, True], ids=["a branch", "a pull request"])
    def test_it_is_on_the_head_that_is_there_and_not_on_the_one_that_was_told_of(
        self, stage: Stage, ferry: Repository, with_pull: bool
    ) -> None:
        opened(stage, ferry, branch="002-export")
        old = stage.world.push(ferry, "001-search", feature(), author="ada")
        if with_pull:
            stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.deliver()
        new = stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.lose()
        mark = stage.world.requests.mark
        self.give_up(stage)
        assert [(run.title or "")[:10] for run in stage.runs(ferry, new)] == ["No verdict"]
        assert stage.runs(ferry, old) == []
        whether_it_adds_anything = [] if with_pull else ["repos/compare-commits-with-basehead"]
        calls = ["graphql", *whether_it_adds_anything, "graphql", "checks/create"]
        assert [request.operation for request in stage.requests(mark)] == calls

    def test_where_the_branch_moved_to_a_head_that_has_its_verdict_there_is_none(
        self, stage: Stage, ferry: Repository
    ) -> None:
        pull = opened(stage, ferry)
        stage.world.edit(pull, title="Another title", author="ada")
        late = stage.lose()
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.drain()
        stage.accept(late)
        self.give_up(stage)
        assert [run.title for run in stage.runs(ferry, pull.head_sha)] == ["1 violation unjustified"]

    def test_a_branch_whose_pull_request_was_closed_gets_one_for_its_push(
        self, stage: Stage, ferry: Repository
    ) -> None:
        pull = opened(stage, ferry)
        stage.world.close_pull_request(pull, author="ada")
        tip = stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.deliver()
        self.give_up(stage)
        assert [(run.title or "")[:10] for run in stage.runs(ferry, tip)] == ["No verdict"]

    def test_where_nobody_waits_for_a_verdict_any_more_there_is_none(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        stage.world.close_pull_request(pull, author="ada")
        stage.deliver()
        self.give_up(stage)
        assert conclusions(stage, ferry, pull.head_sha) == ["success"]
        tip = stage.world.push(ferry, "main", {"a.md": "x"}, author="root")
        stage.deliver()
        self.give_up(stage)
        assert stage.runs(ferry, tip) == [], "of a push to the default branch no verdict is due"

    def test_when_nothing_can_be_read_it_is_on_the_head_that_was_told_of(self, stage: Stage, ferry: Repository) -> None:
        pull = opened(stage, ferry)
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.deliver()
        stage.world.faults.add(Fault("graphql", 502, times=None))
        self.give_up(stage)
        assert (stage.run(ferry, pull.head_sha).title or "").startswith("No verdict")

    @staticmethod
    def give_up(stage: Stage) -> None:
        """Work on the next job has failed for so long that it is given up."""
        job = stage.queue.lease("stage")
        assert job is not None
        assert stage.service.give_up(job, "GitHub answered 502 while we read the repository") == Done()
        stage.queue.bury(job, "enough")
