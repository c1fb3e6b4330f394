"""A manifest's text and the facts found in it, each with its file and line."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bot.core.text.neutral import plain_line

MAX_MANIFEST = 256 * 1024
"""Characters of a manifest that is read; a larger one is ignored."""

MAX_VALUE = 80
"""Characters of one value: a version, a name."""

MAX_LINE = 2_000
MAX_LINES = 10_000
"""Lines of a manifest that are searched."""
MAX_MARKS = 20_000
"""Characters of a document that begin a key, a table or a value; one with more is not parsed."""
MAX_NAMES = 100
"""Names that are read from one manifest."""

_MAX_NUMBER = 10**9
_DEEP_KEY = re.compile(r"""(?<![\w"'-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){16}""")
"""A dotted key of more than 16 parts, in or out of a string. `tomllib` takes memory with the square of their number."""
_NAME = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9._/@+-]{0,79}")
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+){0,2}")
_FLOOR = re.compile(r"\s*>=?\s*v?([0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A value with its source. `value` is foreign text, on one line and bounded; `line` is 1-based."""

    value: str
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """The facts of one manifest."""

    path: str
    language: Evidence | None = None
    """`Rust 1.90`; only the name when there is no version."""
    dependencies: tuple[Evidence, ...] = ()
    """Run-time dependencies by package name, in the manifest's order."""
    testing: tuple[Evidence, ...] = ()
    """Test tools by their usual names: `pytest`, `cargo test`."""
    kinds: tuple[Evidence, ...] = ()
    """Project kinds: `command line`, `library`, `web service`, `web app`, `mobile app`, `desktop app`."""
    members: tuple[str, ...] = ()
    """Workspace members as written: paths or globs."""
    platforms: tuple[Evidence, ...] = ()
    name: str = ""
    storage: tuple[Evidence, ...] = ()
    """Databases that the settings of a dependency name."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest's text, searchable by line."""

    path: str
    text: str
    lines: tuple[str, ...] = field(default=())

    @property
    def folder(self) -> str:
        """The manifest's folder; empty for the repository's root."""
        return self.path.rpartition("/")[0]

    @property
    def file(self) -> str:
        """The manifest's file name."""
        return self.path.rpartition("/")[2]

    def at(self, needle: str, after: int = 0) -> int | None:
        """The first line (1-based) after line `after` that contains a text."""
        return next((n for n, line in enumerate(self.lines[after:], start=after + 1) if needle in line), None)

    def find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match of a pattern in any line; at most `MAX_LINE` characters of a line are searched."""
        return next((match for line in self.lines if (match := pattern.search(line[:MAX_LINE]))), None)

    def all(self, pattern: re.Pattern[str]) -> list[tuple[re.Match[str], int]]:
        """The first match of a pattern in every line, with the line's number; at most `MAX_NAMES`."""
        matches = ((pattern.search(line[:MAX_LINE]), number) for number, line in enumerate(self.lines, start=1))
        return list(islice(((match, number) for match, number in matches if match), MAX_NAMES))

    def here(self, value: str, line: int) -> Evidence:
        """A value found on a line."""
        return Evidence(plain_line(value, MAX_VALUE), self.path, line)

    def known(self, value: str, needle: str = "") -> Evidence:
        """A value found on the first line that contains `needle`; on line 1 when no line does."""
        return Evidence(plain_line(value, MAX_VALUE), self.path, self.at(needle) or 1 if needle else 1)


def manifest_of(path: str, text: str) -> Manifest | None:
    """The manifest; None when it is too large to read."""
    if len(text) > MAX_MANIFEST:
        return None
    return Manifest(path, text, tuple(text.split("\n", MAX_LINES)[:MAX_LINES]))


def toml(text: str) -> dict[str, Any]:
    """Parse a TOML document; empty when it is invalid or exceeds a limit."""
    if sum(map(text.count, "=.[{")) > MAX_MARKS or _DEEP_KEY.search(text):
        return {}
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {}


def json_object(text: str) -> dict[str, Any]:
    """Parse a JSON object; empty when it is invalid or exceeds a limit."""
    if sum(map(text.count, ":,[{")) > MAX_MARKS:
        return {}
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def table(value: object, *keys: str) -> dict[str, Any]:
    """The table at a path of keys; empty when there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def words(value: object) -> tuple[str, ...]:
    """The strings in a list, at most `MAX_NAMES`; empty when the value is not a list."""
    return tuple(item for item in value[:MAX_NAMES] if isinstance(item, str)) if isinstance(value, list) else ()


def text_of(value: object) -> str:
    """A string, or a number as a string. Empty for any other value, and for a number too large to be a version.

    A hexadecimal number in TOML can be so large that `str` raises `ValueError`.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value) if abs(value) < _MAX_NUMBER else ""


def is_name(text: str) -> bool:
    """Whether a text is a valid package name."""
    return _NAME.fullmatch(text) is not None


def version(written: str, parts: int = 2) -> str:
    """The first version in a requirement, cut to `parts` parts: `^5.4.2` gives `5.4`. Empty when there is none."""
    match = _VERSION.search(written[:MAX_VALUE])
    return ".".join(match[0].split(".")[:parts]) if match else ""


def at_least(written: str) -> str:
    """A requirement in short: `>=3.11,<4` gives `3.11+`, `3.11` stays. Empty when there is no version."""
    floor = _FLOOR.match(written[:MAX_VALUE])
    return f"{floor[1]}+" if floor else version(written)


def joined(name: str, number: str) -> str:
    """`Rust 1.90`; only the name when there is no version."""
    return f"{name} {number}".strip()
