"""What is judged: two trees, or what of them was read, as plain values.

The App fills this from GitHub and `plangate check` fills it from a working copy; from here on there is no difference,
which is why both give the same verdict and the same digest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_DOCUMENT_BYTES = 1_000_000
"""A larger document is not judged by its text; real plans end at about 130 KB."""


class FileStatus(StrEnum):
    """What a change did to a file, compared with the merge base."""

    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"
    RENAMED = "renamed"


class Kind(StrEnum):
    """What a name in a tree is."""

    FILE = "file"
    FOLDER = "folder"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"


class Readability(StrEnum):
    """How much of a document was read. Only a `whole` one is judged by its text."""

    WHOLE = "whole"
    TOO_LARGE = "too large"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A path that the change touches, from the repository's root."""

    path: str
    status: FileStatus
    previous: str | None = None
    """The old path of a renamed file."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A name in a tree. `size` is in bytes, None for anything but a file or where it was not asked for."""

    path: str
    kind: Kind
    size: int | None = None
    tree: str | None = None
    """The Git id of a folder's content, where it was asked for: two folders with one id are the same to the letter."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text file. `text` is empty unless the reading is `whole`; NUL bytes and bad UTF-8 are a `binary` one."""

    path: str
    text: str
    reading: Readability = Readability.WHOLE
    size: int = 0
    """Bytes."""


def document(path: str, content: bytes) -> Document:
    """The document that `content` is: too large, binary (a NUL byte or bad UTF-8), or its text. Never raises."""
    if len(content) > MAX_DOCUMENT_BYTES:
        return Document(path, "", Readability.TOO_LARGE, len(content))
    if b"\0" in content:
        return Document(path, "", Readability.BINARY, len(content))
    try:
        return Document(path, content.decode("utf-8"), Readability.WHOLE, len(content))
    except UnicodeDecodeError:
        return Document(path, "", Readability.BINARY, len(content))


@dataclass(frozen=True, slots=True)
class Tree:
    """What was read of one commit (or of the working copy)."""

    sha: str | None
    """The commit, None for a working copy or a plain folder."""
    entries: Mapping[str, TreeEntry] = field(default_factory=dict)
    """By path: every specs root, every name directly below one, and everything below the folders looked at."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    """By path: the Markdown of the folders looked at; constitution, templates and their resolution files (base; at the
    head only where the change edits them)."""
    whole: bool = False
    """The entries are every name of the commit, so that a path that is absent does not exist."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """By path: the Git ids of what constitution and templates lie in; of two commits with the same ones they are the
    same to the letter. Absent where nothing is there."""


@dataclass(frozen=True, slots=True)
class OtherHead:
    """Another open head or branch that may hold a feature folder with the same number."""

    ref: str
    folders: tuple[str, ...]
    """Paths of feature folders that it adds against its own base."""
    pull_request: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FolderHistory:
    """How a feature folder came to where it is."""

    since: str
    """ISO date (UTC) since when it is there."""
    pull_request: int | None = None
    """The pull request that brought it, where that is known."""


@dataclass(frozen=True, slots=True)
class Change:
    """A head against a base. Without a base (a plain folder) everything is owned and new."""

    head: Tree
    base: Tree | None
    changed: tuple[ChangedFile, ...] = ()
    """Against the merge base; empty without a base."""
    head_branch: str | None = None
    base_branch: str | None = None
    pull_request: int | None = None
    merge_group: bool = False
    """Branch rules are off and only errors count."""
    asked: tuple[str, ...] = ()
    """Folders that a person named (`--feature`); judged although nothing in them changed."""
    stage: str | None = None
    """A stage that a person named (`--stage`)."""
    others: tuple[OtherHead, ...] = ()
    reserved: frozenset[str] = frozenset()
    """Numbers that were offered to an issue and are kept for it."""
    first_seen: Mapping[str, str] = field(default_factory=dict)
    """Folder path to ISO date since when the base has it, as far as that makes it legacy."""
    governed_since: str | None = None
    """ISO date of the day when Plangate first saw the repository, where that is known; older folders are legacy."""
    merge_base: Tree | None = None
    """Constitution and templates where the branch left the base, if they differ from the base's; else None, as where
    the change edits any of them itself: whoever edits them knows them."""
    arrivals: Mapping[str, FolderHistory] = field(default_factory=dict)
    """Folder path to how it came to the base; read only where two folders want one number."""
