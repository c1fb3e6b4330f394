"""Every journey to the database of a lease and of a job's end, broken one by one: nothing sticks, nothing is lost."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException

from bot.adapters.database.migrate_postgres import migrate
from bot.adapters.database.postgres import PostgresDatabase, Session
from bot.adapters.database.queue_postgres import PostgresQueue
from bot.core.forge.errors import StorageError
from bot.core.forge.ports import JobState
from tests.adapters.queue_contract import job
from tests.clocks import HandClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.core.forge.ports import LeasedJob
    from tests.postgres import Server

_TRIES = 40
_JOURNEYS = ("execute_query_async", "execute_query_one_async", "execute_query_all_async")


class Break(StrEnum):
    """What happens to a journey."""

    UNASKED = "it does not arrive"
    UNHEARD = "its answer does not"
    CUT = "all connections have been cut just before"


class Faults:
    """Breaks the n-th journey of this process to the database."""

    def __init__(self, address: str, how: Break, monkeypatch: pytest.MonkeyPatch) -> None:
        self._address, self._how = address, how
        self.left = 0
        for name in _JOURNEYS:
            monkeypatch.setattr(PsycopgConnector, name, self._engine(getattr(PsycopgConnector, name)))
        for name in ("execute", "commit"):
            monkeypatch.setattr(Session, name, self._ours(getattr(Session, name)))

    def _due(self) -> bool:
        self.left -= 1
        return self.left == 0

    def _before(self) -> bool:
        """Whether the answer is to be lost."""
        if not self._due():
            return False
        if self._how is Break.CUT:
            with psycopg.connect(self._address) as administrator:
                administrator.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        if self._how is Break.UNASKED:
            raise psycopg.OperationalError("broken")
        return self._how is Break.UNHEARD

    def _ours(self, journey: Callable[..., Any]) -> Callable[..., Any]:
        def broken(session: Session, *values: Any) -> Any:
            unheard = self._before()
            answer = journey(session, *values)
            if unheard:
                raise psycopg.OperationalError("broken")
            return answer

        return broken

    def _engine(self, journey: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def broken(connector: PsycopgConnector, query: Any, **values: Any) -> Any:
            try:
                unheard = self._before()
            except psycopg.Error as error:
                raise ConnectorException from error
            answer = await journey(connector, query, **values)
            if unheard:
                raise ConnectorException from psycopg.OperationalError("broken")
            return answer

        return broken


@pytest.mark.slow
@pytest.mark.parametrize("how", list(Break))
def test_whichever_journey_breaks_every_job_is_worked_on_by_one_and_ends(
    postgres: Server, how: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgres.database()
    migrate(address)
    faults = Faults(address, how, monkeypatch)
    step, reached = 0, True
    while reached:
        step += 1
        queue = PostgresQueue(PostgresDatabase(address), HandClock())
        for number in range(3):
            queue.put(job(f"{step} d{number}", serial=f"r{number % 2}"))
        faults.left = step
        worked = _all_done(queue, f"w{step}")
        reached = faults.left <= 0
        faults.left = 0
        assert sorted(worked) == [f"{step} d{number}" for number in range(3)], f"step {step}"
        with psycopg.connect(address) as administrator:
            left = administrator.execute("SELECT status, lock FROM plangate_turns.procrastinate_jobs").fetchall()
        assert left == [], f"step {step}"
        queue.close()
    assert step > 30, "a lease and an end are many journeys"


def _all_done(queue: PostgresQueue, holder: str) -> list[str]:
    """What was worked on, until all is done and its turns are ended."""
    worked: list[str] = []
    for _ in range(_TRIES):
        try:
            one = queue.lease(holder)
        except StorageError:
            continue
        if one is None:
            if queue.counts()[JobState.WAITING] + queue.counts()[JobState.RUNNING] == 0:
                return worked
            continue
        assert one.attempts == 1, "a lease that nobody heard of is no try"
        worked.append(one.delivery)
        _keep(queue, one)
    raise AssertionError(f"{_TRIES} looks were not enough: {queue.counts()}")


def _keep(queue: PostgresQueue, one: LeasedJob) -> None:
    for _ in range(_TRIES):
        try:
            return queue.done(one)
        except StorageError:
            continue
    raise AssertionError("it cannot be written down")
