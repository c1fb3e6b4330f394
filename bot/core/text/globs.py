"""Paths against glob patterns, in time that grows with the path alone.

`**` stands for any number of folders, `*` and `?` stay within one name, everything else is itself: the patterns come
from configuration files, so they are translated for RE2, which never backtracks. Matching is by whole paths from the
repository's root, and letters count as they are written.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import re2

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PATTERN = 300
"""Characters; a longer pattern matches nothing (the configuration refuses it with a sentence of its own)."""

_MEMORY = 1 << 20
"""Bytes that one compiled pattern may take."""


class _Matcher(Protocol):
    def fullmatch(self, text: str) -> object | None: ...


def _segment(text: str) -> str:
    """One name between slashes as an RE2 expression."""
    wild = {"*": "[^/]*", "?": "[^/]"}
    parts: list[str] = []
    for character in text:
        part = wild.get(character) or re2.escape(character)
        if part != "[^/]*" or not parts or parts[-1] != part:
            parts.append(part)
    return "".join(parts)


def _expression(pattern: str) -> str:
    """The whole pattern as an RE2 expression."""
    names = pattern.strip("/").split("/")
    out: list[str] = []
    last = len(names) - 1
    for index, name in enumerate(names):
        if name != "**":
            out.append(_segment(name) + ("" if index == last else "/"))
        elif index == last:
            out.append(".+")
        elif not out or out[-1] != "(?:[^/]+/)*":
            out.append("(?:[^/]+/)*")
    return "".join(out)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> _Matcher | None:
    if not pattern.strip("/") or len(pattern) > MAX_PATTERN:
        return None
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.dot_nl = True
    try:
        compiled: _Matcher = re2.compile(_expression(pattern), options=options)
    except (re2.error, UnicodeEncodeError):  # a lone surrogate cannot be written in UTF-8
        return None
    return compiled


def matches(pattern: str, path: str) -> bool:
    """Whether `path` (from the repository's root) is what `pattern` means. Never raises, for any two texts.

    `a/**` means everything below `a` (not `a` itself), `**/a` an `a` at any depth, `a/` the same as `a`.
    """
    compiled = _compiled(pattern)
    if compiled is None:
        return False
    try:
        return compiled.fullmatch(path.strip("/")) is not None
    except UnicodeEncodeError:  # a lone surrogate is no path that Git or GitHub can name
        return False


def matches_any(patterns: Iterable[str], path: str) -> bool:
    """Whether one of the patterns means `path`."""
    return any(matches(pattern, path) for pattern in patterns)


def is_glob(pattern: str) -> bool:
    """Whether the pattern can mean more than one path."""
    return "*" in pattern or "?" in pattern
