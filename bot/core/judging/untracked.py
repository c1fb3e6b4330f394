"""Paths that a repository does not hold although they exist: generated, ignored and vendored files.

The repository's top `.gitignore` names what git ignores, and its top `.gitattributes` what is `linguist-generated` or
`linguist-vendored` (https://docs.github.com/en/repositories/working-with-files/managing-files/customizing-how-changed-files-appear-on-github).
Ignore files in folders are not read. Some folders and endings are never tracked, whatever the files say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core.change.trees import Readability
from bot.core.features.outside_roots import IGNORE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pathspec import GitIgnoreSpec

    from bot.core.change.trees import Tree

ATTRIBUTES_FILE = ".gitattributes"
TRACKING_FILES = (IGNORE_FILE, ATTRIBUTES_FILE)
_MAX_LINES = 2_000
_MAX_LINE = 300
"""Characters of a line; a longer line is passed over."""
_MARKS = re.compile(r"linguist-(?:generated|vendored)(?:=true)?")
_FOLDER = re.compile(
    r"(?:^|/)(?:node_modules|dist|build|target|out|coverage|\.next|\.nuxt|\.svelte-kit|__pycache__|vendor"
    r"|third_party|generated|gen|\.venv|venv|bin|obj|tmp|temp|logs|\.cache|\.gradle|\.terraform|htmlcov"
    r"|artifacts)/",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"(?:^|/)\.env(?:\.(?!example|sample|template)[\w-]+)?$|\.(?:log|pyc|db|sqlite3?|min\.js|map|snap)$"
    r"|\.g(?:en(?:erated)?)?\.\w+$|_pb2(?:_grpc)?\.pyi?$|\.pb\.go$|\.designer\.cs$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Untracked:
    """The paths that a repository need not hold."""

    ignore_lines: tuple[str, ...] = ()
    """Lines of `.gitignore`."""
    marked_lines: tuple[str, ...] = ()
    """Patterns of `.gitattributes` whose files are generated or vendored."""

    def __contains__(self, path: str) -> bool:
        """Whether a repository often lacks the path. Never raises."""
        if _FOLDER.search(path) or _FILE.search(path):
            return True
        return any(_matches(lines, path) for lines in (self.ignore_lines, self.marked_lines) if lines)


def untracked(tree: Tree) -> Untracked:
    """What the tree's own files say of its paths."""
    marked: list[str] = []
    for line in _lines(tree, ATTRIBUTES_FILE):
        pattern, *attributes = line.split()
        if any(_MARKS.fullmatch(attribute) for attribute in attributes):
            marked.append(pattern)
    return Untracked(tuple(_lines(tree, IGNORE_FILE)), tuple(marked))


def _lines(tree: Tree, path: str) -> Iterator[str]:
    document = tree.documents.get(path)
    if document is None or document.reading is not Readability.WHOLE:
        return
    for line in document.text.splitlines()[:_MAX_LINES]:
        if line.strip() and not line.startswith("#") and len(line) <= _MAX_LINE:
            yield line


def _matches(lines: tuple[str, ...], path: str) -> bool:
    spec = _spec(lines)
    return spec is not None and spec.match_file(path)


@lru_cache(maxsize=64)
def _spec(lines: tuple[str, ...]) -> GitIgnoreSpec | None:
    """The patterns, compiled for RE2, which never backtracks. None if they take more memory than RE2 allows."""
    import re2  # noqa: PLC0415  both cost 60 ms, and most changes tick nothing that is absent
    from pathspec import GitIgnoreSpec  # noqa: PLC0415

    try:
        return GitIgnoreSpec.from_lines(lines, backend="re2")
    except (re2.error, ValueError):  # ValueError: a pattern that Git does not accept
        return None
