"""Whose turn it is: Procrastinate hands out the repositories on whose jobs workers of several hosts work.

A turn is a task of Procrastinate's with a serial key for its `lock` (never two of a repository at once) and its
`queueing_lock` (never two waiting): https://procrastinate.readthedocs.io/en/stable/howto/advanced/locks.html.
It says whose turn it is and nothing else; which job that is, and when it is due, is in our own table, which alone is
the truth. So nothing here is ever scheduled for later, where it would keep back the repository's other jobs, and
whatever gets lost here, to the last table of it, is submitted again from there at the next look.
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
"""Workers that died as they registered. Not the engine's own sweep: when the server's clock jumps, that removes all."""
_CONNECTIONS = 4
_CONNECT = 4.0
"""Seconds to wait for a connection."""
_PATIENCE = 16.0
"""Seconds for one question; the server gives up before."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A repository in this worker's hands until the turn is finished, or its worker is no more."""

    id: int
    serial: str


class Turns:
    """One process's side of the engine; may be called by any of its threads. Connects when it is first asked."""

    def __init__(self, address: str, place: str) -> None:
        """`address` is the database's URI, `place` what is said of it in errors."""
        self._address = address
        self._place = place
        self._app: App | None = None
        self._opening = asyncio.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="turns", daemon=True)
        self._thread.start()

    def register(self) -> int:
        """Be a worker; its number. Raises `StorageError`, as everything here does when the database is away."""

        async def change(manager: JobManager) -> int:
            await manager.connector.execute_query_async(_FORGET)
            return await manager.register_worker()

        return self._asked(change)

    def beat(self, worker: int) -> bool:
        """Say that the worker lives. False when the others have removed it, or the engine was made anew."""

        async def change(manager: JobManager) -> bool:
            await manager.update_heartbeat(worker)
            row = await manager.connector.execute_query_one_async(_KNOWN, worker=worker)
            return bool(row["known"])

        return self._asked(change)

    def unregister(self, worker: int) -> None:
        """The worker is no more; its turns are nobody's."""
        self._asked(lambda manager: manager.unregister_worker(worker))

    def submit(self, serials: Iterable[str]) -> None:
        """See that each of these repositories gets a turn; one that waits for its turn already goes on waiting."""
        turns = [Job(queue=DEFAULT_QUEUE, task_name=_TASK, lock=serial, queueing_lock=serial) for serial in serials]

        async def change(manager: JobManager) -> None:
            try:
                await manager.batch_defer_jobs_async(turns)
            except AlreadyEnqueued:  # one of them; then each by itself
                for turn in turns:
                    with suppress(AlreadyEnqueued):
                        await manager.defer_job_async(turn)

        self._asked(change)

    def fetch(self, worker: int) -> Turn | None:
        """The next turn, in this worker's hands; None when nobody waits whose repository is free."""

        async def change(manager: JobManager) -> Turn | None:
            found = await manager.fetch_job(queues=None, worker_id=worker)
            return None if found is None else Turn(found.id or 0, found.lock or "")

        return self._asked(change)

    def finish(self, turns: Iterable[int]) -> None:
        """These turns, by number, are over; nothing happens where one is over already."""

        async def change(manager: JobManager) -> None:
            for turn in turns:
                try:
                    await manager.finish_job_by_id_async(turn, Status.SUCCEEDED, delete_job=True)
                except ConnectorException as error:
                    if not isinstance(error.__cause__, psycopg.errors.RaiseException):
                        raise

        self._asked(change)

    def close(self) -> None:
        """Let go of the connections."""
        if self._loop.is_closed():
            return
        with suppress(StorageError):
            self._run(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _asked(self, question: Callable[[JobManager], Coroutine[Any, Any, T]]) -> T:
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
            # Whatever the engine trips over, and be it an assertion of its own: our table is the truth, and it will
            # be asked again.
            cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
            if not isinstance(cause, psycopg.OperationalError):
                # Its tables may have been made anew, and these connections know the types of the old ones.
                asyncio.run_coroutine_threadsafe(self._closed(), self._loop)
            raise storage_error(self._place, cause) from error

    async def _opened(self) -> App:
        async with self._opening:
            if self._app is None:
                app = App(
                    connector=PsycopgConnector(
                        conninfo=self._address,
                        # Each question is one statement: a transaction around it would cost two more journeys.
                        kwargs={**network(self._address), "autocommit": True},
                        configure=_prepared,
                        min_size=1,
                        max_size=_CONNECTIONS,
                        timeout=_CONNECT,
                        # A server that comes back is asked at the next question, not after a pause that grew.
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
    # What a crash of the server forgets of this does no harm, and this way it costs no disk.
    for statement in (*SESSION, f"SET search_path = {TURNS}", "SET synchronous_commit = off"):
        await connection.execute(statement.encode())
