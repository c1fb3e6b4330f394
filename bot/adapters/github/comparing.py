"""Compare two commits by REST, or by their trees if GitHub's comparison is missing or lacks files.

A comparison has no count of its files. So an empty list is believed only where both trees are equal, a list that is
missing is made from the trees, and any other list is checked by `listing`. Trees are verified by their object ids.

GitHub answers 404 with "No common ancestor" for commits without common history, as after a rewrite of the default
branch; those are compared by their trees as well:
https://docs.github.com/rest/commits/commits#compare-two-commits
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.adapters.github.completeness import tree_hash
from bot.adapters.github.lists import IncompleteResponse, RestList, elements_of
from bot.adapters.github.reading import comparison, shape
from bot.core.change.trees import ChangedFile, FileStatus
from bot.core.forge.errors import HeadGone, NotThereYet
from bot.core.forge.facts import Comparison

if TYPE_CHECKING:
    from bot.adapters.github.writing import Send

Json = dict[str, Any]

MOST_COMPARED = 300
"""The most files that GitHub lists in a comparison."""
_NO_ANCESTOR = "No common ancestor"


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison, with what its list of files can be checked against."""

    comparison: Comparison
    merge_base_tree: str | None = None
    """The object id of the merge base's tree; None if the files need no check, because they come from the trees."""


def compare(send: Send, repository: str, base: str, head: str) -> Compared:
    """Compare a head with a base. `repository` is `/repos/owner/name`.

    One request. Four more if the list of files is empty or missing, or if there is no common ancestor: two for each
    tree.
    """
    try:
        body = compare_body(send, repository, base, head)
    except HeadGone as error:
        if _NO_ANCESTOR not in str(error):
            raise
        # The head adds at least its own commit.
        changed = compare_trees(send, repository, base, head)
        return Compared(Comparison(ahead_by=1, merge_base="", changed=changed))
    with shape("a comparison"):
        merge_base: str = body["merge_base_commit"]["sha"]
        if _lists_files(body):
            return Compared(comparison(body), body["merge_base_commit"]["commit"]["tree"]["sha"])
        if body.get("files") == [] and body["ahead_by"] == 0:
            return Compared(comparison(body))
        changed = compare_trees(send, repository, merge_base, head)
        return Compared(Comparison(ahead_by=body["ahead_by"], merge_base=merge_base, changed=changed))


def compare_body(send: Send, repository: str, base: str, head: str) -> Any:
    """Return GitHub's comparison of two commits. Raises `HeadGone` when either is not there."""
    # The files come with the first page of commits. One commit is enough, as the commits are not read.
    path = f"{repository}/compare/{_quoted(base)}...{_quoted(head)}?per_page=1"
    try:
        return send("GET", path, "compared two commits")
    except NotThereYet as error:
        raise HeadGone(str(error)) from error


def changed_anew(send: Send, repository: str, base: str, head: str, head_tree: str) -> list[Json] | None:
    """Return REST's list of the files that a head changes; None if the comparison does not list all of them.

    The list is empty where the trees of merge base and head are equal. `head_tree` is the id of the head's tree.
    Commits without common history are compared by their trees.
    """
    try:
        body = compare_body(send, repository, base, head)
    except HeadGone as error:
        if _NO_ANCESTOR not in str(error):
            raise
        changed = compare_trees(send, repository, base, head)
        return [{"filename": file.path, "status": file.status.value} for file in changed]
    with shape("a comparison"):
        if _lists_files(body) and len(body["files"]) < MOST_COMPARED:
            files: list[Json] = body["files"]
            return files
        return [] if body["merge_base_commit"]["commit"]["tree"]["sha"] == head_tree else None


def compare_trees(send: Send, repository: str, base: str, head: str) -> tuple[ChangedFile, ...]:
    """Return the files that differ between the trees of two commits. A moved file counts as removed and added.

    Raises `IncompleteResponse` where GitHub truncates a tree or leaves out some of it.
    """
    before, after = (_files(send, repository, commit) for commit in (base, head))
    return tuple(
        ChangedFile(path, _status(path, before, after))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    )


def _status(path: str, before: dict[str, str], after: dict[str, str]) -> FileStatus:
    if path not in before:
        return FileStatus.ADDED
    return FileStatus.MODIFIED if path in after else FileStatus.REMOVED


def _files(send: Send, repository: str, commit: str) -> dict[str, str]:
    """Return the object ids of all files of a commit by their paths."""
    with shape("a tree"):
        root: str = send("GET", f"{repository}/git/commits/{_quoted(commit)}", "read a commit")["tree"]["sha"]
        body = send("GET", f"{repository}/git/trees/{_quoted(root)}?recursive=1", "read a whole tree")
        if body["truncated"] is not False:
            raise IncompleteResponse("GitHub truncates the tree of a commit that has to be compared by its tree")
        tree = elements_of(RestList.TREE, body.get("tree"))
        _verify(tree, root)
        return {entry["path"]: f"{entry['mode']} {entry['sha']}" for entry in tree if entry["type"] != "tree"}


def _verify(tree: list[Json], root: str) -> None:
    """Raise `IncompleteResponse` where the entries of a folder do not give the id of its tree."""
    entries: defaultdict[str, list[Json]] = defaultdict(list)
    ids = {"": root}
    for entry in tree:
        folder, _, name = entry["path"].rpartition("/")
        entries[folder].append({"name": name, "mode": int(entry["mode"], 8), "oid": entry["sha"]})
        if entry["type"] == "tree":
            ids[entry["path"]] = entry["sha"]
    for folder, oid in ids.items():
        if tree_hash(entries[folder], len(oid)) != oid:
            raise IncompleteResponse("GitHub left out a part of a tree")


def _lists_files(body: Json) -> bool:
    """Whether the comparison lists at least one file, each with its path and its status."""
    try:
        return bool(elements_of(RestList.COMPARED_FILES, body.get("files")))
    except IncompleteResponse:
        return False


def _quoted(part: str) -> str:
    return quote(part.encode("utf-8", "replace"), safe="")
