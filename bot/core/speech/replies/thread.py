"""The comments of a conversation: one with the plan, which is edited in place, and one below each other command.

An answer is a comment of its own, because GitHub notifies nobody of an edit. Its first line is hidden and says which
question it answers, so that no question is answered twice and older answers can be hidden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bot.core.speech.render.context import short
from bot.core.text.neutral import MARKER, code_span, marker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.forge.facts import Comment

MAX_COMMENT = 65_536
"""Characters that a comment may have."""

_CUT = "\n\n… cut here: a comment holds 65,536 characters.\n\n"
_LONGEST_MARKER = 2_000
_ANSWER = re.compile(
    rf"<!-- {MARKER} kind=answer issue=(?P<issue>[0-9]+) asker=(?P<asker>\S+)"
    r" command=(?P<command>\S+) question=(?P<question>\S+) -->\n"
)


def reply_marker(number: int) -> str:
    """The hidden first line of the comment with the plan on issue or pull request `number`."""
    return marker("plan", issue=str(number))


def plan_comment(number: int, text: str) -> str:
    """The comment with a plan or a status, at most `MAX_COMMENT` characters."""
    return _bounded(f"{reply_marker(number)}\n{text.strip()}") + "\n"


@dataclass(frozen=True, slots=True)
class Question:
    """A command that is answered."""

    number: int
    """The issue or pull request."""
    command: str
    """The command's name: `why`. A newer answer to the same command replaces an older one."""
    line: str
    """The command as it was written. Foreign."""
    asker: str
    """The login of its author."""
    text_id: str
    """The id of the comment or review that holds the command, or the place where it stands: `body`."""
    head_sha: str = ""
    """The head that the answer is about, empty on an issue."""

    @property
    def marker(self) -> str:
        """The hidden first line of the answer."""
        return marker("answer", issue=str(self.number), asker=self.asker, command=self.command, question=self.text_id)


def answer_comment(question: Question, answer: str) -> str:
    """The comment below the question: who asked, on which head, and the answer. Nobody is mentioned."""
    on_head = f" · on {code_span(short(question.head_sha))}" if question.head_sha else ""
    about = f"<sub>{code_span(question.line, 100)} by {code_span(question.asker, 60)}{on_head}</sub>"
    return _bounded(f"{question.marker}\n{about}\n\n{answer.strip()}") + "\n"


@dataclass(frozen=True, slots=True)
class EarlierAnswers:
    """How a new answer relates to our earlier answers on the same issue or pull request."""

    is_answered: bool
    """The question has its answer already: an earlier attempt at the job wrote it before it died."""
    repeats: bool
    """The asker's latest answer to the command, still shown, is the same."""
    outdated: tuple[Comment, ...]
    """The asker's earlier answers to the command that are still shown."""


def earlier_answers(question: Question, body: str, comments: Iterable[Comment]) -> EarlierAnswers:
    """Compare a new answer with our `comments`, the oldest first."""
    is_answered = False
    shown: list[Comment] = []
    for comment in comments:
        match = _ANSWER.match(comment.body.replace("\r\n", "\n")[:_LONGEST_MARKER])
        if match is None or (unquote(match["asker"]), match["command"]) != (question.asker, question.command):
            continue
        is_answered |= unquote(match["question"]) == question.text_id
        shown += [] if comment.minimized else [comment]
    repeats = bool(shown) and _visible(shown[-1].body) == _visible(body)
    return EarlierAnswers(is_answered, repeats, tuple(shown))


def _visible(body: str) -> str:
    """A comment without its hidden first line."""
    return body.replace("\r\n", "\n").partition("\n")[2].strip()


def _bounded(text: str) -> str:
    """The text, cut to the limit. Every caller bounds its text; this is the last guard."""
    room = MAX_COMMENT - 1
    return text if len(text) <= room else text[: room - len(_CUT)].rsplit("\n", 1)[0] + _CUT.rstrip()
