"""The items of the Constitution Check, in every layout that was seen.

A section is read unit by unit: what stands below its own heading, then each sub-heading with its body. A heading that
carries a status, itself or in a status line, is the item, and the bullets below it are its evidence; where it carries
none, the table rows, boxes, bullets and bold paragraphs below it are the items and take its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.documents.plan import Phase, Verdict, Weight
from bot.core.documents.plan_reading import statement_words, verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.check_table import columns, is_violation_table
from bot.core.documents.plan_reading.collected import Collected, ItemReading
from bot.core.documents.plan_reading.gates import closes, read_gate
from bot.core.documents.plan_reading.headings import has_named_lines, is_bare_mark, is_phase, split_heading, status_line
from bot.core.documents.plan_reading.items import implied
from bot.core.documents.plan_reading.joining import leading_numeral
from bot.core.documents.plan_reading.naming import is_gate_label
from bot.core.documents.plan_reading.section_body import Body, has_boxes, is_principled
from bot.core.documents.plan_reading.sections import unstruck, unstruck_words, visible
from bot.core.documents.plan_reading.statements import Clause, label_kind
from bot.core.documents.plan_reading.tracking import says_none
from bot.core.documents.plan_reading.verdict import worse
from bot.core.markdown import Heading, Item, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.documents.plan_reading.sections import CheckPart
    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Block

_EVIDENCE_BLOCKS = 20
_NAME_PART = 120
"""Characters of a block in which it names the principle that it is about."""


class _Unit(Struct, frozen=True):
    """A heading and what stands below it up to the next heading."""

    heading: Heading | None
    blocks: list[Block]


def read_checks(parts: Sequence[CheckPart], collected: Collected) -> None:
    """Take every item of every section."""
    for part in parts:
        collected.begin(part.phase)
        stated = verdict.tail(visible(part.heading.text))
        if stated is not None:  # `## Constitution Check ✅ PASSED`
            collected.gate(stated.verdict, part.heading.line)
        for unit in _units(part.heading, collected):
            if collected.full:
                return
            _read_unit(unit, collected)
    collected.add_excepted()


def _units(heading: Heading, collected: Collected) -> list[_Unit]:
    units = [_Unit(None, [])]
    for block in collected.markdown.section(heading):
        if isinstance(block, Heading):
            units.append(_Unit(block, []))
        else:
            units[-1].blocks.append(block)
    return units


def _read_unit(unit: _Unit, collected: Collected) -> None:
    heading, blocks = unit.heading, unit.blocks
    if heading is None:
        Body(collected).read(blocks)
        return
    shown = visible(heading.text)
    collected.phase = _phase(shown, collected.phase)
    name, status = split_heading(heading.text)
    if _read_aside(heading, name, status, blocks, collected):
        return
    if is_gate_label(name) or is_phase(name) or words.CONSTITUTION.search(name):
        gates = len(collected.gates)
        if status is not None:
            # A mark before a title that says nothing more is an ornament.
            collected.gate(status.verdict, heading.line, whole=not is_bare_mark(status, heading.text))
        Body(collected, gates_before=gates if is_gate_label(name) else None).read(blocks)
        return
    principled = is_principled(name, collected)
    tabled = any(_is_item_table(block, collected) for block in blocks)
    if status is not None:
        if tabled or (not principled and has_boxes(blocks)):
            Body(collected, name if principled else None).read(blocks)
        elif not _is_side_note(name, status, blocks, principled=principled):
            _add_heading(heading, name, status, blocks, collected)
        return
    listed = not principled and has_named_lines(blocks)
    if not tabled and not listed and status_line(blocks, anywhere=principled) is not None:
        _add_heading(heading, name, None, blocks, collected)
        return
    _read_plain_heading(heading, name, blocks, collected, principled=principled)


def _phase(title: str, current: Phase) -> Phase:
    """The phase that a title names, else the current one."""
    if words.AGAIN.search(title):
        return Phase.POST
    return Phase.PRE if words.BEFORE.search(title) else current


def _read_plain_heading(
    heading: Heading, name: str, blocks: list[Block], collected: Collected, *, principled: bool
) -> None:
    """A heading without any status: what stands below it are the items."""
    if principled:
        before = len(collected.checks)
        Body(collected, name, trusted=True).read(blocks)
        if len(collected.checks) == before:
            _add_prose_heading(heading, name, blocks, collected)
        return
    tabled = any(_is_item_table(block, collected) for block in blocks)
    if words.SKIPPED_HEADING.fullmatch(name) and not tabled and not has_boxes(blocks):
        return
    Body(collected, None if words.CHECKING.search(name) else name, aside=True).read(blocks)


def _is_side_note(name: str, status: Reading, blocks: list[Block], *, principled: bool) -> bool:
    """Whether a heading is no verdict: `### ⚠️ Special Considerations` without a status line below it."""
    if principled or status.verdict is not Verdict.PARTIAL or not words.SKIPPED_HEADING.fullmatch(name):
        return False
    return status_line(blocks, anywhere=True) is None


def _read_aside(heading: Heading, name: str, status: Reading | None, blocks: list[Block], collected: Collected) -> bool:
    """Read a heading that is about an item and is none itself: a labelled reason, a section about deviations."""
    if status is None and label_kind(name) is not None:
        collected.attach([Clause(f"{name}:", heading.line, own=False), *_clauses(blocks)])
        return True
    if _is_about_deviations(heading.title, status):
        _read_deviations(heading, heading.title, blocks, collected)
        return True
    return False


def _is_about_deviations(name: str, status: Reading | None) -> bool:
    """Whether a heading is about breaches: `Justified deviations`, `Deviation: Principle III`."""
    if status is not None and status.weight not in {Weight.ADMISSION, Weight.FAIL}:
        return False
    match = statement_words.DEVIATES.search(name)
    return match is not None and leading_numeral(name)[0] is None


def _read_deviations(heading: Heading, name: str, blocks: list[Block], collected: Collected) -> None:
    """A section about deviations: tables and boxes are items, other blocks speak for the principles they name."""
    texts = [block for block in blocks if isinstance(block, Paragraph | Item)]
    if texts and says_none(visible(texts[0].text)):
        return
    if any(isinstance(block, Table) for block in blocks) or has_boxes(blocks):
        Body(collected, aside=True).read(blocks)
        return
    names = collected.joiner.all_named(name)
    if not names:
        for block in texts:
            shown = visible(block.text)[:_NAME_PART]
            part = collected.joiner.all_named(shown)
            if not says_none(shown):
                collected.excepted |= dict.fromkeys(part, (collected.phase, block.text))
            collected.deviation(heading.title, block.line, part, [Clause(unstruck(block.text), block.line)])
        return
    if texts:
        collected.add(
            ItemReading(
                name, Verdict.PARTIAL, heading.line, heading.text, None, _clauses(blocks), weight=Weight.ADMISSION
            )
        )
    collected.deviation(heading.title, heading.line, names, _clauses(blocks))


def _clauses(blocks: Sequence[Block]) -> tuple[Clause, ...]:
    """The paragraphs and list items below a heading as clauses."""
    return tuple(
        Clause(unstruck(block.text), block.line, own=False)
        for block in blocks[:_EVIDENCE_BLOCKS]
        if isinstance(block, Paragraph | Item)
    )


def _add_heading(
    heading: Heading, name: str, status: Reading | None, blocks: list[Block], collected: Collected
) -> None:
    below = status_line(blocks, anywhere=True)
    beside = [
        # A status word is not a justification. A paragraph belongs to the heading, a list is its evidence.
        Clause(unstruck_words(block.text)[below[0].end :], block.line)
        if below is not None and block.text is below[1]
        else Clause(unstruck(block.text), block.line, own=isinstance(block, Paragraph))
        for block in blocks[:_EVIDENCE_BLOCKS]
        if isinstance(block, Paragraph | Item)
    ]
    if status is not None:
        beside.insert(0, Clause(unstruck_words(heading.text)[status.end :], heading.line))
    verdict_read, place, reading = Verdict.UNANSWERED, heading.text, status
    weight = status.weight if status is not None else None
    if status is not None:
        verdict_read = status.verdict
    bare = status is not None and is_bare_mark(status, heading.text)
    if below is not None and (status is None or bare or worse(below[0].verdict, verdict_read)):
        reading, place = below
        verdict_read, weight = reading.verdict, reading.weight
    elif verdict_read is Verdict.PARTIAL and bare and words.LATER.search("\n".join(clause.text for clause in beside)):
        verdict_read, weight = (
            Verdict.PENDING,
            Weight.OPEN,
        )  # a mere warning sign, and the text below speaks of work to come
    collected.add(ItemReading(name, verdict_read, heading.line, place, reading, tuple(beside), weight=weight))
    for block in blocks:
        if isinstance(block, Paragraph) and closes(block.text) and (below is None or block.text is not below[1]):
            read_gate(block.text, collected)


def _add_prose_heading(heading: Heading, name: str, blocks: list[Block], collected: Collected) -> None:
    prose = [b.text for b in blocks if isinstance(b, Paragraph) and not collected.is_template(b.text.text)]
    if not prose:
        if not blocks:
            collected.add(ItemReading(name, Verdict.UNANSWERED, heading.line, heading.text))
        return
    shown = visible(prose[0])
    ended = verdict.tail(shown)
    verdict_read = ended.verdict if ended else implied(shown)
    beside = (Clause(unstruck_words(prose[0]), prose[0].place(0)[0]), *_clauses(blocks[1:]))
    collected.add(ItemReading(name, verdict_read, heading.line, prose[0], ended, beside, in_slot=False))


def _is_item_table(block: Block, collected: Collected) -> bool:
    return isinstance(block, Table) and not is_violation_table(block) and columns(block, collected.joiner) is not None
