"""Legacy features: those that the base had before anyone asked for a plan. Nothing in them blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.features.branch import counted
from bot.core.text.globs import matches_any

if TYPE_CHECKING:
    from bot.core.change.trees import Change
    from bot.core.config.model import RepositoryConfig
    from bot.core.features.folders import Folder
    from bot.core.features.which_features import FeatureChoice


def is_legacy(change: Change, config: RepositoryConfig, choice: FeatureChoice, folder: Folder) -> bool:
    """Whether a feature is legacy. Only a feature on the base can be.

    `legacy:` names folders. Else `since:` gives the first number that is judged. Without `since:`, a feature is legacy
    if the base had its folder before Plangate came to the repository.
    """
    if folder.path not in choice.base:
        return False
    if matches_any(config.legacy, folder.path):
        return True
    if config.since is not None:
        number = counted(folder.number, config)
        return number is not None and number < config.since
    first = change.first_seen.get(folder.path)
    return first is not None and change.governed_since is not None and first < change.governed_since
