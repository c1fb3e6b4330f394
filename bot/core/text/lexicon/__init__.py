"""The words that plans are written with, by what they mean, in every language of `config/lexicon/`.

The core reads no files, so `tools/lexicon.py` writes the phrases of all languages into `words.py` as regular
expressions, which match in linear time. This module gives them out by key; `config/lexicon/en.toml` says what each key
means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import re2

from bot.core.text.lexicon import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the lexicon. `tested`: its phrases were tried on labelled plans, so that they may block."""

    code: str
    name: str
    tested: bool


LANGUAGES = tuple(Language(code, name, tested) for code, name, tested in words.LANGUAGES)


def with_blanks(*keys: str) -> str:
    """Source of a regular expression: the phrases of languages that put blanks between words; never empty.

    Phrases that need a letter outside ASCII stand between the comments `(?#+)` and `(?#-)`.
    """
    return "|".join(source for key in keys if (source := words.WORDS[key][0]))


def without_blanks(*keys: str) -> str:
    """Source of a regular expression: the phrases of languages that put no blanks between words; never empty."""
    return "|".join(source for key in keys if (source := words.WORDS[key][1]))


def _or_without_blanks(*keys: str) -> str:
    """The phrases without blanks as a further alternative, marked where all need a letter outside ASCII."""
    source = without_blanks(*keys)
    return f"(?#+)|{source}(?#-)" if words.FOREIGN.issuperset(keys) else f"|{source}"


def anywhere(*keys: str) -> str:
    """Source of a group: a phrase wherever it stands, inside a word too."""
    return f"(?:{with_blanks(*keys)}{_or_without_blanks(*keys)})"


def whole_words(*keys: str) -> str:
    """Source of a group: a phrase that neither starts nor ends inside a word, where the script tells words apart."""
    return rf"(?:(?<!\w)(?:{with_blanks(*keys)})(?!\w){_or_without_blanks(*keys)})"


def word_starts(*keys: str) -> str:
    """Source of a group: a phrase that does not start inside a word."""
    return rf"(?:(?<!\w)(?:{with_blanks(*keys)}){_or_without_blanks(*keys)})"


def languages(key: str, text: str) -> tuple[Language, ...]:
    """The languages in which `text`, as a whole and in any case, is a phrase of `key`."""
    return tuple(
        language for language in LANGUAGES if (pattern := _of(language.code, key)) and pattern.fullmatch(text.strip())
    )


def is_tested(key: str, text: str) -> bool:
    """Whether `text` is a phrase of `key` in a language that was tried on labelled plans."""
    return any(language.tested for language in languages(key, text))


_FOREIGN_LETTER = re.compile(r"[^\W\x00-\x7f]")
_FOREIGN_PHRASES = re.compile(r"\(\?#\+\).*?\(\?#-\)", re.DOTALL)


_PIECE = re.compile(r"(\\.|\(\?P)|[^\\(]+|\(", re.DOTALL)
"""An escape or the start of a named group, else characters of a regular expression."""


class Pattern:
    """A regular expression that is compiled when it is first asked, so that an import costs nothing.

    A text without letters outside ASCII is asked with a smaller expression, in which the phrases that need such letters
    are left out. Most answers are no, and an expression in lower case says no in half the time.
    """

    __slots__ = ("_compiled", "_flags", "_ignores_case", "_source")

    def __init__(self, source: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        """Keep the source; `flags` are those of `re.compile`."""
        self._source = source
        self._flags = flags
        self._ignores_case = bool(flags & re.IGNORECASE)
        self._compiled: dict[tuple[bool, bool], re.Pattern[str]] = {}

    @property
    def pattern(self) -> re.Pattern[str]:
        """The whole expression, compiled."""
        return self._variant(foreign=True, lower=False)

    def _variant(self, *, foreign: bool, lower: bool) -> re.Pattern[str]:
        """The expression with or without the phrases of foreign letters, as written or in lower case."""
        compiled = self._compiled.get((foreign, lower))
        if compiled is None:
            source = self._source if foreign else _FOREIGN_PHRASES.sub("", self._source)
            if lower:
                source = _lower(source)
            flags = self._flags & ~re.IGNORECASE if lower else self._flags
            compiled = self._compiled[foreign, lower] = re.compile(source, flags)
        return compiled

    def _pattern_for(self, text: str) -> re.Pattern[str]:
        return self._variant(foreign=_has_foreign_letter(text), lower=False)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        foreign = not text.isascii() and _FOREIGN_LETTER.search(text) is not None
        if self._ignores_case and self._variant(foreign=foreign, lower=True).search(text.lower()) is None:
            return None
        return self._variant(foreign=foreign, lower=False).search(text, start)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """As `re.Pattern.match`."""
        return self._pattern_for(text).match(text, start)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self._pattern_for(text).finditer(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.fullmatch`."""
        return self._pattern_for(text).fullmatch(text)

    def sub(self, replacement: str, text: str) -> str:
        """As `re.Pattern.sub`."""
        return self._pattern_for(text).sub(replacement, text)


def _lower(source: str) -> str:
    """A regular expression in lower case, without a change to its escapes."""
    return _PIECE.sub(lambda match: match[1] or match[0].lower(), source)


def _has_foreign_letter(text: str) -> bool:
    return not text.isascii() and _FOREIGN_LETTER.search(text) is not None


class Phrases:
    """Which keys have a phrase in a text. RE2 looks for all of them at once, a hundred times faster than `Pattern`."""

    _FOR_RE2 = (
        (r"\u0900-\u0dff\u200c", ""),
        (r"[\w", r"[\S"),
        (r"\w", r"\S"),
        (r"\s", r"[\s\pZ\x{b}\x{1c}-\x{1f}\x{85}]"),
        ("(?#+)", ""),
        ("(?#-)", ""),
    )
    """What RE2 writes in another way than `re`, or knows for ASCII only. Each replacement matches as much or more."""

    def __init__(self, *keys: str, further: Mapping[str, tuple[str, str]] = MappingProxyType({})) -> None:
        """Compile nothing yet, so that an import costs nothing.

        `further` holds, by a name that stands for a key, two sources of regular expressions without look-arounds: for
        scripts that put blanks between words, and for marks and scripts that do not.
        """
        self._phrases = {**{key: words.WORDS[key] for key in keys}, **further}
        self._names = tuple(self._phrases)
        self._sets: dict[bool, re2.Set] = {}

    def found_in(self, text: str) -> frozenset[str]:
        """The keys of which a phrase stands in the text as a whole word."""
        return frozenset([key for key in self.may_be_in(text) if whole_word(key).search(text) is not None])

    def may_be_in(self, text: str) -> frozenset[str]:
        """The keys of which a phrase stands in the text, in any case, and sometimes others: a test before `Pattern`."""
        foreign = _has_foreign_letter(text)
        phrases = self._sets.get(foreign)
        if phrases is None:
            phrases = self._sets[foreign] = self._compiled(foreign=foreign)
        numbers = phrases.Match(text.lower().encode("utf-8", "replace"))
        return frozenset([self._names[number] for number in numbers]) if numbers else _NONE

    def _compiled(self, *, foreign: bool) -> re2.Set:
        compiled = re2.Set.SearchSet()
        for with_blanks, without_blanks in self._phrases.values():
            sources = [rf"(?:^|[^0-9a-z_])(?:{with_blanks})(?:$|[^0-9a-z_])"] if with_blanks else []
            source = "|".join([*sources, without_blanks] if without_blanks else sources)
            source = _lower(source if foreign else _FOREIGN_PHRASES.sub("", source))
            for python, other in self._FOR_RE2:
                source = source.replace(python, other)
            compiled.Add(source)
        compiled.Compile()
        return compiled


_NONE: frozenset[str] = frozenset()


@cache
def whole_word(key: str) -> Pattern:
    """A phrase of the key, in any case, that neither starts nor ends inside a word."""
    return Pattern(whole_words(key), re.IGNORECASE)


@cache
def _of(code: str, key: str) -> Pattern | None:
    source = words.BY_LANGUAGE[code].get(key)
    return Pattern(source, re.IGNORECASE) if source else None
