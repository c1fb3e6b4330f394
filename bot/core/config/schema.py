"""Validation, JSON Schema and reference page of `plangate:`, all generated from `RepositoryConfig`."""

from __future__ import annotations

import dataclasses
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from bot.core.change.feature import ARTIFACTS
from bot.core.config.model import Commands, RepositoryConfig
from bot.core.config.yaml import plain_value, read_yaml
from bot.core.text.globs import MAX_PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pydantic

HOST_ONLY: Final = frozenset({"ungoverned"})
"""Keys that a repository cannot set for itself."""

MAX_BRANCHES: Final = 400
"""Characters of the branch pattern."""
MAX_ITEMS: Final = 100
"""Items of one list."""
GLOBS: Final = ("specs", "legacy", "code", "ignore", "self_configured")
"""Keys whose items are globs."""
PREFIX: Final = "/[a-z][a-z0-9-]{0,30}"
"""How `commands.prefix` may be spelt."""

SCHEMA_ID: Final = "https://json-schema.org/draft/2020-12/schema"

EXAMPLES: Final[Mapping[str, str]] = {
    "mode": "mode: advise",
    "branches": "branches: '^feat/(?P<number>[0-9]{3,})-(?P<slug>[^/]*)$'",
    "specs": 'specs: ["apps/*/specs"]',
    "number": "number: issue",
    "unmatched": "unmatched: require-feature",
    "since": "since: 14",
    "legacy": 'legacy: ["specs/00?-*"]',
    "code": 'code: ["crates/**"]',
    "ignore": 'ignore: ["specs/archive/**"]',
    "artifacts": 'artifacts: {research.md: required, "contracts/": "off"}',
    "rules": "rules: {number-collision: warning}",
    "commands.prefix": "commands: {prefix: /gate}",
    "commands.start": "commands: {start: maintain}",
    "commands.commit": "commands: {commit: maintain}",
    "commands.waive": "commands: {waive: admin}",
    "waive_own": "waive_own: true",
    "comment": "comment: never",
    "suggest": "suggest: true",
    "self_configured": 'self_configured: ["release/*"]',
    "ungoverned": "ungoverned: silent",
    "locked": "locked: [mode, waive]",
}
"""For each key, a setting that differs from its default. The tests apply every one."""


@lru_cache(maxsize=1)
def _adapter() -> pydantic.TypeAdapter[RepositoryConfig]:
    import pydantic  # noqa: PLC0415  a third of the time of `plangate check`, and seldom needed

    return pydantic.TypeAdapter(RepositoryConfig)


def build(values: Mapping[str, Any]) -> RepositoryConfig:
    """Build the configuration from JSON values; missing keys have their defaults.

    Raises:
        pydantic.ValidationError: for values of the wrong type; it lists every one.
    """
    return built(values) or _adapter().validate_json(json.dumps(values))


_KEYS: Final = frozenset(field.name for field in dataclasses.fields(RepositoryConfig))
_COMMAND_KEYS: Final = frozenset(field.name for field in dataclasses.fields(Commands))


def built(values: Any) -> RepositoryConfig | None:
    """The configuration where every key exists and every value has its type; None where pydantic has to decide."""
    if not isinstance(values, dict) or not _KEYS.issuperset(values):
        return None
    commands = values.get("commands")
    if isinstance(commands, dict) and not _COMMAND_KEYS.issuperset(commands):
        return None
    try:
        json.dumps(values, ensure_ascii=False).encode()
        return msgspec.convert(values, RepositoryConfig)
    except (msgspec.ValidationError, UnicodeEncodeError):  # lone surrogates are no text
        return None


def faults(values: Any) -> Sequence[Any]:
    """The type errors of a configuration, as pydantic lists them; empty for none."""
    import pydantic  # noqa: PLC0415  as above

    try:
        _adapter().validate_json(json.dumps(values))
    except pydantic.ValidationError as error:
        return error.errors(include_url=False)
    return ()


def json_schema(rule_ids: tuple[str, ...]) -> dict[str, Any]:
    """The JSON Schema of an `app.yml`, for editors. Keys beside `plangate:` belong to GitHub's App manifest."""
    schema = _adapter().json_schema(ref_template="#/$defs/{model}")
    definitions = schema.pop("$defs")
    _add_examples(schema["properties"], definitions["Commands"]["properties"])
    schema["properties"]["artifacts"] |= {"propertyNames": {"enum": list(ARTIFACTS)}}
    schema["properties"]["rules"] |= {"propertyNames": {"enum": list(rule_ids)}}
    _add_bounds(schema["properties"], definitions["Commands"]["properties"], rule_ids)
    # `plangate:` without a value is valid.
    schema["type"] = [schema["type"], "null"]
    return {
        "$schema": SCHEMA_ID,
        "title": "Plangate's part of app.yml",
        "type": "object",
        "properties": {"plangate": schema},
        "$defs": definitions,
    }


def _add_bounds(properties: dict[str, Any], commands: dict[str, Any], rule_ids: tuple[str, ...]) -> None:
    """Add the limits that the types do not express and an editor can check; `mistakes` checks the others."""
    properties["since"]["anyOf"][0]["minimum"] = 0
    properties["branches"] |= {
        "maxLength": MAX_BRANCHES,
        "pattern": r"\(\?P<number>[\s\S]*\(\?P<slug>|\(\?P<slug>[\s\S]*\(\?P<number>",
    }
    properties["specs"]["minItems"] = 1
    for name in GLOBS:
        listed = properties[name]["anyOf"][0] if "anyOf" in properties[name] else properties[name]
        listed["maxItems"] = MAX_ITEMS
        listed["items"] |= {"minLength": 1, "maxLength": MAX_PATTERN, "pattern": r"^[^/!]"}
    commands["prefix"]["pattern"] = f"^{PREFIX}$"
    single = [*(f"rules.{rule}" for rule in rule_ids), *(f"artifacts.{name}" for name in ARTIFACTS)]
    properties["locked"] |= {"maxItems": MAX_ITEMS, "items": {"enum": [*sorted(lockable()), *single]}}


def _add_examples(properties: dict[str, Any], commands: dict[str, Any]) -> None:
    for path, text in EXAMPLES.items():
        value, _ = read_yaml(text)
        example = plain_value(value)
        head, _, tail = path.partition(".")
        if tail:
            commands[tail]["examples"] = [example["commands"][tail]]
        else:
            properties[head]["examples"] = [example[head]]


def lockable() -> frozenset[str]:
    """Names that `locked` accepts, besides single rules and artifacts."""
    return frozenset(key.path for key in all_keys()) - {"locked"} | {"commands", "waive"}


@dataclasses.dataclass(frozen=True, slots=True)
class KeyReference:
    """One key, as shown by the reference page and `config show`."""

    path: str
    kind: str
    """The key's type in words."""
    default: Any
    """A JSON value."""
    choices: tuple[str, ...]
    text: str


@lru_cache(maxsize=1)
def all_keys() -> tuple[KeyReference, ...]:
    """Every key in the model's order; each key of `commands` is listed separately."""
    schema = _adapter().json_schema()
    definitions = schema["$defs"]
    keys: list[KeyReference] = []
    for name, facts in schema["properties"].items():
        if name == "commands":
            commands = definitions["Commands"]["properties"]
            keys += [_key(f"commands.{key}", facts_of, definitions) for key, facts_of in commands.items()]
        else:
            keys.append(_key(name, facts, definitions))
    return tuple(keys)


def _key(path: str, facts: dict[str, Any], definitions: dict[str, Any]) -> KeyReference:
    target = facts
    while "$ref" in target or "additionalProperties" in target or "anyOf" in target or "items" in target:
        inner = target.get("additionalProperties") or target.get("items") or target
        if "anyOf" in inner:
            inner = next(option for option in inner["anyOf"] if option.get("type") != "null")
        if "$ref" in inner:
            inner = definitions[inner["$ref"].rsplit("/", 1)[-1]]
        target = inner
    kind = _kind(facts, target)
    text = " ".join(str(facts.get("description", "")).split())
    return KeyReference(path, kind, _default(path), tuple(target.get("enum", ())), text)


def _kind(facts: dict[str, Any], target: dict[str, Any]) -> str:
    if "additionalProperties" in facts:
        return "mapping of names to words"
    inner = next((option for option in facts.get("anyOf", ()) if option.get("type") != "null"), facts)
    if "items" in inner:
        return "list of text"
    if "enum" in target:
        return "word"
    return {"boolean": "true or false", "integer": "whole number", "string": "text"}[target["type"]]


def _default(path: str) -> Any:
    value: Any = dataclasses.asdict(RepositoryConfig())
    for part in path.split("."):
        value = value[part]
    return list(value) if isinstance(value, tuple) else value


def plain_config(config: RepositoryConfig) -> dict[str, Any]:
    """The configuration as JSON values, with every key."""
    values: dict[str, Any] = _adapter().dump_python(config, mode="json")
    return values
