"""Remember when Plangate first saw a repository, for some time after the App was removed from it.

Pull requests and features from before the first sight only get advice. Without this memory, removing and reinstalling
the App would turn failing pull requests green.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.core.forge.stored import FirstSight

if TYPE_CHECKING:
    from bot.core.forge.ports import Store
    from bot.core.forge.stored import SeenRepository

LEGACY: Final = "legacy"
"""The name of the hint with the feature folders that the repository had at the first sight."""


@dataclass(frozen=True, slots=True)
class FirstSights:
    """Stores and deletes repositories with their first sights."""

    store: Store

    def recall(self, repository: int) -> FirstSight | None:
        """The first sight of a repository, whether it is stored or removed. None if it was never seen."""
        seen = self.store.repository(repository)
        if seen is None:
            return self.store.first_sight(repository)
        folders = self.store.remembered(repository, LEGACY)
        return FirstSight(seen.first_seen, None if folders is None else tuple(json.loads(folders)))

    def see(self, seen: SeenRepository) -> None:
        """Store a repository. A repository that returns keeps its first sight."""
        sight = self.store.first_sight(seen.id) if self.store.repository(seen.id) is None else None
        if sight is None:
            self.store.see_repository(seen)
            return
        self.store.see_repository(replace(seen, first_seen=min(seen.first_seen, sight.first_seen)))
        if sight.folders is not None:
            self.store.remember(seen.id, LEGACY, json.dumps(sorted(sight.folders)))
        self.store.keep_first_sight(seen.id, None)

    def forget(self, repository: int, now: float) -> None:
        """Delete a repository's data except its first sight. `now` is in seconds since the epoch (UTC)."""
        sight = self.recall(repository)
        if sight is not None and self.store.repository(repository) is not None:
            self.store.keep_first_sight(repository, replace(sight, left_at=now))
        self.store.forget_repository(repository)

    def forget_installation(self, installation: int, now: float) -> None:
        """Delete an installation and its repositories, except their first sights."""
        for seen in self.store.repositories(installation):
            self.forget(seen.id, now)
        self.store.forget_installation(installation)
