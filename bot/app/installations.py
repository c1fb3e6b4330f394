"""Keep the stored installations in line with GitHub. Deliveries are only a reason to read GitHub's present state.

They come late, out of order or never; an outdated one could hide an installation from every sweep.
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
    """Brings the store in line with GitHub. Every method raises `ForgeError` if GitHub does not answer."""

    forges: Forges
    store: Store
    clock: Clock

    def settle(self, installation: int) -> Installation | None:
        """Store an installation as it is now, or delete it with its repositories if it does not exist. One call."""
        now = self.forges.installation(installation)
        if now is None:
            FirstSights(self.store).forget_installation(installation, self.clock.now())
        else:
            self._keep(now, self.store.installation(installation))
        return now

    def settle_repository(self, installation: int, repository: int) -> RepositoryRef | None:
        """The present name of a repository. Deletes it from the store if the installation cannot reach it.

        Returns None if it cannot be reached, or if the installation is suspended; then the store is not
        changed. Costs one or two calls.
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
        """Store all installations as they are now; returns how many differed.

        One call for each hundred, and one for each that the list lacks.
        """
        there = {installed.id: installed for installed in self.forges.installations()}
        stored = {installed.id: installed for installed in self.store.installations()}
        changed = sum(self._keep(installed, stored.get(installed.id)) for installed in there.values())
        for absent in stored.keys() - there.keys():
            # Pages of one list are read at different times, so an installation that the list lacks is read by its id.
            self.settle(absent)
            changed += 1
        return changed

    def _keep(self, now: Installation, before: Installation | None) -> bool:
        if now == before:
            return False
        self.store.keep_installation(now)
        return True
