"""When repositories were first seen, remembered for a while after the App was taken from them.

Pull requests and features that are older than the first sight are only advised. Were it forgotten with the
installation, whoever takes the App away and gives it back would turn red pull requests green.
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
"""The hint that holds the feature folders of the day when Plangate came."""


@dataclass(frozen=True, slots=True)
class FirstSights:
    """Adds repositories to the store and deletes them from it."""

    store: Store

    def recall(self, repository: int) -> FirstSight | None:
        """The first sight of a repository that left, or that is there; None where it was never seen."""
        seen = self.store.repository(repository)
        if seen is None:
            return self.store.first_sight(repository)
        folders = self.store.remembered(repository, LEGACY)
        return FirstSight(seen.first_seen, None if folders is None else tuple(json.loads(folders)))

    def see(self, seen: SeenRepository) -> None:
        """Keep a repository; one that comes back was first seen when it was first seen."""
        sight = self.store.first_sight(seen.id) if self.store.repository(seen.id) is None else None
        if sight is None:
            self.store.see_repository(seen)
            return
        self.store.see_repository(replace(seen, first_seen=min(seen.first_seen, sight.first_seen)))
        if sight.folders is not None:
            self.store.remember(seen.id, LEGACY, json.dumps(sorted(sight.folders)))
        self.store.keep_first_sight(seen.id, None)

    def forget(self, repository: int, now: float) -> None:
        """Delete everything of a repository but its first sight; `now` is in seconds since the epoch (UTC)."""
        sight = self.recall(repository)
        if sight is not None and self.store.repository(repository) is not None:
            self.store.keep_first_sight(repository, replace(sight, left_at=now))
        self.store.forget_repository(repository)

    def forget_installation(self, installation: int, now: float) -> None:
        """The same for an installation and all its repositories."""
        for seen in self.store.repositories(installation):
            self.forget(seen.id, now)
        self.store.forget_installation(installation)
