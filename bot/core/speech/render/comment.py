"""The sticky comment: what is to be done before the feature can merge, edited in place as the author pushes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.forge.effects import Conclusion
from bot.core.speech.render.check_run import draft_text, largest
from bot.core.speech.render.context import short
from bot.core.speech.render.facts import Told, coming, counted
from bot.core.speech.render.findings_list import PASTE
from bot.core.speech.render.lead import blanks
from bot.core.speech.render.markdown import Links
from bot.core.speech.render.summary import page
from bot.core.speech.render.title import outcome
from bot.core.text.neutral import MARKER, code_span, fence, marker, table_cell
from bot.core.text.prose import At

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
    this = page(report, context)
    if not this.errors:
        return StickyComment(StickyKind.CLEAR, _clear(report, context))
    most = min(len(this.errors), _MOST_ROWS)
    for candidate in (draft, None):
        body = _work(this, most, candidate)
        if len(body) <= COMMENT_LIMIT:
            return StickyComment(StickyKind.WORK, body)
    shown = largest(lambda count: len(_work(this, count, None)) <= COMMENT_LIMIT, most)
    return StickyComment(StickyKind.WORK, _work(this, shown, None))


def _marker(report: Report) -> str:
    names = ",".join(feature.feature.name for feature in report.features[:_NAMES])
    return marker("sticky", feature=names) if names else marker("sticky")


def _what(report: Report) -> str:
    names = [code_span(feature.feature.name) for feature in report.features]
    if not names:
        return "this pull request"
    return names[0] if len(names) == 1 else f"{len(names)} features"


def _work(this: Page, shown: int, draft: Draft | None) -> str:
    links = Links(this.context)
    report, context = this.report, this.context
    run = links.to("check run", context.check_run_url, "cr")
    things = counted(len(this.errors), "thing", "things")
    advice = report.conclusion is Conclusion.NEUTRAL
    to_do = f"{things} to look at in {_what(report)}" if advice else f"{things} to do before {_what(report)} can merge"
    at = f" · as of {code_span(short(context.head_sha))}" if context.head_sha else ""
    first = list(this.errors[:shown])
    rows = [_row(item, links, named=this.several) for item in first]
    cut = [f"and {len(this.errors) - shown} more in the {run}"] if shown < len(this.errors) else []
    parts = [
        f"{_marker(report)}\n**{to_do}** · {run}{at}",
        "\n".join(["| | what | where | way out |", "|---|---|---|---|", *rows]) if rows else "",
        *cut,
        *_pastes(first, links),
        _folded(draft, context) if draft else "",
        _foot(this),
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _row(item: Told, links: Links, *, named: bool) -> str:
    finding = item.finding
    name = f"{code_span(item.feature.feature.name)}: " if named and item.feature else ""
    what = name + links.prose(finding.title, cell=True).strip()
    where = links.at(At(finding.path, finding.line)) if finding.path else ""
    way_out = links.prose(finding.fix, cell=True).strip().rstrip(".:")
    below = " (below)" if finding.paste else ""
    return f"| ❌ | {table_cell(what)} | {table_cell(where)} | {table_cell(way_out + below)} |"


def _pastes(items: list[Told], links: Links) -> list[str]:
    """What is ready to paste; with its title before it when there are several."""
    found = [item.finding for item in items if item.finding.paste]
    parts: list[str] = []
    for finding in found:
        parts += [f"{links.prose(finding.title).strip()}:"] if len(found) > 1 else []
        parts.append(fence(finding.paste or "", finding.paste_as, limit=PASTE))
    return parts


def _folded(draft: Draft, context: RenderContext) -> str:
    head = f"The plan: {blanks(draft)}, the rest is filled from this repository"
    return f"<details><summary>{head}</summary>\n\n{draft_text(draft, context).strip()}\n\n</details>"


def _foot(this: Page) -> str:
    others = len(this.others)
    rest = ""
    if others:
        rest = f"{counted(others, 'finding', 'findings')} that {'does' if others == 1 else 'do'} not block"
        rest += f" {'is' if others == 1 else 'are'} in the check run. "
    return (
        f"<sub>{rest}This comment changes as you push; it is never posted twice."
        " `/plan why` explains, `/plan help` lists the rest.</sub>"
    )


def _clear(report: Report, context: RenderContext) -> str:
    links = Links(context)
    run = links.to("Check run", context.check_run_url, "cr")
    at = f" as of {code_span(short(context.head_sha))}" if context.head_sha else ""
    if not report.features:
        line = f"✅ **All clear**: nothing here is to be judged any more{at}. {run}."
    else:
        worth = outcome(report.features[0]) if len(report.features) == 1 else ""
        line = f"✅ **All clear**: {_clear_words(report)}{at}. {run}{': ' + worth if worth else ''}."
    return "\n\n".join(part for part in (f"{_marker(report)}\n{line}", links.definitions()) if part) + "\n"


def _clear_words(report: Report) -> str:
    if len(report.features) == 1 and not coming(report.features[0]) and report.features[0].feature.owned:
        return f"the plan of {_what(report)} is complete"
    return f"nothing blocks {_what(report)}"
