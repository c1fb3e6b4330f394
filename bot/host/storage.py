"""Which engine keeps the queue and the store: the file on this host's disk, or the database that hosts share.

Only the engine that is used is imported.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.adapters.database.holders import Holders, announcement
from bot.core.forge.errors import StorageError, UserError
from bot.host.settings import PREFIX
from bot.log import Log

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.forge.ports import Clock, Leader, Queue, Store
    from bot.host.settings import Settings

_WEB = "web-"
_WORKER_STARTS = 10.0
"""Seconds that the door waits for a worker beside it: both may have been started at once."""

log = Log("storage")


@dataclass(frozen=True, slots=True)
class Storage:
    """An open queue, and what opens the store beside it."""

    queue: Queue
    store: Callable[[], Store]
    """The web process wants one hint of it only."""
    leader: Leader


def open_storage(settings: Settings, clock: Clock, on_lost: Callable[[], None] | None = None) -> Storage:
    """The queue and store that the settings name; `on_lost`: see `PostgresQueue`. Raises `UserError`."""
    if settings.database_url is not None:
        from bot.adapters.database.leader_postgres import PostgresLeader  # noqa: PLC0415  only the engine that is used
        from bot.adapters.database.postgres import PostgresDatabase  # noqa: PLC0415  likewise
        from bot.adapters.database.queue_postgres import PostgresQueue  # noqa: PLC0415  likewise

        shared = PostgresDatabase(settings.database_url)

        def shared_store() -> Store:
            from bot.adapters.database.store_postgres import PostgresStore  # noqa: PLC0415  not for the web process

            return PostgresStore(shared)

        return Storage(PostgresQueue(shared, clock, on_lost), shared_store, PostgresLeader(shared))

    from bot.adapters.database.leader import FileLeader  # noqa: PLC0415  likewise
    from bot.adapters.database.queue_sqlite import SqliteQueue  # noqa: PLC0415  likewise
    from bot.adapters.database.sqlite import Database  # noqa: PLC0415  likewise

    try:
        database = Database(settings.database)
    except StorageError as error:
        raise UserError(str(error)) from None

    def store() -> Store:
        from bot.adapters.database.store_sqlite import SqliteStore  # noqa: PLC0415  not for the web process

        return SqliteStore(database)

    return Storage(SqliteQueue(database, clock), store, FileLeader(settings.directory))


def prepare(settings: Settings) -> list[int]:
    """See that the database is up to date: the embedded one is brought there, the shared one must be.

    The numbers of the migrations that were carried out. A shared database that is away for the moment is no obstacle:
    the door answers 503 and workers wait until it is back. Raises `UserError`.
    """
    if settings.database_url is None:
        from bot.adapters.database.migrate import migrate  # noqa: PLC0415  only the engine that is used

        try:
            return migrate(settings.database)
        except StorageError as error:
            raise UserError(str(error)) from None
    try:
        refuse_outdated(settings)
    except StorageError as error:
        log.warning("database away", error=str(error))
    return []


def refuse_outdated(settings: Settings) -> None:
    """Look whether the database can be reached, is of this version and holds what there is; nothing is changed.

    Raises `UserError`, `StorageError`.
    """
    if settings.database_url is None:
        from bot.adapters.database.migrate import refuse_outdated as look  # noqa: PLC0415  only the engine that is used

        return look(settings.database)
    if settings.database.exists():
        raise UserError(
            f"{settings.database} is not moved to the shared database yet: run `plangate migrate` with the same"
            f" settings, or set {PREFIX}DIRECTORY to another folder if it belongs to another server."
        )
    from bot.adapters.database.migrate_postgres import refuse_outdated as ask  # noqa: PLC0415  likewise

    return ask(settings.database_url)


def workers_alive(settings: Settings) -> int:
    """How many workers there are now. Raises `StorageError`."""
    from bot.adapters.database.living import on_shared_database, on_this_disk  # noqa: PLC0415  not for the web process

    if settings.database_url is not None:
        return on_shared_database(settings.database_url)
    return on_this_disk(settings.directory / "workers")


def migrate_all(settings: Settings) -> list[str]:
    """Bring the database to this version and move the embedded one into the shared one; what was done, in lines.

    Raises `UserError`, `StorageError`.
    """
    if settings.database_url is None:
        done = prepare(settings)
        return [_told(str(settings.database), done)]
    from bot.adapters.database.migrate_postgres import migrate  # noqa: PLC0415  only the engine that is used
    from bot.adapters.database.move import move, refuse_served  # noqa: PLC0415  likewise
    from bot.adapters.database.postgres import shown  # noqa: PLC0415  likewise

    moves = settings.database.exists()
    if moves:
        refuse_served(settings.database)
    place = shown(settings.database_url)
    said = [_told(place, migrate(settings.database_url))]
    if moves:
        counts = move(settings.database, settings.database_url)
        rows = ", ".join(f"{count} {table}" for table, count in counts.items() if count) or "nothing"
        said.append(
            f"{settings.database}: moved to {place}: {rows}; the file is kept as {settings.database.name}.moved"
        )
    return said


def announced(settings: Settings, role: str) -> Holders:
    """Let others on this disk see that this process is here, until it ends or this is closed. Raises `StorageError`."""
    holders = Holders(settings.directory / "workers")
    if settings.database_url is None:
        holders.hold(announcement(role))
    return holders


def alone(settings: Settings) -> bool:
    """Whether nobody who works on jobs shares this process's disk, nor comes to within seconds."""
    if settings.database_url is not None:
        return False
    until = time.monotonic() + _WORKER_STARTS
    while all(name.startswith(_WEB) for name in Holders(settings.directory / "workers").living()):
        if time.monotonic() > until:
            return True
        time.sleep(0.1)
    return False


def _told(place: str, done: list[int]) -> str:
    steps = ", ".join(str(number) for number in done)
    return f"{place}: " + (f"migrations {steps}" if done else "up to date")
