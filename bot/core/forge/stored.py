"""The values that the `Store` keeps between jobs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A stored document, such as the last good configuration."""

    sha: str
    text: str
    stored_at: float


@dataclass(frozen=True, slots=True)
class Installation:
    """The App on an account."""

    id: int
    account: str
    suspended: bool = False
    comments: bool = True
    """The account lets the App comment. False: verdicts without comments, and no command is answered."""


@dataclass(frozen=True, slots=True)
class SeenRepository:
    """A repository as it was last seen."""

    id: int
    installation: int
    owner: str
    name: str
    first_seen: float
    """Seconds since the epoch (UTC); pull requests opened earlier are only advised."""
    governed: bool | None = None
    """None until a pull request or branch of it was judged."""


@dataclass(frozen=True, slots=True)
class FirstSight:
    """The state of a repository when Plangate first saw it."""

    first_seen: float
    """Seconds since the epoch (UTC)."""
    folders: tuple[str, ...] | None = None
    """Its feature folders, None where they were not read yet."""
    left_at: float = 0.0
    """When the App was taken from it, seconds since the epoch (UTC)."""


@dataclass(frozen=True, slots=True)
class StoredReport:
    """The last report on a head: for the check run's page, and to see whether anything changed."""

    digest: str
    check_run: int | None
    conclusion: str
    report: str
    """The JSON report."""
    stored_at: float


class CommentKind(StrEnum):
    """The kinds of comments of which Plangate has one per issue or pull request."""

    STICKY = "sticky"
    """On a pull request, with its verdict."""
    REPLY = "reply"
    """On an issue or pull request, the answer to commands."""


@dataclass(frozen=True, slots=True)
class StoredComment:
    """A comment of ours that is edited in place."""

    id: int
    node: str
    digest: str
    """Of the text that was last written, so that the same text is not written twice."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A feature number that is reserved for an issue."""

    root: str
    """The specs root, each its own number space."""
    number: str
    issue: int
    until: float
    """Seconds since the epoch (UTC)."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that a maintainer waived. The waiver ends when the folder's tree or the finding changes."""

    repository: int
    rule: str
    finding: str
    """The finding's fingerprint."""
    folder: str
    tree: str
    """The folder's tree id at the time."""
    reason: str
    by: str
    number: int
    """The pull request it was given on."""
    given_at: float
    role: str = "maintain"
    """Their role on GitHub at that time."""
    until: str = ""
    """The last day on which it holds (`2027-01-31`, UTC), empty where it has no end."""
