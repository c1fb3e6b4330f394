"""Decide whether a GraphQL response is complete, by the table of `lists`.

GitHub sometimes answers 200 without errors and with less than it has: a list is null, a node in a list is null, a list
is shorter than its own count (https://github.com/anthropics/claude-code-action/issues/1587). A response that says too
little must never pass for a repository that has nothing, so each of these is a gap. The reader sends the query again,
and fails if the second response has a gap, too.

Any other field of a query than a list is a gap when it is missing, null where GitHub's schema
or this module does not allow null, or of another type. A `file(path:)` may be null only beside GitHub's error that
there is no such file.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    parse,
)

from bot.adapters.github.lists import LATEST_LISTS, LISTS, is_count, is_flag, is_in, is_name, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from graphql import SelectionSetNode

    from bot.adapters.github.query import Query

Json = dict[str, Any]
Path = tuple[str | int, ...]
"""Names and list indices that lead to a field: `("repository", "head", "f0")`."""


UNDECODABLE = "\N{REPLACEMENT CHARACTER}"
"""GitHub puts it into a name that is not UTF-8. Then neither the tree's hash nor the path of the entry is known."""
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
FOLDER_MODE = 0o40000
"""Git's mode of a folder in a tree."""
_TYPES = {"blob": "Blob", "tree": "Tree"}
"""GraphQL's type of the object of a tree entry, by the entry's `type`."""
_NULLABLE = frozenset(
    {"author", "externalId", "fullDatabaseId", "headRef", "headRepository", "isBinary", "issueOrPullRequest"}
    | {"mergedAt", "reactionGroups", "ref", "text", "url"}
)
"""Fields that may be null. `_NEEDED_IF` has those that may be null under a condition."""
_NEEDED_IF: Mapping[str, Callable[[Json], bool]] = {
    # GitHub closes a pull request whose base branch is deleted.
    "baseRef": lambda pull: pull.get("state") == "OPEN",
    "conclusion": lambda run: run.get("status") == "COMPLETED",
    "defaultBranchRef": lambda repository: isinstance(repository.get("head"), dict),
    "endCursor": lambda page: page.get("hasNextPage") is True,
    # A commit that is not there yet is null, and so is the commit of a submodule.
    "object": lambda entry: entry.get("type") in _TYPES,
}
"""Whether a field must not be null, by the object that it belongs to."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a query: its name in the schema, its page size, and its fields by the type that they need."""

    name: str
    first: int | None
    later_page: bool
    fields: Mapping[str, Mapping[str, _Field]]
    """By the name of a type condition, `""` without one; then by the name in the response."""


def gaps(query: Query, data: Json, absences: Collection[Path] = ()) -> list[Path]:
    """Return the paths at which the data lack something of the query.

    `absences` are the paths of the errors by which GitHub says that an object does not exist.
    """
    return list(_gaps(_fields(query.text), data, (), "", frozenset(absences)))


def is_about_files(path: Path) -> bool:
    """Whether a gap is in the changed files of a pull request, which are then read by REST."""
    return "files" in path or path[-1] == "changedFiles"


def lists_all_files(pull: Json, most: int) -> bool:
    """Whether a pull request's list of changed files has as many files as GitHub counts, or `most`, GitHub's limit.

    An empty list does not count: only the trees tell that a pull request changes nothing.
    """
    files, count = pull.get("files"), pull.get("changedFiles")
    nodes = files.get("nodes") if isinstance(files, dict) else None
    if not isinstance(nodes, list) or not nodes or not all(_is_changed_file(node) for node in nodes):
        return False
    return len(nodes) >= most or len(nodes) == count


def _is_changed_file(node: Any) -> bool:
    return isinstance(node, dict) and all(_SCALARS[name](node.get(name)) for name in ("path", "changeType"))


def tree_hash(entries: Sequence[Json], size: int) -> str:
    """Return the object id of a Git tree with these entries; `size` is the number of hexadecimal digits.

    https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    """
    lines = {}
    for entry in entries:
        name = entry["name"].encode("utf-8", "surrogatepass")
        # Git sorts a folder as if its name ended in a slash.
        order = name + b"/" if entry["mode"] == FOLDER_MODE else name
        lines[order] = b"%o %s\0" % (entry["mode"], name) + bytes.fromhex(entry["oid"])
    content = b"".join(lines[order] for order in sorted(lines))
    kind = hashlib.sha1 if size == 40 else hashlib.sha256  # noqa: PLR2004  Git's two kinds of object ids
    return kind(b"tree %d\0" % len(content) + content).hexdigest()


def _gaps(
    fields: Mapping[str, Mapping[str, _Field]], node: Json, path: Path, kind: str, absences: frozenset[Path]
) -> Iterator[Path]:
    for condition, named in fields.items():
        if condition in _TYPES.values() and condition != kind and kind in {*_TYPES.values(), "Commit"}:
            continue
        for name, field in named.items():
            if field.name == "rateLimit":
                continue
            if name not in node:
                if field.name != "text":  # a text that was left out is read by a request of its own
                    yield (*path, name)
                continue
            yield from _gaps_at(field, node[name], node, (*path, name), absences)


def _gaps_at(field: _Field, value: Any, parent: Json, path: Path, absences: frozenset[Path]) -> Iterator[Path]:
    if value is None:
        if _unexpected_null(field, parent, path, absences):
            yield path
        return
    if not field.fields:
        check = _SCALARS.get(field.name)
        if check is not None and not check(value):
            yield path
        return
    if isinstance(value, list):
        yield from _gaps_in_list(field, value, path, absences)
    elif isinstance(value, dict):
        yield from _gaps(field.fields, value, path, _kind_of(field, parent), absences)
        if _is_short(field, value, parent):
            yield path
    else:
        yield path


def _gaps_in_list(field: _Field, elements: list[Any], path: Path, absences: frozenset[Path]) -> Iterator[Path]:
    rule = {**LISTS, **LATEST_LISTS}.get(str(path[-2])) if path[-1] == "nodes" else None
    skips_null = rule is not None and rule.null_nodes
    for index, element in enumerate(elements):
        if isinstance(element, dict):
            yield from _gaps(field.fields, element, (*path, index), "", absences)
        elif element is not None or not skips_null:
            yield (*path, index)


def _unexpected_null(field: _Field, parent: Json, path: Path, absences: frozenset[Path]) -> bool:
    if field.name in {"file", "node", "pullRequest"}:
        return path not in absences
    if field.name in _NEEDED_IF:
        return _NEEDED_IF[field.name](parent)
    return field.name not in _NULLABLE


def _kind_of(field: _Field, parent: Json) -> str:
    """Return the GraphQL type of the value as far as it decides which fragments apply."""
    if field.name == "object":
        return _TYPES.get(str(parent.get("type")), "Commit")
    return "Tree" if field.name == "tree" else ""


def _is_short(field: _Field, value: Json, parent: Json) -> bool:
    """Whether a list is shorter than its count, or a tree has other entries than its object id says."""
    nodes, entries = value.get("nodes"), value.get("entries")
    if isinstance(nodes, list) and isinstance(value.get("totalCount"), int) and field.name in LISTS:
        first = field.first if field.first is not None else len(nodes)
        return not field.later_page and field.name != "files" and len(nodes) != min(value["totalCount"], first)
    oid = value.get("oid") if field.name == "tree" else parent.get("oid")
    if not isinstance(entries, list) or not isinstance(oid, str):
        return False
    if any(not _is_hashable(entry) for entry in entries):
        return False  # the entries have gaps of their own, or were not asked for with their ids
    if any(UNDECODABLE in entry["name"] for entry in entries):
        return False
    return tree_hash(entries, len(oid)) != oid


def _is_hashable(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and isinstance(entry.get("mode"), int)
        and isinstance(entry.get("oid"), str)
        and _OID.fullmatch(entry["oid"]) is not None
    )


@lru_cache(maxsize=256)
def _fields(text: str) -> Mapping[str, Mapping[str, _Field]]:
    """Return the fields of a query by its text, which has no foreign words and so is the same for many repositories."""
    document = parse(text, no_location=True)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return _selected(operation.selection_set, fragments)


def _selected(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Mapping[str, Mapping[str, _Field]]:
    by_type: defaultdict[str, dict[str, _Field]] = defaultdict(dict)
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            by_type[""][(selection.alias or selection.name).value] = _field(selection, fragments)
            continue
        fragment = fragments[selection.name.value] if isinstance(selection, FragmentSpreadNode) else selection
        assert isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode)  # noqa: S101  for the type checker
        condition = fragment.type_condition.name.value if fragment.type_condition is not None else ""
        for inner, named in _selected(fragment.selection_set, fragments).items():
            by_type[inner or condition].update(_merged(by_type[inner or condition], named))
    return dict(by_type)


def _merged(first: Mapping[str, _Field], second: Mapping[str, _Field]) -> dict[str, _Field]:
    """Return the fields of two fragments; of a field in both, such as `oid`, one is enough."""
    return {name: first[name] if name in first and not field.fields else field for name, field in second.items()}


def _field(node: FieldNode, fragments: Mapping[str, FragmentDefinitionNode]) -> _Field:
    arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
    first = arguments.get("first")
    return _Field(
        name=node.name.value,
        first=int(first.value) if isinstance(first, IntValueNode) else None,
        later_page="after" in arguments,
        fields=_selected(node.selection_set, fragments) if node.selection_set is not None else {},
    )


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


_SCALARS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("oid", "baseRefOid", "headRefOid"), _matches(_OID)),
    **dict.fromkeys(("createdAt", "committedDate", "mergedAt"), _matches(_TIME)),
    **dict.fromkeys(("byteSize", "changedFiles", "databaseId", "mode", "number", "size", "totalCount"), is_count),
    **dict.fromkeys(("hasNextPage", "isArchived", "isBinary", "isDraft", "isMinimized", "isPrivate"), is_flag),
    **dict.fromkeys(("isOutdated", "isResolved"), is_flag),
    **dict.fromkeys(("isTruncated", "viewerDidAuthor"), is_flag),
    **dict.fromkeys(("baseRefName", "headRefName", "id", "name", "nameWithOwner", "path"), is_name),
    **dict.fromkeys(("body", "endCursor", "externalId", "login", "text", "title", "url"), is_text),
    "changeType": is_in("ADDED", "CHANGED", "COPIED", "DELETED", "MODIFIED", "RENAMED"),
    "state": is_in("OPEN", "CLOSED", "MERGED"),
    "status": is_in("COMPLETED", "IN_PROGRESS", "PENDING", "QUEUED", "REQUESTED", "WAITING"),
    "type": is_in("blob", "tree", "commit"),
}
"""What each scalar field must be, by its name in the schema."""
