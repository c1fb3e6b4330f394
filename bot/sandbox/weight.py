"""The size of a GraphQL query in fields, by which a test's GitHub finds it too large."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, GraphQLError, OperationDefinitionNode, parse

if TYPE_CHECKING:
    from graphql import SelectionSetNode

_MOST = 100_000
"""The count stops here."""


@lru_cache(maxsize=256)
def weight(query: str) -> int:
    """The fields that a query asks for, those of a fragment as often as it is used; 0 for what is no query."""
    try:
        document = parse(query, no_location=True)
    except GraphQLError:
        return 0
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    waiting: list[SelectionSetNode] = [
        definition.selection_set
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    ]
    count = 0
    while waiting and count < _MOST:
        for selection in waiting.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                waiting += [fragments[selection.name.value].selection_set] if selection.name.value in fragments else []
                continue
            count += isinstance(selection, FieldNode)
            waiting += [inside] if (inside := getattr(selection, "selection_set", None)) is not None else []
    return count
