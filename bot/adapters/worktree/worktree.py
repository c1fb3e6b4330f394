"""Read a working copy or a plain folder into the same values that the App reads from GitHub.

Symbolic links are never followed: a link is an entry of its own kind.
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
from bot.adapters.worktree.git_directory import locate, locate_bare
from bot.adapters.worktree.safe_files import read_file
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
from bot.core.features.which_features import feature_of_branch, which_features
from bot.core.forge.errors import UserError
from bot.core.judging.since_branch import edits_yardstick
from bot.core.judging.untracked import TRACKING_FILES
from bot.core.text.neutral import plain_line
from bot.core.yardstick.template import next_paths
from bot.core.yardstick.yardstick import CONSTITUTION, OLD_CONSTITUTION, specify_root

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from bot.core.config.model import RepositoryConfig

MAX_NAMES: Final = 200_000
"""Files that are listed; a folder with more is refused."""
MAX_DOCUMENTS: Final = 5_000
"""Documents that are read for one report."""
MAX_ROUNDS: Final = 8
"""Rounds in which the template's registries may name further files."""
CONFIG_PATHS: Final = (".github/app.yml", "app.yml")
"""Possible paths of a repository's configuration; the first existing one counts."""

_SKIPPED = frozenset({".git", "node_modules", ".venv", "__pycache__", ".tox", "target", "dist"})
"""Folders that are not searched in a plain folder: they hold no documents to judge and may hold a million files."""


@dataclass(frozen=True)
class WorkingCopy:
    """A folder to judge. `git` is None for a plain folder, and for a folder inside a working copy."""

    root: Path
    git: GitCopy | None
    commit: str | None = None
    """The id of the commit to judge; None for the files as they stand in the folder."""

    @property
    def tip(self) -> str:
        """The commit that is judged, or that the files were checked out from."""
        return self.commit or "HEAD"

    @cached_property
    def entries(self) -> Mapping[str, TreeEntry]:
        """Every file and folder that git does not ignore, by path from the root."""
        if self.git is None:
            return dict(_bounded(_walk(self.root, "")))
        if self.commit is not None:
            return dict(_bounded(iter(self.git.entries(self.commit).items())))
        names = dict.fromkeys(self.git.names())
        entries: dict[str, TreeEntry] = {}
        for path, entry in _bounded((name, entry) for name in names if (entry := self._entry(name, entries))):
            entries[path] = entry
        return entries

    def _entry(self, path: str, entries: dict[str, TreeEntry]) -> TreeEntry | None:
        """The entry of a file that git lists; None when it is gone. Adds its folders, which git does not list."""
        parts = path.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            if folder not in entries:
                entries[folder] = self._facts(folder) or TreeEntry(folder, Kind.FOLDER)
            if entries[folder].kind is not Kind.FOLDER:  # a link took the folder's place: nothing is read through it
                return None
        return self._facts(path)

    def _facts(self, path: str) -> TreeEntry | None:
        try:
            facts = (self.root / path).lstat()
        except OSError:  # deleted in the working copy and still in git's index
            return None
        return TreeEntry(path, _kind(facts.st_mode), facts.st_size) if _can_be_tracked(facts.st_mode) else None

    def date(self) -> str:
        """ISO date of the checked out commit; today's date when there is no commit."""
        commit_date = self.git.answers("log", "-1", "--format=%cs") if self.git is not None else None
        return commit_date or datetime.now().astimezone().date().isoformat()

    def read(self, paths: Iterable[str]) -> dict[str, Document]:
        """The documents among `paths` that are regular files."""
        if self.git is not None and self.commit is not None:
            return read_commit(self.git, self.commit, tuple(dict.fromkeys(paths)))
        documents = {}
        for path in dict.fromkeys(paths):
            entry = self.entries.get(path)
            if entry is not None and entry.kind is Kind.FILE:
                documents[path] = self._document(path)
        return documents

    def _document(self, path: str) -> Document:
        content, size = read_file(self.root, path, MAX_DOCUMENT_BYTES + 1)
        return replace(document(path, content), size=size)


def open_copy(folder: Path, commit: str | None = None) -> WorkingCopy:
    """Open a working copy, a commit of it, or a plain folder. Raises `UserError` when there is no such thing."""
    root, name = folder.resolve(), plain_line(str(folder))
    if not root.is_dir():
        raise UserError(f"{name} is not a folder: name the folder of a repository.")
    location = locate(root)
    if location is None and locate_bare(root) is not None:
        raise UserError(f"{name} is a bare repository without files to judge: name a working copy of it.")
    git = GitCopy(root, location) if location is not None else None
    if commit is not None and git is None:
        raise UserError(f"{name} is no git repository: name a clone that has the commit {plain_line(commit)}.")
    return WorkingCopy(root, git, git.commit(commit) if git is not None and commit is not None else None)


def _kind(mode: int) -> Kind:
    if stat.S_ISLNK(mode):
        return Kind.SYMLINK
    return Kind.FOLDER if stat.S_ISDIR(mode) else Kind.FILE


def _can_be_tracked(mode: int) -> bool:
    """Whether git can track a file of this mode. Reading a pipe, a socket or a device may never end."""
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)


def _is_text(name: str) -> bool:
    """Whether a name is UTF-8. Any other name can be neither printed nor compared with GitHub's."""
    return not any("\udc80" <= character <= "\udcff" for character in name)


def _walk(root: Path, below: str) -> Iterator[tuple[str, TreeEntry]]:
    """Entries below a plain folder, links not followed; a folder comes before its content."""
    waiting = [below]
    while waiting:
        folder = waiting.pop()
        try:
            children = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError:  # a folder that may not be read holds nothing that could be judged
            continue
        for entry in children:
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


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What to judge, as given on the command line."""

    features: tuple[str, ...] = ()
    everything: bool = False
    base: str | None = None
    """Branch, tag or commit to compare with."""
    stage: str | None = None
    branch: str | None = None
    """Name of the branch, for a checkout with a detached head."""
    stack_base: str | None = None
    """Branch, tag or commit that a stack of pull requests goes to; its constitution and templates apply."""
    head: str | None = None
    """Branch, tag or commit to judge; None for the files as they stand."""
    jobs: int | None = None
    """Processes that read documents; None for as many as there are processors where there are many documents."""

    @property
    def standard(self) -> str | None:
        """Where configuration, constitution and templates are read; None for the working copy."""
        return self.stack_base or self.base


def read_change(copy: WorkingCopy, options: CheckOptions, config: RepositoryConfig) -> Change:
    """Read the change between the base and the working copy, with every document that judging needs.

    Raises `UserError` for a base or a feature that does not exist.
    """
    change = _of_the_branch(_named(copy, options), config)
    looked_at = which_features(change, config).looked_at
    head = copy.read(documents_below(copy.entries, looked_at))
    if copy.git is None or change.base is None:
        yardstick = read_yardstick(copy.read, copy.entries, looked_at)
        tracking = copy.read(TRACKING_FILES)
        return replace(change, head=replace(change.head, documents={**yardstick, **tracking, **head}))
    return _with_documents_of_base(copy, copy.git, change, head, looked_at)


def _with_documents_of_base(
    copy: WorkingCopy, git: GitCopy, change: Change, head: Mapping[str, Document], looked_at: Sequence[str]
) -> Change:
    """Add the documents of both trees. `head` holds those of the features in the working copy."""
    base_tree = change.base or Tree(None)

    def at_base(paths: Iterable[str]) -> dict[str, Document]:
        return read_commit(git, base_tree.sha or "", tuple(paths))

    def at_standard(paths: Iterable[str]) -> dict[str, Document]:
        return read_commit(git, change.standard.sha or "", tuple(paths))

    base = at_base((*TRACKING_FILES, *documents_below(base_tree.entries, looked_at)))
    yardstick = read_yardstick(at_standard, change.standard.entries, looked_at)
    places = yardstick_paths(yardstick, packages_of(change.standard.entries, looked_at))
    edited = copy.read(file.path for file in change.changed if file.path in places)
    below = read_yardstick(at_base, base_tree.entries, looked_at) if change.stack_base is not None else yardstick
    stack_base = change.stack_base
    if stack_base is not None:
        stack_base = replace(stack_base, documents={**yardstick, **at_standard(TRACKING_FILES)})
    return replace(
        change,
        head=replace(change.head, documents={**edited, **head}),
        base=replace(base_tree, documents={**below, **base}),
        stack_base=stack_base,
        merge_base=_where_it_left(git, copy.tip, change, looked_at, yardstick) if below == yardstick else None,
    )


def _where_it_left(
    git: GitCopy, tip: str, change: Change, folders: Iterable[str], now: Mapping[str, Document]
) -> Tree | None:
    """The yardstick at the merge base; None where it equals `now`, the yardstick at today's base."""
    base = change.base.sha if change.base is not None else None
    commit = git.merge_base(base, tip) if base is not None else None
    if commit is None or commit == base or edits_yardstick(change.changed):
        return None
    entries = git.entries(commit)
    then = read_yardstick(lambda paths: read_commit(git, commit, tuple(paths)), entries, folders)
    return Tree(commit, {}, then) if then != now else None


def with_arrivals(copy: WorkingCopy, change: Change, folders: Iterable[str]) -> Change:
    """The change, with the date on which the base got each of these folders."""
    base = change.base.sha if change.base is not None else None
    if copy.git is None or base is None:
        return change
    dates = ((folder, copy.git.folder_history(base, folder)) for folder in folders)
    return replace(
        change, folder_histories={folder: FolderHistory(since) for folder, since in dates if since is not None}
    )


def _named(copy: WorkingCopy, options: CheckOptions) -> Change:
    """The change with the entries of both trees, before any document is read."""
    named_folders = tuple(_within(copy, path) for path in options.features)
    head = Tree(copy.commit, copy.entries, complete=copy.git is not None)
    if copy.git is None:
        if options.base is not None:
            raise UserError(f"{copy.root} is no git repository: leave out --base, or run this in a clone.")
        return Change(head, None, named_folders=named_folders, stage=options.stage)
    branch = options.branch or (copy.git.branch() if copy.commit is None else None)
    named = None if options.everything or named_folders else branch
    if options.base is None:
        return Change(head, None, named_folders=named_folders, stage=options.stage, head_branch=named)
    base = copy.git.commit(options.base)
    merge_base = copy.git.merge_base(base, copy.tip) or base
    return Change(
        head,
        Tree(base, copy.git.entries(base)),
        copy.git.changed(merge_base, copy.commit),
        head_branch=branch,
        base_branch=options.base.removeprefix("origin/"),
        named_folders=named_folders,
        stage=options.stage,
        stack_base=_stack_base(copy.git, options.stack_base),
    )


def _stack_base(git: GitCopy, name: str | None) -> Tree | None:
    sha = git.commit(name) if name is not None else None
    return Tree(sha, git.entries(sha)) if sha is not None else None


def _of_the_branch(change: Change, config: RepositoryConfig) -> Change:
    """Without a base every feature is owned. On a feature's branch, judge that feature alone."""
    if change.base is not None or change.named_folders or change.head_branch is None:
        return change
    own = feature_of_branch(change.head, change.head_branch, config)
    named_folders = (own.path,) if own is not None and own.path in change.head.entries else ()
    return replace(change, named_folders=named_folders)


def _within(copy: WorkingCopy, path: str) -> str:
    """Path from the root of a folder that the user named. Raises `UserError` when the folder does not exist."""
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
    """Paths of the Markdown files below these folders. Raises `UserError` for more than `MAX_DOCUMENTS`."""
    below = tuple(f"{folder}/" for folder in folders)
    paths = [
        path
        for path, entry in entries.items()
        if entry.kind is Kind.FILE and path.startswith(below) and path.lower().endswith(".md")
    ]
    if len(paths) > MAX_DOCUMENTS:
        raise UserError(f"There are more than {MAX_DOCUMENTS} documents to judge: name some features with --feature.")
    return paths


def read_yardstick(
    read: Callable[[Iterable[str]], Mapping[str, Document]], entries: Mapping[str, TreeEntry], folders: Iterable[str]
) -> dict[str, Document]:
    """Read the constitution, the template and their resolution files, as far as they exist."""
    packages = packages_of(entries, folders)
    documents: dict[str, Document] = {}
    read_paths: set[str] = set()
    for _ in range(MAX_ROUNDS):
        paths = yardstick_paths(documents, packages) - read_paths
        if not paths:
            break
        read_paths |= paths
        documents |= read(sorted(paths))
    return documents


def packages_of(entries: Mapping[str, TreeEntry], folders: Iterable[str]) -> dict[str, list[str]]:
    """The paths below presets and extensions, by the root of each `.specify/` of these features."""
    tree = Tree(None, entries)
    roots = sorted({"", *(specify_root(folder, tree) for folder in folders)})
    below = {root: (f"{root}.specify/presets/", f"{root}.specify/extensions/") for root in roots}
    return {root: [path for path in entries if path.startswith(below[root])] for root in roots}


def yardstick_paths(documents: Mapping[str, Document], packages: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Possible paths of constitution, template and resolution files, judged by the `documents` read so far."""
    paths: set[str] = set()
    for root, package_files in packages.items():
        paths |= {f"{root}{CONSTITUTION}", f"{root}{OLD_CONSTITUTION}", *next_paths(documents, (), root, package_files)}
    return frozenset(paths)


def read_commit(git: GitCopy, commit: str, paths: Sequence[str]) -> dict[str, Document]:
    """Read documents of a commit. Paths that are not regular files there are left out."""
    entries = git.entries(commit) if paths else {}
    files = [path for path in paths if (entry := entries.get(path)) is not None and entry.kind is Kind.FILE]
    small = [path for path in files if (entries[path].size or 0) <= MAX_DOCUMENT_BYTES]
    documents = {path: document(path, content) for path, content in git.contents(commit, small).items()}
    large = (path for path in files if path not in small)
    return documents | {path: Document(path, "", Readability.TOO_LARGE, entries[path].size or 0) for path in large}
