"""Paths that the plan names in its source tree and Structure Decision, and its relative links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.documents.paths import MAX_PATH, PathKind, read_place
from bot.core.markdown import Fence, Heading, Item, Paragraph, Style, Table
from bot.core.text.lexicon import Pattern, anywhere, with_blanks, without_blanks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.markdown import Block, Markdown, Text

MAX_PATHS = 500
MAX_LINKS = 500
_MAX_PARTS = 20
_DECISION = Pattern(rf"\W*{anywhere('structure_decision')}", re.IGNORECASE)
_SOURCE = Pattern(anywhere("source_code"), re.IGNORECASE)
_DOCUMENTATION = Pattern(anywhere("documentation"), re.IGNORECASE)
_ENTRY = re.compile(r"^(?P<indent>[\s│|]*(?:[├└]──?─?\s*|[+`|\\]--\s*)?)(?P<name>[^\s#←]+)")
_WORD = re.compile(r" [^\W\d_]")
"""One space and a letter: the line goes on as a sentence. A note stands after a mark or more space."""
_GOES = Pattern(rf"\b(?:{with_blanks('removed')})|^\s*(?:→|->)|❌|{without_blanks('removed')}", re.IGNORECASE)
"""A note that says that the path, with everything below it, will be gone when the feature is done."""
_NOT = Pattern(rf"(?<!\w)(?:{with_blanks('negation', 'rather')})(?!\w)[^.;:,()]*$", re.IGNORECASE)
"""Words before a path, in the same part of the sentence, that say that there is no such path."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//|#|/", re.IGNORECASE)


def structure_paths(markdown: Markdown) -> tuple[tuple[str, int], ...]:
    """Paths from the repository's root, with their lines, each once."""
    found: dict[str, int] = {}
    leaving: list[str] = []
    heading = ""
    for block in markdown.blocks:
        if len(found) >= MAX_PATHS:
            break
        if isinstance(block, Heading):
            heading = block.title
        elif (
            isinstance(block, Fence)
            and block.fenced
            and _SOURCE.search(heading)
            and not _DOCUMENTATION.search(heading.partition("(")[0])
        ):
            stays, gone = _tree(block)
            leaving += gone
            for path, line in stays:
                found.setdefault(path, line)
        elif isinstance(block, (Paragraph, Item)) and "/" in block.text.text and _DECISION.match(block.text.text[:60]):
            for code, mark in block.text.marked(Style.CODE):
                before = block.text.text[max(0, mark.start - 60) : mark.start]
                if "/" in code and _is_name(code.strip(), "") and _NOT.search(before) is None:
                    found.setdefault(code.strip()[:MAX_PATH], block.text.place(mark.start)[0])
    ends = {end for path in leaving[:MAX_PATHS] for end in _ends(path)}
    return tuple([(path, line) for path, line in found.items() if path.strip("/") not in ends][:MAX_PATHS])


def _ends(path: str) -> Iterator[str]:
    """The path, and its ends below each of its folders: people write paths from where they are."""
    parts = path.strip("/").split("/")[-_MAX_PARTS:]
    return ("/".join(parts[at:]) for at in range(len(parts)))


def _tree(block: Fence) -> tuple[list[tuple[str, int]], list[str]]:
    """The paths of an ASCII tree with their lines, and those that its notes say will go.

    A line that names no plain path is left out, and so is what stands below it.
    """
    found: list[tuple[str, int]] = []
    gone: list[str] = []
    emptied: set[str] = set()
    stack: list[tuple[int, str | None]] = []
    for index, line in enumerate(block.lines[:2000]):
        match = _ENTRY.match(line[:MAX_PATH])
        if match is None:
            continue
        depth = len(match["indent"])
        while stack and stack[-1][0] >= depth:
            stack.pop()
        above = stack[-1][1] if stack else ""
        name = match["name"].strip("`")
        note = line[match.end() : MAX_PATH]
        if above is None or not _is_name(name, note):
            stack.append((depth, None))  # `(app)/` or `Shop.*/`: what is below it has no path that is known
            continue
        path = above + name.removeprefix("./")
        if len(path) >= MAX_PATH or (note and _GOES.search(note)):
            stack.append((depth, None))
            emptied.add(above)
            gone.append(path[:MAX_PATH])
            continue
        found.append((path, block.first + index))
        if name.endswith("/"):
            stack.append((depth, path))
    held = {path.rstrip("/").rpartition("/")[0] + "/" for path, _ in found}
    return [(path, line) for path, line in found if path not in emptied or path in held], gone


def _is_name(name: str, note: str) -> bool:
    """Whether a word is a plain path, not the start of a sentence: `email delivery # sent by the worker`."""
    place = read_place(name)
    return place is not None and place.kind is not PathKind.PATTERN and _WORD.match(note) is None


def relative_links(markdown: Markdown) -> tuple[tuple[str, int], ...]:
    """Targets of links that stay inside the repository, with their lines."""
    found: list[tuple[str, int]] = []
    for block in markdown.blocks:
        for text in _texts(block):
            for mark in text.marks:
                if mark.style is Style.LINK and mark.target and not _SCHEME.match(mark.target):
                    found.append((mark.target[:MAX_PATH], text.place(mark.start)[0]))
                    if len(found) >= MAX_LINKS:
                        return tuple(found)
    return tuple(found)


def _texts(block: Block) -> list[Text]:
    if isinstance(block, Table):
        return [cell.text for row in (block.header, *block.rows) for cell in row]
    return [] if isinstance(block, Fence) else [block.text]
