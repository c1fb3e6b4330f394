"""Check a comparison's list of files against the trees at both ends, because GitHub gives no count of the files.

A read lists the root and the folders that matter at the head and at its base, each entry with its object id. An entry
that differs between the two was changed by the head, or by the base since the two parted. So the list of files is
believed where it has a file in every entry that differs, or where the head without the listed changes has the tree of
the merge base. A folder that was not listed counts as covered by any one file in it. Where no listed file is code, the
caller has the folders listed in which code may have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.adapters.github.completeness import FOLDER_MODE, UNDECODABLE, tree_hash
from bot.adapters.github.query import folders_above
from bot.adapters.github.tree import join
from bot.core.change.trees import FileStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.core.change.trees import ChangedFile
    from bot.core.forge.facts import ReadRequest

Json = dict[str, Any]

_ABSENT = ""
"""In place of the object id of a path that is not there."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a read says about the tree of one commit."""

    folders: Mapping[str, Sequence[Json]]
    """The entries of each folder that was listed, by the folder's path; `""` is the root."""
    ids: Mapping[str, str]
    """Git's object ids by path, `_ABSENT` for a path that is not there. Other paths are unknown."""

    def joined(self, other: Listing) -> Listing:
        """Merge the listings of two reads of the same commit."""
        return Listing({**self.folders, **other.folders}, {**self.ids, **other.ids})

    def lacks_a_changed_file(self, changed: Iterable[ChangedFile]) -> bool:
        """Whether the commit lacks a changed file that was not removed. Then its paths are cut off or old."""
        present = (file.path for file in changed if file.status is not FileStatus.REMOVED)
        return any(self._id(path) == _ABSENT for path in present)

    def lists(self, folder: str) -> bool:
        """Whether the entries of a folder are known, or that it is not there."""
        return self._entries(folder) is not None

    def knows(self, path: str) -> bool:
        """Whether the listing tells the path's object id, or that the path is not there."""
        return self._id(path) is not None

    def uncovered(self, base: Listing, changed: Iterable[ChangedFile]) -> frozenset[str]:
        """Return the paths that differ from the base without a changed file at the path or below it."""
        differing = (path for path in {*self.ids, *base.ids} - {""} if self._differs(base, path))
        return frozenset(differing) - _covered(changed)

    def _differs(self, base: Listing, path: str) -> bool:
        here, at_base = self._id(path), base._id(path)
        return here is not None and at_base is not None and here != at_base

    def tree_without(self, base: Listing, changed: Iterable[ChangedFile]) -> str | None:
        """Return the id of the root tree without the changes, which take the entries of the base; None if unknown."""
        entries = self._entries_without(base, _covered(changed), "")
        return _hash_of(entries) if entries is not None else None

    def _entries_without(self, base: Listing, covered: frozenset[str], folder: str) -> list[Json] | None:
        here, at_base = self._entries(folder), base._entries(folder)
        if here is None or at_base is None:
            return None
        entries = []
        for name in here.keys() | at_base.keys():
            path = join(folder, name)
            inner = self._entries_without(base, covered, path) if path in covered else None
            entry = (at_base if path in covered else here).get(name)
            if inner:
                entries.append({"name": name, "mode": FOLDER_MODE, "oid": _hash_of(inner)})
            elif inner is None and entry is not None:
                entries.append(entry)
        return entries

    def _entries(self, folder: str) -> dict[str, Json] | None:
        """Return the entries of a folder by name: none if it is not there, None if they are unknown."""
        if folder in self.folders:
            return {entry["name"]: entry for entry in self.folders[folder]}
        return {} if self._id(folder) == _ABSENT else None

    def _id(self, path: str) -> str | None:
        """Return the object id of a path, `_ABSENT` if it is not there, None if that is unknown.

        It is unknown for a name that is not UTF-8, because several such names look alike.
        """
        if path in self.ids:
            return self.ids[path]
        if not path or UNDECODABLE in path:
            return None
        parent = path.rpartition("/")[0]
        return _ABSENT if parent in self.folders or self._id(parent) == _ABSENT else None


def _hash_of(entries: Sequence[Json]) -> str:
    return tree_hash(entries, max((len(entry["oid"]) for entry in entries), default=40))


def listings(repository: Json, request: ReadRequest) -> Iterator[tuple[str, Listing]]:
    """Yield the commits of a response that may be compared, each with its listing."""
    default = (repository.get("defaultBranchRef") or {}).get("target")
    for commit in (repository.get("head"), default, repository.get("before")):
        if commit and "oid" in commit:
            yield commit["oid"], _listing(commit, request)


def _listing(commit: Json, request: ReadRequest) -> Listing:
    folders: dict[str, Sequence[Json]] = {}
    ids: dict[str, str] = {}

    def enter(path: str, node: Json | None) -> None:
        ids[path] = node["oid"] if node is not None else _ABSENT
        inner = ((node or {}).get("object") or {}) if path else node or {}
        if "entries" not in inner:
            return
        folders[path] = inner["entries"]
        for entry in inner["entries"]:
            enter(join(path, entry["name"]), entry)

    by_letter = {
        "a": folders_above(request),
        "r": request.roots,
        "b": request.base_roots,
        "m": request.marks,
        "f": request.folders,
    }
    for letter, paths in by_letter.items():
        for index, path in enumerate(paths):
            if f"{letter}{index}" in commit and UNDECODABLE not in path:
                enter(path, commit[f"{letter}{index}"])
    return Listing(
        {path: entries for path, entries in folders.items() if UNDECODABLE not in path},
        {path: oid for path, oid in ids.items() if UNDECODABLE not in path},
    )


def _covered(changed: Iterable[ChangedFile]) -> frozenset[str]:
    """Return the old and new paths of the changed files, and the folders above them."""
    paths = (path for file in changed for path in (file.path, file.previous) if path)
    return frozenset(
        "/".join(names[: depth + 1]) for names in (path.split("/") for path in paths) for depth in range(len(names))
    )
