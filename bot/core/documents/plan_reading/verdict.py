"""The verdict lattice: what a status cell, a heading, a bullet or a sentence says of a principle.

Status words are only statuses where a status belongs. So there are three ways to ask: `slot` for text that stands
where nothing but a status is expected, `lead` and `tail` for text that may begin or end with one, and `admission` for
prose. Negations ("no violation"), rules ("PASS when ...") and names that merely contain a status word are seen first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core.documents.plan import Verdict
from bot.core.documents.plan_reading import status_words as words

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TEXT = 600
"""Characters of one text that are looked at for a status."""
_HEAD = 160


class Sign(StrEnum):
    """What one word or mark says, before they are weighed together."""

    PASS = "pass"  # noqa: S105  a verdict, not a secret
    FAIL = "fail"
    BENT = "bent"
    """Deviation, exception, justified: a breach that is owned up to."""
    PARTIAL = "partial"
    NA = "na"
    PENDING = "pending"
    CONDITIONAL = "conditional"
    GOOD_MARK = "good_mark"
    BAD_MARK = "bad_mark"
    SOFT_MARK = "soft_mark"
    EMPTY_MARK = "empty_mark"
    WAIT_MARK = "wait_mark"
    RULE = "rule"
    """A condition or a rule about verdicts, which is none."""
    CLEAN = "clean"
    """"No violations" and the like."""
    FIXED = "fixed"
    WEAK = "weak"
    """A word that only says pass where nothing but a status is expected, or after a mark."""


MARKS = frozenset({Sign.GOOD_MARK, Sign.BAD_MARK, Sign.SOFT_MARK, Sign.EMPTY_MARK, Sign.WAIT_MARK})


@dataclass(frozen=True, slots=True)
class Reading:
    """A verdict and where it stands: offsets in the text that was asked about, the end exclusive."""

    verdict: Verdict
    start: int
    end: int
    explicit: bool = True


@dataclass(frozen=True, slots=True)
class Token:
    """A sign and where it stands: offsets, the end exclusive. `upper`: written in capitals."""

    sign: Sign
    start: int
    end: int
    upper: bool


def _pattern() -> re.Pattern[str]:
    """One alternation for all signs, lower case: words first, behind one look at what precedes them, then marks."""
    latin = "|".join(f"(?P<{sign}>{words_})" for sign, (words_, _) in words.SIGNS.items() if words_)
    other = "|".join(f"(?P<{sign}_>{others})" for sign, (_, others) in words.SIGNS.items() if others)
    return re.compile(rf"(?<![\w/.])(?<!\w-)(?:{latin})(?![\w/])|(?=[^\x00-\x7f]|:)(?:{other})")


_SIGNS = _pattern()
_BREAK = re.compile(r"\s[—–-]{1,2}\s|[.;:,(\[\n|。；：，（、]|$")
_SENTENCE = re.compile(r"[.;\n。；](?=\s|$|[^\x00-\x7f])|\s[—–-]{1,2}\s|\||$")
_DASH_ONLY = re.compile(r"[\s—–\-_*.…]*$")
_ASIDE = re.compile(r"[(（][^()（）]{0,80}[)）]\s*$")
_FILLER = re.compile(words.FILLERS, re.IGNORECASE)
_SKIP = re.compile(r"[\s*_`~\"'“”«»()\[\]{}|:：.,;!>→⇒=\-—–\ufe0f\u200d]*")


def signs(text: str) -> tuple[Token, ...]:
    """Every sign in the text, in order, rules and negations taken as a whole."""
    return _signs(text)


@lru_cache(maxsize=4096)
def _signs(text: str) -> tuple[Token, ...]:
    """Remembered, since the same words are asked about as a name, as a slot and as a tail."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(character if len(character.lower()) > 1 else character.lower() for character in text)
    found = []
    for match in _SIGNS.finditer(lower):
        said = text[match.start() : match.end()]
        sign = Sign(str(match.lastgroup).rstrip("_"))
        found.append(Token(sign, match.start(), match.end(), said.isupper() and len(said) > 1))
    return tuple(found)


_GRAVITY = (Verdict.VIOLATION, Verdict.PARTIAL, Verdict.PENDING, Verdict.UNANSWERED, Verdict.NA, Verdict.PASS)


def rank(found: Verdict) -> int:
    """0 for the gravest."""
    return _GRAVITY.index(found)


def worse(one: Verdict, other: Verdict) -> bool:
    """The one is graver than the other."""
    return rank(one) < rank(other)


def slot(text: str) -> Reading | None:
    """The verdict of a text that stands in a status slot; None where it holds none (empty, a question, prose)."""
    text = text[:MAX_TEXT]
    if not text.strip():
        return None
    if _DASH_ONLY.match(text):
        return Reading(Verdict.NA, 0, len(text))
    led = lead(text, strict=False)
    if led is not None:
        return led
    head = text[: _sentence_end(text)]
    found = [token for token in signs(head) if token.sign not in {Sign.RULE, Sign.FIXED}]
    return _weigh(found, head) if found else None


def lead(text: str, *, strict: bool = True) -> Reading | None:
    """The verdict that a text begins with.

    With `strict` a bare word other than a pass must be the whole clause, stand in capitals, or follow a mark:
    "Partial updates are sent" and "Fail closed everywhere" begin with no verdict.
    """
    text = text[:MAX_TEXT]
    start = _skip(text, 0)
    tokens = signs(text[: start + _HEAD])
    if not tokens or tokens[0].start > start:
        return None
    first = tokens[0]
    if first.sign in {Sign.RULE, Sign.FIXED} or (strict and first.sign is Sign.WEAK):
        return None
    taken = _contiguous(text, tokens)
    if strict and first.sign not in MARKS and first.sign not in {Sign.PASS, Sign.CLEAN, Sign.NA}:
        pure = _BREAK.match(text, _skip_spaces(text, taken[-1].end)) is not None
        if not pure and not first.upper:
            return None
    return _weigh(taken, text)


def tail(text: str, *, heading: bool = False) -> Reading | None:
    """The verdict that a text ends with: `... ✅`, `... [PASS]`, `... — PASS`, `... (compliant)`.

    In a heading capitals are enough: `I. Clean Architecture PASS`.
    """
    begin = max(0, len(text) - _HEAD)
    tokens = [token for token in signs(text[begin:]) if token.sign is not Sign.RULE]
    if not tokens:
        return None
    last = tokens[-1]
    if last.sign is Sign.WEAK and (len(tokens) < 2 or tokens[-2].sign not in MARKS):  # noqa: PLR2004  a mark before it
        return None
    rest = text[begin + last.end :]
    if heading:
        rest = _ASIDE.sub("", rest)
    if _FILLER.sub("", rest).strip(" \t\n*_`.!)]}\ufe0f\u200d"):
        return None
    taken = [last]
    for token in reversed(tokens[:-1]):
        between = text[begin + token.end : begin + taken[0].start]
        if token.sign is Sign.WEAK or _FILLER.sub("", between).strip(" \t\n*_`,()[]—–-\ufe0f\u200d|/"):
            break
        taken.insert(0, token)
    if taken[0].sign not in MARKS and not (heading and taken[0].upper and begin + taken[0].start):
        before = text[: begin + taken[0].start].rstrip(" *_`")
        if before and before[-1] not in "[(（—–-:：.→⇒|=。!":
            return None
    moved = [Token(token.sign, token.start + begin, token.end + begin, token.upper) for token in taken]
    return _weigh(moved, text)


def admission(text: str) -> Reading | None:
    """A breach that prose admits in so many words; never a condition, a negation or a mention."""
    found = words.ADMISSION.search(text[:MAX_TEXT])
    return Reading(Verdict.PARTIAL, found.start(), found.end(), explicit=False) if found else None


def begins_with_mark(text: str) -> bool:
    """The first sign is a mark and stands at the very beginning."""
    start = _skip(text, 0)
    found = signs(text[: start + 4])
    return bool(found) and found[0].sign in MARKS and found[0].start <= start


def is_open_question(text: str) -> bool:
    """The text asks and nothing after the question answers."""
    asked = text.rstrip(" *_`)")
    if asked.endswith(("?", "？")):
        return True
    head, mark, rest = text.replace("？", "?").rpartition("?")
    return bool(mark) and bool(head) and _PARENTHESIS.fullmatch(rest.strip()) is not None


_PARENTHESIS = re.compile(r"[(（][^()（）]{0,200}[)）][.\s]*")


def _skip(text: str, position: int) -> int:
    match = _SKIP.match(text, position)
    return match.end() if match else position


def _skip_spaces(text: str, position: int) -> int:
    while position < len(text) and text[position] in " *_`)]~\ufe0f":
        position += 1
    return position


def _sentence_end(text: str) -> int:
    match = _SENTENCE.search(text)
    return match.start() if match else len(text)


def _contiguous(text: str, tokens: Sequence[Token]) -> Sequence[Token]:
    """The first sign and those that follow it in the same breath: `⚠️ N/A`, `PASS with a recorded deviation`."""
    taken = [tokens[0]]
    for token in tokens[1:]:
        between = text[taken[-1].end : token.start]
        if _FILLER.sub("", between).strip(" \t*_`:,()（）[]—–-/|\ufe0f\u200d"):
            break
        if "\n" in between:
            break
        taken.append(token)
    return taken


def _weigh(tokens: Sequence[Token], text: str) -> Reading | None:
    """What the signs say together."""
    said = [token.sign for token in tokens if token.sign is not Sign.RULE]
    if not said:
        return None
    end = tokens[-1].end
    verdict = _verdict(said, text[end : end + 1])
    return Reading(verdict, tokens[0].start, end)


def _verdict(said: Sequence[Sign], _after: str) -> Verdict:  # noqa: PLR0911  a lattice reads best as one ladder
    kinds = set(said)
    first_word = next((sign for sign in said if sign not in MARKS and sign is not Sign.WEAK), None)
    good = Sign.PASS in kinds or Sign.GOOD_MARK in kinds
    if first_word is None:
        return next((_BY_MARK[sign] for sign in said if sign in MARKS), Verdict.PASS)
    if Sign.CONDITIONAL in kinds:
        return Verdict.PENDING
    if Sign.PARTIAL in kinds:
        return Verdict.PARTIAL
    if first_word is Sign.PASS:
        return Verdict.PARTIAL if kinds & {Sign.BENT, Sign.FAIL} else Verdict.PASS
    if first_word is Sign.CLEAN:
        return Verdict.PASS
    if first_word is Sign.NA:
        return Verdict.NA
    if first_word is Sign.FIXED:
        return Verdict.PASS
    if first_word is Sign.PENDING:
        return Verdict.PENDING
    if Sign.FIXED in kinds and good:
        return Verdict.PASS
    return Verdict.PARTIAL if good else Verdict.VIOLATION


_BY_MARK = {
    Sign.GOOD_MARK: Verdict.PASS,
    Sign.BAD_MARK: Verdict.VIOLATION,
    Sign.SOFT_MARK: Verdict.PARTIAL,
    Sign.EMPTY_MARK: Verdict.NA,
    Sign.WAIT_MARK: Verdict.PENDING,
}
