"""Make the pruned copies of GitHub's official descriptions: `python -m bot.sandbox.vendor`.

Fetches the pinned npm packages with `npm pack`, keeps what the sandbox answers, strips the prose, and writes
`official/`. With `--check` it writes nothing and fails on drift. Needs npm and a network; nothing at run time calls it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from bot.sandbox.routing import operations

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGES = {
    "openapi": "@octokit/openapi@23.0.2",
    "graphql": "@octokit/graphql-schema@15.26.1",
}
OFFICIAL = Path(__file__).parent / "official"
_PROSE = {"description", "summary", "example", "examples", "externalDocs", "title", "deprecated"}
_BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}

Json = dict[str, Any]


def fetch(package: str, into: Path) -> Path:
    """Unpack an npm package; returns its folder. Raises `CalledProcessError` when npm cannot have it."""
    packed = subprocess.run(["npm", "pack", "--silent", package], cwd=into, check=True, capture_output=True, text=True)
    archive = into / packed.stdout.strip().splitlines()[-1]
    folder = into / archive.stem
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


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
    kept: dict[str, TypeDefinitionNode] = {}
    wanted = list(KEPT)
    while wanted:
        name = wanted.pop()
        if name in kept or name in _BUILT_IN:
            continue
        kept[name], found = _reduce(by_name[name])
        wanted.extend(found)
    nodes = [kept[name] for name in sorted(kept)]
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
        return replace(node, types=tuple(one for one in node.types or () if one.name.value in KEPT)), []
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
    found = [named(field.type) for field in fields]
    found += [named(argument.type) for field in fields for argument in field.arguments or ()]
    interfaces = tuple(one for one in node.interfaces or () if one.name.value in KEPT)
    return replace(node, interfaces=interfaces, fields=fields), found


def _inputs(values: Sequence[InputValueDefinitionNode] | None) -> tuple[InputValueDefinitionNode, ...]:
    return tuple(replace(value, description=None, directives=()) for value in values or ())


def strip(schema: Any) -> Any:
    """A JSON schema without its prose. A property that happens to be called `title` stays."""
    if isinstance(schema, list):
        return [strip(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in _PROSE}
    return {
        key: {name: strip(one) for name, one in value.items()} if key == "properties" else strip(value)
        for key, value in kept.items()
    }


def resolve(schema: Any, root: Json, depth: int = 0) -> Any:
    """The schema with its references put in place (request bodies are small and not recursive)."""
    if depth > 40:  # noqa: PLR2004 -- far deeper than any body of GitHub's
        raise SystemExit("a request schema refers to itself")
    if isinstance(schema, list):
        return [resolve(item, root, depth + 1) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return resolve(target, root, depth + 1)
    return {key: resolve(value, root, depth + 1) for key, value in schema.items()}


def described(root: Json) -> dict[str, Json]:
    """The operations of an OpenAPI description by operation id, each with its `method` and `path`."""
    return {
        operation["operationId"]: {**operation, "method": method.upper(), "path": path}
        for path, methods in root["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict) and "operationId" in operation
    }


def prune_requests(root: Json) -> str:
    """The JSON bodies that GitHub accepts, by operation id."""
    known = described(root)
    bodies = {}
    for operation in sorted(operations()):
        content = known[operation].get("requestBody", {}).get("content", {})
        if "application/json" in content:
            bodies[operation] = strip(resolve(content["application/json"]["schema"], root))
    return json.dumps(bodies, indent=1, sort_keys=True) + "\n"


def produce() -> dict[str, str]:
    """Every vendored file, by its name in `official/`."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder)
        openapi = json.loads((fetch(PACKAGES["openapi"], into) / "generated/api.github.com.json").read_text())
        sdl = (fetch(PACKAGES["graphql"], into) / "schema.graphql").read_text()
    return {"schema.graphql": prune_graphql(sdl), "requests.json": prune_requests(openapi)}


def main() -> int:
    """Write the files, or with `--check` compare them. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file would change")
    check = parser.parse_args().check
    drift = [name for name, text in produce().items() if _differs(name, text, write=not check)]
    sys.stdout.write(f"{'differs' if check else 'written'}: {', '.join(drift) or 'nothing'}\n")
    return 1 if check and drift else 0


def _differs(name: str, text: str, *, write: bool) -> bool:
    path = OFFICIAL / name
    if path.exists() and path.read_text() == text:
        return False
    if write:
        path.write_text(text)
    return True


if __name__ == "__main__":
    sys.exit(main())
