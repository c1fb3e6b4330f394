"""Which part of a plan a line stands in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.markdown import parse
from bot.core.yardstick.parts import Part, lines_of, part_of


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("Constitution Check", Part.CHECK),
        ("7. Constitution Check ✅", Part.CHECK),
        ("Post-Design Constitution Re-Check", Part.CHECK),
        ("憲章チェック", Part.CHECK),
        ("宪法检查", Part.CHECK),
        ("Complexity Tracking: None Required", Part.TRACKING),
        ("複雑さトラッキング", Part.TRACKING),
        ("2. technical context", Part.CONTEXT),
        ("技術コンテキスト", Part.CONTEXT),
        ("Contexto Técnico", Part.CONTEXT),
        ("Project Structure", Part.STRUCTURE),
        ("项目结构", Part.STRUCTURE),
        ("Summary", Part.SUMMARY),
        ("概要", Part.SUMMARY),
        ("Phase 0: Outline & Research", Part.FLOW),
        ("Execution Flow (/plan command scope)", Part.FLOW),
        ("Phases & Milestones", None),
        ("Risks", None),
        ("", None),
    ],
)
def test_a_heading_opens_its_part(title: str, part: Part | None) -> None:
    assert part_of(title) is part


TEXT = """\
---
a: b
---
# Plan: The constitution reader

**Branch**: `001-x` <!-- hidden -->

## Technical Context

Words.

### Complexity of it

More.

## Other

```text
fenced
```
<!--
gone
-->
### Complexity Tracking

| a |
"""


def test_every_line_knows_its_place() -> None:
    lines = {line.number: line for line in lines_of(parse(TEXT))}
    assert [number for number, line in lines.items() if line.head] == [4, 6]
    assert lines[4].part is None
    assert lines[6].text.rstrip() == "**Branch**: `001-x`"
    assert (lines[10].part, lines[14].part, lines[16].part, lines[26].part) == (
        Part.CONTEXT,
        Part.CONTEXT,
        None,
        Part.TRACKING,
    )
    assert lines[19].fence is not None
    assert lines[18].fence is None
    assert 22 not in lines
    assert lines[6].comment
    assert not lines[10].comment


def test_a_part_may_be_named_by_hand() -> None:
    lines = [*lines_of(parse("# X\n\n## Ikhtisar\n\nWords.\n"), {3: Part.SUMMARY})]
    assert lines[-1].part is Part.SUMMARY


_PIECES = st.sampled_from(
    ["# a", "## Summary", "### Constitution", "```", "<!--", "-->", "x <!-- y --> z", "", "text", "---"]
)


@given(st.lists(_PIECES, max_size=30))
def test_columns_never_move(lines: list[str]) -> None:
    document = parse("\n".join(lines))
    for line in lines_of(document):
        written = document.source(line.number)
        assert all(shown in {" ", real} for shown, real in zip(line.text, written, strict=False))
        assert len(line.text) <= len(written)


def test_every_comment_of_a_line_is_blanked_in_its_place() -> None:
    line = next(lines_of(parse("a <!-- b --> c <!-- d -->e<!--\n-->")))
    assert line.text == f"a {' ' * 10} c {' ' * 10}e"
    assert len(list(lines_of(parse("<!-- a -->x" * 30_000)))) == 1
