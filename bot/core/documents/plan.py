"""A plan as it is judged: header, check, tracking, document tree, placeholders; every part with its 1-based line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.yardstick.template import PlaceholderKind


class Verdict(StrEnum):
    """The plan's verdict on one item of its Constitution Check."""

    PASS = "pass"  # noqa: S105  a verdict
    VIOLATION = "violation"
    PARTIAL = "partial"
    NA = "na"
    PENDING = "pending"
    UNANSWERED = "unanswered"


class Weight(StrEnum):
    """The most that an assessment can cause, from nothing to an error."""

    NONE = "none"
    """The principle holds or does not apply."""
    OPEN = "open"
    """The answer is put off, or a warning sign stands before words that admit no breach: at most a notice."""
    PARTIAL = "partial"
    """Part of the principle does not hold: at most a warning."""
    ADMISSION = "admission"
    """A deviation or an exception that the plan owns up to: at most a warning."""
    FAIL = "fail"
    """The principle is violated: an error when nothing speaks for it."""


class StatementKind(StrEnum):
    """The kind of a statement about a principle."""

    ASSESSMENT = "assessment"
    """A verdict in a status slot."""
    LATER_ASSESSMENT = "later assessment"
    """A verdict of a later column or of a re-check."""
    EVIDENCE = "evidence"
    """How the plan complies, or what it does: no reason."""
    REASON = "reason"
    """A clause, cell or block that a label calls a reason: `Justification: ...`."""
    ARGUMENT = "argument"
    """Words of the item that argue (`because`, `until`) without a label."""
    ALTERNATIVE = "alternative"
    """The simpler way that was rejected."""
    REPAIR = "repair"
    """The breach is in today's code and this feature repairs it."""
    EXISTING = "existing breach"
    """The breach is in today's code and stays."""
    AMENDMENT = "amendment"
    """The plan names a version or an amendment of the constitution."""
    APPROVAL = "approval"
    """Somebody accepted the breach."""
    POINTER = "pointer"
    """The item points to Complexity Tracking or to another place with its reason."""
    TRACKING_ROW = "tracking row"
    """A row of Complexity Tracking that names the principle."""
    DEVIATION_SECTION = "deviation section"
    """A heading of its own about the deviation from this principle."""
    GATE_LINE = "gate line"
    """A verdict for the whole check."""
    QUESTION = "question"
    """The principle is asked about and not answered."""


class Phase(StrEnum):
    """Before or after the design: the Constitution Check, or its re-check."""

    PRE = "pre"
    POST = "post"


class Join(StrEnum):
    """How surely an item belongs to its principle."""

    BOTH = "both"
    """Numeral and name agree."""
    NAME = "name"
    NUMERAL = "numeral"
    LOOSE = "loose"
    """Tokens overlap."""


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a line: 1-based line, 1-based inclusive columns in characters."""

    line: int
    column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a plan says about a principle or a gate."""

    kind: StatementKind
    line: int
    """1-based."""
    text: str
    """The words as written, at most `MAX_STATEMENT` characters."""


MAX_STATEMENT = 300


@dataclass(frozen=True, slots=True)
class GateLine:
    """A line that gives one verdict for the whole Constitution Check."""

    verdict: Verdict
    line: int
    phase: Phase
    labelled: bool = False
    """A label says so: `Gate result: PASS`."""
    text: str = ""
    """The line as written, bounded."""
    whole: bool = True
    """It says that it speaks for the whole check, or says nothing but the verdict."""


@dataclass(frozen=True, slots=True)
class DeviationSection:
    """A heading about a deviation, outside Complexity Tracking, with the blocks below it."""

    line: int
    heading: str
    names: tuple[str, ...]
    """Ids of the principles that the heading names."""
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """The smallest assessed unit of the Constitution Check."""

    principle: str | None
    """The id of the principle in the constitution (its name where it has no numeral), None when it joins none."""
    text: str
    """The line as written, bounded."""
    verdict: Verdict
    line: int
    phase: Phase
    join: Join | None = None
    named: str = ""
    """How the item calls itself: the first cell, the bold words, the heading."""
    status: str = ""
    """The words in the status slot as written, empty where there is no slot or nothing in it."""
    in_slot: bool = False
    """The verdict was read in a status slot (status cell, token after the name, status line), not from prose."""
    explicit: bool = True
    """A status word, mark or box says it; False where only prose does."""
    reason: str | None = None
    """The reason that stands in the item itself, None where there is none of substance."""
    span: Span | None = None
    """Where the status stands; the item's own place where there is none."""
    weight: Weight = Weight.NONE
    """The most that the assessment can cause."""
    qualified: bool = False
    """The slot itself softens the verdict: `FAIL (accepted)`, `VIOLATION → FIX`."""
    statements: tuple[Statement, ...] = ()
    """What the item says: its assessment first, then what stands beside and below it."""
    earlier: Verdict | None = None
    """The verdict of an earlier column, where a later column of the same row replaces it."""
    tested: bool = True
    """The words were read in a language whose lists were tested on real plans: only such an item can block."""


@dataclass(frozen=True, slots=True)
class TrackingRow:
    """A real row of Complexity Tracking: not the template's, not None or N/A, not informational."""

    principle: str | None
    violation: str
    why: str
    alternative: str
    line: int
    complete: bool
    names: tuple[str, ...] = ()
    """Ids of every principle that the row names."""
    gates: tuple[str, ...] = ()
    """Names of checks (`Check.named`) that the row names although they are no principle."""
    missing: tuple[str, ...] = ()
    """Which cells say nothing: `why`, `alternative`."""
    has_alternative_column: bool = True
    repair: str = ""
    """What a column Fix, Approach or Mitigation says."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A line of a document that still holds the template's text."""

    path: str
    line: int
    kind: PlaceholderKind
    text: str
    column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """A line of the plan's Documentation tree (or an `X: N/A` line) about one artifact."""

    artifact: str
    line: int
    column: int | None
    end_column: int | None
    waived: str | None
    """The reason why it is not needed, as written; None where the line promises it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the plan, whatever its heading."""

    heading: str
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of a plan that rules and reports use."""

    path: str
    lines: tuple[str, ...]
    """The document's lines without their ends, for quoting; `lines[0]` is line 1."""
    title: str | None = None
    branch: str | None = None
    branch_line: int | None = None
    spec_link: str | None = None
    spec_line: int | None = None
    check: Section | None = None
    """The first Constitution Check."""
    check_mention: int | None = None
    """Where there is no check: the line of a heading about the constitution, or of words that look like its heading."""
    tracking: Section | None = None
    tracking_table_line: int | None = None
    """The last line of the tracking table: a row is pasted under it."""
    checks: tuple[Check, ...] = ()
    overall: Verdict | None = None
    """One verdict line for the whole gate, if there is one."""
    overall_line: int | None = None
    gate_lines: tuple[GateLine, ...] = ()
    deviations: tuple[DeviationSection, ...] = ()
    rows: tuple[TrackingRow, ...] = ()
    promises: tuple[Promise, ...] = ()
    placeholders: tuple[Placeholder, ...] = ()
    template_share: float = 0.0
    """Of the template's placeholder lines, the share that remains (0 to 1)."""
    unfilled: bool = False
    """Title and summary are placeholders, or most of the template's placeholder lines remain."""
    structure_paths: tuple[tuple[str, int], ...] = ()
    """Paths named by the Structure Decision and the source tree, with their lines."""
    links: tuple[tuple[str, int], ...] = ()
    """Relative links with their lines."""
