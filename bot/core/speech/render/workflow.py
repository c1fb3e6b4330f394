"""The report as GitHub workflow commands, which make annotations of a step's output.

https://docs.github.com/en/actions/writing-workflows/choosing-what-your-workflow-does/workflow-commands-for-github-actions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Finding, Report, Severity
from bot.core.speech.render.counts import line_order, occurrences_of
from bot.core.speech.render.title import title
from bot.core.speech.render.words import words
from bot.core.text.neutral import plain_line, visible

if TYPE_CHECKING:
    from bot.core.speech.render.context import RenderContext

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "notice"}
_MESSAGE = 4_000
_NEWLINE = "\n"


def as_workflow_commands(report: Report, context: RenderContext) -> str:
    """One command a finding, worst first, and the verdict as the last line, which is no command."""
    lines = [_command(occurrence.finding) for occurrence in line_order(occurrences_of(report))]
    return "\n".join([*lines, f"plangate: {report.conclusion.value}: {title(report, context)}"]) + "\n"


def _command(finding: Finding) -> str:
    properties: dict[str, str | int | None] = {
        "file": plain_line(finding.path, 4_096) or None,
        "line": finding.line,
        "endLine": finding.end_line,
        "col": finding.column,
        "endColumn": finding.end_column,
        "title": plain_line(words(finding.title)),
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None)
    message = " ".join(part for part in (words(finding.why), words(finding.fix)) if part) or words(finding.title)
    paste = visible(finding.paste[:_MESSAGE], keep=_NEWLINE) if finding.paste else ""
    text = "\n".join(part for part in (plain_line(message, _MESSAGE), paste) if part)
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
