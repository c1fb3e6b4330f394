"""The items of the Constitution Check, in every layout that was seen.

A section is read unit by unit: what stands below its own heading, then each sub-heading with its body. A heading that
carries a status, itself or in a status line, is the item, and the bullets below it are its evidence; where it carries
none, the table rows, boxes, bullets and bold paragraphs below it are the items and take its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.markdown import Heading, Item, Paragraph, Style, Table, Text
from bot.core.plan import Check, Join, Phase, Span, Verdict
from bot.core.reading import verdict
from bot.core.reading import vocabulary as words
from bot.core.reading.check_table import columns, is_deviation_table, is_violation_table
from bot.core.reading.joining import identity, leading_numeral, numerals
from bot.core.reading.naming import is_gate_label, is_status_label, name_of
from bot.core.reading.reasons import inline_reason, repairs
from bot.core.reading.sections import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.markdown import Block, Cell, Markdown
    from bot.core.reading.joining import Joiner
    from bot.core.reading.sections import CheckPart
    from bot.core.reading.verdict import Reading

MAX_CHECKS = 2000
MAX_TEXT = 400
_WORST = (Verdict.VIOLATION, Verdict.PARTIAL, Verdict.PENDING, Verdict.UNANSWERED, Verdict.NA, Verdict.PASS)


@dataclass(frozen=True, slots=True)
class GateLine:
    """A line that speaks for the whole gate."""

    verdict: Verdict
    line: int
    phase: Phase
    labelled: bool = False
    """It says what it is: `Gate result: PASS`."""


@dataclass(slots=True)
class CheckReading:
    """What was read of all sections."""

    checks: list[Check] = field(default_factory=list)
    gates: list[GateLine] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    """Tables of violations that stand inside the check."""


@dataclass(slots=True)
class _Unit:
    """A heading and what stands below it up to the next heading."""

    heading: Heading | None
    blocks: list[Block]


class CheckReader:
    """Reads the sections of one plan."""

    def __init__(self, markdown: Markdown, joiner: Joiner, template_lines: frozenset[str]) -> None:
        self._markdown = markdown
        self._joiner = joiner
        self._template_lines = template_lines
        self._found = CheckReading()
        self._phase = Phase.PRE
        self._group: str | None = None
        self._aside = False

    def read(self, parts: Sequence[CheckPart]) -> CheckReading:
        """Every item of every section."""
        for part in parts:
            self._phase = part.phase
            self._heading_gate(part.heading)
            for unit in self._units(part.heading):
                if len(self._found.checks) >= MAX_CHECKS:
                    break
                self._group = None
                self._read_unit(unit)
        return self._found

    def _heading_gate(self, heading: Heading) -> None:
        """`## Constitution Check ✅ PASSED` speaks for the whole gate."""
        found = verdict.tail(visible(heading.text))
        if found is not None:
            self._found.gates.append(GateLine(found.verdict, heading.line, self._phase))

    def _units(self, heading: Heading) -> list[_Unit]:
        units = [_Unit(None, [])]
        for block in self._markdown.section(heading):
            if isinstance(block, Heading):
                units.append(_Unit(block, []))
            else:
                units[-1].blocks.append(block)
        return units

    # --- headings -------------------------------------------------------------------------------------------------

    def _read_unit(self, unit: _Unit) -> None:
        heading = unit.heading
        if heading is None:
            self._read_body(unit.blocks, None)
            return
        shown = visible(heading.text)
        if words.AGAIN.search(shown):
            self._phase = Phase.POST
        elif words.BEFORE.search(shown):
            self._phase = Phase.PRE
        name, status = _split_heading(heading.text)
        if is_gate_label(name) or _is_phase(name) or words.CONSTITUTION.search(name):
            if status is not None:
                self._gate(status.verdict, heading.line, labelled=True)
            self._read_body(unit.blocks, None)
            return
        principled = self._is_principled(name)
        if status is not None:
            if any(self._is_item_table(block) for block in unit.blocks) or (not principled and _has_boxes(unit.blocks)):
                self._read_body(unit.blocks, name if principled else None)
                return
            if not principled and status.verdict is Verdict.PARTIAL and words.SKIPPED_HEADING.fullmatch(name):
                if self._status_line(unit.blocks, anywhere=True) is None:
                    return  # `### ⚠️ Special Considerations`
            self._add_heading(heading, name, status, unit.blocks)
            return
        self._read_plain_heading(unit, heading, name, principled=principled)

    def _read_plain_heading(self, unit: _Unit, heading: Heading, name: str, *, principled: bool) -> None:
        line = self._status_line(unit.blocks, anywhere=principled)
        if line is not None and not any(self._is_item_table(block) for block in unit.blocks):
            reading, text = line
            self._add_heading(heading, name, None, unit.blocks, below=(reading, text))
            return
        if principled:
            before = len(self._found.checks)
            self._read_body(unit.blocks, name, trusted=True)
            if len(self._found.checks) == before:
                self._add_prose_heading(heading, name, unit.blocks)
            return
        if (
            words.SKIPPED_HEADING.fullmatch(name)
            and not any(self._is_item_table(block) for block in unit.blocks)
            and not _has_boxes(unit.blocks)
        ):
            return
        self._read_body(unit.blocks, None if words.CHECKING.search(name) else name, aside=True)

    def _is_principled(self, name: str) -> bool:
        if leading_numeral(name)[0] is not None or numerals(name):
            return True
        joined = self._joiner.join(name)
        return joined is not None and joined.join is not Join.LOOSE

    def _status_line(self, blocks: list[Block], *, anywhere: bool) -> tuple[Reading, Text] | None:
        """A status in a line of its own below a heading: `**Status**: PASS`, `✅ PASS - ...`, `Compliant.`"""
        for index, block in enumerate(blocks):
            if not isinstance(block, Paragraph | Item):
                continue
            text = block.text
            shown = visible(text)
            named = name_of(text)
            labelled = is_status_label(named.name) and named.separated
            if labelled and (index == 0 or anywhere):
                found = verdict.slot(shown[named.rest :])
                if found is not None:
                    return _shift(found, named.rest), text
            if index == 0 and isinstance(block, Paragraph):
                led = verdict.lead(shown)
                if led is not None and (led.end - led.start > 1 or not _more_marked(blocks)):
                    return led, text
        return None

    def _add_heading(
        self,
        heading: Heading,
        name: str,
        status: Reading | None,
        blocks: list[Block],
        below: tuple[Reading, Text] | None = None,
    ) -> None:
        if below is None:
            below = self._status_line(blocks, anywhere=True)
        verdict_, text, reading = Verdict.UNANSWERED, heading.text, status
        if status is not None:
            verdict_ = status.verdict
        evidence = "\n".join(visible(block.text) for block in blocks[:20] if isinstance(block, Paragraph | Item))
        if below is not None and (
            status is None
            or _is_bare_mark(status, heading.text)
            or _WORST.index(below[0].verdict) < _WORST.index(verdict_)
        ):
            reading, text = below
            verdict_ = reading.verdict
        elif (
            verdict_ is Verdict.PARTIAL
            and status is not None
            and _is_bare_mark(status, heading.text)
            and words.LATER.search(evidence)
        ):
            verdict_ = Verdict.PENDING  # a warning sign over work that is still to come
        self._add(name, verdict_, heading.line, text, reading, evidence)

    def _add_prose_heading(self, heading: Heading, name: str, blocks: list[Block]) -> None:
        prose = [
            block.text for block in blocks if isinstance(block, Paragraph) and not self._is_template(block.text.text)
        ]
        if not prose:
            if not blocks:
                self._add(name, Verdict.UNANSWERED, heading.line, heading.text, None, "")
            return
        shown = visible(prose[0])
        found = verdict.tail(shown) or verdict.admission(shown)
        answered = Verdict.UNANSWERED if verdict.is_open_question(shown) else Verdict.PASS
        self._add(
            name, found.verdict if found else answered, heading.line, prose[0] if found else heading.text, found, shown
        )

    # --- bodies ---------------------------------------------------------------------------------------------------

    def _read_body(
        self, blocks: list[Block], principle: str | None, *, trusted: bool = False, aside: bool = False
    ) -> None:
        """`principle` is the name that the items take.

        `trusted`: the heading already says that they are items. `aside`: the heading names no principle, so that
        prose below it is only read as items where nothing else was.
        """
        self._aside = aside
        index = 0
        self._group = principle
        while index < len(blocks):
            block = blocks[index]
            if isinstance(block, Table):
                self._read_table(block, principle)
            elif isinstance(block, Item):
                run = _run_of_items(blocks, index)
                self._read_list(run, principle, trusted=trusted)
                index += len(run)
                continue
            elif isinstance(block, Paragraph):
                index += self._read_paragraph(blocks, index, principle)
                continue
            index += 1

    def _is_item_table(self, block: Block) -> bool:
        return isinstance(block, Table) and not is_violation_table(block) and columns(block, self._joiner) is not None

    def _read_table(self, table: Table, principle: str | None) -> None:
        if is_violation_table(table):
            self._found.tables.append(table)
            return
        if is_deviation_table(table):
            self._read_deviations(table, principle)
            return
        where = columns(table, self._joiner)
        if where is None:
            return
        titles = [cell.text.text for cell in table.header]
        for row in table.rows:
            if len(self._found.checks) >= MAX_CHECKS:
                return
            self._read_row(row, where.name, where.status, where.second, where.numeral, titles, principle)

    def _read_deviations(self, table: Table, principle: str | None) -> None:
        for row in table.rows:
            if not row:
                continue
            rest = " ".join(visible(cell.text) for cell in row[1:])
            none = (
                words.NONE.match(rest.strip(" *_-—"))
                or verdict.slot(rest) is not None
                and verdict.slot(rest).verdict is Verdict.PASS
            )  # type: ignore[union-attr]
            found = Verdict.PASS if none or not rest.strip(" -—–") else Verdict.PARTIAL
            self._add(
                row[0].text.text,
                found,
                row[0].line,
                row[1].text if len(row) > 1 else row[0].text,
                None,
                rest,
                group=principle,
            )

    def _read_row(
        self,
        row: tuple[Cell, ...],
        name: int,
        status: int | None,
        second: int | None,
        numeral: int | None,
        titles: list[str],
        principle: str | None,
    ) -> None:
        if len(row) <= name:
            return
        named = row[name].text.text.strip()
        id_ = row[numeral].text.text.strip() if numeral is not None and len(row) > numeral else ""
        filled = [cell for cell in row if cell.text.text.strip()]
        if (
            not named
            or not filled
            or (len(filled) == 1 and len(row) > 1 and status is not None and not _shown(row, status))
        ):
            if not (named and status is not None and len(row) > status):
                return
        leading = verdict.lead(visible(row[name].text))
        reading: Reading | None = None
        cell = row[name]
        in_slot = False
        if status is not None and len(row) > status:
            cell = row[status]
            reading = verdict.slot(visible(cell.text))
            in_slot = reading is not None
            if second is not None and len(row) > second:
                other = verdict.slot(visible(row[second].text))
                if (
                    other is not None
                    and other.verdict in {Verdict.VIOLATION, Verdict.PARTIAL}
                    and (reading is None or _WORST.index(other.verdict) < _WORST.index(reading.verdict))
                ):
                    reading, cell = other, row[second]
        elif status is None:
            for candidate in row[name + 1 :]:
                reading = verdict.lead(visible(candidate.text))
                if reading is not None and not words.APPLIES_HEADER.fullmatch(
                    titles[row.index(candidate)] if row.index(candidate) < len(titles) else ""
                ):
                    cell, in_slot = candidate, True
                    break
                reading = None
        if reading is None and leading is not None:
            reading, cell = leading, row[name]
        if (
            is_gate_label(named)
            and words.SKIPPED_HEADING.fullmatch(named) is None
            and re.match(
                r"\W*(?:overall|gate|total|result|verdict|总|總|全体|総合|종합|gesamt|conclusi)", named, re.IGNORECASE
            )
            and len(named.split()) <= 3
        ):
            if reading is not None:
                self._found.gates.append(GateLine(reading.verdict, cell.line, self._phase))
            return
        others = "\n".join(visible(c.text) for i, c in enumerate(row) if i not in {name, numeral} and c is not cell)
        if reading is None:
            rest = " ".join(visible(c.text) for i, c in enumerate(row) if i not in {name, numeral})
            found, explicit = _implicit(rest)
            if found is Verdict.PASS and all(self._is_template(c.text.text) for c in row):
                found = Verdict.UNANSWERED
            self._add(
                f"{id_}. {named}" if id_ else named,
                found,
                row[0].line,
                cell.text,
                None,
                rest,
                group=principle,
                explicit=explicit,
            )
            return
        remainder = visible(cell.text)[reading.end :]
        self._add(
            f"{id_}. {named}" if id_ else named,
            reading.verdict,
            row[0].line,
            cell.text,
            reading,
            f"{remainder}\n{others}",
            group=principle,
            in_slot=in_slot,
        )

    # --- lists ----------------------------------------------------------------------------------------------------

    def _read_list(self, run: list[Item], principle: str | None, *, trusted: bool) -> None:
        """A list with its nested items, in order."""
        base = min(item.depth for item in run)
        tops = [index for index, item in enumerate(run) if item.depth == base]
        families = [run[a:b] for a, b in zip(tops, [*tops[1:], len(run)], strict=True)]
        readings = [self._item_reading(family[0]) for family in families]
        marked = any(
            reading is not None or family[0].mark is not None
            for family, reading in zip(families, readings, strict=True)
        )
        group = self._group if self._group is not None else principle
        bold = all(next(iter(family[0].text.marked(Style.STRONG)), None) is not None for family in families)
        for family, reading in zip(families, readings, strict=True):
            top = family[0]
            if self._is_gate(top.text) and (reading is not None or top.mark is None):
                self._read_gate(top.text, reading)
                continue
            below = family[1:]
            if (
                reading is None
                and top.mark is None
                and below
                and self._is_label(top.text)
                and _marked_inside(below, self)
            ):
                self._read_list(below, _join_names(group, name_of(top.text).name), trusted=True)
                continue
            named = name_of(top.text)
            listed = marked or trusted or not self._answered() or (not self._aside and (bold or group is not None))
            listed = listed or ((named.separated or named.bold) and self._is_principled(named.name))
            if listed or self._is_template(top.text.text):
                self._add_item(top, reading, below, group, trusted=marked or trusted or bold)

    def _answered(self) -> bool:
        """Something in this document's check carries a status already."""
        return any(check.explicit for check in self._found.checks)

    def _is_label(self, text: Text) -> bool:
        named = name_of(text)
        rest = visible(text)[named.rest :].strip(" *_:：.()")
        return not rest or (named.bold and len(rest) < 4)  # noqa: PLR2004  a stray mark

    def _item_reading(self, item: Item) -> tuple[Reading, bool] | None:
        """The status of a bullet and whether it stands in a slot: after its name, before it, or at its end."""
        shown = visible(item.text)
        named = name_of(item.text)
        after = verdict.lead(shown[named.rest :]) if named.rest < len(shown) else None
        if after is not None:
            after = _shift(after, named.rest)
        inside = verdict.tail(shown[named.start : named.end]) if named.end > named.start else None
        if inside is not None and named.bold:
            inside = _shift(inside, named.start)
        else:
            inside = None
        before = verdict.lead(shown[: max(named.start, 1)]) if named.start > 0 else None
        whole = (
            verdict.lead(shown) if before is None and named.start == 0 and not named.bold and after is None else None
        )
        ended = verdict.tail(shown) if after is None else None
        labelled = _labelled(shown)
        found = [reading for reading in (after, inside, before, whole, labelled) if reading is not None]
        if not found:
            return (ended, False) if ended is not None else None
        best = min(found, key=lambda reading: _WORST.index(reading.verdict)) if before is not None else found[0]
        if best.verdict is Verdict.NA and any(r.verdict is Verdict.PASS and r is not before for r in found):
            best = next(r for r in found if r.verdict is Verdict.PASS)
        return best, True

    def _add_item(
        self,
        item: Item,
        reading: tuple[Reading, bool] | None,
        below: Sequence[Item],
        group: str | None,
        *,
        trusted: bool,
    ) -> None:
        shown = visible(item.text)
        named = name_of(item.text)
        name = named.name or shown[:80]
        evidence = shown[named.rest :] + "\n" + "\n".join(visible(child.text) for child in below[:10])
        status = reading[0] if reading else None
        found, explicit, in_slot = self._box(item, status, shown, reading[1] if reading else False)
        if found is None:
            rest = shown[named.rest :].strip() or ("\n".join(child.text.text for child in below[:5]) if below else "")
            found, explicit = _implicit(rest if named.separated or named.bold else shown)
            if self._is_template(item.text.text) or (found is Verdict.PASS and not rest and named.separated):
                found, explicit = Verdict.UNANSWERED, False
        if status is not None:
            evidence = (
                shown[: named.start]
                + shown[max(status.end, named.end) :]
                + "\n"
                + "\n".join(visible(child.text) for child in below[:10])
            )
        self._add(
            name,
            found,
            item.line,
            item.text,
            status,
            evidence,
            group=group,
            explicit=explicit,
            in_slot=in_slot,
            box=item.mark_column if status is None else None,
        )

    def _box(self, item: Item, status: Reading | None, shown: str, in_slot: bool) -> tuple[Verdict | None, bool, bool]:  # noqa: FBT001  part of a reading
        """The verdict of the box and the words together; (verdict or None, explicit, in a slot)."""
        said = status.verdict if status else None
        if item.mark is None:
            return said, True, in_slot
        if item.mark in "xX":
            return (said if said is not None and (in_slot or said is Verdict.PASS) else Verdict.PASS), True, True
        if item.mark in "~-/!":
            return (
                (
                    said
                    if said in {Verdict.NA, Verdict.VIOLATION, Verdict.PENDING}
                    else Verdict.PARTIAL
                    if item.mark in "~!/"
                    else Verdict.NA
                ),
                True,
                True,
            )
        if item.mark.strip():
            marked = verdict.lead(item.mark)
            return (marked.verdict if marked else said or Verdict.PENDING), True, True
        if said is not None and in_slot:
            return said, True, True
        if verdict.admission(shown) is not None:
            return Verdict.VIOLATION, True, True
        return Verdict.PENDING, True, True

    # --- paragraphs -----------------------------------------------------------------------------------------------

    def _read_paragraph(self, blocks: list[Block], index: int, principle: str | None) -> int:
        """Read a paragraph; how many blocks were taken (a bold item takes the list below it as its evidence)."""
        block = blocks[index]
        assert isinstance(block, Paragraph)  # noqa: S101  the caller looked
        lines = _lines(block.text)
        taken = 1
        for number, text in enumerate(lines):
            last = number == len(lines) - 1
            if self._read_line(text, blocks[index + 1 :] if last else [], principle):
                taken += len(_run_of_items(blocks, index + 1)) if index + 1 < len(blocks) and last else 0
        return taken

    def _read_line(self, text: Text, following: list[Block], principle: str | None) -> bool:
        """Read one line of a paragraph; true when it is an item, so that the list below it is evidence."""
        shown = visible(text)
        named = name_of(text)
        first = next(iter(text.marked(Style.STRONG)), None)
        bold = named.bold or (first is not None and first[1].start <= 3)  # noqa: PLR2004  a mark before it
        if self._is_gate(text):
            if words.AGAIN.search(named.name or shown[:80]):
                self._phase_gate(text, Phase.POST)
            else:
                self._read_gate(text, None)
            return False
        numbered = leading_numeral(named.name)[0] is not None or bool(
            re.match(r"\W*(?:principle|article|原则|原則|원칙)", named.name, re.IGNORECASE)
        )
        if not bold and not numbered:
            led = verdict.lead(shown)
            if led is not None and led.verdict in {Verdict.PASS, Verdict.VIOLATION, Verdict.NA}:
                self._gate(led.verdict, text.place(led.start)[0], labelled=False)
            return False
        rest = shown[named.rest :].strip()
        after = verdict.lead(shown[named.rest :]) if rest else None
        ended = verdict.tail(shown)
        before = (
            verdict.lead(shown[: named.start])
            if named.start
            else verdict.lead(shown)
            if first and verdict.begins_with_mark(shown)
            else None
        )
        status = before or (_shift(after, named.rest) if after else None) or ended or _labelled(shown)
        if not rest and status is None:
            self._group = _join_names(principle, named.name)
            return False
        if status is not None and (named.bold or numbered):
            if not rest and following and _has_boxes(following[:1]):
                self._group = _join_names(principle, named.name)
                return False
            self._add(
                named.name or shown[:80],
                status.verdict,
                text.place(0)[0],
                text,
                status,
                shown[named.rest :],
                group=principle,
                in_slot=status is not ended,
            )
            return True
        if named.separated and (self._is_principled(named.name)) and not following[:1] == []:
            self._group = named.name
            return False
        if named.separated and self._is_principled(named.name):
            found, explicit = _implicit(rest)
            self._add(named.name, found, text.place(0)[0], text, None, rest, group=principle, explicit=explicit)
            return True
        if bold and shown.rstrip().endswith((":", "：")):
            self._group = named.name
        return False

    # --- the whole gate -------------------------------------------------------------------------------------------

    def _is_gate(self, text: Text) -> bool:
        shown = visible(text)[:300]
        if re.match(r"[\W_]*gates?\s*[:：]\s*(?:must|should)\b", shown, re.IGNORECASE):
            return True
        named = name_of(text)
        if named.separated and (is_gate_label(named.name) or (_is_phase(named.name) and len(named.name.split()) <= 4)):  # noqa: PLR2004  `Post-Design`
            return True
        start = len(shown) - len(shown.lstrip(" *_>✅🟢✓\ufe0f—-"))
        return words.WHOLE.match(shown, start) is not None or (
            is_gate_label(named.name) and verdict.lead(shown[named.rest :]) is not None
        )

    def _gate(self, found: Verdict, line: int, *, labelled: bool) -> None:
        self._found.gates.append(GateLine(found, line, self._phase, labelled))

    def _phase_gate(self, text: Text, phase: Phase) -> None:
        before, self._phase = self._phase, phase
        self._read_gate(text, None)
        self._phase = before

    def _read_gate(self, text: Text, reading: tuple[Reading, bool] | None) -> None:
        shown = visible(text)
        named = name_of(text)
        found = reading[0] if reading else None
        at = 0
        if found is None:
            at = named.rest if named.separated else 0
            found = (
                verdict.slot(shown[at:])
                if named.separated
                else verdict.lead(shown, strict=False) or verdict.slot(shown)
            )
        if found is None:
            whole = words.WHOLE.search(shown[:300])
            if whole is not None:
                self._gate(Verdict.PASS, text.place(whole.start())[0], labelled=False)
            return
        said = verdict.signs(shown[at + found.start : at + found.end])
        passed = next((token.sign for token in said if token.sign not in verdict.MARKS), None) is verdict.Sign.PASS
        # `PASS (one justified deviation)`: the gate is passed, the deviation is an item's affair.
        self._gate(
            Verdict.PASS if passed else found.verdict,
            text.place(at + found.start)[0],
            labelled=is_gate_label(named.name),
        )

    # --- common ---------------------------------------------------------------------------------------------------

    def _is_template(self, text: str) -> bool:
        return normal(text) in self._template_lines

    def _add(
        self,
        named: str,
        found: Verdict,
        line: int,
        text: Text,
        reading: Reading | None,
        evidence: str,
        *,
        group: str | None = None,
        explicit: bool = True,
        in_slot: bool = True,
        box: int | None = None,
    ) -> None:
        name = named.strip(" *_`:：")
        joined = self._joiner.join(name)
        if group and (joined is None or joined.join is Join.LOOSE):
            joined = self._joiner.join(group) or joined
        span = Span(line)
        status = ""
        if reading is not None:
            status = text.text[reading.start : reading.end].strip()[:MAX_TEXT]
            at, column = text.place(reading.start)
            until, end_column = text.place(max(reading.start, reading.end - 1))
            span = Span(at, column, end_column if until == at else None)
        elif box is not None:
            span = Span(line, box, box + 2)
        soft = found in {Verdict.VIOLATION, Verdict.PARTIAL, Verdict.PENDING}
        self._found.checks.append(
            Check(
                principle=identity(joined.principle) if joined else None,
                text=self._markdown.source(line).strip()[:MAX_TEXT],
                verdict=found,
                line=line,
                phase=self._phase,
                join=joined.join if joined else None,
                named=name[:MAX_TEXT],
                status=status,
                in_slot=in_slot and (reading is not None or box is not None),
                explicit=explicit and (reading is not None or box is not None),
                reason=inline_reason(evidence) if soft else None,
                span=span,
                repairs=soft and repairs(evidence),
            )
        )


def normal(text: str) -> str:
    """A line for comparison with the template's: its words only."""
    return re.sub(r"[\W_]+", " ", text[:MAX_TEXT].casefold()).strip()


def _shown(row: tuple[Cell, ...], index: int) -> bool:
    return len(row) > index and bool(row[index].text.text.strip())


def _shift(reading: Reading, by: int) -> Reading:
    return replace(reading, start=reading.start + by, end=reading.end + by)


def _labelled(shown: str) -> Reading | None:
    """`... Status: PASS` further on in a bullet."""
    match = _INNER_STATUS.search(shown[: verdict.MAX_TEXT])
    if match is None:
        return None
    found = verdict.lead(shown[match.end() :], strict=False)
    return _shift(found, match.end()) if found else None


_INNER_STATUS = re.compile(
    r"(?<![\w-])(?:status|verdict|compliance|result|assessment|estado|判定|状态|상태)\s*[:：=]\s*", re.IGNORECASE
)


def _implicit(rest: str) -> tuple[Verdict, bool]:
    """What prose without a status word says: it complies, unless it asks, admits or says nothing."""
    rest = rest.strip()
    if not rest.strip(" -—–*_:：|") or re.fullmatch(r"\[[^\]]*\]", rest):
        return Verdict.UNANSWERED, False
    if verdict.is_open_question(rest):
        return Verdict.UNANSWERED, False
    admitted = verdict.admission(rest)
    return (admitted.verdict if admitted else Verdict.PASS), False


def _split_heading(text: Text) -> tuple[str, Reading | None]:
    """The name in a heading and the status before or after it."""
    shown = visible(text)
    named = name_of(text)
    led = verdict.lead(shown[: named.start]) if named.start > 0 else None
    ended = verdict.tail(shown, heading=True)
    if ended is None:
        for match in re.finditer(r"\s[—–-]{1,2}\s|[:：(（\[|]", shown):
            found = verdict.lead(shown[match.end() :])
            if found is not None and match.start() > 0:
                ended = _shift(found, match.end())
                break
    if ended is None:
        marks = [token for token in verdict.signs(shown) if token.sign.value.endswith("_mark") and token.start > 0]
        if marks:
            found = verdict.lead(shown[marks[0].start :])
            ended = _shift(found, marks[0].start) if found else None
    status = ended if led is None or (ended and _WORST.index(ended.verdict) < _WORST.index(led.verdict)) else led
    end = ended.start if ended is not None else len(shown)
    start = named.start if led is not None else 0
    return text.text[start:end].strip(" *_:：—–-([（|"), status


def _is_phase(name: str) -> bool:
    """The heading says when, not what: `Pre-Design Check (Phase 0 Gate)`."""
    again, before = words.AGAIN.search(name), words.BEFORE.search(name)
    return (
        (again is not None or before is not None)
        and (words.CHECKING.search(name) is not None or len(name.split()) <= 4)
        and leading_numeral(name)[0] is None
    )  # noqa: PLR2004  `Initial (Pre-Phase 0)`


def _is_bare_mark(status: Reading, text: Text) -> bool:
    said = verdict.signs(visible(text)[status.start : status.end])
    return all(token.sign in verdict.MARKS for token in said)


def _has_boxes(blocks: Sequence[Block]) -> bool:
    return any(isinstance(block, Item) and block.mark is not None for block in blocks)


def _more_marked(blocks: list[Block]) -> bool:
    """Several paragraphs or bullets begin with a mark, so that the first one is an item like the others."""
    marked = sum(verdict.lead(visible(block.text)) is not None for block in blocks if isinstance(block, Paragraph))
    return marked > 1


def _marked_inside(below: list[Item], reader: CheckReader) -> bool:
    base = min(item.depth for item in below)
    tops = [item for item in below if item.depth == base]
    marked = sum(item.mark is not None or reader._item_reading(item) is not None for item in tops)  # noqa: SLF001  same module
    return marked > 0


def _run_of_items(blocks: Sequence[Block], index: int) -> list[Item]:
    run: list[Item] = []
    for block in blocks[index:]:
        if not isinstance(block, Item):
            break
        run.append(block)
    return run


def _join_names(group: str | None, name: str) -> str:
    return f"{group} / {name}" if group and name else name or group or ""


def _lines(text: Text) -> list[Text]:
    """The lines of a paragraph where each begins with bold words or a mark of its own; else the whole paragraph."""
    if "\n" not in text.text:
        return [text]
    starts = [0] + [index + 1 for index, character in enumerate(text.text) if character == "\n"]
    bold = {mark.start for _, mark in text.marked(Style.STRONG)}
    heads = [start for start in starts if start in bold or verdict.lead(text.text[start : start + 60]) is not None]
    if len(heads) < 2 or heads[0] != 0:  # noqa: PLR2004  one line is no list
        return [text]
    ends = [*heads[1:], len(text.text) + 1]
    return [_slice(text, a, b - 1) for a, b in zip(heads, ends, strict=True)]


def _slice(text: Text, start: int, end: int) -> Text:
    marks = tuple(
        replace(m, start=max(m.start, start) - start, end=min(m.end, end) - start)
        for m in text.marks
        if m.start < end and m.end > start
    )
    line, column = text.place(start)
    pieces = ((0, line, column), *((at - start, row, col) for at, row, col in text.pieces if start < at < end))
    return Text(text.text[start:end], marks, pieces)
