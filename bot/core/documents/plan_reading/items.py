"""A bullet of the Constitution Check: where its status stands, and what its box adds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bot.core.documents.plan import Verdict, Weight
from bot.core.documents.plan_reading import statement_words, verdict
from bot.core.documents.plan_reading.collected import ItemReading
from bot.core.documents.plan_reading.headings import shift
from bot.core.documents.plan_reading.naming import name_of
from bot.core.documents.plan_reading.sections import unstruck, unstruck_words, visible
from bot.core.documents.plan_reading.statements import Clause
from bot.core.documents.plan_reading.verdict import rank
from bot.core.markdown import Style
from bot.core.text.lexicon import Pattern, anywhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.documents.plan_reading.collected import Collected
    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Item, Text

_INNER_STATUS = Pattern(
    rf"(?<![\w-])(?:verdict|compliance|result|assessment|{anywhere('document_status')})\s*[:：=]\s*", re.IGNORECASE
)
_UNFILLED = re.compile(r"\[[^\]]*\]")
_CHILDREN = 10


class Status(Struct, frozen=True):
    """A status in a bullet. `in_slot`: after the name, before it, labelled, or a mark at the end."""

    reading: Reading
    in_slot: bool


def status_of(text: Text) -> Status | None:
    """The status of a bullet or a line: after its name, inside its bold words, before it, or at its end."""
    shown = visible(text)
    named = name_of(text)
    after = verdict.lead(shown[named.rest :]) if named.rest < len(shown) else None
    written = shown[named.start : named.end]
    inside = verdict.tail(written) if named.bold else _bracketed(written) if named.separated else None
    before = verdict.lead(shown[: named.start]) if named.start else None
    plain = before is None and after is None and not named.start and (not named.bold or verdict.begins_with_mark(shown))
    whole = verdict.lead(shown) if plain else None
    found = [
        reading
        for reading in (
            shift(after, named.rest) if after else None,
            shift(inside, named.start) if inside else None,
            before,
            whole,
            _labelled(shown),
        )
        if reading is not None
    ]
    if not found:
        ended = verdict.tail(shown)
        if ended is None:
            return None
        marked = verdict.begins_with_mark(shown[ended.start :])
        return Status(ended, in_slot=marked or _is_bold_behind_arrow(text, shown, ended))
    best = min(found, key=lambda reading: rank(reading.verdict)) if before is not None else found[0]
    if before is not None and best is before and best.weight is Weight.PARTIAL:
        worded = next((reading for reading in found if reading is not before), None)
        if worded is not None and worded.verdict is not Verdict.PASS:
            best = replace(best, weight=worded.weight)  # `⚠️ **Name** - CONDITIONAL PASS`
        elif statement_words.REMARK.fullmatch(named.name):
            best = replace(best, weight=Weight.OPEN)
    if best.verdict is Verdict.NA:
        # `✅ **Name**: PASS, N/A for ...`: a pass that is said outweighs what does not apply.
        best = next((reading for reading in found if reading.verdict is Verdict.PASS and reading is not before), best)
    return Status(best, in_slot=True)


def _is_bold_behind_arrow(text: Text, shown: str, reading: Reading) -> bool:
    """Whether a bullet ends with `→ **FAIL**`. Without the bold words it may tell how a test is written."""
    bold = any(mark.start <= reading.start < mark.end for _, mark in text.marked(Style.STRONG))
    return bold and _BEFORE_SLOT.search(shown[: reading.start]) is not None


_BEFORE_SLOT = re.compile(r"(?:→|⇒|➜|=>|->)[\s*_`]*$")
_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]{1,40})[)）\]]\s*$")


def _bracketed(name: str) -> Reading | None:
    """The status that a name ends with, alone in brackets: `VI. Simplicity (FAIL)`."""
    match = _BRACKETS.search(name)
    found = verdict.lead(match[1]) if match else None
    if match is None or found is None or match[1][found.end :].strip(" *_.!"):
        return None
    return shift(found, match.start(1))


def _labelled(shown: str) -> Reading | None:
    """`... Status: PASS` further on in a bullet."""
    match = _INNER_STATUS.search(shown[: verdict.MAX_TEXT])
    found = verdict.lead(shown[match.end() :], strict=False) if match else None
    return shift(found, match.end()) if match and found else None


def add_item(item: Item, status: Status | None, below: Sequence[Item], group: str | None, collected: Collected) -> None:
    """Add a bullet as an item. The blocks below it are its evidence."""
    shown = visible(item.text)
    named = name_of(item.text)
    nested = "\n".join(visible(child.text) for child in below[:_CHILDREN])
    reading = status.reading if status else None
    boxed = _boxed(item, status, shown)
    if boxed is None:
        rest = shown[named.rest :].strip() or nested
        verdict_read = implied(rest if named.separated or named.bold else shown)
        if collected.is_template(item.text.text):
            verdict_read = Verdict.UNANSWERED
    else:
        verdict_read = boxed
    written = unstruck_words(item.text)
    beside = written[named.rest :]
    if reading is not None:
        beside = written[: named.start] + " " + written[max(reading.end, named.end) :]
    weight = reading.weight if reading is not None else None
    if reading is not None and reading.verdict is not verdict_read:
        weight = None  # the box says more than the words
    collected.add(
        ItemReading(
            name=named.name or shown[:80],
            verdict=verdict_read,
            line=item.line,
            place=item.text,
            status=reading,
            beside=(Clause(beside, item.line), *clauses_below(below)),
            group=group,
            in_slot=item.mark is not None or (status is not None and status.in_slot),
            box=item.mark_column if reading is None else None,
            weight=weight,
        )
    )


def clauses_below(below: Sequence[Item]) -> tuple[Clause, ...]:
    """The items below an item as clauses."""
    return tuple(Clause(unstruck(child.text), child.line, own=False) for child in below[:_CHILDREN])


def _boxed(item: Item, status: Status | None, shown: str) -> Verdict | None:
    """The verdict of box and words together; None if neither gives one."""
    said = status.reading.verdict if status else None
    if item.mark is None:
        return said
    slotted = said if status and status.in_slot else None
    if item.mark in "xX":
        return slotted or Verdict.PASS
    if item.mark in "~!/":
        return said if said in {Verdict.NA, Verdict.VIOLATION, Verdict.PENDING} else Verdict.PARTIAL
    if item.mark.strip():
        marked = verdict.lead(item.mark)
        return said or (marked.verdict if marked else Verdict.NA if item.mark == "-" else Verdict.PENDING)
    if said is Verdict.NA or slotted is not None:
        return said
    return Verdict.VIOLATION if verdict.admission(shown) else Verdict.PENDING


def implied(rest: str) -> Verdict:
    """The verdict of prose without a status word: a pass, unless it asks, admits a breach or says nothing."""
    rest = rest.strip()
    if not rest.strip(" -—–*_:：|") or _UNFILLED.fullmatch(rest) or verdict.is_open_question(rest):
        return Verdict.UNANSWERED
    admitted = verdict.admission(rest)
    return admitted.verdict if admitted else Verdict.PASS
