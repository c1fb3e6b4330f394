"""The report on a terminal: the source line, a caret, the remedy. Nothing is said by colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.change.feature import Artifact, Due, Stage, State
from bot.core.forge.check_run_output import Conclusion
from bot.core.judging.findings import FeatureReport, Finding, Report, Severity
from bot.core.speech.render.context import short
from bot.core.speech.render.counts import (
    Occurrence,
    blocking,
    line_order,
    occurrences_of,
    taken_back,
    there,
)
from bot.core.speech.render.excerpt import SourceLines, excerpt
from bot.core.speech.render.tables import principle_counts, task_tally
from bot.core.speech.render.title import title
from bot.core.speech.render.words import words
from bot.core.speech.render.wrapping import wrapped
from bot.core.text.neutral import plain_line, visible
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.speech.render.context import RenderContext
    from bot.core.text.prose import Prose

_PASTE_LINES = 40
_FINDINGS = 500
_GUTTER = 2
_EXIT = {Conclusion.SUCCESS: 0, Conclusion.NEUTRAL: 0, Conclusion.FAILURE: 1, Conclusion.ACTION_REQUIRED: 2}
_PAINT = {
    "error": "1;31",
    "warning": "1;33",
    "notice": "1;36",
    "failure": "1;31",
    "action_required": "1;31",
    "success": "1;32",
    "neutral": "1;33",
    "place": "34",
    "dim": "2",
    "bold": "1",
}


@dataclass(frozen=True, slots=True)
class Style:
    """The terminal's width in cells, and whether it shows colour."""

    colour: bool = False
    width: int = 120
    wraps: bool = False
    """Long lines are wrapped between words, as for people; a program gets each sentence in one line."""

    def paint(self, text: str, ink: str) -> str:
        """The text in a colour of the palette, or as it is."""
        return f"\x1b[{_PAINT[ink]}m{text}\x1b[0m" if self.colour and text else text


def exit_code(conclusion: Conclusion) -> int:
    """0 when nothing blocks, 1 when something does, 2 when it could not be judged."""
    return _EXIT[conclusion]


def terminal(
    report: Report,
    documents: Mapping[str, str],
    context: RenderContext,
    *,
    style: Style | None = None,
    milliseconds: float | None = None,
) -> str:
    """The whole text, with a line end. `documents` are texts by path, for the source lines; some may be absent."""
    style = style or Style()
    lines = SourceLines(documents)
    occurrences = occurrences_of(report)
    parts = [
        _reason(report),
        *_findings((occurrence for occurrence in occurrences if occurrence.feature is None), lines, style),
    ]
    for feature in report.features:
        own = (occurrence for occurrence in occurrences if occurrence.feature is feature)
        parts += [_head(feature, report, style), *_findings(own, lines, style), _counts(feature, style)]
    parts.append(_verdict(report, context, style, milliseconds))
    text = "\n\n".join(part for part in parts if part) + "\n"
    return wrapped(text, style.width) if style.wraps else text


def _reason(report: Report) -> str:
    lines = [_words(report.reason)] if report.reason else []
    return "\n".join([*lines, *(f"  - {_words(note)}" for note in report.notes)])


def _words(prose: Prose) -> str:
    return words(prose, '"')


def _head(feature: FeatureReport, report: Report, style: Style) -> str:
    about = feature.feature
    parts = [style.paint(plain_line(about.dir), "bold"), "removed" if about.removed else about.stage.value]
    if about.stage is Stage.IMPLEMENTING and not about.removed:
        parts[-1] += _why_implementing(feature, report)
    parts += ["legacy"] if about.legacy else []
    parts += [] if about.owned else ["not this change's own feature"]
    constitution = feature.constitution
    version = f" {plain_line(constitution.version, 40)}" if constitution.version else ""
    state = {"filled": version, "template": " not filled", "missing": " missing"}[constitution.state.value]
    return " · ".join([*parts, f"constitution{state}"])


def _why_implementing(feature: FeatureReport, report: Report) -> str:
    """The changed file that counts as code, with the number of others; else that the stage was given."""
    outside = f"outside {plain_line(feature.feature.root)}/"
    if not report.code_files:
        return " (as --stage says)"
    if not report.code_path:
        return f" ({count(report.code_files, 'file', 'files')} {outside})"
    others = report.code_files - 1
    also = f" and {count(others, 'other file', 'other files')}" if others else ""
    return f" ({plain_line(report.code_path)}{also} {outside})"


def _findings(occurrences: Iterable[Occurrence], lines: SourceLines, style: Style) -> list[str]:
    ordered = line_order(occurrences)
    shown = [_finding(occurrence.finding, lines, style) for occurrence in ordered[:_FINDINGS]]
    return shown if len(ordered) <= _FINDINGS else [*shown, f"and {len(ordered) - _FINDINGS} more"]


def _finding(finding: Finding, lines: SourceLines, style: Style) -> str:
    severity = finding.severity.value
    rule = style.paint(f"[{plain_line(finding.rule)}]", "dim")
    rows = [f"{style.paint(severity, severity)}: {style.paint(_words(finding.title), 'bold')} {rule}"]
    gutter = max(_GUTTER, len(str(finding.line or "")))
    rows += _place(finding, lines, style, gutter)
    pad = " " * (gutter + 1)
    fix, why = _clause(finding.fix), _clause(finding.why)
    if fix:
        rows.append(f"{pad}= {style.paint('fix', 'success')}: {fix}")
        rows += [f"{pad}        {line}" for line in _paste(finding)]
    if why:
        rows.append(f"{pad}= why: {why}")
    return "\n".join(rows)


def _place(finding: Finding, lines: SourceLines, style: Style, gutter: int) -> list[str]:
    if not finding.path:
        return []
    where = ":".join(str(part) for part in (plain_line(finding.path), finding.line, finding.column) if part is not None)
    rows = [f"{' ' * gutter}{style.paint('-->', 'place')} {where}"]
    raw = lines.line(finding.path, finding.line) if finding.line is not None else None
    if raw is None or not raw.strip():
        return rows
    last = finding.end_column if finding.end_line in {None, finding.line} else len(raw)
    line, carets = excerpt(raw, finding.column, last, style.width - gutter - 3)
    bar, ink = style.paint("|", "place"), finding.severity.value
    number = style.paint(f"{finding.line:>{gutter}}", "place")
    return [
        *rows,
        f"{' ' * gutter} {bar}",
        f"{number} {bar} {line}".rstrip(),
        f"{' ' * gutter} {bar} {carets.replace('^' * carets.count('^'), style.paint('^' * carets.count('^'), ink))}",
    ]


def _paste(finding: Finding) -> list[str]:
    if not finding.paste:
        return []
    rows = [visible(line, keep="\t").rstrip() for line in finding.paste.split("\n")]
    return rows if len(rows) <= _PASTE_LINES else [*rows[:_PASTE_LINES], f"and {len(rows) - _PASTE_LINES} more lines"]


def _clause(prose: Prose) -> str:
    """A sentence as the end of a line: no capital, no full stop."""
    sentence = _words(prose).removesuffix(".")
    starts_small = (
        isinstance(prose[0], str) and (sentence[1:2].islower() or sentence[1:2] == " ") if prose and sentence else False
    )
    return sentence[0].lower() + sentence[1:] if starts_small else sentence


def _counts(feature: FeatureReport, style: Style) -> str:
    if feature.feature.removed:
        return ""
    artifacts = " · ".join(f"{_short_name(artifact)} {_state(artifact, style)}" for artifact in feature.artifacts)
    rows = [f"artifacts   {artifacts}"]
    principles = " · ".join(f"{number} {word}" for word, number in principle_counts(feature))
    rows += [f"principles  {principles}"] if principles and feature.checks else []
    board = feature.tick_board
    return "\n".join([*rows, f"tasks       {task_tally(board)}"] if board is not None and board.done else rows)


def _short_name(artifact: Artifact) -> str:
    return artifact.name.removesuffix(".md").rstrip("/")


def _state(artifact: Artifact, style: Style) -> str:
    if there(artifact):
        return "ok"
    if artifact.due is Due.OFF:
        return "n/a" if taken_back(artifact) else "not due"
    if artifact.due is Due.NEXT:
        return "next"
    word = {State.EMPTY: "empty", State.TEMPLATE: "template"}.get(artifact.state, "missing")
    return style.paint(word.upper(), "error") if artifact.due is Due.REQUIRED else word


def _verdict(report: Report, context: RenderContext, style: Style, milliseconds: float | None) -> str:
    occurrences = occurrences_of(report)
    non_blocking = [
        count(number, word, f"{word}s")
        for word in ("warning", "notice")
        if (number := sum(occurrence.finding.severity is Severity(word) for occurrence in occurrences))
    ]
    in_brackets = f" ({', '.join(non_blocking)})" if non_blocking and blocking(occurrences) else ""
    verdict = f"{style.paint(report.conclusion.value, report.conclusion.value)}: {title(report, context)}{in_brackets}"
    facts = [f"report {context.short_digest}" if context.short_digest else "", f"config {_configuration(report)}"]
    facts[-1] += f" ({plain_line(context.unseen)} not seen)" if context.unseen else ""
    facts += [] if context.base_sha else ["without a base"]
    facts += [f"{milliseconds:.0f} ms"] if milliseconds is not None else []
    facts.append(f"exit {exit_code(report.conclusion)}")
    return f"{verdict}\n{' · '.join(fact for fact in facts if fact)}"


def _configuration(report: Report) -> str:
    sources = [source for source in report.config if source.source != "bundled"]
    if not sources:
        return "defaults"
    nearest = sources[-1]
    sha = plain_line(nearest.source.removeprefix("base@"))
    return plain_line(nearest.path) + (f"@{short(sha)}" if sha != nearest.source else " (working copy)")
