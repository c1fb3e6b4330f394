"""The owner's `app.yml`, in the `.github` repository of the account: how it stands, and what of it holds.

It is read with a token of its own and kept, so that a bad day of GitHub never looks like a file that was deleted.
Present, absent and unknown are three things: what is unknown is asked again, and once a file was seen, the last good
one holds until GitHub says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from bot.core.config.layers import ConfigLayer, Origin, Rank, read_layer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.config.yaml import ConfigMistake

OWNERS: Final = ".github"
"""The name of the repository that speaks for all of an account's:
https://docs.github.com/communities/setting-up-your-project-for-healthy-contributions/creating-a-default-community-health-file
"""


class OwnerFileState(StrEnum):
    """What is known of the owner's file."""

    PRESENT = "present"
    ABSENT = "absent"
    """The repository can be read and holds no `plangate:`."""
    OUTSIDE = "outside"
    """The App is not installed on the repository, or there is none."""
    LOST = "lost"
    """It was seen once, and the App sees it no more."""


class OwnerFile(msgspec.Struct, frozen=True):
    """The owner's file as it was last looked at, and the last text of it that could be read. Kept between jobs."""

    repository: str
    """`acme/.github`."""
    standing: OwnerFileState
    path: str = f"{OWNERS}/app.yml"
    branch: str = ""
    sha: str = ""
    """The default branch's tip."""
    text: str = ""
    good_sha: str = ""
    good_text: str | None = None
    """None when no version could be read so far."""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner's layer for the repositories of an installation."""

    file: OwnerFile
    layer: ConfigLayer
    """What holds: the file as it is, or the last good one."""
    broken: ConfigMistake | None = None
    """The first mistake of the file as it is now."""


def seen(file: OwnerFile, known: OwnerFile | None, rule_ids: Iterable[str]) -> OwnerFile:
    """A file that was just read, with the last good text: its own, or the one that was known."""
    if not read_layer(file.text, Origin(Rank.OWNER, file.path), rule_ids).mistakes:
        return msgspec.structs.replace(file, good_sha=file.sha, good_text=file.text)
    if known is None:
        return file
    return msgspec.structs.replace(file, good_sha=known.good_sha, good_text=known.good_text)


def unseen(repository: str, known: OwnerFile | None) -> OwnerFile:
    """The file where the App sees no such repository: outside, or lost where it was seen before."""
    if known is None or known.standing is OwnerFileState.OUTSIDE:
        return OwnerFile(repository, OwnerFileState.OUTSIDE)
    return msgspec.structs.replace(known, standing=OwnerFileState.LOST)


def owner_of(file: OwnerFile, rule_ids: Iterable[str]) -> Owner:
    """What of the file holds."""
    ids = tuple(rule_ids)
    origin = Origin(Rank.OWNER, f"{file.repository}:{file.path}", file.sha or None, file.private)
    if file.standing in {OwnerFileState.OUTSIDE, OwnerFileState.ABSENT}:
        return Owner(file, ConfigLayer(origin))
    layer = read_layer(file.text, origin, ids)
    if not layer.mistakes:
        return Owner(file, layer)
    good = read_layer(file.good_text, replace(origin, sha=file.good_sha or None), ids)
    return Owner(file, good, layer.mistakes[0])


def decode(stored: str) -> OwnerFile | None:
    """The file as `encode` wrote it; None for what another version wrote."""
    try:
        return msgspec.json.decode(stored, type=OwnerFile)
    except msgspec.DecodeError:
        return None


def encode(file: OwnerFile) -> str:
    """The file as it is kept."""
    return msgspec.json.encode(file).decode()
