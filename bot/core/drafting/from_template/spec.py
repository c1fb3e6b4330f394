"""A spec drafted from the repository's own spec template: header filled, everything open marked once.

A spec says what to build and why, which no repository knows beforehand. So only title, branch, date and the request
are filled. Of the template's examples, only the first of each kind stays. Every place that a person has to fill says
`[NEEDS CLARIFICATION: …]`, which Plangate's own rules find.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.documents.clarifications import clarifications
from bot.core.drafting.draft import Draft
from bot.core.drafting.from_template.plan_facts import BLANK, inline
from bot.core.markdown import Fence, Paragraph, parse
from bot.core.text.brackets import MAX_LINE, brackets, mask_code
from bot.core.text.neutral import plain_line
from bot.core.yardstick.parts import SECTION
from bot.core.yardstick.template import BUNDLED, action_lines
from bot.core.yardstick.template_files import SPEC_NAME, compose, fixed_paths, further_paths, layers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from bot.core.change.trees import Document
    from bot.core.markdown import Heading, Markdown

MAX_INPUT = 1_500
"""Characters of the issue that become the spec's Input."""

MAX_BODY = 65_536
"""Characters of an issue's text: GitHub's own limit."""

_MAX_ASK = 100
_MAX_TEMPLATE = 100_000
"""Characters of a spec template that are used; real templates have under 10,000."""
_ARGUMENTS = "$ARGUMENTS"
_ITEM = re.compile(r"([ \t]*)(?:[-*+]|[0-9]{1,3}[.)])[ \t]")
_EXAMPLE = re.compile(r",?[ \t]*(?:[-–—][ \t]*)?\(?\be\.g\.")
_RULE = re.compile(r"[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*")
_TITLE = re.compile(r"title|name|feature", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SpecFacts:
    """Everything that is known of a feature before its spec is written."""

    feature_dir: str
    title: str
    """Foreign."""
    branch: str
    date: str
    """ISO date."""
    request: str = ""
    """Foreign: the text that requests the feature, such as an issue's text."""
    template: str = ""
    """The template's whole text."""
    template_path: str = BUNDLED


def spec_paths(
    documents: Mapping[str, Document], already_read: Collection[str], root: str, known_paths: Collection[str] = ()
) -> tuple[str, ...]:
    """The paths to read before `spec_template` can decide, as `bot.core.yardstick.template.next_paths`."""
    wanted = (*fixed_paths(root, SPEC_NAME), *further_paths(documents, known_paths, root, SPEC_NAME))
    return tuple(path for path in wanted if path not in already_read)


def spec_template(documents: Mapping[str, Document], bundled: str, root: str = "") -> tuple[str, str]:
    """The winning spec template's text and path; the `bundled` text where the repository has none."""
    stack = layers(documents, root, SPEC_NAME)
    return (compose(stack), stack[-1].path) if stack else (bundled, BUNDLED)


def draft_spec(facts: SpecFacts) -> Draft:
    """The spec of a feature, filled as far as possible. Total: any template and any facts give a draft."""
    text = "\n".join(_tidy(_Drafter(facts).lines())) + "\n"
    open_marks = len(clarifications(parse(text)))
    return Draft(f"{facts.feature_dir}/spec.md", text, open_marks, open_marks, 0, facts.template_path)


def draft_spec_of_issue(facts: SpecFacts, title: str, body: str) -> Draft:
    """The spec of a feature that an issue asks for in these words."""
    return draft_spec(replace(facts, request=issue_words(title, body)))


def issue_words(title: str, body: str) -> str:
    """An issue's text on one line, without the fields of its form that were left empty."""
    paragraphs = [
        plain_line(block.text.text, MAX_INPUT)
        for block in parse(body[:MAX_BODY]).blocks
        if isinstance(block, Paragraph) and not block.quoted
    ]
    sentences = " ".join(
        text for text in paragraphs if any(char.isalnum() for char in text) and text.casefold() != "no response"
    )
    return plain_line(sentences or title, MAX_INPUT)


class _Drafter:
    """One pass over the template's lines."""

    def __init__(self, facts: SpecFacts) -> None:
        self._facts = facts
        self._document = parse(facts.template[:_MAX_TEMPLATE])
        headings = self._document.headings
        self._body = next(
            (heading.line for heading in headings[1:] if heading.level <= SECTION), len(self._document.lines) + 1
        )
        self._title = headings[0].line if headings else 0
        self._dropped = _dropped(self._document)
        self._fenced = {
            number
            for block in self._document.blocks
            if isinstance(block, Fence)
            for number in range(block.line, block.end_line + 1)
        }

    def lines(self) -> Iterator[str]:
        """The lines of the draft. Several blank lines may still follow each other."""
        indent: str | None = None
        for number in range(self._document.body, len(self._document.lines) + 1):
            line = self._document.source(number).rstrip("\r")
            if number in self._dropped:
                continue
            spans = self._spans(number, line)
            if line.strip():
                # The first example of a list shows the form. A person would have to delete the others.
                item = _ITEM.match(line) if spans else None
                before, indent = indent, item[1] if item else None
                if indent is not None and indent == before:
                    continue
            yield from self._line(number, line, spans)

    def _spans(self, number: int, line: str) -> list[tuple[int, int]]:
        """The blanks of a line. Below the header, text in code is an example of the notation and no blank."""
        if number in self._fenced:
            return []
        return _outermost((line if number < self._body else mask_code(line))[:MAX_LINE])

    def _line(self, number: int, line: str, spans: list[tuple[int, int]]) -> Iterator[str]:
        line_of = self._head if number < self._body else _marked_line
        filled = line_of(line, spans) if spans else line
        if filled is not None:
            yield filled.replace(_ARGUMENTS, self._input())

    def _input(self) -> str:
        return inline(self._facts.request or self._facts.title, MAX_INPUT).replace('"', "'")

    def _head(self, line: str, spans: list[tuple[int, int]]) -> str:
        filled, position = "", 0
        for start, end in spans:
            filled += line[position:start] + self._value(filled + line[position:start], line[start:end])
            position = end
        return filled + line[position:]

    def _value(self, before: str, span: str) -> str:
        inner = span.casefold()
        if before.lstrip().startswith("#"):
            return inline(self._facts.title, 200).removeprefix("\\")
        if "###" in inner or "branch" in inner:
            return self._facts.branch
        if "date" in inner or before.casefold().rstrip().endswith(("**created**:", "**date**:")):
            return self._facts.date
        return inline(self._facts.title, 200) if _TITLE.search(inner) else _mark([span])


def _marked_line(line: str, spans: list[tuple[int, int]]) -> str | None:
    """A line of the body with its blanks marked; None if the line only tells the author how to fill the template."""
    holes = [line[start:end] for start, end in spans]
    only_hole = len(spans) == 1 and holes[0] == line.strip()
    if any(BLANK in hole for hole in holes) or (only_hole and holes[0].casefold().startswith("[add ")):
        return None
    if len(spans) == 1:
        (start, end) = spans[0]
        return line[:start] + _mark(holes) + line[end:]
    shown, position = "", 0
    for start, end in spans:
        shown += line[position:start] + "…"
        position = end
    shown = f"{shown}{line[position:]}".rstrip()
    if not any(char.isalpha() for char in shown):
        item = _ITEM.match(line)
        return (item[0] if item else "") + _mark(holes)
    return f"{shown} {_mark(holes)}"


def _mark(holes: list[str]) -> str:
    asks = [
        plain_line(_EXAMPLE.split(hole[1:].removesuffix("]"), maxsplit=1)[0].strip(" .,"), _MAX_ASK) for hole in holes
    ]
    ask = ", ".join(dict.fromkeys(ask.translate(str.maketrans("[]", "()")) for ask in asks if ask))
    return f"[{BLANK}: {ask[: 2 * _MAX_ASK].rstrip() or 'what belongs here'}]"


def _outermost(line: str) -> list[tuple[int, int]]:
    """The blanks of a line: the offsets of each, and its text."""
    spans: list[tuple[int, int]] = []
    depth = start = 0
    for position, char in enumerate(line):
        if char == "[":
            start = position if depth == 0 else start
            depth += 1
        elif char == "]" and depth:
            depth -= 1
            inner = line[start + 1 : position].replace("[", "(").replace("]", ")")
            if depth == 0 and any(brackets(f"[{inner}]{line[position + 1 : position + 2]}")):
                spans.append((start, position + 1))
    return spans


def _dropped(document: Markdown) -> set[int]:
    """Lines that an author deletes: instructions, and every example of a section but the first."""
    lines: set[int] = set()
    orders = {number for number, _ in action_lines(document)}
    for comment in document.comments:
        numbers = range(comment.line, comment.end_line + 1)
        if not orders.isdisjoint(numbers):
            lines.update(numbers)
    lines.update(_further_examples(document))
    for block in document.blocks:
        words = document.source(block.line).strip() if isinstance(block, Paragraph) else ""
        if words.startswith("*Example") and words.endswith("*"):
            lines.add(block.line)
    return lines


def _further_examples(document: Markdown) -> Iterator[int]:
    """The lines of sections with an example as heading, if an earlier section below the same heading has one, too."""
    above: list[Heading] = []
    shown: set[tuple[int, int]] = set()
    done = 0
    for heading in document.headings:
        while above and above[-1].level >= heading.level:
            above.pop()
        key = (above[-1].line if above else 0, heading.level)
        above.append(heading)
        if heading.level == 1 or not _outermost(document.source(heading.line)[:MAX_LINE]):
            continue
        if key in shown:
            yield from range(max(heading.line, done), heading.end_line + 1)
            done = max(done, heading.end_line + 1)
        shown.add(key)


def _tidy(lines: Iterator[str]) -> Iterator[str]:
    """The lines with at most one blank line in a row outside code, and no rule after a rule or before a heading."""
    inside, blank, rule, begun = False, False, "", False
    for line in lines:
        fence = line.lstrip().startswith(("```", "~~~"))
        if not inside and not line.strip():
            blank = begun
            continue
        if not inside and begun and _RULE.fullmatch(line):
            rule, blank = line, True
            continue
        if rule and not line.startswith("#"):
            yield from ("", rule)
        if blank:
            yield ""
        inside = not inside if fence else inside
        rule, blank, begun = "", False, True
        yield line
