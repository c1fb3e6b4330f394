"""`/plan …`: one table of commands, and the reader that finds them in a text somebody wrote.

The table gives the parser its words, the shell its permissions and every help text its rows, so that none of them can
say something else than the others.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.drafting.naming import is_slug, slug_of
from bot.core.forge.roles import Role
from bot.core.markdown import Markdown, Paragraph, parse
from bot.core.text.neutral import plain_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from bot.core.config.model import Commands

MAX_COMMANDS = 5
"""Commands that one comment may hold; more are not read."""

MAX_TEXT = 65_536
"""Characters of a comment that are looked at: GitHub's own limit."""

MAX_REASON = 300
"""Characters of a waiver's reason that are kept."""

_LEAST_REASON = 10
_MAX_LINE = 2_000
_MAX_WORD = 40
_CODE = " " * 4
"""Begins a line of code."""
_PREFIX = re.compile(r"/[A-Za-z]")
_LEAST_PREFIX = 2
_END_WORDS = 2
_POLITE = frozenset(("please", "thanks", "now"))


class Where(StrEnum):
    """What a command was written on."""

    ISSUE = "issue"
    PULL_REQUEST = "pull request"


class Verb(StrEnum):
    """The commands. `PLAN` is the bare prefix."""

    PLAN = "plan"
    STATUS = "status"
    WHY = "why"
    CHECK = "check"
    SUGGEST = "suggest"
    START = "start"
    COMMIT = "commit"
    WAIVE = "waive"
    CONFIG = "config"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One row of the help table."""

    verb: Verb
    where: tuple[Where, ...]
    role: Role
    does: str
    """In the third person and present tense: "looks again"."""
    arguments: str = ""
    """As the help shows them: `[rule]`."""
    author: bool = False
    """The author of the issue or pull request may use it whatever their role is."""
    aliases: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words after the prefix. Empty for the bare prefix without an alias."""
        return self.aliases if self.verb is Verb.PLAN else (self.verb.value, *self.aliases)


_BOTH = (Where.ISSUE, Where.PULL_REQUEST)

COMMANDS: tuple[CommandRow, ...] = (
    CommandRow(
        Verb.PLAN,
        (Where.ISSUE,),
        Role.TRIAGE,
        "replies with a plan for a feature named after the issue",
        author=True,
        aliases=("draft", "create", "new"),
    ),
    CommandRow(
        Verb.PLAN,
        (Where.PULL_REQUEST,),
        Role.TRIAGE,
        "looks again; drafts the plan if it is missing",
        author=True,
        aliases=("draft", "create", "new"),
    ),
    CommandRow(Verb.STATUS, _BOTH, Role.ANYONE, "what is due and what is missing"),
    CommandRow(
        Verb.WHY,
        _BOTH,
        Role.ANYONE,
        "the rule, the line, the setting behind a finding",
        arguments="[rule]",
        aliases=("explain",),
    ),
    CommandRow(
        Verb.CHECK,
        (Where.PULL_REQUEST,),
        Role.TRIAGE,
        "looks again",
        author=True,
        aliases=("recheck", "rerun", "refresh"),
    ),
    CommandRow(
        Verb.SUGGEST,
        (Where.PULL_REQUEST,),
        Role.TRIAGE,
        "a review with the fixes that one click commits",
        author=True,
        aliases=("suggestions",),
    ),
    CommandRow(
        Verb.START,
        (Where.ISSUE,),
        Role.WRITE,
        "branch, spec, plan and draft pull request",
        arguments="[slug]",
        aliases=("begin",),
    ),
    CommandRow(
        Verb.COMMIT, (Where.PULL_REQUEST,), Role.WRITE, "commits the missing drafts to this branch", aliases=("init",)
    ),
    CommandRow(
        Verb.WAIVE,
        (Where.PULL_REQUEST,),
        Role.MAINTAIN,
        "lets the findings of one rule pass here, with name and reason in the check run",
        arguments="<rule> <reason> [until <day>]",
    ),
    CommandRow(
        Verb.CONFIG, _BOTH, Role.ANYONE, "the settings in force and where each comes from", aliases=("settings",)
    ),
    CommandRow(Verb.HELP, _BOTH, Role.ANYONE, "this table", aliases=("?", "commands")),
)

_WRITING = frozenset({Verb.START, Verb.COMMIT, Verb.WAIVE})
"""Commands that are never suggested: whoever pastes a suggestion must not write anything by accident."""
_BY_WORD: dict[str, Verb] = {word: row.verb for row in COMMANDS for word in row.words}


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use a command: this role and those above it, and with `author` the author of the thread."""

    role: Role
    author: bool

    def allows(self, role: Role, *, is_author: bool) -> bool:
        """Whether a person with that role may use it."""
        order = tuple(Role)
        return order.index(role) >= order.index(self.role) or (self.author and is_author)


def row_for(verb: Verb, where: Where) -> CommandRow | None:
    """The row of a command at a place, None where it means nothing there."""
    return next((row for row in COMMANDS if row.verb is verb and where in row.where), None)


def places_of(verb: Verb) -> tuple[Where, ...]:
    """The places where a command can be used."""
    return tuple(where for where in Where if row_for(verb, where))


def access(row: CommandRow, settings: Commands) -> Access:
    """Who may use a command in a repository with these settings."""
    role = {Verb.START: settings.start, Verb.COMMIT: settings.commit, Verb.WAIVE: settings.waive}.get(
        row.verb, row.role
    )
    return Access(role, row.author)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How commands are spelt in a repository: its prefix, and the App's slug for `@<app> plan`."""

    prefix: str = "/plan"
    app: str = "plangate"

    @property
    def openings(self) -> tuple[tuple[str, ...], ...]:
        """The words, in lower case, that open a command line; each opening means the same."""
        prefix = tuple(self.prefix.casefold().split()) or ("/plan",)
        app = self.app.casefold()
        return (prefix, ("/speckit.plan",), (f"@{app}", "plan"), (f"@{app}[bot]", "plan"))


@dataclass(frozen=True, slots=True)
class Command:
    """A command that can be carried out if its author is allowed to."""

    verb: Verb
    line: int
    """1-based, in the text it was written in."""
    rule: str | None = None
    slug: str | None = None
    """A slug as `bot.core.drafting.naming` builds them, whatever was written."""
    reason: str | None = None
    """Foreign words on one line, at most `MAX_REASON` characters."""
    until: str | None = None
    """The last day of a waiver as an ISO date, None where it has no end."""


class MistakeKind(StrEnum):
    """The kind of a mistake in a command."""

    UNKNOWN_COMMAND = "unknown command"
    UNKNOWN_RULE = "unknown rule"
    MISSING_RULE = "missing rule"
    MISSING_REASON = "missing reason"
    UNWANTED_WORDS = "unwanted words"
    WRONG_PLACE = "wrong place"
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True)
class CommandMistake:
    """A line that was meant as a command and cannot be carried out."""

    kind: MistakeKind
    line: int
    verb: Verb | None = None
    written: str = ""
    """The word that is wrong, foreign, on one line and bounded."""
    suggestion: str | None = None
    """One of our own words that is close to it."""


def read_commands(
    text: str, where: Where, spelling: Spelling | None = None, rules: Collection[str] = ()
) -> tuple[Command | CommandMistake, ...]:
    """What a text asks for, in its order; the same command twice counts once. Total: never raises for any text.

    A command stands at the start of a line of an ordinary paragraph: not in code, a quote, a list, a table, a heading,
    a link or an HTML comment. `rules` are the ids that `why` and `waive` may name.
    """
    openings = (spelling or Spelling()).openings
    commands: list[Command | CommandMistake] = []
    for number, line in _command_lines(text[:MAX_TEXT], openings):
        read = _read_line(line, number, where, rules)
        if read is None or any(_same(read, earlier) for earlier in commands):
            continue
        if len(commands) == MAX_COMMANDS:
            commands.append(CommandMistake(MistakeKind.TOO_MANY, number))
            break
        commands.append(read)
    return tuple(commands)


def may_hold_command(text: str, app: str) -> bool:
    """Whether a line may be a command whatever the repository's prefix is: it opens with `/` and a letter, or `@<app>`.

    Lines are read as `read_commands` reads them, so that nothing invisible before a command hides it from one of both.
    """
    names = (f"@{app}".casefold(), f"@{app}[bot]".casefold())
    return any(_may_open(line, names) for line in text[:MAX_TEXT].replace("\r", "\n").split("\n"))


def _may_open(line: str, names: tuple[str, ...]) -> bool:
    if line.startswith(_CODE):
        return False
    word = next(iter(plain_line(line[:_MAX_LINE], _MAX_LINE).split()), "")
    return _PREFIX.match(word) is not None or word.casefold().rstrip(".,;:!?") in names


def _same(first: Command | CommandMistake, second: Command | CommandMistake) -> bool:
    return (
        isinstance(first, Command) and isinstance(second, Command) and replace(first, line=0) == replace(second, line=0)
    )


def _read_line(words: list[str], line: int, where: Where, rules: Collection[str]) -> Command | CommandMistake | None:
    """One command line without its opening; None when it reads as prose and not as a command."""
    word = _bare(words[0]) if words else ""
    if not words or word in _POLITE:
        return Command(Verb.PLAN, line)
    verb = _BY_WORD.get(word)
    if verb is None:
        if len(words) > 1 and _closest(word, _BY_WORD) is None:
            return None
        suggestion = _closest(word, [name for name, verb in _BY_WORD.items() if verb not in _WRITING])
        return CommandMistake(MistakeKind.UNKNOWN_COMMAND, line, None, word, suggestion)
    if where not in places_of(verb):
        return CommandMistake(MistakeKind.WRONG_PLACE, line, verb)
    return _with_arguments(verb, words[1:], line, rules)


def _closest(written: str, words: Iterable[str]) -> str | None:
    """The word that begins with the text, else the most similar word; None if none is similar."""
    candidates = list(words)
    beginning = (word for word in candidates if len(written) >= _LEAST_PREFIX and word.startswith(written))
    similar = difflib.get_close_matches(written, candidates, n=1, cutoff=0.6)
    return next(beginning, similar[0] if similar else None)


def _with_arguments(verb: Verb, words: list[str], line: int, rules: Collection[str]) -> Command | CommandMistake:
    match verb:
        case Verb.WAIVE if not words:
            return CommandMistake(MistakeKind.MISSING_RULE, line, verb)
        case Verb.WAIVE | Verb.WHY if words:
            return _about_rule(verb, words, line, rules)
        case Verb.START if words:
            return Command(verb, line, slug=_chosen_slug(words))
        case _:
            return _without_more(Command(verb, line), words)


def _about_rule(verb: Verb, words: list[str], line: int, rules: Collection[str]) -> Command | CommandMistake:
    rule = _bare(words[0])
    if rule not in rules:
        return CommandMistake(MistakeKind.UNKNOWN_RULE, line, verb, rule, _closest(rule, rules))
    if verb is Verb.WHY:
        return _without_more(Command(verb, line, rule=rule), words[1:])
    words, until = _without_end(words[1:])
    reason = " ".join(words).strip(" \"'“”„«»")[:MAX_REASON].rstrip()
    if len(reason) < _LEAST_REASON:
        return CommandMistake(MistakeKind.MISSING_REASON, line, verb, rule)
    return Command(verb, line, rule=rule, reason=reason, until=until)


def _without_end(words: list[str]) -> tuple[list[str], str | None]:
    """A waiver's reason without `until 2027-01-31` at its end, and that day."""
    if len(words) < _END_WORDS or words[-2].casefold() != "until":
        return words, None
    try:
        day = date.fromisoformat(words[-1].strip(".,;"))
    except ValueError:
        return words, None
    return words[:-_END_WORDS], day.isoformat()


def _without_more(command: Command, words: list[str]) -> Command | CommandMistake:
    if words and _bare(words[0]) not in _POLITE:
        return CommandMistake(MistakeKind.UNWANTED_WORDS, command.line, command.verb, " ".join(words)[:_MAX_WORD])
    return command


def _chosen_slug(words: list[str]) -> str | None:
    """The requested slug, without a number in front: Plangate chooses the number."""
    written = " ".join(words).casefold().strip("`\"'.,")
    written = re.sub(r"^[0-9]{3,18}-", "", written)
    return written if is_slug(written) else (slug_of(written, "") or None)


def _bare(word: str) -> str:
    """A word without the marks that people put around it."""
    bare = word.casefold().strip("`*_\"'“”()[]<>.,;:!")[:_MAX_WORD] or word[:1]
    return bare.rstrip("?") or bare


def _command_lines(text: str, openings: tuple[tuple[str, ...], ...]) -> list[tuple[int, list[str]]]:
    """Lines that open with a command's words, with their 1-based number and the words that follow."""
    candidates = {
        number: words
        for number, line in enumerate(text.split("\n"), start=1)
        if (words := _after_opening(line[:_MAX_LINE], openings)) is not None
    }
    if not candidates:
        return []
    return [(line, candidates[line]) for line in _plain_line_starts(parse(text)) if line in candidates]


def _after_opening(line: str, openings: tuple[tuple[str, ...], ...]) -> list[str] | None:
    words = plain_line(line, _MAX_LINE).split()
    for opening in openings:
        head = [word.casefold() for word in words[: len(opening)]]
        if head:
            head[-1] = head[-1].rstrip(".,;:!?")
        if tuple(head) == opening:
            return words[len(opening) :]
    return None


def _plain_line_starts(document: Markdown) -> list[int]:
    """Lines that begin with plain words of an ordinary paragraph: in no quote, list or table, and not marked up."""
    lines: list[int] = []
    for block in document.blocks:
        if not isinstance(block, Paragraph) or block.quoted:
            continue
        marks = [(mark.start, mark.end) for mark in block.text.marks]
        before = 0
        for offset, _ in block.text.pieces:
            line, column = block.text.place(offset)
            while before < len(marks) and marks[before][1] <= offset:
                before += 1
            marked = before < len(marks) and marks[before][0] <= offset
            if not marked and not document.source(line)[: column - 1].strip():
                lines.append(line)
    return lines
