"""Answer commands: read the text, check its sender, and decide on effects and answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.app.apply import HOUR
from bot.app.judging import DraftTooCostlyError
from bot.app.talk import on_issue, on_pull_request
from bot.app.talk.command_text import CommandAnswer, CommandText
from bot.app.talk.context import CommandContext, CommandResult
from bot.core.forge.effects import CountUse, WriteFiles, WriteReview
from bot.core.forge.facts import Reaction
from bot.core.forge.roles import Role
from bot.core.speech.commands import Access, Command, CommandMistake, Verb, access, row_for
from bot.core.speech.replies import Denial, configuration, denial, help_text, mistake, too_often

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.app.talk.open_pull_request import OpenPullRequest
    from bot.core.forge.effects import Effect
    from bot.core.forge.facts import Thread

_DRAFTS_AN_HOUR = 3
"""Plans that are drafted in an hour for a person without a role."""
_ANSWERS_AN_HOUR = 12
"""Other commands of a person without a role that are answered in an hour."""
_DRAFTS = frozenset({Verb.PLAN, Verb.CHECK, Verb.SUGGEST})
_TOO_COSTLY = (
    "There is no draft: reading the templates, manifests and texts that it is made from takes more time or memory than"
    " it may. `plangate draft` makes one on your machine."
)
_CLOSED = "This pull request is not open, so nothing is judged here. Reopen it, then ask again."


@dataclass(frozen=True, slots=True)
class HourlyLimit:
    """How often in an hour a person without a role may use a command."""

    action: str
    most: int
    refusal: str | None = None
    """The answer to a person who exceeds the limit; None for a reaction alone."""


@dataclass(slots=True)
class Conversation:
    """One text with commands, and the answers to them."""

    context: CommandContext
    pull_request: OpenPullRequest | None
    """The open pull request with its report, None on an issue and on a closed one."""
    author: str
    """Who opened the issue or pull request."""

    @property
    def text(self) -> CommandText:
        """The text in its repository."""
        context = self.context
        return CommandText(context.event, context.view, context.config, context.host)

    def effects(self) -> Iterator[Effect]:
        """The effects of the text, in order. Empty if it holds no command or was answered before.

        A command is decided when the effects of the commands before it are carried out. Raises `ForgeError`.
        """
        commands = self.text.commands()
        thread = self.text.thread(self.context.forge) if commands else None
        if thread is not None:
            yield from self.text.reactions(Reaction.SEEN)
            yield from self._from(commands, (), thread)

    def _from(
        self,
        commands: Sequence[Command | CommandMistake],
        answers: tuple[CommandAnswer, ...],
        thread: Thread,
    ) -> Iterator[Effect]:
        """The effects of the further commands. `answers` are the answers to the commands before them."""
        if not commands:
            yield from self.text.answered(thread, answers)
            return
        command, result = commands[0], self._result(commands[0])
        if result.judged is not None and self.pull_request is not None:
            self.pull_request = replace(self.pull_request, judged=result.judged)
        yield from result.effects

        def rest(outcome: CommandResult) -> tuple[Effect, ...]:
            return tuple(self._from(commands[1:], (*answers, self._answered(command, outcome)), thread))

        if result.write is not None:
            write = result.write
            yield WriteFiles(write.commit, write.pull_request, lambda written: rest(write.result_of(written)))
        elif result.review is not None:
            pending = result.review
            yield WriteReview(pending.review, lambda accepted: rest(pending.result_of(accepted)))
        else:
            yield from self._from(commands[1:], (*answers, self._answered(command, result)), thread)

    def _answered(self, command: Command | CommandMistake, result: CommandResult) -> CommandAnswer:
        opened = self.pull_request
        head = opened.judged.candidate.change.head.sha if opened is not None else None
        accepted_at = self.context.accepted_at
        return CommandAnswer(command, result.reaction, result.plan, result.answer, head or "", accepted_at)

    def _result(self, command: Command | CommandMistake) -> CommandResult:
        limit = self._hourly_limit(command)
        if limit is not None:
            user = f"{limit.action}:{self.context.event.sender}"
            result = self._refusal(limit, user) or self._done(command)
            return replace(result, effects=(CountUse(user, self.context.accepted_at), *result.effects))
        return self._denied(command) or self._done(command)

    def _access(self, command: Command | CommandMistake) -> Access | None:
        """Who may use a command. None for a mistake, and for a command that does not exist here."""
        entry = row_for(command.verb, self.context.where) if isinstance(command, Command) else None
        return access(entry, self.context.config.commands) if entry is not None else None

    @property
    def _is_author(self) -> bool:
        return bool(self.author) and self.context.event.sender == self.author

    def _hourly_limit(self, command: Command | CommandMistake) -> HourlyLimit | None:
        """The limit for people who may use the command without a role. A role lifts the limit."""
        if isinstance(command, CommandMistake):
            return HourlyLimit("mistakes", _ANSWERS_AN_HOUR)
        allowed = self._access(command)
        if allowed is None:
            return None
        if allowed.role is Role.ANYONE:
            return HourlyLimit("answers", _ANSWERS_AN_HOUR)
        if allowed.author and self._is_author and command.verb in _DRAFTS:
            return HourlyLimit("drafts", _DRAFTS_AN_HOUR, too_often(_DRAFTS_AN_HOUR))
        return None

    def _refusal(self, limit: HourlyLimit, user: str) -> CommandResult | None:
        """The answer to a person without a role who exceeds the limit."""
        if self.context.uses(user, HOUR) <= limit.most or self.context.role() is not Role.ANYONE:
            return None
        return CommandResult(Reaction.DENIED, answer=limit.refusal)

    def _denied(self, command: Command | CommandMistake) -> CommandResult | None:
        """The answer to a person who may not use the command. None for a person who may."""
        context, allowed = self.context, self._access(command)
        if allowed is None or not isinstance(command, Command) or (allowed.author and self._is_author):
            return None
        role = context.role()
        if allowed.allows(role, is_author=self._is_author):
            return None
        refused = Denial(command.verb, allowed.role, role, context.denied_at)
        return CommandResult(Reaction.DENIED, answer=denial(refused, context.settings(), context.render))

    def _done(self, command: Command | CommandMistake) -> CommandResult:
        """The result of a command that its sender may use, or of a mistake."""
        context = self.context
        if isinstance(command, CommandMistake):
            return CommandResult(Reaction.MISTAKEN, answer=mistake(command, context.settings()))
        if command.verb is Verb.HELP:
            return CommandResult(Reaction.DONE, answer=help_text(context.settings(writes=True), context.render))
        if command.verb is Verb.CONFIG:
            opened = self.pull_request
            in_force = context.config_in_force if opened is None else opened.judged.candidate.config_in_force
            settings = configuration(in_force, context.render, private=context.view.private)
            return CommandResult(Reaction.DONE, answer=settings)
        try:
            return self._of_feature(command)
        except DraftTooCostlyError:
            return CommandResult(Reaction.MISTAKEN, answer=_TOO_COSTLY)

    def _of_feature(self, command: Command) -> CommandResult:
        """The result of a command about a feature. Raises `DraftTooCostlyError`."""
        if not self.context.event.on_pull_request:
            return on_issue.answer(self.context, command, by_author=self.context.event.sender == self.author)
        if self.pull_request is None:
            return CommandResult(Reaction.MISTAKEN, answer=_CLOSED)
        return on_pull_request.answer(self.context, command, self.pull_request)
