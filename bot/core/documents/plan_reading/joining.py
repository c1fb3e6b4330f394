"""Match an item or a row with a principle of the constitution."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.documents.plan import Join
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.text.lexicon import Pattern, anywhere, with_blanks, without_blanks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.yardstick.constitution import Constitution, Principle

_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_DIGITS = "〇" + without_blanks("digits").replace("|", "")
_NUMERAL = words.NUMERAL
_LEADING = Pattern(
    rf"^[\W_]*(?:(?:constitution\s+)?(?:{words.PRINCIPLE}|art|p|{without_blanks('before_numeral')})\.?\s*|§\s*|#\s*)?({_NUMERAL})"
    rf"(?P<end>\s*[.:：、,)/）]|\s*[—–-]\s|\s*(?:{without_blanks('after_numeral')})|\s+|$)",
    re.IGNORECASE,
)
_WORDED = Pattern(
    rf"(?:\b(?:{with_blanks('principle')}|constitution)\s*[§#]?\s*|§\s*|(?:{without_blanks('principle')})\s*)"
    rf"({_NUMERAL}(?![\w])(?:\s*(?:,|/|&|[–—-]|{anywhere('and', 'to')})\s*{_NUMERAL}(?![\w]))*)",
    re.IGNORECASE,
)
_LISTED = Pattern(rf"^[\W_]*([IVXLC]{{1,7}}(?:\s*(?:,|/|&|[–—-]|{anywhere('and', 'to')})\s*[IVXLC]{{1,7}})+)(?!\w)")
_RANGE = Pattern(rf"({_NUMERAL})\s*(?:[–—-]|{anywhere('to')})\s*({_NUMERAL})")
_BRACKETED = Pattern(
    rf"[(（\[]\s*(?:principle\s+|§\s*|{without_blanks('principle')})?({_NUMERAL}(?:\s*[/,&+]\s*{_NUMERAL})*)\s*[)）\]]"
)
_ONE = re.compile(_NUMERAL)
_BETWEEN = rf"\s*(?:,|/|&|\+|[–—-]|、|{anywhere('and', 'to')})(?:\s*{anywhere('and')})?\s*"
_ONLY_NUMERALS = Pattern(
    rf"\W*(?:{words.PRINCIPLE}\W*)?{_NUMERAL}(?:{_BETWEEN}(?:{words.PRINCIPLE}\s*)?{_NUMERAL}(?!\w))+\W*", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_IDEOGRAPHS = Pattern(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_COMMON = Pattern(anywhere("common_word"))
_LONGEST = 200
_ENOUGH = 0.5


class Joined(Struct, frozen=True):
    """A principle, and how certain the match is."""

    principle: Principle
    join: Join


def number(numeral: str) -> int | None:
    """The value of a roman, decimal or CJK numeral; the whole part of `6.2`; None for anything else."""
    numeral = numeral.strip()
    if not numeral:
        return None
    if numeral[0].isdecimal():
        whole = numeral.split(".", 1)[0]
        return int(whole) if whole.isascii() and len(whole) <= 3 else None  # noqa: PLR2004  no constitution has 1000
    if all(character in _DIGITS for character in numeral):
        return _cjk(numeral)
    roman = numeral.upper()
    if not _ROMAN.fullmatch(roman):
        return None
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    total = 0
    for here, after in zip(roman, [*roman[1:], "I"], strict=True):
        value = values[here]
        total += -value if value < values[after] and after != "I" else value
    return total


def _cjk(numeral: str) -> int | None:
    before, ten, after = numeral.partition(_DIGITS[10])
    if not ten:
        return _DIGITS.index(numeral) if len(numeral) == 1 else None
    tens = _DIGITS.index(before) if before else 1
    return tens * 10 + (_DIGITS.index(after) if after and len(after) == 1 else 0)


@lru_cache(maxsize=4096)
def leading_numeral(name: str) -> tuple[int | None, str]:
    """The numeral that a name begins with, and the name without it."""
    match = _LEADING.match(name[:_LONGEST])
    if match is None or (match["end"].isspace() and not _sure(match[0], match[1])):
        return None, name
    if match[1].islower() and match[1].isalpha() and match[1].isascii():
        return None, name
    value = number(match[1])
    if value is None:
        return None, name
    return value, name[match.end() :].lstrip(" .:：、)）—–-")


def _sure(whole: str, numeral: str) -> bool:
    """Whether a numeral followed only by a blank counts: a word such as Principle must precede it."""
    return len(whole.strip()) > len(numeral) or (len(numeral) > 1 and numeral.isupper() and numeral.isascii())


def numerals(text: str, *, bracketed: bool = True) -> list[int]:
    """Every numeral that the text calls a principle: `Principle II`, `§IV`, and with `bracketed` `(I/III)`."""
    found: list[int] = []
    for pattern in (_WORDED, _LISTED, _BRACKETED) if bracketed else (_WORDED,):
        for match in pattern.finditer(text[:1000]):
            for value in _values(match[1]):
                if value not in found:
                    found.append(value)
    return found


def _values(written: str) -> Iterator[int]:
    """The values of a list of numerals with ranges in it: `II, V-VII`."""
    for one in _ONE.finditer(written):
        value = number(one[0])
        if value is not None and not (one[0].islower() and one[0].isalpha()):
            yield value
    for first, last in (match.groups() for match in _RANGE.finditer(written)):
        begin, end = number(first), number(last)
        if begin is not None and end is not None and end - begin <= _LONGEST_RANGE:
            yield from range(begin + 1, end)


_LONGEST_RANGE = 30


@lru_cache(maxsize=4096)
def tokens(name: str) -> frozenset[str]:
    """The words of a name that tell it apart; pairs of characters for scripts without blanks."""
    shown = name[:_LONGEST].casefold()
    runs = [] if shown.isascii() else [match[0] for match in _IDEOGRAPHS.finditer(shown)]
    words_between = _WORD.findall(_IDEOGRAPHS.sub(" ", shown) if runs else shown)
    found = {word for word in words_between if len(word) > 1 and not _is_common(word)}
    for run in runs:
        found.update(run[index : index + 2] for index in range(max(1, len(run) - 1)))
    return frozenset(_stem(word) for word in found)


@lru_cache(maxsize=4096)
def _is_common(word: str) -> bool:
    """Whether a word is an article, a preposition or another one that does not tell two names apart."""
    return _COMMON.fullmatch(word) is not None


def _stem(word: str) -> str:
    for ending in ("ing", "ies", "es", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending) and word.isascii():
            return word[: -len(ending)]
    return word


def overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """How much of the smaller set the two share, 0 to 1."""
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller else 0.0


_OTHER_WORDS = 3
"""Words of a name. A longer name must share more than one word with the principle that it means."""


_SHORTEST_WORD = 3
"""Letters of a word that helps to tell a name apart."""
_SHORTEST_FULL_NAME = 4
"""Letters. Two characters of a script without blanks would be part of too many sentences."""


class Joiner:
    """Joins what a plan names to the principles of one constitution."""

    def __init__(self, constitution: Constitution) -> None:
        self._principles: Sequence[Principle] = constitution.principles
        self._tokens = [tokens(principle.name) for principle in self._principles]
        self._names = [_letters(principle.name) for principle in self._principles]
        self._pairs = _first_words(self._principles)
        self._numbers = [number(principle.id) if principle.id else None for principle in self._principles]
        self.trust_numerals = True
        """False once the plan turned out to number its principles otherwise."""

    def join(self, named: str, *, numeral: int | None = None) -> Joined | None:
        """The principle with this name; None if there is none."""
        if not self._principles:
            return None
        value, name = leading_numeral(named)
        if value is None:
            value = numeral
        if value is None:
            value = next(iter(numerals(named)), None)
        by_number = self._numbers.index(value) if value is not None and value in self._numbers else None
        by_name, sure = self._by_name(name)
        if by_number is not None and (by_name == by_number or self._agrees(by_number, name)):
            return Joined(self._principles[by_number], Join.BOTH)
        if by_name is not None and sure:
            return Joined(self._principles[by_name], Join.NAME)
        if by_number is not None and self.trust_numerals:
            return Joined(self._principles[by_number], Join.NUMERAL)
        if by_name is not None and value is None:
            return Joined(self._principles[by_name], Join.LOOSE)
        return None

    def several(self, named: str) -> tuple[Principle, ...]:
        """The principles of a name that is a list of numerals: `I, II and III`, `Principles I–VI`; else none."""
        if not self.trust_numerals or _ONLY_NUMERALS.fullmatch(named[:_LONGEST]) is None:
            return ()
        values = numerals(named)
        return tuple(
            principle for principle, value in zip(self._principles, self._numbers, strict=True) if value in values
        )

    @property
    def count(self) -> int:
        """How many principles the constitution has."""
        return len(self._principles)

    def named_at_start(self, text: str) -> str | None:
        """The id of the principle whose full name the text begins with, behind marks and a numeral; None for none."""
        letters = _letters(leading_numeral(text)[1])
        for index, name in enumerate(self._names):
            if len(name) >= _SHORTEST_FULL_NAME and letters.startswith(name):
                return identity(self._principles[index])
        return None

    def is_surely(self, named: str) -> bool:
        """Whether the name matches a principle by more than one shared word."""
        joined = self.join(named)
        return joined is not None and joined.join is not Join.LOOSE

    def all_named(self, text: str) -> tuple[str, ...]:
        """The ids of every principle that a longer text names, in the constitution's order.

        A principle is named by its numeral, its name, or the first two words of its name.
        """
        values = set(numerals(text))
        value, _ = leading_numeral(text)
        if value is not None:
            values.add(value)
        letters = _letters(text)
        written = [_stem(word) for word in _WORD.findall(text[:_LONGEST].casefold())]
        pairs = set(pairwise(written))
        found = []
        for index, principle in enumerate(self._principles):
            named = self._numbers[index] in values if self._numbers[index] is not None else False
            whole = len(self._names[index]) > 3 and self._names[index] in letters  # noqa: PLR2004  a name, not a word
            if named or whole or self._pairs[index] in pairs:
                found.append(identity(principle))
        return tuple(found)

    def disagrees(self, named: str) -> bool | None:
        """Whether numeral and name mean different principles. None if one of both is missing."""
        value, name = leading_numeral(named)
        if value is None or not tokens(name) or not self._principles or _ONLY_NUMERALS.fullmatch(named[:_LONGEST]):
            return None
        if value not in self._numbers:
            return True
        index = self._numbers.index(value)
        return not self._agrees(index, name)

    def _agrees(self, index: int, name: str) -> bool:
        named = tokens(name)
        return bool(named & self._tokens[index]) or _initials(self._principles[index].name) in named

    def _by_name(self, name: str) -> tuple[int | None, bool]:
        letters = _letters(name)
        if not letters:
            return None, False
        for index, known in enumerate(self._names):
            if known == letters:
                return index, True
        found = tokens(name)
        best, share, shared = None, 0.0, 0
        for index, known_tokens in enumerate(self._tokens):
            common = len(found & known_tokens)
            here = overlap(found, known_tokens) if common else 0.0
            if here > share or (here == share and common > shared):
                best, share, shared = index, here, common
        if best is None or share < _ENOUGH:
            initials = [index for index, principle in enumerate(self._principles) if _initials(principle.name) in found]
            return (initials[0], False) if len(initials) == 1 else (None, False)
        if shared == 1 and share < 1:
            shared_words = found & self._tokens[best]
            if len(found) > _OTHER_WORDS:
                return None, False  # "Architecture Standards: Dynamic Routes" is not "Plugin-First Architecture"
            if sum(bool(shared_words & known) for known in self._tokens) > 1:
                return None, False
        return best, share == 1.0 and shared == min(len(self._tokens[best]), len(found)) and shared > 1


def _first_words(principles: Sequence[Principle]) -> list[tuple[str, str] | None]:
    """The first two words of each name; None where they tell too little or begin another name too."""
    pairs = []
    for principle in principles:
        parts = _WORD.findall(principle.name[:_LONGEST].casefold())[:2]
        telling = [word for word in parts if len(word) >= _SHORTEST_WORD and (word == "first" or not _is_common(word))]
        pairs.append((_stem(telling[0]), _stem(telling[1])) if len(telling) == 2 else None)  # noqa: PLR2004  a pair
    return [pair if pairs.count(pair) == 1 else None for pair in pairs]


def identity(principle: Principle) -> str:
    """The id of a principle in reports: its numeral, or its name if it has none."""
    return principle.id or principle.name


def hints_at(named: str, principle: Principle) -> bool:
    """Whether the name shares the numeral or a word with the principle, which is not enough for a match."""
    value, name = leading_numeral(named)
    if value is not None and principle.id is not None and value == number(principle.id):
        return True
    return bool(tokens(name) & tokens(principle.name))


@lru_cache(maxsize=4096)
def _initials(name: str) -> str:
    """`tdd` for Test-Driven Development; empty where the name is too short to be called by its letters."""
    parts = _WORD.findall(re.sub(r"\(.*", "", name[:_LONGEST]).casefold())
    return "".join(part[0] for part in parts) if len(parts) > 2 else ""  # noqa: PLR2004  two letters are no name


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    return "".join(character for character in name[:_LONGEST].casefold() if character.isalnum())
