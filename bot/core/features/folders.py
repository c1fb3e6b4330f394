"""Find the specs roots and the feature folders of a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.change.trees import Kind
from bot.core.features.branch import read_folder_name
from bot.core.text.globs import is_glob, matches, matches_any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.change.trees import Tree
    from bot.core.config.model import RepositoryConfig

_DEEPEST = 64
"""Levels of a path that are looked at; a specs root and its features lie far above."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A feature folder, whether something in it was read or not."""

    path: str
    root: str
    number: str | None
    slug: str | None
    timestamp: bool = False
    symlink: bool = False
    """It is a link to somewhere else, which is never followed."""

    @property
    def name(self) -> str:
        """The folder's own name: `003-user-auth`."""
        return self.path.rsplit("/", 1)[-1]


def _tidy(root: str) -> str | None:
    """A specs root as written in the configuration, as a path from the repository's root; None if it leaves it."""
    names = [name for name in root.split("/") if name not in ("", ".")]
    return None if ".." in names else "/".join(names)


def _above(path: str) -> Iterable[str]:
    """Every folder that a path lies in, the nearest last."""
    names = path.split("/")[:_DEEPEST]
    return ("/".join(names[:depth]) for depth in range(1, len(names)))


def specs_roots(config: RepositoryConfig, *trees: Tree | None) -> tuple[str, ...]:
    """The specs roots of these trees: those named outright, there or not, then what globs such as `apps/*/specs` find.

    Paths are from the repository's root without a trailing slash; what leads out of the repository is no root.
    """
    tidied = [tidy for root in config.specs if (tidy := _tidy(root)) is not None]
    plain = [root for root in tidied if not is_glob(root)]
    globs = [root for root in tidied if is_glob(root)]
    matching: set[str] = set()
    if globs:
        seen: set[str] = set()
        for tree in trees:
            for path, entry in tree.entries.items() if tree is not None else ():
                seen.update(_above(path))
                if entry.kind is not Kind.FILE:
                    seen.add(path.rstrip("/"))
        matching = {path for path in seen if any(matches(pattern, path) for pattern in globs)}
    return tuple(dict.fromkeys([*plain, *sorted(matching)]))


def roots_above(config: RepositoryConfig, paths: Iterable[str]) -> tuple[str, ...]:
    """The folders above these paths that match a glob of `specs`. They are listed first."""
    globs = [tidy for root in config.specs if (tidy := _tidy(root)) is not None and is_glob(tidy)]
    above = dict.fromkeys(folder for path in paths for folder in _above(path)) if globs else {}
    return tuple(folder for folder in above if matches_any(globs, folder))


def root_of(path: str, roots: Iterable[str]) -> str | None:
    """The nearest specs root above a path; None if there is none."""
    below = [root for root in roots if not root or path.startswith(f"{root}/")]
    return max(below, key=len, default=None)


def feature_folders(tree: Tree | None, config: RepositoryConfig, roots: Iterable[str]) -> dict[str, Folder]:
    """The feature folders of a tree by path, sorted: what stands directly below a root and has a number, spec or plan.

    What `ignore:` names is left out; so is anything below a root within a root.
    """
    if tree is None:
        return {}
    roots = tuple(roots)
    links: dict[str, bool] = {}
    documented: set[str] = set()
    for path, entry in tree.entries.items():
        root = root_of(path, roots)
        if root is None:
            continue
        names = path[len(root) + 1 if root else 0 :].split("/", 2)
        folder = f"{root}/{names[0]}" if root else names[0]
        if len(names) == 1:
            if entry.kind in (Kind.FOLDER, Kind.SYMLINK):
                links[folder] = entry.kind is Kind.SYMLINK
            continue
        links.setdefault(folder, False)
        if len(names) == 2 and names[1] in ("spec.md", "plan.md"):  # noqa: PLR2004  folder and file, nothing between
            documented.add(folder)
    folders = (
        folder_at(path, root_of(path, roots) or "", config, symlink=links[path])
        for path in sorted(links)
        if path not in roots and not matches_any(config.ignore, path) and not matches_any(config.ignore, f"{path}/-")
    )
    return {folder.path: folder for folder in folders if folder.number is not None or folder.path in documented}


def folder_at(path: str, root: str, config: RepositoryConfig, *, symlink: bool = False) -> Folder:
    """The feature folder at a path, whether it exists or not."""
    name = path.rsplit("/", 1)[-1]
    numbered = read_folder_name(name, config)
    if numbered is None:
        return Folder(path, root, None, name, symlink=symlink)
    return Folder(path, root, numbered.number, numbered.slug or None, numbered.timestamp, symlink)
