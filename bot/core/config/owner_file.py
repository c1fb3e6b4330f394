"""The owner's `app.yml`, in the account's `.github` repository: its state and the version that applies.

The file is read with a token of its own and stored, so that an outage of GitHub is not mistaken for a deletion.
Present, absent and unknown are different states: an unknown state is read again, and a file that was seen once keeps
its last good version until GitHub reports otherwise.
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
"""Name of the repository whose files apply to all of an account's repositories:
https://docs.github.com/communities/setting-up-your-project-for-healthy-contributions/creating-a-default-community-health-file
"""


class OwnerFileState(StrEnum):
    """State of the owner's file."""

    PRESENT = "present"
    ABSENT = "absent"
    """The repository is readable and has no file with a `plangate:` key."""
    OUTSIDE = "outside"
    """The App is not installed on the repository, or the repository does not exist."""
    LOST = "lost"
    """The file was seen once, and the App can no longer read it."""


class OwnerFile(msgspec.Struct, frozen=True):
    """The owner's file as last read, with its last valid text. Stored between jobs."""

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
    """The last valid text; None when there was none so far."""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner's layer for the repositories of an installation."""

    file: OwnerFile
    layer: ConfigLayer
    """The layer that applies: the current file's, or the last valid one's."""
    broken: ConfigMistake | None = None
    """The first mistake of the current file."""


def seen(file: OwnerFile, last_known: OwnerFile | None, rule_ids: Iterable[str]) -> OwnerFile:
    """The file with its last valid text: its own, or the earlier one if it has a mistake."""
    if not read_layer(file.text, Origin(Rank.OWNER, file.path), rule_ids).mistakes:
        return msgspec.structs.replace(file, good_sha=file.sha, good_text=file.text)
    if last_known is None:
        return file
    return msgspec.structs.replace(file, good_sha=last_known.good_sha, good_text=last_known.good_text)


def unseen(repository: str, last_known: OwnerFile | None) -> OwnerFile:
    """The file when the App cannot see the repository: lost when it was seen before, else outside."""
    if last_known is None or last_known.standing is OwnerFileState.OUTSIDE:
        return OwnerFile(repository, OwnerFileState.OUTSIDE)
    return msgspec.structs.replace(last_known, standing=OwnerFileState.LOST)


def owner_of(file: OwnerFile, rule_ids: Iterable[str]) -> Owner:
    """The owner's layer that applies."""
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
    """Decode a stored file; None when another version of Plangate wrote it in another form."""
    try:
        return msgspec.json.decode(stored, type=OwnerFile)
    except msgspec.DecodeError:
        return None


def encode(file: OwnerFile) -> str:
    """Encode a file for the store."""
    return msgspec.json.encode(file).decode()
