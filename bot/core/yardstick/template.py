"""The yardstick: the repository's own plan template, resolved as Spec Kit resolves it, and what it expects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.markdown import Heading, Item, Paragraph, Table, parse
from bot.core.text.brackets import MAX_LINE, brackets, mask_code
from bot.core.text.lexicon import Pattern, anywhere, without_blanks
from bot.core.yardstick import template_files as layers
from bot.core.yardstick.parts import SECTION, Part, lines_of, part_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from bot.core.change.trees import Document
    from bot.core.markdown import Block, Markdown
    from bot.core.yardstick.parts import Line


class PlaceholderKind(StrEnum):
    """What part of the template was left, as `docs/report.md` lists them."""

    TITLE = "title"
    META = "meta"
    SUMMARY = "summary"
    FIELD = "field"
    GATES = "gates"
    STRUCTURE = "structure"
    TREE = "tree"
    OPTION = "option"
    COMMENT = "comment"
    ROW = "row"
    NEEDS_CLARIFICATION = "needs_clarification"


BUNDLED = "bundled"
MAX_HOLES = 500
"""Placeholder lines of a template that plans are compared with; further ones are ignored."""

_ACTION = Pattern(anywhere("action_required"))
_OPTION = Pattern(rf"\s*#\s*(?:\[[^\[\]]{{1,60}}\]\s*)?{anywhere('option')}\s*[0-9]+\s*[:：]", re.IGNORECASE)
_GATE = re.compile(r"\s*[*_]{0,2}GATE\b|\s*\[Gates determined")
_FIELD = re.compile(r"\s*(?:[-*+]\s+)?\*\*([^*\n]{1,80}?)\s*(?:[:：]\*\*|\*\*\s*[:：])")
_NUMERAL = re.compile(
    rf"\s*(?:[IVXLC]{{1,7}}|[0-9]{{1,2}}|(?:{without_blanks('digits')}){{1,3}})[.):、：]\s*(\S[^:：—|]{{1,100}})"
)
_OF_PRINCIPLES = Pattern(rf"princip|article|gate|{anywhere('principle')}")
_KINDS = {
    Part.SUMMARY: PlaceholderKind.SUMMARY,
    Part.CHECK: PlaceholderKind.GATES,
    Part.STRUCTURE: PlaceholderKind.STRUCTURE,
    Part.TRACKING: PlaceholderKind.ROW,
}


@dataclass(frozen=True, slots=True)
class Hole:
    """A line of the template that a plan has to replace.

    `text` is the line's placeholder as it stands there (usually a bracketed span), `line` its 1-based line in the
    template.
    """

    text: str
    kind: PlaceholderKind
    line: int


@dataclass(frozen=True, slots=True)
class Template:
    """What a plan in this repository is expected to look like."""

    path: str
    """The winning file, or `bundled`; of a composed template the file that the others are laid around."""
    text: str
    holes: tuple[Hole, ...]
    sections: tuple[str, ...]
    """Titles of its level-2 headings, as written."""
    check_heading: str | None
    """The title of its Constitution Check in whatever language, None where it has none."""
    tracking_heading: str | None
    tracking_header: tuple[str, ...]
    """The cells of the Complexity Tracking header as written; empty where there is no table."""
    fields: tuple[str, ...]
    """Names of the Technical Context fields as written."""
    principles: tuple[str, ...]
    """Principles listed in the check itself, as the seed's template does; empty in the stock one."""
    lean: bool = False
    """The lean preset: no Constitution Check is expected."""
    layers: tuple[str, ...] = ()
    """Every file that it was composed of, the strongest first; empty for the bundled one."""


def resolution_paths(specify_root: str = "") -> tuple[str, ...]:
    """The paths (exact, no globs) that decide which template wins below `specify_root` (`""` or `apps/a/`).

    Two of them are registries of presets and extensions, which name further files: `next_paths` says which.
    """
    return layers.fixed_paths(specify_root)


def next_paths(
    documents: Mapping[str, Document],
    requested: Collection[str],
    specify_root: str = "",
    tree_paths: Collection[str] = (),
) -> tuple[str, ...]:
    """The paths to read next, given the documents read so far; empty when the template can be resolved.

    The shell reads until there are none, which takes at most three rounds. `requested` are the paths asked for so
    far, there or not; `tree_paths` are paths in the tree below `.specify/presets/` and `.specify/extensions/`, needed
    only for packages that no registry lists.
    """
    wanted = (*layers.fixed_paths(specify_root), *layers.further_paths(documents, tree_paths, specify_root))
    return tuple(path for path in wanted if path not in requested)


def resolve_template(documents: Mapping[str, Document], bundled: str, specify_root: str = "") -> Template:
    """The winning plan template among `documents`; the `bundled` text where the repository has none. Never raises."""
    stack = layers.layers(documents, specify_root)
    lean = layers.lean(documents, specify_root)
    if not stack:
        return read_template(bundled, BUNDLED, lean=lean)
    return read_template(layers.compose(stack), stack[-1].path, lean=lean, files=tuple(layer.path for layer in stack))


def read_template(text: str, path: str, *, lean: bool = False, files: tuple[str, ...] = ()) -> Template:
    """What one template's text expects; `files` are those that it is composed of. Total: never raises for any text."""
    document = parse(text)
    parts = _parts(document)
    lines = tuple(lines_of(document, parts))
    check = _first(document, parts, Part.CHECK)
    tracking = _first(document, parts, Part.TRACKING)
    table = next((b for b in document.section(tracking) if isinstance(b, Table)), None) if tracking else None
    return Template(
        path=path,
        text=text,
        holes=tuple(sorted((*_holes(lines), *_orders(document)), key=lambda hole: hole.line)),
        sections=tuple(heading.title for heading in document.headings if heading.level == SECTION),
        check_heading=check.title if check else None,
        tracking_heading=tracking.title if tracking else None,
        tracking_header=tuple(cell.text.text for cell in table.header) if table else (),
        fields=tuple(_fields(lines)),
        principles=tuple(dict.fromkeys(_principles(document.section(check)))) if check else (),
        lean=lean,
        layers=files,
    )


def action_lines(document: Markdown) -> Iterator[tuple[int, str]]:
    """The lines of comments that tell the writer to act (`ACTION REQUIRED: …`), and what they say."""
    for comment in document.comments:
        for offset, line in enumerate(comment.text.split("\n")):
            if _ACTION.search(line[:MAX_LINE]):
                yield comment.line + offset, line.strip()
                break


def _first(document: Markdown, parts: Mapping[int, Part], part: Part) -> Heading | None:
    return next((heading for heading in document.headings if parts.get(heading.line) is part), None)


def _parts(document: Markdown) -> dict[int, Part]:
    """The part that each section is, by its heading's words and, in a language we do not know, by what stands there."""
    sections = [heading for heading in document.headings if heading.level == SECTION]
    parts = {heading.line: part for heading in sections if (part := part_of(heading.title)) is not None}
    for heading in sections:
        if heading.line in parts:
            continue
        lines = document.lines[heading.line : heading.end_line]
        guess = _guess(lines, document.section(heading))
        if guess is Part.TRACKING and Part.CHECK not in parts.values():
            continue
        if guess is not None and guess not in parts.values():
            parts[heading.line] = guess
    return parts


def _guess(lines: tuple[str, ...], blocks: tuple[Block, ...]) -> Part | None:
    if any(_GATE.match(line) for line in lines):
        return Part.CHECK
    if sum(1 for line in lines if _FIELD.match(line) and any(brackets(line))) >= 4:  # noqa: PLR2004  a list of fields
        return Part.CONTEXT
    if any("├" in line or "└" in line for line in lines):
        return Part.STRUCTURE
    rows = [row for block in blocks if isinstance(block, Table) for row in block.rows]
    if rows and all(len(row) == 3 and row[0].raw.startswith("[") for row in rows):  # noqa: PLR2004  what, why, instead
        return Part.TRACKING
    words = [block for block in blocks if isinstance(block, Paragraph)]
    if len(blocks) == 1 and words and words[0].text.text.startswith("["):
        return Part.SUMMARY
    return None


def _holes(lines: tuple[Line, ...]) -> Iterator[Hole]:
    count = 0
    goes_on = 0
    for line in lines:
        if line.number == goes_on:
            goes_on += "]" not in line.text
            continue
        hole = _hole(line)
        if hole is None:
            continue
        goes_on = line.number + 1 if hole.text.count("[") > hole.text.count("]") and line.fence is None else 0
        yield hole
        count += 1
        if count >= MAX_HOLES:
            return


def _hole(line: Line) -> Hole | None:
    """The line's own hole, if it has one."""
    if line.part is Part.FLOW:
        return None
    if line.fence is not None:
        return _in_fence(line)
    spans = [*brackets(line.text if line.head else mask_code(line.text))]
    if not spans:
        return None
    kind = _KINDS.get(line.part, PlaceholderKind.FIELD) if line.part else PlaceholderKind.FIELD
    if line.head:
        kind = PlaceholderKind.TITLE if line.text.lstrip().startswith("#") else PlaceholderKind.META
    elif kind is PlaceholderKind.ROW and "|" not in line.text:
        kind = PlaceholderKind.FIELD
    return Hole(line.text[spans[0].start : spans[-1].end], kind, line.number)


def _orders(document: Markdown) -> Iterator[Hole]:
    for number, order in action_lines(document):
        yield Hole(order, PlaceholderKind.COMMENT, number)


def _in_fence(line: Line) -> Hole | None:
    """Option labels and the name of the feature's folder. Other lines of a tree are deleted with their option."""
    if _OPTION.match(line.text):
        return Hole(line.text.strip(), PlaceholderKind.OPTION, line.number)
    above = line.fence.lines[: line.number - line.fence.first] if line.fence else ()
    spans = [*brackets(line.text)]
    if spans and not any(_OPTION.match(line_above) for line_above in above):
        return Hole(line.text[spans[0].start : spans[-1].end], PlaceholderKind.TREE, line.number)
    return None


def _fields(lines: tuple[Line, ...]) -> Iterator[str]:
    for line in lines:
        if line.part is Part.CONTEXT and line.fence is None and (match := _FIELD.match(line.text)):
            yield match[1].strip()


def _principles(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Names that the check lists: in bullets, boxes, sub-headings or the first cells of a table."""
    for block in blocks:
        if isinstance(block, Item) and block.depth == 0:
            yield from _named(block.text.text, bold=_starts_strong(block))
        elif isinstance(block, Heading):
            yield from _named(block.title, bold=False)
        elif isinstance(block, Table):
            named = bool(block.header) and bool(_OF_PRINCIPLES.search(block.header[0].text.text.casefold()))
            for row in block.rows:
                yield from _named(row[0].text.text, bold=named) if row else ()


def _starts_strong(item: Item) -> bool:
    return bool(item.text.marks) and item.text.marks[0].start == 0 and item.text.marks[0].style == "strong"


def _named(words: str, *, bold: bool) -> Iterator[str]:
    """The name in a listed principle: its numeral and words up to the colon."""
    first = words.split("\n", 1)[0].strip()[:200]
    if first.startswith("["):
        return
    if _NUMERAL.match(first) or bold:
        name = re.split(r"(?<=\S)\s*[:：—]\s*(?=\S|$)", first, maxsplit=1)[0].strip(" *_")
        if name:
            yield name
