"""A report as a check run, within GitHub's limits (https://docs.github.com/en/rest/checks/runs#create-a-check-run)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.forge.check_run_output import Action, CheckRunOutput
from bot.core.judging.missing_document import feature_without_plan
from bot.core.speech.render.annotations import annotate
from bot.core.speech.render.lead import blanks
from bot.core.speech.render.markdown import Links
from bot.core.speech.render.summary import Page, page_of, summary
from bot.core.speech.render.tables import folded
from bot.core.speech.render.title import title
from bot.core.text.neutral import code_span, fence, html_code
from bot.core.text.prose import without_offers

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.drafting.draft import Draft
    from bot.core.judging.findings import Finding, Report
    from bot.core.speech.render.context import RenderContext

LIMIT = 65_535
"""Bytes of UTF-8 that summary and text may have each."""
_MOST_ENTRIES = 200


RECHECK = Action("Recheck", "Judge this commit again", "recheck")
DRAFT = Action("Draft the plan", "Reply with a prefilled plan", "draft")


def check_run(report: Report, context: RenderContext, draft: Draft | None = None) -> CheckRunOutput:
    """The complete check run, within every limit for any report."""
    report = shown_in(context, report)
    return CheckRunOutput(
        title=title(report, context),
        summary=bounded_summary(page_of(report, context, draft)),
        text=draft_text(draft, context) if draft else None,
        annotations=annotate(report, context),
        actions=(RECHECK, DRAFT) if _can_draft(report, context) else (RECHECK,),
        conclusion=report.conclusion,
    )


def _can_draft(report: Report, context: RenderContext) -> bool:
    return context.takes_commands and not context.merge_group and feature_without_plan(report) is not None


def shown_in(context: RenderContext, report: Report) -> Report:
    """The report as people see it: without offers of commands where none is answered."""
    if context.takes_commands:
        return report

    def quiet(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(replace(finding, fix=without_offers(finding.fix)) for finding in findings)

    features = tuple(replace(feature, findings=quiet(feature.findings)) for feature in report.features)
    return replace(report, findings=quiet(report.findings), features=features)


def as_markdown(report: Report, context: RenderContext) -> str:
    """The summary below its title as a heading, for `plangate check --format markdown`."""
    return f"## {title(report, context)}\n\n{bounded_summary(page_of(report, context))}"


def bounded_summary(page: Page, limit: int = LIMIT) -> str:
    """The summary with as many entries as fit in `limit` bytes. The tables are left out before any entry is."""
    most = min(page.count, _MOST_ENTRIES)
    full_text = summary(page, most)
    if size(full_text) <= limit:
        return full_text
    shown = largest(lambda number: size(summary(page, number, with_tables=False)) <= limit, most)
    return summary(page, shown, with_tables=False)


def largest(fits: Callable[[int], bool], most: int) -> int:
    """The largest number up to `most` that fits, found by bisection. Zero is assumed to fit."""
    if fits(most):
        return most
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def size(text: str) -> int:
    """Bytes of UTF-8, which is what GitHub counts."""
    return len(text.encode("utf-8", "replace"))


def draft_text(draft: Draft, context: RenderContext) -> str:
    """The draft in a fence with a copy button, behind a fold."""
    links = Links(context)
    head = f"Draft of {html_code(draft.path)}: {blanks(draft)}"
    origin = _origin(draft, context, links)

    def with_first(characters: int) -> str:
        body = fence(draft.text, "markdown", limit=characters)
        block = folded(head, [origin, "", body])
        return "\n\n".join(part for part in (block, links.definitions()) if part) + "\n"

    return with_first(largest(lambda number: size(with_first(number)) <= LIMIT, len(draft.text)))


def _origin(draft: Draft, context: RenderContext, links: Links) -> str:
    source = "the bundled template"
    if draft.template != "bundled":
        url = context.blob_url(context.base_sha, draft.template) if context.base_sha else None
        source = links.to(code_span(draft.template), url, "t")
    return f"Filled from {source} and this repository's files; each value names its source."
