"""Fixtures of the tests of adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.postgres import Server


@pytest.fixture
def address(postgres: Server) -> str:
    """The URI of a migrated database of the test's own."""
    from bot.adapters.database.migrate_postgres import migrate  # noqa: PLC0415  with its client, which most tests do without

    address = postgres.database()
    migrate(address)
    return address
