"""Finish a job that is given up: publish "no verdict" or answer the command, and queue a later job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app.talk.command_text import CommandAnswer, CommandText
from bot.core.config.in_force import PATHS, choose_config
from bot.core.deciding.no_verdict import (
    after_error,
    has_run,
    head_of,
    later_look,
    no_verdict_output,
    present_head,
    request_of_present_head,
    without_permissions,
)
from bot.core.forge.effects import CheckRun, PublishRun
from bot.core.forge.errors import CommentGone, ForgeError, RepositoryGone
from bot.core.forge.events import CommandPosted
from bot.core.forge.external_id import no_verdict_id
from bot.core.forge.facts import Reaction, ReadRequest
from bot.core.speech.render import RenderContext
from bot.core.speech.replies import command_failed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.app.repository_job import RepositoryJob
    from bot.core.forge.facts import RepositoryView
    from bot.core.speech.render import NoVerdict


@dataclass(frozen=True, slots=True)
class GivingUp:
    """Gives up one job that failed for too long. Repeating it changes nothing."""

    job: RepositoryJob

    def run(self, error: str) -> None:
        """Give the job up. `error` is our own line about the failure. Raises `ForgeError`."""
        job, event = self.job, self.job.event
        look = later_look(event, job.job.delivery)
        # If the later look already ran and failed, it queued its own successor.
        if look is not None and job.queue.find(look.delivery) is None:
            job.effects.apply([look])  # first, because it does not need GitHub
        self._tell(after_error(error, job.job, job.clock.now()))

    def ask_for_permissions(self, missing: Mapping[str, str]) -> None:
        """Say who has to accept which permissions. `missing` has levels by name: `issues` to `write`."""
        self._tell(without_permissions(missing, self.job.event, self.job.job, self.job.clock.now()))

    def _tell(self, fault: NoVerdict) -> None:
        if isinstance(self.job.event, CommandPosted):
            self._answer(self.job.event, fault)
        else:
            self._publish(fault)

    def _publish(self, fault: NoVerdict) -> None:
        """Publish a failing run that says that there is no verdict, in a governed repository only."""
        job = self.job
        seen = job.store.repository(job.repository)
        governed = seen.governed if seen is not None else None
        # Without the permissions, it could not be read whether the repository is governed. It may be.
        if not governed and (governed is False or not fault.lacks_permissions):
            return
        head = self._head_without_verdict()
        if head is not None:
            output = no_verdict_output(fault, job.event, job.host)
            job.effects.apply([PublishRun(CheckRun(head, no_verdict_id(job.job.delivery), output))])

    def _head_without_verdict(self) -> str | None:
        """The head that still needs a verdict: the branch's present head. None if it has one."""
        event_head, request = head_of(self.job.event), request_of_present_head(self.job.event)
        if request is None:
            return event_head
        try:
            view = self.job.forge.read(request)
            if request.number is not None and view.pull_request is None:
                return event_head
            present = present_head(view)
            if present is not None and self._is_on_default(view, present):
                return None
        except RepositoryGone:
            raise
        except ForgeError:
            if event_head is None:
                raise
            return event_head  # GitHub may accept a write although the read failed
        if present is None or (present == event_head and self._is_judged(present)):
            return None
        is_free = present == event_head or not has_run(self.job.forge.read(ReadRequest(head=present)))
        return present if is_free else None

    def _is_judged(self, head: str) -> bool:
        """Whether the head was judged after this job was accepted, so that only a later step failed."""
        report = self.job.store.report(self.job.repository, head)
        return report is not None and report.stored_at >= self.job.job.accepted_at

    def _is_on_default(self, view: RepositoryView, head: str) -> bool:
        """Whether the default branch contains the head. A run on it would show on the default branch."""
        if view.pull_request is not None and view.pull_request.is_open:
            return False
        default = view.default.sha if view.default is not None else None
        return default is not None and self.job.forge.compare(default, head).ahead_by == 0

    def _answer(self, event: CommandPosted, fault: NoVerdict) -> None:
        """Tell the author of a command that it got no answer."""
        job = self.job
        view = job.forge.read(ReadRequest(default_documents=PATHS))
        layers = job.configurations.outer_layers(job.host.outer_layers, event.installation, event.repository)
        last_good = job.configurations.last_good(event.installation, event.repository.id)
        config = choose_config(view, view.default_branch or "", view.default, layers, last_good).config
        text = CommandText(event, view, config, job.host)
        commands = text.commands()
        if not commands:
            return
        try:
            thread = text.thread(job.forge)
        except CommentGone:
            return
        if thread is not None:
            context = RenderContext(
                repository=view.full_name, site_url=job.host.site_url, engine_version=job.host.version
            )
            answer = command_failed(text.line(commands[-1]), fault, context)
            failed = CommandAnswer(commands[-1], Reaction.MISTAKEN, None, answer, "", job.job.accepted_at)
            job.effects.apply([*text.reactions(Reaction.SEEN), *text.answered(thread, [failed])])
