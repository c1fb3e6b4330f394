"""Collect the checks of the Constitution Check, each with its principle and its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.documents.plan import (
    Check,
    DeviationSection,
    GateLine,
    Join,
    Phase,
    Span,
    Statement,
    StatementKind,
    Verdict,
    Weight,
)
from bot.core.documents.plan_reading.excepted import excepted
from bot.core.documents.plan_reading.joining import Joined, identity, numerals
from bot.core.documents.plan_reading.language import is_of_tested_language, is_tested_status
from bot.core.documents.plan_reading.sections import visible
from bot.core.documents.plan_reading.statement_words import NEGATED
from bot.core.documents.plan_reading.statements import MAX_STATEMENTS, Clause, read_statements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.documents.plan_reading.joining import Joiner
    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Markdown, Table, Text

MAX_CHECKS = 2000
MAX_TEXT = 400
MAX_DEVIATIONS = 100
_LANGUAGE_LINES = 200
_SOFT = frozenset({Verdict.VIOLATION, Verdict.PARTIAL, Verdict.PENDING})
_BREACHES = frozenset({Verdict.VIOLATION, Verdict.PARTIAL})
_REASONS = (StatementKind.REASON, StatementKind.ARGUMENT, StatementKind.EXISTING, StatementKind.ALTERNATIVE)
_WORD_GAPS = re.compile(r"[\W_]+")
_WEIGHT_WITHOUT_WORDS = {
    Verdict.VIOLATION: Weight.ADMISSION,
    Verdict.PARTIAL: Weight.PARTIAL,
    Verdict.PENDING: Weight.OPEN,
}


class ItemReading(Struct, frozen=True):
    """An item as it was read, before it is joined.

    `place` is the text that `status` was read in (offsets), `beside` what stands beside name and status and below the
    item, `box` the column of a check box that is the status, `group` the name of what the item stands under.
    """

    name: str
    verdict: Verdict
    line: int
    place: Text
    status: Reading | None = None
    beside: tuple[Clause, ...] = ()
    group: str | None = None
    in_slot: bool = True
    box: int | None = None
    weight: Weight | None = None
    """None for the weight of the status, or of the verdict where no word says it."""
    earlier: Verdict | None = None
    """The verdict of an earlier column that this one replaces."""


@dataclass(slots=True)
class Collected:
    """The checks and statements that were read so far."""

    markdown: Markdown
    joiner: Joiner
    template_lines: frozenset[str]
    """`normal` of every line of the plan template: a line of the plan that repeats one is no assessment."""
    phase: Phase = Phase.PRE
    begun: int = 0
    """How many checks were read before the current section."""
    checks: list[Check] = field(default_factory=list)
    gates: list[GateLine] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    """Tables of violations that stand inside the check."""
    tested_language: bool | None = None
    """None until a failed item needs it."""
    excepted: dict[str, tuple[Phase, Text]] = field(default_factory=dict)
    """Principles that a sentence about the whole gate does not pass, each with the last such sentence."""
    deviations: list[DeviationSection] = field(default_factory=list)
    """Blocks inside the check that speak for a breach and are no item."""

    @property
    def full(self) -> bool:
        """Whether the limit of checks is reached. No real plan has a tenth as many."""
        return len(self.checks) >= MAX_CHECKS

    @property
    def answered(self) -> bool:
        """Whether any check of the current section has a status."""
        return any(check.explicit for check in self.checks[self.begun :])

    def begin(self, phase: Phase) -> None:
        """Begin a section: the Constitution Check or a re-check."""
        self.phase = phase
        self.begun = len(self.checks)

    def is_template(self, text: str) -> bool:
        """Whether the line is the template's."""
        return normal(text) in self.template_lines

    def gate(
        self, verdict: Verdict, line: int, *, labelled: bool = True, whole: bool = True, phase: Phase | None = None
    ) -> None:
        """Add a line with one verdict for the whole gate."""
        text = self.markdown.source(line).strip()[:MAX_TEXT]
        self.gates.append(GateLine(verdict, line, phase or self.phase, labelled, text, whole))

    def take_exceptions(self, text: Text, phase: Phase | None = None) -> bool:
        """Keep the principles that a sentence about the whole gate does not pass; false where there is none."""
        exceptions = dict.fromkeys(excepted(visible(text), self.joiner), (phase or self.phase, text))
        self.excepted |= exceptions
        return bool(exceptions)

    def add_excepted(self) -> None:
        """Add the excepted principles as admissions, but for those with a breach above the line or any item below."""
        current = self.phase
        for principle, (phase, text) in self.excepted.items():
            line = text.place(0)[0]
            others = [check for check in self.checks if check.principle == principle and check.explicit]
            if not any(check.line > line or check.verdict in _BREACHES for check in others):
                self.phase = phase
                beside = (Clause(text.text, line),)
                self.add(ItemReading(principle, Verdict.PARTIAL, line, text, None, beside, weight=Weight.ADMISSION))
        self.phase = current

    def deviation(self, heading: str, line: int, names: tuple[str, ...], clauses: Iterable[Clause]) -> None:
        """Add a section that justifies a breach of these principles, or of any principle if it names none."""
        statements = read_statements(clauses)
        if statements and len(self.deviations) < MAX_DEVIATIONS:
            self.deviations.append(DeviationSection(line, heading[:MAX_TEXT], names, statements))

    def attach(self, clauses: Iterable[Clause]) -> None:
        """Add the statements in these clauses to the last check."""
        if self.checks:
            last = self.checks[-1]
            statements = (*last.statements, *read_statements(clauses))[:MAX_STATEMENTS]
            self.checks[-1] = replace(last, statements=statements, reason=last.reason or _reason(statements))

    def add(self, item: ItemReading) -> None:
        """Add an item as a check, one for each principle that it names; no more than `MAX_CHECKS`."""
        name = item.name.strip(" *_`:：")
        several = self.joiner.several(name)
        if len(several) > 1:
            for principle in several:
                self._add(item, name, Joined(principle, Join.NUMERAL))
        else:
            self._add(item, name, self._join(name, item.group) or self._mentioned(item))

    def _add(self, item: ItemReading, name: str, joined: Joined | None) -> None:
        if self.full:
            return
        worded = item.status is not None or item.box is not None
        weight = item.weight
        if weight is None:
            weight = item.status.weight if item.status is not None else _WEIGHT_WITHOUT_WORDS.get(item.verdict)
        if item.status is not None and item.status.plain_no and weight is Weight.FAIL:
            weight = _weight_of_plain_no(item, joined)
        text = self.markdown.source(item.line).strip()[:MAX_TEXT]
        statements = self._statements(item, text)
        self.checks.append(
            Check(
                principle=identity(joined.principle) if joined else None,
                text=text,
                verdict=item.verdict,
                line=item.line,
                phase=self.phase,
                join=joined.join if joined else None,
                named=name[:MAX_TEXT],
                status=_status(item),
                in_slot=item.in_slot and worded,
                explicit=worded,
                reason=_reason(statements) if item.verdict in _SOFT else None,
                span=_span(item),
                weight=weight or Weight.NONE,
                qualified=item.status is not None and item.status.qualified,
                statements=statements,
                earlier=item.earlier,
                tested=weight is not Weight.FAIL or self._is_tested(item),
            )
        )

    def _is_tested(self, item: ItemReading) -> bool:
        """The plan and the word of the fail are in languages that were tried on labelled plans."""
        if self.tested_language is None:
            self.tested_language = is_of_tested_language("\n".join(self.markdown.lines[:_LANGUAGE_LINES]))
        if not self.tested_language or item.status is None:
            return self.tested_language
        return is_tested_status(item.place.text[item.status.start : item.status.end])

    def _statements(self, item: ItemReading, text: str) -> tuple[Statement, ...]:
        """The assessment first, then what stands beside it."""
        later = item.earlier is not None or self.phase is Phase.POST
        kind = StatementKind.LATER_ASSESSMENT if later else StatementKind.ASSESSMENT
        if item.verdict is Verdict.UNANSWERED:
            kind = StatementKind.QUESTION
        own = Statement(kind, item.line, _status(item) or text[:MAX_TEXT])
        repaired = item.status is not None and item.status.repaired
        mended = (Statement(StatementKind.REPAIR, item.line, item.place.text.strip()[:MAX_TEXT]),) if repaired else ()
        return (own, *mended, *read_statements(item.beside))[:MAX_STATEMENTS]

    def _mentioned(self, item: ItemReading) -> Joined | None:
        """The one principle that the words beside an item of another name call by its number: `(Principle III)`."""
        text = " ".join(clause.text[:MAX_TEXT] for clause in item.beside if clause.own)
        numbered = numerals(text, bracketed=False)
        return self.joiner.join("", numeral=numbered[0]) if len(numbered) == 1 else None

    def _join(self, name: str, group: str | None) -> Joined | None:
        joined = self.joiner.join(name)
        if group and (joined is None or joined.join is Join.LOOSE):
            above = self.joiner.join(group)
            return above if above is not None and above.join is not Join.LOOSE else joined
        return joined


def normal(text: str) -> str:
    """The words of a line, for comparison with the template's line."""
    return _WORD_GAPS.sub(" ", text[:MAX_TEXT].casefold()).strip()


def _weight_of_plain_no(item: ItemReading, joined: Joined | None) -> Weight:
    """A cross before a word that says no failure breaks a principle that the item names; else it is a plain "no"."""
    sure = joined is not None and joined.join is not Join.LOOSE
    negated = item.status is not None and NEGATED.match(item.place.text, item.status.end) is not None
    return Weight.FAIL if sure and not negated else Weight.PARTIAL


def _reason(statements: tuple[Statement, ...]) -> str | None:
    return next((statement.text for kind in _REASONS for statement in statements if statement.kind is kind), None)


def _status(item: ItemReading) -> str:
    if item.status is None:
        return ""
    return item.place.text[item.status.start : item.status.end].strip()[:MAX_TEXT]


def _span(item: ItemReading) -> Span:
    if item.status is not None:
        line, column = item.place.place(item.status.start)
        end_line, end_column = item.place.place(max(item.status.start, item.status.end - 1))
        return Span(line, column, end_column if end_line == line else None)
    if item.box is not None:
        return Span(item.line, item.box, item.box + 2)
    return Span(item.line)
