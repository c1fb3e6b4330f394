"""A text that may hold commands: which ones they are, whether it was answered, and the one reply that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.config.model import Mode
from bot.core.forge.effects import React, Reaction, WriteComment
from bot.core.forge.errors import CommentGone
from bot.core.forge.events import Place
from bot.core.forge.stored import CommentKind
from bot.core.speech.commands import Command, CommandMistake, Spelling, Verb, Where, read_commands
from bot.core.speech.replies import compose, main_of, reply_marker
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.config.model import RepositoryConfig
    from bot.core.deciding.commit_verdict import Host
    from bot.core.forge.events import CommandPosted
    from bot.core.forge.facts import Comment, RepositoryView
    from bot.core.forge.ports import Forge

_ENDS = frozenset({Reaction.DONE, Reaction.MISTAKEN, Reaction.DENIED})


@dataclass(frozen=True, slots=True)
class CommandText:
    """What somebody wrote, in the repository as it was read."""

    event: CommandPosted
    forge: Forge
    answer: RepositoryView
    config: RepositoryConfig
    """The default branch's: it says how commands are spelt here."""
    house: Host

    def commands(self) -> tuple[Command | CommandMistake, ...]:
        """The commands in it, and what was meant to be one; none where nobody is to be answered."""
        if self.config.mode is Mode.OFF or self.answer.archived:
            return ()
        where = Where.PULL_REQUEST if self.event.on_pull_request else Where.ISSUE
        spelling = Spelling(self.config.commands.prefix, self.house.app_slug)
        return read_commands(self.event.text, where, spelling, tuple(self.house.rule_map()))

    def line(self, one: Command | CommandMistake) -> str:
        """The line as it was written, bounded; for a button what stands on it."""
        if self.event.place is Place.BUTTON:
            return "Draft the plan" if isinstance(one, Command) and one.verb is Verb.PLAN else "Recheck"
        lines = self.event.text.split("\n")
        return clip(lines[one.line - 1].strip()) if one.line <= len(lines) else self.config.commands.prefix

    def is_over(self) -> bool:
        """Say that it was seen; whether it was answered before, or deleted by whoever wrote it."""
        if not self.event.node:
            return False
        try:
            return bool(self.forge.react(self.event.node, Reaction.SEEN) & _ENDS)
        except CommentGone:
            return True

    def reply(self) -> Comment | None:
        """Our one reply here, as it stands."""
        return self.forge.find_comment(self.event.number, reply_marker(self.event.number))

    def answered(
        self, known: Comment | None, main: str | None, last: tuple[str, str] | None, reactions: Iterable[Reaction]
    ) -> list[React | WriteComment]:
        """What is to be written: the reply that was `known` with its main part (None: as it was) and the last answer.

        The last of it is the reaction that says how it ended. Where that stands already, everything was done.
        """
        effects: list[React | WriteComment] = []
        if main is None and known is not None:
            main = main_of(known.body)
        if last is not None or main is not None:
            body = compose(self.event.number, main, last)
            effects.append(WriteComment(self.event.number, body, "", known, kind=CommentKind.REPLY))
        if self.event.node:
            effects += [React(self.event.node, reaction) for reaction in dict.fromkeys(reactions)]
        return effects
