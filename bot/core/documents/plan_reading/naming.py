"""Split an item into its name and the text after it."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.sections import unstruck_words, visible
from bot.core.markdown import Style

if TYPE_CHECKING:
    from bot.core.markdown import Text

LONGEST_NAME = 160
_SEPARATOR = re.compile(r"\s*(?:[:：]|\s[—–-]{1,2}\s|→|⇒|=(?=\s)|—)\s*")
_LEAD = re.compile(r"^[\s\W_]*")
_PART = re.compile(r"[\s/–—:-]+")
_IN_BRACKETS = re.compile(r"[(（\[][^()（）\[\]]{0,80}[)）\]]")
MOST_WORDS = 9


class ItemName(Struct, frozen=True):
    """A name and the offsets in the text around it: the name is `text[start:end]`, what follows begins at `rest`."""

    name: str
    start: int
    end: int
    rest: int
    bold: bool = False
    separated: bool = False
    """A separator stands after the name."""


def name_of(text: Text) -> ItemName:
    """The name of a bullet, a paragraph or a cell: its first bold words, or what stands before its first separator."""
    shown = visible(text)
    begin = _after_status(shown)
    for words_, mark in text.marked(Style.STRONG):
        if mark.start > begin + 3 or not words_.strip():
            break
        led = verdict.lead(words_)
        if led is not None and led.end >= len(words_.rstrip(" :：.")) and not is_gate_label(words_):
            begin = max(begin, _after_status(shown, mark.end))
            continue  # `**PASS**: **I. Name** ...`
        return _bold(shown, words_, mark.start, mark.end)
    head = shown[begin : begin + LONGEST_NAME].split("\n", 1)[0]
    match = _SEPARATOR.search(head)
    while match and match.end() < len(head) and _is_numeral(head[: match.start()]):
        if verdict.lead(head[match.end() :]) is not None:
            break  # `Principle I: PASS - one module`
        match = _SEPARATOR.search(head, match.end())
    written = unstruck_words(text)[begin:]
    if match is None:
        return ItemName(written[: len(head)].strip(), begin, begin + len(head.rstrip()), begin + len(head))
    return ItemName(written[: match.start()].strip(), begin, begin + match.start(), begin + match.end(), separated=True)


def _bold(shown: str, bold: str, start: int, end: int) -> ItemName:
    inner = bold[:LONGEST_NAME]
    behind = _behind_status(inner)
    if behind:  # `**PASS - Name**: ...`
        inner, start = inner[behind:], start + behind
    separator = _SEPARATOR.match(shown, end)
    stop = separator.end() if separator else end
    cut = _SEPARATOR.search(inner)
    while cut and _is_numeral(inner[: cut.start()]):
        cut = _SEPARATOR.search(inner, cut.end())
    if cut is not None and verdict.lead(inner[cut.end() :]) is not None:
        # `**I. Name: PASS** ...`: the status stands inside the bold words.
        return ItemName(
            inner[: cut.start()].strip(), start, start + cut.start(), start + cut.end(), bold=True, separated=True
        )
    separated = separator is not None or inner.rstrip().endswith((":", "："))
    return ItemName(inner.strip().rstrip(":："), start, end, stop, bold=True, separated=separated)


def _behind_status(bold: str) -> int:
    """Where the name begins in bold words that begin with a status and a separator; 0 where they do not."""
    led = verdict.lead(bold)
    separator = _AFTER_LEAD.match(bold, led.end) if led is not None else None
    return separator.end() if separator is not None and bold[separator.end() :].strip() else 0


_AFTER_LEAD = re.compile(r"[\])}\s\ufe0f]*(?:[:：]|\s[—–-]{1,2}\s|—)\s*|\]\s+")
_NUMBER = re.compile(r"\d{1,3}|[ivx]{1,5}")
_NUMERAL = re.compile(rf"\W*(?:(?:{words.PRINCIPLE}|§)\s*)?{words.NUMERAL}\W*", re.IGNORECASE)


def _is_numeral(head: str) -> bool:
    """A numeral is no name: in `III: Small Boats` the name goes on behind the colon."""
    return _NUMERAL.fullmatch(head) is not None


def _after_status(shown: str, begin: int = 0) -> int:
    """Where the name begins behind a status that stands before it: `✅ **Name**`, `PASS: Name`, `[N/A]: Name`."""
    part = shown[begin : begin + LONGEST_NAME]
    led = verdict.lead(part)
    if led is None:
        blank = _LEAD.match(part)
        return begin + (min(len(blank[0]), _bracket(part)) if blank else 0)
    rest = part[led.end :]
    tokens = verdict.signs(part[: led.end])
    if all(token.sign.value.endswith("_mark") for token in tokens):
        return begin + led.end + (len(rest) - len(rest.lstrip(" *_:：.\ufe0f\u200d—–-")))
    match = re.match(r"[\])}*_\s]*\s*[:：—–-]+\s*", rest)
    if match and len(part[: led.end]) < 40:  # noqa: PLR2004  a status, not a sentence
        return begin + led.end + match.end()
    return begin


def _bracket(part: str) -> int:
    position = part.find("[")
    return position if position >= 0 else len(part)


@lru_cache(maxsize=4096)
def is_gate_label(name: str) -> bool:
    """Whether the name is about the whole gate, not one principle."""
    shown = name.strip(" *_:：.\ufe0f✅❌⚠🟢🎯📋")
    if not shown or len(shown) > LONGEST_NAME:
        return False
    parts = [part for part in _PART.split(_IN_BRACKETS.sub(" ", shown).casefold()) if part]
    if any(_NUMBER.fullmatch(part) and words.GATE_HEAD.fullmatch(before) for before, part in pairwise(parts)):
        return False  # `Gate II` is one of several gates
    if parts and len(parts) <= MOST_WORDS and all(words.GATE_WORD.fullmatch(part) for part in parts):
        return any(words.GATE_HEAD.fullmatch(part) for part in parts)
    return words.GATE_LABEL.fullmatch(shown) is not None


@lru_cache(maxsize=4096)
def is_status_label(name: str) -> bool:
    """Whether the name announces a status: `Status`, `Compliance`."""
    shown = name.strip(" *_:：.")
    return bool(shown) and words.STATUS_LABEL.fullmatch(shown) is not None
