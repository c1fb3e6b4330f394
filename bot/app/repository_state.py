"""The stored state of the repository that a job is about: first sight, configuration, comments, pushes.

Only the last good configuration, the first sight and waivers cannot be read from GitHub again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from bot.app.first_sights import LEGACY, FirstSights
from bot.app.gather import Gatherer
from bot.core.config.in_force import choose_config
from bot.core.deciding.candidates import RepositoryRecord
from bot.core.features.folders import feature_folders, specs_roots
from bot.core.forge.events import PullRequestChange, PullRequestChanged
from bot.core.forge.stored import CommentKind, SeenRepository

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app.repository_job import RepositoryJob
    from bot.core.deciding.commit_verdict import JudgedCandidate
    from bot.core.forge.facts import RepositoryView
    from bot.core.forge.stored import StoredBlob, StoredComment

_PUSHES = "pushes"
"""The name of the hint that holds the latest heads whose push is done."""
_STACKS = "stacks"
"""The hint that holds where GitHub's own stacks go to."""
_MOST_STACKED = 500
_MOST_PUSHES = 100


@dataclass(frozen=True, slots=True)
class RepositoryState:
    """The stored state of one repository."""

    job: RepositoryJob

    @property
    def last_good(self) -> StoredBlob | None:
        """The repository's last configuration without a mistake."""
        return self.job.configurations.last_good(self.job.event.installation, self.job.repository)

    def gatherer(self) -> Gatherer:
        """The repository's record. At the first sight, the record has the features that the repository has now."""
        sight = FirstSights(self.job.store).recall(self.job.repository)
        folders = sight.folders if sight is not None else None
        record = RepositoryRecord(
            last_good=self.last_good,
            broke=self.job.configurations.broke(self.job.repository),
            outer_layers=self.job.host.outer_layers,
            first_seen=_iso(sight.first_seen) if sight is not None else "",
            legacy=frozenset(folders or ()),
            stacks=self._stacks(),
        )
        first_sight = self._first_sight if folders is None else None
        return Gatherer(self.job.forge, self.job.store, self.job.repository, record, first_sight)

    def see(self, view: RepositoryView, record: RepositoryRecord) -> None:
        """Store the repository, its feature folders at the first sight, and its last good configuration."""
        store, repository, installation = self.job.store, self.job.repository, self.job.event.installation
        owner, _, name = view.full_name.partition("/")
        seen = store.repository(repository)
        if seen is None or (seen.owner, seen.name, seen.installation) != (owner, name, installation):
            first_seen = seen.first_seen if seen is not None else self._first_seen(view)
            FirstSights(store).see(SeenRepository(repository, installation, owner, name, first_seen))
        if store.remembered(repository, LEGACY) is None:
            store.remember(repository, LEGACY, json.dumps(sorted(record.legacy)))
        self.keep_configuration(view)

    def keep_configuration(self, view: RepositoryView, *, is_push: bool = False) -> None:
        """Store the default branch's configuration if it is good, and the push that broke it if it is not."""
        job, outer_layers = self.job, self.job.host.outer_layers
        in_force = choose_config(view, view.default_branch or "", None, outer_layers, self.last_good)
        job.configurations.keep(job.event.installation, job.repository, in_force)
        if is_push:
            job.configurations.pushed(job.event.installation, in_force, view, outer_layers, job.forge)

    def marks(self, judged: Sequence[JudgedCandidate]) -> dict[int, str]:
        """The marks of our comments on these pull requests as we last wrote them."""
        pulls = (each.candidate.pull for each in judged if each.candidate.pull is not None)
        comments = ((pull.number, self._sticky(pull.number)) for pull in pulls)
        return {number: comment.digest for number, comment in comments if comment is not None}

    def _sticky(self, number: int) -> StoredComment | None:
        return self.job.store.comment(self.job.repository, number, CommentKind.STICKY)

    def keep_push(self, branch: str, head: str) -> None:
        """Note that the push of this head was handled, with or without a verdict."""
        push = _push(branch, head)
        earlier = [settled for settled in self._pushes() if settled != push]
        self.job.store.remember(self.job.repository, _PUSHES, " ".join([*earlier[1 - _MOST_PUSHES :], push]))

    def keep_stack(self, event: PullRequestChanged) -> None:
        """Remember the branch that GitHub's own stack goes to, which only deliveries name."""
        stacks = self._stacks()
        branch = None if event.change is PullRequestChange.CLOSED else event.stack_base
        if stacks.get(event.number) == branch:
            return
        stacks.pop(event.number, None)
        if branch is not None:
            stacks[event.number] = branch
        newest = dict(sorted(stacks.items())[-_MOST_STACKED:])
        self.job.store.remember(self.job.repository, _STACKS, msgspec.json.encode(newest).decode())

    def _stacks(self) -> dict[int, str]:
        """By pull request: the branch that its stack goes to."""
        stored = self.job.store.remembered(self.job.repository, _STACKS)
        try:
            return msgspec.json.decode(stored, type=dict[int, str]) if stored is not None else {}
        except msgspec.DecodeError:
            return {}

    def is_settled(self, branch: str, head: str) -> bool:
        """Whether a pushed head needs nothing more: its push was handled, or it has its verdict.

        On the default branch only a handled push counts, because pull requests to the branch depend on it.
        """
        if _push(branch, head) in self._pushes():
            return True
        return branch != self.job.event.repository.default_branch and self.has_verdict(head)

    def has_verdict(self, head: str) -> bool:
        """Whether the store has a verdict on a commit. A run that says "no verdict" is not stored."""
        return self.job.store.report(self.job.repository, head) is not None

    def _pushes(self) -> list[str]:
        return (self.job.store.remembered(self.job.repository, _PUSHES) or "").split()

    def _first_sight(self, view: RepositoryView, record: RepositoryRecord) -> RepositoryRecord:
        """The record with the feature folders that the repository had at the first sight."""
        first_seen = record.first_seen or _iso(self._first_seen(view))
        config = choose_config(view, view.default_branch or "", None, record.outer_layers, record.last_good).config
        folders = feature_folders(view.default, config, specs_roots(config, view.default))
        return replace(record, first_seen=first_seen, legacy=frozenset(folders))

    def _first_seen(self, view: RepositoryView) -> float:
        """When the repository was first seen, if that is now: a pull request that was just opened is not older."""
        event, accepted_at = self.job.event, self.job.job.accepted_at
        is_opening = isinstance(event, PullRequestChanged) and event.change is PullRequestChange.OPENED
        if is_opening and view.pull_request:
            return min(accepted_at, datetime.fromisoformat(view.pull_request.created_at).timestamp())
        return accepted_at


def _push(branch: str, head: str) -> str:
    """The store's key for a push: `sha:branch`."""
    return f"{head}:{branch}"


def _iso(seconds: float) -> str:
    """A time as GitHub writes it, in whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
