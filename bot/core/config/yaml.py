"""Parse untrusted YAML with the position of every key and value; bounded in size, depth and number of values.

PyYAML's own constructor is not used: it builds YAML 1.1 values (`on:` becomes True) and drops positions. This module
walks the node graph instead and counts the values that an alias expands to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Protocol

import yaml
from msgspec import Struct

MAX_BYTES: Final = 64 * 1024
"""Bytes of a file that is read; GitHub's largest manifest example has 2 KB."""
MAX_DEPTH: Final = 12
MAX_VALUES: Final = 4000
"""Keys and values together, with aliases expanded."""

LINK: Final = "\nplangate:\n\0 a symbolic link"
"""Substitute text for a file that is a symbolic link; no real text contains a NUL."""

Scalar = str | int | float | bool | None


class Spot(Struct, frozen=True):
    """A position in the text: 1-based line and column, and the length in characters."""

    line: int
    column: int
    length: int = 1


class ConfigMistake(Struct, frozen=True):
    """A mistake in a configuration file and how to fix it."""

    spot: Spot
    title: str
    """Without a full stop: `unknown key artefacts`. May hold foreign text."""
    remedy: str
    """A sentence: "Did you mean `artifacts`?"."""


class Value(Struct, frozen=True):
    """A value with its position."""

    spot: Spot
    content: Scalar | Sequence | Mapping


class Sequence(Struct, frozen=True):
    """A list."""

    items: tuple[Value, ...]


class Mapping(Struct, frozen=True):
    """A mapping with unique string keys."""

    pairs: tuple[tuple[Key, Value], ...]


class Key(Struct, frozen=True):
    """A mapping's key with its position."""

    name: str
    spot: Spot


class _UnreadableError(Exception):
    """The mistake that ends parsing."""

    def __init__(self, mistake: ConfigMistake) -> None:
        super().__init__(mistake.title)
        self.mistake = mistake


class _Mark(Protocol):
    """A position as PyYAML reports it, 0-based."""

    line: int
    column: int


_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that YAML forbids: https://yaml.org/spec/1.2.2/#51-character-set"""
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,18}|[0-9]{1,18}\.[0-9]{0,18})(?:[eE][-+]?[0-9]{1,3})?\Z")
_PREFIX = "tag:yaml.org,2002:"
_TAGS = {
    f"{_PREFIX}{name}" for name in ("str", "seq", "map", "int", "bool", "null", "float", "timestamp", "merge", "value")
}
"""Tags that the parser resolves for untagged text; any other tag is explicit and is refused."""


def read_yaml(text: str) -> tuple[Value | None, tuple[ConfigMistake, ...]]:
    """Parse a document: its value, or None with the mistakes. An empty document has neither. Never raises."""
    try:
        _refuse_text(text)
        _refuse_depth(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        if node is None:
            return None, ()
        walk = _Walk(text.splitlines())
        value = walk.value(node, 0)
    except _UnreadableError as found:
        return None, (found.mistake,)
    except yaml.YAMLError as error:
        return None, (_syntax(error),)
    except (ValueError, RecursionError):
        return None, (ConfigMistake(Spot(1, 1), "the file is no YAML", "Save it as UTF-8 text."),)
    return value, tuple(walk.mistakes)


def plain_value(value: Value | None) -> Any:
    """The value as JSON, without positions."""
    match value.content if value is not None else None:
        case Sequence(items):
            return [plain_value(item) for item in items]
        case Mapping(pairs):
            return {key.name: plain_value(item) for key, item in pairs}
        case scalar:
            return scalar


def _refuse_text(text: str) -> None:
    """Refuse a file that is too large or not text, with a clearer message than the parser's."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise _UnreadableError(
            ConfigMistake(Spot(1, 1), "the file is too large", f"Keep it within {MAX_BYTES // 1024} KB.")
        )
    if text == LINK:
        remedy = "Commit the file itself in its place."
        raise _UnreadableError(ConfigMistake(Spot(1, 1), "the file is a symbolic link, which is not followed", remedy))
    forbidden = _NO_TEXT.search(text)
    if forbidden is None:
        return
    before = text[: forbidden.start()].replace("\r\n", "\n").replace("\r", "\n")
    spot = Spot(before.count("\n") + 1, len(before) - before.rfind("\n"))
    code = ord(forbidden[0])
    if code == 0 or 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004  the surrogates of UTF-16
        raise _UnreadableError(ConfigMistake(spot, "the file is not UTF-8 text", "Save it as UTF-8."))
    raise _UnreadableError(ConfigMistake(spot, f"control character U+{code:04X} is not read here", "Delete it."))


def _refuse_depth(text: str) -> None:
    """Check depth and count before composing: composing recurses and allocates, scanning events does neither."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.events.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.events.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            spot = _spot(event.start_mark)
            raise _UnreadableError(
                ConfigMistake(spot, "the nesting is too deep", f"Keep it within {MAX_DEPTH} levels.")
            )
        if count > 2 * MAX_VALUES:
            raise _too_many(_spot(event.start_mark))


def _too_many(spot: Spot) -> _UnreadableError:
    return _UnreadableError(
        ConfigMistake(spot, "the file holds too many values", f"Keep it within {MAX_VALUES} keys and values.")
    )


@dataclass
class _Walk:
    """Converts nodes to values and counts the values that aliases expand to."""

    lines: list[str]

    def __post_init__(self) -> None:
        self.count = 0
        self.mistakes: list[ConfigMistake] = []

    def value(self, node: yaml.Node, depth: int) -> Value:
        spot = _spot(node.start_mark, node.end_mark)
        self.count += 1
        if self.count > MAX_VALUES:
            raise _too_many(spot)
        if depth > MAX_DEPTH:
            # Only an alias that contains itself gets here: the events were counted before.
            raise _UnreadableError(ConfigMistake(spot, "an alias holds itself", "Write the value out."))
        if node.tag not in _TAGS:
            raise _foreign_tag(node.tag, spot)
        if isinstance(node, yaml.ScalarNode):
            return Value(spot, _scalar(node))
        if isinstance(node, yaml.SequenceNode):
            return Value(spot, Sequence(tuple(self.value(item, depth + 1) for item in node.value)))
        assert isinstance(node, yaml.MappingNode)  # noqa: S101  YAML has three kinds of nodes
        return Value(spot, Mapping(tuple(self._pairs(node, depth))))

    def _pairs(self, node: yaml.MappingNode, depth: int) -> list[tuple[Key, Value]]:
        pairs: list[tuple[Key, Value]] = []
        seen: dict[str, Spot] = {}
        for key_node, value_node in node.value:
            spot = _spot(key_node.start_mark, key_node.end_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                raise _UnreadableError(
                    ConfigMistake(spot, "a key is a list or a mapping", "Write a plain word as the key.")
                )
            name = key_node.value
            value = self.value(value_node, depth + 1)
            if name in seen:
                remedy = f"It stands on line {seen[name].line} already. Keep one of the two."
                self.mistakes.append(ConfigMistake(spot, f"key {name} stands twice", remedy))
                continue
            seen[name] = spot
            pairs.append((Key(name, spot), value))
        return pairs


def _scalar(node: yaml.ScalarNode) -> Scalar:
    """The value of a scalar by YAML 1.2's core schema."""
    text: str = node.value
    if node.style:  # quoted, folded or literal: text, whatever it looks like
        return text
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text.lower() == "true"
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def _foreign_tag(tag: str, spot: Spot) -> _UnreadableError:
    return _UnreadableError(
        ConfigMistake(spot, f"tag {tag[:60]} is not read here", "Write a plain value without a tag.")
    )


def _spot(start: _Mark | None, end: _Mark | None = None) -> Spot:
    if start is None:
        return Spot(1, 1)
    same_line = end is not None and end.line == start.line
    length = max(1, end.column - start.column) if end is not None and same_line else 1
    return Spot(start.line + 1, start.column + 1, length)


def _syntax(error: yaml.YAMLError) -> ConfigMistake:
    """The parser's message, with its position where it has one."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or "it is no YAML")
    spot = Spot(mark.line + 1, mark.column + 1) if mark is not None else Spot(1, 1)
    if "found character '\\t'" in problem or "cannot start any token" in problem:
        return ConfigMistake(spot, problem, "Indent with spaces, and quote text that starts with a special character.")
    return ConfigMistake(spot, problem, "Mend the YAML on the reported line or the line before.")
