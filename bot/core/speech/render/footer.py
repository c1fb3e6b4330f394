"""The last line of a summary: the configuration, constitution and version that judged, and the report's digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.speech.render.context import short
from bot.core.text.neutral import code_span, neutralise
from bot.core.text.prose import At, Side
from bot.core.yardstick.constitution import ConstitutionState

if TYPE_CHECKING:
    from bot.core.judging.findings import Report
    from bot.core.speech.render.context import RenderContext
    from bot.core.speech.render.markdown import Links

_DOT = " · "
_BASE = "base@"
_SOURCES = 3


def footer(report: Report, context: RenderContext, links: Links) -> str:
    """`Judged by .github/app.yml and constitution 1.3.0, both at main@8be41d7 · plangate 0.1.0 · report sha256:…`."""
    parts = [_yardstick(report, context, links), version(context)]
    if context.unseen:
        parts.insert(1, f"{code_span(context.unseen)} not seen here")
    if not context.takes_commands:
        parts.append("commands are off here")
    if context.short_digest:
        parts.append(f"report {code_span(context.short_digest)}")
    if context.report_url and report.features:
        parts.append(links.to("full report", context.report_url, "rep"))
        if context.takes_feedback:
            parts.append(links.to("a false alarm?", f"{context.report_url}/wrong", "false"))
    return f"<sub>{_DOT.join(part for part in parts if part)}</sub>"


def version(context: RenderContext) -> str:
    """`plangate 0.1.0`."""
    return f"plangate {neutralise(context.engine_version)}" if context.engine_version else "plangate"


def _yardstick(report: Report, context: RenderContext, links: Links) -> str:
    measures = _configuration(report, context, links) + _constitution(report, context, links)
    if not measures:
        return "Judged by the defaults"
    places = {place for _, place in measures}
    names = [name for name, _ in measures]
    if len(places) > 1:
        return f"Judged by {' and '.join(f'{name} at {place}' for name, place in measures)}"
    quantity = {1: "", 2: ", both"}.get(len(names), ", all")
    return f"Judged by {' and '.join(names)}{quantity} at {places.pop()}"


def _configuration(report: Report, context: RenderContext, links: Links) -> list[tuple[str, str]]:
    sources = [(code_span(context.owner_file), code_span(context.owner_commit))] if context.owner_file else []
    for index, source in enumerate([source for source in report.config if source.source != "bundled"][-_SOURCES:]):
        sha = source.source.removeprefix(_BASE) if source.source.startswith(_BASE) else None
        url = context.blob_url(sha, source.path) if sha else None
        label = "cfg" if index == 0 else f"cfg{index + 1}"
        sources.append((links.to(code_span(source.path), url, label), _place(sha, context)))
    return sources


def _constitution(report: Report, context: RenderContext, links: Links) -> list[tuple[str, str]]:
    constitution = next((feature.constitution for feature in report.features), None)
    if constitution is None or constitution.state is not ConstitutionState.FILLED:
        return []
    name = f"constitution {neutralise(constitution.version, 40)}" if constitution.version else "the constitution"
    url = context.at_url(At(constitution.path, None, Side.BASE))
    return [(links.to(name, url, "con"), _place(context.base_sha, context))]


def _place(sha: str | None, context: RenderContext) -> str:
    if sha is None:
        return "the working copy"
    # A configuration at another commit than the base is the default branch's.
    branch = context.base_branch if sha == context.base_sha else context.default_branch
    return code_span(f"{branch}@{short(sha)}" if branch else short(sha))
