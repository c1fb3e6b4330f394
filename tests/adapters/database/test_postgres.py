"""What PostgreSQL says of who does not get in, and where it is, in one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.adapters.database.migrate_postgres import refuse_outdated
from bot.adapters.database.postgres import display_address, storage_error
from bot.core.forge.errors import StorageError, UserError

if TYPE_CHECKING:
    from tests.postgres import Server


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("postgresql://u:hunter2@h/x", "postgresql://h/x"),
        ("postgresql://h1:5432,h2:5433/x", "postgresql://h1:5432,h2:5433/x"),
        ("postgresql://u@[::1]:5432/x", "postgresql://[::1]:5432/x"),
        ("postgres:///x", "postgresql://localhost/x"),
    ],
)
def test_a_place_is_shown_without_who_may_enter(address: str, place: str) -> None:
    assert display_address(address) == place


def test_an_option_that_is_none_names_the_setting() -> None:
    with pytest.raises(UserError, match="PLANGATE_DATABASE_URL cannot be parsed: after the"):
        display_address("postgresql://u:hunter2@h/x?colour=red")


def test_a_database_that_is_not_there_is_not_a_server_that_is_away(postgres: Server) -> None:
    address = postgres.database()
    name = address.split("/")[3].split("?")[0]
    with pytest.raises(StorageError, match=r'database "nowhere" does not exist: create it, or set the right name'):
        refuse_outdated(address.replace(name, "nowhere"))
    with pytest.raises(StorageError, match=r'role "nobody" does not exist: create it, or set the right name'):
        refuse_outdated(address.replace("plangate@", "nobody@"))


def test_a_server_that_is_not_there_is_one_sentence_with_one_question_less() -> None:
    with pytest.raises(StorageError) as refused:
        refuse_outdated("postgresql://u:hunter2@127.0.0.1:1/x")
    assert str(refused.value) == (
        'postgresql://127.0.0.1:1/x: connection to server at "127.0.0.1", port 1 failed: Connection refused: '
        "see that the server runs and can be reached from here."
    )


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ('FATAL:  password authentication failed for user "u"', "set its user and password in PLANGATE_DATABASE_URL"),
        ('FATAL:  no pg_hba.conf entry for host "h", user "u"', "pg_hba.conf"),
        ("FATAL:  sorry, too many clients already", "max_connections"),
        ("server does not support SSL, but SSL was required", "sslmode"),
        ("SSL connection has been closed unexpectedly", "see that the server runs"),
    ],
)
def test_each_refusal_has_its_remedy(said: str, remedy: str) -> None:
    assert remedy in str(storage_error("postgresql://h/x", psycopg.OperationalError(said)))
