"""Features that cannot be judged: those outside the specs roots, and those that git ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.trees import FileStatus
from bot.core.features.folders import Folder, folder_at
from bot.core.text.globs import matches_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.change.trees import Change
    from bot.core.config.model import RepositoryConfig

IGNORE_FILE = ".gitignore"
_DOCUMENTS = frozenset({"spec.md", "plan.md"})
_MAX_LINES = 2_000
_MOST = 20
"""Folders that are named; a change that brings more needs no complete list."""


def folders_elsewhere(change: Change, features: Mapping[str, Folder], config: RepositoryConfig) -> tuple[Folder, ...]:
    """Numbered folders outside the specs roots that have a spec or a plan.

    Only folders with a changed spec or plan are found, because the App knows no other paths.
    """
    documents: dict[str, set[str]] = {}
    for file in change.changed:
        folder, _, name = file.path.rpartition("/")
        if name in _DOCUMENTS and file.status is not FileStatus.REMOVED and "/" in folder:
            documents.setdefault(folder, set()).add(name)
    folders = [
        folder_at(path, path.rpartition("/")[0], config)
        for path in sorted(documents)
        if not any(path == inside or path.startswith(f"{inside}/") for inside in features)
        and not matches_any(config.ignore, f"{path}/plan.md")
    ]
    return tuple(folder for folder in folders if folder.number is not None or len(documents[folder.path]) > 1)[:_MOST]


def roots_elsewhere(folders: Iterable[Folder]) -> tuple[str, ...]:
    """The specs roots under which these folders would be features, each once."""
    return tuple(dict.fromkeys(folder.root for folder in folders))


def is_ignored(change: Change, root: str) -> bool:
    """Whether the base's top `.gitignore` ignores the specs root or a folder above it. The last match counts."""
    document = change.standard.documents.get(IGNORE_FILE)
    ignored = False
    for line in document.text.split("\n")[:_MAX_LINES] if document is not None and root else ():
        pattern = line.strip()
        path = pattern.removeprefix("!").removeprefix("/").removeprefix("**/")
        path = path.removesuffix("**").removesuffix("*").rstrip("/")
        if path and not pattern.startswith("#") and (root == path or root.startswith(f"{path}/")):
            ignored = not pattern.startswith("!")
    return ignored
