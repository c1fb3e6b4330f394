"""Ids in running text, ranges and lists written out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.identifiers import requirement_ids, story_ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("FR-001", ["FR-001"]),
        ("covers FR-001, NFR-2 and SC-003a.", ["FR-001", "NFR-2", "SC-003a"]),
        ("FR-001–FR-003", ["FR-001", "FR-002", "FR-003"]),
        ("FR-001 to FR-003", ["FR-001", "FR-002", "FR-003"]),
        ("FR-009..FR-011", ["FR-009", "FR-010", "FR-011"]),
        ("FR-001–003", ["FR-001", "FR-002", "FR-003"]),
        ("FR-014〜015a", ["FR-014", "FR-015", "FR-015a"]),
        ("FR-001/002/004", ["FR-001", "FR-002", "FR-004"]),
        ("FR-001, 003", ["FR-001", "FR-003"]),
        ("FR-001 to 100 requests", ["FR-001"]),
        ("FR-001–SC-002", ["FR-001", "SC-002"]),
        ("FR-001–FR-9999", ["FR-001", "FR-9999"]),
        ("FR-UI-3 and FR-WB-12a", ["FR-UI-3", "FR-WB-12a"]),
        ("FR-004-001", ["FR-004-001"]),
        ("XFR-001, AFR-1, UTF-8, ISO-8601, RFC-2119", []),
        ("FR-", []),
    ],
)
def test_requirement_ids(text: str, ids: list[str]) -> None:
    assert [found for found, _ in requirement_ids(text)] == ids


def test_stories_are_told_in_one_form() -> None:
    assert [found for found, _ in story_ids("[US1], US-02 and US 3, not USA1 or BUS4")] == ["US1", "US2", "US3"]


@given(st.text(alphabet="FRSCUN-–/,.019a to", max_size=80))
def test_offsets_stand_in_the_text_and_the_count_is_bounded(text: str) -> None:
    found = [*requirement_ids(text), *story_ids(text)]
    assert all(0 <= offset < len(text) for _, offset in found)
    assert len(found) <= 201 * (len(text) // 4 + 1)
