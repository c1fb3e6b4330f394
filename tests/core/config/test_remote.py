"""Whose `.github` repository a clone is under, told from the address that it came from."""

from __future__ import annotations

import pytest

from bot.core.config.remote import owners_repository
from tests.effort import bounded_work


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/ferry.git",
        "https://github.com/acme/ferry",
        "https://x-access-token:secret@github.example/acme/ferry.git/",
        "ssh://git@github.com:22/acme/ferry.git",
        "git@github.com:acme/ferry.git",
        "github.com:acme/ferry",
    ],
)
def test_the_owner_is_told_and_nothing_else_of_the_address(address: str) -> None:
    assert owners_repository(address) == "acme/.github"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/home/ada/ferry.git",
        "../ferry",
        "C:/ada/ferry",
        "file:///home/ada/ferry.git",
        "https://github.com/acme/.github.git",
        "https://gitlab.example/acme/group/ferry.git",
        "https://github.com/acme",
        "https://github.com/ac me/ferry",
        "https://github.com/acme/fer\x1b[31mry",
    ],
)
def test_where_there_is_no_such_file_none_is_named(address: str) -> None:
    assert owners_repository(address) is None


@pytest.mark.parametrize("part", ["a", "@", ".", "a.", ":", "/a", "a@"])
def test_a_long_address_costs_no_time(part: str) -> None:
    with bounded_work():
        owners_repository(part * 200_000)
