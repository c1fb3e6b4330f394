"""GitHub asks for checks on every pushed head: the second chance of one whose own deliveries never came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.forge.outcome import Done
from bot.sandbox.faults import Fault
from tests.reconciling import reconciling
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.state import Delivery, Repository
    from tests.stage import Stage

READ, COMPARE, RUN = "graphql", "repos/compare-commits-with-basehead", "checks/create"
SUITE, PUSH, PULL = "check_suite", "push", "pull_request"
FAILING = feature(text=plan("FAIL"))
SMALLER = {"specs/001-search/plan.md": plan() + "\nNo more than that.\n"}


def arrive(stage: Stage, deliveries: Sequence[Delivery]) -> list[str]:
    """Let these come in, in this order; the names of the jobs that wait now."""
    stage.accept(deliveries)
    return [record.name for record in stage.queue.records() if record.state == "waiting"]


def only(deliveries: Sequence[Delivery], *events: str) -> list[Delivery]:
    """These kinds of deliveries, in this order."""
    return [one for event in events for one in deliveries if one.event == event]


def spent(stage: Stage, mark: int) -> list[str]:
    """The operations since a mark, tokens apart."""
    return [request.operation for request in stage.requests(mark)]


class TestLost:
    def test_a_branch_whose_push_never_came_is_judged_all_the_same(self, stage: Stage, ferry: Repository) -> None:
        head = stage.world.push(ferry, "001-search", FAILING, author="ada")
        mark = stage.world.requests.mark
        assert arrive(stage, only(stage.lose(), SUITE)) == ["SuiteRequested"]
        stage.drain()
        assert [run.conclusion for run in stage.runs(ferry, head)] == ["failure"]
        assert spent(stage, mark) == [READ, COMPARE, RUN], "what the push itself would have cost"

    def test_so_is_a_pull_request_of_which_nothing_else_came(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        arrive(stage, only(stage.lose(), SUITE))
        stage.drain()
        assert [run.conclusion for run in stage.runs(ferry, pull.head_sha)] == ["failure"]
        assert len(stage.comments(ferry, pull.number)) == 1

    def test_a_new_constitution_whose_push_never_came_is_applied(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        path = ".specify/memory/constitution.md"
        text = SPEC_KIT[path].replace("## Governance", "### III. Small\n\nKeep it small.\n\n## Governance")
        stage.world.push(ferry, "main", {path: text}, author="root")
        arrive(stage, only(stage.lose(), SUITE))
        stage.drain(patience=10)
        assert "III. Small" in (stage.run(ferry, pull.head_sha).summary or "")

    def test_a_later_head_is_judged_where_only_its_suite_came(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        first = stage.lose()
        head = stage.world.push(ferry, "001-search", SMALLER, author="ada")
        assert arrive(stage, [*only(first, PUSH), *only(stage.lose(), SUITE)]) == ["BranchPushed"]
        stage.drain()
        assert [run.conclusion for run in stage.runs(ferry, head)] == ["success"]

    @pytest.mark.parametrize("late", [SUITE, PUSH])
    def test_what_comes_late_does_not_hide_the_head_of_today(self, stage: Stage, ferry: Repository, late: str) -> None:
        old = stage.world.push(ferry, "001-search", FAILING, author="ada")
        first = only(stage.lose(), late)
        head = stage.world.push(ferry, "001-search", SMALLER, author="ada")
        second = only(stage.lose(), PUSH if late == SUITE else SUITE)
        assert len(arrive(stage, [*second, *first])) == 1
        stage.drain()
        assert [run.conclusion for run in stage.runs(ferry, head)] == ["success"]
        assert stage.runs(ferry, old) == [], "nobody waits for a verdict on it any more"

    def test_the_head_of_today_is_judged_where_nothing_told_of_it(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        first = only(stage.lose(), SUITE)
        head = stage.world.push(ferry, "001-search", SMALLER, author="ada")
        stage.lose()
        arrive(stage, first)
        stage.drain()
        assert [run.conclusion for run in stage.runs(ferry, head)] == ["success"]

    def test_it_is_delivered_again_like_any_other(self, stage: Stage, ferry: Repository) -> None:
        stage.world.app.webhook_url = "http://127.0.0.1:9/webhook"
        stage.world.deliveries.accept = lambda _: False
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.world.settle()
        reconciling(stage).tick()
        stage.world.settle()
        log = stage.world.deliveries.log
        assert {PUSH, SUITE} <= {one.event for one in log if one.redelivery}


class TestBeside:
    @pytest.mark.parametrize("order", [(PUSH, SUITE), (SUITE, PUSH)])
    def test_a_push_and_its_suite_are_one_evaluation(
        self, stage: Stage, ferry: Repository, order: tuple[str, str]
    ) -> None:
        head = stage.world.push(ferry, "001-search", FAILING, author="ada")
        mark = stage.world.requests.mark
        assert arrive(stage, only(stage.lose(), *order)) == ["BranchPushed"]
        assert stage.drain() == [Done()]
        assert spent(stage, mark) == [READ, COMPARE, RUN]
        assert len(stage.runs(ferry, head)) == 1

    @pytest.mark.parametrize("order", [(PUSH, PULL, SUITE), (SUITE, PUSH, PULL), (PUSH, SUITE, PULL)])
    def test_so_are_the_three_that_come_with_a_pull_requests_push(
        self, stage: Stage, ferry: Repository, order: tuple[str, ...]
    ) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        head = stage.world.push(ferry, "001-search", SMALLER, author="ada")
        mark = stage.world.requests.mark
        assert arrive(stage, only(stage.lose(), *order)) == ["PullRequestChanged"]
        assert stage.drain() == [Done()]
        assert spent(stage, mark) == [READ, RUN]
        assert len(stage.runs(ferry, head)) == 1

    def test_an_opened_pull_request_stays_one_beside_the_suite(self, stage: Stage, ferry: Repository) -> None:
        """A number that it takes makes us look at the others that have it."""
        stage.world.push(ferry, "001-export", feature("specs/001-export"), author="bob")
        other = stage.world.open_pull_request(ferry, "001-export", author="bob")
        stage.drain()
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.world.open_pull_request(ferry, "001-search", author="ada")
        arrive(stage, only(stage.lose(), PULL, SUITE))
        stage.step()
        assert [record.name for record in stage.queue.records() if record.state == "waiting"] == ["SweepDue"]
        stage.drain(patience=10)
        assert len(stage.runs(ferry, other.head_sha)) >= 1


class TestAfter:
    """The usual case: what told of the head first is worked on before the suite's turn comes."""

    @pytest.mark.parametrize("first", [PUSH, PULL])
    def test_a_head_with_its_verdict_costs_nothing(self, stage: Stage, ferry: Repository, first: str) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        told = stage.lose()
        arrive(stage, only(told, first))
        stage.drain()
        mark = stage.world.requests.mark
        assert arrive(stage, only(told, SUITE)) == ["SuiteRequested"]
        assert stage.drain() == [Done()]
        assert spent(stage, mark) == []
        assert len(stage.runs(ferry, pull.head_sha)) == 1

    @pytest.mark.parametrize("branch", ["tidy-up", "main"])
    def test_neither_does_one_whose_push_asked_for_no_verdict(
        self, stage: Stage, ferry: Repository, branch: str
    ) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.drain()
        stage.world.push(ferry, branch, {"README.md": "# Tidy\n"}, author="ada")
        told = stage.lose()
        arrive(stage, only(told, PUSH))
        stage.drain(patience=10)
        mark = stage.world.requests.mark
        assert arrive(stage, only(told, SUITE)) == ["SuiteRequested"]
        assert stage.drain() == [Done()]
        assert spent(stage, mark) == []

    def test_no_verdict_is_none(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.drain()
        head = stage.world.push(ferry, "001-search", SMALLER, author="ada")
        told = stage.lose()
        arrive(stage, only(told, PUSH))
        job = stage.queue.lease("stage")
        assert job is not None
        stage.service.give_up(job, "GitHub answered 502 while we read the repository")
        stage.queue.bury(job, "enough")
        assert [run.conclusion for run in stage.runs(ferry, head)] == ["failure"]
        arrive(stage, only(told, SUITE))
        stage.drain()
        assert stage.run(ferry, head).conclusion == "success"

    def test_a_run_whose_answer_was_lost_is_not_written_twice(self, stage: Stage, ferry: Repository) -> None:
        head = stage.world.push(ferry, "001-search", FAILING, author="ada")
        told = stage.lose()
        stage.world.faults.add(Fault(RUN, after=True))
        arrive(stage, only(told, PUSH))
        stage.step()
        arrive(stage, only(told, SUITE))
        stage.drain(patience=10)
        assert [run.conclusion for run in stage.runs(ferry, head)] == ["failure"]

    def test_a_person_who_asks_again_is_answered(self, stage: Stage, ferry: Repository) -> None:
        head = stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.drain()
        first = stage.run(ferry, head)
        stage.world.rerequest(ferry, first.suite, author="ada")
        stage.drain()
        assert stage.run(ferry, head).id != first.id

    def test_one_that_we_cannot_judge_in_time_says_so(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.drain()
        head = stage.world.push(ferry, "001-search", SMALLER, author="ada")
        arrive(stage, only(stage.lose(), SUITE))
        job = stage.queue.lease("stage")
        assert job is not None
        stage.service.give_up(job, "GitHub answered 502 while we read the repository")
        assert [run.conclusion for run in stage.runs(ferry, head)] == ["failure"]


class TestNothing:
    def test_a_branch_that_is_gone_gets_no_run(self, stage: Stage, ferry: Repository) -> None:
        head = stage.world.push(ferry, "001-search", FAILING, author="ada")
        told = only(stage.lose(), SUITE)
        stage.world.delete_branch(ferry, "001-search", author="ada")
        stage.lose()
        mark = stage.world.requests.mark
        arrive(stage, told)
        assert stage.drain() == [Done()]
        assert not any(request.is_write for request in stage.requests(mark))
        assert stage.runs(ferry, head) == []

    @pytest.mark.slow
    def test_what_is_remembered_of_pushes_is_bounded(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        stage.drain()
        for number in range(105):
            stage.world.push(ferry, "tidy-up", {"README.md": f"# {number}\n"}, author="ada")
            stage.drain()
        assert len((stage.store.remembered(ferry.id, "pushes") or "").split()) == 100
