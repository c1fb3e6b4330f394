"""What is remembered of the repository that a job is about: since when, how it is configured, what we wrote there.

Everything here goes to the store and comes from it. All but the last good configuration and waivers can be read anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.app.gather import Gatherer
from bot.core.config.in_force import choose_config
from bot.core.deciding.candidates import RepositoryRecord
from bot.core.deciding.commit_verdict import report_json
from bot.core.features.folders import feature_folders, specs_roots
from bot.core.forge.stored import CommentKind, SeenRepository, StoredReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app.configurations import Configurations
    from bot.core.deciding.commit_verdict import Host, JudgedCandidate
    from bot.core.forge.events import RepositoryRef
    from bot.core.forge.facts import RepositoryView, Run
    from bot.core.forge.ports import Clock, Forge, Store
    from bot.core.forge.stored import StoredBlob

_LEGACY = "legacy"
"""The hint that holds the feature folders of the day when Plangate came."""
_PUSHES = "pushes"
"""The hint that holds the latest heads whose push was worked on."""
_MOST_PUSHES = 100


@dataclass(frozen=True, slots=True)
class Memory:
    """One repository, as far as the store knows it."""

    store: Store
    clock: Clock
    house: Host
    configurations: Configurations
    installation: int
    repository: RepositoryRef
    accepted_at: float
    """When the job was accepted, seconds since the epoch (UTC)."""
    tells_of_opening: bool
    """The event says that a pull request was opened just now."""

    @property
    def last_good(self) -> StoredBlob | None:
        """The repository's last configuration without a mistake."""
        return self.configurations.last_good(self.installation, self.repository.id)

    def gatherer(self, forge: Forge) -> Gatherer:
        """Reads the repository with what is known of it; the first time, with what is found there."""
        seen = self.store.repository(self.repository.id)
        legacy = self._legacy()
        known = RepositoryRecord(
            last_good=self.last_good,
            broke=self.configurations.broke(self.repository.id),
            outer_layers=self.house.outer_layers,
            first_seen=_iso(seen.first_seen) if seen is not None else "",
            legacy=legacy or frozenset(),
        )
        first_sight = self._arrival if seen is None or legacy is None else None
        return Gatherer(forge, self.store, self.repository.id, known, first_sight)

    def see(self, answer: RepositoryView, known: RepositoryRecord) -> None:
        """Remember the repository, its feature folders of the first day, and its last good configuration."""
        owner, _, name = answer.full_name.partition("/")
        seen = self.store.repository(self.repository.id)
        if seen is None or (seen.owner, seen.name, seen.installation) != (owner, name, self.installation):
            first = seen.first_seen if seen is not None else self._first_seen(answer)
            self.store.see_repository(SeenRepository(self.repository.id, self.installation, owner, name, first))
        if self._legacy() is None:
            self.store.remember(self.repository.id, _LEGACY, json.dumps(sorted(known.legacy)))
        self.keep_configuration(answer)

    def keep_configuration(self, answer: RepositoryView, pushed_to: Forge | None = None) -> None:
        """Keep what the default branch says while it can be read, and when it broke.

        `pushed_to` is the repository where a push has just moved that branch.
        """
        outer_layers = self.house.outer_layers
        in_force = choose_config(answer, answer.default_branch or "", None, outer_layers, self.last_good)
        self.configurations.keep(self.installation, self.repository.id, in_force)
        if pushed_to is not None:
            self.configurations.pushed(self.installation, in_force, answer, outer_layers, pushed_to)

    def marks(self, judged: Sequence[JudgedCandidate]) -> dict[int, str]:
        """What the comments of these pull requests said when we last wrote them."""
        numbers = (one.candidate.pull.number for one in judged if one.candidate.pull is not None)
        found = ((number, self.store.comment(self.repository.id, number, CommentKind.STICKY)) for number in numbers)
        return {number: comment.digest for number, comment in found if comment is not None}

    def keep_verdict(self, deciding: JudgedCandidate, run: Run | None) -> None:
        """Keep whether the repository is governed, and the report behind a run that was written."""
        seen = self.store.repository(self.repository.id)
        if seen is not None and seen.governed != deciding.governed:
            self.store.set_governed(self.repository.id, deciding.governed)
        if run is not None:
            sha = deciding.candidate.change.head.sha or ""
            text = report_json(deciding, self.house)
            kept = StoredReport(deciding.digest, run.id, deciding.report.conclusion.value, text, self.clock.now())
            self.store.keep_report(self.repository.id, sha, kept)

    def keep_push(self, branch: str, head: str) -> None:
        """All that the push of this head asks for is done, whether or not that left a verdict."""
        push = _push(branch, head)
        known = [one for one in self._pushes() if one != push]
        self.store.remember(self.repository.id, _PUSHES, " ".join([*known[1 - _MOST_PUSHES :], push]))

    def is_settled(self, branch: str, head: str) -> bool:
        """Whether a pushed head needs nothing more: its push was worked on, or it has its verdict.

        To the default branch a verdict on the head itself says nothing of the pull requests that aim at it.
        """
        if _push(branch, head) in self._pushes():
            return True
        return branch != self.repository.default_branch and self.has_verdict(head)

    def has_verdict(self, head: str) -> bool:
        """Whether we know of a verdict on a commit; one that says there is none is not kept."""
        return self.store.report(self.repository.id, head) is not None

    def _pushes(self) -> list[str]:
        return (self.store.remembered(self.repository.id, _PUSHES) or "").split()

    def _legacy(self) -> frozenset[str] | None:
        stored = self.store.remembered(self.repository.id, _LEGACY)
        return None if stored is None else frozenset(json.loads(stored))

    def _arrival(self, answer: RepositoryView, known: RepositoryRecord) -> RepositoryRecord:
        """What the repository held when Plangate came to it."""
        first_seen = known.first_seen or _iso(self._first_seen(answer))
        config = choose_config(answer, answer.default_branch or "", None, known.outer_layers, known.last_good).config
        folders = feature_folders(answer.default, config, specs_roots(config, answer.default))
        return replace(known, first_seen=first_seen, legacy=frozenset(folders))

    def _first_seen(self, answer: RepositoryView) -> float:
        """When the repository was first seen, if that is now: a pull request that told us of it is not older."""
        if self.tells_of_opening and answer.pull_request:
            return min(self.accepted_at, datetime.fromisoformat(answer.pull_request.created_at).timestamp())
        return self.accepted_at


def _push(branch: str, head: str) -> str:
    """Git allows no blank in a branch's name."""
    return f"{head}:{branch}"


def _iso(seconds: float) -> str:
    """A time as GitHub writes it, in whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
