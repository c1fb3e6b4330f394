"""What an open question is about, where it does not say so itself."""

from __future__ import annotations

import pytest

from bot.core.documents.clarifications import clarifications, field_of
from bot.core.markdown import parse
from tests.effort import bounded_work


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("**Storage**: NEEDS CLARIFICATION", "Storage"),
        ("**Storage:** NEEDS CLARIFICATION", "Storage"),
        ("- **Storage**: [NEEDS CLARIFICATION]", "Storage"),
        ("**Primary Dependencies**: axum, NEEDS CLARIFICATION", "Primary Dependencies"),
        ("| Scale | NEEDS CLARIFICATION |", "Scale"),
        ("**Storage**：NEEDS CLARIFICATION", "Storage"),
        ("- **FR-006**: Ferry MUST keep data for [NEEDS CLARIFICATION]", "FR-006"),
        ("- [ ] rate_limit: NEEDS CLARIFICATION", "rate_limit"),
        ("NEEDS CLARIFICATION", None),
        ("1. NEEDS CLARIFICATION", None),
        ("| 3 | NEEDS CLARIFICATION |", None),
        ("Whatever it is, NEEDS CLARIFICATION", None),
        ("NEEDS CLARIFICATION: Storage: which?", None),
    ],
)
def test_a_bare_marker_is_about_the_field_that_it_stands_in(line: str, field: str | None) -> None:
    marker = "[NEEDS CLARIFICATION]" if "[NEEDS" in line else "NEEDS CLARIFICATION"
    assert field_of(line, marker) == field


@pytest.mark.parametrize("marker", ["[NEEDS CLARIFICATION: which one?]", "NEEDS CLARIFICATION (which one)"])
def test_a_question_speaks_for_itself(marker: str) -> None:
    assert field_of(f"**Storage**: {marker}", marker) is None


@pytest.mark.parametrize("start", [" ", "*", "|", ": ", "[ ", "a"])
def test_a_long_line_costs_no_time(start: str) -> None:
    with bounded_work():
        field_of(start * 200_000 + "NEEDS CLARIFICATION", "NEEDS CLARIFICATION")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("**Storage**: NEEDS CLARIFICATION", ["NEEDS CLARIFICATION"]),
        ("**Storage**: `NEEDS CLARIFICATION`", ["NEEDS CLARIFICATION"]),
        ("**Storage**: needs clarification", ["needs clarification"]),
        ("**Storage**: NEEDS CLARIFICATION <!-- ask Ada -->", ["NEEDS CLARIFICATION"]),
        ("**Storage**: a file <!-- NEEDS CLARIFICATION -->", ["NEEDS CLARIFICATION"]),
        ("| Storage | NEEDS CLARIFICATION | ask Ada |", ["NEEDS CLARIFICATION"]),
        ("| Storage | NEEDS CLARIFICATION | resolved in research.md |", []),
        ("**Storage**: a file; the team needs clarification of nothing", []),
        ("**Storage**: `x` in place of `NEEDS CLARIFICATION`", []),
    ],
)
def test_a_marker_alone_in_a_field_or_a_cell_is_open(line: str, words: list[str]) -> None:
    plan = parse(f"# Implementation Plan: Buoys\n\n## Technical Context\n\n{line}\n")
    assert [question.text for question in clarifications(plan)] == words
