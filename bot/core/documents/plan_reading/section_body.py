"""The lists, paragraphs and tables below one heading of the Constitution Check, read into checks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.documents.plan import Join, Verdict
from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.check_rows import read_table
from bot.core.documents.plan_reading.collected import Collected, ItemReading
from bot.core.documents.plan_reading.gates import is_gate, read_gate
from bot.core.documents.plan_reading.headings import status_line
from bot.core.documents.plan_reading.items import add_item, clauses_below, implied, status_of
from bot.core.documents.plan_reading.joining import leading_numeral, numerals
from bot.core.documents.plan_reading.naming import name_of
from bot.core.documents.plan_reading.sections import unstruck, unstruck_words, visible
from bot.core.documents.plan_reading.statements import Clause, label_kind
from bot.core.markdown import Item, Paragraph, Style, Table, Text
from bot.core.text.lexicon import Pattern, anywhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.documents.plan_reading.items import Status
    from bot.core.documents.plan_reading.naming import ItemName
    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Block

_NUMBERED = Pattern(rf"\W*{anywhere('principle')}", re.IGNORECASE)
_NUMBERED_LINE = Pattern(rf"\W*{anywhere('principle')}\s*(?:\d{{1,2}}|[IVX]{{1,5}})\b", re.IGNORECASE)
_LEAD = 3
"""Characters before bold words that may be a mark."""
_MOST_LINES = 200
"""Lines of one paragraph that are read as items."""
_BRACKETED = re.compile(r"[(（\[][^()（）\[\]]{0,80}[)）\]]")
_PURE_GATES = {Verdict.PASS, Verdict.VIOLATION, Verdict.NA}


class Body:
    """Reads the blocks below one heading into checks.

    `name` is the principle's name for the items. `trusted` is true when the heading shows that the blocks are
    items. `aside` is true when it names no principle; then prose counts only if no other item has a status.
    `gates_before` is the number of gate lines above a heading about the whole check, and None below any other heading.
    A verdict below such a heading is one for the whole, and a list behind it repeats it.
    """

    def __init__(
        self,
        collected: Collected,
        name: str | None = None,
        *,
        trusted: bool = False,
        aside: bool = False,
        gates_before: int | None = None,
    ) -> None:
        self._collected = collected
        self._name = name
        self._trusted = trusted
        self._aside = aside
        self._group = name
        self._skipped = False
        self._gates_before = gates_before

    def read(self, blocks: Sequence[Block]) -> None:
        """Add a check for every item among the blocks."""
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
            elif isinstance(block, Paragraph) and self._paragraph(
                block, _run_of_items(blocks, index + 1) or blocks[index + 1 : index + 2]
            ):
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
        sure = (marked and not self._skipped) or trusted or not (collected.answered or self._skipped)
        sure = sure or (not self._aside and not self._skipped and (bold or group is not None))
        for family, status in zip(families, statuses, strict=True):
            top, below = family[0], family[1:]
            if top.mark is None and is_gate(top.text):
                read_gate(top.text, collected)
            elif top.mark is None and self._is_done_with(top.text, status, below, group):
                continue
            elif top.mark is None and status is None and below and _is_label(top.text) and _are_marked(below):
                self._list(below, trusted=True, group=_join_names(group, name_of(top.text).name))
            elif sure or collected.is_template(top.text.text) or self._is_known(top.text):
                add_item(top, status, below, group, collected)

    def _is_done_with(self, text: Text, status: Status | None, below: Sequence[Item], group: str | None) -> bool:
        """Whether the bullet is no item, or a name whose status stands below it, which is added here."""
        if self._repeats_the_gate(text) or _is_rule(text):
            return True
        return status is None and bool(below) and self._add_label(text, below, group)

    def _add_label(self, text: Text, below: Sequence[Item], group: str | None) -> bool:
        """Add a principle's name alone with the status in the list below it; false where there is none."""
        named = name_of(text)
        if not _is_label(text) or not is_principled(named.name, self._collected):
            return False
        found = status_line(below, anywhere=True)
        if found is not None:
            self._add_below(text, found, below, group)
        return found is not None

    def _add_below(self, text: Text, found: tuple[Reading, Text], below: Sequence[Block], group: str | None) -> None:
        """Add a name whose status stands in a line of its own below it."""
        clauses = clauses_below([block for block in below if isinstance(block, Item)])
        reading, place = found
        self._collected.add(
            ItemReading(name_of(text).name, reading.verdict, text.place(0)[0], place, reading, clauses, group)
        )

    def _is_evidence(self, following: Sequence[Block]) -> bool:
        """Whether the list behind a verdict for the whole check, `Re-check: PASS, because:`, names no principle."""
        items = [block for block in following if isinstance(block, Item)]
        return bool(items) and not any(
            item.mark is not None
            or status_of(item.text) is not None
            or is_principled(name_of(item.text).name, self._collected)
            for item in items
        )

    def _repeats_the_gate(self, text: Text) -> bool:
        """Whether the bullet is behind the verdict for the whole check, below its heading, and names no principle."""
        collected, before = self._collected, self._gates_before
        if before is None or len(collected.gates) <= before or not collected.checks:
            return False
        return not is_principled(name_of(text).name, collected)

    def _is_known(self, text: Text) -> bool:
        """Whether the bullet begins with the name of a principle."""
        named = name_of(text)
        joined = self._collected.joiner.join(named.name)
        if joined is None or self._skipped:
            return False
        return joined.join in {Join.BOTH, Join.NAME} and (named.bold or named.separated)

    # --- paragraphs

    def _paragraph(self, block: Paragraph, following: Sequence[Block]) -> bool:
        """Read a paragraph; true when its last line is an item, so that the list below it is its evidence."""
        took = False
        lines = _lines(block.text, self._collected)
        for number, text in enumerate(lines):
            known = len(self._collected.checks) + len(self._collected.gates)
            took = self._line(text, following if number == len(lines) - 1 else ())
            if not took and len(self._collected.checks) + len(self._collected.gates) == known:
                self._collected.take_exceptions(text)
        return took

    def _line(self, text: Text, following: Sequence[Block]) -> bool:
        """Read one line of a paragraph; true when it is an item."""
        shown, named = visible(text), name_of(text)
        if self._speaks_for_a_breach(text, named, following):
            return True
        if is_gate(text):
            before = len(self._collected.gates)
            read_gate(text, self._collected)
            answered = len(self._collected.gates) > before
            return answered and shown.rstrip().endswith((":", "：")) and self._is_evidence(following)
        led = verdict.lead(shown)
        if self._gates_before is not None and led is not None and led.verdict in _PURE_GATES and not named.bold:
            self._collected.gate(led.verdict, text.place(led.start)[0], labelled=True)
            return False
        first = next((mark for _, mark in text.marked(Style.STRONG)), None)
        bold = named.bold or (first is not None and first.start <= _LEAD)
        numbered = leading_numeral(named.name)[0] is not None or _NUMBERED.match(named.name) is not None
        numbered = numbered or bool(self._collected.joiner.several(named.name))
        if bold or numbered:
            return self._named_line(text, named, following)
        if led is not None and led.verdict in _PURE_GATES:
            pure = not shown[led.end :].strip(" *_.!。！")
            self._collected.gate(led.verdict, text.place(led.start)[0], labelled=False, whole=pure)
        return False

    def _speaks_for_a_breach(self, text: Text, named: ItemName, following: Sequence[Block]) -> bool:
        """Read `**Justification (III)**: ...`, a block that gives the reason for a breach. False for any other."""
        if not named.separated or label_kind(_BRACKETED.sub("", named.name)) is None:
            return False
        collected, line = self._collected, text.place(0)[0]
        names = collected.joiner.all_named(named.name)
        clauses = [
            Clause(unstruck(text), line, own=False),
            *clauses_below([block for block in following if isinstance(block, Item)]),
        ]
        if self._name is not None and collected.checks:
            collected.attach(clauses)
        else:
            collected.deviation(named.name, line, names, clauses)
        return True

    def _named_line(self, text: Text, named: ItemName, following: Sequence[Block]) -> bool:
        """Read `**Name (I)**: PASS ...` as an item. `**Name**:` above a list becomes the list's name."""
        collected, shown = self._collected, visible(text)
        rest = shown[named.rest :].strip()
        status = status_of(text)
        principled = is_principled(named.name, collected)
        below = status_line(following, anywhere=True) if principled and status is None and not rest else None
        if below is not None and isinstance(following[0], Item):
            self._add_below(text, below, following, self._name)
            return True
        label = status is None or (not rest and has_boxes(following))
        if (label and not rest) or (not principled and words.SKIPPED_HEADING.fullmatch(named.name)):
            self._open_group(named.name)
        elif status is not None:
            self._add_line(text, named, status, following)
            return True
        elif named.separated and principled and not self._skipped:
            if following and isinstance(following[0], Item | Table):
                self._open_group(named.name)
                return False
            line = text.place(0)[0]
            beside = (Clause(unstruck_words(text)[named.rest :].strip(), line),)
            collected.add(ItemReading(named.name, implied(rest), line, text, None, beside, self._name))
            return True
        elif shown.rstrip().endswith((":", "：")):
            self._open_group(named.name)
        return False

    def _add_line(self, text: Text, named: ItemName, status: Status, following: Sequence[Block]) -> None:
        """Add `**Name (I)**: PASS ...` with the list below it as its evidence."""
        reading, line = status.reading, text.place(0)[0]
        beside = Clause(unstruck_words(text)[max(named.rest, reading.end) :], line)
        below = clauses_below([block for block in following if isinstance(block, Item)])
        self._collected.add(
            ItemReading(
                named.name or visible(text)[:80],
                reading.verdict,
                line,
                text,
                reading,
                (beside, *below),
                self._name,
                in_slot=status.in_slot,
            )
        )

    def _open_group(self, name: str) -> None:
        """Use a bold label as the name of the items below it, unless it announces notes."""
        self._group = _join_names(self._name, name)
        self._skipped = words.SKIPPED_HEADING.fullmatch(name) is not None


def has_boxes(blocks: Sequence[Block]) -> bool:
    """Whether any of the blocks is a list item with a check box."""
    return any(isinstance(block, Item) and block.mark is not None for block in blocks)


def _is_rule(text: Text) -> bool:
    """Whether the name is about when something passes: `Fail rule: ...`."""
    tokens = verdict.signs(name_of(text).name)
    return bool(tokens) and tokens[0].sign is verdict.Sign.RULE and tokens[0].start == 0


def _is_label(text: Text) -> bool:
    """Whether the text is only a name."""
    named = name_of(text)
    rest = visible(text)[named.rest :].strip(" *_:：.()")
    return not rest or (named.bold and len(rest) <= _LEAD)


def _are_marked(below: Sequence[Item]) -> bool:
    """Whether at least half of the items one level below have a box or a status."""
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


def _lines(text: Text, collected: Collected) -> list[Text]:
    """The lines of a paragraph, if each begins with bold words, a mark or a principle; else the whole paragraph."""
    if "\n" not in text.text:
        return [text]
    # A line that begins with a colon goes on with the name above it: `VI. Simplicity`, `: PASS`.
    starts = [0, *(match.end() for match in re.finditer(r"\n(?!\s*[:：])", text.text))]
    bold = {mark.start for mark in text.marks if mark.style is Style.STRONG}
    heads = [
        start
        for start in starts
        if start in bold
        or verdict.lead(text.text[start : start + 60]) is not None
        or _NUMBERED_LINE.match(text.text[start : start + 60])
        or collected.joiner.named_at_start(text.text[start : start + 160]) is not None
    ]
    if len(heads) < 2 or heads[0] != 0:  # noqa: PLR2004  one line is no list
        return [text]
    heads = heads[:_MOST_LINES]
    ends = [*heads[1:], len(text.text) + 1]
    return [text.part(start, end - 1) for start, end in zip(heads, ends, strict=True)]


def is_principled(name: str, collected: Collected) -> bool:
    """Whether a name is a principle's: it has a numeral, or the constitution knows it."""
    if leading_numeral(name)[0] is not None or numerals(name):
        return True
    joined = collected.joiner.join(name)
    return joined is not None and joined.join is not Join.LOOSE
