"""The number of a new feature: who holds which number, which one is free, and how long a number is reserved.

Spec Kit numbers features on one machine and cannot see the numbers that are taken elsewhere. Here the same rules cover
everything that GitHub knows: folders, branches, open pull requests, and numbers that are reserved for an issue.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.config.model import NumberMode, RepositoryConfig
from bot.core.features.branch import BRANCH_REACH, counted, read_branch, read_folder_name

if TYPE_CHECKING:
    from collections.abc import Iterable

RESERVED_DAYS = 7
"""Days for which a number is reserved for the issue that it was offered to."""

_TIMESTAMP_DIGITS = 14


class ClaimKind(StrEnum):
    """What holds a number."""

    FOLDER = "folder"
    PULL_REQUEST = "pull request"
    BRANCH = "branch"
    RESERVED = "reserved"


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that holds a number. `name` is a folder's or branch's name; foreign, and empty for a reservation."""

    number: int
    kind: ClaimKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class NextNumber:
    """The next free number, as names write it (`022`), and the claims between the highest folder and it."""

    number: str
    above: tuple[Claim, ...] = ()
    """The numbers between the highest folder and the free number, each with one claim."""


def next_number(
    folders: Iterable[str],
    *,
    pull_requests: Iterable[str] = (),
    branches: Iterable[str] = (),
    reserved: Iterable[str] = (),
    config: RepositoryConfig | None = None,
) -> NextNumber:
    """One more than the highest number that anything holds, with at least three digits; timestamps do not count.

    `folders` are feature folders (paths or names) on the default branch; `pull_requests` those that open pull requests
    add; `branches` are branch names; `reserved` are numbers on offer to an issue.
    """
    config = config or RepositoryConfig()
    on_base = max((claim.number for claim in _of_folders(folders, ClaimKind.FOLDER, config)), default=0)
    above: dict[int, Claim] = {}
    for claim in (
        *_of_folders(pull_requests, ClaimKind.PULL_REQUEST, config),
        *_of_branches(branches, on_base, config),
        *(Claim(number, ClaimKind.RESERVED) for text in reserved if (number := counted(text, config)) is not None),
    ):
        if claim.number > on_base:
            above.setdefault(claim.number, claim)
    following = max(above, default=on_base) + 1
    return NextNumber(f"{following:03d}", tuple(above[number] for number in sorted(above)))


def number_in(mode: NumberMode, free: NextNumber, *, issue: int | None = None, moment: str = "") -> str:
    """The number of a new feature in a repository that numbers by timestamps, issues or tickets.

    `moment` is an ISO time; timestamps are cut to seconds (`20261122-124107`). The ticket is unknown, so a repository
    that numbers by tickets gets the issue's number. `free` is the number if features are counted.
    """
    if mode is NumberMode.TIMESTAMP:
        digits = re.sub(r"[^0-9]", "", moment[:19])
        return f"{digits[:8]}-{digits[8:14]}" if len(digits) >= _TIMESTAMP_DIGITS else free.number
    if mode in {NumberMode.ISSUE, NumberMode.TICKET} and issue is not None:
        return f"{issue:03d}"
    return free.number


INIT_OPTIONS = ".specify/init-options.json"
"""The file in which Spec Kit stores the options that were chosen when the repository was set up."""

_MAX_OPTIONS = 65_536


def chosen_numbering(init_options: str) -> NumberMode:
    """How Spec Kit numbers features in the repository: `feature_numbering`, or `branch_numbering` of older versions.

    Sequential where the text is longer than 64 KB or cannot be read. Source: `templates/commands/specify.md` of
    specify-cli 1.2.3.
    """
    try:
        options = json.loads(init_options) if len(init_options) <= _MAX_OPTIONS else None
    except (ValueError, RecursionError):
        options = None
    if not isinstance(options, dict):
        return NumberMode.SEQUENTIAL
    numbering = options.get("feature_numbering", options.get("branch_numbering"))
    return NumberMode.TIMESTAMP if numbering == "timestamp" else NumberMode.SEQUENTIAL


def _of_folders(paths: Iterable[str], kind: ClaimKind, config: RepositoryConfig) -> list[Claim]:
    claims = []
    for path in paths:
        name = path.rstrip("/").rsplit("/", 1)[-1]
        numbered = read_folder_name(name, config)
        number = counted(numbered.number, config) if numbered and not numbered.timestamp else None
        if number is not None:
            claims.append(Claim(number, kind, name))
    return claims


def _of_branches(names: Iterable[str], on_base: int, config: RepositoryConfig) -> list[Claim]:
    """The claims of branches that may be a feature's: near the highest folder, and neither a fix nor a release."""
    claims = []
    for name in names:
        branch = read_branch(name, config)
        if branch.numbered is None or branch.numbered.timestamp or branch.aside is not None:
            continue
        number = counted(branch.number, config)
        if number is not None and (branch.numbered.number.startswith("0") or number <= on_base + BRANCH_REACH):
            claims.append(Claim(number, ClaimKind.BRANCH, name))
    return claims
