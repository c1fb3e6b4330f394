"""A report as a check run, within GitHub's limits (https://docs.github.com/en/rest/checks/runs#create-a-check-run)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.forge.effects import Action, CheckRunOutput
from bot.core.speech.render.annotations import annotate
from bot.core.speech.render.markdown import Links
from bot.core.speech.render.summary import Page, page_of, summary
from bot.core.speech.render.title import title
from bot.core.text.neutral import code_span, fence

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.drafting.draft import Draft
    from bot.core.judging.findings import Report
    from bot.core.speech.render.context import RenderContext

LIMIT = 65_535
"""Bytes of UTF-8 that summary and text may have each."""
_MOST_FINDINGS = 200


RECHECK = Action("Recheck", "Judge this commit again", "recheck")
DRAFT = Action("Draft the plan", "Reply with a prefilled plan", "draft")


def check_run(report: Report, context: RenderContext, draft: Draft | None = None) -> CheckRunOutput:
    """The whole run; every limit holds whatever the report holds."""
    page = page_of(report, context, draft)
    return CheckRunOutput(
        title=title(report, context),
        summary=bounded_summary(page),
        text=draft_text(draft, context) if draft else None,
        annotations=annotate(report, context),
        actions=(RECHECK, DRAFT) if _can_draft(report, context) else (RECHECK,),
        conclusion=report.conclusion,
    )


def _can_draft(report: Report, context: RenderContext) -> bool:
    return not context.merge_group and any(not feature.feature.removed for feature in report.features)


def as_markdown(report: Report, context: RenderContext) -> str:
    """The check run's own text with its title as the heading, for `plangate check --format markdown`."""
    return f"## {title(report, context)}\n\n{bounded_summary(page_of(report, context))}"


def bounded_summary(page: Page, limit: int = LIMIT) -> str:
    """The summary with as many findings as fit. The tables go before a finding does."""
    most = min(page.count, _MOST_FINDINGS)
    full_text = summary(page, most)
    if size(full_text) <= limit:
        return full_text
    shown = largest(lambda count: size(summary(page, count, with_tables=False)) <= limit, most)
    return summary(page, shown, with_tables=False)


def largest(fits: Callable[[int], bool], most: int) -> int:
    """The largest count that fits, found by halving; zero is taken to fit."""
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
    """The draft in a fence whose copy button does the rest."""
    links = Links(context)
    head = f"### Draft of {code_span(draft.path)}"
    origin = _origin(draft, context, links)

    def whole(characters: int) -> str:
        body = fence(draft.text, "markdown", limit=characters)
        return "\n\n".join(part for part in (head, origin, body, links.definitions()) if part) + "\n"

    characters = largest(lambda count: size(whole(count)) <= LIMIT, len(draft.text))
    return whole(characters)


def _origin(draft: Draft, context: RenderContext, links: Links) -> str:
    source = "the bundled template"
    if draft.template != "bundled":
        url = context.blob_url(context.base_sha, draft.template) if context.base_sha else None
        source = links.to(code_span(draft.template), url, "t")
    return f"From {source} and this repository's files; each value names its source."
