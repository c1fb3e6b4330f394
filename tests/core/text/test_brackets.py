"""Which brackets ask for something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.brackets import brackets, mask_code


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("[say what]", ["[say what]"]),
        ("**Storage**: [where] and [how]", ["[where]", "[how]"]),
        ("**Decision**: [a sentence that goes on", ["[a sentence that goes on"]),
        ("[text](target) and [text][ref] and ![alt](x.png)", []),
        ("[ref]: https://example.org", []),
        ("[^1] and [x] and [ ] and [P] and [US1] and [FR-001] and [T001]", []),
        ("a [b", []),
        ("[[nested words]]", ["[nested words]"]),
        ("rows[0] and [1.5]", []),
    ],
)
def test_spans(line: str, found: list[str]) -> None:
    assert [bracket.text for bracket in brackets(line)] == found


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("[say what]", ""),
        ("- [say what]", ""),
        ("2. [say what]", ""),
        ("**Storage**: [where]", "Storage"),
        ("- **Storage:** [where]", "Storage"),
        ("| **Storage** | [where] |", "Storage"),
        ("**保存先**：[どこ]", "保存先"),
        ("we use [where]", None),
        ("[a span] and [say what]", None),
    ],
)
def test_the_label_in_front(line: str, label: str | None) -> None:
    assert [*brackets(line)][-1].label == label


def test_code_is_blanked_in_place() -> None:
    assert mask_code("a `[b]` c") == "a       c"
    assert mask_code("a ``[b] ` c`` d") == "a ``[b] ` c`` d"
    assert mask_code("a ` b") == "a ` b"


@given(st.text(alphabet="[]()!`a b:|-*", max_size=200))
def test_offsets_are_exact_and_code_keeps_its_length(line: str) -> None:
    assert len(mask_code(line)) == len(line)
    end = 0
    for bracket in brackets(line):
        assert line[bracket.start : bracket.end] == bracket.text
        assert bracket.start >= end
        end = bracket.end
