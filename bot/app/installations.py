"""What the App is installed on, between GitHub and the store: whatever a delivery says of it, GitHub is asked.

Such deliveries come late, in another order or never. Believed, one could hide an installation from every sweep.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.app.first_sights import FirstSights
from bot.core.forge.errors import RepositoryGone

if TYPE_CHECKING:
    from bot.core.forge.events import RepositoryRef
    from bot.core.forge.ports import Clock, Forges, Store
    from bot.core.forge.stored import Installation


@dataclass(frozen=True, slots=True)
class Installations:
    """Brings the store in line with what GitHub says now. Every method raises `ForgeError` where it says nothing."""

    forges: Forges
    store: Store
    clock: Clock

    def settle(self, installation: int) -> Installation | None:
        """Keep one as it is now; what is no more is forgotten, with all that was its repositories'. One call."""
        now = self.forges.installation(installation)
        if now is None:
            FirstSights(self.store).forget_installation(installation, self.clock.now())
        else:
            self._keep(now, self.store.installation(installation))
        return now

    def settle_repository(self, installation: int, repository: int) -> RepositoryRef | None:
        """Where a repository is now; what the installation reaches no more is forgotten. One call, or two.

        None also when nothing can be said of it because the installation is suspended: then it is kept.
        """
        try:
            located = self.forges.whereabouts(installation, repository)
        except RepositoryGone:
            self.settle(installation)
            return None
        seen = self.store.repository(repository)
        if seen is None or (located is None and seen.installation != installation):
            return located  # nothing is kept of it, or another account has it by now
        if located is None:
            FirstSights(self.store).forget(repository, self.clock.now())
        else:
            self.store.see_repository(replace(seen, installation=installation, owner=located.owner, name=located.name))
        return located

    def align(self) -> int:
        """Bring all of them in line; how many were not. One call for each hundred, and one for each that is missing."""
        there = {installed.id: installed for installed in self.forges.installations()}
        stored = {installed.id: installed for installed in self.store.installations()}
        changed = sum(self._keep(installed, stored.get(installed.id)) for installed in there.values())
        for absent in stored.keys() - there.keys():
            # The list is of several moments where it has several pages, so what it lacks is asked for by its id.
            self.settle(absent)
            changed += 1
        return changed

    def _keep(self, now: Installation, before: Installation | None) -> bool:
        if now == before:
            return False
        self.store.keep_installation(now)
        return True
