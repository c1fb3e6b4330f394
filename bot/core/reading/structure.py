"""Paths that the plan names in its source tree and Structure Decision, and its relative links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.markdown import Fence, Heading, Item, Paragraph, Style, Table

if TYPE_CHECKING:
    from bot.core.markdown import Block, Markdown, Text

MAX_PATHS = 500
MAX_LINKS = 500
MAX_PATH = 300
_DECISION = re.compile(
    r"\W*(?:structure\s+decision|decisión\s+de\s+estructura|decisão\s+de\s+estrutura|strukturentscheidung|décision\s+de\s+structure|решение\s+по\s+структуре|构造の決定|構成の決定|構造決定|结构决策|結構決策|구조\s*결정)",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"source\s+(?:code|layout|tree)|repository\s+(?:root|layout)|código\s+fuente|código[\s-]fonte|quellcode|code\s+source|исходный\s+код|kod\s+źródłowy|ソースコード|源代码|源码|原始碼|소스\s*코드",
    re.IGNORECASE,
)
_DOCUMENTATION = re.compile(
    r"documentation|documentación|documentação|dokumentation|документац|dokumentacja|ドキュメント|文档|文件|문서|specs?/",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"^(?P<indent>[\s│|]*(?:[├└]──?─?\s*|[+`|\\]--\s*)?)(?P<name>[^\s#←]+)")
_PATH = re.compile(r"(?:\.{1,2}/)?[\w@.+-]+(?:/[\w@.+*{}-]+)*/?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//|#|/", re.IGNORECASE)


def structure_paths(markdown: Markdown) -> tuple[tuple[str, int], ...]:
    """Paths from the repository's root, with their lines, each once."""
    found: dict[str, int] = {}
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
            for path, line in _tree(block):
                found.setdefault(path, line)
        elif isinstance(block, Paragraph | Item) and _DECISION.match(block.text.text[:60]):
            for code, mark in block.text.marked(Style.CODE):
                if "/" in code and _PATH.fullmatch(code.strip()) and "*" not in code and "{" not in code:
                    found.setdefault(code.strip()[:MAX_PATH], block.text.place(mark.start)[0])
    return tuple(list(found.items())[:MAX_PATHS])


def _tree(block: Fence) -> list[tuple[str, int]]:
    """The paths of an ASCII tree. A line that does not look like an entry is left out."""
    found: list[tuple[str, int]] = []
    stack: list[tuple[int, str]] = []
    for index, line in enumerate(block.lines[:2000]):
        match = _ENTRY.match(line[:MAX_PATH])
        if match is None:
            continue
        name = match["name"].strip("`")
        if not _PATH.fullmatch(name) or "*" in name or "{" in name or name in {"...", ".", ".."}:
            continue
        depth = len(match["indent"])
        while stack and stack[-1][0] >= depth:
            stack.pop()
        path = (stack[-1][1] if stack else "") + name.removeprefix("./")
        found.append((path[:MAX_PATH], block.first + index))
        if name.endswith("/") and len(path) < MAX_PATH:
            stack.append((depth, path))
    return found


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
