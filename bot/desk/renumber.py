"""Give a feature another number: its folder's name, and every mention of that name in its own files."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.adapters.worktree.safe_files import write_over
from bot.adapters.worktree.worktree import WorkingCopy, open_copy
from bot.core.change.trees import Kind, Readability, Tree
from bot.core.config.layers import merge
from bot.core.drafting.feature_number import next_number
from bot.core.features.branch import read_folder_name
from bot.core.features.folders import feature_folders, specs_roots
from bot.core.forge.errors import UserError
from bot.core.text.neutral import plain_line, visible
from bot.desk.check import host_layer, refuse_broken, repository_layer
from bot.desk.draft import existing_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.core.config.model import RepositoryConfig

_NUMBER = re.compile(r"[0-9]{3,14}")
_CURRENT = ".specify/feature.json"
"""Where Spec Kit keeps the folder of the feature that is worked on."""


@dataclass(frozen=True, slots=True)
class Renumbering:
    """A feature folder with its new path, and the texts that change, by the path that each file has now."""

    copy: WorkingCopy
    old: str
    new: str
    texts: Mapping[str, tuple[str, str]]
    """For each file, its text now and then."""

    def diff(self) -> str:
        """The changes as a unified diff, in which foreign text is neutralised."""
        lines = [f"rename {plain_line(self.old)} => {plain_line(self.new)}"]
        for path, (before, after) in sorted(self.texts.items()):
            hunks = difflib.unified_diff(
                before.splitlines(), after.splitlines(), path, self._moved(path), lineterm="", n=1
            )
            lines += [visible(line, keep="\t") for line in hunks]
        return "\n".join(lines) + "\n"

    def save(self) -> None:
        """Move the folder and write the files. Raises `UserError` when that fails."""
        try:
            (self.copy.root / self.old).rename(self.copy.root / self.new)
        except OSError as error:
            raise UserError(f"{plain_line(self.old)} cannot be renamed: {error.strerror}.") from error
        for path, (_, after) in self.texts.items():
            write_over(self.copy.root, self._moved(path), after)

    def _moved(self, path: str) -> str:
        return self.new + path.removeprefix(self.old) if path.startswith(f"{self.old}/") else path


def renumber_copy(folder: Path, feature: str, number: str | None) -> Renumbering:
    """Prepare a feature's renumbering. Raises `UserError` when folder or number cannot be used."""
    copy = open_copy(folder)
    own = repository_layer(copy, None)
    refuse_broken(own)
    config = merge((host_layer(), own)).config
    old = existing_folder(feature, copy, "name a feature folder, such as specs/018-webhook-retry")
    root, _, name = old.rpartition("/")
    numbered = read_folder_name(name, config)
    entry = copy.entries.get(old)
    if numbered is None or visible(old) != old or entry is None or entry.kind is not Kind.FOLDER:
        raise UserError(f"{plain_line(old)} is no feature folder: its name has no number, or git does not see it.")
    number = number or _free_number(copy, root, config)
    if not _NUMBER.fullmatch(number):
        raise UserError(f"{plain_line(number)} is no number of a feature: use three digits or more, such as 019.")
    new = f"{number}-{numbered.slug}" if numbered.slug else number
    path = f"{root}/{new}" if root else new
    _refuse_taken(copy, old, path, number, config)
    return Renumbering(copy, old, path, _changed_texts(copy, old, name, new))


def _folders(copy: WorkingCopy, root: str, config: RepositoryConfig) -> list[str]:
    tree = Tree(None, copy.entries)
    folders = feature_folders(tree, config, specs_roots(config, tree))
    return [path for path in folders if path.rpartition("/")[0] == root]


def _free_number(copy: WorkingCopy, root: str, config: RepositoryConfig) -> str:
    """The next number that no folder of this specs root and no branch of this clone has."""
    arguments = ("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/remotes")
    branches = (copy.git.answers(*arguments) or "").splitlines() if copy.git is not None else []
    return next_number(_folders(copy, root, config), branches=branches, config=config).number


def _refuse_taken(copy: WorkingCopy, old: str, new: str, number: str, config: RepositoryConfig) -> None:
    """Raise `UserError` when the new path exists, or another feature of the specs root has the number."""
    holders = [
        folder
        for folder in _folders(copy, old.rpartition("/")[0], config)
        if (read := read_folder_name(folder.rpartition("/")[2], config)) is not None
        and read.number.lstrip("0") == number.lstrip("0")
    ]
    if new == old:
        raise UserError(f"{plain_line(old)} has the number {number} already.")
    if others := [holder for holder in holders if holder != old]:
        raise UserError(f"{plain_line(others[0])} has the number {number}: leave it out to get the next free one.")
    if (copy.root / new).exists():
        raise UserError(f"{plain_line(new)} exists: name another number.")


def _changed_texts(copy: WorkingCopy, old: str, name: str, new: str) -> dict[str, tuple[str, str]]:
    """The texts below the folder, and Spec Kit's note of the current feature, that mention the folder's name."""
    mention = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    paths = [path for path in copy.entries if path.startswith(f"{old}/") or path == _CURRENT]
    texts = {}
    for path, document in copy.read(paths).items():
        after = mention.sub(new, document.text)
        if document.reading is Readability.WHOLE and after != document.text:
            texts[path] = (document.text, after)
    return texts
