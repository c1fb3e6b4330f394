"""What must outlive a job, in the same PostgreSQL database as the shared queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.database.store_sql import SqlStore

if TYPE_CHECKING:
    from bot.adapters.database.postgres import PostgresDatabase


class PostgresStore(SqlStore):
    """`core.ports.Store` in a migrated database."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database)
