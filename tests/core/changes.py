"""Changes for tests, told as a reader would: what is at the base, what at the head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.change.trees import Change, ChangedFile, Document, FileStatus, Kind, Tree, TreeEntry, document

Files = Mapping[str, str | bytes | Kind]


def tree(files: Files, sha: str | None = None, *, whole: bool = False) -> Tree:
    """A whole tree: text or bytes for a file, a `Kind` for what is no file."""
    entries: dict[str, TreeEntry] = {}
    documents: dict[str, Document] = {}
    for path, content in files.items():
        parts = path.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            entries.setdefault(folder, TreeEntry(folder, Kind.FOLDER))
        if isinstance(content, Kind):
            entries[path] = TreeEntry(path, content)
            continue
        raw = content.encode() if isinstance(content, str) else content
        entries[path] = TreeEntry(path, Kind.FILE, len(raw))
        if path.endswith(".md"):
            documents[path] = document(path, raw)
    return Tree(sha, entries, documents, whole)


def change(
    head: Files, base: Files | None = None, *, moved: Mapping[str, str] | None = None, whole: bool = False, **more: Any
) -> Change:
    """The change from `base` to `head`; `moved` maps a new path to its old one."""
    renamed = dict(moved or {})
    files: list[ChangedFile] = []
    for path in sorted({*head, *(base or {})}) if base is not None else ():
        if path in renamed:
            files.append(ChangedFile(path, FileStatus.RENAMED, renamed[path]))
        elif path not in (base or {}):
            files.append(ChangedFile(path, FileStatus.ADDED))
        elif path not in head:
            if path not in renamed.values():
                files.append(ChangedFile(path, FileStatus.REMOVED))
        elif head[path] != (base or {})[path]:
            files.append(ChangedFile(path, FileStatus.MODIFIED))
    return Change(tree(head, whole=whole), None if base is None else tree(base, "8be41d7"), tuple(files), **more)
