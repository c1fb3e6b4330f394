"""Deliveries in every order, heads that come back, branches that share: what is there ends with its verdict."""

from __future__ import annotations

from itertools import count, permutations
from typing import TYPE_CHECKING

import pytest

from bot.core.forge.outcome import Done, Retry
from bot.sandbox.faults import Fault
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import Delivery, Repository
    from tests.stage import Stage

READ, COMPARE = "graphql", "repos/compare-commits-with-basehead"
SUITE, PUSH = "check_suite", "push"
FAILING = feature(text=plan("FAIL"))
SMALLER = {"specs/001-search/plan.md": plan("PARTIAL")}
CONSTITUTION = ".specify/memory/constitution.md"
STRICTER = SPEC_KIT[CONSTITUTION].replace("## Governance", "### III. Small\n\nKeep it small.\n\n## Governance")


def only(deliveries: list[Delivery], *events: str) -> list[Delivery]:
    return [one for event in events for one in deliveries if one.event == event]


def conclusions(stage: Stage, repo: Repository, sha: str) -> list[str | None]:
    return [run.conclusion for run in stage.runs(repo, sha)]


class TestHeads:
    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_a_head_that_was_left_and_came_back_is_judged(
        self, stage: Stage, ferry: Repository, order: tuple[int, ...]
    ) -> None:
        head = stage.world.push(ferry, "001-search", FAILING, author="ada")
        told = [only(stage.lose(), PUSH, SUITE)]
        stage.world.push(ferry, "001-search", SMALLER, author="ada")
        told.append(only(stage.lose(), PUSH, SUITE))
        stage.world.branch(ferry, "001-search", head, author="ada")
        told.append(only(stage.lose(), PUSH, SUITE))
        stage.accept([one for index in order for one in told[index]])
        stage.drain()
        assert conclusions(stage, ferry, head) == ["failure"]

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_pushes_in_any_order_end_with_the_head_of_today(
        self, stage: Stage, ferry: Repository, order: tuple[int, ...]
    ) -> None:
        told = []
        for first, second in (("PASS", "PARTIAL"), ("PARTIAL", "PASS"), ("FAIL", "PASS")):
            head = stage.world.push(ferry, "001-search", feature(text=plan(first, second)), author="ada")
            told.append(only(stage.lose(), PUSH, SUITE))
        stage.accept([one for index in order for one in told[index]])
        stage.drain()
        assert conclusions(stage, ferry, head) == ["failure"]

    @pytest.mark.parametrize("late", [PUSH, SUITE])
    def test_a_branch_that_was_deleted_and_came_back_is_judged(
        self, stage: Stage, ferry: Repository, late: str
    ) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.drain()
        stage.world.delete_branch(ferry, "001-search", author="ada")
        gone = only(stage.lose(), PUSH)
        head = stage.world.push(ferry, "001-search", feature(text=plan("FAIL", "FAIL")), author="ada")
        back = only(stage.lose(), late)
        stage.accept([*back, *gone] if late == PUSH else [*gone, *back])
        stage.drain()
        assert conclusions(stage, ferry, head) == ["failure"]

    @pytest.mark.parametrize("told", [(PUSH,), (SUITE,), (PUSH, SUITE)])
    def test_a_head_after_the_end_of_its_pull_request_is_judged(
        self, stage: Stage, ferry: Repository, told: tuple[str, ...]
    ) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        stage.world.close_pull_request(pull, author="ada")
        closed = stage.lose()
        head = stage.world.push(ferry, "001-search", SMALLER, author="ada")
        stage.accept([*closed, *only(stage.lose(), *told)])
        stage.drain()
        assert conclusions(stage, ferry, head) == ["success"]

    def test_a_push_right_before_the_end_of_its_pull_request_is_judged(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        head = stage.world.push(ferry, "001-search", SMALLER, author="ada")
        stage.world.close_pull_request(pull, author="ada")
        stage.drain()
        assert conclusions(stage, ferry, head) == ["success"]

    def test_a_pull_request_that_was_reopened_before_its_end_was_told(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.world.close_pull_request(pull, author="ada")
        stage.world.reopen(pull, author="ada")
        stage.overtaken()
        stage.drain()
        assert conclusions(stage, ferry, pull.head_sha) == ["failure"]
        assert len(stage.comments(ferry, pull.number)) == 1


class TestCost:
    def test_a_late_delivery_costs_two_reads_and_judges_the_head_of_today(
        self, stage: Stage, ferry: Repository
    ) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        late = only(stage.lose(), PUSH)
        head = stage.world.push(ferry, "001-search", SMALLER, author="ada")
        stage.lose()
        mark = stage.world.requests.mark
        stage.accept(late)
        assert stage.drain() == [Done()]
        assert len([one for one in stage.requests(mark) if one.operation == READ]) == 2
        assert conclusions(stage, ferry, head) == ["success"]

    def test_whoever_pushes_faster_than_we_read_makes_us_wait_not_read(self, stage: Stage, ferry: Repository) -> None:
        numbers = count()

        def push() -> None:
            text = {"specs/001-search/notes.md": f"{next(numbers)}\n"}
            stage.world.push(ferry, "001-search", text, author="ada")

        stage.world.push(ferry, "001-search", FAILING, author="ada")
        stage.drain()
        push()
        stage.accept(only(stage.lose(), PUSH))
        stage.world.faults.add(Fault("graphql", 0, meanwhile=push, times=50))
        mark = stage.world.requests.mark
        outcome = stage.step()
        assert isinstance(outcome, Retry)
        assert "moves faster" in outcome.error
        assert [one.operation for one in stage.requests(mark)] == [READ, COMPARE] * 2

    def test_the_end_of_a_pull_request_costs_one_read(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        stage.world.close_pull_request(pull, author="ada")
        mark = stage.world.requests.mark
        stage.drain()
        assert len(stage.requests(mark)) == 1


class TestShared:
    def test_a_commit_that_came_by_another_branch_first_is_judged(self, stage: Stage, ferry: Repository) -> None:
        head = stage.world.push(ferry, "tidy-up", {"src/search.py": "find = 1\n"}, author="ada")
        stage.drain()
        assert stage.runs(ferry, head) == []
        stage.world.branch(ferry, "001-search", head, author="ada")
        stage.deliver()
        stage.drain()
        assert conclusions(stage, ferry, head) == ["failure"]

    def test_what_a_pull_request_is_based_on_is_looked_at_with_the_pull_request_of_it(
        self, stage: Stage, ferry: Repository
    ) -> None:
        lower = stage.world.push(ferry, "develop", {"README.md": "# Ferry 2\n"}, author="ada")
        stage.world.open_pull_request(ferry, "develop", author="ada")
        stage.world.branch(ferry, "002-export", lower, author="ada")
        stage.world.push(ferry, "002-export", feature("specs/002-export"), author="ada")
        upper = stage.world.open_pull_request(ferry, "002-export", "develop", author="ada")
        stage.drain(patience=10)
        assert "III. Small" not in (stage.run(ferry, upper.head_sha).summary or "")
        stage.world.push(ferry, "develop", {CONSTITUTION: STRICTER}, author="ada")
        stage.drain(patience=10)
        assert "III. Small" in (stage.run(ferry, upper.head_sha).summary or "")


class TestBase:
    @pytest.mark.one_in(4)
    @pytest.mark.parametrize("events", [(PUSH,), (SUITE,), (PUSH, SUITE)])
    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_a_new_constitution_is_applied_in_whatever_order_pushes_tell_of_it(
        self, stage: Stage, ferry: Repository, order: tuple[int, ...], events: tuple[str, ...]
    ) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        told = []
        for files in ({"README.md": "# 1\n"}, {CONSTITUTION: STRICTER}, {"README.md": "# 2\n"}):
            stage.world.push(ferry, "main", files, author="root")
            told.append(only(stage.lose(), *events))
        stage.accept([one for index in order for one in told[index]])
        stage.drain(patience=10)
        assert "III. Small" in (stage.run(ferry, pull.head_sha).summary or "")
