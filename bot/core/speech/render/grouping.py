"""Findings of one rule with one remedy as one entry: `5 principles unanswered: I, II, IV (plan.md:28–31)`.

A reader has three problems to understand, not twelve findings. An entry names each subject and each run of lines once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.core.text.prose import At, Code, Name, Piece, Prose
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.judging.findings import FeatureReport, Finding, Severity
    from bot.core.speech.render.context import RenderContext
    from bot.core.speech.render.counts import Occurrence

_MOST_SUBJECTS = 6
_MOST_RUNS = 4
_TABLE_HEADER_LINES = 2
_NON_NEGOTIABLE = " (NON-NEGOTIABLE)"


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one rule, severity, feature, file and remedy, in the order in which they are shown."""

    findings: tuple[Finding, ...]
    feature: FeatureReport | None

    @property
    def first(self) -> Finding:
        """The finding that is shown first. What all have in common is read from it."""
        return self.findings[0]

    @property
    def severity(self) -> Severity:
        """The severity of every finding in the group."""
        return self.first.severity

    @property
    def paste(self) -> str | None:
        """The text to paste for the whole group. Tables with the same header become one table."""
        pastes = [finding.paste for finding in self.findings if finding.paste]
        return _joined_pastes(pastes) if pastes else None

    def title(self, context: RenderContext) -> Prose:
        """One finding's own title, or the count and the subjects: `2 artifacts missing: a.md, b.md`."""
        if len(self.findings) == 1:
            return self.first.title
        clause = context.clause(self.first.rule)
        counted = count(len(self.findings), clause.one, clause.many)
        subjects = _subjects(self.findings)
        return (counted, ": ", *subjects) if subjects else (counted,)

    def why(self) -> Prose:
        """The reason, where all findings have the same one."""
        return self.first.why if all(finding.why == self.first.why for finding in self.findings) else ()

    def remedy(self) -> Prose:
        """The remedy, with every name and address in which the findings differ, else "for each".

        "For each" is left out where one text to paste is for all of them.
        """
        remedies = list(dict.fromkeys(finding.fix for finding in self.findings))
        if len(remedies) > 1:
            return tuple(piece for pieces in zip(*remedies, strict=True) for piece in _listed(pieces))
        if len(self.findings) == 1 or self.paste or not self.first.fix:
            return self.first.fix
        opening, *following = self.first.fix
        if not isinstance(opening, str):
            return ("For each: ", *self.first.fix)
        return (f"For each: {opening[:1].lower()}{opening[1:]}", *following)

    def addresses(self) -> tuple[At, ...]:
        """The runs of lines; the file as a whole where no finding has a line; nothing without a file."""
        if not self.first.path:
            return ()
        runs = runs_of_lines(self.findings)
        if not runs:
            return (At(self.first.path),)
        return tuple(At(self.first.path, _line(run[0]), end_line=_line(run[-1])) for run in runs)

    def places(self) -> Prose:
        """The addresses as a list; those past the fourth are counted."""
        pieces: list[Piece] = []
        addresses = self.addresses()
        for address in addresses[:_MOST_RUNS]:
            pieces += [", ", address]
        if len(addresses) > _MOST_RUNS:
            pieces.append(f" and {len(addresses) - _MOST_RUNS} more")
        return tuple(pieces[1:])


def groups_of(occurrences: Iterable[Occurrence]) -> tuple[FindingGroup, ...]:
    """The findings in groups. A group stands where its first finding stood."""
    groups: dict[tuple[object, ...], list[Occurrence]] = {}
    for occurrence in occurrences:
        groups.setdefault(_key(occurrence), []).append(occurrence)
    return tuple(FindingGroup(tuple(each.finding for each in group), group[0].feature) for group in groups.values())


def _key(occurrence: Occurrence) -> tuple[object, ...]:
    finding = occurrence.finding
    folder = occurrence.feature.feature.dir if occurrence.feature else ""
    # A finding with a table of its own is shown by itself.
    alone = id(finding) if finding.table else 0
    return (finding.severity, folder, finding.rule, finding.path, _remedy_key(finding), finding.paste_as, alone)


def _remedy_key(finding: Finding) -> Prose | tuple[object, ...]:
    """The remedy without its names and addresses. One that rewrites a line is shared by nobody else."""
    if finding.edits and not finding.paste:
        return finding.fix
    return tuple(piece if isinstance(piece, str) else type(piece) for piece in finding.fix)


def runs_of_lines(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings with a line, by line, in runs of consecutive lines."""
    placed = sorted((finding for finding in findings if finding.line is not None), key=_line)
    breaks = [index for index, (above, below) in enumerate(pairwise(placed), 1) if _line(below) > _line(above) + 1]
    bounds = [0, *breaks, len(placed)]
    return [placed[start:end] for start, end in pairwise(bounds) if placed]


def _line(finding: Finding) -> int:
    return finding.line or 0


def _listed(pieces: Iterable[Piece]) -> Prose:
    """Each piece once, as `a, b and c`; those past the sixth are counted."""
    different = list(dict.fromkeys(pieces))
    if len(different) == 1:
        return tuple(different)
    hidden = len(different) - _MOST_SUBJECTS
    *shown, last = different if hidden <= 0 else [*different[:_MOST_SUBJECTS], f"{hidden} more"]
    return (*[piece for each in shown for piece in (", ", each)][1:], " and ", last)


def _subjects(findings: Iterable[Finding]) -> Prose:
    """The subjects of the findings, each once; those past the sixth are counted. Empty if all have one subject."""
    subjects = list(dict.fromkeys(_subject(finding) for finding in findings))
    if len(subjects) == 1 or None in subjects:
        return ()
    pieces: list[Piece] = []
    for subject in subjects[:_MOST_SUBJECTS]:
        pieces += [", ", subject] if subject is not None else []
    if len(subjects) > _MOST_SUBJECTS:
        pieces.append(f" and {len(subjects) - _MOST_SUBJECTS} more")
    return tuple(pieces[1:])


def _subject(finding: Finding) -> Code | Name | None:
    """The foreign words of the title; a principle with a numeral by that alone."""
    named = next((piece for piece in finding.title if isinstance(piece, Code | Name)), None)
    if isinstance(named, Name) and finding.subject and named.text.startswith(f"{finding.subject}. "):
        strength = _NON_NEGOTIABLE if named.text.endswith(_NON_NEGOTIABLE) else ""
        return Name(finding.subject + strength)
    return named


def _joined_pastes(pastes: list[str]) -> str:
    unique = [paste.strip("\n").split("\n") for paste in dict.fromkeys(pastes)]
    header = unique[0][:_TABLE_HEADER_LINES]
    is_table = len(unique[0]) > _TABLE_HEADER_LINES and header[-1].startswith("|-")
    if len(unique) > 1 and is_table and all(lines[:_TABLE_HEADER_LINES] == header for lines in unique):
        return "\n".join([*header, *(line for lines in unique for line in lines[_TABLE_HEADER_LINES:])])
    return "\n".join("\n".join(lines) for lines in unique)
