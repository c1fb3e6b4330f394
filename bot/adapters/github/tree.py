"""Read a commit's tree from a response: names, texts and object ids, by path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.change.trees import MAX_DOCUMENT_BYTES, Document, Kind, Readability, TreeEntry, document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Json = dict[str, Any]

_SYMLINK = 0o120000


class TreeFiller:
    """Collects the tree of one commit. `letter` is the first letter of the aliases in `repository_query`."""

    def __init__(self, blob: Callable[[str], bytes]) -> None:
        """`blob` fetches a blob's bytes by its object id, for a text that is truncated in the response."""
        self.entries: dict[str, TreeEntry] = {}
        self.documents: dict[str, Document] = {}
        self.marks: dict[str, str] = {}
        self._blob = blob

    def listings(self, commit: Json, letter: str, paths: Iterable[str]) -> None:
        """Read the direct entries of these folders."""
        for index, path in enumerate(paths):
            if node := commit.get(f"{letter}{index}"):
                if path:
                    self._enter(path, node)
                below = node if not path else node.get("object") or {}
                for entry in below.get("entries") or ():
                    self._enter(join(path, entry["name"]), entry)

    def folders(self, commit: Json, letter: str, paths: Iterable[str]) -> None:
        """Read these folders with everything below them; of the texts, only Markdown."""
        for index, path in enumerate(paths):
            if node := commit.get(f"{letter}{index}"):
                self._walk(path, node, markdown_only=True)

    def documents_at(self, commit: Json, letter: str, paths: Iterable[str]) -> None:
        """Read these files with their texts."""
        for index, path in enumerate(paths):
            if node := commit.get(f"{letter}{index}"):
                self._walk(path, node)

    def marks_at(self, commit: Json, letter: str, paths: Iterable[str]) -> None:
        """Read the object ids of these paths."""
        for index, path in enumerate(paths):
            if node := commit.get(f"{letter}{index}"):
                self.marks[path] = node["oid"]

    def outline(self, tree: Json | None) -> None:
        """Read the names below the root, as deep as the query goes."""
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
        existing = self.entries.get(path)
        if existing is None or (existing.size is None and existing.tree is None):
            self.entries[path] = TreeEntry(path, kind, size, tree)

    def _document(self, path: str, blob: Json) -> Document:
        """Read a document from a blob of the response, or fetch its bytes when the text is not all of it.

        GitHub truncates `text` at 512,000 bytes, sends none for a file that it considers binary, and may re-encode it.
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
    """Return the path of a name in a folder. `""` is the repository's root."""
    return f"{folder}/{name}" if folder else name


def _kind(entry: Json) -> Kind:
    match entry.get("type"):
        case "tree":
            return Kind.FOLDER
        case "commit":
            return Kind.SUBMODULE
        case _:
            return Kind.SYMLINK if entry.get("mode") == _SYMLINK else Kind.FILE
