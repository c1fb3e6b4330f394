"""The store: what is kept between jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.forge.board import StoredBoardRow
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
    from bot.core.forge.verdict_page import StoredPage


class Store(Protocol):
    """Data that outlives a job. A correct verdict needs only the last good configuration and waivers from it.

    All data belong to an installation or a repository and are deleted with it. Times are in seconds since the epoch
    (UTC). A writing method has written when it returns, or raises `StorageError`.
    """

    def installation(self, installation: int) -> Installation | None:
        """The App on an account; None if it is not stored."""
        ...

    def installations(self) -> Sequence[Installation]:
        """All installations, by id."""
        ...

    def keep_installation(self, installation: Installation) -> None:
        """Add or replace an installation."""
        ...

    def forget_installation(self, installation: int) -> None:
        """Delete an installation with all data of its repositories."""
        ...

    def repository(self, repository: int) -> SeenRepository | None:
        """A repository as it was last seen."""
        ...

    def see_repository(self, seen: SeenRepository) -> SeenRepository:
        """Add a repository, or update its name, owner and installation. `first_seen` and `governed` do not change."""
        ...

    def repository_named(self, owner: str, name: str) -> SeenRepository | None:
        """The repository that was last seen under this name, whatever its case."""
        ...

    def set_governed(self, repository: int, governed: bool) -> None:
        """Store whether a repository is governed."""
        ...

    def governed_repositories(self) -> Sequence[SeenRepository]:
        """The governed repositories of installations that are not suspended, by id."""
        ...

    def repositories_to_sweep(self) -> Sequence[SeenRepository]:
        """The repositories of installations that are not suspended, by id.

        Repositories that are known to be ungoverned are left out. One that was never judged may be governed.
        """
        ...

    def repositories(self, installation: int) -> Sequence[SeenRepository]:
        """All stored repositories of an installation, by id."""
        ...

    def first_sight(self, repository: int) -> FirstSight | None:
        """The first sight of a deleted repository; None if it is not stored."""
        ...

    def keep_first_sight(self, repository: int, sight: FirstSight | None) -> None:
        """Store the first sight of a repository, which survives `forget_repository`, or delete it."""
        ...

    def forget_repository(self, repository: int) -> None:
        """Delete a repository with all its data."""
        ...

    def configuration(self, installation: int, repository: int | None) -> StoredBlob | None:
        """The last good configuration of a repository, or of the owner if `repository` is None."""
        ...

    def keep_configuration(self, installation: int, repository: int | None, blob: StoredBlob) -> None:
        """Store the last good configuration."""
        ...

    def remembered(self, repository: int, key: str) -> str | None:
        """A hint that saves a read, such as the path of the template. It may be lost or outdated at any time."""
        ...

    def remember(self, repository: int, key: str, hint: str) -> None:
        """Store a hint."""
        ...

    def report(self, repository: int, head_sha: str) -> StoredReport | None:
        """The last report on a head."""
        ...

    def keep_report(self, repository: int, head_sha: str, report: StoredReport) -> None:
        """Store the last report on a head."""
        ...

    def verdict_page(self, repository: int, head_sha: str, digest: str) -> StoredPage | None:
        """The page of a verdict by the first 16 digits of its digest."""
        ...

    def latest_verdict_page(self, repository: int, head_sha: str) -> StoredPage | None:
        """The page of the last verdict on a head."""
        ...

    def verdict_page_before(self, page: StoredPage, repository: int) -> StoredPage | None:
        """The page of the verdict on the same pull request before this one."""
        ...

    def keep_verdict_page(self, repository: int, page: StoredPage) -> None:
        """Add or replace the page of a verdict."""
        ...

    def keep_board_row(self, repository: int, row: StoredBoardRow) -> None:
        """Add or replace a row of the repository's board."""
        ...

    def close_board_row(self, repository: int, place: str, closed_at: float) -> None:
        """Store when the pull request or branch was closed."""
        ...

    def board_rows(self, repository: int) -> Sequence[StoredBoardRow]:
        """The rows of the repository's board: the open ones first, then the newest first. At most 1,000."""
        ...

    def count_false_alarm(self, rule: str) -> None:
        """Count one report of a false alarm."""
        ...

    def false_alarms(self) -> Mapping[str, int]:
        """Reports of false alarms by rule."""
        ...

    def comment(self, repository: int, number: int, kind: CommentKind) -> StoredComment | None:
        """Our comment on an issue or pull request."""
        ...

    def keep_comment(self, repository: int, number: int, kind: CommentKind, comment: StoredComment) -> None:
        """Add or replace a comment of ours."""
        ...

    def offer_number(self, repository: int, offer: Offer, now: float) -> str | None:
        """Reserve a feature number for an issue, and return the number that the issue now has.

        An issue has one number: a second call returns the first number and renews it. Returns None if another
        issue has the number.
        """
        ...

    def offered_numbers(self, repository: int, root: str, now: float) -> Mapping[str, int]:
        """The reserved numbers, each with its issue."""
        ...

    def add_waiver(self, waiver: Waiver) -> None:
        """Add a waiver, or replace the waiver for the same rule, finding and folder."""
        ...

    def waivers(self, repository: int) -> Sequence[Waiver]:
        """A repository's waivers, oldest first."""
        ...

    def ended_waivers(self, since: str, before: str) -> Sequence[Waiver]:
        """The waivers of all repositories whose last day is `since` or later and lies before `before` (ISO dates)."""
        ...

    def cursor(self, name: str) -> str | None:
        """The position at which a reader of one of GitHub's lists stopped."""
        ...

    def set_cursor(self, name: str, position: str) -> None:
        """Store the position from which the reader `name` continues next time."""
        ...

    def count_use(self, repository: int, user: str, now: float, seconds: float) -> int:
        """Count one use by a user. Returns the uses in that period (seconds), this one included.

        Uses at the same moment count once, so a retried job does not count twice.
        """
        ...

    def uses(self, repository: int, user: str, now: float, seconds: float) -> int:
        """The uses by a user in that period (seconds), this one included whether or not it is counted."""
        ...

    def count_redelivery(self, delivery: str, now: float) -> int:
        """Count one request for a redelivery. Returns the requests so far, this one included."""
        ...

    def prune(self, before: float, sights_before: float | None = None) -> None:
        """Delete reports, pages, uses, redeliveries and offers from before a time, first sights from before another.

        Rows of boards are deleted when they were closed before the first time, or were written before the second.
        """
        ...
