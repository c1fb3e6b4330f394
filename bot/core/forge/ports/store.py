"""The storage between jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.forge.stored import (
        CommentKind,
        FirstSight,
        Installation,
        Offer,
        SeenRepository,
        StoredBlob,
        StoredComment,
        StoredReport,
        Waiver,
    )


class Store(Protocol):
    """What must outlive a job. A correct verdict needs nothing from it but the last good configuration and waivers.

    Everything belongs to an installation or a repository and goes when that is forgotten. Times are seconds since the
    epoch (UTC). Every method that writes has written when it returns, or raises `StorageError`.
    """

    def installation(self, installation: int) -> Installation | None:
        """The App on an account, None when it was never seen or is forgotten."""
        ...

    def installations(self) -> Sequence[Installation]:
        """All of them, by id."""
        ...

    def keep_installation(self, installation: Installation) -> None:
        """Add or replace it."""
        ...

    def forget_installation(self, installation: int) -> None:
        """Delete it and everything of its repositories."""
        ...

    def repository(self, repository: int) -> SeenRepository | None:
        """A repository as it was last seen."""
        ...

    def see_repository(self, seen: SeenRepository) -> SeenRepository:
        """Add it, or take over its new name, owner and installation; `first_seen` and `governed` stay as they were."""
        ...

    def set_governed(self, repository: int, governed: bool) -> None:
        """Remember whether it is governed."""
        ...

    def governed_repositories(self) -> Sequence[SeenRepository]:
        """The governed repositories of installations that are not suspended, by id."""
        ...

    def repositories_to_sweep(self) -> Sequence[SeenRepository]:
        """What a sweep reads: repositories of installations that are not suspended, by id.

        Those that are known not to be governed are left out; one that was never judged may be governed.
        """
        ...

    def repositories(self, installation: int) -> Sequence[SeenRepository]:
        """All repositories of an installation that were seen, by id."""
        ...

    def first_sight(self, repository: int) -> FirstSight | None:
        """The first sight of a repository that is forgotten, None where none is kept."""
        ...

    def keep_first_sight(self, repository: int, sight: FirstSight | None) -> None:
        """Keep the first sight of a repository beyond `forget_repository`, or delete it."""
        ...

    def forget_repository(self, repository: int) -> None:
        """Delete it and everything of it."""
        ...

    def configuration(self, installation: int, repository: int | None) -> StoredBlob | None:
        """The last good configuration of a repository, or of the owner's layer where `repository` is None."""
        ...

    def keep_configuration(self, installation: int, repository: int | None, blob: StoredBlob) -> None:
        """Keep the last good configuration."""
        ...

    def remembered(self, repository: int, key: str) -> str | None:
        """A hint that saves a read (where the template lies, say). It may be gone or stale at any time."""
        ...

    def remember(self, repository: int, key: str, hint: str) -> None:
        """Keep a hint."""
        ...

    def report(self, repository: int, head_sha: str) -> StoredReport | None:
        """The last report on a head."""
        ...

    def keep_report(self, repository: int, head_sha: str, report: StoredReport) -> None:
        """Keep the last report on a head."""
        ...

    def comment(self, repository: int, number: int, kind: CommentKind) -> StoredComment | None:
        """Our comment on an issue or pull request."""
        ...

    def keep_comment(self, repository: int, number: int, kind: CommentKind, comment: StoredComment) -> None:
        """Add or replace it."""
        ...

    def offer_number(self, repository: int, offer: Offer, now: float) -> str | None:
        """Keep a feature number for an issue: one issue, one number. The number that the issue now holds.

        That is the number it held already, if it did (kept for as long anew); None when another issue holds this one.
        """
        ...

    def offered_numbers(self, repository: int, root: str, now: float) -> Mapping[str, int]:
        """Numbers that are kept for an issue, with the issue."""
        ...

    def add_waiver(self, waiver: Waiver) -> None:
        """Add it, or replace the one for the same rule, finding and folder."""
        ...

    def waivers(self, repository: int) -> Sequence[Waiver]:
        """A repository's waivers, oldest first."""
        ...

    def cursor(self, name: str) -> str | None:
        """Where a reader of GitHub's lists stopped."""
        ...

    def set_cursor(self, name: str, position: str) -> None:
        """Go on from here next time."""
        ...

    def count_use(self, repository: int, user: str, now: float, seconds: float) -> int:
        """Note that a user did something that is paced; how often in the last so many seconds, this time included.

        The same moment counts once, so that a job that is tried again is not counted again.
        """
        ...

    def uses(self, repository: int, user: str, now: float, seconds: float) -> int:
        """How often a user did it in the last so many seconds, this time included, whether or not it is counted."""
        ...

    def count_redelivery(self, delivery: str, now: float) -> int:
        """Note that a delivery is asked for again; how often that was, this time included."""
        ...

    def prune(self, before: float, sights_before: float | None = None) -> None:
        """Forget reports, uses, redeliveries and offers that are older than that, and first sights of longer ago."""
        ...
