"""A commit's tree out of GitHub's answer: names, texts and ids, by path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.change.trees import MAX_DOCUMENT_BYTES, Document, Kind, Readability, TreeEntry, document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json = dict[str, Any]

_SYMLINK = 0o120000


class Filler:
    """Collects what was read of one commit; `letter` is that of the aliases, as `github_query.look` gives them."""

    def __init__(self, blob: Callable[[str], bytes]) -> None:
        """`blob` fetches a blob's bytes by its id, where its text was cut short."""
        self.entries: dict[str, TreeEntry] = {}
        self.documents: dict[str, Document] = {}
        self.marks: dict[str, str] = {}
        self._blob = blob

    def listings(self, commit: Json, letter: str, paths: Iterable[str]) -> None:
        """What stands directly below these folders."""
        for index, path in enumerate(paths):
            if found := commit.get(f"{letter}{index}"):
                if path:
                    self._enter(path, found)
                below = found if not path else found.get("object") or {}
                for entry in below.get("entries") or ():
                    self._enter(join(path, entry["name"]), entry)

    def folders(self, commit: Json, letter: str, paths: Iterable[str]) -> None:
        """These folders with all that was read below them, of texts only the Markdown."""
        for index, path in enumerate(paths):
            if found := commit.get(f"{letter}{index}"):
                self._walk(path, found, markdown_only=True)

    def documents_at(self, commit: Json, letter: str, paths: Iterable[str]) -> None:
        """These files with their texts."""
        for index, path in enumerate(paths):
            if found := commit.get(f"{letter}{index}"):
                self._walk(path, found)

    def marks_at(self, commit: Json, letter: str, paths: Iterable[str]) -> None:
        """The Git ids of these paths."""
        for index, path in enumerate(paths):
            if found := commit.get(f"{letter}{index}"):
                self.marks[path] = found["oid"]

    def outline(self, tree: Json | None) -> None:
        """The names below the root, as deep as they were asked for."""
        for child in (tree or {}).get("entries") or ():
            self._walk(child["name"], child)

    def _walk(self, path: str, entry: Json, *, markdown_only: bool = False) -> None:
        self._enter(path, entry)
        inner = entry.get("object") or {}
        wanted = not markdown_only or path.lower().endswith(".md")
        if wanted and entry.get("type") == "blob" and entry.get("mode") != _SYMLINK and "byteSize" in inner:
            self.documents[path] = self._document(path, inner)
        for child in inner.get("entries") or ():
            self._walk(join(path, child["name"]), child, markdown_only=markdown_only)

    def _enter(self, path: str, entry: Json) -> None:
        kind = _kind(entry)
        inner = entry.get("object") or {}
        size = inner.get("byteSize", entry.get("size")) if kind is Kind.FILE else None
        tree = inner.get("oid") if kind is Kind.FOLDER else None
        known = self.entries.get(path)
        if known is None or (known.size is None and known.tree is None):
            self.entries[path] = TreeEntry(path, kind, size, tree)

    def _document(self, path: str, blob: Json) -> Document:
        """GitHub cuts `text` at 512,000 bytes, gives none for what it takes for binary, and may recode it.

        What it takes for binary is only a guess, so the bytes decide; also where the text was too much to be asked for.
        """
        size = blob["byteSize"]
        if size > MAX_DOCUMENT_BYTES:
            return Document(path, "", Readability.TOO_LARGE, size)
        text = blob.get("text")
        if text is not None and not blob["isTruncated"] and not blob["isBinary"]:
            content = text.encode("utf-8", "surrogatepass")
            if len(content) == size:
                return document(path, content)
        return document(path, self._blob(blob["oid"]))


def join(folder: str, name: str) -> str:
    """The path of a name in a folder; `""` is the repository's root."""
    return f"{folder}/{name}" if folder else name


def _kind(entry: Json) -> Kind:
    match entry.get("type"):
        case "tree":
            return Kind.FOLDER
        case "commit":
            return Kind.SUBMODULE
        case _:
            return Kind.SYMLINK if entry.get("mode") == _SYMLINK else Kind.FILE
