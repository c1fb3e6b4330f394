"""A sub-heading of the Constitution Check: its name, its status, and the status line below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.joining import leading_numeral
from bot.core.documents.plan_reading.naming import is_status_label, name_of
from bot.core.documents.plan_reading.sections import visible
from bot.core.documents.plan_reading.verdict import worse
from bot.core.markdown import Item, Paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Block, Text

_SEPARATORS = re.compile(r"\s[—–-]{1,2}\s|[:：(（\[|]")
_FEW_WORDS = 4


def split_heading(text: Text) -> tuple[str, Reading | None]:
    """The name in a heading and the status before or after it."""
    shown = visible(text)
    named = name_of(text)
    led = verdict.lead(shown[: named.start]) if named.start > 0 else None
    ended = verdict.tail(shown, heading=True) or after_separator(shown) or _after_mark(shown)
    status = ended if led is None or (ended and worse(ended.verdict, led.verdict)) else led
    end = ended.start if ended is not None else len(shown)
    start = named.start if led is not None else 0
    return text.text[start:end].strip(" *_:：—–-([（|"), status


def after_separator(shown: str) -> Reading | None:
    """The first verdict that stands right after a dash, a colon or a bracket."""
    shown = shown[: verdict.MAX_TEXT]
    for match in _SEPARATORS.finditer(shown):
        found = verdict.lead(shown[match.end() :])
        if found is not None and match.start() > 0:
            return shift(found, match.end())
    return None


def _after_mark(shown: str) -> Reading | None:
    mark = next((token for token in verdict.signs(shown) if token.sign in verdict.MARKS and token.start > 0), None)
    found = verdict.lead(shown[mark.start :]) if mark else None
    return shift(found, mark.start) if mark and found else None


def is_phase(name: str) -> bool:
    """Whether the heading names a phase, not a principle: `Pre-Design Check (Phase 0 Gate)`."""
    if words.AGAIN.search(name) is None and words.BEFORE.search(name) is None:
        return False
    short = len(name.split()) <= _FEW_WORDS
    return (short or words.CHECKING.search(name) is not None) and leading_numeral(name)[0] is None


def is_bare_mark(status: Reading, text: Text) -> bool:
    """Whether the status is a mark without a word."""
    said = verdict.signs(visible(text)[status.start : status.end])
    return all(token.sign in verdict.MARKS for token in said)


def status_line(blocks: Sequence[Block], *, anywhere: bool) -> tuple[Reading, Text] | None:
    """A status in a line of its own below a heading: `**Status**: PASS`, `✅ PASS - ...`, `Compliant.`.

    With `anywhere` a labelled line counts wherever it stands below the heading, else only right after it.
    """
    for index, block in enumerate(blocks):
        if not isinstance(block, Paragraph | Item):
            continue
        shown = visible(block.text)
        named = name_of(block.text)
        if named.separated and _announces_status(named.name, first=index == 0, anywhere=anywhere):
            found = verdict.lead(shown[named.rest :], strict=False) or verdict.denial(shown[named.rest :])
            if found is not None:
                return shift(found, named.rest), block.text
        if index == 0 and isinstance(block, Paragraph):
            led = verdict.lead(shown)
            if led is not None and (led.end - led.start > 1 or not _several_marked(blocks)):
                return led, block.text
    return verdict_alone(blocks) if anywhere else None


def _announces_status(label: str, *, first: bool, anywhere: bool) -> bool:
    """Whether a label announces the status of what stands above it. Further down, a gate is that of the whole check."""
    if is_status_label(label):
        return first or anywhere
    return first and anywhere and words.GATE_LABEL.fullmatch(label.strip(" *_:：.")) is not None


def verdict_alone(blocks: Sequence[Block]) -> tuple[Reading, Text] | None:
    """The last paragraph or bullet that is a verdict and nothing more: `→ FAIL`."""
    for block in reversed(blocks):
        if isinstance(block, Paragraph | Item):
            shown = visible(block.text)
            found = verdict.lead(shown)
            if found is not None and not shown[found.end :].strip(" *_.!。！\ufe0f"):
                return found, block.text
    return None


def has_named_lines(blocks: Sequence[Block]) -> bool:
    """Whether several paragraphs begin with a verdict and name what it is about: `✅ **PASS - Name**: ...`."""
    named = 0
    for block in blocks:
        if isinstance(block, Paragraph) and verdict.lead(visible(block.text)) is not None:
            name = name_of(block.text)
            named += name.bold and bool(name.name)
    return named > 1


def _several_marked(blocks: Sequence[Block]) -> bool:
    """Whether several paragraphs begin with a mark, so that each one is an item."""
    return sum(verdict.lead(visible(block.text)) is not None for block in blocks if isinstance(block, Paragraph)) > 1


def shift(reading: Reading, by: int) -> Reading:
    """Move the offsets of a reading back by `by` characters."""
    return replace(reading, start=reading.start + by, end=reading.end + by)
