"""The reconciler beside a stage, ticking by the stage's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.adapters.github.hook import GitHubHook
from bot.adapters.github.repository import GitHubRepositories
from bot.adapters.github.survey import GitHubHeads
from bot.app.installations import Installations
from bot.app.reconcile import Reconciler
from bot.core.forge.stored import SeenRepository

if TYPE_CHECKING:
    from bot.core.forge.ports import Leader
    from bot.sandbox.state import Repository
    from tests.stage import Stage


FAILED = "Something went wrong while executing your query. This may be the result of a timeout."
GIVEN_UP: dict[str, dict[str, Any]] = {
    "502": {"status": 502},
    "504": {"status": 504},
    "inside a 200": {"graphql": {"message": FAILED}},
    "used up": {"graphql": {"message": "Resource limits exceeded.", "type": "RESOURCE_LIMITS_EXCEEDED"}},
}
"""The ways in which GitHub gives up on a whole query, as what a fault does."""


class Yes:
    """The only one there is."""

    def leads(self) -> bool:
        return True

    def close(self) -> None:
        return


def reconciling(stage: Stage, leader: Leader | None = None) -> Reconciler:
    """A reconciler as the worker has it; the only one unless there is a leader to ask."""
    repositories = GitHubRepositories(stage.app, stage.clock)
    installations = Installations(repositories, stage.store, stage.clock)
    hook, heads = GitHubHook(stage.app), GitHubHeads(repositories)
    return Reconciler(hook, heads, installations, stage.queue, stage.store, stage.clock, leader or Yes())


def settled(stage: Stage, reconciler: Reconciler, seconds: float) -> None:
    """Let the reconciler tick for so long, and work on what it finds."""
    while seconds > 0:
        reconciler.tick()
        stage.drain()
        stage.world.advance(30.0)
        seconds -= 30.0


def seen(stage: Stage, fleet: list[Repository]) -> list[SeenRepository]:
    """Repositories of the only installation, as the store would have them."""
    (installation,) = stage.world.hub.state.installations
    return [
        SeenRepository(id=one.id, installation=installation, owner="acme", name=one.name, first_seen=0.0, governed=True)
        for one in fleet
    ]
