"""Find the template's text that is left in a plan: lines that its author still has to replace.

Each line is compared with the repository's own template and with the stock templates of every Spec Kit release, because
a plan may be older than its template. Instructions that stay in a finished plan (the Note line, "Fill ONLY if …", the
Execution Flow of 2025) are not placeholders.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core.documents.clarifications import clarifications
from bot.core.documents.plan import Placeholder
from bot.core.text.brackets import MAX_LINE, brackets, mask_code
from bot.core.yardstick.parts import Part, lines_of
from bot.core.yardstick.template import PlaceholderKind, action_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.markdown import Markdown
    from bot.core.text.brackets import Bracket
    from bot.core.yardstick.parts import Line
    from bot.core.yardstick.template import Template

SOFT = frozenset((PlaceholderKind.TREE, PlaceholderKind.OPTION, PlaceholderKind.COMMENT, PlaceholderKind.ROW))
"""Kinds that survive in many plans that are otherwise finished."""
MOST = 0.5
"""A plan that keeps more than this share of the template's placeholder lines was not filled in."""

_FIELDS = frozenset(
    (
        "language/version",
        "primary dependencies",
        "storage",
        "testing",
        "target platform",
        "project type",
        "performance goals",
        "constraints",
        "scale/scope",
    )
)
_META = frozenset(("###-feature-name", "###-feature", "date", "link"))
_TITLE = frozenset(("feature", "feature name"))
_VALUE = re.compile(r"e\.g\.|if applicable, e\.g\.|domain-specific|single/web/mobile")
_BEGINNINGS = (
    ("extract from feature spec", PlaceholderKind.SUMMARY),
    ("gates determined based on", PlaceholderKind.GATES),
    ("document the selected structure", PlaceholderKind.STRUCTURE),
    ("default to option 1", PlaceholderKind.STRUCTURE),
    ("name + purpose for each", PlaceholderKind.GATES),
    ("commands with --help", PlaceholderKind.GATES),
)
_ROW = frozenset(
    (
        "e.g., 4th project",
        "e.g., repository pattern",
        "current need",
        "specific problem",
        "why 3 projects insufficient",
        "why direct db access insufficient",
    )
)
_TREE = re.compile(r"[\s│├└─|]*+\S{0,200}?\[###-feature(?:-name)?\]/?")
_LABEL = re.compile(
    r"\s*#\s*(?:\[REMOVE IF UNUSED\]|(?:\[[^\[\]]{1,60}\]\s*)?Option [0-9]\s*:\s*(?:Single project|Web app|Mobile))",
    re.IGNORECASE,
)
_LEFTOVER = ("same as backend above", "platform-specific structure")
_PARAGRAPHS = {Part.SUMMARY: PlaceholderKind.SUMMARY, Part.CHECK: PlaceholderKind.GATES}
_WRITTEN = frozenset({Part.SUMMARY, Part.CONTEXT, Part.STRUCTURE})
"""Parts in which every stock line is a placeholder, a tree or a label."""
_LONG = 12
"""Characters from which a bracketed text that equals the template's is a leftover, not a coincidence."""
_WORDS = 4
_IDEOGRAPHS = 8
"""Words, or characters of a script without blanks, from which a text is a sentence, not a label (`[DEFERRED]`)."""
_DIGIT = re.compile(r"[0-9]")


def find_placeholders(path: str, document: Markdown, template: Template) -> tuple[Placeholder, ...]:
    """The lines of the plan at `path` that still hold template text, one entry a line, in order."""
    leftovers = _known(template)
    by_line = {}
    for line in lines_of(document):
        place = leftovers.in_line(line)
        if place is not None:
            kind, start, end = place
            by_line[line.number] = Placeholder(path, line.number, kind, line.text[start:end], start + 1, end)
    for number, order in action_lines(document):
        column = document.source(number).find(order) + 1
        by_line[number] = Placeholder(path, number, PlaceholderKind.COMMENT, order, column, column + len(order) - 1)
    for question in clarifications(document):
        kind = PlaceholderKind.NEEDS_CLARIFICATION
        hole = Placeholder(path, question.line, kind, question.text, question.column, question.end_column)
        by_line.setdefault(question.line, hole)
    return tuple(by_line[number] for number in sorted(by_line))


def template_share(placeholders: Iterable[Placeholder], template: Template) -> float:
    """The share (0 to 1) of the template's placeholder lines that remains, counted by kind."""
    return _share(Counter(placeholder.kind for placeholder in placeholders), template)


def is_unfilled(placeholders: Iterable[Placeholder], template: Template) -> bool:
    """Title and summary are placeholders, or most of the template's placeholder lines remain.

    Lines that survive in many finished plans (tree, option labels, comments, rows) are not enough for that.
    """
    remaining = Counter(placeholder.kind for placeholder in placeholders)
    if remaining[PlaceholderKind.TITLE] and remaining[PlaceholderKind.SUMMARY]:
        return True
    hard = Counter({kind: count for kind, count in remaining.items() if kind not in SOFT})
    expected = sum(hole.kind not in SOFT for hole in template.holes)
    return _share(remaining, template) > MOST and sum(hard.values()) > expected * MOST


def has_own_lines(document: Markdown, placeholders: Iterable[Placeholder], template: Template) -> bool:
    """Whether Summary, Technical Context or Project Structure has a line that is in no template."""
    stock = {_plain(line) for line in template.text.splitlines()} | {""}
    skipped = {placeholder.line for placeholder in placeholders} | {heading.line for heading in document.headings}
    return any(
        line.part in _WRITTEN
        and line.fence is None
        and line.number not in skipped
        and "[" not in line.text
        and not line.text.rstrip(" *_").endswith((":", "："))
        and _plain(line.text) not in stock
        for line in lines_of(document)
    )


def _share(remaining: Mapping[PlaceholderKind, int], template: Template) -> float:
    expected = Counter(hole.kind for hole in template.holes)
    if not expected:
        return 0.0
    return sum(min(count, remaining.get(kind, 0)) for kind, count in expected.items()) / expected.total()


def _plain(words: str) -> str:
    return " ".join(words.casefold().strip("[]*_` ").split())


@lru_cache(maxsize=64)
def _known(template: Template) -> _Known:
    return _Known(template)


class _Known:
    """The placeholders of one template and of the stock templates."""

    def __init__(self, template: Template) -> None:
        lines = template.text.removeprefix("\ufeff").split("\n")
        self._holes: dict[str, list[tuple[PlaceholderKind, str | None]]] = {}
        self._labels: set[str] = set()
        for hole in template.holes:
            if hole.kind is PlaceholderKind.OPTION:
                self._labels.add(_plain(hole.text))
            line = lines[hole.line - 1] if hole.line <= len(lines) else ""
            for bracket in brackets(line.rstrip("\r")):
                self._holes.setdefault(_plain(bracket.text), []).append((hole.kind, _label(bracket)))
        self._fields = _FIELDS | {_plain(name) for name in template.fields}

    def in_line(self, line: Line) -> tuple[PlaceholderKind, int, int] | None:
        """The kind and the offsets (end exclusive) of the placeholder in a line."""
        if line.part is Part.FLOW or len(line.text) > MAX_LINE or not ("[" in line.text or line.fence):
            return None
        if line.fence is not None:
            return self._in_fence(line)
        text = line.text if line.head else mask_code(line.text)
        first: tuple[PlaceholderKind, int] | None = None
        end = 0
        for bracket in brackets(text):
            kind = self._kind(line, text, bracket)
            if kind is not None:
                first = first or (kind, bracket.start)
                end = bracket.end
        if first is not None:
            return first[0], first[1], end
        if tree := _TREE.match(text):
            return PlaceholderKind.TREE, len(text) - len(text.lstrip()), tree.end()
        return None

    def _in_fence(self, line: Line) -> tuple[PlaceholderKind, int, int] | None:
        text = line.text
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        if ("#" in text and _LABEL.match(text)) or _plain(text) in self._labels:
            return PlaceholderKind.OPTION, start, end
        if "[" not in text:
            return None
        if tree := _TREE.match(text):
            return PlaceholderKind.TREE, start, tree.end()
        for bracket in brackets(text):
            plain = _plain(bracket.text)
            if any(kind is PlaceholderKind.TREE for kind, _ in self._holes.get(plain, ())):
                return PlaceholderKind.TREE, bracket.start, bracket.end
            if plain.startswith(_LEFTOVER) and not self._label_above(line):
                return PlaceholderKind.OPTION, bracket.start, bracket.end
        return None

    def _label_above(self, line: Line) -> bool:
        """Whether an option's label is above the line in the same tree. Only the label is reported."""
        above = line.fence.lines[: line.number - line.fence.first] if line.fence else ()
        return any(_LABEL.match(line_above) or _plain(line_above) in self._labels for line_above in above)

    def _kind(self, line: Line, text: str, bracket: Bracket) -> PlaceholderKind | None:
        plain = _plain(bracket.text)
        title = line.head and text.lstrip().startswith("#")
        ends = bracket.leads and bracket.end == len(text.rstrip()) and not _DIGIT.search(plain)
        if title and (plain in _TITLE or ends):
            return PlaceholderKind.TITLE
        if line.head and not title and plain in _META:
            return PlaceholderKind.META
        return self._stock(line, text, bracket, plain) or self._own(line, text, bracket, plain)

    def _stock(self, line: Line, text: str, bracket: Bracket, plain: str) -> PlaceholderKind | None:
        """The kind of a stock template's placeholder."""
        if "|" in text and plain in _ROW:
            return PlaceholderKind.ROW
        if not bracket.leads:
            return None
        kind = next((kind for beginning, kind in _BEGINNINGS if plain.startswith(beginning)), None)
        alone = not text[bracket.end :].strip(" .*_|")
        if kind is None and line.part is Part.CONTEXT:
            kind = PlaceholderKind.FIELD if self._is_field(bracket, plain, alone=alone) else None
        elif kind is None and _VALUE.match(plain) and plain.endswith("needs clarification"):
            kind = PlaceholderKind.FIELD
        elif kind is None and alone and not text[: bracket.start].strip() and _is_sentence(bracket.inner):
            kind = _PARAGRAPHS.get(line.part or Part.FLOW)
        return kind

    def _is_field(self, bracket: Bracket, plain: str, *, alone: bool) -> bool:
        """Whether a value is a stock example, or an edited value still in its brackets."""
        if plain.startswith(("needs clarification", "n/a", "none")):
            return False
        return bool(_VALUE.match(plain)) or (alone and _label(bracket) in self._fields)

    def _own(self, line: Line, text: str, bracket: Bracket, plain: str) -> PlaceholderKind | None:
        """The kind of placeholder in the repository's own template."""
        label = _label(bracket)
        for kind, expected in self._holes.get(plain, ()):
            if kind is PlaceholderKind.ROW and "|" not in text:
                continue
            if kind in {PlaceholderKind.TITLE, PlaceholderKind.META} and not line.head:
                continue
            sure = kind in {PlaceholderKind.TITLE, PlaceholderKind.META, PlaceholderKind.ROW}
            if sure or (label is not None and label == expected) or len(plain) >= _LONG:
                return kind
        return None


def _label(bracket: Bracket) -> str | None:
    return None if bracket.label is None else _plain(bracket.label)


def _is_sentence(words: str) -> bool:
    """Whether the words are long enough for an instruction, in any language."""
    if words.isupper():
        return False
    return len(words.split()) >= _WORDS or (not words.isascii() and len(words) >= _IDEOGRAPHS)
