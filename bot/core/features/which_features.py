"""Decide which feature folders a change is about.

Folders count, names are hints: every folder that the change touches counts, and the branch's number adds one more. The
App calls this twice: on the names below the specs roots to know what to read, and on the complete change to judge it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.change.trees import Change, FileStatus
from bot.core.config.model import NumberMode
from bot.core.features.branch import BRANCH_REACH, BranchName, counted, read_branch
from bot.core.features.folders import Folder, feature_folders, folder_at, root_of, specs_roots
from bot.core.features.outside_roots import IGNORE_FILE, folders_elsewhere, is_ignored
from bot.core.text.globs import matches_any
from bot.core.text.prose import Code, Prose
from bot.core.text.wording import clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.change.trees import ChangedFile, Tree
    from bot.core.config.model import RepositoryConfig

_DOCUMENTS = ("spec.md", "plan.md")
_UNSEEN = ", so that its specs and plans cannot be seen here"


@dataclass(frozen=True, slots=True)
class Touch:
    """How a change affects one feature folder."""

    brings: bool = False
    """It adds files, or moves some here."""
    takes: bool = False
    """It removes files, or moves some away."""
    writes: bool = False
    """It adds or edits the spec or the plan."""


@dataclass(frozen=True, slots=True)
class FeatureChoice:
    """The feature folders that a change is about, and the reasons."""

    roots: tuple[str, ...]
    head: Mapping[str, Folder]
    """Feature folders at the head, by path."""
    base: Mapping[str, Folder]
    touched: Mapping[str, Touch]
    """By path of a folder at the head or on the base."""
    branch: BranchName | None = None
    own: Folder | None = None
    """The folder that the branch's number points to; it may not be there yet."""
    ambiguous: tuple[Folder, ...] = ()
    """Folders that the branch's number points to, where it is unknown which of them is meant."""
    named_folders: tuple[Folder, ...] = ()
    """The folders that a person named with `--feature`. Where there are any, only they are judged."""
    elsewhere: tuple[Folder, ...] = ()
    """Folders outside the specs roots that look like features and that the change touches."""
    notes: tuple[Prose, ...] = field(default=())

    @property
    def looked_at(self) -> tuple[str, ...]:
        """The paths of the folders to read completely, sorted. Some may not exist."""
        return tuple(sorted(folder.path for folder in self.folders))

    @property
    def folders(self) -> tuple[Folder, ...]:
        """The folders to judge, by path: those that a person named, else all that the change is about."""
        if self.named_folders:
            return self.named_folders
        folders_by_path = {path: self.head.get(path) or self.base[path] for path in self.touched}
        if self.own is not None:
            folders_by_path.setdefault(self.own.path, self.own)
        return tuple(folders_by_path[path] for path in sorted(folders_by_path))

    def gone(self, path: str) -> bool:
        """Whether the change removes this folder."""
        touch = self.touched.get(path)
        return path in self.base and path not in self.head and touch is not None and touch.takes

    def added(self, path: str) -> bool:
        """Whether the change adds this folder."""
        touch = self.touched.get(path)
        return path in self.head and path not in self.base and touch is not None and touch.brings


def which_features(change: Change, config: RepositoryConfig) -> FeatureChoice:
    """The folders that the change is about. Total: never raises, for any names."""
    roots = specs_roots(config, change.head, change.base)
    head = feature_folders(change.head, config, roots)
    base = feature_folders(change.base, config, roots)
    touched = _touches(change, config, {**base, **head}, roots) if change.base is not None else _everything(head)
    plain = FeatureChoice(roots, head, base, touched, elsewhere=folders_elsewhere(change, {**base, **head}, config))
    if change.named_folders:
        named_folders = tuple(_named_folder(path, plain, config) for path in dict.fromkeys(change.named_folders))
        return FeatureChoice(roots, head, base, touched, named_folders=named_folders)
    if change.merge_group or not change.head_branch:
        return plain
    return _by_branch(change, plain, read_branch(change.head_branch, config), config)


def feature_of_branch(head: Tree, branch: str | None, config: RepositoryConfig) -> Folder | None:
    """The feature folder that a branch's name points to; it may not be there yet. None if there is none."""
    return which_features(Change(head, None, head_branch=branch), config).own if branch is not None else None


def _everything(head: Mapping[str, Folder]) -> dict[str, Touch]:
    """The touches without a base: every folder counts as added."""
    return dict.fromkeys(head, Touch(brings=True, writes=True))


def _named_folder(path: str, plain: FeatureChoice, config: RepositoryConfig) -> Folder:
    tidy = "/".join(name for name in path.split("/") if name not in ("", "."))
    folder = plain.head.get(tidy) or plain.base.get(tidy)
    root = root_of(tidy, plain.roots)
    return folder or folder_at(tidy, tidy.rpartition("/")[0] if root is None else root, config)


def _folder_of(path: str, folders: Mapping[str, Folder], roots: Iterable[str]) -> str | None:
    root = root_of(path, roots)
    if root is None:
        return None
    name = path[len(root) + 1 if root else 0 :].split("/", 1)[0]
    folder = f"{root}/{name}" if root else name
    return folder if folder in folders else None


def _touches(
    change: Change, config: RepositoryConfig, folders: Mapping[str, Folder], roots: tuple[str, ...]
) -> dict[str, Touch]:
    touched: dict[str, Touch] = {}

    def note(path: str, file: ChangedFile, *, here: bool) -> None:
        folder = _folder_of(path, folders, roots)
        if folder is None or matches_any(config.ignore, path):
            return
        before = touched.get(folder, Touch())
        moved = file.status in (FileStatus.ADDED, FileStatus.RENAMED)
        touched[folder] = Touch(
            brings=before.brings or (here and moved),
            takes=before.takes or not here,
            writes=before.writes or (here and path[len(folder) + 1 :] in _DOCUMENTS),
        )

    for file in change.changed:
        note(file.path, file, here=file.status is not FileStatus.REMOVED)
        if file.status is FileStatus.RENAMED and file.previous is not None:
            note(file.previous, file, here=False)
    return touched


def _by_branch(change: Change, plain: FeatureChoice, branch: BranchName, config: RepositoryConfig) -> FeatureChoice:
    """Add the folder that the branch's name points to."""
    own: Folder | None = None
    ambiguous: tuple[Folder, ...] = ()
    notes: tuple[Prose, ...] = ()
    # A change that adds a folder with another number is about that folder, whatever the branch is called.
    brought = {plain.head[path].number for path in plain.touched if plain.added(path)}
    if branch.number is not None and (not brought or branch.number in brought):
        same = [folder for folder in plain.head.values() if folder.number == branch.number]
        if len(same) > 1:
            own = _told_apart(same, plain, branch)
            ambiguous = () if own is not None else tuple(same)
        elif same:
            own = same[0]
        else:
            hidden = _reasons_unseen(change, plain, branch)
            own, notes = _not_there(plain, branch, config) if hidden is None else (None, hidden)
    elif branch.number is None:
        own = next((folder for folder in plain.head.values() if folder.name == branch.segment), None)
    return replace(plain, branch=branch, own=own, ambiguous=ambiguous, notes=notes)


def _told_apart(same: list[Folder], plain: FeatureChoice, branch: BranchName) -> Folder | None:
    """Choose between several folders with the branch's number; None if the choice is ambiguous."""
    named = [folder for folder in same if branch.segment == folder.name]
    begins = [folder for folder in same if folder.slug and branch.segment.startswith(f"{folder.name}-")]
    for choice in (
        [folder for folder in same if plain.added(folder.path)],
        named,
        sorted(begins, key=lambda folder: len(folder.name))[-1:] if not named else [],
        [folder for folder in same if folder.path in plain.touched],
    ):
        if len(choice) == 1:
            return choice[0]
    return None


def _not_there(
    plain: FeatureChoice, branch: BranchName, config: RepositoryConfig
) -> tuple[Folder | None, tuple[Prose, ...]]:
    """The future folder of a branch without one, or notes why its number is no feature."""
    number = branch.number or ""
    shown, named = Code(clip(branch.name)), Code(clip(number))
    elsewhere = [folder for folder in plain.base.values() if folder.number == number]
    if elsewhere:
        last = " was removed here" if plain.gone(elsewhere[0].path) else " is on the base and not in this branch"
        return None, (("branch ", shown, ": ", Code(clip(elsewhere[0].path)), last),)
    missing: Prose = ("no ", Code(clip(f"{plain.roots[0] if plain.roots else 'specs'}/{number}-*")))
    if branch.aside is not None:
        aside = Code(clip(f"{branch.aside}/"))
        return None, (("branch ", shown, ": ", *missing, ", and a branch below ", aside, " begins no feature"),)
    timestamp = branch.numbered is not None and branch.numbered.timestamp
    if config.number in (NumberMode.TICKET, NumberMode.ISSUE):
        kind = "ticket" if config.number is NumberMode.TICKET else "issue"
        return None, (("branch ", shown, ": ", *missing, f", and {kind} numbers alone make no feature"),)
    if not timestamp and not _within_reach(number, plain, config):
        highest = _highest(plain, config)
        reach = f"the highest is {highest:03d}" if highest else "there is no feature yet"
        return None, (("branch ", shown, ": ", named, " is no feature number here: ", *missing, ", and ", reach),)
    if not plain.roots:
        return None, (("branch ", shown, ": there is no specs root that its folder could stand in"),)
    root = plain.roots[0]
    return folder_at(f"{root}/{branch.segment}" if root else branch.segment, root, config), ()


def _reasons_unseen(change: Change, plain: FeatureChoice, branch: BranchName) -> tuple[Prose, ...] | None:
    """Why the branch's folder may exist unseen: git ignores it, or it is outside the specs roots. None if it cannot."""
    root = next((root for root in plain.roots if is_ignored(change, root)), None)
    if root is not None:
        ignored, file = Code(clip(f"{root}/")), Code(IGNORE_FILE)
        return (("branch ", Code(clip(branch.name)), ": ", ignored, " is in this repository's ", file, _UNSEEN),)
    return () if any(folder.number == branch.number for folder in plain.elsewhere) else None


def _within_reach(number: str, plain: FeatureChoice, config: RepositoryConfig) -> bool:
    count = counted(number, config)
    return number.startswith("0") or (count is not None and count <= _highest(plain, config) + BRANCH_REACH)


def _highest(plain: FeatureChoice, config: RepositoryConfig) -> int:
    """The highest counted number of a folder. Timestamps are not counted."""
    folders = [*plain.head.values(), *plain.base.values()]
    return max((counted(f.number, config) or 0 for f in folders if not f.timestamp), default=0)
