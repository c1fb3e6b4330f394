"""Answers from a report: the status, and the reason for a finding. The words are the check run's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.speech.render.check_run import bounded_summary
from bot.core.speech.render.entries import statement
from bot.core.speech.render.markdown import Links
from bot.core.speech.render.summary import page_of
from bot.core.speech.render.tables import TICKS_HEAD, tick_rows
from bot.core.speech.render.title import title
from bot.core.text.neutral import code_cell, code_span, fence, neutralise
from bot.core.text.prose import At
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.config.model import RepositoryConfig
    from bot.core.drafting.naming import Naming
    from bot.core.judging.findings import Finding, Report
    from bot.core.speech.render.context import RenderContext

_MOST = 20
_FEATURES = 3
"""Features whose ticks are listed."""
_TICK_RULE = "tick-without-file"
_STATUS_ROOM = 14_000
"""Bytes of a status, which also has to fit below a plan."""
_PASTE_ROOM = 6_000
"""Characters."""


def status(report: Report, context: RenderContext) -> str:
    """The check run's title and summary, without links to other pull requests, which GitHub would show there."""
    context = replace(context, others=())
    return (
        f"**{neutralise(title(report, context))}**\n\n{bounded_summary(page_of(report, context), _STATUS_ROOM).strip()}"
    )


def issue_status(naming: Naming | None, kept_until: str | None, prefix: str) -> str:
    """The status of an issue: its feature number, if any. `kept_until` is the last day (ISO) of the reservation."""
    if naming is None:
        return f"No feature number is kept for this issue. {code_span(prefix)} offers one, with a plan."
    until = f", kept until {kept_until}" if kept_until else ""
    return f"This issue has feature number {naming.number}{until}. Its folder will be {code_span(naming.dir)}."


def why(report: Report, rule: str | None, config: RepositoryConfig, context: RenderContext) -> str:
    """The findings of one rule, or of all rules, each with its place, its remedy and the setting behind it."""
    links = Links(context)
    findings = [finding for finding in report.all_findings() if not finding.follow_up and rule in {None, finding.rule}]
    ticks = _ticks(report, links) if rule == _TICK_RULE else ""
    if not findings:
        return _nothing(rule, ticks, config, context, links)
    lines = list(_statements(findings[:_MOST], links))
    if len(findings) > _MOST:
        lines.append(f"- and {len(findings) - _MOST} more in the check run")
    rules = list(dict.fromkeys(finding.rule for finding in findings))
    settings = [_setting(name, config, context, links) for name in rules]
    head = f"**{count(len(findings), 'finding', 'findings')}**" + (f" of {code_span(rule)}" if rule else "")
    return _joined([f"{head}:", "\n".join(lines), ticks, "\n".join(settings), links.definitions()])


def _ticks(report: Report, links: Links) -> str:
    """The ticked tasks that name files, with their files, of every judged feature."""
    boards = [feature.tick_board for feature in report.features]
    tables = [
        "\n".join([*TICKS_HEAD, *tick_rows(board, board.placed, links)])
        for board in boards
        if board is not None and board.placed
    ]
    return "\n\n".join(tables[:_FEATURES])


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def _statements(findings: Sequence[Finding], links: Links) -> Iterator[str]:
    """Each finding, with its text to paste if there is room: a fence that is cut would swallow the text after it."""
    room = _PASTE_ROOM
    for finding in findings:
        address = At(finding.path, finding.line)
        is_said = address in (*finding.title, *finding.why, *finding.fix)
        place = f" ({links.at(address)})" if finding.path and not is_said else ""
        line = f"- {finding.severity.value}: {statement(finding, links)}{place}{links.rule_suffix(finding.rule)}"
        room -= len(finding.paste or "")
        if finding.paste is None:
            yield line
        elif room >= 0:
            yield f"{line}\n{fence(finding.paste, finding.paste_as, indent='  ')}"
        else:
            yield f"{line} · what to paste is in the check run"


def _nothing(rule: str | None, ticks: str, config: RepositoryConfig, context: RenderContext, links: Links) -> str:
    if rule is None:
        return "Nothing was found here, so there is nothing to explain."
    sentence = f"No finding of {code_span(rule)} here."
    return _joined([sentence, ticks, _setting(rule, config, context, links), links.definitions()])


def _setting(rule: str, config: RepositoryConfig, context: RenderContext, links: Links) -> str:
    """The rule's description, and its severity in this repository."""
    registered = context.rules.get(rule)
    level = config.rules.get(rule)
    sentences = [neutralise(registered.title.rstrip(".")) + "."] if registered else []
    if level:
        sentences.append(f"Set to {level.value} by the configuration.")
    elif registered:
        sentences.append(f"At most {registered.severity.value}, by default.")
    return f"{links.rule(rule)}: {' '.join(sentences)}" if sentences else ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of the configuration, its value, and who set it."""

    key: str
    value: str
    source: str
    """`default`, or a path as it is shown."""
    address: At | None = None


def settings_in_force(settings: Sequence[Setting], context: RenderContext) -> str:
    """The settings in force as a table, what differs from the defaults first."""
    links = Links(context)
    ordered = sorted(settings, key=lambda setting: (setting.source == "default", setting.key))
    rows = [
        f"| {code_cell(setting.key, 120)} | {code_cell(setting.value, 120)} | {_source(setting, links)} |"
        for setting in ordered[:100]
    ]
    table = "\n".join(["| key | value | from |", "|---|---|---|", *rows])
    return _joined(["**Settings in force**", table, links.definitions()])


def _source(setting: Setting, links: Links) -> str:
    return links.at(setting.address) if setting.address else neutralise(setting.source, 120)
