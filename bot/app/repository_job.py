"""One job in one repository, with the values that it works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bot.core.forge.job_keys import DEADLINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app.apply import Effects
    from bot.app.configurations import Configurations
    from bot.app.judging import Judging
    from bot.core.deciding.commit_verdict import Host
    from bot.core.forge.events import RepositoryEvent
    from bot.core.forge.ports import Clock, ForgeReader, LeasedJob, Queue, Store


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RepositoryJob:
    """A job whose event is about one repository. What it reads decides its effects; only `effects` writes to GitHub."""

    event: RepositoryEvent
    job: LeasedJob
    forge: ForgeReader
    queue: Queue
    store: Store
    clock: Clock
    host: Host
    configurations: Configurations
    effects: Effects
    judging: Judging

    def has_time(self) -> bool:
        """Whether the job's deadline has not passed, so that it can still wait for GitHub."""
        return self.clock.now() - self.job.accepted_at < DEADLINE

    def draft(self, drafting: Callable[[], T], share: float = 1.0) -> T:
        """The result of `drafting`, within the limits of the repository. Raises `DraftTooCostlyError`.

        `share`: see `bot.app.judging.Judging.draft`.
        """
        return self.judging.draft(self.repository, drafting, share)

    @property
    def repository(self) -> int:
        """The repository's id."""
        return self.event.repository.id
