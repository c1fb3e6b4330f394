"""What a branch's name says about a feature: its number, its slug, and whether it can be one at all.

A name is a hint; the folders decide (`bot.core.features.which_features`). The forms are those of every version of Spec
Kit: the last segment counts, a timestamp is looked for before a number, and a slug may be empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import re2

from bot.core.config.model import DEFAULT_BRANCHES, NumberMode, RepositoryConfig

BRANCH_REACH = 20
"""The most by which the number of a branch without a folder may exceed the highest folder's: not `fix/4711-crash`."""

NOT_FEATURES = frozenset({"fix", "hotfix", "bugfix", "release", "revert", "chore", "ci", "dependabot", "renovate"})
"""First segments of branches that are no features while no folder has their number."""

MAX_NAME = 1024
"""Characters of a branch or folder name that are looked at; GitHub allows 244 bytes of a branch's."""

_MAX_DIGITS = 18
_TIMESTAMP = re.compile(r"([0-9]{8}-[0-9]{6})(?:-(.*)|)", re.DOTALL)
_NEARLY_TIMESTAMP = re.compile(r"[0-9]{7,8}-[0-9]{6}(?:-|$)")
_NUMBERED = re.compile(r"([0-9]{3,})-(.*)", re.DOTALL)
_PATTERN_MEMORY = 1 << 20


class _Match(Protocol):
    def groupdict(self) -> dict[str, str | None]: ...


class _Pattern(Protocol):
    def search(self, text: str) -> _Match | None: ...


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number and a slug as a name holds them; `number` is text, since 004 is not 4."""

    number: str
    slug: str
    timestamp: bool = False


@dataclass(frozen=True, slots=True)
class BranchName:
    """A branch's name, read."""

    name: str
    segment: str
    """The last segment, which is what a feature folder would be called."""
    numbered: Numbered | None
    aside: str | None
    """The first segment, where it says that this is no feature: `fix`."""

    @property
    def number(self) -> str | None:
        """The number as written, None where there is none."""
        return self.numbered.number if self.numbered else None


@lru_cache(maxsize=256)
def _pattern(text: str) -> _Pattern | None:
    """The pattern compiled by RE2, which cannot backtrack; None if RE2 does not accept it."""
    options = re2.Options()
    options.max_mem = _PATTERN_MEMORY
    options.log_errors = False
    try:
        pattern: _Pattern = re2.compile(text, options=options)
    except (re2.error, UnicodeEncodeError):
        return None
    return pattern


def _by_pattern(name: str, text: str) -> Numbered | None:
    pattern = _pattern(text)
    if pattern is None:
        return None
    try:
        match = pattern.search(name)
    except UnicodeEncodeError:
        return None
    groups = match.groupdict() if match is not None else {}
    number = groups.get("number")
    return Numbered(number, groups.get("slug") or "") if number else None


def _by_spec_kit(segment: str) -> Numbered | None:
    """Spec Kit's own forms, for a branch's last segment or a folder's name."""
    timestamp = _TIMESTAMP.fullmatch(segment)
    if timestamp is not None and timestamp[2] is not None:
        return Numbered(timestamp[1], timestamp[2], timestamp=True)
    if _NEARLY_TIMESTAMP.match(segment):
        return None
    sequential = _NUMBERED.fullmatch(segment)
    return Numbered(sequential[1], sequential[2]) if sequential is not None else None


def read_branch(name: str, config: RepositoryConfig) -> BranchName:
    """The branch's name, read by the configured pattern and mode. Never raises, for any name."""
    name = name[:MAX_NAME]
    first, _, _ = name.partition("/")
    segment = name.rsplit("/", 1)[-1]
    aside = first if first != name and first.lower() in NOT_FEATURES else None
    numbered = _by_spec_kit(segment) if config.branches == DEFAULT_BRANCHES else _by_pattern(name, config.branches)
    return BranchName(name, segment, numbered, aside)


def read_folder_name(name: str, config: RepositoryConfig) -> Numbered | None:
    """The number and slug of a feature folder's name, by the configured pattern first, then by Spec Kit's forms."""
    name = name[:MAX_NAME]
    if config.branches != DEFAULT_BRANCHES:
        numbered = _by_pattern(name, config.branches)
        if numbered is not None:
            return numbered
    return _by_spec_kit(name)


def counted(number: str | None, config: RepositoryConfig) -> int | None:
    """The number as one that is counted up, None for timestamps, tickets and issue numbers."""
    if config.number is not NumberMode.SEQUENTIAL or number is None or len(number) > _MAX_DIGITS:
        return None
    return int(number) if number.isascii() and number.isdigit() else None
