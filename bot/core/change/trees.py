"""The input of a verdict: two trees, or the parts of them that were read.

The App fills these values from GitHub and `plangate check` fills them from a working copy. Nothing that judges them
can tell the difference, so both give the same verdict and the same digest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_DOCUMENT_BYTES = 1_000_000
"""Bytes of a document that are read; a larger document is not parsed. Real plans end at about 130 KB."""


class FileStatus(StrEnum):
    """What a change did to a file, compared with the merge base."""

    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"
    RENAMED = "renamed"


class Kind(StrEnum):
    """Type of a tree entry."""

    FILE = "file"
    FOLDER = "folder"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"


class Readability(StrEnum):
    """Whether a document can be read. Only a `whole` document is parsed."""

    WHOLE = "whole"
    TOO_LARGE = "too large"
    BINARY = "binary"
    TOO_COSTLY = "too costly"
    """Reading the document took more time or memory than one document may."""
    OVER_BUDGET = "over budget"
    """Other documents of the change, or of the repository in the last hour, used up the time for reading."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A changed path, from the repository's root."""

    path: str
    status: FileStatus
    previous: str | None = None
    """The old path of a renamed file."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file, folder, link or submodule in a tree. `size` is in bytes; None when it is not a file or not known."""

    path: str
    kind: Kind
    size: int | None = None
    tree: str | None = None
    """Git id of a folder's tree, where it was requested. Two folders with the same id are identical."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document. `text` is empty unless `reading` is `whole`; NUL bytes or invalid UTF-8 make it `binary`."""

    path: str
    text: str
    reading: Readability = Readability.WHOLE
    size: int = 0
    """Bytes."""


def document(path: str, content: bytes) -> Document:
    """Build the document from its bytes, marked as too large or binary where it cannot be read. Never raises."""
    if len(content) > MAX_DOCUMENT_BYTES:
        return Document(path, "", Readability.TOO_LARGE, len(content))
    if b"\0" in content:
        return Document(path, "", Readability.BINARY, len(content))
    try:
        return Document(path, content.decode("utf-8"), Readability.WHOLE, len(content))
    except UnicodeDecodeError:
        return Document(path, "", Readability.BINARY, len(content))


def unread(document: Document, reading: Readability) -> Document:
    """The document without its text, marked with the reason."""
    return Document(document.path, "", reading, document.size)


@dataclass(frozen=True, slots=True)
class Tree:
    """The parts that were read of a commit or a working copy."""

    sha: str | None
    """Commit id; None for a working copy or a plain folder."""
    entries: Mapping[str, TreeEntry] = field(default_factory=dict)
    """By path: every specs root, every name directly below one, and everything below the folders looked at."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    """By path: the Markdown of the folders looked at; constitution, templates and their resolution files (base; at the
    head only where the change edits them)."""
    complete: bool = False
    """`entries` lists the whole commit, so an absent path does not exist."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """By path: Git ids of the files and folders that hold constitution and templates, where they exist. Two commits
    with equal ids have identical content there."""


def with_paths(tree: Tree, paths: Iterable[str], *, complete: bool = False) -> Tree:
    """The tree with these files beside its own entries; `complete` when they are all that the commit holds."""
    files = {path: TreeEntry(path, Kind.FILE) for path in paths}
    return replace(tree, entries={**files, **tree.entries}, complete=complete)


@dataclass(frozen=True, slots=True)
class OtherHead:
    """Another open pull request or branch, which may hold a feature folder with the same number."""

    ref: str
    folders: tuple[str, ...]
    """Paths of the feature folders that it adds to its own base."""
    pull_request: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FolderHistory:
    """When and how the base got a feature folder."""

    since: str
    """ISO date (UTC) since when the base has the folder."""
    pull_request: int | None = None
    """The pull request that added the folder, where that is known."""


@dataclass(frozen=True, slots=True)
class Change:
    """A head compared with a base. Without a base (a plain folder) every feature is owned and new."""

    head: Tree
    base: Tree | None
    changed: tuple[ChangedFile, ...] = ()
    """Files changed since the merge base; empty without a base."""
    head_branch: str | None = None
    base_branch: str | None = None
    pull_request: int | None = None
    merge_group: bool = False
    """The change is a merge group: rules about branches are off and only errors count."""
    named_folders: tuple[str, ...] = ()
    """Folders given with `--feature`; judged although nothing in them changed."""
    stage: str | None = None
    """The stage given with `--stage`."""
    others: tuple[OtherHead, ...] = ()
    reserved: frozenset[str] = frozenset()
    """Numbers that are reserved for an issue."""
    first_seen: Mapping[str, str] = field(default_factory=dict)
    """By folder path: ISO date since when the base has the folder, for folders that are legacy."""
    governed_since: str | None = None
    """ISO date when Plangate first saw the repository, where that is known; older folders are legacy."""
    merge_base: Tree | None = None
    """Constitution and templates at the merge base where they differ from the base's; else None. Also None when the
    change edits any of them itself: its author knows the current ones."""
    folder_histories: Mapping[str, FolderHistory] = field(default_factory=dict)
    """By folder path: how the base got the folder. Read only when two folders claim one number."""
    stack_base: Tree | None = None
    """In a stack: the tip of the branch that the whole stack goes to. Its constitution and templates apply; None where
    the base's own apply."""

    @property
    def standard(self) -> Tree:
        """The tree whose constitution and templates apply: the stack's base, else the base, else the head."""
        return self.stack_base or self.base or self.head

    @property
    def weakened_below(self) -> bool:
        """A lower layer of the stack may have changed constitution or templates, which are not merged yet."""
        return self.stack_base is not None and self.base is not None and self.stack_base.marks != self.base.marks
