"""Groups of findings as Markdown: numbered where they block, bullets where they do not, at most six before a fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.speech.render.tables import folded
from bot.core.text.neutral import code_span, fence, table_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.judging.findings import Finding
    from bot.core.speech.render.grouping import FindingGroup
    from bot.core.speech.render.markdown import Links

MOST_OPEN = 6
"""Entries of a page before the others are folded: as many as a reader takes in at a glance."""
PASTE = 4_000
"""Characters of a text to paste that are shown."""
_ROWS = 20


def blocking_entries(groups: Sequence[FindingGroup], links: Links, *, named: bool) -> list[str]:
    """`1. ❌ **title** why fix · rule`, each with its text to paste. `named`: each entry begins with its feature."""
    return [_entry(f"{number}. ❌ ", group, links, named=named) for number, group in enumerate(groups, 1)]


def other_entries(groups: Sequence[FindingGroup], links: Links, *, named: bool) -> list[str]:
    """`- ⚠️ **title** why fix · rule`. A notice has no mark: nothing has to be done about it."""
    return [
        _entry("- ⚠️ " if group.severity is Severity.WARNING else "- ", group, links, named=named) for group in groups
    ]


def with_fold(entries: Sequence[str], room: int, headline: str) -> list[str]:
    """The first `room` entries as a list, and the others in a folded block titled `4 headline`."""
    shown, hidden = entries[:room], entries[room:]
    parts = ["\n".join(shown)] if shown else []
    return [*parts, folded(f"{len(hidden)} {headline}", list(hidden))] if hidden else parts


def _entry(mark: str, group: FindingGroup, links: Links, *, named: bool) -> str:
    feature = f"{code_span(group.feature.feature.name)}: " if named and group.feature else ""
    line = f"{mark}{feature}{group_statement(group, links)}{links.rule_suffix(group.first.rule)}"
    if group.paste is None:
        return line
    indent = " " * (mark.index(" ") + 1)
    return f"{line}\n{fence(group.paste, group.first.paste_as, indent=indent, limit=PASTE)}"


def group_statement(group: FindingGroup, links: Links) -> str:
    """Title, place, reason and remedy as sentences. One finding names its place in its reason."""
    if len(group.findings) == 1:
        return statement(group.first, links)
    places = links.prose(group.places()).strip()
    parts = [
        f"**{links.prose(group.title(links.context)).strip()}**{f' ({places})' if places else ''}.",
        links.prose(group.why()).strip(),
        links.prose(group.remedy()).strip(),
    ]
    return " ".join(part for part in parts if part)


def statement(finding: Finding, links: Links) -> str:
    """Title, reason and remedy of one finding as sentences."""
    parts = [
        f"**{links.prose(finding.title).strip()}.**",
        links.prose(finding.why).strip(),
        links.prose(finding.fix).strip(),
    ]
    return " ".join(part for part in parts if part)


def finding_table(finding: Finding, links: Links) -> str:
    """The table that a finding brings; empty when it has none."""
    if not finding.table:
        return ""
    rows = [[table_cell(links.prose(cell, cell=True)) for cell in row] for row in finding.table[:_ROWS]]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
