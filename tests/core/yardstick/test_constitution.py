"""Principles as people write them down, their strength, and what is no constitution yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.change.trees import Document, Readability
from bot.core.yardstick.constitution import MAX_PRINCIPLES, Constitution, ConstitutionState, read_constitution
from bot.core.yardstick.principles import name_of

BUNDLED = (Path(__file__).parents[3] / "config" / "constitution.md").read_text(encoding="utf-8")
PATH = ".specify/memory/constitution.md"


def read(text: str) -> Constitution:
    return read_constitution(Document(PATH, text), PATH)


def listed(text: str) -> list[tuple[str | None, str]]:
    return [(principle.id, principle.name) for principle in read(text).principles]


ROMAN = """\
<!-- Sync Impact Report
Version: 1.0.0 → 2.0.0
### IX. Removed (NON-NEGOTIABLE)
-->
# Ferry Constitution

## Core Principles

### I. Kotlin Only

No second language. <!-- Example: III. Test-First (NON-NEGOTIABLE) -->

### II. Test-First (NON-NEGOTIABLE)

#### 1. How

A failing test first.

### III. Reversibility

Every step can be taken back.

## Development Workflow

### Review

## Governance

**Version**: 2.0.0 | **Ratified**: 2026-01-02 | **Last Amended**: 2026-02-03
"""


def test_the_usual_form() -> None:
    constitution = read(ROMAN)
    assert constitution.state is ConstitutionState.FILLED
    assert constitution.version == "2.0.0"
    assert [principle.title for principle in constitution.principles] == [
        "I. Kotlin Only",
        "II. Test-First (NON-NEGOTIABLE)",
        "III. Reversibility",
    ]
    assert [principle.line for principle in constitution.principles] == [9, 13, 19]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Core Principles\n### 1. Simple\n### 2. Small\n", [("1", "Simple"), ("2", "Small")]),
        ("## Core Principles\n### Simple Code\n### Small Steps\n", [(None, "Simple Code"), (None, "Small Steps")]),
        ("## Article I: Simple\n## Article II: Small\n## Governance\n", [("I", "Simple"), ("II", "Small")]),
        ("## I. Simple\n## II. Small\n## Governance\n", [("I", "Simple"), ("II", "Small")]),
        ("## Principles\n### Principle 1: Simple\n### Principle 2 - Small\n", [("1", "Simple"), ("2", "Small")]),
        (
            "## 1. Simple\n## 2. Small\n## 3. Quick\n## 4. Governance\n",
            [("1", "Simple"), ("2", "Small"), ("3", "Quick")],
        ),
        ("## 核心原則\n### 一、單純\n### 二、測試優先（不可協商）\n", [("一", "單純"), ("二", "測試優先")]),
        ("## 原則\n### 原則1: 単純\n### 原則2: 小さく\n", [("1", "単純"), ("2", "小さく")]),
        ("## 核心原则\n### 第一条 简单\n### 第二条 测试\n", [("一", "简单"), ("二", "测试")]),
        ("## 핵심 원칙\n### 제1조 단순\n### 제2조 시험\n", [("1", "단순"), ("2", "시험")]),
        ("## コア原則\n### Ⅰ．単純\n### Ⅱ．小さく\n", [("Ⅰ", "単純"), ("Ⅱ", "小さく")]),
        ("## Princípios\n### I. Simples\n### II. Teste (NÃO-NEGOCIÁVEL)\n", [("I", "Simples"), ("II", "Teste")]),
        ("## Core Principles\n- **Simple**: a\n- **Small**: b\n", [(None, "Simple"), (None, "Small")]),
        ("## Core Principles\n1. **Simple**: a\n2. **Small**: b\n", [("1", "Simple"), ("2", "Small")]),
        (
            "## Core Principles\n\n**I. Simple**\n\nText.\n\n**II. Small**\n\nText.\n",
            [("I", "Simple"), ("II", "Small")],
        ),
        ("## Core Principles\n### I. Simple\n### Rationale\n### II. Small\n", [("I", "Simple"), ("II", "Small")]),
        (
            "## Core Principles\n### I. Simple\n## Standards\n### II. Small\n### Notes\n",
            [("I", "Simple"), ("II", "Small")],
        ),
        (
            "## Core Principles\n### CI First\n### CLI: the interface\n",
            [(None, "CI First"), (None, "CLI: the interface")],
        ),
        ("## Core Principles\n### Rationale\n### Simple\n", [(None, "Simple")]),
        ("## Core Principles\n### Code\n#### I. A\n### Team\n#### II. B\n", [("I", "A"), ("II", "B")]),
        ("## Core Principles\n### Code\n#### 1. How\n#### 2. When\n### Team\n", [(None, "Code"), (None, "Team")]),
        ("## 原則\n### １．単純\n### ２．小さく\n", [("１", "単純"), ("２", "小さく")]),
        (
            "## Article I: Purpose\n## Article II: Core Principles\n### 1. A\n### 2. B\n## Article III: Law\n",
            [("1", "A"), ("2", "B")],
        ),
        ("## Article I: Aim\n## Article II: Core Principles\n- **A**: x\n- **B**: y\n", [(None, "A"), (None, "B")]),
        ("## I. Design Principles\n### Sub\n## II. Tests\n### Sub\n", [("I", "Design Principles"), ("II", "Tests")]),
        ("## Core Principles\n### § 1 Simple\n### § 2 Small\n", [("1", "Simple"), ("2", "Small")]),
        ("## Core Principles\n### I · Simple\n### II - Small\n", [("I", "Simple"), ("II", "Small")]),
        ("```\n### I. Quoted\n### II. Also\n```\n\n## Core Principles\n### I. Simple\n", [("I", "Simple")]),
        (
            "## Core Principles\n\n| # | Principle | Rule |\n|---|---|---|\n| I | Simple | |\n| II | **Small** | |\n",
            [("I", "Simple"), ("II", "Small")],
        ),
        (
            "## Principles\n\n| Principle | Rule |\n|---|---|\n| Simple | a |\n| Small | b |\n",
            [(None, "Simple"), (None, "Small")],
        ),
        ("## Principles\n\n| Team | Rule |\n|---|---|\n| Quay | a |\n", []),
        ("# Rules\n\nBe kind.\n\n## Style\n### Tabs\n", []),
    ],
)
def test_every_form(text: str, expected: list[tuple[str | None, str]]) -> None:
    assert listed(f"# Constitution\n\n{text}") == expected


@pytest.mark.parametrize(
    "heading",
    [
        "II. Test-First (NON-NEGOTIABLE)",
        "II. Test-First — NON-NEGOTIABLE",
        "II. Test-First (Non-Negotiable)",
        "II. Test-First [NON NEGOTIABLE]",
        "II. Test-First（不可协商）",
        "II. Test-First (妥協不可)",
        "II. Test-First (NÃO-NEGOCIÁVEL)",
        "II. Test-First (타협 불가)",
        "II. Test-First (NICHT VERHANDELBAR)",
        "⛔ II. Test-First (NON-NEGOTIABLE)",
        "**II. Test-First** (NON-NEGOTIABLE)",
    ],
)
def test_a_marker_in_the_heading_is_strength_and_no_part_of_the_name(heading: str) -> None:
    _, second = read(f"## Core Principles\n\n### I. Simple\n\n### {heading}\n").principles
    assert (second.id, second.name, second.non_negotiable) == ("II", "Test-First", True)


def test_what_stands_beside_the_marker_stays() -> None:
    assert name_of("II. Tests (TDD, NON-NEGOTIABLE)").name == "Tests (TDD)"
    assert name_of("II. Test-Driven Development (TDD)").name == "Test-Driven Development (TDD)"


@pytest.mark.parametrize(
    ("body", "strong"),
    [
        ("**NON-NEGOTIABLE**", True),
        ("Strength: NON-NEGOTIABLE", True),
        ("**NON-NEGOTIABLE**: tests come first.", True),
        ("NON-NEGOTIABLE — tests come first.", True),
        ("This principle is non-negotiable.", True),
        ("**Non-negotiable rules**:\n\n- one", True),
        ("**Rationale**: Support for two vendors is non-negotiable here.", False),
        ("<!-- NON-NEGOTIABLE -->", False),
        ("`NON-NEGOTIABLE` is the word for it in English", False),
    ],
)
def test_a_principle_may_say_so_in_its_own_text(body: str, strong: bool) -> None:
    first, second = read(f"## Core Principles\n\n### I. Simple\n\n{body}\n\n### II. Small\n\nText.\n").principles
    assert (first.non_negotiable, second.non_negotiable) == (strong, False)


def test_a_label_under_every_principle_sets_none_apart() -> None:
    text = "## Core Principles\n" + "".join(
        f"### {n}. P{n}\n\n**Non-negotiable rules**:\n\n- x\n" for n in ("I", "II", "III")
    )
    assert not any(principle.non_negotiable for principle in read(text).principles)


def test_a_sentence_about_the_whole_constitution_is_no_marker() -> None:
    text = "## Core Principles\n\n### I. Simple\n\n## Governance\n\nThese are the non-negotiable principles of Ferry.\n"
    assert not read(text).principles[0].non_negotiable


@pytest.mark.parametrize(("legend", "strong"), [("⛔ means NON-NEGOTIABLE.\n", True), ("⛔ means stop.\n", False)])
def test_a_symbol_counts_with_its_legend(legend: str, strong: bool) -> None:
    first, second = read(f"{legend}\n## Core Principles\n\n### I. Simple ⛔\n\n### II. Small\n").principles
    assert (first.name, first.non_negotiable, second.non_negotiable) == ("Simple", strong, False)


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("**Version**: 1.4.2 | **Ratified**: 2025-10-19 | **Last Amended**: 2026-01-01", "1.4.2"),
        ("**Version:** 1.0.0", "1.0.0"),
        ("- Version: 1.0.0 → 1.1.0 (one more principle)", "1.1.0"),
        ("Constitution Version: v2.0", "2.0"),
        ("**版本**: 1.2.0 | **批准日期**: 2025-01-01", "1.2.0"),
        ("| Version | 3 |", None),
        ("<!-- Version: 9.9.9 -->", None),
        ("The API version: 3", None),
    ],
)
def test_the_version_line(line: str, version: str | None) -> None:
    assert read(f"# C\n\n## Core Principles\n\n### I. Simple\n\n{line}\n").version == version


def test_the_version_beside_the_ratification_wins() -> None:
    text = "**Version**: 2.0.0 | **Ratified**: 2025-01-01\n\n### Old\n\nVersion: 1.0.0\n"
    assert read(text).version == "2.0.0"


def test_missing_template_and_filled() -> None:
    assert read_constitution(None, PATH) == Constitution(PATH, ConstitutionState.MISSING)
    assert read_constitution(Document(PATH, "", Readability.BINARY), PATH).state is ConstitutionState.MISSING
    assert read("").state is ConstitutionState.TEMPLATE
    assert read("<!-- fill me -->\n").state is ConstitutionState.TEMPLATE
    assert read(BUNDLED).state is ConstitutionState.TEMPLATE
    assert read(BUNDLED).principles == ()
    assert read("# Ferry\n\nWe write Kotlin, and tests come first.\n").state is ConstitutionState.FILLED


def test_a_half_filled_constitution_has_the_principles_that_are_there() -> None:
    text = BUNDLED.replace("[PRINCIPLE_1_NAME]", "Kotlin Only")
    constitution = read(text)
    assert constitution.state is ConstitutionState.FILLED
    assert [principle.name for principle in constitution.principles] == ["Kotlin Only"]


@pytest.mark.parametrize("changed", [ROMAN.replace("\n", "\r\n"), "\ufeff" + ROMAN])
def test_line_ends_and_marks_change_nothing(changed: str) -> None:
    assert read(changed) == read(ROMAN)


def test_thousands_of_headings_are_bounded() -> None:
    assert len(read("## Core Principles\n" + "### I. Name\n" * 5000).principles) == MAX_PRINCIPLES


_PIECES = st.sampled_from(
    [
        *ROMAN.split("\n"),
        *BUNDLED.split("\n"),
        "## Article 1",
        "### 一、x",
        "- **a**: b",
        "⛔ NON-NEGOTIABLE",
        "```",
        "<!--",
        "-->",
    ]
)


@given(st.lists(_PIECES, max_size=30))
def test_any_constitution_is_read_and_each_line_holds_its_principle(lines: list[str]) -> None:
    text = "\n".join(lines)
    for principle in read(text).principles:
        assert principle.name in lines[principle.line - 1]
        assert principle.id is None or principle.id in lines[principle.line - 1]


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    read(text)
