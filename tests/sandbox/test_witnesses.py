"""Both client libraries as witnesses; `tests.sandbox.witnesses` has the calls and prints the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.routing import operations
from tests.sandbox.witnesses import CLIENTS, OFF_THE_DESCRIPTION, Word, drive

if TYPE_CHECKING:
    from tests.sandbox.scene import Stage


@pytest.mark.parametrize("client", CLIENTS)
def test_every_operation_works_through_a_client_and_keeps_to_the_description(stage: Stage, client: str) -> None:
    assert set(CLIENTS[client]) == operations() | set(OFF_THE_DESCRIPTION), "every operation has a witness"
    words = drive(stage, client)
    assert {operation: word for operation, word in words.items() if word != Word("", [], [])} == {}
