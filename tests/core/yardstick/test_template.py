"""What a template expects of a plan, in whatever form and language it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.yardstick.template import MAX_HOLES, Template, read_template
from bot.core.yardstick.template import PlaceholderKind as Kind
from tests.core import templates

BUNDLED = (Path(__file__).parents[3] / "config" / "plan-template.md").read_text(encoding="utf-8")


def kinds(template: Template) -> dict[str, int]:
    return dict(Counter(hole.kind.value for hole in template.holes))


def test_a_customised_template_is_read_with_its_own_values_and_principles() -> None:
    template = read_template(templates.CUSTOMISED, "t.md")
    assert template.fields == ("Language/Version", "Testing", "Constraints")
    assert template.principles == ("I. Kotlin Only", "II. Test-First (NON-NEGOTIABLE)", "III. Observability")
    assert template.check_heading == "Constitution Check"
    assert template.tracking_header == ("Violation", "Why Needed", "Simpler Alternative Rejected Because")
    assert [hole.text for hole in template.holes if hole.kind is Kind.FIELD] == [
        "[Kotlin 2.1]",
        "[gradle test]",
        "[domain-specific, under 50 MB]",
    ]
    assert kinds(template) == {
        "title": 1,
        "meta": 1,
        "summary": 1,
        "field": 3,
        "tree": 1,
        "option": 1,
        "structure": 1,
        "row": 1,
    }


def test_every_hole_stands_on_its_line() -> None:
    for text in (templates.CUSTOMISED, templates.OLD, templates.JAPANESE, templates.UNKNOWN_LANGUAGE, BUNDLED):
        lines = text.split("\n")
        for hole in read_template(text, "t.md").holes:
            assert hole.text in lines[hole.line - 1]


def test_the_flow_and_the_phases_of_2025_hold_nothing_to_fill_in() -> None:
    template = read_template(templates.OLD, "t.md")
    assert kinds(template) == {"title": 1, "meta": 1, "summary": 1, "field": 1, "gates": 1}


def test_a_translated_template_is_read_like_any_other() -> None:
    template = read_template(templates.JAPANESE, "t.md")
    assert kinds(template) == {"title": 1, "meta": 1, "summary": 1, "field": 2, "gates": 1, "row": 1}
    assert template.check_heading == "憲章チェック"
    assert template.tracking_heading == "複雑さトラッキング"
    assert template.tracking_header[0] == "違反"
    assert template.fields == ("言語", "テスト")


def test_parts_in_an_unknown_language_are_told_by_what_stands_in_them() -> None:
    template = read_template(templates.UNKNOWN_LANGUAGE, "t.md")
    assert kinds(template) == {"title": 1, "summary": 1, "field": 4, "gates": 1, "row": 1}
    assert template.check_heading == "Semakan Perlembagaan"
    assert template.tracking_heading == "Pelanggaran"
    assert len(template.fields) == 4


def test_the_bundled_template_asks_for_every_part() -> None:
    template = read_template(BUNDLED, "bundled")
    assert set(kinds(template)) == {"title", "meta", "summary", "field", "gates", "tree", "structure", "row"}
    assert template.sections == (
        "Summary",
        "Technical Context",
        "Constitution Check",
        "Project Structure",
        "Complexity Tracking",
    )
    assert template.principles == ()


@pytest.mark.parametrize(
    ("check", "principles"),
    [
        ("- [ ] **I. Kotlin Only**: no other?\n- [ ] **Simplicity**: really?\n", ("I. Kotlin Only", "Simplicity")),
        ("### I. Kotlin Only\n\n[answer here]\n\n### II. Test-First\n", ("I. Kotlin Only", "II. Test-First")),
        ("| Principle | Status |\n|---|---|\n| Kotlin Only | |\n", ("Kotlin Only",)),
        ("| 原則 | 状態 |\n|---|---|\n| 一、単純 | |\n", ("一、単純",)),
        ("| File | What |\n|---|---|\n| a.md | text |\n", ()),
        ("[Gates determined based on constitution file]\n", ()),
        ("- are all names short?\n- is it fast?\n", ()),
    ],
)
def test_principles_in_the_check_are_listed(check: str, principles: tuple[str, ...]) -> None:
    assert read_template(f"# Plan\n\n## Constitution Check\n\n{check}", "t.md").principles == principles


def test_what_looks_like_a_hole_and_is_none() -> None:
    text = (
        "# Plan\n\n## Summary\n\nSee [the spec](s.md), [its twin][1], ![a picture](x.png), `[code]`, [P].\n\n[1]: y\n"
    )
    assert read_template(text, "t.md").holes == ()


def test_a_comment_that_tells_to_act_is_one_hole() -> None:
    text = "# Plan\n\n<!--\n  ACTION REQUIRED: replace [this]\n  and ACTION REQUIRED here\n-->\n\n<!-- [nothing] -->\n"
    assert [(hole.kind, hole.line) for hole in read_template(text, "t.md").holes] == [(Kind.COMMENT, 4)]


def test_a_template_of_nothing_but_holes_is_bounded() -> None:
    assert len(read_template("## Summary\n" + "- [say something]\n" * 5000, "t.md").holes) == MAX_HOLES


@given(st.text(alphabet="#*[]()|`~-<!> \n\r\tIV.aé✅├:", max_size=300))
def test_any_text_is_a_template(text: str) -> None:
    lines = text.removeprefix("\ufeff").split("\n")
    for hole in read_template(text, "t.md").holes:
        assert hole.text in lines[hole.line - 1]
