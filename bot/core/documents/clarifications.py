"""Open questions: `[NEEDS CLARIFICATION: …]` markers that still need an answer, not mentions of the words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.markdown import Fence
from bot.core.text.brackets import MAX_LINE, mask_code
from bot.core.text.lexicon import Pattern, Phrases, anywhere, whole_words
from bot.core.yardstick.parts import Part, part_of

if TYPE_CHECKING:
    from bot.core.markdown import Markdown

_MARKER = Pattern(rf"([\[(（【]?)[*_]{{0,2}}({anywhere('needs_clarification')})[*_]{{0,2}}\s*([:：—–-])?")
_ANY_CASE = Pattern(anywhere("needs_clarification"), re.IGNORECASE)
"""The words of the marker alone: a fast test, because it runs on every line of a document."""
_WHOLE_VALUE = Pattern(
    rf"[\s>*_+-]*[^:：|`]{{1,80}}[:：][\s*_]*(?P<value>`?{anywhere('needs_clarification')}`?)[\s*_.]*", re.IGNORECASE
)
_PHRASES = Phrases("needs_clarification")
_CLOSING = {"[": "]", "(": ")", "（": "）", "【": "】", "": ""}
_SETTLED = Pattern(rf"{whole_words('settled')}|✅|✓|~~", re.IGNORECASE)
_ANSWERED = Pattern(rf"{whole_words('clarified')}|✅|→", re.IGNORECASE)
_EXAMPLE = Pattern(rf"{anywhere('example_question')}?", re.IGNORECASE)
"""The example question in the templates' own instructions."""
_TICKED = re.compile(r"\s*(?:[-*+]|[0-9]{1,4}[.)])\s+\[[xX ]\]")
_MAX_LABEL = 200
_MAX_IN_LINE = 10
_NEAR = 40
"""Characters before and after a marker that are searched for words that make it a mere mention."""
_LABELLED = re.compile(r"[\s>*_+-]*(?:[^:：|]{1,80}[:：]|\|)[\s*_]*")
_BARE = re.compile(r"[\s>*_+-]*(?:[0-9]{1,4}[.)]\s*)?")


class Clarification(Struct, frozen=True):
    """An open question: its words as written, its 1-based line and inclusive columns."""

    text: str
    line: int
    column: int
    end_column: int


def clarifications(document: Markdown) -> tuple[Clarification, ...]:
    """The open questions of a plan or spec, in order."""
    if not _PHRASES.may_be_in("\n".join(document.lines)):
        return ()
    skipped = _skipped(document)
    questions: list[Clarification] = []
    context = _context(document)
    for number in range(document.body, len(document.lines) + 1):
        line = document.lines[number - 1][:MAX_LINE]
        if number in skipped or _ANY_CASE.search(line) is None:
            continue
        in_context = number in context
        shown = mask_code(_spelled_out(line) if in_context else line)
        questions.extend(_in_line(shown, line, number, in_context=in_context))
    return tuple(questions)


def field_of(line: str, text: str) -> str | None:
    """What a marker without a question of its own is about: `Storage` for `**Storage**: NEEDS CLARIFICATION`.

    `line` is the marker's whole line and `text` the marker. None if the marker has a question of its own, or no name
    stands before it.
    """
    marker = _MARKER.match(text)
    if marker is None or text[marker.end() :].strip("[]()（）【】*_ .。"):
        return None
    before = line[: max(0, line.find(text))][:_MAX_LABEL].lstrip(" \t>*_+|#-")
    ends = [position for mark in ":：|" if (position := before.find(mark)) >= 0]
    name = before[: min(ends)].strip(" \t*_`[]") if ends else ""
    return name if any(character.isalpha() for character in name) else None


def _spelled_out(line: str) -> str:
    """The line with a marker that is its whole value in capitals and out of code: `Storage: needs clarification`."""
    match = _WHOLE_VALUE.fullmatch(line)
    if match is None:
        return line
    return line[: match.start("value")] + match["value"].upper().replace("`", " ") + line[match.end("value") :]


def _in_line(line: str, written: str, number: int, *, in_context: bool) -> list[Clarification]:
    questions: list[Clarification] = []
    start = 0
    while len(questions) < _MAX_IN_LINE and (match := _MARKER.search(line, start)):
        start = end = match.end()
        closing = _CLOSING[match[1]]
        if closing:
            stop = line.find(closing, match.end())
            end = stop + 1 if stop >= 0 else len(line.rstrip())
            start = max(start, end)
        question = line[match.end() : end].strip("[]()（）【】 ")
        if _open(line, match, question, end, in_context=in_context):
            if not closing:
                found = [line.find(mark, match.end(2)) for mark in ("<!--", "-->", "|")]
                ends = [position for position in found if position >= 0]
                end = len(line[: min(ends, default=len(line))].rstrip(" |`"))
                start = len(line)
            questions.append(Clarification(written[match.start() : end], number, match.start() + 1, end))
    return questions


def _open(line: str, match: re.Match[str], question: str, end: int, *, in_context: bool) -> bool:
    """Whether a marker is an open question."""
    before, after = line[: match.start()], line[end:]
    if _ANSWERED.search(after):
        return False
    ticked = _TICKED.match(line)
    if match[1] and question:
        return not _EXAMPLE.fullmatch(question.strip(" .…")) and (not ticked or "x" not in ticked[0].casefold())
    near = len(before) <= _MAX_LABEL
    leads = near and bool(_LABELLED.fullmatch(before) or _BARE.fullmatch(before))
    explained = after.lstrip().startswith(("(", "（"))
    settled = _SETTLED.search(before[-_NEAR:]) or (_SETTLED.search(after[:_NEAR]) and not explained)
    if ticked or (settled and not (leads and in_context)):
        return False
    if in_context:
        return True
    ends = not after.strip(" .。|*_")
    if before.rstrip().endswith("|") and before.strip(" |") and after.lstrip(" *_.").startswith("|"):
        return not _SETTLED.search(line)  # the whole cell, behind one that says what is asked
    return (bool(match[1]) and ends) or (leads and (bool(match[1] or match[3]) or (ends and "|" not in line)))


def _skipped(document: Markdown) -> set[int]:
    """Lines where a marker is never a question: code, comments, the old templates' instructions."""
    lines: set[int] = set()
    for block in document.blocks:
        if isinstance(block, Fence) and (block.fenced or block.info):
            lines.update(range(block.line, block.end_line + 1))
    for comment in document.comments:
        lines.update(range(comment.line + 1, comment.end_line))
        if comment.end_line > comment.line or document.source(comment.line).lstrip().startswith("<!--"):
            lines.update((comment.line, comment.end_line))
    for heading in document.headings:
        if heading.level == 2 and part_of(heading.title) is Part.FLOW:  # noqa: PLR2004  the level of a section
            lines.update(range(heading.line, heading.end_line + 1))
    return lines


def _context(document: Markdown) -> set[int]:
    """The lines of the Technical Context, where a value can be marked as unknown."""
    lines: set[int] = set()
    for heading in document.headings:
        if part_of(heading.title) is Part.CONTEXT:
            lines.update(range(heading.line, heading.end_line + 1))
    return lines
