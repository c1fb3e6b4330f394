"""What is collected while the Constitution Check is read, each check joined to its principle and given its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.documents.plan import Check, Join, Phase, Span, Verdict
from bot.core.documents.plan_reading.joining import identity
from bot.core.documents.plan_reading.reasons import inline_reason, repairs

if TYPE_CHECKING:
    from bot.core.documents.plan_reading.joining import Joined, Joiner
    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Markdown, Table, Text

MAX_CHECKS = 2000
MAX_TEXT = 400
_SOFT = frozenset({Verdict.VIOLATION, Verdict.PARTIAL, Verdict.PENDING})
_WORD_GAPS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class GateLine:
    """A line that speaks for the whole gate."""

    verdict: Verdict
    line: int
    phase: Phase
    labelled: bool = False
    """It says what it is: `Gate result: PASS`."""


@dataclass(frozen=True, slots=True)
class Found:
    """An item as it was read, before it is joined.

    `place` is the text that `status` was read in (offsets), `evidence` the words beside name and status, `box` the
    column of a check box that is the status, `group` the name of what the item stands under.
    """

    named: str
    verdict: Verdict
    line: int
    place: Text
    status: Reading | None = None
    evidence: str = ""
    group: str | None = None
    in_slot: bool = True
    box: int | None = None


@dataclass(slots=True)
class Collected:
    """Everything that was read of the sections so far."""

    markdown: Markdown
    joiner: Joiner
    template_lines: frozenset[str]
    """`normal` of every line of the plan template: who repeats it has answered nothing."""
    phase: Phase = Phase.PRE
    checks: list[Check] = field(default_factory=list)
    gates: list[GateLine] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    """Tables of violations that stand inside the check."""

    @property
    def full(self) -> bool:
        """No more checks are taken; no real plan has a tenth as many."""
        return len(self.checks) >= MAX_CHECKS

    @property
    def answered(self) -> bool:
        """Something carries a status already."""
        return any(check.explicit for check in self.checks)

    def is_template(self, text: str) -> bool:
        """The line is the template's."""
        return normal(text) in self.template_lines

    def gate(self, found: Verdict, line: int, *, labelled: bool = True, phase: Phase | None = None) -> None:
        """Take a line that speaks for the whole gate."""
        self.gates.append(GateLine(found, line, phase or self.phase, labelled))

    def add(self, found: Found) -> None:
        """Take an item, unless there are too many already."""
        if self.full:
            return
        name = found.named.strip(" *_`:：")
        joined = self._join(name, found.group)
        soft = found.verdict in _SOFT
        said = found.status is not None or found.box is not None
        self.checks.append(
            Check(
                principle=identity(joined.principle) if joined else None,
                text=self.markdown.source(found.line).strip()[:MAX_TEXT],
                verdict=found.verdict,
                line=found.line,
                phase=self.phase,
                join=joined.join if joined else None,
                named=name[:MAX_TEXT],
                status=_status(found),
                in_slot=found.in_slot and said,
                explicit=said,
                reason=inline_reason(found.evidence) if soft else None,
                span=_span(found),
                repairs=soft and repairs(found.evidence),
            )
        )

    def _join(self, name: str, group: str | None) -> Joined | None:
        joined = self.joiner.join(name)
        if group and (joined is None or joined.join is Join.LOOSE):
            above = self.joiner.join(group)
            return above if above is not None and above.join is not Join.LOOSE else joined
        return joined


def normal(text: str) -> str:
    """A line for comparison with the template's: its words only."""
    return _WORD_GAPS.sub(" ", text[:MAX_TEXT].casefold()).strip()


def _status(found: Found) -> str:
    if found.status is None:
        return ""
    return found.place.text[found.status.start : found.status.end].strip()[:MAX_TEXT]


def _span(found: Found) -> Span:
    if found.status is not None:
        line, column = found.place.place(found.status.start)
        end_line, end_column = found.place.place(max(found.status.start, found.status.end - 1))
        return Span(line, column, end_column if end_line == line else None)
    if found.box is not None:
        return Span(found.line, found.box, found.box + 2)
    return Span(found.line)
