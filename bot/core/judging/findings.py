"""Severities, findings and the report of one commit.

The report is a public contract (`docs/report.md`): fields are added, never renamed. Lines and columns are 1-based.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.change.feature import Artifact, Feature
    from bot.core.config.model import Source
    from bot.core.documents.plan import Check, Placeholder, TrackingRow
    from bot.core.forge.check_run_output import Conclusion
    from bot.core.judging.dossier import Dossier
    from bot.core.judging.edit import Edit
    from bot.core.judging.ticks import TickBoard
    from bot.core.text.prose import Prose
    from bot.core.yardstick.constitution import Constitution


class Severity(StrEnum):
    """The severity of a finding. Only an error blocks."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding with its place, its reason and its fix.

    Every surface shows `title`, `why` and `fix` in its own markup. `subject` is what the finding is about (an
    artifact's name, a principle's id, a number). Rule, path and subject identify a finding across pushes.
    """

    rule: str
    severity: Severity
    path: str
    line: int | None
    title: Prose
    """What is wrong, without a full stop: `research.md is missing`."""
    why: Prose
    """What was seen and where, as a sentence: `The plan promises it: plan.md:41.`"""
    fix: Prose
    """The remedy, as an imperative sentence that is understood alone: `Write research.md, or end plan.md:41 with …`."""
    subject: str
    new: bool = True
    """The line, or the file it is about, was added or changed by what is judged."""
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None
    """Columns count characters (code points), 1-based; the end is inclusive. None when the whole line is meant."""
    paste: str | None = None
    """Text that mends it, ready to paste; may hold foreign text, so it is only ever shown fenced."""
    edits: tuple[Edit, ...] = ()
    """The fix as changes of lines, by line, where no person has to choose; may hold foreign text."""
    paste_as: str = "text"
    """The fence's language: `bash` where the paste is commands."""
    table: tuple[tuple[Prose, ...], ...] = ()
    """Rows that show the matter at a glance, the header first: who has the number, where, since when."""
    headline: str | None = None
    """The check run's title when this is the only thing that blocks; else the rule's counted clause is used."""
    follow_up: bool = False
    """"Comes next": listed as a state in the tables, not as a thing to look at."""
    late: bool = False
    """Let pass because what it is about came to the base after the branch left it."""


_ID_DIGITS = 16


def finding_ids(findings: Iterable[Finding]) -> tuple[str, ...]:
    """One id for each finding: hexadecimal digits over rule, path and subject. It outlives moved lines and new words.

    Of several findings with the same three, the second ends with `-2`, the third with `-3`.
    """
    seen: dict[str, int] = {}
    ids = []
    for finding in findings:
        identity = f"{finding.rule}\0{finding.path}\0{finding.subject}".encode("utf-8", "replace")
        digits = hashlib.sha256(identity).hexdigest()[:_ID_DIGITS]
        seen[digits] = seen.get(digits, 0) + 1
        ids.append(digits if seen[digits] == 1 else f"{digits}-{seen[digits]}")
    return tuple(ids)


@dataclass(frozen=True, slots=True)
class FeatureReport:
    """The parts of one feature folder and the findings in it."""

    feature: Feature
    template: str
    """Path of the winning plan template, or `bundled`."""
    constitution: Constitution
    artifacts: tuple[Artifact, ...]
    checks: tuple[Check, ...]
    violations: tuple[TrackingRow, ...]
    placeholders: tuple[Placeholder, ...]
    findings: tuple[Finding, ...]
    dossiers: tuple[Dossier, ...] = ()
    """What the plan says of each assessed principle and gate; not in the digest."""
    tick_board: TickBoard | None = None
    """The task list in numbers; not in the digest, because the App and a plain folder do not know the same files."""


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one commit against one base."""

    conclusion: Conclusion
    config: tuple[Source, ...]
    findings: tuple[Finding, ...]
    """What belongs to no feature."""
    features: tuple[FeatureReport, ...]
    reason: Prose = ()
    """Why nothing was judged, when nothing was: the decision in one sentence."""
    code_files: int = 0
    """Changed files that count as code."""
    notes: tuple[Prose, ...] = ()
    """How the decision was reached, a bullet each; shown when nothing was judged."""
    headline: str = ""
    """The title where nothing was judged and there is more to say than that."""
    code_path: str = ""
    """The first changed file that counts as code: what makes the change an implementing one."""

    def all_findings(self) -> tuple[Finding, ...]:
        """Every finding, those of no feature first."""
        return self.findings + tuple(finding for feature in self.features for finding in feature.findings)
