"""The items of the Constitution Check, in every layout that was seen.

A section is read unit by unit: what stands below its own heading, then each sub-heading with its body. A heading that
carries a status, itself or in a status line, is the item, and the bullets below it are its evidence; where it carries
none, the table rows, boxes, bullets and bold paragraphs below it are the items and take its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.documents.plan import Join, Phase, Verdict
from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.check_rows import read_table
from bot.core.documents.plan_reading.check_table import columns, is_violation_table
from bot.core.documents.plan_reading.collected import Collected, Found
from bot.core.documents.plan_reading.gates import closes, is_gate, read_gate
from bot.core.documents.plan_reading.headings import is_bare_mark, is_phase, split_heading, status_line
from bot.core.documents.plan_reading.items import add_item, implied, status_of
from bot.core.documents.plan_reading.joining import leading_numeral, numerals
from bot.core.documents.plan_reading.naming import is_gate_label, name_of
from bot.core.documents.plan_reading.sections import visible
from bot.core.documents.plan_reading.verdict import worse
from bot.core.markdown import Heading, Item, Paragraph, Style, Table, Text
from bot.core.text.lexicon import Pattern, anywhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.documents.plan_reading.naming import Named
    from bot.core.documents.plan_reading.sections import CheckPart
    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Block

_NUMBERED = Pattern(rf"\W*{anywhere('principle')}", re.IGNORECASE)
_EVIDENCE_BLOCKS = 20
_MOST_LINES = 200
"""Lines of one paragraph that are read as items."""
_LEAD = 3
"""Characters before bold words that may be a mark."""
_PURE_GATES = {Verdict.PASS, Verdict.VIOLATION, Verdict.NA}


@dataclass(frozen=True, slots=True)
class _Unit:
    """A heading and what stands below it up to the next heading."""

    heading: Heading | None
    blocks: list[Block]


def read_checks(parts: Sequence[CheckPart], collected: Collected) -> None:
    """Take every item of every section."""
    for part in parts:
        collected.phase = part.phase
        stated = verdict.tail(visible(part.heading.text))
        if stated is not None:  # `## Constitution Check ✅ PASSED`
            collected.gate(stated.verdict, part.heading.line)
        for unit in _units(part.heading, collected):
            if collected.full:
                return
            _read_unit(unit, collected)


def _units(heading: Heading, collected: Collected) -> list[_Unit]:
    units = [_Unit(None, [])]
    for block in collected.markdown.section(heading):
        if isinstance(block, Heading):
            units.append(_Unit(block, []))
        else:
            units[-1].blocks.append(block)
    return units


# --- headings ---------------------------------------------------------------------------------------------------------


def _read_unit(unit: _Unit, collected: Collected) -> None:
    heading, blocks = unit.heading, unit.blocks
    if heading is None:
        _Body(collected).read(blocks)
        return
    shown = visible(heading.text)
    if words.AGAIN.search(shown):
        collected.phase = Phase.POST
    elif words.BEFORE.search(shown):
        collected.phase = Phase.PRE
    name, status = split_heading(heading.text)
    if is_gate_label(name) or is_phase(name) or words.CONSTITUTION.search(name):
        if status is not None:
            collected.gate(status.verdict, heading.line)
        _Body(collected).read(blocks)
        return
    principled = _is_principled(name, collected)
    tabled = any(_is_item_table(block, collected) for block in blocks)
    if status is not None:
        if tabled or (not principled and _has_boxes(blocks)):
            _Body(collected, name if principled else None).read(blocks)
        elif not _is_side_note(name, status, blocks, principled=principled):
            _add_heading(heading, name, status, blocks, collected)
        return
    if not tabled and status_line(blocks, anywhere=principled) is not None:
        _add_heading(heading, name, None, blocks, collected)
        return
    _read_plain_heading(heading, name, blocks, collected, principled=principled)


def _read_plain_heading(
    heading: Heading, name: str, blocks: list[Block], collected: Collected, *, principled: bool
) -> None:
    """A heading without any status: what stands below it are the items."""
    if principled:
        before = len(collected.checks)
        _Body(collected, name, trusted=True).read(blocks)
        if len(collected.checks) == before:
            _add_prose_heading(heading, name, blocks, collected)
        return
    tabled = any(_is_item_table(block, collected) for block in blocks)
    if words.SKIPPED_HEADING.fullmatch(name) and not tabled and not _has_boxes(blocks):
        return
    _Body(collected, None if words.CHECKING.search(name) else name, aside=True).read(blocks)


def _is_side_note(name: str, status: Reading, blocks: list[Block], *, principled: bool) -> bool:
    """`### ⚠️ Special Considerations` is no verdict unless a line below it says one."""
    if principled or status.verdict is not Verdict.PARTIAL or not words.SKIPPED_HEADING.fullmatch(name):
        return False
    return status_line(blocks, anywhere=True) is None


def _is_principled(name: str, collected: Collected) -> bool:
    """The name is that of a principle: it has a numeral, or the constitution knows it."""
    if leading_numeral(name)[0] is not None or numerals(name):
        return True
    joined = collected.joiner.join(name)
    return joined is not None and joined.join is not Join.LOOSE


def _add_heading(
    heading: Heading, name: str, status: Reading | None, blocks: list[Block], collected: Collected
) -> None:
    below = status_line(blocks, anywhere=True)
    evidence = "\n".join(
        # What is a status is no reason.
        shown[below[0].end :] if below is not None and block.text is below[1] else shown
        for block in blocks[:_EVIDENCE_BLOCKS]
        if isinstance(block, Paragraph | Item) and (shown := visible(block.text))
    )
    found, place, reading = Verdict.UNANSWERED, heading.text, status
    if status is not None:
        found = status.verdict
    bare = status is not None and is_bare_mark(status, heading.text)
    if below is not None and (status is None or bare or worse(below[0].verdict, found)):
        reading, place = below
        found = reading.verdict
    elif found is Verdict.PARTIAL and bare and words.LATER.search(evidence):
        found = Verdict.PENDING  # a warning sign over work that is still to come
    collected.add(Found(name, found, heading.line, place, reading, evidence))
    for block in blocks:
        if isinstance(block, Paragraph) and closes(block.text):
            read_gate(block.text, collected)


def _add_prose_heading(heading: Heading, name: str, blocks: list[Block], collected: Collected) -> None:
    prose = [b.text for b in blocks if isinstance(b, Paragraph) and not collected.is_template(b.text.text)]
    if not prose:
        if not blocks:
            collected.add(Found(name, Verdict.UNANSWERED, heading.line, heading.text))
        return
    shown = visible(prose[0])
    ended = verdict.tail(shown)
    found = ended.verdict if ended else implied(shown)
    collected.add(Found(name, found, heading.line, prose[0], ended, shown, in_slot=False))


# --- what stands below a heading --------------------------------------------------------------------------------------


class _Body:
    """Reads the blocks below one heading.

    `name` is what the items take their principle from; `trusted` when the heading already says that they are items;
    `aside` when it names no principle, so that prose below it only counts where nothing else is answered.
    """

    def __init__(
        self, collected: Collected, name: str | None = None, *, trusted: bool = False, aside: bool = False
    ) -> None:
        self._collected = collected
        self._name = name
        self._trusted = trusted
        self._aside = aside
        self._group = name
        self._skipped = False

    def read(self, blocks: Sequence[Block]) -> None:
        index = 0
        while index < len(blocks):
            block = blocks[index]
            run = _run_of_items(blocks, index)
            if run:
                self._list(run, trusted=self._trusted)
                index += len(run)
                continue
            if isinstance(block, Table):
                read_table(block, self._group, self._collected, aside=self._aside or self._skipped)
            elif isinstance(block, Paragraph) and self._paragraph(block, blocks[index + 1 : index + 2]):
                index += len(_run_of_items(blocks, index + 1))
            index += 1

    # --- lists

    def _list(self, run: Sequence[Item], *, trusted: bool, group: str | None = None) -> None:
        """A list with its nested items, in order."""
        collected = self._collected
        group = group if group is not None else self._group
        families = _families(run)
        statuses = [status_of(family[0].text) for family in families]
        marked = any(s is not None or f[0].mark is not None for f, s in zip(families, statuses, strict=True))
        bold = all(next(iter(family[0].text.marked(Style.STRONG)), None) is not None for family in families)
        sure = marked or trusted or not (collected.answered or self._skipped)
        sure = sure or (not self._aside and not self._skipped and (bold or group is not None))
        for family, status in zip(families, statuses, strict=True):
            top, below = family[0], family[1:]
            if top.mark is None and is_gate(top.text):
                read_gate(top.text, collected)
            elif top.mark is None and status is None and below and _is_label(top.text) and _are_marked(below):
                self._list(below, trusted=True, group=_join_names(group, name_of(top.text).name))
            elif sure or collected.is_template(top.text.text) or self._is_known(top.text):
                add_item(top, status, below, group, collected)

    def _is_known(self, text: Text) -> bool:
        """The bullet begins with the name of a principle."""
        named = name_of(text)
        joined = self._collected.joiner.join(named.name)
        if joined is None or self._skipped:
            return False
        return joined.join in {Join.BOTH, Join.NAME} and (named.bold or named.separated)

    # --- paragraphs

    def _paragraph(self, block: Paragraph, following: Sequence[Block]) -> bool:
        """Read a paragraph; true when its last line is an item, so that the list below it is its evidence."""
        took = False
        lines = _lines(block.text)
        for number, text in enumerate(lines):
            took = self._line(text, following if number == len(lines) - 1 else ())
        return took

    def _line(self, text: Text, following: Sequence[Block]) -> bool:
        """Read one line of a paragraph; true when it is an item."""
        shown, named = visible(text), name_of(text)
        if is_gate(text):
            read_gate(text, self._collected)
            return False
        first = next((mark for _, mark in text.marked(Style.STRONG)), None)
        bold = named.bold or (first is not None and first.start <= _LEAD)
        numbered = leading_numeral(named.name)[0] is not None or _NUMBERED.match(named.name) is not None
        if bold or numbered:
            return self._named_line(text, named, following)
        led = verdict.lead(shown)
        if led is not None and led.verdict in _PURE_GATES:
            self._collected.gate(led.verdict, text.place(led.start)[0], labelled=False)
        return False

    def _named_line(self, text: Text, named: Named, following: Sequence[Block]) -> bool:
        """`**Name (I)**: PASS ...` is an item, `**Name**:` above a list gives the list its name."""
        collected, shown = self._collected, visible(text)
        rest = shown[named.rest :].strip()
        status = status_of(text)
        principled = _is_principled(named.name, collected)
        label = status is None or (not rest and _has_boxes(following))
        if (label and not rest) or (not principled and words.SKIPPED_HEADING.fullmatch(named.name)):
            self._open_group(named.name)
        elif status is not None:
            reading = status.reading
            evidence = shown[max(named.rest, reading.end) :]
            name, line = named.name or shown[:80], text.place(0)[0]
            collected.add(
                Found(name, reading.verdict, line, text, reading, evidence, self._name, in_slot=status.in_slot)
            )
            return True
        elif named.separated and principled and not self._skipped:
            if following and isinstance(following[0], Item | Table):
                self._open_group(named.name)
                return False
            collected.add(Found(named.name, implied(rest), text.place(0)[0], text, None, rest, self._name))
            return True
        elif shown.rstrip().endswith((":", "：")):
            self._open_group(named.name)
        return False

    def _open_group(self, name: str) -> None:
        """A bold label over a list: what follows takes its name, unless it announces notes."""
        self._group = _join_names(self._name, name)
        self._skipped = words.SKIPPED_HEADING.fullmatch(name) is not None


def _is_item_table(block: Block, collected: Collected) -> bool:
    return isinstance(block, Table) and not is_violation_table(block) and columns(block, collected.joiner) is not None


def _has_boxes(blocks: Sequence[Block]) -> bool:
    return any(isinstance(block, Item) and block.mark is not None for block in blocks)


def _is_label(text: Text) -> bool:
    """Nothing but a name stands there."""
    named = name_of(text)
    rest = visible(text)[named.rest :].strip(" *_:：.()")
    return not rest or (named.bold and len(rest) <= _LEAD)


def _are_marked(below: Sequence[Item]) -> bool:
    """At least half of the items right below carry a box or a status, so that they are what is assessed."""
    base = min(item.depth for item in below)
    tops = [item for item in below if item.depth == base]
    return 2 * sum(item.mark is not None or status_of(item.text) is not None for item in tops) >= len(tops)


def _families(run: Sequence[Item]) -> list[Sequence[Item]]:
    """Each topmost item with the items below it."""
    base = min(item.depth for item in run)
    tops = [index for index, item in enumerate(run) if item.depth == base]
    return [run[start:end] for start, end in zip(tops, [*tops[1:], len(run)], strict=True)]


def _run_of_items(blocks: Sequence[Block], index: int) -> list[Item]:
    run: list[Item] = []
    while index < len(blocks) and isinstance(item := blocks[index], Item):
        run.append(item)
        index += 1
    return run


def _join_names(group: str | None, name: str) -> str:
    return f"{group} / {name}" if group and name else name or group or ""


def _lines(text: Text) -> list[Text]:
    """The lines of a paragraph where each begins with bold words or a mark of its own; else the whole paragraph."""
    if "\n" not in text.text:
        return [text]
    starts = [0, *(match.end() for match in re.finditer("\n", text.text))]
    bold = {mark.start for mark in text.marks if mark.style is Style.STRONG}
    heads = [start for start in starts if start in bold or verdict.lead(text.text[start : start + 60]) is not None]
    if len(heads) < 2 or heads[0] != 0:  # noqa: PLR2004  one line is no list
        return [text]
    heads = heads[:_MOST_LINES]
    ends = [*heads[1:], len(text.text) + 1]
    return [_slice(text, start, end - 1) for start, end in zip(heads, ends, strict=True)]


def _slice(text: Text, start: int, end: int) -> Text:
    marks = tuple(
        replace(mark, start=max(mark.start, start) - start, end=min(mark.end, end) - start)
        for mark in text.marks
        if mark.start < end and mark.end > start
    )
    line, column = text.place(start)
    pieces = ((0, line, column), *((at - start, row, col) for at, row, col in text.pieces if start < at < end))
    return Text(text.text[start:end], marks, pieces)
