"""Build queries for parts of a query: for fields that failed, or for a part of a query that was too much.

GitHub answers 200 with `data` and `errors` when single fields fail or when a query used up its resources. Each error
names its field by `path`: https://spec.graphql.org/October2021/#sec-Errors. A failed field is null, and so is an absent
one; only the errors tell them apart. A part is merged into the data only when both are about the same commits and pull
requests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from graphql import (
    REMOVE,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    strip_ignored_characters,
    visit,
)

from bot.adapters.github.query import Query
from bot.core.forge.errors import ForgeError, MovedMeanwhile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graphql import DocumentNode, Node, SelectionNode

Json = dict[str, Any]
FieldPath = tuple[str, ...]
"""The names in the response that lead to a field, without list indices: `("repository", "head", "f0")`."""
FieldPaths = tuple[FieldPath, ...]
Fragments = dict[str, FragmentDefinitionNode]
_Selection = dict[str, "_Selection | None"]
"""Fields to query, by their name in the response. None selects a whole field, an empty mapping only its identity."""

_THROUGH = frozenset(
    {"repository", "defaultBranchRef", "pullRequest", "ofBranch", "head", "before", "associatedPullRequests"}
    | {"nodes", "baseRef", "target"}
)
"""Fields of the repository query whose fields are queried separately. Every other field is queried whole."""
_SMALL = frozenset({"rateLimit", "author", "headRepository", "tip"})
"""Fields that are small, although they have fields of their own."""
_IDENTITY = frozenset({"oid", "number", "name", "databaseId", "headRefOid"})
"""Fields that say whether two responses are about the same object."""
_FOLDER = re.compile(r"f\d+")
"""See `query.repository_query`."""
_BASE = ("baseRef", "target")
_ANCHORS: FieldPaths = (
    ("repository", "defaultBranchRef", "target"),
    ("repository", "pullRequest", *_BASE),
    ("repository", "ofBranch", "nodes", *_BASE),
    ("repository", "head", "associatedPullRequests", "nodes", *_BASE),
)
"""Commits that both queries must agree on."""


def failed(data: Json, errors: Iterable[Any]) -> FieldPaths | None:
    """Return the paths of the fields that the errors name; None when an error names no field of the repository."""
    paths: list[FieldPath] = []
    for error in errors:
        error_path = error.get("path") if isinstance(error, dict) else None
        path = _field_path(data, error_path) if isinstance(error_path, list) else ()
        if len(path) < 2 or path[0] != "repository":  # noqa: PLR2004  the whole repository failed
            return None
        paths.append(path)
    return tuple(dict.fromkeys(paths))


def divided(query: Query) -> tuple[FieldPaths, ...]:
    """Divide the field paths of a query: first the small fields, then the trees at the bases, then those at the head.

    One part when there is nothing to divide.
    """
    operation, fragments = _parsed(query)
    parts: dict[str, dict[FieldPath, None]] = {}
    for path, small in _fields(operation.selection_set, fragments, ()):
        parts.setdefault("frame" if small else _kind(path), {})[path] = None
    return tuple(tuple(parts[kind]) for kind in ("frame", "bases", "head", "about") if kind in parts)


def is_one(paths: FieldPaths) -> bool:
    """Whether all paths end in the same field, and that field is queried whole."""
    names = {path[-1] for path in paths}
    return len(names) == 1 and not names & _THROUGH


def is_less(query: Query, paths: FieldPaths) -> bool:
    """Whether a query for these paths has fewer fields than the query itself."""
    return _every(narrower(query, paths)) < _every(query)


def halves(paths: FieldPaths) -> tuple[FieldPaths, ...]:
    """Divide the paths in two: feature folders first, as they are the largest, else by field. Nothing for one path."""
    names = tuple(dict.fromkeys(path[-1] for path in paths))
    folders = {name for name in names if _FOLDER.fullmatch(name)}
    if len(names) > 1:
        second = folders if 0 < len(folders) < len(names) else set(names[len(names) // 2 :])
        parts = ([path for path in paths if path[-1] not in second], [path for path in paths if path[-1] in second])
    else:
        middle = len(paths) // 2
        parts = (list(paths[:middle]), list(paths[middle:]))
    return tuple(tuple(part) for part in parts) if all(parts) else ()


def narrower(query: Query, paths: FieldPaths, *, texts: bool = True) -> Query:
    """Return the query for these fields alone, with the identity of the objects around them.

    Without `texts`, files come with their names and sizes only.
    """
    operation, fragments = _parsed(query)
    chosen = _chosen(operation.selection_set, _selection(paths), fragments)
    if not texts:
        chosen = visit(chosen, _WithoutTexts())
        fragments = {name: visit(node, _WithoutTexts()) for name, node in fragments.items()}
    needed, variables = _used(chosen, fragments)
    declared = [node for node in operation.variable_definitions or () if node.variable.name.value in variables]
    declaration = ",".join(print_ast(node) for node in declared)
    printed_fragments = [print_ast(fragments[name]) for name in fragments if name in needed]
    text = " ".join((f"query Rest({declaration})" if declared else "query Rest", print_ast(chosen), *printed_fragments))
    return Query(
        strip_ignored_characters(text), {name: value for name, value in query.variables.items() if name in variables}
    )


def complete(first: Json, second: Json, paths: FieldPaths) -> None:
    """Copy the fields at these paths from the second response into the first.

    Raises `ForgeError` when both responses are not about the same commits and pull requests.
    """
    _complete(first, second, _selection(paths))


def _complete(first: Json, second: Json, wanted: _Selection) -> None:
    for name, value in second.items():
        if name not in wanted:
            if first.get(name) != value:
                raise _moved()
        elif (inside := wanted[name]) is None:
            first[name] = value
        else:
            _complete_inside(first.get(name), value, inside)


def _complete_inside(first: Any, second: Any, wanted: _Selection) -> None:
    if isinstance(first, dict) and isinstance(second, dict):
        _complete(first, second, wanted)
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for first_node, second_node in zip(first, second, strict=True):
            _complete_inside(first_node, second_node, wanted)
    elif first is not None or second is not None:
        raise _moved()


def _selection(paths: FieldPaths) -> _Selection:
    wanted: _Selection = {}
    for path in paths:
        _add(wanted, path, None)
    for anchor in _ANCHORS:
        _add(wanted, anchor, {})
    return wanted


def _parsed(query: Query) -> tuple[OperationDefinitionNode, Fragments]:
    document = parse(query.text, no_location=True)
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    (operation,) = (
        definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)
    )
    return operation, fragments


def _fields(selections: SelectionSetNode, fragments: Fragments, to: FieldPath) -> Iterator[tuple[FieldPath, bool]]:
    """Yield the path of each field, and whether the field is small."""
    for selection in selections.selections:
        if not isinstance(selection, FieldNode):
            part = (
                fragments[selection.name.value]
                if isinstance(selection, FragmentSpreadNode)
                else cast("InlineFragmentNode", selection)
            )
            yield from _fields(part.selection_set, fragments, to)
            continue
        name = (selection.alias or selection.name).value
        if selection.selection_set is not None and name in _THROUGH:
            yield from _fields(selection.selection_set, fragments, (*to, name))
        else:
            yield (*to, name), selection.selection_set is None or name in _SMALL


def _every(query: Query) -> set[FieldPath]:
    operation, fragments = _parsed(query)
    return {path for path, _ in _fields(operation.selection_set, fragments, ())}


def _kind(path: FieldPath) -> str:
    """Return `bases` for a tree at a base, `head` for a tree at the head, `about` for any other field."""
    if "baseRef" in path or path[1] in {"defaultBranchRef", "before"}:
        return "bases"
    return "head" if path[:-1] == ("repository", "head") and path[-1] != "checkSuites" else "about"


def _moved() -> ForgeError:
    return MovedMeanwhile("A branch or a pull request changed while we read it.")


def _field_path(data: Any, error_path: list[Any]) -> FieldPath:
    """Return the field path of an error's `path`, up to a field that is queried whole or to the null in the data.

    Empty for a field that is not in the data, because it was not in the query.
    """
    path: list[str] = []
    node = data
    for part in error_path:
        if isinstance(node, dict) and part not in node:
            return ()
        node = _inside(node, part)
        if isinstance(part, str):
            path.append(part)
            if part not in _THROUGH:
                break
        if node is None:
            break
    return tuple(path)


def _inside(node: Any, part: Any) -> Any:
    if isinstance(node, dict):
        return node.get(part)
    return node[part] if isinstance(node, list) and isinstance(part, int) and 0 <= part < len(node) else None


def _add(wanted: _Selection, path: tuple[str, ...], last: _Selection | None) -> None:
    """Select the field at the end of the path, unless it or a field around it is already selected whole."""
    first, *remaining = path
    if not remaining and last is None:
        wanted[first] = None
        return
    inside = wanted.setdefault(first, {})
    if inside is not None and remaining:
        _add(inside, tuple(remaining), last)


def _chosen(
    selections: SelectionSetNode, wanted: _Selection, fragments: Mapping[str, FragmentDefinitionNode]
) -> SelectionSetNode:
    """Return the selected fields and the identity fields, with the fragments around them inlined."""
    chosen: list[SelectionNode] = []
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            chosen += _field(selection, wanted, fragments)
            continue
        part = (
            fragments[selection.name.value]
            if isinstance(selection, FragmentSpreadNode)
            else cast("InlineFragmentNode", selection)
        )
        inside = _chosen(part.selection_set, wanted, fragments)
        if inside.selections:
            chosen.append(InlineFragmentNode(type_condition=part.type_condition, directives=(), selection_set=inside))
    return SelectionSetNode(selections=tuple(chosen))


def _field(
    field: FieldNode, wanted: _Selection, fragments: Mapping[str, FragmentDefinitionNode]
) -> list[SelectionNode]:
    name = (field.alias or field.name).value
    if name not in wanted:
        return [field] if name in _IDENTITY and field.selection_set is None else []
    inside = wanted[name]
    if inside is None or field.selection_set is None:
        return [field]
    chosen = _chosen(field.selection_set, inside, fragments)
    part = FieldNode(alias=field.alias, name=field.name, arguments=field.arguments, directives=(), selection_set=chosen)
    return [part] if chosen.selections else []


class _WithoutTexts(Visitor):
    """Removes the texts of files from a query."""

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        return REMOVE if node.name.value == "text" else None


class _Uses(Visitor):
    """Collects the names of the fragments and variables in a part of a query."""

    def __init__(self) -> None:
        super().__init__()
        self.fragments: set[str] = set()
        self.variables: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.fragments.add(node.name.value)

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.variables.add(node.name.value)


def _used(chosen: Node | DocumentNode, fragments: Mapping[str, FragmentDefinitionNode]) -> tuple[set[str], set[str]]:
    """Return the names of the fragments and variables that are used, directly or through a fragment."""
    uses, seen = _Uses(), set[str]()
    visit(chosen, uses)
    while new := uses.fragments - seen:
        seen |= new
        for name in new:
            visit(fragments[name], uses)
    return uses.fragments, uses.variables
