"""Merge three configuration files into one: the host's, the owner's and the repository's own.

Nearer files win over outer ones, except for keys that an outer file locks. Every effective value records its source. A
file with a mistake is not used at all: half a configuration is one that nobody wrote.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any

from bot.core.config.mistakes import impossible, locked_key, mistyped, root_mistake, unknown_key
from bot.core.config.schema import build, built, faults
from bot.core.config.yaml import ConfigMistake, Key, Mapping, Spot, Value, plain_value, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Mapping as MappingOf

    from bot.core.config.model import RepositoryConfig

ROOT = "plangate"
NESTED = frozenset({"artifacts", "rules", "commands"})
"""Keys whose names are merged one by one; of the others the nearest one wins whole."""

_MEANS_US = re.compile(r"\ufeff?[ \t]{0,16}\{?[ \t]{0,16}([\"']?)" + ROOT + r"\1[ \t]{0,16}:")
"""A line that sets the `plangate` key: in quotes, in braces, indented or after a byte order mark."""

MAX_MISTAKES = 50
"""Mistakes that are reported at once, of wrong types and of wrong values each."""


class Rank(StrEnum):
    """Owner of a configuration file, outermost first."""

    HOST = "host"
    OWNER = "owner"
    REPOSITORY = "repository"


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that a value comes from: rank, displayed path and commit (None for a file on disk)."""

    rank: Rank
    path: str
    sha: str | None = None
    private: bool = False
    """The file is in a private repository, so a public repository does not show its values."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that a file sets. `value` is a JSON value."""

    path: str
    value: Any
    spot: Spot


@dataclass(frozen=True, slots=True)
class ConfigLayer:
    """The settings of one file; empty when the file has a mistake."""

    origin: Origin
    settings: MappingOf[str, Setting] = field(default_factory=dict)
    mistakes: tuple[ConfigMistake, ...] = ()
    """In the order of their lines."""
    present: bool = False
    """The file has a `plangate:` key."""

    @property
    def locked(self) -> tuple[str, ...]:
        """The keys that the file locks for nearer files."""
        setting = self.settings.get("locked")
        return tuple(setting.value) if setting else ()


@dataclass(frozen=True, slots=True)
class Effective:
    """The merged configuration. `origins` has the file and position of every key that a file sets."""

    config: RepositoryConfig
    origins: MappingOf[str, tuple[Origin, Spot]]
    overruled: tuple[tuple[Origin, ConfigMistake], ...] = ()
    """Settings of nearer files that are ignored because an outer file locks the key."""
    locks: MappingOf[str, Origin] = field(default_factory=dict)
    """The locked keys, each with the outermost file that locks it."""


def read_layer(text: str | None, origin: Origin, rule_ids: Iterable[str]) -> ConfigLayer:
    """Read the settings and mistakes below `plangate:`. A `text` of None means no file. Never raises."""
    if text is None:
        return ConfigLayer(origin)
    value, mistakes = read_yaml(text)
    if mistakes or value is None:
        return ConfigLayer(origin, mistakes=mistakes, present=bool(mistakes) and _names_us(text))
    if not isinstance(value.content, Mapping):
        return ConfigLayer(origin)
    our_key = next((pair for pair in value.content.pairs if pair[0].name == ROOT), None)
    if our_key is None:
        return ConfigLayer(origin)
    settings, mistakes = _settings(our_key[1], origin.rank, frozenset(rule_ids))
    return ConfigLayer(origin, {} if mistakes else settings, mistakes, present=True)


def _names_us(text: str) -> bool:
    """Whether a file that is not YAML is meant for Plangate: other tools use the name `app.yml` too."""
    return any(map(_MEANS_US.match, text.splitlines()))


def _settings(
    body: Value, rank: Rank, rule_ids: frozenset[str]
) -> tuple[dict[str, Setting], tuple[ConfigMistake, ...]]:
    if body.content is None:
        return {}, ()
    if not isinstance(body.content, Mapping):
        return {}, (root_mistake(body.spot),)
    spots = dict(_spots(body, ()))
    values = plain_value(body)
    faults = _faults(values)
    settings = {path: Setting(path, value, spot) for path, value, spot in _leaves(body)}
    mistyped_paths = {_path_of(fault["loc"]) for fault in faults}
    of_meaning = (
        mistake
        for setting in settings.values()
        if setting.path not in mistyped_paths
        for mistake in impossible(setting.path, setting.value, spots, rank is Rank.REPOSITORY, rule_ids)
    )
    of_type = (_mistake(fault, spots, values) for fault in faults)
    mistakes = (*islice(of_type, MAX_MISTAKES), *islice(of_meaning, MAX_MISTAKES))
    return settings, tuple(sorted(mistakes, key=lambda mistake: (mistake.spot.line, mistake.spot.column)))


def _faults(values: Any) -> Sequence[Any]:
    """Type errors reported by pydantic, which is loaded only for values that are not obviously right."""
    return () if built(values) is not None else faults(values)


def _path_of(place: tuple[str | int, ...]) -> str:
    """The path of the setting that a type error is in, as `_leaves` writes it."""
    names = place[: 2 if place[0] in NESTED else 1]
    return ".".join(str(name) for name in names)


def _mistake(fault: Any, spots: MappingOf[tuple[str | int, ...], tuple[Spot, Spot]], values: Any) -> ConfigMistake:
    where = tuple(fault["loc"])
    while where and where not in spots:
        where = where[:-1]
    key_spot, value_spot = spots.get(where, (Spot(1, 1), Spot(1, 1)))
    if fault["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        return unknown_key(tuple(str(part) for part in fault["loc"]), key_spot)
    return mistyped(where, _value_at(values, where), fault, value_spot)


def _value_at(values: Any, where: tuple[str | int, ...]) -> Any:
    for part in where:
        values = values[part]
    return values


def _spots(value: Value, path: tuple[str | int, ...]) -> Iterable[tuple[tuple[str | int, ...], tuple[Spot, Spot]]]:
    """Every path with the place of its key (its own, for an item of a list) and of its value."""
    content = value.content
    if isinstance(content, Mapping):
        for key, child in content.pairs:
            yield (*path, key.name), (key.spot, child.spot)
            yield from _spots(child, (*path, key.name))
    elif not isinstance(content, (str, int, float, bool, type(None))):
        for index, child in enumerate(content.items):
            yield (*path, index), (child.spot, child.spot)
            yield from _spots(child, (*path, index))


def _leaves(body: Value) -> Iterable[tuple[str, Any, Spot]]:
    for key, value in _pairs(body):
        if key.name in NESTED and isinstance(value.content, Mapping):
            for inner, child in value.content.pairs:
                yield f"{key.name}.{inner.name}", plain_value(child), inner.spot
        elif key.name not in NESTED:
            yield key.name, plain_value(value), key.spot


def _pairs(value: Value) -> tuple[tuple[Key, Value], ...]:
    return value.content.pairs if isinstance(value.content, Mapping) else ()


def is_locked(path: str, locks: Iterable[str]) -> bool:
    """Whether the key, or the mapping that contains it, is locked."""
    return any(path == lock or path.startswith(f"{lock}.") for lock in locks)


def merge(layers: Iterable[ConfigLayer]) -> Effective:
    """Merge layers, outermost first. A locked key keeps the outer files' value."""
    winners: dict[str, tuple[Setting, Origin]] = {}
    overruled: list[tuple[Origin, ConfigMistake]] = []
    locks: dict[str, Origin] = {}
    for layer in layers:
        for path, setting in layer.settings.items():
            if path == "locked":
                continue
            holder = next((origin for lock, origin in locks.items() if is_locked(path, (lock,))), None)
            if holder is None:
                winners[path] = (setting, layer.origin)
            elif path not in winners or winners[path][0].value != setting.value:
                overruled.append((layer.origin, locked_key(path, holder.path, setting.spot)))
        for lock in layer.locked:
            locks.setdefault(lock, layer.origin)
    values = _nested({path: setting.value for path, (setting, _) in winners.items()})
    if locks:
        values["locked"] = sorted(locks)
    origins = {path: (origin, setting.spot) for path, (setting, origin) in winners.items()}
    return Effective(build(values), origins, tuple(overruled), locks)


def by_source(effective: Effective) -> dict[Origin, dict[str, Any]]:
    """The settings in force by the file that they come from, as JSON values in the form that they have in the file."""
    # Not `plain_config`: every JSON report needs this, and pydantic takes longer to load than a plan to judge.
    values = json.loads(json.dumps(asdict(effective.config)))
    flat: dict[Origin, dict[str, Any]] = {}
    for path, (origin, _) in effective.origins.items():
        head, _, tail = path.partition(".")
        value = values[head][tail] if tail and head in NESTED else values[head]
        flat.setdefault(origin, {})[path] = value
    for lock, origin in effective.locks.items():
        flat.setdefault(origin, {}).setdefault("locked", []).append(lock)
    return {origin: _nested(settings) for origin, settings in sorted(flat.items(), key=lambda pair: _depth(pair[0]))}


def _depth(origin: Origin) -> int:
    """0 for the outermost file."""
    return list(Rank).index(origin.rank)


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for path, value in flat.items():
        head, _, tail = path.partition(".")
        if tail and head in NESTED:
            values.setdefault(head, {})[tail] = value
        else:
            values[path] = value
    return values
