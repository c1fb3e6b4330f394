"""What a branch's name says about a feature."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.config.model import NumberMode, RepositoryConfig
from bot.core.features.branch import counted, read_branch, read_folder_name
from tests.effort import bounded_work

_DEFAULT = RepositoryConfig()


@pytest.mark.parametrize(
    ("name", "number", "slug"),
    [
        ("018-webhook-retry", "018", "webhook-retry"),
        ("feat/004-cache", "004", "cache"),
        ("octocat/ferry/021-export", "021", "export"),
        ("1255-export", "1255", "export"),
        ("007-", "007", ""),
        ("007-再送", "007", "再送"),
        ("20260319-143022-rate-limits", "20260319-143022", "rate-limits"),
        ("main", None, None),
        ("12-too-short", None, None),
        ("018", None, None),
        ("2026031-143022-no-date", None, None),
        ("20260319-143022", None, None),
        ("v018-x", None, None),
        ("", None, None),
    ],
)
def test_the_forms_of_spec_kit(name: str, number: str | None, slug: str | None) -> None:
    numbered = read_branch(name, _DEFAULT).numbered
    assert (numbered.number if numbered else None, numbered.slug if numbered else None) == (number, slug)


def test_a_first_segment_can_say_that_this_is_no_feature() -> None:
    assert read_branch("fix/018-typo", _DEFAULT).aside == "fix"
    assert read_branch("Dependabot/cargo/100-x", _DEFAULT).aside == "Dependabot"
    assert read_branch("feat/018-typo", _DEFAULT).aside is None
    assert read_branch("fix", _DEFAULT).aside is None


def test_a_configured_pattern_finds_tickets_in_branch_and_folder() -> None:
    config = RepositoryConfig(branches=r"^(?:.+/)?(?P<number>OGC-[0-9]+)-(?P<slug>.*)$", number=NumberMode.TICKET)
    assert read_branch("feat/OGC-150-labels", config).number == "OGC-150"
    numbered = read_folder_name("OGC-150-labels", config)
    assert numbered is not None
    assert numbered.number == "OGC-150"
    assert read_branch("018-webhook-retry", config).number is None


@pytest.mark.parametrize("pattern", ["(", "(?P<number>a", "(?=x)", "^nothing-named$", "\udc80", "(?:a{1000}){1000}"])
def test_an_impossible_pattern_finds_nothing_and_raises_nothing(pattern: str) -> None:
    assert read_branch("018-webhook-retry", RepositoryConfig(branches=pattern)).number is None


def test_a_pattern_that_would_make_others_backtrack_is_answered_at_once() -> None:
    config = RepositoryConfig(branches=r"^(?P<number>(a+)+)(?P<slug>(a|a?)+)x$")
    with bounded_work():
        assert read_branch("a" * 5000 + "y", config).number is None


def test_only_sequential_numbers_are_counted() -> None:
    assert counted("018", _DEFAULT) == 18
    assert counted("20260319-143022", _DEFAULT) is None
    assert counted("9" * 30, _DEFAULT) is None
    assert counted("٠١٨", _DEFAULT) is None
    assert counted("018", RepositoryConfig(number=NumberMode.ISSUE)) is None


@given(st.text(max_size=300))
def test_no_name_raises(name: str) -> None:
    branch = read_branch(name, _DEFAULT)
    assert "/" not in branch.segment
    read_folder_name(name, _DEFAULT)
