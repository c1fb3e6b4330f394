"""Validate request bodies against GitHub's official description, with GitHub's error messages."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from bot.sandbox.errors import ApiError, invalid

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}
_BYTES = 65_535


@cache
def schemas() -> dict[str, Any]:
    """The body schemas by operation id."""
    return dict(json.loads((files("bot.sandbox.official") / "requests.json").read_text()))


def validate(operation: str, body: Any, *, present: bool) -> None:
    """Check a body. Raises `ApiError` 422 (400 when the body is no object)."""
    schema = schemas().get(operation)
    if schema is None or (not present and not schema.get("required")):
        return
    if not isinstance(body, dict):
        raise ApiError(400, "Body should be a JSON object")
    problems = list(_problems(body, schema, ""))
    if problems:
        raise ApiError(422, "Invalid request.\n\n" + "\n".join(problems))
    if operation in {"checks/create", "checks/update"}:
        _bytes(body)


def _problems(value: Any, schema: dict[str, Any], path: str) -> list[str]:
    for choice in ("oneOf", "anyOf"):
        if choice in schema and not any(not _problems(value, option, path) for option in schema[choice]):
            return [f'No subschema in "{choice}" matched.']
    if value is None and schema.get("nullable"):
        return []
    kind = schema.get("type")
    expected = _TYPES.get(kind or "")
    if expected and (not isinstance(value, expected) or (isinstance(value, bool) and kind != "boolean")):
        return [f"For '{path or '/'}', {json.dumps(value)[:100]} is not {_article(str(kind))}."]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{json.dumps(value)[:100]} is not a member of {json.dumps(schema['enum'])}."]
    return _inside(value, schema, path)


def _inside(value: Any, schema: dict[str, Any], path: str) -> list[str]:
    if isinstance(value, str):
        return _lengths(len(value), schema.get("minLength", 0), schema.get("maxLength"), "characters")
    if isinstance(value, list):
        problems = _lengths(len(value), schema.get("minItems", 0), schema.get("maxItems"), "items")
        inner = schema.get("items", {})
        return problems + [p for index, child in enumerate(value) for p in _problems(child, inner, f"{path}/{index}")]
    return _object(value, schema, path) if isinstance(value, dict) else []


def _object(value: dict[str, Any], schema: dict[str, Any], path: str) -> list[str]:
    properties = schema.get("properties", {})
    problems = [f'"{name}" wasn\'t supplied.' for name in schema.get("required", []) if name not in value]
    if schema.get("additionalProperties") is False:
        problems += [f'"{name[:100]}" is not a permitted key.' for name in value if name not in properties]
    for name, child in value.items():
        if name in properties:
            problems += _problems(child, properties[name], f"{path}/{name}" if path else f"properties/{name}")
    return problems


def _lengths(size: int, least: int, most: int | None, unit: str) -> list[str]:
    if most is not None and size > most:
        allowed = f"Only {most} {unit} are" if unit == "characters" else f"No more than {most} {unit} are"
        return [f"{allowed} allowed; {size} were supplied."]
    if size < least:
        return [f"At least {least} {unit} are required; only {size} were supplied."]
    return []


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"


def _bytes(body: dict[str, Any]) -> None:
    """GitHub checks the columns' size in bytes after the characters (github/docs#35252)."""
    output = body.get("output") or {}
    for name in ("summary", "text"):
        if len(str(output.get(name) or "").encode()) > _BYTES:
            raise invalid("CheckRun", name, "custom", f"{name} exceeds a maximum bytesize of {_BYTES}")
    for annotation in output.get("annotations") or []:
        for name in ("message", "raw_details"):
            if len(str(annotation.get(name) or "").encode()) > 64 * 1024:
                raise invalid("CheckAnnotation", name, "custom", f"{name} exceeds a maximum bytesize of 65536")
