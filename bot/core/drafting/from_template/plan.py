"""A plan drafted from the repository's own template, filled with everything that can be known without guessing.

What a person still has to say is marked in two ways only: `NEEDS CLARIFICATION`, and an empty cell beside a principle.
Drafting is pure and repeatable: the same facts give the same text, and a draft taken as template gives itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from bot.core.drafting.draft import Draft
from bot.core.drafting.from_template.constitution_check import Gate, build_gate, no_principles, unticked
from bot.core.drafting.from_template.filling import Filler
from bot.core.drafting.from_template.plan_facts import PlanFacts, cell, issue_summary
from bot.core.drafting.from_template.trees import documents_tree, is_documents, source_tree
from bot.core.drafting.manifests.technical import read_technical
from bot.core.markdown import Fence, Table, parse
from bot.core.yardstick.parts import Line, Part, lines_of
from bot.core.yardstick.template import PlaceholderKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.markdown import Heading

__all__ = ["PlanFacts", "draft_plan", "issue_summary"]

_NOTE = re.compile(r"\s*>?\s*\*\*Note\*\*\s*:.{0,200}template", re.IGNORECASE)
_LONGEST_HOLE = 12
"""The most lines that one bracket may span."""


def draft_plan(facts: PlanFacts) -> Draft:
    """The plan of a feature, filled from the repository. Total: any template and any facts give a draft."""
    drafter = _Drafter(facts)
    text = drafter.text()
    clarifications, verdicts = drafter.filler.clarifications, drafter.gate.verdicts
    path = f"{facts.feature_dir}/plan.md"
    return Draft(path, text, clarifications + verdicts, clarifications, verdicts, facts.template.path)


class _Drafter:
    """One pass over the template's lines."""

    def __init__(self, facts: PlanFacts) -> None:
        self._facts = facts
        self._document = parse(facts.template.text)
        self._lines = self._all_lines()
        self._kinds = {hole.line: hole.kind for hole in facts.template.holes}
        self.filler = Filler(facts, read_technical(facts.manifests, facts.paths))
        self._check = self._heading(facts.template.check_heading)
        self.gate = (
            build_gate(self._document, self._check, facts.template, facts.constitution)
            if self._check
            else Gate((), frozenset(), None, 0)
        )
        self._gate_written = False
        self._orders = self._action_comments()
        self._tables = {
            line: block
            for block in self._document.blocks
            if isinstance(block, Table)
            for line in range(block.line, block.end_line + 1)
        }

    def text(self) -> str:
        """The whole document, ending in one newline, with at most one blank line in a row outside code."""
        return "\n".join(_tidy([*self._drafted()])) + "\n"

    def _all_lines(self) -> tuple[Line, ...]:
        """Every line below the front matter, including blank lines and comments."""
        document = self._document
        visible = {line.number: line for line in lines_of(document, self._known_parts())}
        return tuple(
            visible.get(number)
            or Line(number, "", part=None, head=False, fence=None, comment=bool(document.source(number)))
            for number in range(document.body, len(document.lines) + 1)
        )

    def _heading(self, title: str | None) -> Heading | None:
        return next((heading for heading in self._document.headings if heading.title == title), None) if title else None

    def _known_parts(self) -> dict[int, Part]:
        template = self._facts.template
        named = ((template.check_heading, Part.CHECK), (template.tracking_heading, Part.TRACKING))
        return {heading.line: part for title, part in named if (heading := self._heading(title))}

    def _action_comments(self) -> frozenset[int]:
        """Lines of comments that tell the author how to fill the template. A draft has followed them."""
        orders = sorted(line for line, kind in self._kinds.items() if kind is PlaceholderKind.COMMENT)
        return frozenset(
            line
            for comment in self._document.comments
            if bisect_left(orders, comment.line) < bisect_right(orders, comment.end_line)
            for line in range(comment.line, comment.end_line + 1)
        )

    def _drafted(self) -> Iterator[str]:
        position = 0
        while position < len(self._lines):
            line = self._lines[position]
            fence = self._fence_at(line)
            if fence is not None:
                yield from self._fence(fence)
                position += max(1, fence.end_line - line.number + 1)
                continue
            position += 1
            if self._check and self._check.end_line + 1 == line.number:
                yield from self._gate_rows()
            if self._is_dropped(line):
                if line.number == self.gate.line:
                    yield from self._gate_rows()
                continue
            kind = self._kinds.get(line.number)
            tail, position = self._text_after(line, kind, position)
            yield from self._line(line, kind, tail)
        if self._check and self._check.end_line >= self._lines[-1].number:
            yield from self._gate_rows()

    def _is_dropped(self, line: Line) -> bool:
        if line.number in self._orders and not line.text.strip():
            return True
        return line.number in self.gate.dropped or bool(line.head and _NOTE.match(line.text[:1000]))

    def _text_after(self, line: Line, kind: PlaceholderKind | None, position: int) -> tuple[str, int]:
        """The text after a bracket that ends on a later line, and the next line to read."""
        if kind is None or kind is PlaceholderKind.COMMENT or line.text.count("[") <= line.text.count("]"):
            return "", position
        for number, later in enumerate(self._lines[position : position + _LONGEST_HOLE], start=1):
            if not later.text.strip():
                return "", position + number - 1
            before, closing, after = later.text.partition("]")
            if closing and "[" not in before:
                return after, position + number
        return "", position

    def _line(self, line: Line, kind: PlaceholderKind | None, tail: str) -> Iterator[str]:
        if kind is PlaceholderKind.GATES and self._check and not self._gate_written and self.gate.line is None:
            yield from self._gate_rows()
        elif kind is PlaceholderKind.COMMENT:
            yield line.text.rstrip()
        elif kind is PlaceholderKind.ROW or (kind and self._is_example_row(line)):
            yield from self._last_row(line)
        elif line.part is Part.CHECK and line.text.lstrip()[:1] in {"-", "*", "+"}:
            yield unticked(self.filler.fill(line, kind, tail))
        else:
            yield self._written(line) if kind is None and line.comment else self.filler.fill(line, kind, tail)
            yield from self._last_row(line)

    def _written(self, line: Line) -> str:
        """A line with one of the template's own comments, unchanged."""
        return self._document.source(line.number)

    def _is_example_row(self, line: Line) -> bool:
        """A row of placeholders below a table's header; a row with a label of its own is a field."""
        table = self._tables.get(line.number)
        return table is not None and line.part is not Part.CONTEXT and line.text.lstrip(" |").startswith("[")

    def _last_row(self, line: Line) -> Iterator[str]:
        """Prepared rows below the tracking table's last line."""
        table = self._tables.get(line.number)
        if table is None or line.part is not Part.TRACKING or line.number != table.end_line:
            return
        width = max(1, len(table.header))
        standing = {row[0].raw for row in table.rows if row}
        for violation in self._facts.violations:
            if cell(violation) not in standing:
                yield f"| {cell(violation)} |" + " |" * (width - 1)

    def _gate_rows(self) -> Iterator[str]:
        if self._gate_written or self._check is None:
            return
        self._gate_written = True
        if self.gate.rows:
            yield from ("", *self.gate.rows, "")
        elif not self.gate.verdicts and any(
            self._kinds.get(line) is PlaceholderKind.GATES for line in range(self._check.line, self._check.end_line + 1)
        ):
            yield from ("", no_principles(self._facts.constitution), "")

    def _fence_at(self, line: Line) -> Fence | None:
        return next(
            (
                block
                for block in self._document.within(line.number, line.number)
                if isinstance(block, Fence) and block.fenced
            ),
            None,
        )

    def _fence(self, fence: Fence) -> Iterator[str]:
        opening = self._document.source(fence.line).rstrip()
        is_closed = fence.end_line > fence.first + len(fence.lines) - 1
        marks = opening.lstrip()
        indent = opening[: len(opening) - len(marks)]
        drawn = self._inside(fence)
        yield opening
        if drawn is None:
            yield from (self._document.source(number) for number in range(fence.first, fence.first + len(fence.lines)))
        else:
            yield from (indent + line for line in drawn)
        yield self._document.source(fence.end_line).rstrip() if is_closed else indent + marks[: _run(marks)]

    def _inside(self, fence: Fence) -> list[str] | None:
        """The new content of a code block; None if the block stays unchanged."""
        if is_documents(fence.lines):
            return documents_tree(fence.lines, self._facts)
        numbers = range(fence.first, fence.first + len(fence.lines))
        kinds = {self._kinds[number] for number in numbers if number in self._kinds}
        if kinds & {PlaceholderKind.OPTION, PlaceholderKind.TREE}:
            return source_tree(self._facts.paths, self._facts.root) or [self.filler.blank()]
        return None


def _run(marks: str) -> int:
    """The number of backticks or tildes that open a fence."""
    return len(marks) - len(marks.lstrip(marks[:1]))


def _tidy(lines: list[str]) -> Iterator[str]:
    """The lines with at most one blank line in a row outside code, and none at the ends."""
    inside, blank, begun = False, False, False
    for line in lines:
        if line.lstrip().startswith(("```", "~~~")):
            inside = not inside
        if not line.strip() and not inside:
            blank = begun
            continue
        if blank:
            yield ""
        blank, begun = False, True
        yield line
