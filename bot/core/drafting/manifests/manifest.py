"""What one manifest says about its project, each value with its address."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bot.core.text.neutral import plain_line

MAX_MANIFEST = 256 * 1024
"""Bytes (characters, to be exact) of a manifest that are read; a larger one says nothing."""

MAX_VALUE = 80
"""Characters of one value: a version, a name."""

MAX_LINE = 2_000
MAX_NAMES = 100
"""Names that are taken from one manifest."""

_NAME = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9._/@+-]{0,79}")
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+){0,2}")
_FLOOR = re.compile(r"\s*>=?\s*v?([0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A value and where it stands. `value` is foreign, on one line and bounded; `line` is 1-based."""

    value: str
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """What one manifest says."""

    path: str
    language: Evidence | None = None
    """`Rust 1.90`; the bare name where no version is said."""
    dependencies: tuple[Evidence, ...] = ()
    """What it needs at run time, by its own names, in its own order."""
    testing: tuple[Evidence, ...] = ()
    """Test tools by the names people use: `pytest`, `cargo test`."""
    kinds: tuple[Evidence, ...] = ()
    """What it is: `command line`, `library`, `web service`, `web app`, `mobile app`, `desktop app`."""
    members: tuple[str, ...] = ()
    """Workspace members as written: paths or globs."""
    platforms: tuple[Evidence, ...] = ()
    name: str = ""
    storage: tuple[Evidence, ...] = ()
    """What it stores in, where a dependency's own settings say so."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest's text, with a way to say on which line something stands."""

    path: str
    text: str
    lines: tuple[str, ...] = field(default=())

    @property
    def folder(self) -> str:
        """The folder it stands in, empty for the repository's root."""
        return self.path.rpartition("/")[0]

    @property
    def file(self) -> str:
        """Its own name."""
        return self.path.rpartition("/")[2]

    def at(self, needle: str, after: int = 0) -> int | None:
        """The first line (1-based) beyond `after` that holds a text."""
        return next((n for n, line in enumerate(self.lines[after:], start=after + 1) if needle in line), None)

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first line that a pattern is found in; lines are looked at up to `MAX_LINE` characters."""
        return next((found for line in self.lines if (found := pattern.search(line[:MAX_LINE]))), None)

    def all(self, pattern: re.Pattern[str]) -> list[tuple[re.Match[str], int]]:
        """Every line that a pattern is found in, with its number; at most `MAX_NAMES`."""
        found = ((pattern.search(line[:MAX_LINE]), number) for number, line in enumerate(self.lines, start=1))
        return list(islice(((match, number) for match, number in found if match), MAX_NAMES))

    def here(self, value: str, line: int) -> Evidence:
        """A value that is said on a line."""
        return Evidence(plain_line(value, MAX_VALUE), self.path, line)

    def known(self, value: str, needle: str = "") -> Evidence:
        """A value that is said on the first line with `needle`; on the first line where no line has it."""
        return Evidence(plain_line(value, MAX_VALUE), self.path, self.at(needle) or 1 if needle else 1)


def manifest_of(path: str, text: str) -> Manifest | None:
    """A manifest to read, None where it is too large."""
    if len(text) > MAX_MANIFEST:
        return None
    return Manifest(path, text, tuple(text.split("\n")))


def toml(text: str) -> dict[str, Any]:
    """The document, empty where it is none. Depth is bounded by the text's size and Python's own recursion limit."""
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {}


def json_object(text: str) -> dict[str, Any]:
    """The object, empty where it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def table(value: object, *keys: str) -> dict[str, Any]:
    """The table below some keys, empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def words(value: object) -> tuple[str, ...]:
    """The texts in a list, at most `MAX_NAMES`; empty for anything but a list."""
    return tuple(item for item in value[:MAX_NAMES] if isinstance(item, str)) if isinstance(value, list) else ()


def text_of(value: object) -> str:
    """A text, a number as one, or nothing."""
    return value if isinstance(value, str) else str(value) if type(value) in (int, float) else ""


def is_name(text: str) -> bool:
    """Whether a text can be a package's name."""
    return _NAME.fullmatch(text) is not None


def version(written: str, parts: int = 2) -> str:
    """The first version in a requirement, cut to so many parts: `^5.4.2` gives `5.4`. Empty where there is none."""
    found = _VERSION.search(written[:MAX_VALUE])
    return ".".join(found[0].split(".")[:parts]) if found else ""


def at_least(written: str) -> str:
    """A requirement as people say it: `>=3.11,<4` gives `3.11+`, `3.11` stays. Empty where there is no version."""
    floor = _FLOOR.match(written[:MAX_VALUE])
    return f"{floor[1]}+" if floor else version(written)


def joined(name: str, number: str) -> str:
    """`Rust 1.90`, or the bare name."""
    return f"{name} {number}".strip()
