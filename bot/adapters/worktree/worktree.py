"""A working copy, or a plain folder, as the same values that the App reads from GitHub.

Nothing here follows a symbolic link: a link is reported as what it is, wherever it leads.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.adapters.worktree.git_command import GitCopy
from bot.core.change.trees import (
    MAX_DOCUMENT_BYTES,
    Change,
    Document,
    FolderHistory,
    Kind,
    Readability,
    Tree,
    TreeEntry,
    document,
)
from bot.core.features.chosen import which_features
from bot.core.forge.errors import UserError
from bot.core.judging.since_branch import edits_yardstick
from bot.core.yardstick.template import next_paths
from bot.core.yardstick.yardstick import CONSTITUTION, OLD_CONSTITUTION, specify_root

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from bot.core.config.model import RepositoryConfig

MAX_NAMES: Final = 200_000
"""Files of a folder that are listed; a larger one is refused with the way out."""
MAX_DOCUMENTS: Final = 5_000
"""Documents that are read for one report."""
MAX_ROUNDS: Final = 8
"""How often the template's registries may name further files."""
CONFIG_PATHS: Final = (".github/app.yml", "app.yml")
"""Where a repository's configuration may stand, the first one that is there wins."""

_SKIPPED = frozenset({".git", "node_modules", ".venv", "__pycache__", ".tox", "target", "dist"})
"""Folders of a plain folder that hold no documents of ours and may hold a million files."""


@dataclass(frozen=True)
class WorkingCopy:
    """The folder that a person is in. `git` is None where it is no working copy, or a folder within one."""

    root: Path
    git: GitCopy | None

    @cached_property
    def entries(self) -> Mapping[str, TreeEntry]:
        """Every name that counts, by path from the root; what git ignores does not."""
        if self.git is None:
            return dict(_bounded(_walk(self.root, "")))
        raw = self.git.run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        names = dict.fromkeys(name.decode("utf-8", "replace") for name in raw.split(b"\0") if name)
        return _with_folders(_bounded((name, entry) for name in names if (entry := self._entry(name)) is not None))

    def _entry(self, path: str) -> TreeEntry | None:
        try:
            facts = (self.root / path).lstat()
        except OSError:  # deleted in the working copy, and still in git's index
            return None
        return TreeEntry(path, _kind(facts.st_mode), facts.st_size) if _can_be_tracked(facts.st_mode) else None

    def date(self) -> str:
        """The ISO date of the commit that is checked out; today's where nothing is."""
        said = self.git.answers("log", "-1", "--format=%cs") if self.git is not None else None
        return said or datetime.now().astimezone().date().isoformat()

    def read(self, paths: Iterable[str]) -> dict[str, Document]:
        """The documents that are files here and stand on no symbolic link."""
        found = {}
        for path in dict.fromkeys(paths):
            entry = self.entries.get(path)
            if entry is not None and entry.kind is Kind.FILE:
                found[path] = self._document(path)
        return found

    def _document(self, path: str) -> Document:
        try:
            # It may have become a link since it was listed, or a pipe, whose opening waits for a writer.
            handle = os.open(self.root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(handle, "rb") as file:
                content = file.read(MAX_DOCUMENT_BYTES + 1)
                size = os.fstat(file.fileno()).st_size
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}.") from error
        return replace(document(path, content), size=size)


def open_copy(folder: Path) -> WorkingCopy:
    """The working copy at `folder`, or the plain folder. Raises `UserError` when it is no folder."""
    root = folder.resolve()
    if not root.is_dir():
        raise UserError(f"{folder} is no folder: name the folder of a repository.")
    git = GitCopy(root)
    top = git.answers("rev-parse", "--show-toplevel")
    if top is None and git.answers("rev-parse", "--is-bare-repository") == "true":
        raise UserError(f"{folder} is a bare repository, without files to judge: name a working copy of it.")
    if top is None or Path(top).resolve() != root:
        return WorkingCopy(root, None)
    return WorkingCopy(root, git)


def _kind(mode: int) -> Kind:
    if stat.S_ISLNK(mode):
        return Kind.SYMLINK
    return Kind.FOLDER if stat.S_ISDIR(mode) else Kind.FILE


def _can_be_tracked(mode: int) -> bool:
    """A pipe, a socket or a device is nothing that git would keep, and reading one may never end."""
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)


def _is_text(name: str) -> bool:
    """A name that is not UTF-8 could neither be printed nor compared with GitHub's."""
    return not any("\udc80" <= character <= "\udcff" for character in name)


def _walk(root: Path, below: str) -> Iterator[tuple[str, TreeEntry]]:
    """Everything below a plain folder, without following links; folders before what is in them."""
    waiting = [below]
    while waiting:
        folder = waiting.pop()
        try:
            found = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError:  # a folder that may not be read holds nothing that could be judged
            continue
        for entry in found:
            path = f"{folder}/{entry.name}" if folder else entry.name
            facts = entry.stat(follow_symlinks=False)
            if not _can_be_tracked(facts.st_mode) or not _is_text(entry.name):
                continue
            kind = _kind(facts.st_mode)
            if kind is Kind.FOLDER and entry.name not in _SKIPPED:
                waiting.append(path)
            size = facts.st_size if kind is Kind.FILE else None
            yield path, TreeEntry(path, kind, size)


def _bounded(entries: Iterable[tuple[str, TreeEntry]]) -> Iterator[tuple[str, TreeEntry]]:
    for count, pair in enumerate(entries):
        if count >= MAX_NAMES:
            raise UserError(f"There are more than {MAX_NAMES} files here: run this in the repository's own folder.")
        yield pair


def _with_folders(entries: Iterable[tuple[str, TreeEntry]]) -> dict[str, TreeEntry]:
    """Git lists files only; their folders are entries too."""
    found: dict[str, TreeEntry] = {}
    for path, entry in entries:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            found.setdefault(folder, TreeEntry(folder, Kind.FOLDER))
        found[path] = entry
    return found


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a person asked to be judged."""

    features: tuple[str, ...] = ()
    everything: bool = False
    base: str | None = None
    """A branch, tag or commit to compare with."""
    stage: str | None = None
    branch: str | None = None
    """The branch's name, where a commit is checked out and not the branch."""


def read_change(copy: WorkingCopy, wanted: CheckOptions, config: RepositoryConfig) -> Change:
    """The change that the working copy is against the base that was asked for, with all that judging it needs.

    Raises `UserError` for a base or a feature that is not there.
    """
    change = _of_the_branch(_named(copy, wanted), config)
    looked_at = which_features(change, config).looked_at
    base_sha = change.base.sha if change.base is not None else None
    head = copy.read(documents_below(copy.entries, looked_at))
    if change.base is None or copy.git is None or base_sha is None:
        yardstick = read_yardstick(copy.read, copy.entries, looked_at)
        return replace(change, head=replace(change.head, documents={**yardstick, **head}))
    git = copy.git

    def at_base(paths: Iterable[str]) -> dict[str, Document]:
        return read_commit(git, base_sha, tuple(paths))

    base = at_base(documents_below(change.base.entries, looked_at))
    yardstick = read_yardstick(at_base, change.base.entries, looked_at)
    places = yardstick_paths(yardstick, packages_of(change.base.entries, looked_at))
    edited = copy.read(file.path for file in change.changed if file.path in places)
    return replace(
        change,
        head=replace(change.head, documents={**edited, **head}),
        base=replace(change.base, documents={**yardstick, **base}),
        merge_base=_where_it_left(git, change, looked_at, yardstick),
    )


def _where_it_left(git: GitCopy, change: Change, folders: Iterable[str], now: Mapping[str, Document]) -> Tree | None:
    """The yardstick where the branch left the base, of which `now` is today's; None where it is the same there."""
    base = change.base.sha if change.base is not None else None
    commit = git.merge_base(base, "HEAD") if base is not None else None
    if commit is None or commit == base or edits_yardstick(change.changed):
        return None
    entries = git.entries(commit, ())
    found = read_yardstick(lambda paths: read_commit(git, commit, tuple(paths)), entries, folders)
    return Tree(commit, {}, found) if found != now else None


def with_arrivals(copy: WorkingCopy, change: Change, folders: Iterable[str]) -> Change:
    """The change with since when these folders are on the base."""
    base = change.base.sha if change.base is not None else None
    if copy.git is None or base is None:
        return change
    found = ((folder, copy.git.arrival(base, folder)) for folder in folders)
    return replace(change, arrivals={folder: FolderHistory(since) for folder, since in found if since is not None})


def _named(copy: WorkingCopy, wanted: CheckOptions) -> Change:
    """The change with the names of both trees, before any document is read."""
    asked = tuple(_within(copy, path) for path in wanted.features)
    head = Tree(None, copy.entries, whole=copy.git is not None)
    if copy.git is None:
        if wanted.base is not None:
            raise UserError(f"{copy.root} is no git repository: leave out --base, or run this in a clone.")
        return Change(head, None, asked=asked, stage=wanted.stage)
    branch = wanted.branch or copy.git.branch()
    named = None if wanted.everything or asked else branch
    if wanted.base is None:
        return Change(head, None, asked=asked, stage=wanted.stage, head_branch=named)
    base = copy.git.commit(wanted.base)
    merge_base = copy.git.merge_base(base, "HEAD") or base
    return Change(
        head,
        Tree(base, copy.git.entries(base, ())),
        copy.git.changed(merge_base, None),
        head_branch=branch,
        base_branch=wanted.base.removeprefix("origin/"),
        asked=asked,
        stage=wanted.stage,
    )


def _of_the_branch(change: Change, config: RepositoryConfig) -> Change:
    """Without a base everything is owned; whoever stands on a feature's branch means that feature."""
    if change.base is not None or change.asked or change.head_branch is None:
        return change
    own = which_features(change, config).own
    asked = (own.path,) if own is not None and own.path in change.head.entries else ()
    return replace(change, asked=asked)


def _within(copy: WorkingCopy, path: str) -> str:
    """A folder as a person names it, as a path from the root. Raises `UserError` when it is not in the copy."""
    tidy = os.path.normpath(path.replace("\\", "/")).strip("/")
    if Path(path).is_absolute():
        resolved = Path(path).resolve()
        if not resolved.is_relative_to(copy.root):
            raise UserError(f"{path} is not in {copy.root}.")
        tidy = resolved.relative_to(copy.root).as_posix()
    entry = copy.entries.get(tidy)
    if entry is None:
        raise UserError(f"There is no folder {path} in {copy.root}: name it from there, such as specs/001-login.")
    return tidy


def documents_below(entries: Mapping[str, TreeEntry], folders: Sequence[str]) -> list[str]:
    """The Markdown below these folders. Raises `UserError` when there is more of it than one report can hold."""
    below = tuple(f"{folder}/" for folder in folders)
    found = [
        path
        for path, entry in entries.items()
        if entry.kind is Kind.FILE and path.startswith(below) and path.lower().endswith(".md")
    ]
    if len(found) > MAX_DOCUMENTS:
        raise UserError(f"There are more than {MAX_DOCUMENTS} documents to judge: name some features with --feature.")
    return found


def read_yardstick(
    read: Callable[[Iterable[str]], Mapping[str, Document]], entries: Mapping[str, TreeEntry], folders: Iterable[str]
) -> dict[str, Document]:
    """Constitution, template and their resolution files, as far as they are there."""
    packages = packages_of(entries, folders)
    found: dict[str, Document] = {}
    asked: set[str] = set()
    for _ in range(MAX_ROUNDS):
        paths = yardstick_paths(found, packages) - asked
        if not paths:
            break
        asked |= paths
        found |= read(sorted(paths))
    return found


def packages_of(entries: Mapping[str, TreeEntry], folders: Iterable[str]) -> dict[str, list[str]]:
    """What lies below presets and extensions, by where the `.specify/` stands that these features are held to."""
    tree = Tree(None, entries)
    roots = sorted({"", *(specify_root(folder, tree) for folder in folders)})
    below = {root: (f"{root}.specify/presets/", f"{root}.specify/extensions/") for root in roots}
    return {root: [path for path in entries if path.startswith(below[root])] for root in roots}


def yardstick_paths(documents: Mapping[str, Document], packages: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Where constitution, template and their resolution files may lie by what was read of them, there or not."""
    found: set[str] = set()
    for root, known in packages.items():
        found |= {f"{root}{CONSTITUTION}", f"{root}{OLD_CONSTITUTION}", *next_paths(documents, (), root, known)}
    return frozenset(found)


def read_commit(git: GitCopy, commit: str, paths: Sequence[str]) -> dict[str, Document]:
    """Documents of a commit, as far as they are files there. A link's text is no document."""
    entries = git.entries(commit, paths) if paths else {}
    files = [path for path in paths if (entry := entries.get(path)) is not None and entry.kind is Kind.FILE]
    small = [path for path in files if (entries[path].size or 0) <= MAX_DOCUMENT_BYTES]
    found = {path: document(path, content) for path, content in git.contents(commit, small).items()}
    large = (path for path in files if path not in small)
    return found | {path: Document(path, "", Readability.TOO_LARGE, entries[path].size or 0) for path in large}
