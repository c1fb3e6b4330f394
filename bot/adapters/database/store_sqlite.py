"""What must outlive a job, in the same SQLite file as the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.database.store_sql import SqlStore

if TYPE_CHECKING:
    from bot.adapters.database.sqlite import Database


class SqliteStore(SqlStore):
    """`core.ports.Store` in a migrated file."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
