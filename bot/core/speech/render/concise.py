"""The report for programs that read lines: an editor's error list, an agent that mends a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Finding, Report, Severity
from bot.core.speech.render.counts import line_order, occurrences_of
from bot.core.speech.render.grouping import FindingGroup, groups_of, runs_of_lines
from bot.core.speech.render.title import title
from bot.core.speech.render.words import words
from bot.core.text.neutral import plain_line, visible
from bot.core.text.wording import count

if TYPE_CHECKING:
    from bot.core.speech.render.context import RenderContext

_LONGEST_PATH = 4_096
_TOKENS = 1_400
"""Tokens of an agent's report, as `tokens` counts them. Errors and warnings past that are counted, not shown."""
_CHARACTERS_A_TOKEN = 3.5
_PASTE_LINES = 12
_FIX = 600
NO_FILE = "."
"""The path of a finding that is about no file."""


def as_concise(report: Report) -> str:
    """One line a finding, `path:line: severity rule message`; line 1 for a file as a whole. Empty for no finding."""
    return "".join(f"{_concise(occurrence.finding)}\n" for occurrence in line_order(occurrences_of(report)))


def _concise(finding: Finding) -> str:
    place = f"{plain_line(finding.path, _LONGEST_PATH) or NO_FILE}:{finding.line or 1}"
    return f"{place}: {finding.severity.value} {plain_line(finding.rule)} {plain_line(words(finding.title))}"


def as_agent_lines(report: Report, context: RenderContext) -> str:
    """The verdict, then each error and warning with its `fix:` line and the text to paste; short, the worst first."""
    lines = [f"{report.conclusion.value}: {title(report, context)}"]
    actionable = [each for each in line_order(occurrences_of(report)) if each.finding.severity is not Severity.NOTICE]
    groups = groups_of(actionable)
    for index, group in enumerate(groups):
        written = _agent_group(group, context)
        if index and tokens("\n".join([*lines, *written])) > _TOKENS:
            hidden = sum(len(each.findings) for each in groups[index:])
            lines.append(f"and {count(hidden, 'more finding', 'more findings')}: mend these first, then check again")
            break
        lines += written
    return "\n".join(lines) + "\n"


def tokens(text: str) -> int:
    """Tokens that a language model may count in a text, estimated from above; outside ASCII each character is one."""
    ascii_characters = sum(character.isascii() for character in text)
    return round(ascii_characters / _CHARACTERS_A_TOKEN) + len(text) - ascii_characters


def _agent_group(group: FindingGroup, context: RenderContext) -> list[str]:
    finding = group.first
    place = plain_line(finding.path, _LONGEST_PATH) or NO_FILE
    runs = [_lines(run) for run in runs_of_lines(group.findings)]
    where = f"{place}:{','.join(runs)}" if runs else place
    message = plain_line(words(group.title(context)))
    fix = plain_line(words(group.remedy()) or words(finding.why) or message, _FIX)
    return [
        f"{where}: {finding.severity.value} {plain_line(finding.rule)}: {message}",
        f"  fix: {fix}",
        *(f"    {line}" for line in _paste(group)),
    ]


def _lines(run: list[Finding]) -> str:
    first, last = run[0].line or 1, run[-1].line or 1
    return str(first) if first == last else f"{first}-{last}"


def _paste(group: FindingGroup) -> list[str]:
    rows = [visible(row, keep="\t").rstrip() for row in (group.paste or "").split("\n") if row.strip()]
    return rows if len(rows) <= _PASTE_LINES else [*rows[:_PASTE_LINES], f"and {len(rows) - _PASTE_LINES} more lines"]
