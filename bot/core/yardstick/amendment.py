"""How a change amends a constitution: principles that it adds, removes and edits, and its version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.text.lexicon import Pattern, whole_words
from bot.core.yardstick.constitution import read_constitution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.change.trees import Document
    from bot.core.yardstick.constitution import Constitution, Principle

_LEAST_SIMILARITY = 0.5
"""Two names of one numeral that are less alike than this are two principles."""
_LONGEST_TEXT = 20_000
"""Characters of a principle's text that are compared."""
_DUTY = Pattern(whole_words("duty"), re.IGNORECASE)
_ADVICE = Pattern(whole_words("advice"), re.IGNORECASE)


class Turn(StrEnum):
    """How a principle changed."""

    REMOVED = "removes"
    WEAKENED = "weakens"
    ADDED = "adds"
    STRENGTHENED = "strengthens"
    REWORDED = "rewords"


class Bump(StrEnum):
    """The part of a version that a change has to raise at least."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


_BUMPS = {
    Turn.REMOVED: Bump.MAJOR,
    Turn.WEAKENED: Bump.MAJOR,
    Turn.ADDED: Bump.MINOR,
    Turn.STRENGTHENED: Bump.MINOR,
    Turn.REWORDED: Bump.PATCH,
}


@dataclass(frozen=True, slots=True)
class Amendment:
    """A constitution before and after a change."""

    before: Constitution
    after: Constitution
    turns: tuple[tuple[Turn, Principle], ...]
    """The principles that the change touches, the gravest turn first."""

    @property
    def bump(self) -> Bump | None:
        """The part of the version to raise; None if no principle changes."""
        return _BUMPS[self.turns[0][0]] if self.turns else None

    @property
    def has_fitting_version(self) -> bool:
        """Whether the version is raised as far as needed. True without a version."""
        before, after = _parts(self.before.version), _parts(self.after.version)
        if not before or self.bump is None:
            return True
        count = {Bump.MAJOR: 1, Bump.MINOR: 2, Bump.PATCH: 3}[self.bump]
        return after[:count] > before[:count]


def _parts(version: str | None) -> tuple[int, ...]:
    """The numbers of a version, padded to three. Empty if there is no version."""
    if version is None:
        return ()
    numbers = tuple(int(part) for part in version.split("."))
    return (*numbers, 0, 0)[:3] if len(numbers) < 3 else numbers  # noqa: PLR2004  major, minor, patch


def amendment(before: Document | None, after: Document | None, path: str) -> Amendment:
    """How a change amends the constitution at `path`. None if it is missing."""
    old, new = read_constitution(before, path), read_constitution(after, path)
    turns = _turns(old, new, _texts(before, old), _texts(after, new))
    order = tuple(Turn)
    return Amendment(old, new, tuple(sorted(turns, key=lambda turn: (order.index(turn[0]), turn[1].line))))


def _turns(
    old: Constitution, new: Constitution, old_texts: Sequence[str], new_texts: Sequence[str]
) -> Iterator[tuple[Turn, Principle]]:
    pairs = _pairs(old.principles, new.principles)
    for index, principle in enumerate(old.principles):
        if index not in pairs:
            yield Turn.REMOVED, principle
            continue
        later = pairs[index]
        turn = _turn(principle, new.principles[later], old_texts[index], new_texts[later])
        if turn is not None:
            yield turn, new.principles[later]
    for index, principle in enumerate(new.principles):
        if index not in pairs.values():
            yield Turn.ADDED, principle


def _pairs(old: Sequence[Principle], new: Sequence[Principle]) -> dict[int, int]:
    """Match the principles before and after: by name, else by numeral if the names are similar."""
    pairs: dict[int, int] = {}
    for is_same in (_has_same_name, _has_same_numeral):
        for index, principle in enumerate(old):
            free = (place for place in range(len(new)) if place not in pairs.values())
            match = next((place for place in free if is_same(principle, new[place])), None)
            if index not in pairs and match is not None:
                pairs[index] = match
    return pairs


def _has_same_name(first: Principle, second: Principle) -> bool:
    return _plain(first.name) == _plain(second.name)


def _has_same_numeral(first: Principle, second: Principle) -> bool:
    alike = SequenceMatcher(None, _plain(first.name), _plain(second.name)).ratio() >= _LEAST_SIMILARITY
    return first.id is not None and first.id == second.id and alike


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _turn(before: Principle, after: Principle, old_text: str, new_text: str) -> Turn | None:
    """How one principle changed; None if it did not."""
    if before.non_negotiable != after.non_negotiable:
        return Turn.WEAKENED if before.non_negotiable else Turn.STRENGTHENED
    if old_text == new_text and _plain(before.name) == _plain(after.name):
        return None
    duties, advice = (_count(words, new_text) - _count(words, old_text) for words in (_DUTY, _ADVICE))
    if duties < 0 and (advice > 0 or not new_text):
        return Turn.WEAKENED
    return Turn.STRENGTHENED if duties > 0 and advice < 0 else Turn.REWORDED


def _count(words: Pattern, text: str) -> int:
    return sum(1 for _ in words.finditer(text))


def _texts(document: Document | None, constitution: Constitution) -> list[str]:
    """The text of each principle, down to the next principle or section."""
    if document is None:
        return []
    lines = document.text.split("\n")
    starts = [principle.line for principle in constitution.principles]
    texts = []
    for index, start in enumerate(starts):
        end = starts[index + 1] - 1 if index + 1 < len(starts) else _section_end(lines, start)
        texts.append(" ".join(" ".join(lines[start:end]).split())[:_LONGEST_TEXT])
    return texts


def _section_end(lines: Sequence[str], start: int) -> int:
    """The last line of the section that begins at the 1-based line `start`."""
    level = len(lines[start - 1]) - len(lines[start - 1].lstrip("#"))
    for number in range(start, len(lines)):
        marks = len(lines[number]) - len(lines[number].lstrip("#"))
        if marks and (not level or marks <= level):
            return number
    return len(lines)
