"""Stacked pull requests: told of in deliveries and GraphQL, merged at once, retargeted, dissolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.errors import ApiError

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Stack
    from tests.sandbox.scene import Stage

LAYERS = ("001-a", "002-b", "003-c")


@pytest.fixture
def layers(stage: Stage) -> list[PullRequest]:
    """Three pull requests, each onto the branch of the one below it."""
    opened, below = [], "main"
    for name in LAYERS:
        stage.world.push(stage.repository, name, {f"{name}.md": name}, author="ada", start=below)
        opened.append(stage.world.open_pull_request(stage.repository, name, below, author="ada"))
        below = name
    return opened


@pytest.fixture
def stack(stage: Stage, layers: list[PullRequest]) -> Stack:
    return stage.world.stack(*layers, author="ada")


def bases(layers: list[PullRequest]) -> list[str]:
    return [pull.base_ref for pull in layers]


def test_every_layer_is_told_with_its_place(stage: Stage, layers: list[PullRequest], stack: Stack) -> None:
    told = [delivery.payload["pull_request"]["stack"] for delivery in stage.world.sent("pull_request", "stacked")]
    base = {"ref": "main", "sha": stage.repository.head()}
    assert told == [
        {"id": stack.id, "number": 1, "size": 3, "position": place, "base": base} for place in range(1, len(layers) + 1)
    ]


def test_graphql_shows_it_and_null_for_any_other(stage: Stage, stack: Stack) -> None:
    query = """query($n:Int!){repository(owner:"acme",name:"server"){pullRequest(number:$n){
        stack{number size baseRefName} stackEntry{position}}}}"""

    def shown(number: int) -> Any:
        return stage.graphql(query, n=number)["data"]["repository"]["pullRequest"]

    assert shown(2) == {"stack": {"number": 1, "size": 3, "baseRefName": "main"}, "stackEntry": {"position": 2}}
    stage.world.unstack(stack)
    assert shown(2) == {"stack": None, "stackEntry": None}


def test_the_whole_merges_with_one_push(stage: Stage, layers: list[PullRequest], stack: Stack) -> None:
    before = len(stage.world.sent("push"))
    tip = stage.world.merge_stack(stack, author="ada")
    assert stage.repository.head() == tip
    assert [pull.merged_at is not None for pull in layers] == [True] * 3
    assert len(stage.world.sent("push")) == before + 1
    assert {f"{name}.md" for name in LAYERS} <= {
        entry.name
        for entry in stage.repository.git.entries(stage.repository.git.commit(tip).tree)  # type: ignore[union-attr]
    }


def test_it_does_not_merge_past_a_missing_check(stage: Stage, layers: list[PullRequest], stack: Stack) -> None:
    stage.repository.required_checks = {"plangate"}
    with pytest.raises(ApiError, match="not mergeable"):
        stage.world.merge_stack(stack)
    assert all(pull.open for pull in layers)


def test_after_the_lowest_is_merged_the_next_goes_to_the_base(
    stage: Stage, layers: list[PullRequest], stack: Stack
) -> None:
    stage.world.merge(layers[0], author="ada")
    assert bases(layers) == ["main", "main", "002-b"]
    assert stack.layers == layers[1:]
    (edited,) = stage.world.sent("pull_request", "edited")
    assert edited.payload["changes"]["base"]["ref"] == {"from": "001-a"}


def test_a_closed_layer_takes_those_above_it_out(stage: Stage, layers: list[PullRequest], stack: Stack) -> None:
    stage.world.close_pull_request(layers[1], author="ada")
    assert stage.repository.stacks == {}
    assert stage.repository.stack_of(layers[0]) is None
    assert stack.layers == layers[:1]


@pytest.mark.parametrize("chosen", [(0,), (0, 2), (1, 0)])
def test_pull_requests_that_do_not_lie_on_each_other_are_no_stack(
    stage: Stage, layers: list[PullRequest], chosen: tuple[int, ...]
) -> None:
    with pytest.raises(ApiError, match="do not form a stack"):
        stage.world.stack(*(layers[index] for index in chosen))


def test_a_layer_without_its_base_branch_is_closed(stage: Stage, layers: list[PullRequest]) -> None:
    stage.world.delete_branch(stage.repository, layers[0].head_ref, author="ada")
    assert [pull.open for pull in layers] == [False, False, True]
    with pytest.raises(ApiError):
        stage.world.reopen(layers[1], author="ada")
