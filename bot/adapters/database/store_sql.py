"""State that outlives a job, in the queue's database, as SQL that SQLite and PostgreSQL both understand."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from typing_extensions import override

from bot.core.forge.board import StoredBoardRow
from bot.core.forge.ports import Store
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.adapters.database.job_rows import Connection

T = TypeVar("T")

_FIRST_SIGHT = "first-sight:"
"""Begins the names under which first sights are kept among the cursors, which belong to no repository."""

_KEEP_INSTALLATION = (
    "INSERT INTO installations (id, account, suspended, comments, owner_layer_seen) VALUES (?, ?, ?, ?, FALSE)"
    " ON CONFLICT (id)"
)
"""`owner_layer_seen` belongs to an older version and is no longer read; it cannot be null."""
_INSTALLATION = "SELECT id, account, suspended, comments FROM installations"
_PAGE = "SELECT head_sha, digest, number, page, stored_at FROM verdict_pages"
_REPOSITORY = "SELECT id, installation, owner, name, first_seen, governed FROM repositories"
_WAIVER = "SELECT repository, rule, finding, folder, tree, reason, by, number, given_at, role, until FROM waivers"


class Database(Protocol):
    """The database of either engine."""

    def write(self, change: Callable[[Connection], T], /) -> T:
        """Apply a change and return its result when it is committed. Raises `StorageError`."""
        ...

    def read(self, question: Callable[[Connection], T], /) -> T:
        """Read committed rows. Raises `StorageError`."""
        ...


class SqlStore(Store):
    """`core.forge.ports.Store` on a migrated database of either engine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._database.read(lambda connection: connection.execute(sql, values).fetchall())

    def _row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        return next(iter(self._rows(sql, *values)), None)

    def _change(self, sql: str, *values: object) -> None:
        def change(connection: Connection) -> None:
            connection.execute(sql, values)

        self._database.write(change)

    @override
    def installation(self, installation: int) -> Installation | None:
        row = self._row(f"{_INSTALLATION} WHERE id = ?", installation)
        return None if row is None else _installation(row)

    @override
    def installations(self) -> Sequence[Installation]:
        return [_installation(row) for row in self._rows(f"{_INSTALLATION} ORDER BY id")]

    @override
    def keep_installation(self, installation: Installation) -> None:
        self._change(
            f"{_KEEP_INSTALLATION} DO UPDATE SET account = excluded.account, suspended = excluded.suspended,"
            " comments = excluded.comments",
            installation.id,
            installation.account,
            installation.suspended,
            installation.comments,
        )

    @override
    def forget_installation(self, installation: int) -> None:
        self._change("DELETE FROM installations WHERE id = ?", installation)

    @override
    def repository(self, repository: int) -> SeenRepository | None:
        row = self._row(f"{_REPOSITORY} WHERE id = ?", repository)
        return None if row is None else _repository(row)

    @override
    def see_repository(self, seen: SeenRepository) -> SeenRepository:
        def change(connection: Connection) -> SeenRepository:
            # A delivery may arrive before the one about its installation, which may also have been lost.
            connection.execute(
                f"{_KEEP_INSTALLATION} DO NOTHING",
                (seen.installation, seen.owner, False, True),
            )
            connection.execute(
                "INSERT INTO repositories (id, installation, owner, name, first_seen, governed)"
                " VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET installation = excluded.installation, owner = excluded.owner,"
                " name = excluded.name",
                (seen.id, seen.installation, seen.owner, seen.name, seen.first_seen, seen.governed),
            )
            return _repository(connection.execute(f"{_REPOSITORY} WHERE id = ?", (seen.id,)).fetchone())

        stored = self.repository(seen.id)
        if stored is not None and (stored.installation, stored.owner, stored.name) == (
            seen.installation,
            seen.owner,
            seen.name,
        ):
            return stored
        return self._database.write(change)

    @override
    def repository_named(self, owner: str, name: str) -> SeenRepository | None:
        # A repository that took the name of a deleted one was seen later, and has the higher id.
        row = self._row(
            f"{_REPOSITORY} WHERE lower(owner) = ? AND lower(name) = ? ORDER BY id DESC LIMIT 1",
            owner.lower(),
            name.lower(),
        )
        return None if row is None else _repository(row)

    @override
    def set_governed(self, repository: int, governed: bool) -> None:
        self._change("UPDATE repositories SET governed = ? WHERE id = ?", governed, repository)

    @override
    def governed_repositories(self) -> Sequence[SeenRepository]:
        return self._awake("governed")

    @override
    def repositories_to_sweep(self) -> Sequence[SeenRepository]:
        return self._awake("governed IS NOT FALSE")

    def _awake(self, condition: str) -> Sequence[SeenRepository]:
        """The repositories of installations that are not suspended, under a condition in our own words."""
        rows = self._rows(
            f"{_REPOSITORY} WHERE {condition}"  # noqa: S608  our own words only
            " AND installation IN (SELECT id FROM installations WHERE NOT suspended) ORDER BY id"
        )
        return [_repository(row) for row in rows]

    @override
    def repositories(self, installation: int) -> Sequence[SeenRepository]:
        rows = self._rows(f"{_REPOSITORY} WHERE installation = ? ORDER BY id", installation)
        return [_repository(row) for row in rows]

    @override
    def first_sight(self, repository: int) -> FirstSight | None:
        position = self.cursor(f"{_FIRST_SIGHT}{repository}")
        if position is None:
            return None
        left_at, first_seen, folders = position.split(" ", 2)
        names = json.loads(folders)
        return FirstSight(float(first_seen), None if names is None else tuple(names), float(left_at))

    @override
    def keep_first_sight(self, repository: int, sight: FirstSight | None) -> None:
        name = f"{_FIRST_SIGHT}{repository}"
        if sight is None:
            self._change("DELETE FROM cursors WHERE name = ?", name)
            return
        # The time comes first and in one width, so that positions sort by it.
        self.set_cursor(name, f"{sight.left_at:013.1f} {sight.first_seen} {json.dumps(sight.folders)}")

    @override
    def forget_repository(self, repository: int) -> None:
        self._change("DELETE FROM repositories WHERE id = ?", repository)

    @override
    def configuration(self, installation: int, repository: int | None) -> StoredBlob | None:
        table, owner = ("installations", installation) if repository is None else ("repositories", repository)
        row = self._row(
            f"SELECT configuration_sha, configuration, configuration_at FROM {table}"  # noqa: S608  our own words only
            " WHERE id = ? AND configuration IS NOT NULL",
            owner,
        )
        return None if row is None else StoredBlob(*row)

    @override
    def keep_configuration(self, installation: int, repository: int | None, blob: StoredBlob) -> None:
        table, owner = ("installations", installation) if repository is None else ("repositories", repository)
        self._change(
            f"UPDATE {table}"  # noqa: S608  our own words only
            " SET configuration_sha = ?, configuration = ?, configuration_at = ? WHERE id = ?",
            blob.sha,
            blob.text,
            blob.stored_at,
            owner,
        )

    @override
    def remembered(self, repository: int, key: str) -> str | None:
        row = self._row("SELECT hint FROM hints WHERE repository = ? AND key = ?", repository, key)
        return None if row is None else row[0]

    @override
    def remember(self, repository: int, key: str, hint: str) -> None:
        # Of a repository that was forgotten meanwhile, nothing is kept.
        self._change(
            "INSERT INTO hints (repository, key, hint) SELECT id, ?, ? FROM repositories WHERE id = ?"
            " ON CONFLICT (repository, key) DO UPDATE SET hint = excluded.hint",
            key,
            hint,
            repository,
        )

    @override
    def report(self, repository: int, head_sha: str) -> StoredReport | None:
        row = self._row(
            "SELECT digest, check_run, conclusion, report, stored_at FROM reports"
            " WHERE repository = ? AND head_sha = ?",
            repository,
            head_sha,
        )
        return None if row is None else StoredReport(*row)

    @override
    def keep_report(self, repository: int, head_sha: str, report: StoredReport) -> None:
        self._change(
            "INSERT INTO reports (repository, head_sha, digest, check_run, conclusion, report, stored_at)"
            " SELECT id, ?, ?, ?, ?, ?, ? FROM repositories WHERE id = ?"
            " ON CONFLICT (repository, head_sha) DO UPDATE SET digest = excluded.digest,"
            " check_run = excluded.check_run, conclusion = excluded.conclusion, report = excluded.report,"
            " stored_at = excluded.stored_at",
            head_sha,
            report.digest,
            report.check_run,
            report.conclusion,
            report.report,
            report.stored_at,
            repository,
        )

    @override
    def verdict_page(self, repository: int, head_sha: str, digest: str) -> StoredPage | None:
        return _page(
            self._row(f"{_PAGE} WHERE repository = ? AND head_sha = ? AND digest = ?", repository, head_sha, digest)
        )

    @override
    def latest_verdict_page(self, repository: int, head_sha: str) -> StoredPage | None:
        return _page(
            self._row(
                f"{_PAGE} WHERE repository = ? AND head_sha = ? ORDER BY stored_at DESC LIMIT 1", repository, head_sha
            )
        )

    @override
    def verdict_page_before(self, page: StoredPage, repository: int) -> StoredPage | None:
        return _page(
            self._row(
                f"{_PAGE} WHERE repository = ? AND number = ? AND stored_at < ? ORDER BY stored_at DESC LIMIT 1",
                repository,
                page.number,
                page.stored_at,
            )
        )

    @override
    def keep_verdict_page(self, repository: int, page: StoredPage) -> None:
        self._change(
            "INSERT INTO verdict_pages (repository, head_sha, digest, number, page, stored_at)"
            " SELECT id, ?, ?, ?, ?, ? FROM repositories WHERE id = ?"
            " ON CONFLICT (repository, head_sha, digest) DO UPDATE SET number = excluded.number,"
            " page = excluded.page, stored_at = excluded.stored_at",
            page.head_sha,
            page.digest,
            page.number,
            zlib.compress(page.page.encode()),
            page.stored_at,
            repository,
        )

    @override
    def keep_board_row(self, repository: int, row: StoredBoardRow) -> None:
        self._change(
            "INSERT INTO board_rows (repository, place, content, stored_at, closed_at)"
            " SELECT id, ?, ?, ?, ? FROM repositories WHERE id = ?"
            " ON CONFLICT (repository, place) DO UPDATE SET content = excluded.content,"
            " stored_at = excluded.stored_at, closed_at = excluded.closed_at",
            row.place,
            row.content,
            row.stored_at,
            row.closed_at,
            repository,
        )

    @override
    def close_board_row(self, repository: int, place: str, closed_at: float) -> None:
        self._change(
            "UPDATE board_rows SET closed_at = ? WHERE repository = ? AND place = ? AND closed_at IS NULL",
            closed_at,
            repository,
            place,
        )

    @override
    def board_rows(self, repository: int) -> Sequence[StoredBoardRow]:
        rows = self._rows(
            "SELECT place, content, stored_at, closed_at FROM board_rows WHERE repository = ?"
            " ORDER BY CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END, stored_at DESC, place LIMIT 1000",
            repository,
        )
        return [StoredBoardRow(*row) for row in rows]

    @override
    def count_false_alarm(self, rule: str) -> None:
        self._change(
            "INSERT INTO false_alarms (rule, times) VALUES (?, 1)"
            " ON CONFLICT (rule) DO UPDATE SET times = false_alarms.times + 1",
            rule,
        )

    @override
    def false_alarms(self) -> Mapping[str, int]:
        return dict(self._rows("SELECT rule, times FROM false_alarms ORDER BY rule"))

    @override
    def comment(self, repository: int, number: int, kind: CommentKind) -> StoredComment | None:
        row = self._row(
            "SELECT id, node, digest FROM comments WHERE repository = ? AND number = ? AND kind = ?",
            repository,
            number,
            kind.value,
        )
        return None if row is None else StoredComment(*row)

    @override
    def keep_comment(self, repository: int, number: int, kind: CommentKind, comment: StoredComment) -> None:
        self._change(
            "INSERT INTO comments (repository, number, kind, id, node, digest)"
            " SELECT id, ?, ?, ?, ?, ? FROM repositories WHERE id = ?"
            " ON CONFLICT (repository, number, kind) DO UPDATE SET id = excluded.id, node = excluded.node,"
            " digest = excluded.digest",
            number,
            kind.value,
            comment.id,
            comment.node,
            comment.digest,
            repository,
        )

    @override
    def offer_number(self, repository: int, offer: Offer, now: float) -> str | None:
        return self._database.write(lambda connection: _offer(connection, repository, offer, now))

    @override
    def offered_numbers(self, repository: int, root: str, now: float) -> Mapping[str, int]:
        return dict(
            self._rows(
                "SELECT number, issue FROM offers WHERE repository = ? AND root = ? AND until > ? ORDER BY number",
                repository,
                root,
                now,
            )
        )

    @override
    def add_waiver(self, waiver: Waiver) -> None:
        self._change(
            "INSERT INTO waivers (repository, rule, finding, folder, tree, reason, by, number, given_at, role, until)"
            " SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM repositories WHERE id = ?"
            " ON CONFLICT (repository, rule, finding, folder) DO UPDATE SET tree = excluded.tree,"
            " reason = excluded.reason, by = excluded.by, number = excluded.number, given_at = excluded.given_at,"
            " role = excluded.role, until = excluded.until",
            waiver.rule,
            waiver.finding,
            waiver.folder,
            waiver.tree,
            waiver.reason,
            waiver.by,
            waiver.number,
            waiver.given_at,
            waiver.role,
            waiver.until,
            waiver.repository,
        )

    @override
    def waivers(self, repository: int) -> Sequence[Waiver]:
        rows = self._rows(f"{_WAIVER} WHERE repository = ? ORDER BY given_at, rule, finding, folder", repository)
        return [Waiver(*row) for row in rows]

    @override
    def ended_waivers(self, since: str, before: str) -> Sequence[Waiver]:
        rows = self._rows(
            f"{_WAIVER} WHERE until <> '' AND until >= ? AND until < ? ORDER BY until, repository, number",
            since,
            before,
        )
        return [Waiver(*row) for row in rows]

    @override
    def cursor(self, name: str) -> str | None:
        row = self._row("SELECT position FROM cursors WHERE name = ?", name)
        return None if row is None else row[0]

    @override
    def set_cursor(self, name: str, position: str) -> None:
        self._change(
            "INSERT INTO cursors (name, position) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET position = excluded.position",
            name,
            position,
        )

    @override
    def count_use(self, repository: int, user: str, now: float, seconds: float) -> int:
        def change(connection: Connection) -> int:
            connection.execute(
                'INSERT INTO uses (repository, "user", at) SELECT id, ?, ? FROM repositories WHERE id = ?'
                ' AND NOT EXISTS (SELECT 1 FROM uses WHERE repository = ? AND "user" = ? AND at = ?)',
                (user, now, repository, repository, user, now),
            )
            row = connection.execute(
                'SELECT count(*) FROM uses WHERE repository = ? AND "user" = ? AND at > ?',
                (repository, user, now - seconds),
            ).fetchone()
            return int(row[0])

        return self._database.write(change)

    @override
    def uses(self, repository: int, user: str, now: float, seconds: float) -> int:
        row = self._row(
            'SELECT count(*) FROM uses WHERE repository = ? AND "user" = ? AND at > ? AND at <> ?',
            repository,
            user,
            now - seconds,
            now,
        )
        return 1 + int(row[0] if row is not None else 0)

    @override
    def count_redelivery(self, delivery: str, now: float) -> int:
        def change(connection: Connection) -> int:
            row = connection.execute(
                "INSERT INTO redeliveries (delivery, times, last_at) VALUES (?, 1, ?)"
                " ON CONFLICT (delivery) DO UPDATE SET times = redeliveries.times + 1, last_at = excluded.last_at"
                " RETURNING times",
                (delivery, now),
            ).fetchone()
            return int(row[0])

        return self._database.write(change)

    @override
    def prune(self, before: float, sights_before: float | None = None) -> None:
        def change(connection: Connection) -> None:
            if sights_before is not None:
                connection.execute(
                    f"DELETE FROM cursors WHERE name LIKE '{_FIRST_SIGHT}%' AND position < ?",  # noqa: S608  our own word
                    (f"{sights_before:013.1f}",),
                )
                connection.execute("DELETE FROM board_rows WHERE stored_at < ?", (sights_before,))
            connection.execute("DELETE FROM reports WHERE stored_at < ?", (before,))
            connection.execute("DELETE FROM verdict_pages WHERE stored_at < ?", (before,))
            connection.execute("DELETE FROM board_rows WHERE closed_at < ?", (before,))
            connection.execute("DELETE FROM uses WHERE at < ?", (before,))
            connection.execute("DELETE FROM redeliveries WHERE last_at < ?", (before,))
            connection.execute("DELETE FROM offers WHERE until < ?", (before,))

        self._database.write(change)


def _offer(connection: Connection, repository: int, offer: Offer, now: float) -> str | None:
    scope = (repository, offer.root)
    connection.execute("DELETE FROM offers WHERE repository = ? AND root = ? AND until <= ?", (*scope, now))
    reserved = connection.execute(
        "UPDATE offers SET until = ? WHERE repository = ? AND root = ? AND issue = ? RETURNING number",
        (offer.until, *scope, offer.issue),
    ).fetchone()
    if reserved is None:
        reserved = connection.execute(
            "INSERT INTO offers (repository, root, issue, number, until) SELECT id, ?, ?, ?, ? FROM repositories"
            " WHERE id = ? ON CONFLICT DO NOTHING RETURNING number",
            (offer.root, offer.issue, offer.number, offer.until, repository),
        ).fetchone()
    return None if reserved is None else reserved[0]


def _page(row: tuple[Any, ...] | None) -> StoredPage | None:
    if row is None:
        return None
    head_sha, digest, number, page, stored_at = row
    return StoredPage(head_sha, digest, number, zlib.decompress(page).decode(), stored_at)


def _installation(row: tuple[Any, ...]) -> Installation:
    installation, account, suspended, comments = row
    return Installation(installation, account, bool(suspended), bool(comments))


def _repository(row: tuple[Any, ...]) -> SeenRepository:
    repository, installation, owner, name, first_seen, governed = row
    return SeenRepository(
        repository, installation, owner, name, first_seen, None if governed is None else bool(governed)
    )
