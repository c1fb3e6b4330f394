"""Prose as Markdown: addresses become reference links, code is fenced off, foreign words are neutral."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.text.neutral import code_cell, code_span, neutralise
from bot.core.text.prose import At, Code, CommandOffer, Name, Pull, label

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.speech.render.context import RenderContext
    from bot.core.text.prose import Piece, Prose

_OWN_WORDS = 2_000
_LABEL = 120
_CODE = re.compile(r"`([^`]*)`")


class Links:
    """The reference links of one page, numbered in the order in which they are first used.

    Reference links keep a list readable in its source, which is what an agent and a mail client show.
    """

    def __init__(self, context: RenderContext) -> None:
        self.context = context
        self._names: dict[str, str] = {}
        self._addresses = 0
        self._rules = 0

    def to(self, text: str, url: str | None, name: str) -> str:
        """A link with a name of its own (`cfg`); the bare text where there is no address."""
        return f"[{text}][{self._names.setdefault(url, name)}]" if url else text

    def at(self, place: At, text: str | None = None) -> str:
        """An address: `[plan.md:41][a]`; the bare text where there is no commit to link to."""
        shown = neutralise(label(place), _LABEL) if text is None else text
        url = self.context.at_url(place)
        if url and url not in self._names:
            self._names[url] = _letters(self._addresses)
            self._addresses += 1
        return f"[{shown}][{self._names[url]}]" if url else shown

    def rule(self, rule: str) -> str:
        """A rule's page: `[missing-artifact][r1]`."""
        url = self.context.rule_url(rule)
        if url and url not in self._names:
            self._rules += 1
        return self.to(neutralise(rule), url, f"r{self._rules}")

    def rule_suffix(self, rule: str) -> str:
        """` · [missing-artifact][r1]`. Empty if the rule has no page, because an id without a link helps nobody."""
        return f" · {self.rule(rule)}" if self.context.rule_url(rule) else ""

    def definitions(self) -> str:
        """The lines that end the page, one per address."""
        return "\n".join(f"[{name}]: {url}" for url, name in self._names.items())

    def prose(self, pieces: Prose, *, cell: bool = False) -> str:
        """A sentence. `cell` is for tables, where a pipe in a code span would end the cell."""
        line = ""
        for piece in pieces:
            shown = self._piece(piece, code_cell if cell else code_span)
            # Two code spans side by side would become one with backticks in it.
            line += " " + shown if line.endswith("`") and shown.startswith("`") else shown
        return line

    def _piece(self, piece: Piece, code: Callable[[str], str]) -> str:
        match piece:
            case str():
                return _own(piece)
            case Name(text):
                return neutralise(text)
            case Code(text):
                return code(text)
            case At():
                return self.at(piece)
            case Pull(number):
                return self.to(piece.label, self.context.pull_url(number), f"pr{number}")
            case CommandOffer(before, command, after):
                return f"{_own(before)}{code(command)}{_own(after)}"


def _own(words: str) -> str:
    """Our own words. They are neutralised, too, in case a rule forgets to mark foreign text."""
    inner = neutralise(words, _OWN_WORDS)
    if not inner:
        return " " if words else ""
    return " " * words[0].isspace() + inner + " " * words[-1].isspace()


def with_code(text: str) -> Prose:
    """A sentence in which our own words in backticks become code, as messages in plain text write them."""
    return tuple(Code(part) if index % 2 else part for index, part in enumerate(_CODE.split(text)) if part or index % 2)


def _letters(index: int) -> str:
    """0 is `a`, 25 is `z`, 26 is `aa`."""
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(ord("a") + digit) + letters
    return letters
