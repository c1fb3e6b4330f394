"""Paths against globs: what each wildcard means, and that no pattern takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.globs import MAX_PATTERN, is_glob, matches, matches_any
from tests.effort import bounded_work


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        ("specs/archive/**", "specs/archive/016-old/plan.md", True),
        ("specs/archive/**", "specs/archive", False),
        ("**/plan.md", "plan.md", True),
        ("**/plan.md", "specs/001-a/plan.md", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "ax/b", False),
        ("apps/*/specs", "apps/shop/specs", True),
        ("apps/*/specs", "apps/shop/deep/specs", False),
        ("crates/ferry-?ore/*", "crates/ferry-core/lib.rs", True),
        ("crates/ferry-?ore/*", "crates/ferry-/ore/lib.rs", False),
        ("docs/", "docs", True),
        ("*.md", "docs/a.md", False),
        ("Docs/**", "docs/a.md", False),
        ("a.b", "axb", False),
        ("(a|b)+[c]", "(a|b)+[c]", True),
        ("**", "any/thing", True),
        ("**/**/x", "x", True),
        ("", "", False),
        ("文書/**", "文書/計画.md", True),
    ],
)
def test_a_pattern_means_what_people_expect(pattern: str, path: str, *, wanted: bool) -> None:
    assert matches(pattern, path) is wanted


def test_any_of_several_is_enough() -> None:
    assert matches_any(["docs/**", "*.md"], "README.md")
    assert not matches_any([], "README.md")


def test_a_glob_is_told_from_a_plain_path() -> None:
    assert is_glob("apps/*/specs")
    assert not is_glob("docs/specs")


def test_a_pattern_beyond_the_bound_matches_nothing() -> None:
    assert not matches("a" * (MAX_PATTERN + 1), "a" * (MAX_PATTERN + 1))


@pytest.mark.parametrize("pattern", ["*a" * 140 + "x", "**/*a*/" * 40 + "b", "?" * MAX_PATTERN, "**/" * 99 + "b"])
def test_a_hostile_pattern_is_answered_at_once(pattern: str) -> None:
    with bounded_work():
        for path in ("a" * 60_000, "a/" * 30_000 + "c"):
            assert not matches(pattern, path)


@given(st.text(), st.text())
def test_no_two_texts_raise(pattern: str, path: str) -> None:
    assert matches(pattern, path) in (True, False)


@given(st.lists(st.text(alphabet="ab.-_", min_size=1, max_size=6), min_size=1, max_size=5))
def test_a_path_matches_itself_and_everything_above_it(names: list[str]) -> None:
    path = "/".join(names)
    assert matches(path, path)
    assert matches("**", path)
    assert all(matches("/".join(names[:depth]) + "/**", path) for depth in range(1, len(names)))
