"""What is still done for an event when work on it is given up: say so to whoever waits, and have others looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app.apply import Hands
from bot.app.talk.command_text import CommandText
from bot.core.config.in_force import PATHS, choose_config
from bot.core.deciding.apology import apology, has_run, head_of, owed_look, present_head, trouble, whereabouts
from bot.core.forge.effects import CheckRun, PublishRun, Reaction
from bot.core.forge.errors import ForgeError, RepositoryGone
from bot.core.forge.events import CommandPosted
from bot.core.forge.facts import ReadRequest
from bot.core.speech.render import RenderContext
from bot.core.speech.replies import command_failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app.configurations import Configurations
    from bot.core.deciding.commit_verdict import Host
    from bot.core.forge.effects import Effect
    from bot.core.forge.events import RepositoryEvent
    from bot.core.forge.facts import RepositoryView
    from bot.core.forge.ports import Clock, Forge, LeasedJob, Queue, Store
    from bot.core.speech.render import NoVerdict


@dataclass(frozen=True, slots=True)
class GivingUp:
    """One job in one repository that has failed for too long. Doing any of it again changes nothing."""

    event: RepositoryEvent
    job: LeasedJob
    forge: Forge
    queue: Queue
    store: Store
    clock: Clock
    house: Host
    configurations: Configurations

    def run(self, error: str) -> None:
        """Do it; `error` is our own line about what stood in the way. Raises `ForgeError`."""
        look = owed_look(self.event, self.job.delivery)
        # A look that is over by now was in vain, too, and has left one of its own.
        if look is not None and self.queue.find(look.delivery) is None:
            self._apply([look])  # first: it needs nothing of GitHub, which may still be away
        what = trouble(error, self.job, self.clock.now())
        if isinstance(self.event, CommandPosted):
            self._answer(self.event, what)
        else:
            self._apologise(what)

    def _apologise(self, what: NoVerdict) -> None:
        """Leave a failing run that says that no verdict was reached, on a head of a repository that is governed."""
        seen = self.store.repository(self.event.repository.id)
        if seen is None or not seen.governed:
            return
        head = self._owed()
        if head is not None:
            output = apology(what, self.event, self.house)
            self._apply([PublishRun(CheckRun(head, f"v1/none/{self.job.delivery}", output))])

    def _owed(self) -> str | None:
        """The head that a verdict is due on: where a branch moved, the one that is there, unless it has its own."""
        told, question = head_of(self.event), whereabouts(self.event)
        if question is None:
            return told
        try:
            answer = self.forge.read(question)
            present = present_head(answer)
            if present is not None and self._is_on_default(answer, present):
                return None
        except RepositoryGone:
            raise
        except ForgeError:
            if told is None:
                raise
            return told  # what cannot be read now may well be written to
        if present is None or (present == told and self._is_judged(present)):
            return None
        return present if present == told or not has_run(self.forge.read(ReadRequest(head=present))) else None

    def _is_judged(self, head: str) -> bool:
        """Whether the verdict was reached since, and only what comes after it failed."""
        report = self.store.report(self.event.repository.id, head)
        return report is not None and report.stored_at >= self.job.accepted_at

    def _is_on_default(self, answer: RepositoryView, head: str) -> bool:
        """Whether a branch adds nothing: a check run belongs to the commit, and would show on the default branch."""
        if answer.pull_request is not None and answer.pull_request.is_open:
            return False
        default = answer.default.sha if answer.default is not None else None
        return default is not None and self.forge.compare(default, head).ahead_by == 0

    def _answer(self, event: CommandPosted, what: NoVerdict) -> None:
        """Tell whoever wrote a command that it was not answered. Not every text that looks like one is for us."""
        answer = self.forge.read(ReadRequest(default_documents=PATHS))
        outer_layers = self.configurations.outer_layers(self.house.outer_layers, event.installation, event.repository)
        last_good = self.configurations.last_good(event.installation, event.repository.id)
        in_force = choose_config(answer, answer.default_branch or "", answer.default, outer_layers, last_good)
        text = CommandText(event, self.forge, answer, in_force.config, self.house)
        found = text.commands()
        if not found or text.is_over():
            return
        line = text.line(found[-1])
        context = RenderContext(repository=answer.full_name, engine_version=self.house.version)
        told = (line, command_failed(line, what, context))
        self._apply(text.answered(text.reply(), None, told, [Reaction.MISTAKEN]))

    def _apply(self, effects: Sequence[Effect]) -> None:
        Hands(self.forge, self.queue, self.store, self.clock, self.event.repository.id).apply(effects)
