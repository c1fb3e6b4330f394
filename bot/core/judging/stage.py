"""The stage of a feature: specifying, planning or implementing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import Stage

if TYPE_CHECKING:
    from bot.core.change.trees import Change
    from bot.core.features.folders import Folder


def stage_of(change: Change, folder: Folder, *, builds: bool) -> Stage:
    """The stage that a person chose, else the one that the change's files show.

    `builds` is true when the change holds code of the feature. A feature without a plan and a task list is being
    specified.
    """
    if change.stage is not None and change.stage in tuple(Stage):
        return Stage(change.stage)
    if builds:
        return Stage.IMPLEMENTING
    begun = has_plan_or_tasks(change, folder.path) or change.base is None
    return Stage.PLANNING if begun else Stage.SPECIFYING


def has_plan_or_tasks(change: Change, folder: str) -> bool:
    """Whether the head has a `plan.md` or a `tasks.md` in a feature folder."""
    paths = (f"{folder}/plan.md", f"{folder}/tasks.md")
    return any(path in change.head.entries or path in change.head.documents for path in paths)
