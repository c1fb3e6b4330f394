"""Read and store the configurations of owners and repositories. A file that cannot be read is not taken for absent.

When GitHub does not answer, the last good file stays in force, and the read is repeated later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.core.config import owner_file
from bot.core.config.in_force import PATHS, Break, OuterLayers, file_at, own_layer, rank_of, text_of
from bot.core.config.layers import Rank
from bot.core.config.owner_file import OWNERS, Owner, OwnerFile, OwnerFileState
from bot.core.forge.errors import ForgeError, RepositoryGone
from bot.core.forge.facts import ReadRequest
from bot.core.forge.stored import Installation, StoredBlob

if TYPE_CHECKING:
    from bot.core.config.in_force import ConfigInForce
    from bot.core.forge.events import RepositoryRef
    from bot.core.forge.facts import RepositoryView
    from bot.core.forge.ports import Clock, ForgeReader, Forges, Store

FRESH: Final = 3_600.0
"""Seconds after which an owner's file is read again, in case the delivery of a push to it was lost."""

_BROKE = "config-broke"
"""The name of the hint that holds since when the default branch's file is broken."""


@dataclass(frozen=True, slots=True)
class Configurations:
    """Reads the outer layers of the configuration, and stores what was good."""

    forges: Forges
    store: Store
    clock: Clock

    def outer_layers(self, host: OuterLayers, installation: int, repository: RepositoryRef) -> OuterLayers:
        """The layers above a repository's own: the host's and the owner's. Raises `ForgeError` when unknown."""
        if repository.name == OWNERS:
            return host
        owner = self.owner(installation, repository.owner, host.rule_ids)
        return replace(host, layers=(*host.layers, owner.layer), owner=owner)

    def owner(self, installation: int, login: str, rule_ids: tuple[str, ...], *, anew: bool = False) -> Owner:
        """The owner's layer, from the store while it is fresh. Raises `ForgeError` when nothing is known of it."""
        stored = self.store.configuration(installation, None)
        file = self.stored_owner_file(installation)
        if file is not None and file.repository != f"{login}/{OWNERS}":
            file = None
        if file is None or stored is None or anew or self.clock.now() - stored.stored_at > FRESH:
            try:
                file = self._read_owner_file(installation, login, rule_ids, file)
            except ForgeError:
                if anew or file is None or file.good_text is None:
                    raise
        return owner_file.owner_of(file, rule_ids)

    def stored_owner_file(self, installation: int) -> OwnerFile | None:
        """The owner's file as it was last read."""
        stored = self.store.configuration(installation, None)
        return None if stored is None else owner_file.decode(stored.text)

    def _read_owner_file(
        self, installation: int, login: str, rule_ids: tuple[str, ...], earlier: OwnerFile | None
    ) -> OwnerFile:
        name = f"{login}/{OWNERS}"
        try:
            view = self.forges.open_owners(installation, login).read(ReadRequest(default_documents=PATHS))
        except RepositoryGone:
            file = owner_file.unseen(name, earlier)
        else:
            file = owner_file.seen(_file(name, view), earlier, rule_ids)
        if self.store.installation(installation) is None:
            self.store.keep_installation(Installation(installation, login))
        stored = StoredBlob(file.sha, owner_file.encode(file), self.clock.now())
        self.store.keep_configuration(installation, None, stored)
        return file

    def look_again(self, installation: int) -> None:
        """Read the owner's file from GitHub the next time that it is needed."""
        stored = self.store.configuration(installation, None)
        if stored is not None:
            self.store.keep_configuration(installation, None, replace(stored, stored_at=0.0))

    def last_good(self, installation: int, repository: int) -> StoredBlob | None:
        """The last text of a repository's file that could be read."""
        return self.store.configuration(installation, repository)

    def broke(self, repository: int) -> Break | None:
        """When the default branch's file broke; None if no push showed it."""
        mark, _, since = (self.store.remembered(repository, _BROKE) or "").partition(" ")
        return Break(mark, since) if since else None

    def keep(self, installation: int, repository: int, in_force: ConfigInForce) -> None:
        """Store the default branch's file if it has no mistake."""
        last = self.last_good(installation, repository)
        good = in_force.good
        if good is not None and (last is None or last.text != good.text):
            self.store.keep_configuration(installation, repository, replace(good, stored_at=self.clock.now()))

    def pushed(
        self, installation: int, in_force: ConfigInForce, view: RepositoryView, rules: OuterLayers, forge: ForgeReader
    ) -> None:
        """After a push to the default branch, store the last good file before it and the commit that broke it."""
        before, after = view.before, view.default
        if in_force.broken is None or before is None or after is None:
            return
        layer, text = own_layer(before, rules.rule_ids, rank_of(view.full_name))
        earlier = self.broke(view.repository)
        since = earlier.since if earlier is not None else None
        if not layer.mistakes:
            if in_force.never_good:
                good = StoredBlob(before.sha or "", text or "", self.clock.now())
                self.store.keep_configuration(installation, view.repository, good)
            # When several commits came with one push, it is unknown which one broke the file.
            alone = forge.compare(before.sha or "", after.sha or "").ahead_by == 1
            since = after.sha if alone else None
        self.store.remember(view.repository, _BROKE, f"{in_force.mark} {since or ''}")


def _file(name: str, view: RepositoryView) -> OwnerFile:
    """The file as it was read from the owner's repository."""
    tree, branch = view.default, view.default_branch or ""
    layer, _ = own_layer(tree, (), Rank.OWNER)
    document = file_at(tree, layer.origin.path) if tree is not None and layer.present else None
    return OwnerFile(
        repository=name,
        standing=OwnerFileState.ABSENT if document is None else OwnerFileState.PRESENT,
        path=layer.origin.path,
        branch=branch,
        sha=(tree.sha if tree is not None else None) or "",
        text="" if document is None else text_of(document),
        private=view.private,
    )
