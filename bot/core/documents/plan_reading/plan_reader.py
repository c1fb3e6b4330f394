"""The plan as a whole: every part read once, in the order in which the parts need each other."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core.documents.placeholders import find_placeholders, has_own_lines, is_unfilled, template_share
from bot.core.documents.plan import Plan, Section
from bot.core.documents.plan_reading.collected import Collected, normal
from bot.core.documents.plan_reading.constitution_check import read_checks
from bot.core.documents.plan_reading.header import read_header
from bot.core.documents.plan_reading.joining import Joiner
from bot.core.documents.plan_reading.promises import read_promises
from bot.core.documents.plan_reading.sections import check_parts, deviation_parts, mention_of_check, tracking_parts
from bot.core.documents.plan_reading.structure import relative_links, structure_paths
from bot.core.documents.plan_reading.tracking import TrackingReader
from bot.core.markdown import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.change.trees import Document
    from bot.core.documents.plan_reading.sections import CheckPart
    from bot.core.markdown import Heading, Markdown
    from bot.core.yardstick.constitution import Constitution
    from bot.core.yardstick.template import Template


def read_plan(document: Document, template: Template, constitution: Constitution) -> Plan:
    """The plan, held to its repository's own template and constitution. Total: never raises for any text."""
    markdown = parse(document.text)
    header = read_header(markdown)
    trackings = tracking_parts(markdown, template)
    joiner = Joiner(constitution)
    parts = check_parts(markdown, template, joiner)
    found = _read_checks(markdown, parts, joiner, template)
    rows = TrackingReader(markdown, joiner, template, found.checks)
    deviations = [part for part in deviation_parts(markdown, parts, joiner) if part not in trackings]
    tracked = rows.read(trackings, found.tables, deviations, parts)
    placeholders = find_placeholders(document.path, markdown, template)
    first = next((gate for gate in found.gates if gate.labelled), found.gates[0] if found.gates else None)
    return Plan(
        path=document.path,
        lines=markdown.lines,
        title=header.title,
        branch=header.branch,
        branch_line=header.branch_line,
        spec_link=header.spec_link,
        spec_line=header.spec_line,
        check=_section(parts[0].heading) if parts else None,
        check_mention=None if parts else mention_of_check(markdown, template),
        tracking=_section(trackings[0]) if trackings else None,
        tracking_table_line=rows.table_line,
        checks=tuple(found.checks),
        overall=first.verdict if first else None,
        overall_line=first.line if first else None,
        gate_lines=tuple(found.gates),
        deviations=tuple(found.deviations),
        rows=tracked,
        promises=read_promises(markdown),
        placeholders=placeholders,
        template_share=template_share(placeholders, template),
        unfilled=is_unfilled(placeholders, template) and not has_own_lines(markdown, placeholders, template),
        structure_paths=structure_paths(markdown),
        links=relative_links(markdown),
    )


def _read_checks(markdown: Markdown, parts: Sequence[CheckPart], joiner: Joiner, template: Template) -> Collected:
    """The checks; read again without the numerals where the plan numbers its principles otherwise."""
    lines = _lines_of(template.text)
    found = Collected(markdown, joiner, lines)
    read_checks(parts, found)
    compared = [differs for check in found.checks if (differs := joiner.disagrees(check.named)) is not None]
    if len(compared) > 2 and sum(compared) > len(compared) / 2:  # noqa: PLR2004  one or two may be short for another name
        joiner.trust_numerals = False
        found = Collected(markdown, joiner, lines)
        read_checks(parts, found)
    return found


@lru_cache(maxsize=64)
def _lines_of(template: str) -> frozenset[str]:
    """The words of each line of a template."""
    return frozenset(normal(line) for line in template.splitlines() if line.strip())


def _section(heading: Heading) -> Section:
    return Section(heading.title[:200], heading.line, heading.end_line)
