"""A text that may hold commands: the commands in it, whether it was answered, and the comments that answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.config.model import Mode
from bot.core.forge.effects import HideComment, React, WriteComment
from bot.core.forge.events import Place
from bot.core.forge.facts import Reaction
from bot.core.forge.stored import CommentKind
from bot.core.speech.commands import Command, CommandMistake, Spelling, Verb, Where, read_commands
from bot.core.speech.replies import Question, answer_comment, earlier_answers, plan_comment, reply_marker
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.core.config.model import RepositoryConfig
    from bot.core.deciding.commit_verdict import Host
    from bot.core.forge.effects import Effect
    from bot.core.forge.events import CommandPosted
    from bot.core.forge.facts import RepositoryView, Thread
    from bot.core.forge.ports import ForgeReader

_ENDS = frozenset({Reaction.DONE, Reaction.MISTAKEN, Reaction.DENIED})


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """A command with its answer."""

    command: Command | CommandMistake
    reaction: Reaction
    plan: str | None
    """The new text of the comment with the plan; None to leave the comment unchanged."""
    text: str | None
    """The answer below the command; None for a reaction alone."""
    head_sha: str
    """The head that the answer is about, empty on an issue."""
    accepted_at: float
    """Seconds since the epoch (UTC)."""


@dataclass(frozen=True, slots=True)
class CommandText:
    """A person's text, in the repository as it was read."""

    event: CommandPosted
    view: RepositoryView
    config: RepositoryConfig
    """The default branch's configuration, which sets how commands are spelt."""
    host: Host

    def commands(self) -> tuple[Command | CommandMistake, ...]:
        """The commands and mistyped commands in the text. Empty if nobody is to be answered."""
        if self.config.mode is Mode.OFF or self.view.archived:
            return ()
        where = Where.PULL_REQUEST if self.event.on_pull_request else Where.ISSUE
        spelling = Spelling(self.config.commands.prefix, self.host.app_slug)
        return read_commands(self.event.text, where, spelling, tuple(self.host.rule_map()))

    def line(self, command: Command | CommandMistake) -> str:
        """The line as it was written, bounded. For a button, its label."""
        if self.event.place is Place.BUTTON:
            return "Draft the plan" if isinstance(command, Command) and command.verb is Verb.PLAN else "Recheck"
        lines = self.event.text.split("\n")
        return clip(lines[command.line - 1].strip()) if command.line <= len(lines) else self.config.commands.prefix

    def thread(self, forge: ForgeReader) -> Thread | None:
        """Our reply and our reactions; None if the text was answered before.

        Raises `CommentGone` when its author deleted it.
        """
        thread = forge.thread(self.event.number, reply_marker(self.event.number), self.event.node)
        return None if thread.reactions & _ENDS else thread

    def reactions(self, *reactions: Reaction) -> list[React]:
        """The effects that add these reactions to the text, each once. A button takes no reaction."""
        node = self.event.node
        return [React(node, reaction) for reaction in dict.fromkeys(reactions)] if node else []

    def answered(self, thread: Thread, answers: Iterable[CommandAnswer]) -> list[Effect]:
        """The comment with the plan, a comment for each other answer, then the reactions.

        The last reaction shows the result. If it is already there, every effect was carried out.
        """
        answers = tuple(answers)
        effects: list[Effect] = []
        plan = next((answer.plan for answer in reversed(answers) if answer.plan), None)
        if plan is not None:
            body = plan_comment(self.event.number, plan)
            effects.append(WriteComment(self.event.number, body, "", thread.reply, kind=CommentKind.REPLY))
        for answer in answers:
            if answer.text is not None:
                effects += self._below(answer, answer.text, thread)
        return [*effects, *self.reactions(*(answer.reaction for answer in answers))]

    def _below(self, answer: CommandAnswer, text: str, thread: Thread) -> Iterator[Effect]:
        """A new comment with the answer. It hides the sender's earlier answers to the same command."""
        question = self._question(answer)
        body = answer_comment(question, text)
        earlier = earlier_answers(question, body, thread.comments)
        if earlier.is_answered or earlier.repeats:
            return
        yield from map(HideComment, earlier.outdated)
        yield WriteComment(self.event.number, body, "", kind=None)

    def _question(self, answer: CommandAnswer) -> Question:
        event, command = self.event, answer.command
        place = str(event.comment) if event.comment is not None else event.place.value
        moment = f"-{answer.accepted_at:.0f}" if event.place is Place.BUTTON else ""
        return Question(
            number=event.number,
            command=command.verb.value if command.verb is not None else "mistake",
            line=self.line(command),
            asker=event.sender,
            text_id=f"{place}{moment}-{command.line}",
            head_sha=answer.head_sha,
        )
