"""GitHub's GraphQL schema, cut down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

from bot.sandbox.gql.fields import KEPT

if TYPE_CHECKING:
    from collections.abc import Sequence

_BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}


def named(node: TypeNode) -> str:
    """The type that a type expression wraps: `[Ref!]!` is about `Ref`."""
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    assert isinstance(node, NamedTypeNode)  # noqa: S101 -- true by the line above; this narrows for the type checker
    return node.name.value


def prune_graphql(sdl: str) -> str:
    """The schema cut down to `KEPT`, with every enum, input and scalar that is still mentioned."""
    document = parse(sdl, no_location=True)
    by_name = {node.name.value: node for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    pruned: dict[str, TypeDefinitionNode] = {}
    wanted = list(KEPT)
    while wanted:
        name = wanted.pop()
        if name in pruned or name in _BUILT_IN:
            continue
        pruned[name], reached = _reduce(by_name[name])
        wanted.extend(reached)
    nodes = [pruned[name] for name in sorted(pruned)]
    return print_ast(DocumentNode(definitions=tuple(nodes))) + "\n"


def _reduce(node: TypeDefinitionNode) -> tuple[TypeDefinitionNode, list[str]]:
    """The node without prose and without what is not kept; with the types that it mentions."""
    node = replace(node, description=None, directives=())
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        return _reduce_object(node)
    if isinstance(node, InputObjectTypeDefinitionNode):
        fields = _inputs(node.fields)
        return replace(node, fields=fields), [named(field.type) for field in fields]
    if isinstance(node, EnumTypeDefinitionNode):
        values = tuple(replace(value, description=None, directives=()) for value in node.values or ())
        return replace(node, values=values), []
    if isinstance(node, UnionTypeDefinitionNode):
        return replace(node, types=tuple(member for member in node.types or () if member.name.value in KEPT)), []
    if isinstance(node, ScalarTypeDefinitionNode):
        return node, []
    raise SystemExit(f"{node.name.value} is a kind of type that this script does not know")


def _reduce_object(
    node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode,
) -> tuple[TypeDefinitionNode, list[str]]:
    name = node.name.value
    if name not in KEPT:
        raise SystemExit(f"{name} is mentioned by a kept field, but is not kept itself")
    names = KEPT[name].split()
    missing = set(names) - {field.name.value for field in node.fields or ()}
    if missing:
        raise SystemExit(f"{name} has no field {', '.join(sorted(missing))} in GitHub's schema")
    fields = tuple(
        replace(field, description=None, directives=(), arguments=_inputs(field.arguments))
        for field in node.fields or ()
        if field.name.value in names
    )
    reached = [named(field.type) for field in fields]
    reached += [named(argument.type) for field in fields for argument in field.arguments or ()]
    interfaces = tuple(interface for interface in node.interfaces or () if interface.name.value in KEPT)
    return replace(node, interfaces=interfaces, fields=fields), reached


def _inputs(values: Sequence[InputValueDefinitionNode] | None) -> tuple[InputValueDefinitionNode, ...]:
    return tuple(replace(value, description=None, directives=()) for value in values or ())
