"""Find the parts of a plan under any heading."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.documents.plan import Phase
from bot.core.documents.plan_reading import statement_words
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.markdown import Heading, Item, Paragraph, Style, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.documents.plan_reading.joining import Joiner
    from bot.core.markdown import Markdown, Text
    from bot.core.yardstick.template import Template

_NUMBERING = re.compile(
    r"^[\W_]*(?:(?:section|step|phase|part)\s+)?(?:\d{1,3}(?:\.\d{1,3})*|[IVX]{1,5})[.):：、]\s*", re.IGNORECASE
)
_JOINING = re.compile(r"[\W_]+")
_DEEPEST = 3
_LONGEST_TITLE = 160
_LONGEST_MENTION = 60
"""Characters of a line that looks like a heading."""
_MOST_PARTS = 4
_FEW_TITLE_WORDS = 6
_MOST_BLOCKS = 300
_FEWEST_PRINCIPLES = 2


class CheckPart(Struct, frozen=True):
    """A section with verdicts on the constitution."""

    heading: Heading
    phase: Phase


@lru_cache(maxsize=4096)
def fold(title: str) -> str:
    """A title for comparison: without numbering, marks, case and punctuation."""
    return _JOINING.sub(" ", _NUMBERING.sub("", title[:_LONGEST_TITLE].casefold())).strip()


def unnumbered(title: str) -> str:
    """A title without the number that it stands under in its document."""
    return _NUMBERING.sub("", title[:_LONGEST_TITLE])


_CODE = "\u00a4"
"""Stands for each character of code."""
_STRUCK = "\u200d"
"""Stands for each struck-out character; readers of a status skip it."""


def visible(text: Text) -> str:
    """The words with code and struck-out text blanked to the same length: code is never a verdict."""
    return _blanked(text, code=True)


def unstruck_words(text: Text) -> str:
    """The words with struck-out text blanked to the same length."""
    return _blanked(text, code=False)


def _blanked(text: Text, *, code: bool) -> str:
    kept: list[str] = []
    done = 0
    for mark in text.marks:
        struck = mark.style is Style.STRUCK
        if mark.start < done or not (struck or (code and mark.style is Style.CODE)):
            continue
        inner = text.text[mark.start : mark.end]
        if struck or not _is_status_code(inner):
            kept += (text.text[done : mark.start], (_STRUCK if struck else _CODE) * len(inner))
            done = mark.end
    return "".join(kept) + text.text[done:] if kept else text.text


def unstruck(text: Text) -> str:
    """The words without struck-out text."""
    words_left = text.text
    for mark in reversed(text.marks):
        if mark.style is Style.STRUCK:
            words_left = words_left[: mark.start] + words_left[mark.end :]
    return words_left


_STATUS_CODE = re.compile(
    r"(?:[✅❌⚠]\ufe0f?\s*)?(?:PASS(?:ED)?|FAIL(?:ED)?|N/A|PARTIAL|PENDING|VIOLATION|COMPLIANT|OK|DEFERRED)"
)


def _is_status_code(inner: str) -> bool:
    """Whether a code span is a status: some people write `PASS` as code."""
    return len(inner) < 20 and _STATUS_CODE.fullmatch(inner) is not None  # noqa: PLR2004  no status word is longer


def check_parts(markdown: Markdown, template: Template, joiner: Joiner) -> tuple[CheckPart, ...]:
    """The Constitution Check and its re-checks, in order; none of them stands inside another.

    A section is one by its title. Where no title says so, it is one by what it holds: items that name two or more
    principles of the constitution, or most of them.
    """
    titled = _titled_parts(markdown, template)
    return titled or _parts_by_content(markdown, template, joiner)


def _parts_by_content(markdown: Markdown, template: Template, joiner: Joiner) -> tuple[CheckPart, ...]:
    fewest = min(_FEWEST_PRINCIPLES, joiner.count)
    tracking = {heading.line for heading in tracking_parts(markdown, template)}
    parts: list[CheckPart] = []
    end = 0
    for heading in markdown.headings if fewest else ():
        if heading.line <= end or not 1 < heading.level <= _DEEPEST or heading.line in tracking:
            continue
        if len(_principles_below(heading, markdown, joiner)) >= fewest:
            again = words.AGAIN.search(heading.title) is not None and bool(parts)
            parts.append(CheckPart(heading, Phase.POST if again else Phase.PRE))
            end = heading.end_line
    return tuple(parts)


def _principles_below(heading: Heading, markdown: Markdown, joiner: Joiner) -> set[str]:
    """The principles that rows, list items, bold lines and sub-headings of a section begin with, surely and by name."""
    principles: set[str] = set()
    for block in markdown.section(heading)[:_MOST_BLOCKS]:
        if isinstance(block, Table):
            if is_tracking_header(block):
                continue
            texts = [cell.text for row in block.rows for cell in row[:2]]
        elif (
            isinstance(block, Item)
            or (isinstance(block, Paragraph) and next(block.text.marked(Style.STRONG), None))
            or isinstance(block, Heading)
        ):
            texts = [block.text]
        else:
            continue
        principles |= {name for text in texts if (name := joiner.named_at_start(text.text)) is not None}
    return principles


def _titled_parts(markdown: Markdown, template: Template) -> tuple[CheckPart, ...]:
    template_title = fold(template.check_heading) if template.check_heading else None
    parts: list[CheckPart] = []
    end = 0
    for heading in markdown.headings:
        if heading.line <= end:
            continue
        if not is_check_title(heading.title, template_title, found=bool(parts)) or not _may_hold(
            heading, template_title
        ):
            continue
        again = words.AGAIN.search(heading.title) is not None
        parts.append(CheckPart(heading, Phase.POST if again and parts else Phase.PRE if not again else Phase.POST))
        end = heading.end_line
    return tuple(parts)


def mention_of_check(markdown: Markdown, template: Template) -> int | None:
    """The first line that names the check in a plan without one.

    It is a heading about the constitution, or words that look like the heading and are none: `-## Constitution Check`.
    """
    template_title = fold(template.check_heading) if template.check_heading else None
    for block in markdown.blocks:
        if isinstance(block, Heading):
            if block.level > 1 and words.CONSTITUTION.search(block.title[:_LONGEST_TITLE]):
                return block.line
        elif isinstance(block, Item | Paragraph):
            first = block.text.text[:_LONGEST_TITLE].partition("\n")[0].strip()
            if len(first) <= _LONGEST_MENTION and is_check_title(first, template_title, found=False):
                return block.line
    return None


def _may_hold(heading: Heading, template_title: str | None) -> bool:
    return 1 < heading.level <= _DEEPEST or (template_title is not None and fold(heading.title) == template_title)


@lru_cache(maxsize=4096)
def is_check_title(title: str, template_title: str | None, *, found: bool) -> bool:
    """Whether a heading opens a Constitution Check or, after the first one, its re-check."""
    folded = fold(title)
    if not folded:
        return False
    if template_title and (folded == template_title or folded.startswith(f"{template_title} ")):
        return True
    constitutional = words.CONSTITUTION.search(title[:_LONGEST_TITLE])
    if constitutional:
        rest = folded.replace(constitutional[0].casefold(), " ", 1).strip()
        if re.match(r"(?:§|[ivxlc\d]+\b)", title[constitutional.end() :].strip(" ,:-").casefold()):
            return False  # one article is meant, not the whole: "Reuse Audit (Constitution VII)"
        return not rest or words.CHECKING.search(title) is not None
    again = words.AGAIN.search(title)
    return bool(found and again and words.CHECKING.search(title))


def deviation_parts(markdown: Markdown, checks: Sequence[CheckPart], joiner: Joiner) -> tuple[Heading, ...]:
    """The sections outside the check whose title is about breaches and which name a principle: `## Deviations`."""
    inside = lines_of(check.heading for check in checks)
    parts = [
        heading
        for heading in markdown.headings
        if 1 < heading.level <= _DEEPEST
        and len(heading.title.split()) <= _FEW_TITLE_WORDS
        and statement_words.DEVIATES.search(heading.title[:_LONGEST_TITLE])
        and heading.line not in inside
        and _names_a_principle(heading, markdown, joiner)
    ]
    return tuple(_outermost(parts)[:_MOST_PARTS])


def _names_a_principle(heading: Heading, markdown: Markdown, joiner: Joiner) -> bool:
    for block in markdown.section(heading)[:_MOST_BLOCKS]:
        if isinstance(block, Table):
            texts = [cell.text.text for row in block.rows for cell in row[:2]]
        else:
            texts = [block.text.text] if isinstance(block, Heading | Item | Paragraph) else []
        if any(joiner.all_named(text) for text in texts):
            return True
    return False


def tracking_parts(markdown: Markdown, template: Template) -> tuple[Heading, ...]:
    """The Complexity Tracking sections, the template's title first; some plans have one in each of two languages."""
    template_title = fold(template.tracking_heading) if template.tracking_heading else None
    candidates = [heading for heading in markdown.headings[1:] if heading.level <= _DEEPEST + 1]
    by_title = [heading for heading in candidates if template_title and fold(heading.title) == template_title]
    named = {heading.line for heading in by_title}
    by_words = [heading for heading in candidates if _is_tracking_title(heading.title) and heading.line not in named]
    parts = by_title + by_words
    if not parts:
        parts = [heading for heading in candidates if words.TRACKING.fullmatch(fold(heading.title))]
    if not parts:
        parts = [
            heading
            for heading in candidates
            if words.TRACKING.search(heading.title)
            and any(isinstance(block, Table) and is_tracking_header(block) for block in markdown.section(heading))
        ]
    return tuple(_outermost(parts)[:_MOST_PARTS])


@lru_cache(maxsize=4096)
def _is_tracking_title(title: str) -> bool:
    return words.TRACKING.search(title) is not None and words.TRACKS.search(title) is not None


def _outermost(headings: list[Heading]) -> list[Heading]:
    """The headings that are not inside another heading's section, in the order given."""
    outer: set[int] = set()
    end = 0
    for heading in sorted(headings, key=lambda heading: heading.line):
        if heading.line > end:
            outer.add(heading.line)
        end = max(end, heading.end_line)
    return [heading for heading in headings if heading.line in outer]


def lines_of(headings: Iterable[Heading]) -> frozenset[int]:
    """The 1-based lines of the sections of these headings."""
    lines: set[int] = set()
    end = 0
    for heading in sorted(headings, key=lambda heading: heading.line):
        lines.update(range(max(heading.line, end + 1), heading.end_line + 1))
        end = max(end, heading.end_line)
    return frozenset(lines)


def is_tracking_header(table: Table) -> bool:
    """Whether a table's columns are why it is needed and which simpler alternative was rejected."""
    titles = [cell.text.text.strip()[:_LONGEST_TITLE] for cell in table.header][1:]
    why = any(words.WHY_HEADER.fullmatch(title) for title in titles)
    return why and any(words.ALTERNATIVE_HEADER.fullmatch(title) for title in titles)
