"""How much a GraphQL query asks for, as a measure of when it is too much."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, GraphQLError, OperationDefinitionNode, parse

if TYPE_CHECKING:
    from graphql import SelectionSetNode

_MOST = 100_000
"""It is not counted farther."""


@lru_cache(maxsize=256)
def weight(query: str) -> int:
    """The fields that a query asks for, those of a fragment as often as it is used; 0 for what is no query."""
    try:
        document = parse(query, no_location=True)
    except GraphQLError:
        return 0
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    rest: list[SelectionSetNode] = [
        one.selection_set for one in document.definitions if isinstance(one, OperationDefinitionNode)
    ]
    count = 0
    while rest and count < _MOST:
        for one in rest.pop().selections:
            if isinstance(one, FragmentSpreadNode):
                rest += [fragments[one.name.value].selection_set] if one.name.value in fragments else []
                continue
            count += isinstance(one, FieldNode)
            rest += [inside] if (inside := getattr(one, "selection_set", None)) is not None else []
    return count
