"""The number of a new feature: which number is free, and who holds the numbers above the folders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.config.model import NumberMode
from bot.core.drafting.feature_number import (
    ClaimKind,
    NextNumber,
    chosen_numbering,
    next_number,
    number_in,
)


def test_the_next_number_is_one_more_than_the_highest_folder() -> None:
    assert next_number(["001-a", "specs/020-b/", "7-odd"]).number == "021"
    assert next_number([]).number == "001"
    assert next_number(["999-a"]).number == "1000"


def test_the_next_number_says_what_stands_between() -> None:
    free = next_number(["018-a"], pull_requests=["specs/021-d"], branches=["019-b", "feat/020-c"], reserved=["022"])
    assert free.number == "023"
    assert [(claim.number, claim.kind) for claim in free.above] == [
        (19, ClaimKind.BRANCH),
        (20, ClaimKind.BRANCH),
        (21, ClaimKind.PULL_REQUEST),
        (22, ClaimKind.RESERVED),
    ]


@pytest.mark.parametrize(
    "branch", ["fix/4711-crash", "4711-crash", "20261122-101500-x", "2026112-101500-x", "chore/019-x", "main", "19-x"]
)
def test_a_branch_that_is_no_feature_claims_no_number(branch: str) -> None:
    assert next_number(["018-a"], branches=[branch]).number == "019"


def test_a_timestamp_folder_claims_no_number() -> None:
    assert next_number(["018-a", "20261122-101500-x"]).number == "019"


@pytest.mark.parametrize(
    ("mode", "number"),
    [
        (NumberMode.SEQUENTIAL, "022"),
        (NumberMode.ISSUE, "412"),
        (NumberMode.TICKET, "412"),
        (NumberMode.TIMESTAMP, "20261122-124107"),
    ],
)
def test_a_repository_may_number_in_another_way(mode: NumberMode, number: str) -> None:
    free = NextNumber("022")
    assert number_in(mode, free, issue=412, moment="2026-11-22T12:41:07Z") == number
    assert number_in(mode, free) == "022"


@pytest.mark.parametrize(
    ("options", "mode"),
    [
        ('{"feature_numbering": "timestamp"}', NumberMode.TIMESTAMP),
        ('{"branch_numbering": "timestamp"}', NumberMode.TIMESTAMP),
        ('{"feature_numbering": "sequential", "branch_numbering": "timestamp"}', NumberMode.SEQUENTIAL),
        ("[]", NumberMode.SEQUENTIAL),
        ("{", NumberMode.SEQUENTIAL),
        ("[" * 60_000, NumberMode.SEQUENTIAL),
    ],
)
def test_spec_kits_own_options_say_how_numbers_come(options: str, mode: NumberMode) -> None:
    assert chosen_numbering(options) == mode


@given(st.lists(st.text(max_size=30)), st.lists(st.text(max_size=30)), st.lists(st.text(max_size=30)))
def test_any_names_give_a_number(folders: list[str], branches: list[str], reserved: list[str]) -> None:
    number = next_number(folders, pull_requests=folders, branches=branches, reserved=reserved).number
    assert number.isascii()
    assert number.isdigit()
    assert len(number) >= 3
