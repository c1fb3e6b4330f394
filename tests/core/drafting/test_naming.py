"""Names of a new feature: what an issue's title becomes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.drafting.naming import (
    MAX_BRANCH_BYTES,
    branch_name,
    feature_title,
    is_slug,
    name_feature,
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
