"""Read, decide, apply: one job, from its event to its effects.

A job that died can be repeated: each attempt reads GitHub anew, so a write whose response was lost is found there and
not written again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING

import msgspec

from bot.app.apply import AppliedEffects, RecordedEffects
from bot.app.configurations import Configurations
from bot.app.first_sights import FirstSights
from bot.app.giving_up import GivingUp
from bot.app.installations import Installations
from bot.app.judging import Judging, JudgingHere
from bot.app.reactions import Reactions
from bot.app.repository_job import RepositoryJob
from bot.core.config.owner_file import OWNERS
from bot.core.deciding import rechecks
from bot.core.deciding.retries import retry_after
from bot.core.forge import events
from bot.core.forge.effects import Enqueue
from bot.core.forge.errors import ForgeError, HeadGone, NotThereYet, PermissionMissing, RepositoryGone
from bot.core.forge.events import CommandPosted, InstallationChanged, RepositoriesChanged, SweepDue
from bot.core.forge.job_keys import new_job
from bot.core.forge.outcome import Done, Outcome, Retry
from bot.core.forge.rights import COMMIT, RESOLVE, may_comment, rights
from bot.core.forge.stored import Installation, SeenRepository
from bot.core.hosting.registration import lacking
from bot.log import Log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.deciding.commit_verdict import Host
    from bot.core.forge.events import Event, RepositoryEvent, RepositoryRef
    from bot.core.forge.ports import Clock, Forges, LeasedJob, Queue, Store

_LETS_IN = frozenset({"created", "unsuspend", "new_permissions_accepted"})
"""The actions on an installation that give the App access that it did not have."""

log = Log("service")


@dataclass(frozen=True, slots=True)
class Service:
    """Handles jobs; safe to call from several threads. See `bot.app.worker.Handler`."""

    forges: Forges
    queue: Queue
    store: Store
    clock: Clock
    host: Host
    recorded: RecordedEffects | None = None
    """Takes the effects of a dry run, which writes nothing to GitHub."""
    judging: Judging = field(default_factory=JudgingHere)
    """Where candidates are judged: in this process, or in processes of their own."""

    def handle(self, job: LeasedJob) -> Outcome:
        """Attempt the job once."""
        self.forges.spent()  # start counting: earlier requests of this thread belong to another job
        return replace(self._tried(job), spent=self.forges.spent())

    def _tried(self, job: LeasedJob) -> Outcome:
        event = events.decode(job.event)
        if not isinstance(event, InstallationChanged | RepositoriesChanged):
            room = self.forges.room(event.installation, job.delivery)
            if room is not None:
                return Retry(room, "GitHub takes no more from this installation now", uncounted=True)
        try:
            return self._handled(event, job)
        except ForgeError as error:
            return retry_after(error, job, self.clock.now())

    def _handled(self, event: Event, job: LeasedJob) -> Outcome:
        """Handle the event. If the repository was renamed, handle it under the present name."""
        try:
            self._handle(event, job)
        except RepositoryGone as error:
            renamed = self._renamed(event, error)
            if renamed is None:
                return Done()
            try:
                self._handle(renamed, job)
            except NotThereYet:
                raise
            except RepositoryGone:
                return Done()
        except PermissionMissing as error:
            if isinstance(event, InstallationChanged | RepositoriesChanged):
                raise
            self._ask_for_permissions(event, job, error)
        return Done()

    def give_up(self, job: LeasedJob, error: str) -> Outcome:
        """Publish "no verdict", or tell the author of a command that it got no answer."""
        event = events.decode(job.event)
        if isinstance(event, InstallationChanged | RepositoriesChanged) or self._is_unanswered(event):
            return Done()
        try:
            GivingUp(self._repository_job(event, job, self.host)).run(error)
        except (RepositoryGone, HeadGone):
            return Done()
        except ForgeError as failure:
            return retry_after(failure, job, self.clock.now())
        return Done()

    def _renamed(self, event: Event, error: RepositoryGone) -> Event | None:
        """The event with its repository's present name; None if the repository is gone.

        Raises the error again if the name did not change: then GitHub contradicts itself, as while its replicas lag.
        """
        if isinstance(event, InstallationChanged | RepositoriesChanged):
            return None
        installed, ref = self.store.installation(event.installation), event.repository
        if installed is None or installed.suspended:
            return None
        located = self.installations.settle_repository(event.installation, ref.id)
        if located is None:
            return None
        if located.full_name.lower() != ref.full_name.lower():
            renamed = msgspec.structs.replace(ref, owner=located.owner, name=located.name)
            return msgspec.structs.replace(event, repository=renamed)
        raise error

    def _ask_for_permissions(self, event: RepositoryEvent, job: LeasedJob, error: PermissionMissing) -> None:
        """Say who has to accept which permissions, where the App can write.

        Raises the error again if no permission is missing and the installation still has the repository.
        """
        granted = self.forges.granted(event.installation)
        comments = may_comment(granted)
        is_news = not comments and self._takes_comments(event.installation)
        if is_news:  # the delivery about it was lost, or GitHub is faster than its delivery
            owner = event.repository.owner
            self.store.keep_installation(Installation(event.installation, owner, comments=False))
        missing = lacking(granted, rights(event, comments=comments))
        if not missing and is_news:
            self._react(event, job)
            return
        if not missing:
            if self.installations.settle_repository(event.installation, event.repository.id) is None:
                return
            raise error
        allowed = {name: level for name, level in rights(event, comments=comments).items() if name not in missing}
        log.warning("permissions not accepted", installation=event.installation, error=str(error))
        with suppress(PermissionMissing):
            GivingUp(self._repository_job(event, job, self.host, allowed)).ask_for_permissions(missing)

    def _handle(self, event: Event, job: LeasedJob) -> None:
        match event:
            case InstallationChanged():
                self._installed(event, job)
            case RepositoriesChanged():
                if any(ref.name == OWNERS for ref in (*event.added, *event.removed)):
                    self.configurations.look_again(event.installation)
                self._added(event.added, event.installation, job)
                for gone in event.removed:
                    self._removed(gone, event.installation)
            case _:
                self._react(event, job)

    def _react(self, event: RepositoryEvent, job: LeasedJob) -> None:
        if self._is_unanswered(event):
            return
        comments = self._takes_comments(event.installation)
        layers = self.configurations.outer_layers(self.host.outer_layers, event.installation, event.repository)
        host = replace(self.host, outer_layers=layers, takes_commands=comments)
        repository_job = self._repository_job(event, job, host)
        Reactions(repository_job, cache(partial(self._can_write, event.installation))).run()

    @property
    def installations(self) -> Installations:
        """Keeps the stored installations in line with GitHub."""
        return Installations(self.forges, self.store, self.clock)

    @property
    def configurations(self) -> Configurations:
        """The configurations of owners and repositories."""
        return Configurations(self.forges, self.store, self.clock)

    def _repository_job(
        self, event: RepositoryEvent, job: LeasedJob, host: Host, granted: Mapping[str, str] | None = None
    ) -> RepositoryJob:
        """The job with a token for the event's rights, or for the part of them that the account granted."""
        if granted is None:
            granted = rights(event, comments=self._takes_comments(event.installation))
        if self.recorded is not None:
            granted = dict.fromkeys(granted, "read")
        forge = self.forges.open(event.installation, event.repository, granted)
        writer, resolver = (
            partial(self.forges.open, event.installation, event.repository, r) for r in (COMMIT, RESOLVE)
        )
        applied = AppliedEffects(forge, self.queue, self.store, self.clock, event.repository.id, writer, resolver)
        effects = self.recorded or applied
        return RepositoryJob(
            event,
            job,
            forge,
            self.queue,
            self.store,
            self.clock,
            host,
            self.configurations,
            effects,
            self.judging.of_job(),
        )

    def _is_unanswered(self, event: RepositoryEvent) -> bool:
        """Whether the event is a command on an account that lets the App post no answer."""
        return isinstance(event, CommandPosted) and not self._takes_comments(event.installation)

    def _takes_comments(self, installation: int) -> bool:
        """Whether the account lets the App comment, as GitHub said last. True while that is not known."""
        stored = self.store.installation(installation)
        return stored is None or stored.comments

    def _can_write(self, installation: int) -> bool:
        """Whether the account has granted the App to write contents."""
        return self.forges.granted(installation).get("contents") == "write"

    def _removed(self, repository: RepositoryRef, installation: int) -> None:
        """Delete a removed repository, unless it was added again or belongs to another account by now."""
        seen = self.store.repository(repository.id)
        if seen is not None and seen.installation == installation:
            self.installations.settle_repository(installation, repository.id)

    def _installed(self, event: InstallationChanged, job: LeasedJob) -> None:
        """Deliveries come in any order, so GitHub is asked what holds now; one call."""
        installed = self.installations.settle(event.installation)
        # The stored state of the owner's file dates from before, when the App had less access.
        self.configurations.look_again(event.installation)
        if installed is None or installed.suspended or event.action not in _LETS_IN:
            return
        self._added(event.repositories, event.installation, job)
        if event.action != "created":
            event_ids = {ref.id for ref in event.repositories}
            stored_repositories = [
                repository
                for repository in self.store.repositories_to_sweep()
                if repository.installation == event.installation and repository.id not in event_ids
            ]
            for effect in rechecks.survey_jobs(stored_repositories, job.delivery, "the App may work here again"):
                self._enqueue(effect)

    def _added(self, repositories: tuple[RepositoryRef, ...], installation: int, job: LeasedJob) -> None:
        """Store the repositories and queue a survey of each. Their open pull requests only get advice."""
        for repository in repositories:
            if self._is_elsewhere(repository.id, installation):
                continue
            FirstSights(self.store).see(
                SeenRepository(repository.id, installation, repository.owner, repository.name, job.accepted_at)
            )
            survey = SweepDue(installation=installation, repository=repository, reason="the App came to the repository")
            self._enqueue(Enqueue(f"survey:{job.delivery}:{repository.id}", survey))

    def _enqueue(self, effect: Enqueue) -> None:
        if self.recorded is not None:
            self.recorded.apply([effect])
            return
        not_before = self.clock.now() + effect.delay if effect.delay else 0.0
        self.queue.put(new_job(effect.delivery, effect.event, not_before=not_before))

    def _is_elsewhere(self, repository: int, installation: int) -> bool:
        """Whether the event is outdated because another installation has the repository now."""
        seen = self.store.repository(repository)
        if seen is None or seen.installation == installation:
            return False
        return self.installations.settle_repository(installation, repository) is None
