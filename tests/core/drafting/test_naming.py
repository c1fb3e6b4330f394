"""Names of a new feature: what an issue's title becomes, and which number is free."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.config.model import NumberMode
from bot.core.drafting.naming import (
    MAX_BRANCH_BYTES,
    ClaimKind,
    NextNumber,
    branch_name,
    chosen_numbering,
    feature_title,
    is_slug,
    name_feature,
    next_number,
    number_in,
    slug_of,
)

SPEC_KIT = json.loads((Path(__file__).parent / "spec_kit_slugs.json").read_text("utf-8"))
"""Slugs that Spec Kit itself built; `tools/record_spec_kit_slugs.py` records them."""


@pytest.mark.parametrize(("title", "slug"), SPEC_KIT["slugs"].items())
def test_a_slug_is_what_spec_kit_builds(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_there_are_two_hundred_titles_to_compare() -> None:
    assert len(SPEC_KIT["slugs"]) >= 200


def test_a_title_keeps_the_letters_of_its_script() -> None:
    naming = name_feature("给倒推引擎加正推能力", "003", issue=412)
    assert naming.dir == "specs/003-给倒推引擎加正推能力"


@pytest.mark.parametrize("title", ["🚀 !!", "---", "\u3164\u200b"])
def test_a_title_without_letters_is_named_after_its_issue(title: str) -> None:
    assert name_feature(title, "022", issue=412).branch == "022-issue-412"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("[Feature] Export the audit log", "Export the audit log"),
        ("feat(api): Export the audit log", "Export the audit log"),
        ("Feature request: Export the audit log", "Export the audit log"),
        ("  Export\n\tthe\u202e audit\u200b log ", "Export the audit log"),
        ("[WIP]", "[WIP]"),
    ],
)
def test_a_title_loses_its_labels_and_what_cannot_be_seen(written: str, title: str) -> None:
    assert feature_title(written) == title


def test_a_long_title_is_cut_at_a_word() -> None:
    title = feature_title("word " * 15_000)
    assert len(title) <= 121
    assert title.endswith("word…")


def test_a_chosen_slug_is_taken_as_it_is_and_anything_else_is_rebuilt() -> None:
    assert name_feature("Export the audit log", "022", slug="audit-export").dir == "specs/022-audit-export"
    assert name_feature("Export", "022", slug="../../etc $(id)").branch == "022-etc"


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


def test_a_branch_name_is_cut_to_what_github_takes() -> None:
    name = branch_name("022", "a" * 239 + "-bcd")
    assert name == "022-" + "a" * 239
    assert len(name.encode()) <= MAX_BRANCH_BYTES
    assert branch_name("022", "推" * 100) == "022-" + "推" * 80


@given(st.text(max_size=3000), st.none() | st.text(max_size=300))
def test_whatever_the_title_a_name_can_stand_in_a_shell_line_and_a_path(title: str, slug: str | None) -> None:
    naming = name_feature(title, "022", issue=412, slug=slug)
    assert is_slug(naming.branch)
    assert naming.branch == f"022-{naming.slug}"
    assert len(naming.branch.encode()) <= MAX_BRANCH_BYTES
    assert not set(naming.branch) & set("/\\ \t\n'\"`$&|;<>()*?[]{}~^:@#!")
    assert naming.title.split("\n") == [naming.title] != [""]
    assert len(naming.title) <= 250


@given(st.lists(st.text(max_size=30)), st.lists(st.text(max_size=30)), st.lists(st.text(max_size=30)))
def test_any_names_give_a_number(folders: list[str], branches: list[str], reserved: list[str]) -> None:
    number = next_number(folders, pull_requests=folders, branches=branches, reserved=reserved).number
    assert number.isascii()
    assert number.isdigit()
    assert len(number) >= 3
