"""GraphQL: the official schema (cut down), GitHub's structure limits, and its way to tell errors inside a 200."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from bot.sandbox.errors import ApiError
from bot.sandbox.gql import mutations, root
from bot.sandbox.gql.fields import STACKS
from bot.sandbox.gql.view import View
from bot.sandbox.routing import Call, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_NODES = 500_000
_LARGEST_PAGE = 100
_DEEPEST = 60


@cache
def schema() -> GraphQLSchema:
    """GitHub's public schema, as far as the sandbox answers it."""
    official = (files("bot.sandbox.official") / "schema.graphql").read_text()
    return build_schema(official + STACKS, assume_valid=True)


@lru_cache(maxsize=256)
def _parsed(query: str) -> tuple[DocumentNode, list[GraphQLError]]:
    document = parse(query)
    return document, validate(schema(), document)


@dataclass(slots=True)
class Cost:
    """The cost of a query: its connections and nodes.

    https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """

    requests: int = 0
    nodes: int = 0
    errors: list[dict[str, Any]] | None = None

    @property
    def points(self) -> int:
        """The rate-limit points that it costs."""
        return max(1, math.floor(self.requests / 100 + 0.5))


def answer(call: Call) -> Reply:
    """Execute the request of a call."""
    if call.credential.actor is None:
        raise ApiError(
            403 if call.credential.app is not None else 401, "This endpoint requires you to be authenticated."
        )
    query, variables = str(call.body.get("query") or ""), call.body.get("variables") or {}
    if not query:
        raise ApiError(400, "A query attribute must be specified and must be a string.")
    try:
        document, problems = _parsed(query)
    except GraphQLError as error:
        return Reply({"errors": [_error_json(error)]})
    if problems:
        return Reply({"errors": [_error_json(error) for error in problems]})
    cost = measure(document, variables)
    if cost.errors:
        return Reply({"errors": cost.errors})
    if not call.hub.limits.spend_points(call.credential, cost.points):
        message = f"API rate limit exceeded for installation ID {call.token.installation.id}."
        return Reply({"errors": [{"type": "RATE_LIMITED", "message": message}]})
    view = View(call, root.GRAPH, cost.points, cost.nodes)
    fields = root.root(view) | mutations.root(view)
    execution = execute_sync(
        schema(), document, fields, variable_values=variables, operation_name=call.body.get("operationName")
    )
    body: dict[str, Any] = {"data": execution.data}
    if execution.errors:
        body["errors"] = [_error_json(error) for error in execution.errors]
    return Reply(_spoiled(call, body))


def _spoiled(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The answer with the fault that a test set: only an error, or partial data beside it."""
    fault = call.hub.faults.in_graphql(call.body)
    if fault is None or fault.graphql is None:
        return body
    errors = [*body.get("errors", []), fault.graphql]
    if not fault.partial:
        return {"errors": errors}
    node = body["data"]
    *way, last = fault.graphql.get("path") or ["repository"]
    for part in way:
        node = _inside(node, part)
    if isinstance(node, dict):  # a query without that field gets the error only
        node[last] = None
    return body | {"errors": errors}


def _inside(node: Any, part: Any) -> Any:
    if isinstance(node, list):
        return node[part] if isinstance(part, int) and part < len(node) else None
    return node.get(part) if isinstance(node, dict) else None


def _error_json(error: GraphQLError) -> dict[str, Any]:
    """An error in GitHub's form: `type` beside the message, not under `extensions`. A mistake of ours is raised."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        raise error.original_error
    shown: dict[str, Any] = {}
    extensions = dict(error.extensions or {})
    if "type" in extensions:
        shown["type"] = extensions.pop("type")
    if error.path:
        shown["path"] = list(error.path)
    if extensions:
        shown["extensions"] = extensions
    shown["locations"] = [{"line": place.line, "column": place.column} for place in error.locations or []]
    return shown | {"message": error.message}


def measure(document: DocumentNode, variables: Mapping[str, Any]) -> Cost:
    """Count connection requests and nodes, and find connections without bounds."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    cost = Cost(errors=[])
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            defaults = {v.variable.name.value: v.default_value for v in definition.variable_definitions or ()}
            numbers = {name: value.value for name, value in defaults.items() if isinstance(value, IntValueNode)}
            _count(cost, definition.selection_set, fragments, {**numbers, **variables}, 1, 0)
    if cost.nodes > _MOST_NODES:
        count = f"This query requests up to {cost.nodes:,} possible nodes"
        message = f"{count} which exceeds the maximum limit of {_MOST_NODES:,}."
        cost.errors = [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}]
    return cost


def _count(  # noqa: PLR0913, PLR0917 -- each is a part of the operation
    cost: Cost,
    selections: SelectionSetNode | None,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
    parents: int,
    depth: int,
) -> None:
    if selections is None or depth > _DEEPEST:
        return
    for selection in selections.selections:
        if isinstance(selection, FragmentSpreadNode):
            _count(cost, fragments[selection.name.value].selection_set, fragments, variables, parents, depth + 1)
        elif isinstance(selection, InlineFragmentNode):
            _count(cost, selection.selection_set, fragments, variables, parents, depth + 1)
        elif isinstance(selection, FieldNode):
            size = parents
            if _is_connection(selection):
                cost.requests += parents
                size = parents * _bound(cost, selection, variables)
                cost.nodes += size
            _count(cost, selection.selection_set, fragments, variables, size, depth + 1)


def _is_connection(field: FieldNode) -> bool:
    if field.selection_set is None:
        return False
    names = {selection.name.value for selection in field.selection_set.selections if isinstance(selection, FieldNode)}
    return bool(names & {"nodes", "edges", "totalCount", "pageInfo"}) and field.name.value != "nodes"


def _bound(cost: Cost, field: FieldNode, variables: Mapping[str, Any]) -> int:
    name = field.name.value
    place = {} if field.loc is None else {"line": field.loc.start_token.line, "column": field.loc.start_token.column}
    error: dict[str, Any] = {"locations": [place], "path": [name]}
    assert cost.errors is not None  # noqa: S101 -- narrows for the type checker
    for argument in field.arguments or ():
        which = argument.name.value
        if which not in {"first", "last"}:
            continue
        value = argument.value
        bound = variables.get(value.name.value) if isinstance(value, VariableNode) else getattr(value, "value", None)
        if bound is None:
            continue
        size = int(bound)
        if not 1 <= size <= _LARGEST_PAGE:
            relation = "exceeds" if size > _LARGEST_PAGE else "is below"
            limit = (
                f"the `{which}` limit of {_LARGEST_PAGE} records" if size > _LARGEST_PAGE else "the minimum of 1 record"
            )
            error["type"] = "EXCESSIVE_PAGINATION"
            cost.errors.append(
                error | {"message": f"Requesting {size} records on the `{name}` connection {relation} {limit}."}
            )
            return 1
        return size
    error["type"] = "MISSING_PAGINATION_BOUNDARIES"
    message = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
    cost.errors.append(error | {"message": message})
    return 1
