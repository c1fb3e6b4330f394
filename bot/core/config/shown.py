"""List every key with its value and source, for a terminal and for a reply."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.core.config.layers import Rank
from bot.core.config.model import RepositoryConfig
from bot.core.config.schema import all_keys, plain_config
from bot.core.text.neutral import plain_line

if TYPE_CHECKING:
    from bot.core.config.layers import Effective, Origin

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Row:
    """A key with its displayed value and the file that sets it."""

    key: str
    value: str
    origin: Origin | None
    """None when no file sets the key, or the host's file sets it to its default."""
    line: int | None = None

    @property
    def place(self) -> str:
        """`.github/app.yml@8be41d7:5`, or `default`."""
        if self.origin is None:
            return DEFAULT
        commit = f"@{self.origin.sha[:7]}" if self.origin.sha else ""
        line = f":{self.line}" if self.line is not None else ""
        return f"{self.origin.path}{commit}{line}"


def rows(effective: Effective) -> tuple[Row, ...]:
    """A row for every key, in the model's order; a mapping has a row for each of its names."""
    values, defaults = plain_config(effective.config), plain_config(RepositoryConfig())
    return tuple(_row(path, value, defaults, effective) for key in all_keys() for path, value in _of(key.path, values))


def _of(path: str, values: dict[str, Any]) -> list[tuple[str, Any]]:
    value: Any = values
    for part in path.split("."):
        value = value[part]
    return (
        [(f"{path}.{name}", inner) for name, inner in value.items()]
        if isinstance(value, dict) and value
        else [(path, value)]
    )


def _row(path: str, value: Any, defaults: dict[str, Any], effective: Effective) -> Row:
    origin, spot = effective.origins.get(path, (None, None))
    if origin is not None and origin.rank is Rank.HOST and value == _default(path, defaults):
        origin, spot = None, None
    return Row(path, shown(value), origin, spot.line if spot is not None else None)


def _default(path: str, defaults: dict[str, Any]) -> Any:
    value: Any = defaults
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def shown(value: Any) -> str:
    """A value on one line: text unquoted, any other value as JSON."""
    return plain_line(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
