"""Open queue and store in the configured engine: a SQLite file on this host, or a shared PostgreSQL database.

Only the engine in use is imported.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.adapters.database.holders import Holders, presence_name
from bot.core.forge.errors import StorageError, UserError
from bot.host.serving import is_listening
from bot.host.settings import PREFIX
from bot.log import Log
from bot.progress import Step, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.forge.ports import Clock, Leader, Queue, Store
    from bot.host.settings import Settings

_WEB = "web-"
WORKER_STARTS = 10.0
"""Seconds that the web process and the doctor wait for a worker, because both may be started at once."""
_TICK = 0.1

log = Log("storage")


@dataclass(frozen=True, slots=True)
class Storage:
    """An open queue, and a function that opens the store in the same database."""

    queue: Queue
    store: Callable[[], Store]
    """A function, because the web process needs little of the store."""
    leader: Leader


def open_storage(settings: Settings, clock: Clock, on_lost: Callable[[], None] | None = None) -> Storage:
    """Open the queue and store of the settings; `on_lost`: see `PostgresQueue`. Raises `UserError`."""
    if settings.database_url is not None:
        from bot.adapters.database.leader_postgres import PostgresLeader  # noqa: PLC0415  only the engine that is used
        from bot.adapters.database.postgres import PostgresDatabase  # noqa: PLC0415  likewise
        from bot.adapters.database.queue_postgres import PostgresQueue  # noqa: PLC0415  likewise

        shared = PostgresDatabase(settings.database_url)

        def shared_store() -> Store:
            from bot.adapters.database.store_sql import SqlStore  # noqa: PLC0415  not for the web process

            return SqlStore(shared)

        return Storage(PostgresQueue(shared, clock, on_lost), shared_store, PostgresLeader(shared))

    from bot.adapters.database.leader import FileLeader  # noqa: PLC0415  likewise
    from bot.adapters.database.queue_sqlite import SqliteQueue  # noqa: PLC0415  likewise
    from bot.adapters.database.sqlite import Database  # noqa: PLC0415  likewise

    try:
        database = Database(settings.database)
    except StorageError as error:
        raise UserError(str(error)) from None

    def store() -> Store:
        from bot.adapters.database.store_sql import SqlStore  # noqa: PLC0415  not for the web process

        return SqlStore(database)

    return Storage(SqliteQueue(database, clock), store, FileLeader(settings.directory))


def prepare(settings: Settings) -> list[int]:
    """Migrate the embedded database, or check that the shared one is migrated. Returns the numbers of the migrations.

    A shared database that cannot be reached is no error: the webhook responds with 503 and workers wait until it is
    back. Raises `UserError`.
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
    """Check that the database can be reached and has this version's schema, and that no file waits to be moved.

    Read-only. Raises `UserError`, `StorageError`.
    """
    if settings.database_url is None:
        from bot.adapters.database.migrate import refuse_outdated as look  # noqa: PLC0415  only the engine that is used

        return look(settings.database)
    if settings.database.exists():
        raise UserError(
            f"{settings.database} has not been moved to the shared database yet: run `plangate migrate` with the same"
            f" settings, or set {PREFIX}DIRECTORY to another folder if the file belongs to another server."
        )
    from bot.adapters.database.migrate_postgres import refuse_outdated as ask  # noqa: PLC0415  likewise

    return ask(settings.database_url)


def workers_alive(settings: Settings) -> int:
    """How many workers are running. Raises `StorageError`."""
    from bot.adapters.database.living import on_shared_database, on_this_disk  # noqa: PLC0415  not for the web process

    if settings.database_url is not None:
        return on_shared_database(settings.database_url)
    return on_this_disk(settings.directory / "workers")


def wait_for_worker(settings: Settings, announce: Callable[[float], None]) -> int:
    """Return how many workers run; while a server runs without one, wait for it, `WORKER_STARTS` seconds at most.

    `announce` gets these seconds before the wait. Raises `StorageError`.
    """
    until: float | None = None
    while not (alive := workers_alive(settings)) and _server_runs(settings):
        if until is None:
            announce(WORKER_STARTS)
            until = time.monotonic() + WORKER_STARTS
        if time.monotonic() > until:
            break
        time.sleep(_TICK)
    return alive


def _server_runs(settings: Settings) -> bool:
    """Whether `serve` or `web` runs on this host, so that a worker may be starting. Raises `StorageError`."""
    if settings.database_url is not None:
        return is_listening(settings.host, settings.port)
    from bot.adapters.database.living import server_on_this_disk  # noqa: PLC0415  not for the web process

    return server_on_this_disk(settings.directory / "workers")


def migrate_all(settings: Settings, step: Step = silent) -> list[str]:
    """Migrate the database, and move the embedded one into the shared one. Returns one line per step.

    `step` hears of the rows that are moved.

    Raises `UserError`, `StorageError`.
    """
    if settings.database_url is None:
        done = prepare(settings)
        return [_migration_line(str(settings.database), done)]
    from bot.adapters.database.migrate_postgres import migrate  # noqa: PLC0415  only the engine that is used
    from bot.adapters.database.move import move, refuse_served  # noqa: PLC0415  likewise
    from bot.adapters.database.postgres import display_address  # noqa: PLC0415  likewise

    moves = settings.database.exists()
    if moves:
        refuse_served(settings.database)
    place = display_address(settings.database_url)
    lines = [_migration_line(place, migrate(settings.database_url))]
    if moves:
        counts = move(settings.database, settings.database_url, step)
        rows = ", ".join(f"{count} {table}" for table, count in counts.items() if count) or "nothing"
        lines.append(f"{settings.database}: moved to {place}: {rows}; the file is now {settings.database.name}.moved")
    return lines


def announce_presence(settings: Settings, role: str) -> Holders:
    """Show other processes on this host that this one is running, until `close` or exit. Raises `StorageError`."""
    holders = Holders(settings.directory / "workers")
    if settings.database_url is None:
        holders.hold(presence_name(role))
    return holders


def lacks_worker(settings: Settings) -> bool:
    """Whether no worker uses this folder, even after `WORKER_STARTS` seconds."""
    if settings.database_url is not None:
        return False
    until = time.monotonic() + WORKER_STARTS
    while all(name.startswith(_WEB) for name in Holders(settings.directory / "workers").living()):
        if time.monotonic() > until:
            return True
        time.sleep(_TICK)
    return False


def _migration_line(place: str, done: list[int]) -> str:
    steps = ", ".join(str(number) for number in done)
    return f"{place}: " + (f"migrations {steps}" if done else "up to date")
