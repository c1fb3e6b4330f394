"""Findings as Markdown: the numbered list of what blocks, the list of what does not, what only a person can judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import NO_KEY_ENTITIES
from bot.core.documents.plan import Verdict
from bot.core.judging.findings import FeatureReport, Severity
from bot.core.speech.render.facts import Occurrence, PrincipleStatus, deviations, principle_statuses, taken_back
from bot.core.text.neutral import code_span, fence, neutralise, table_cell
from bot.core.text.prose import At

if TYPE_CHECKING:
    from bot.core.change.feature import Artifact
    from bot.core.judging.findings import Finding
    from bot.core.speech.render.markdown import Links

PASTE = 4_000
_QUOTED = 160
_ROWS = 20


def blocks(occurrences: list[Occurrence], links: Links, *, named: bool) -> list[str]:
    """`1. ❌ **title.** why fix · rule`, each with its paste. `named` says which feature, where there are several."""
    return [_item(f"{number}. ❌ ", occurrence, links, named=named) for number, occurrence in enumerate(occurrences, 1)]


def does_not_block(occurrences: list[Occurrence], links: Links, *, named: bool) -> list[str]:
    """`- ⚠️ **title.** why fix · rule`; a notice has no mark, since nothing is to be done about it."""
    return [
        _item(
            "- ⚠️ " if occurrence.finding.severity is Severity.WARNING else "- ",
            occurrence,
            links,
            named=named,
        )
        for occurrence in occurrences
    ]


def _item(lead: str, occurrence: Occurrence, links: Links, *, named: bool) -> str:
    finding = occurrence.finding
    name = f"{code_span(occurrence.feature.feature.name)}: " if named and occurrence.feature else ""
    line = f"{lead}{name}{statement(finding, links)} · {links.rule(finding.rule)}"
    if finding.paste is None:
        return line
    indent = " " * (lead.index(" ") + 1)
    return f"{line}\n{fence(finding.paste, finding.paste_as, indent=indent, limit=PASTE)}"


def statement(finding: Finding, links: Links) -> str:
    """Title, reason and way out as sentences."""
    parts = [
        f"**{links.prose(finding.title).strip()}.**",
        links.prose(finding.why).strip(),
        links.prose(finding.fix).strip(),
    ]
    return " ".join(part for part in parts if part)


def grid(finding: Finding, links: Links) -> str:
    """The finding's own table; empty when it has none."""
    if not finding.table:
        return ""
    rows = [[table_cell(links.prose(cell, cell=True)) for cell in row] for row in finding.table[:_ROWS]]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def worth_a_look(feature: FeatureReport, links: Links) -> list[str]:
    """What a reviewer has to judge: justified deviations and what the plan calls not applicable, with its reasons."""
    plan = next((artifact.path for artifact in feature.artifacts if artifact.name == "plan.md"), "")
    lines = [_deviation(status, plan, links) for status in deviations(feature)]
    lines += [_not_applicable(artifact, plan, links) for artifact in feature.artifacts if taken_back(artifact)]
    return lines + [
        _principle_not_applicable(s, plan, links) for s in principle_statuses(feature) if s.verdict is Verdict.NA
    ]


def _deviation(status: PrincipleStatus, plan: str, links: Links) -> str:
    row = status.row
    verdict = "violated" if status.verdict is Verdict.VIOLATION else "partial"
    line = f"- **{neutralise(_name(status))} is {verdict}, and justified**"
    if row is None:
        return line
    violation = _quoted(_without_name(row.violation, status))
    place = links.at(At(plan, row.line))
    alternative = f"; rejected: {_quoted(row.alternative)}" if row.alternative.strip() else ""
    needed = "is needed because" if status.verdict is Verdict.VIOLATION else "because"
    return f"{line}, {place}: {violation} {needed} {_quoted(row.why)}{alternative}."


def _not_applicable(artifact: Artifact, plan: str, links: Links) -> str:
    if artifact.reason == NO_KEY_ENTITIES:
        return f"- **{code_span(artifact.name)} is not applicable**: {NO_KEY_ENTITIES}."
    place = f", {links.at(At(plan, artifact.line))}" if artifact.line else ""
    return (
        f"- **{code_span(artifact.name)} is not applicable, says the plan**{place}: {_quoted(artifact.reason or '')}."
    )


def _principle_not_applicable(status: PrincipleStatus, plan: str, links: Links) -> str:
    check = status.check
    place = f", {links.at(At(plan, check.line))}" if check else ""
    reason = f": {_quoted(check.reason)}" if check and check.reason else ""
    return f"- **{neutralise(_name(status))} is not applicable, says the plan**{place}{reason}."


def _name(status: PrincipleStatus) -> str:
    return status.principle.title


def _without_name(violation: str, status: PrincipleStatus) -> str:
    """`VII. Simplicity: 4th crate` says the name that stands before it already."""
    head, colon, detail = violation.partition(":")
    named = status.principle.name.casefold() in head.casefold() or head.strip() == status.principle.id
    return detail if colon and named and detail.strip() else violation


def _quoted(text: str) -> str:
    """A cell's words to the letter, without the marks of code in them: they stand in a span already."""
    return code_span(text.replace("`", ""), _QUOTED)
