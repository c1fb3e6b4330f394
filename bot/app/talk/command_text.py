"""A text that may hold commands: which ones they are, whether it was answered, and the one reply that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.config.model import Mode
from bot.core.forge.effects import React, WriteComment
from bot.core.forge.events import Place
from bot.core.forge.facts import Reaction
from bot.core.forge.stored import CommentKind
from bot.core.speech.commands import Command, CommandMistake, Spelling, Verb, Where, read_commands
from bot.core.speech.replies import compose, main_of, reply_marker
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.config.model import RepositoryConfig
    from bot.core.deciding.commit_verdict import Host
    from bot.core.forge.events import CommandPosted
    from bot.core.forge.facts import Comment, RepositoryView, Thread
    from bot.core.forge.ports import ForgeReader

_ENDS = frozenset({Reaction.DONE, Reaction.MISTAKEN, Reaction.DENIED})


@dataclass(frozen=True, slots=True)
class CommandText:
    """What somebody wrote, in the repository as it was read."""

    event: CommandPosted
    view: RepositoryView
    config: RepositoryConfig
    """The default branch's: it says how commands are spelt here."""
    host: Host

    def commands(self) -> tuple[Command | CommandMistake, ...]:
        """The commands in it, and what was meant to be one; none where nobody is to be answered."""
        if self.config.mode is Mode.OFF or self.view.archived:
            return ()
        where = Where.PULL_REQUEST if self.event.on_pull_request else Where.ISSUE
        spelling = Spelling(self.config.commands.prefix, self.host.app_slug)
        return read_commands(self.event.text, where, spelling, tuple(self.host.rule_map()))

    def line(self, command: Command | CommandMistake) -> str:
        """The line as it was written, bounded; for a button what stands on it."""
        if self.event.place is Place.BUTTON:
            return "Draft the plan" if isinstance(command, Command) and command.verb is Verb.PLAN else "Recheck"
        lines = self.event.text.split("\n")
        return clip(lines[command.line - 1].strip()) if command.line <= len(lines) else self.config.commands.prefix

    def thread(self, forge: ForgeReader) -> Thread | None:
        """Our reply and our reactions, None where the text was answered before.

        Raises `CommentGone` when its author deleted it.
        """
        thread = forge.thread(self.event.number, reply_marker(self.event.number), self.event.node)
        return None if thread.reactions & _ENDS else thread

    def reactions(self, *reactions: Reaction) -> list[React]:
        """These reactions to the text, each once; a button cannot be reacted to."""
        node = self.event.node
        return [React(node, reaction) for reaction in dict.fromkeys(reactions)] if node else []

    def answered(
        self, reply: Comment | None, main: str | None, last: tuple[str, str] | None, reactions: Iterable[Reaction]
    ) -> list[React | WriteComment]:
        """The reply with its main part (None: as it was) and the last answer, then the reactions.

        The reaction that says how it ended comes last. Where that stands already, everything was done.
        """
        effects: list[React | WriteComment] = []
        if main is None and reply is not None:
            main = main_of(reply.body)
        if last is not None or main is not None:
            body = compose(self.event.number, main, last)
            effects.append(WriteComment(self.event.number, body, "", reply, kind=CommentKind.REPLY))
        return [*effects, *self.reactions(*reactions)]
