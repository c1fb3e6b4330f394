"""The reconciler beside a stage, ticking by the stage's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.github_heads import GitHubHeads
from bot.adapters.github_hook import GitHubHook
from bot.adapters.github_repository import GitHubRepositories
from bot.installations import Installations
from bot.reconcile import Reconciler

if TYPE_CHECKING:
    from bot.core.ports import Leader
    from tests.stage import Stage


class Yes:
    """The only one there is."""

    def leads(self) -> bool:
        return True

    def close(self) -> None:
        return


def reconciling(stage: Stage, leader: Leader | None = None) -> Reconciler:
    """A reconciler as the worker has it; the only one unless there is a leader to ask."""
    repositories = GitHubRepositories(stage.app, stage.clock)
    installations = Installations(repositories, stage.store)
    hook, heads = GitHubHook(stage.app), GitHubHeads(repositories)
    return Reconciler(hook, heads, installations, stage.queue, stage.store, stage.clock, leader or Yes())


def settled(stage: Stage, reconciler: Reconciler, seconds: float) -> None:
    """Let the reconciler tick for so long, and work on what it finds."""
    while seconds > 0:
        reconciler.tick()
        stage.drain()
        stage.world.advance(30.0)
        seconds -= 30.0
