"""How a run is told from another, and mapped back to its pull request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.forge.external_id import number_of, says_the_same


@pytest.mark.parametrize(
    ("external_id", "number"),
    [
        ("v1/pr/12/aa/bb", 12),
        ("v1/head/aa/bb", None),
        ("v1/group/aa/bb", None),
        ("v1/pr/x/aa/bb", None),
        ("v1/pr/", None),
        ("v1/pr/²/a/b", None),
        ("", None),
        (None, None),
    ],
)
def test_the_pull_request_of_a_run(external_id: str | None, number: int | None) -> None:
    assert number_of(external_id) == number


def test_a_run_for_the_branch_serves_its_pull_request() -> None:
    assert says_the_same("v1/head/aa/bb", "v1/pr/1/aa/bb")
    assert not says_the_same("v1/head/aa/bb", "v1/pr/1/aa/cc")
    assert not says_the_same("v0/head/aa/bb", "v1/head/aa/bb")


@given(st.text())
def test_no_external_id_is_too_strange(text: str) -> None:
    assert number_of(text) is None or text.startswith("v1/pr/")
    assert not says_the_same(text, "v1/pr/1/aa/bb") or text.startswith("v1/")
