"""The shared queue keeps what every queue promises, and what only several hosts on one database can go through."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from bot.adapters.migrate_postgres import migrate
from bot.adapters.postgres import PostgresDatabase
from bot.adapters.queue_postgres import PostgresQueue
from tests.adapters.queue_contract import QueueContract, QueueMachine

if TYPE_CHECKING:
    from bot.core.ports import Queue
    from tests.clocks import HandClock
    from tests.postgres import Server


def open_queue(address: str, clock: HandClock) -> PostgresQueue:
    return PostgresQueue(PostgresDatabase(address), clock)


@pytest.fixture
def address(postgres: Server) -> str:
    address = postgres.database()
    migrate(address)
    return address


class TestContract(QueueContract):
    @pytest.fixture(autouse=True)
    def _address(self, address: str) -> None:
        self.address = address

    def open(self, clock: HandClock) -> Queue:
        return open_queue(self.address, clock)


class PostgresMachine(QueueMachine):
    address: ClassVar[str]

    def __init__(self) -> None:
        with psycopg.connect(self.address) as connection:
            connection.execute("TRUNCATE plangate.jobs, plangate.deliveries, plangate.holders")
        super().__init__()

    def open(self) -> Queue:
        return open_queue(self.address, self.clock)


@pytest.fixture(scope="module")
def _machine(postgres: Server) -> None:
    PostgresMachine.address = postgres.database()
    migrate(PostgresMachine.address)


TestAgainstTheModel = pytest.mark.usefixtures("_machine")(PostgresMachine.TestCase)
TestAgainstTheModel.settings = settings(
    max_examples=25, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
