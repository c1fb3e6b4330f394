from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.world import World
from tests.sandbox.scene import Stage, begin

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def world() -> Iterator[World]:
    """A world; its requests, answers and deliveries are held to GitHub's descriptions when it ends."""
    with World() as world:
        yield world
        world.settle()


@pytest.fixture
def stage(world: World) -> Stage:
    return begin(world)
