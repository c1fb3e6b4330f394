"""The parts of a plan by their headings, in the languages that people translate them to.

A repository's own template may name its parts in other words; these words recognise them. Source: the headings of some
1,900 plans in 118 public repositories.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.markdown import Fence
from bot.core.text.lexicon import Pattern, anywhere, with_blanks, without_blanks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.markdown import Markdown

SECTION = 2
"""The level of a section's heading."""


class Part(StrEnum):
    """A part of a plan that Spec Kit's templates have."""

    SUMMARY = "summary"
    CONTEXT = "technical context"
    CHECK = "constitution check"
    STRUCTURE = "project structure"
    TRACKING = "complexity tracking"
    FLOW = "flow"
    """Instructions of the templates of 2025: Execution Flow, Phase 0 to 3+, Progress Tracking."""


_TABLE = (
    (Part.FLOW, Pattern(rf"^(?:{anywhere('flow')}|{anywhere('phase')} ?[0-9])")),
    (Part.TRACKING, Pattern(rf"^complexity|(?!complexity){anywhere('complexity')}")),
    (Part.CHECK, Pattern(anywhere("constitution"))),
    (Part.CONTEXT, Pattern(anywhere("technical_context"))),
    (Part.STRUCTURE, Pattern(rf"^(?:{with_blanks('project_structure')})|{without_blanks('project_structure')}")),
    (Part.SUMMARY, Pattern(rf"^{anywhere('summary')}")),
)
_NUMBERING = re.compile(r"^[\W_]*(?:[0-9]{1,3}(?:\.[0-9]{1,3})*[.):、]?\s+|[ivx]{1,5}[.)]\s+)?[\W_]*")


@lru_cache(maxsize=4096)
def part_of(title: str) -> Part | None:
    """The part that a heading opens, in any numbering, case and language; None for another heading."""
    plain = _NUMBERING.sub("", title[:200].casefold().strip(), count=1)
    return next((part for part, words in _TABLE if words.search(plain)), None)


class Line(Struct, frozen=True):
    """A line of a document and where it stands."""

    number: int
    text: str
    """As written, with HTML comments blanked, so that columns stay."""
    part: Part | None
    head: bool
    """Above the first section: where title, branch, date and spec stand."""
    fence: Fence | None
    """The code block that it stands in, without its fences."""
    comment: bool
    """The line has a part of a comment, which `text` leaves out."""


def lines_of(document: Markdown, parts: dict[int, Part] | None = None) -> Iterator[Line]:
    """The lines below the front matter that are not blank, with their places.

    `parts` names the part of a section by its heading's line where the words of the heading do not tell.
    """
    count = len(document.lines)
    part_at = _parts(document, parts or {}, count)
    fences: list[Fence | None] = [None] * (count + 1)
    for block in document.blocks:
        if isinstance(block, Fence):
            inside = range(block.first, min(block.first + len(block.lines), count + 1))
            fences[inside.start : inside.stop] = [block] * len(inside)
    shown, commented = _without_comments(document)
    body = next(_sections(document), count + 1)
    for number in range(document.body, count + 1):
        if text := shown[number - 1]:
            yield Line(number, text, part_at[number], number < body, fences[number], number in commented)


def _sections(document: Markdown) -> Iterator[int]:
    """The lines of the headings that open sections: level 2, or level 1 after the title."""
    for index, heading in enumerate(document.headings):
        if heading.level == SECTION or (heading.level < SECTION and index):
            yield heading.line


def _parts(document: Markdown, named_parts: dict[int, Part], count: int) -> list[Part | None]:
    parts: list[Part | None] = [None] * (count + 1)
    for index, heading in enumerate(document.headings):
        if heading.level < SECTION and not index:
            continue
        part = named_parts.get(heading.line) or part_of(heading.title)
        if heading.level > SECTION and (part in {None, Part.FLOW} or parts[heading.line] is not None):
            continue
        parts[heading.line : heading.end_line + 1] = [part] * (heading.end_line + 1 - heading.line)
    return parts


def _without_comments(document: Markdown) -> tuple[list[str], set[int]]:
    shown, commented = list(document.lines), set[int]()
    within: dict[int, list[tuple[int, int]]] = {}
    for comment in document.comments:
        commented.update(range(comment.line, comment.end_line + 1))
        opened = comment.column - 1
        if comment.line == comment.end_line:
            within.setdefault(comment.line, []).append((opened, opened + len(comment.text) + len("<!---->")))
            continue
        last = shown[comment.end_line - 1]
        closed = min(len(last), len(comment.text.rsplit("\n", 1)[-1]) + 3)
        shown[comment.line - 1] = shown[comment.line - 1][:opened]
        shown[comment.line : comment.end_line - 1] = [""] * (comment.end_line - 1 - comment.line)
        shown[comment.end_line - 1] = " " * closed + last[closed:]
    for line, places in within.items():
        shown[line - 1] = _blanked(shown[line - 1], places)
    return shown, commented


def _blanked(line: str, places: list[tuple[int, int]]) -> str:
    """The line with blanks in these places, which are in order; one pass, for a line may hold a thousand comments."""
    pieces: list[str] = []
    done = 0
    for start, end in places:
        pieces += (line[done:start], " " * (min(end, len(line)) - start))
        done = end
    return "".join(pieces) + line[done:]
