from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.world import World
from tests.sandbox import contracts
from tests.sandbox.scene import Stage, begin

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[World]:
    """A world whose requests, answers and deliveries are all held to GitHub's descriptions when the test is over."""
    with World() as world:
        yield world
        world.settle()
        problems = contracts.problems(world)
        assert not problems, "\n".join(problems)


@pytest.fixture
def stage(world: World) -> Stage:
    return begin(world)
