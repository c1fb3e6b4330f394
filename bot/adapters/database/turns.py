"""Turns: Procrastinate decides which worker of which host works on which repository next.

A turn is a Procrastinate job whose `lock` (never two of a repository at once) and `queueing_lock` (never two waiting)
are a serial key: https://procrastinate.readthedocs.io/en/stable/howto/advanced/locks.html. A turn names a repository
only. Our own table says which job is next and when it is due, and is the only source of truth. Turns are therefore
never scheduled for later, where they would block the repository's other jobs, and lost turns are submitted again.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DEFAULT_QUEUE, Job, Status

from bot.adapters.database.postgres import SESSION, TURNS, network, storage_error
from bot.core.forge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from procrastinate.manager import JobManager

T = TypeVar("T")
_TASK = "turn"
_KNOWN = """
    SELECT EXISTS (
        SELECT 1 FROM procrastinate_workers JOIN plangate.holders ON worker = id WHERE id = %(worker)s
    ) AS known
"""
_FORGET = """
    DELETE FROM procrastinate_workers AS nameless
    WHERE last_heartbeat < now() - interval '1 day'
      AND NOT EXISTS (SELECT 1 FROM plangate.holders WHERE worker = nameless.id)
"""
"""Removes workers that died during registration. The engine's own sweep removes all when the server's clock jumps."""
_CONNECTIONS = 4
_CONNECT = 4.0
"""Seconds to wait for a connection."""
_PATIENCE = 16.0
"""Seconds for one query; the server's own limit is shorter."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A repository that belongs to this worker until the turn is finished or the worker is removed."""

    id: int
    serial: str


class Turns:
    """The engine as one process uses it, from any thread. Connects at the first call."""

    def __init__(self, address: str, place: str) -> None:
        """`address` is the database's URI, `place` names the database in errors."""
        self._address = address
        self._place = place
        self._app: App | None = None
        self._opening = asyncio.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="turns", daemon=True)
        self._thread.start()

    def register(self) -> int:
        """Register a worker and return its id. All methods raise `StorageError` when the database cannot be reached."""

        async def change(manager: JobManager) -> int:
            await manager.connector.execute_query_async(_FORGET)
            return await manager.register_worker()

        return self._call_engine(change)

    def beat(self, worker: int) -> bool:
        """Write a heartbeat. Returns False when the worker was removed or the engine's tables were recreated."""

        async def change(manager: JobManager) -> bool:
            await manager.update_heartbeat(worker)
            row = await manager.connector.execute_query_one_async(_KNOWN, worker=worker)
            return bool(row["known"])

        return self._call_engine(change)

    def unregister(self, worker: int) -> None:
        """Remove a worker; its turns are then abandoned."""
        self._call_engine(lambda manager: manager.unregister_worker(worker))

    def submit(self, serials: Iterable[str]) -> None:
        """Submit a turn for each of these repositories that has none waiting."""
        turns = [Job(queue=DEFAULT_QUEUE, task_name=_TASK, lock=serial, queueing_lock=serial) for serial in serials]

        async def change(manager: JobManager) -> None:
            try:
                await manager.batch_defer_jobs_async(turns)
            except AlreadyEnqueued:  # at least one of them: submit each by itself
                for turn in turns:
                    with suppress(AlreadyEnqueued):
                        await manager.defer_job_async(turn)

        self._call_engine(change)

    def fetch(self, worker: int) -> Turn | None:
        """Take the next turn for this worker; None when no waiting turn has a free repository."""

        async def change(manager: JobManager) -> Turn | None:
            fetched = await manager.fetch_job(queues=None, worker_id=worker)
            return None if fetched is None else Turn(fetched.id or 0, fetched.lock or "")

        return self._call_engine(change)

    def finish(self, turns: Iterable[int]) -> None:
        """End these turns, by id; a turn that has ended already is skipped."""

        async def change(manager: JobManager) -> None:
            for turn in turns:
                try:
                    await manager.finish_job_by_id_async(turn, Status.SUCCEEDED, delete_job=True)
                except ConnectorException as error:
                    if not isinstance(error.__cause__, psycopg.errors.RaiseException):
                        raise

        self._call_engine(change)

    def close(self) -> None:
        """Close the connections."""
        if self._loop.is_closed():
            return
        with suppress(StorageError):
            self._run(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call_engine(self, question: Callable[[JobManager], Coroutine[Any, Any, T]]) -> T:
        async def asked() -> T:
            return await question((await self._opened()).job_manager)

        return self._run(asked())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(_PATIENCE)
        except TimeoutError:
            future.cancel()
            raise StorageError(f"{self._place} did not answer within {_PATIENCE:.0f} seconds.") from None
        except Exception as error:
            # Any exception of the engine, even a failed assertion: our table is the source of truth, and the call is
            # repeated later.
            cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
            if not isinstance(cause, psycopg.OperationalError):
                # Its tables may have been recreated, and these connections cache the types of the old ones.
                asyncio.run_coroutine_threadsafe(self._closed(), self._loop)
            raise storage_error(self._place, cause) from error

    async def _opened(self) -> App:
        async with self._opening:
            if self._app is None:
                app = App(
                    connector=PsycopgConnector(
                        conninfo=self._address,
                        # Each query is one statement: a transaction around it would cost two more round trips.
                        kwargs={**network(self._address), "autocommit": True},
                        configure=_prepared,
                        min_size=1,
                        max_size=_CONNECTIONS,
                        timeout=_CONNECT,
                        # Reconnect at the next query, without a growing pause.
                        reconnect_timeout=_CONNECT,
                    )
                )
                try:
                    await app.open_async()
                except BaseException:
                    await app.close_async()
                    raise
                self._app = app
            return self._app

    async def _closed(self) -> None:
        app, self._app = self._app, None
        if app is not None:
            await app.close_async()


async def _prepared(connection: psycopg.AsyncConnection[Any]) -> None:
    # Turns that a crash of the server loses are submitted again, so their commits need no disk sync.
    for statement in (*SESSION, f"SET search_path = {TURNS}", "SET synchronous_commit = off"):
        await connection.execute(statement.encode())
