"""The sticky comment: the gaps of a pull request's features, edited in place as the author pushes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.forge.check_run_output import Conclusion
from bot.core.judging.findings import Severity
from bot.core.speech.render.check_run import draft_text, largest
from bot.core.speech.render.context import short
from bot.core.speech.render.counts import coming
from bot.core.speech.render.entries import MOST_OPEN, PASTE
from bot.core.speech.render.markdown import Links
from bot.core.speech.render.summary import page_of
from bot.core.speech.render.tables import folded
from bot.core.speech.render.title import outcome
from bot.core.text.neutral import MARKER, code_span, fence, marker, table_cell
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.drafting.draft import Draft
    from bot.core.judging.findings import Report
    from bot.core.speech.render.context import RenderContext
    from bot.core.speech.render.grouping import FindingGroup
    from bot.core.speech.render.summary import Page

COMMENT_LIMIT = 65_536
"""Characters that a comment may have."""
STICKY = f"<!-- {MARKER} kind=sticky "
"""How every sticky comment of ours begins."""
_MOST_ROWS = 50
_NAMES = 3
_HEADER = ("| | what | fix |", "|---|---|---|")
"""No column for the places: on a phone, the fix would stand outside the screen."""


class StickyKind(StrEnum):
    """Whether something is left to do. "All clear" only ever replaces the text of an older comment."""

    WORK = "work"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class StickyComment:
    """The comment's whole text. If it equals the posted text, nothing is written."""

    kind: StickyKind
    body: str


def sticky(report: Report, context: RenderContext, draft: Draft | None = None) -> StickyComment | None:
    """The comment on a pull request, from errors alone: a warning never causes one. None without a pull request.

    `core/deciding` decides whether the comment is posted: not on a draft, not where comments are switched off, and no
    first comment that says "all clear".
    """
    if context.pull_request is None:
        return None
    page = page_of(report, context)
    if not page.errors:
        return StickyComment(StickyKind.CLEAR, _clear(report, context))
    most = min(len(page.errors), _MOST_ROWS)
    for candidate in (draft, None):
        body = _work(page, most, candidate)
        if len(body) <= COMMENT_LIMIT:
            return StickyComment(StickyKind.WORK, body)
    shown = largest(lambda number: len(_work(page, number, None)) <= COMMENT_LIMIT, most)
    return StickyComment(StickyKind.WORK, _work(page, shown, None))


def _marker(report: Report) -> str:
    names = ",".join(feature.feature.name for feature in report.features[:_NAMES])
    return marker("sticky", feature=names) if names else marker("sticky")


def _features(report: Report) -> str:
    names = [code_span(feature.feature.name) for feature in report.features]
    if not names:
        return "this pull request"
    return names[0] if len(names) == 1 else f"{len(names)} features"


def _work(page: Page, shown: int, draft: Draft | None) -> str:
    links = Links(page.context)
    context = page.context
    run = links.to("check run", context.check_run_url, "cr")
    as_of = f" · as of {code_span(short(context.head_sha))}" if context.head_sha else ""
    groups = page.errors[:shown]
    rows = [_row(group, links, named=page.several) for group in groups]
    cut = [f"and {len(page.errors) - shown} more in the {run}"] if shown < len(page.errors) else []
    parts = [
        f"{_marker(page.report)}\n**{_headline(page)}** · {run}{as_of}",
        *_rows(rows),
        *cut,
        *_pastes(groups, links),
        draft_text(draft, context).strip() if draft else "",
        _foot(page),
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _headline(page: Page) -> str:
    """`4 kinds of gap (12 places) in 003-rate-limits-api`. Whether they keep it from merging is GitHub's to say."""
    places = sum(len(group.findings) for group in page.errors)
    kinds = len(page.errors)
    gaps = count(kinds, "gap", "gaps")
    if places > kinds:
        gaps = f"{count(kinds, 'kind', 'kinds')} of gap ({places} places)"
    features = _features(page.report)
    if page.report.conclusion is Conclusion.NEUTRAL:
        return f"{gaps} to look at in {features}"
    return f"{gaps} in {features}"


def _rows(rows: Sequence[str]) -> list[str]:
    """The table with the first six rows, and the others in a table behind a fold."""
    shown, hidden = rows[:MOST_OPEN], rows[MOST_OPEN:]
    parts = ["\n".join([*_HEADER, *shown])] if shown else []
    return [*parts, folded(f"{len(hidden)} more", [*_HEADER, *hidden])] if hidden else parts


def _row(group: FindingGroup, links: Links, *, named: bool) -> str:
    feature = f"{code_span(group.feature.feature.name)}: " if named and group.feature else ""
    title = feature + links.prose(group.title(links.context), cell=True).strip()
    places = links.prose(group.places(), cell=True).strip()
    what = f"{title} · {places}" if places else title
    fix = links.prose(group.remedy(), cell=True).strip().rstrip(".")
    return f"| ❌ | {table_cell(what)} | {table_cell(fix)} |"


def _pastes(groups: Sequence[FindingGroup], links: Links) -> list[str]:
    """The texts to paste. If there are several, each stands below its title."""
    groups_with_paste = [(group, paste) for group in groups if (paste := group.paste)]
    parts: list[str] = []
    for group, paste in groups_with_paste:
        parts += [f"{links.prose(group.title(links.context)).strip()}:"] if len(groups_with_paste) > 1 else []
        parts.append(fence(paste, group.first.paste_as, limit=PASTE))
    return parts


def _foot(page: Page) -> str:
    findings = [finding for group in page.others for finding in group.findings]
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    verb = "is" if warnings == 1 else "are"
    elsewhere = f"{count(warnings, 'warning', 'warnings')} {verb} in the check run. " if warnings else ""
    return f"<sub>Updated on every push. {elsewhere}`/plan why` explains, `/plan help` lists all commands.</sub>"


def _clear(report: Report, context: RenderContext) -> str:
    links = Links(context)
    run = links.to("Check run", context.check_run_url, "cr")
    as_of = f" as of {code_span(short(context.head_sha))}" if context.head_sha else ""
    if not report.features:
        line = f"✅ **All clear**: nothing here has to be judged any more{as_of}. {run}."
    else:
        counts = outcome(report.features[0]) if len(report.features) == 1 else ""
        line = f"✅ **All clear**: {_clear_words(report)}{as_of}. {run}{': ' + counts if counts else ''}."
    return "\n\n".join(part for part in (f"{_marker(report)}\n{line}", links.definitions()) if part) + "\n"


def _clear_words(report: Report) -> str:
    if len(report.features) == 1 and not coming(report.features[0]) and report.features[0].feature.owned:
        return f"the plan of {_features(report)} is complete"
    return f"nothing blocks {_features(report)}"
