"""Answering commands: read what was asked, see who asked, have it done, and say so in the one reply of an issue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app.talk import on_issue, on_pull_request
from bot.app.talk.command_text import CommandText
from bot.app.talk.scene import Said, Scene
from bot.core.forge.effects import React, Reaction, WriteComment
from bot.core.forge.roles import Role
from bot.core.speech.commands import Command, CommandMistake, Verb, access, row_for
from bot.core.speech.replies import Denial, configuration, denial, help_text, mistake, too_often

if TYPE_CHECKING:
    from bot.core.deciding.commit_verdict import JudgedCandidate

_HOUR = 3_600.0
_DRAFTS_AN_HOUR = 3
"""Plans that somebody without a role may have drafted in an hour."""
_ANSWERS_AN_HOUR = 12
"""Other commands that somebody without a role is answered in an hour."""
_DRAFTS = frozenset({Verb.PLAN, Verb.CHECK})


@dataclass(slots=True)
class Conversation:
    """One text with commands, and the answers to them."""

    scene: Scene
    judged: JudgedCandidate | None
    """The open pull request's report, None on an issue and on a closed one."""
    author: str
    """Who opened the issue or pull request."""

    def effects(self) -> list[React | WriteComment]:
        """Carry out what the text asks for; what is then to be written. Empty when it holds no command."""
        scene = self.scene
        text = CommandText(scene.event, scene.forge, scene.answer, scene.config, scene.host)
        found = text.commands()
        if not found or text.is_over():
            return []
        known = text.reply()
        main: str | None = None
        last: tuple[str, str] | None = None
        reactions: list[Reaction] = []
        for one in found:
            said = self._said(one)
            reactions.append(said.reaction)
            main = said.main or main
            last = (text.line(one), said.last) if said.last is not None else last
        return text.answered(known, main, last, reactions)

    def _said(self, one: Command | CommandMistake) -> Said:
        if isinstance(one, CommandMistake):
            slowed = self._slowed("mistakes", _ANSWERS_AN_HOUR)
            return slowed or Said(Reaction.MISTAKEN, last=mistake(one, self.scene.house()))
        denied = self._denied(one)
        return denied if denied is not None else self._done(one)

    def _denied(self, command: Command) -> Said | None:
        """What somebody is told who may not use the command; None for who may."""
        scene = self.scene
        entry = row_for(command.verb, scene.where)
        if entry is None:
            return None
        allowed = access(entry, scene.config.commands)
        if allowed.role is Role.ANYONE:
            return self._slowed("answers", _ANSWERS_AN_HOUR)
        is_author = bool(self.author) and scene.event.sender == self.author
        if allowed.author and is_author:
            return self._paced() if command.verb in _DRAFTS else None
        held = scene.role()
        if allowed.allows(held, is_author=is_author):
            return None
        event, at = scene.event, scene.denied_at
        told = Denial(command.verb, allowed.role, held, event.number, event.comment, at, scene.asked_in)
        return Said(Reaction.DENIED, last=denial(told, scene.house(), scene.context))

    def _paced(self) -> Said | None:
        """The author needs no role, so the pace is bounded instead; a role lifts the bound."""
        if self._slowed("drafts", _DRAFTS_AN_HOUR) is None:
            return None
        return Said(Reaction.DENIED, last=too_often(_DRAFTS_AN_HOUR))

    def _slowed(self, what: str, most: int) -> Said | None:
        """Somebody without a role who asks too much gets no more than the reaction."""
        scene = self.scene
        who = f"{what}:{scene.event.sender}"
        used = scene.store.count_use(scene.answer.repository, who, scene.asked_at, _HOUR)
        if used <= most or scene.role() is not Role.ANYONE:
            return None
        return Said(Reaction.DENIED)

    def _done(self, command: Command) -> Said:
        """Carry out a command that its author may use."""
        scene = self.scene
        if command.verb is Verb.HELP:
            return Said(Reaction.DONE, last=help_text(scene.house(writes=True), scene.context))
        if command.verb is Verb.CONFIG:
            in_force = scene.config_in_force if self.judged is None else self.judged.candidate.config_in_force
            return Said(Reaction.DONE, last=configuration(in_force, scene.context, private=scene.answer.private))
        if not scene.event.on_pull_request:
            return on_issue.answer(scene, command, by_author=scene.event.sender == self.author)
        if self.judged is None:
            closed = "This pull request is not open, so nothing is judged here. Reopen it, then ask again."
            return Said(Reaction.MISTAKEN, last=closed)
        said, self.judged = on_pull_request.answer(scene, command, self.judged)
        return said
