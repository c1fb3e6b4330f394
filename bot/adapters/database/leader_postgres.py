"""The leader among the workers of several hosts: the holder of an advisory lock, which ends with its connection.

https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from typing_extensions import override

from bot.adapters.database.postgres import Session, connect, storage_error
from bot.core.forge.ports import Leader

if TYPE_CHECKING:
    from bot.adapters.database.postgres import PostgresDatabase

_LEADER = (0x504C_4741 << 32) + 1
"""Differs from the queue's own locks, which are 0 and those from 2³¹ on."""


class PostgresLeader(Leader):
    """`core.ports.Leader` in the shared database."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._session: Session | None = None

    @override
    def leads(self) -> bool:
        try:
            if self._session is None:
                self._session = self._taken()
            else:
                self._session.execute("SELECT 1")  # the lock is ours for as long as the connection lives
        except psycopg.Error as error:
            self.close()
            raise storage_error(self._database.place, error) from error
        return self._session is not None

    def _taken(self) -> Session | None:
        session = Session(connect(self._database.address, autocommit=True))
        row = session.execute("SELECT pg_try_advisory_lock(?)", (_LEADER,)).fetchone()
        if row[0]:
            return session
        session.close()
        return None

    @override
    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()
