"""Parts of a query: what failed of an answer, or what was too much to be asked at once, is asked for by itself.

GitHub answers 200 with `data` and `errors` when single fields fail or a query used up its resources, and each error
names its field by `path`: https://spec.graphql.org/October2021/#sec-Errors. A failed field is null exactly as an absent
one is, so what failed must be told from what is not there before anything is read. A part is put where it was missing
only if the commits and pull requests around it are still the same.
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
from bot.core.forge.errors import ForgeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graphql import DocumentNode, Node, SelectionNode

Json = dict[str, Any]
Way = tuple[str, ...]
"""The names in the answer that lead to a field, places in lists left out: `("repository", "head", "f0")`."""
Ways = tuple[Way, ...]
Fragments = dict[str, FragmentDefinitionNode]
_Wanted = dict[str, "_Wanted | None"]
"""Fields by the name they have in the answer: None is one that is wanted whole, an empty one no more than its names."""

_THROUGH = frozenset(
    {"repository", "defaultBranchRef", "pullRequest", "ofBranch", "head", "before", "associatedPullRequests"}
    | {"nodes", "baseRef", "target"}
)
"""Fields of the one read that are asked for in part; any other is small enough to be asked for whole."""
_SMALL = frozenset({"rateLimit", "author", "headRepository", "tip"})
"""Fields that are not worth a query of their own, although they have fields."""
_NAMES = frozenset({"oid", "number", "name", "databaseId", "headRefOid"})
"""Say whether both answers are about the same thing."""
_FOLDER = re.compile(r"f\d+")
"""See `github_query.look`."""
_BASE = ("baseRef", "target")
_ANCHORS: Ways = (
    ("repository", "defaultBranchRef", "target"),
    ("repository", "pullRequest", *_BASE),
    ("repository", "ofBranch", "nodes", *_BASE),
    ("repository", "head", "associatedPullRequests", "nodes", *_BASE),
)
"""Commits that may move between two reads, and must not."""


def failed(data: Json, errors: Iterable[Any]) -> Ways | None:
    """The ways to what the errors say is missing of the data; None where one does not say it."""
    ways: list[Way] = []
    for error in errors:
        path = error.get("path") if isinstance(error, dict) else None
        way = _way(data, path) if isinstance(path, list) else ()
        if len(way) < 2 or way[0] != "repository":  # noqa: PLR2004  without all of the repository nothing came
            return None
        ways.append(way)
    return tuple(dict.fromkeys(ways))


def divided(query: Query) -> tuple[Ways, ...]:
    """The ways to all fields of a query in few parts: what the rest hangs on, then what stands at each kind of commit.

    No more than one part where there is nothing to divide.
    """
    operation, fragments = _parsed(query)
    parts: dict[str, dict[Way, None]] = {}
    for way, small in _fields(operation.selection_set, fragments, ()):
        parts.setdefault("frame" if small else _kind(way), {})[way] = None
    return tuple(tuple(parts[kind]) for kind in ("frame", "bases", "head", "about") if kind in parts)


def is_one(ways: Ways) -> bool:
    """Whether all of them lead to the same single thing, at one commit or at several."""
    names = {way[-1] for way in ways}
    return len(names) == 1 and not names & _THROUGH


def is_less(query: Query, ways: Ways) -> bool:
    """Whether a query for these ways asks for fewer fields than the query itself."""
    return _every(narrower(query, ways)) < _every(query)


def halves(ways: Ways) -> tuple[Ways, ...]:
    """The ways in two, none where there is but one: folders apart, as they are the most, then by what they lead to."""
    names = tuple(dict.fromkeys(way[-1] for way in ways))
    folders = {name for name in names if _FOLDER.fullmatch(name)}
    if len(names) > 1:
        second = folders if 0 < len(folders) < len(names) else set(names[len(names) // 2 :])
        parts = ([way for way in ways if way[-1] not in second], [way for way in ways if way[-1] in second])
    else:
        middle = len(ways) // 2
        parts = (list(ways[:middle]), list(ways[middle:]))
    return tuple(tuple(part) for part in parts) if all(parts) else ()


def narrower(query: Query, ways: Ways, *, texts: bool = True) -> Query:
    """The query for no more than these fields, and the names by which they are known again.

    Without `texts`, files are only named and measured.
    """
    operation, fragments = _parsed(query)
    chosen = _chosen(operation.selection_set, _wanted(ways), fragments)
    if not texts:
        chosen = visit(chosen, _WithoutTexts())
        fragments = {name: visit(one, _WithoutTexts()) for name, one in fragments.items()}
    needed, variables = _used(chosen, fragments)
    declared = [one for one in operation.variable_definitions or () if one.variable.name.value in variables]
    declaration = ",".join(print_ast(one) for one in declared)
    written = [print_ast(fragments[name]) for name in fragments if name in needed]
    text = " ".join((f"query Rest({declaration})" if declared else "query Rest", print_ast(chosen), *written))
    return Query(
        strip_ignored_characters(text), {name: value for name, value in query.variables.items() if name in variables}
    )


def complete(first: Json, second: Json, ways: Ways) -> None:
    """Put the fields at these ways of the second answer into the first.

    Raises `ForgeError` where both are not about the same commits and pull requests.
    """
    _complete(first, second, _wanted(ways))


def _complete(first: Json, second: Json, wanted: _Wanted) -> None:
    for name, value in second.items():
        if name not in wanted:
            if first.get(name) != value:
                raise _moved()
        elif (inside := wanted[name]) is None:
            first[name] = value
        else:
            _complete_inside(first.get(name), value, inside)


def _complete_inside(first: Any, second: Any, wanted: _Wanted) -> None:
    if isinstance(first, dict) and isinstance(second, dict):
        _complete(first, second, wanted)
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for one, other in zip(first, second, strict=True):
            _complete_inside(one, other, wanted)
    elif first is not None or second is not None:
        raise _moved()


def _wanted(ways: Ways) -> _Wanted:
    wanted: _Wanted = {}
    for way in ways:
        _add(wanted, way, None)
    for anchor in _ANCHORS:
        _add(wanted, anchor, {})
    return wanted


def _parsed(query: Query) -> tuple[OperationDefinitionNode, Fragments]:
    document = parse(query.text, no_location=True)
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return operation, fragments


def _fields(selections: SelectionSetNode, fragments: Fragments, to: Way) -> Iterator[tuple[Way, bool]]:
    """The ways to all fields, and whether each is a small one."""
    for one in selections.selections:
        if not isinstance(one, FieldNode):
            part = fragments[one.name.value] if isinstance(one, FragmentSpreadNode) else cast("InlineFragmentNode", one)
            yield from _fields(part.selection_set, fragments, to)
            continue
        name = (one.alias or one.name).value
        if one.selection_set is not None and name in _THROUGH:
            yield from _fields(one.selection_set, fragments, (*to, name))
        else:
            yield (*to, name), one.selection_set is None or name in _SMALL


def _every(query: Query) -> set[Way]:
    operation, fragments = _parsed(query)
    return {way for way, _ in _fields(operation.selection_set, fragments, ())}


def _kind(way: Way) -> str:
    """Trees at the bases, trees at the head, or what is told about them."""
    if "baseRef" in way or way[1] in {"defaultBranchRef", "before"}:
        return "bases"
    return "head" if way[:-1] == ("repository", "head") and way[-1] != "checkSuites" else "about"


def _moved() -> ForgeError:
    return ForgeError("A branch or a pull request changed while we read it.", retry_after=1.0)


def _way(data: Any, path: list[Any]) -> tuple[str, ...]:
    """The names on the path, as far as fields are asked for in part, and no farther than the null that it led to.

    None at all for a field that the data do not have: nobody asked for it.
    """
    way: list[str] = []
    at = data
    for part in path:
        if isinstance(at, dict) and part not in at:
            return ()
        at = _inside(at, part)
        if isinstance(part, str):
            way.append(part)
            if part not in _THROUGH:
                break
        if at is None:
            break
    return tuple(way)


def _inside(at: Any, part: Any) -> Any:
    if isinstance(at, dict):
        return at.get(part)
    return at[part] if isinstance(at, list) and isinstance(part, int) and 0 <= part < len(at) else None


def _add(wanted: _Wanted, way: tuple[str, ...], last: _Wanted | None) -> None:
    """Want what is at the end of the way, unless it or what it is in is wanted whole already."""
    first, *rest = way
    if not rest and last is None:
        wanted[first] = None
        return
    inside = wanted.setdefault(first, {})
    if inside is not None and rest:
        _add(inside, tuple(rest), last)


def _chosen(
    selections: SelectionSetNode, wanted: _Wanted, fragments: Mapping[str, FragmentDefinitionNode]
) -> SelectionSetNode:
    """The selections without those that are neither wanted nor names; fragments on the way are written out."""
    kept: list[SelectionNode] = []
    for one in selections.selections:
        if isinstance(one, FieldNode):
            kept += _field(one, wanted, fragments)
            continue
        part = fragments[one.name.value] if isinstance(one, FragmentSpreadNode) else cast("InlineFragmentNode", one)
        inside = _chosen(part.selection_set, wanted, fragments)
        if inside.selections:
            kept.append(InlineFragmentNode(type_condition=part.type_condition, directives=(), selection_set=inside))
    return SelectionSetNode(selections=tuple(kept))


def _field(field: FieldNode, wanted: _Wanted, fragments: Mapping[str, FragmentDefinitionNode]) -> list[SelectionNode]:
    name = (field.alias or field.name).value
    if name not in wanted:
        return [field] if name in _NAMES and field.selection_set is None else []
    inside = wanted[name]
    if inside is None or field.selection_set is None:
        return [field]
    chosen = _chosen(field.selection_set, inside, fragments)
    part = FieldNode(alias=field.alias, name=field.name, arguments=field.arguments, directives=(), selection_set=chosen)
    return [part] if chosen.selections else []


class _WithoutTexts(Visitor):
    """Leaves out what stands in a file."""

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        return REMOVE if node.name.value == "text" else None


class _Uses(Visitor):
    """Collects the fragments and the variables that a part of a query names."""

    def __init__(self) -> None:
        super().__init__()
        self.fragments: set[str] = set()
        self.variables: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.fragments.add(node.name.value)

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.variables.add(node.name.value)


def _used(chosen: Node | DocumentNode, fragments: Mapping[str, FragmentDefinitionNode]) -> tuple[set[str], set[str]]:
    """Names of the fragments and variables in use, directly or through a fragment."""
    uses, seen = _Uses(), set[str]()
    visit(chosen, uses)
    while new := uses.fragments - seen:
        seen |= new
        for name in new:
            visit(fragments[name], uses)
    return uses.fragments, uses.variables
