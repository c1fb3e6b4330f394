"""Sentences of a finding as pieces, so that each surface can link, quote and neutralise them in its own way.

A rule writes a sentence once. The check run links an address to the judged commit, the terminal prints `plan.md:32`,
and an annotation drops the Markdown. Foreign text is marked as foreign, so that no surface forgets to neutralise it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which commit an address is at."""

    HEAD = "head"
    BASE = "base"


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be shown to the letter, in a code span. May be foreign."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """Foreign words that read as words: a principle's name, a title. Neutralised wherever they are shown."""

    text: str


@dataclass(frozen=True, slots=True)
class At:
    """A path from the repository's root and 1-based lines. Shown as `plan.md`, `plan.md:32` or `plan.md:32–35`.

    `line` is None for the file as a whole. `end_line` is inclusive, and None where a single line is meant.
    """

    path: str
    line: int | None = None
    side: Side = Side.HEAD
    end_line: int | None = None


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request by its number. Only for a finding's own table: a link in a comment would ping somebody."""

    number: int

    @property
    def label(self) -> str:
        """As people cite it, without the sign that GitHub would link."""
        return f"PR {self.number}"


@dataclass(frozen=True, slots=True)
class CommandOffer:
    """A command that a reader may comment, with the words around it. Left out where no command is answered."""

    before: str
    command: str
    after: str = ""


Piece = str | Code | Name | At | Pull | CommandOffer
"""A plain `str` piece is always our own words, never foreign text."""

Prose = tuple[Piece, ...]


def label(address: At) -> str:
    """An address as people cite it: the file's name and its lines, without the folder."""
    name = address.path.rstrip("/").rsplit("/", 1)[-1] + ("/" if address.path.endswith("/") else "")
    return f"{name}{_lines(address)}"


def _lines(address: At) -> str:
    if address.line is None:
        return ""
    last = "" if address.end_line in {None, address.line} else f"–{address.end_line}"
    return f":{address.line}{last}"


def plain(prose: Prose) -> str:
    """The sentence without markup, for annotations, JSON and logs. Foreign text is in it as it was written."""
    parts: list[str] = []
    for piece in prose:
        match piece:
            case str():
                parts.append(piece)
            case Code(text) | Name(text):
                parts.append(text)
            case At():
                parts.append(label(piece))
            case Pull():
                parts.append(piece.label)
            case CommandOffer(before, command, after):
                parts.append(f"{before}{command}{after}")
    return "".join(parts)


def without_offers(prose: Prose) -> Prose:
    """The sentence without offers of commands."""
    return tuple(piece for piece in prose if not isinstance(piece, CommandOffer))
