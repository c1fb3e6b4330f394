"""The boards: of the accounts that a viewer can see, of one account, and of one repository.

    GET /boards                the accounts
    GET /boards/OWNER          the repositories of an account that the viewer can read
    GET /boards/OWNER/NAME     a repository: what is open, numbers, waivers

Who is logged out is sent to the login, or gets 404 where there is none; only the board of a public repository is shown
to everybody. A board that does not exist and one that the viewer may not see get the same 404.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Response
from markupsafe import Markup

from bot.core.forge.board import decoded
from bot.core.forge.lost_deliveries import GAP
from bot.core.forge.ports import JobState
from bot.web.access import Access, opens
from bot.web.board_view import age, repository_board
from bot.web.pages import page, private

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask

    from bot.core.forge.ports import JobRecord, Queue, Store
    from bot.core.forge.stored import SeenRepository
    from bot.web.board_view import RepositoryBoard
    from bot.web.readers import Readers
    from bot.web.sessions import Session

HIDDEN = "This board is not here, or you cannot read its repository on GitHub."
_OWNER = re.compile(r"[A-Za-z0-9_-]{1,100}")
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_MOST_REPOSITORIES = 300
_MOST_DEAD = 1_000
_SHOWN_DEAD = 20


@dataclass(frozen=True, slots=True)
class OwnersPart:
    """What only the owners of an account see."""

    dead: Sequence[JobRecord]
    """The newest dead letters of the account."""
    dead_count: int
    gap: float | None
    """Age in seconds of the oldest lost delivery at the last reconciliation; None before the first."""


@dataclass(frozen=True, slots=True)
class Boards:
    """The boards."""

    store: Store
    queue: Queue
    readers: Readers
    github_url: str
    now: Callable[[], float]

    def add_to(self, app: Flask, base: str) -> None:
        """Add the boards below `base`, the path of the public address."""
        app.add_template_filter(self._moment, "moment")

        @app.get("/boards")
        @opens(Access.LOGGED_IN)
        def accounts() -> Response:
            return self.readers.shown(lambda viewer: self._accounts(viewer, base), base, HIDDEN)

        @app.get("/boards/<owner>")
        @opens(Access.READER_OF_SOME)
        def account(owner: str) -> Response:
            return self.readers.shown(lambda viewer: self._account(viewer, owner, base), base, HIDDEN)

        @app.get("/boards/<owner>/<name>")
        @opens(Access.READER)
        def repository(owner: str, name: str) -> Response:
            return self.readers.shown(lambda viewer: self._repository(viewer, owner, name, base), base, HIDDEN)

    def _accounts(self, viewer: Session | None, base: str) -> Response | None:
        if viewer is None:
            return None
        names = {installation.account.lower() for installation in self.store.installations()}
        accounts = [name for name in self.readers.accounts(viewer) if name.lower() in names]
        return _shown("boards.html", base, accounts=sorted(accounts, key=str.lower))

    def _account(self, viewer: Session | None, owner: str, base: str) -> Response | None:
        if viewer is None or not _OWNER.fullmatch(owner):
            return None
        readable = self.readers.readable(viewer, owner)
        if not readable:
            return None
        seen = [stored for each in readable if (stored := self.store.repository(each.id)) is not None]
        boards = [(stored, self._board(stored)) for stored in seen[:_MOST_REPOSITORIES]]
        used = [(stored, board) for stored, board in boards if board.open or board.closed]
        used.sort(key=lambda pair: (-pair[1].blocked, -pair[1].latest))
        owners = self._owners_part(seen[0].installation) if seen and self.readers.owns(viewer, owner) else None
        return _shown("owner.html", base, owner=owner, used=used, unused=len(readable) - len(used), owners=owners)

    def _repository(self, viewer: Session | None, owner: str, name: str, base: str) -> Response | None:
        if not (_OWNER.fullmatch(owner) and _NAME.fullmatch(name)):
            return None
        if viewer is not None:
            readable = self.readers.by_name(viewer, f"{owner}/{name}")
            seen = self.store.repository(readable.id) if readable is not None else None
        else:
            seen = self._public(owner, name)
        if seen is None:
            return None
        return _shown("board.html", base, repository=seen, board=self._board(seen), github=self.github_url)

    def _public(self, owner: str, name: str) -> SeenRepository | None:
        """The repository, if everybody can see it. GitHub is not asked about one whose last verdict was private."""
        seen = self.store.repository_named(owner, name)
        rows = self.store.board_rows(seen.id) if seen is not None else ()
        verdicts = [verdict for row in rows if (verdict := decoded(row.content)) is not None]
        if seen is None or not verdicts or any(verdict.private for verdict in verdicts):
            return None
        return seen if self.readers.is_public(f"{seen.owner}/{seen.name}", seen.id) else None

    def _board(self, seen: SeenRepository) -> RepositoryBoard:
        rows, waivers, now = self.store.board_rows(seen.id), self.store.waivers(seen.id), self.now()
        return repository_board(rows, waivers, lambda root: self.store.offered_numbers(seen.id, root, now), now)

    def _owners_part(self, installation: int) -> OwnersPart:
        dead = [job for job in self.queue.records(JobState.DEAD, _MOST_DEAD) if _is_of(job, installation)]
        position = self.store.cursor(GAP)
        return OwnersPart(dead[:_SHOWN_DEAD], len(dead), None if position is None else float(position))

    def _moment(self, seconds: float) -> Markup:
        """A time with its age in words."""
        stamp = datetime.fromtimestamp(seconds, UTC)
        exact, words = stamp.strftime("%Y-%m-%d %H:%M UTC"), age(self.now() - seconds)
        template = '<time datetime="{}" title="{}">{}</time>'
        return Markup(template).format(stamp.isoformat(timespec="seconds"), exact, words)  # noqa: S704  a constant


def _is_of(job: JobRecord, installation: int) -> bool:
    """Whether a job is about this installation."""
    try:
        event = json.loads(job.event)
    except (ValueError, RecursionError):
        return False
    return isinstance(event, dict) and event.get("installation") == installation


def _shown(template: str, base: str, **context: Any) -> Response:
    return private(Response(page(template, base, "boards", **context), content_type="text/html; charset=utf-8"))
