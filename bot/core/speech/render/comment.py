"""The sticky comment: what is to be done before the feature can merge, edited in place as the author pushes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.forge.effects import Conclusion
from bot.core.speech.render.check_run import draft_text, largest
from bot.core.speech.render.context import short
from bot.core.speech.render.facts import Occurrence, coming
from bot.core.speech.render.findings_list import PASTE
from bot.core.speech.render.lead import blanks
from bot.core.speech.render.markdown import Links
from bot.core.speech.render.summary import page_of
from bot.core.speech.render.title import outcome
from bot.core.text.neutral import MARKER, code_span, fence, marker, table_cell
from bot.core.text.prose import At
from bot.core.text.wording import count

if TYPE_CHECKING:
    from bot.core.drafting.draft import Draft
    from bot.core.judging.findings import Report
    from bot.core.speech.render.context import RenderContext
    from bot.core.speech.render.summary import Page

COMMENT_LIMIT = 65_536
"""Characters that a comment may have."""
STICKY = f"<!-- {MARKER} kind=sticky "
"""How every sticky comment of ours begins."""
_MOST_ROWS = 50
_NAMES = 3


class StickyKind(StrEnum):
    """Whether something is left to do. A clear one is only ever an edit of an older one."""

    WORK = "work"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class StickyComment:
    """The comment's whole text; equal texts mean that nothing is to be written."""

    kind: StickyKind
    body: str


def sticky(report: Report, context: RenderContext, draft: Draft | None = None) -> StickyComment | None:
    """The comment for a pull request: errors only, so a warning never causes or changes one. None without one.

    Whether it is written at all (a draft, a repository that wants no comments, a clear one that was never posted) is
    decided elsewhere.
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
    shown = largest(lambda count: len(_work(page, count, None)) <= COMMENT_LIMIT, most)
    return StickyComment(StickyKind.WORK, _work(page, shown, None))


def _marker(report: Report) -> str:
    names = ",".join(feature.feature.name for feature in report.features[:_NAMES])
    return marker("sticky", feature=names) if names else marker("sticky")


def _what(report: Report) -> str:
    names = [code_span(feature.feature.name) for feature in report.features]
    if not names:
        return "this pull request"
    return names[0] if len(names) == 1 else f"{len(names)} features"


def _work(page: Page, shown: int, draft: Draft | None) -> str:
    links = Links(page.context)
    report, context = page.report, page.context
    run = links.to("check run", context.check_run_url, "cr")
    things = count(len(page.errors), "thing", "things")
    advice = report.conclusion is Conclusion.NEUTRAL
    to_do = f"{things} to look at in {_what(report)}" if advice else f"{things} to do before {_what(report)} can merge"
    as_of = f" · as of {code_span(short(context.head_sha))}" if context.head_sha else ""
    first = list(page.errors[:shown])
    rows = [_row(finding, links, named=page.several) for finding in first]
    cut = [f"and {len(page.errors) - shown} more in the {run}"] if shown < len(page.errors) else []
    parts = [
        f"{_marker(report)}\n**{to_do}** · {run}{as_of}",
        "\n".join(["| | what | where | way out |", "|---|---|---|---|", *rows]) if rows else "",
        *cut,
        *_pastes(first, links),
        _folded(draft, context) if draft else "",
        _foot(page),
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _row(occurrence: Occurrence, links: Links, *, named: bool) -> str:
    finding = occurrence.finding
    name = f"{code_span(occurrence.feature.feature.name)}: " if named and occurrence.feature else ""
    title = name + links.prose(finding.title, cell=True).strip()
    where = links.at(At(finding.path, finding.line)) if finding.path else ""
    way_out = links.prose(finding.fix, cell=True).strip().rstrip(".:")
    below = " (below)" if finding.paste else ""
    return f"| ❌ | {table_cell(title)} | {table_cell(where)} | {table_cell(way_out + below)} |"


def _pastes(occurrences: list[Occurrence], links: Links) -> list[str]:
    """What is ready to paste; with its title before it when there are several."""
    findings = [occurrence.finding for occurrence in occurrences if occurrence.finding.paste]
    parts: list[str] = []
    for finding in findings:
        parts += [f"{links.prose(finding.title).strip()}:"] if len(findings) > 1 else []
        parts.append(fence(finding.paste or "", finding.paste_as, limit=PASTE))
    return parts


def _folded(draft: Draft, context: RenderContext) -> str:
    head = f"The plan: {blanks(draft)}, the rest is filled from this repository"
    return f"<details><summary>{head}</summary>\n\n{draft_text(draft, context).strip()}\n\n</details>"


def _foot(page: Page) -> str:
    others = len(page.others)
    elsewhere = ""
    if others:
        elsewhere = f"{count(others, 'finding', 'findings')} that {'does' if others == 1 else 'do'} not block"
        elsewhere += f" {'is' if others == 1 else 'are'} in the check run. "
    return (
        f"<sub>{elsewhere}This comment changes as you push; it is never posted twice."
        " `/plan why` explains, `/plan help` lists the rest.</sub>"
    )


def _clear(report: Report, context: RenderContext) -> str:
    links = Links(context)
    run = links.to("Check run", context.check_run_url, "cr")
    as_of = f" as of {code_span(short(context.head_sha))}" if context.head_sha else ""
    if not report.features:
        line = f"✅ **All clear**: nothing here is to be judged any more{as_of}. {run}."
    else:
        worth = outcome(report.features[0]) if len(report.features) == 1 else ""
        line = f"✅ **All clear**: {_clear_words(report)}{as_of}. {run}{': ' + worth if worth else ''}."
    return "\n\n".join(part for part in (f"{_marker(report)}\n{line}", links.definitions()) if part) + "\n"


def _clear_words(report: Report) -> str:
    if len(report.features) == 1 and not coming(report.features[0]) and report.features[0].feature.owned:
        return f"the plan of {_what(report)} is complete"
    return f"nothing blocks {_what(report)}"
