"""What is still the template in a plan, and what only looks like it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.documents.placeholders import find_placeholders, is_unfilled, template_share
from bot.core.markdown import parse
from bot.core.yardstick.template import read_template
from tests.core import templates

if TYPE_CHECKING:
    from bot.core.documents.plan import Placeholder

BUNDLED = read_template((Path(__file__).parents[3] / "config" / "plan-template.md").read_text("utf-8"), "bundled")
CUSTOMISED = read_template(templates.CUSTOMISED, "t.md")
ALL = [templates.CUSTOMISED, templates.OLD, templates.JAPANESE, templates.UNKNOWN_LANGUAGE, BUNDLED.text]


def found(text: str, template: str = BUNDLED.text) -> tuple[Placeholder, ...]:
    return find_placeholders("specs/001-x/plan.md", parse(text), read_template(template, "t.md"))


def kinds(placeholders: tuple[Placeholder, ...]) -> list[str]:
    return [placeholder.kind.value for placeholder in placeholders]


def in_part(heading: str, body: str) -> list[str]:
    return kinds(found(f"# Implementation Plan: Retries\n\n## {heading}\n\n{body}\n"))


@pytest.mark.parametrize("template", ALL)
def test_a_plan_that_is_its_template_holds_every_hole(template: str) -> None:
    yardstick = read_template(template, "t.md")
    left = found(template, template)
    assert [(p.line, p.kind) for p in left] == [(hole.line, hole.kind) for hole in yardstick.holes]
    assert template_share(left, yardstick) == 1.0
    assert is_unfilled(left, yardstick)


def test_a_customised_template_is_unfilled_under_any_other_template_too() -> None:
    left = found(templates.CUSTOMISED, BUNDLED.text)
    expected = {"title": 1, "meta": 1, "summary": 1, "field": 3, "tree": 1, "option": 1, "structure": 1, "row": 1}
    assert Counter(kinds(left)) == expected
    assert is_unfilled(left, BUNDLED)


@pytest.mark.parametrize("template", ALL)
def test_a_filled_plan_holds_none(template: str) -> None:
    left = found(templates.FILLED, template)
    assert left == ()
    assert not is_unfilled(left, read_template(template, "t.md"))


def test_places_are_exact() -> None:
    plan = "# Implementation Plan: [FEATURE]\n\n**Branch**: `018-retry` | **Date**: [DATE] | **Spec**: [s](./s.md)\n"
    title, meta = found(plan)
    assert (title.line, title.column, title.end_column, title.text) == (1, 24, 32, "[FEATURE]")
    assert (meta.line, meta.column, meta.end_column, meta.text) == (3, 37, 42, "[DATE]")
    assert meta.path == "specs/001-x/plan.md"


@pytest.mark.parametrize(
    ("heading", "body", "expected"),
    [
        ("Summary", "[Extract from feature spec: requirement and approach]", ["summary"]),
        ("Summary", "[Write here what the feature is about]", ["summary"]),
        ("Technical Context", "**Storage**: [if applicable, e.g., PostgreSQL or N/A]", ["field"]),
        ("Technical Context", "- **Testing**: [e.g., pytest or NEEDS CLARIFICATION]", ["field"]),
        ("Technical Context", "| **Testing** | [e.g., pytest or NEEDS CLARIFICATION] |", ["field"]),
        ("Technical Context", "**Language/Version**: [Rust 1.90]", ["field"]),
        ("Technical Context", "**Storage**: [N/A]", []),
        ("Technical Context", "**Owner**: [the team of the yard]", []),
        ("Technical Context", "**Testing**: pytest [see the guide](g.md)", []),
        ("Technical Context", "**Testing**: `[cargo test]` runs all", []),
        ("Constitution Check", "[Gates determined based on constitution file]", ["gates"]),
        ("Constitution Check", "- [Gates determined based on constitution file]", ["gates"]),
        ("Constitution Check", "[憲章ファイルに基づくゲート]", ["gates"]),
        ("Constitution Check", "- Libraries listed: [name + purpose for each]", ["gates"]),
        ("Constitution Check", "[EXCEPTION GRANTED BY THE OWNER]", []),
        ("Constitution Check", "[Deferred to V2]", []),
        ("Constitution Check", "- [x] I. Kotlin Only: PASS\n- [ ] II. Test-First", []),
        ("Project Structure", "```\nspecs/[###-feature]/\n├── plan.md\n```", ["tree"]),
        ("Project Structure", "specs/[###-feature]/", ["tree"]),
        (
            "Project Structure",
            "```text\n# Option 2: Web application (when used)\nweb/\n└── [same as backend above]\n```",
            ["option"],
        ),
        ("Project Structure", "```text\napi/\n└── [same as backend above]\n```", ["option"]),
        ("Project Structure", "```bash\n# Option 2: install with brew\nbrew install x\n```", []),
        ("Project Structure", "```ts\nconst [first] = rows[id]\napp/[slug]/page.tsx\n```", []),
        ("Project Structure", "**Structure Decision**: [DEFAULT to Option 1 unless said otherwise]", ["structure"]),
        ("Project Structure", "<!--\n ACTION REQUIRED: replace the tree\n-->", ["comment"]),
        ("Project Structure", "**ACTION REQUIRED**: the owner must approve the folder", []),
        ("Complexity Tracking", "| Violation | Why |\n|---|---|\n| [e.g., 4th project] | [current need] |", ["row"]),
        ("Complexity Tracking", "| Violation | Why |\n|---|---|\n| 4th project | arrays such as [0] |", []),
        ("Complexity Tracking", "> **Fill ONLY if Constitution Check has violations that must be justified**", []),
        ("Execution Flow (main)", "2. Fill Technical Context (scan for NEEDS CLARIFICATION)", []),
        ("Progress Tracking", "- [ ] All NEEDS CLARIFICATION resolved", []),
        ("Reports", "The title was [REPORTÉ V2] and [P] marks what runs beside it.", []),
    ],
)
def test_one_line_of_each_kind(heading: str, body: str, expected: list[str]) -> None:
    assert in_part(heading, body) == expected


@pytest.mark.parametrize(
    "title",
    ["[FEATURE]", "Implementation Plan: [FEATURE NAME]", "実装計画: [機能名]", "Plan: [Feature Name]"],
)
def test_an_open_title(title: str) -> None:
    assert kinds(found(f"# {title}\n")) == ["title"]


@pytest.mark.parametrize(
    "title", ["Plan: [ABC-123] Retry", "Plan: Retry [WIP]", "Plan: [ABC-123]", "Plan: `[x y]` arrays"]
)
def test_a_title_with_brackets_of_its_own(title: str) -> None:
    assert kinds(found(f"# {title}\n")) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("**Storage**: NEEDS CLARIFICATION", True),
        ("**Storage**: PostgreSQL, NEEDS CLARIFICATION (which version)", True),
        ("**Storage**: NEEDS CLARIFICATION (no decision yet, all are open)", True),
        ("- dbus (NEEDS CLARIFICATION: which interface)", True),
        ("- **Storage**: [NEEDS CLARIFICATION: which one?]", True),
        ("- **Storage**: [NEEDS CLARIFICATION: which one?] → resolved: SQLite", False),
        ("All NEEDS CLARIFICATION items were resolved.", False),
        ("No `NEEDS CLARIFICATION` remains.", False),
        ("- [x] No [NEEDS CLARIFICATION] markers remain", False),
        ("<!-- **Storage**: NEEDS CLARIFICATION -->", False),
        ("```\n**Storage**: NEEDS CLARIFICATION\n```", False),
    ],
)
def test_an_open_question_is_one_and_a_mention_is_not(line: str, expected: bool) -> None:
    assert in_part("Technical Context", line) == (["needs_clarification"] if expected else [])


def test_a_finished_plan_with_a_few_leftovers_is_not_unfilled() -> None:
    leftovers = "\n## Complexity Tracking\n\n| [e.g., 4th project] | [current need] | [x] |\n|---|---|---|\n"
    left = found(
        templates.FILLED + leftovers + "```\nspecs/[###-feature]/\n# Option 1: Single project (DEFAULT)\n```\n"
    )
    assert {"row", "tree", "option"} >= set(kinds(left)) != set()
    assert not is_unfilled(left, CUSTOMISED)


def test_soft_leftovers_alone_never_make_a_plan_unfilled() -> None:
    template = read_template(
        "# Plan\n\n## Project Structure\n\n```\nspecs/[###-feature]/\n```\n\n## Summary\n\n[all of it]\n", "t"
    )
    left = found(
        "# A plan\n\n## Project Structure\n\n```\nspecs/[###-feature]/\n```\n\n## Summary\n\nDone.\n", template.text
    )
    assert kinds(left) == ["tree"]
    assert not is_unfilled(left, template)


def test_a_plan_with_a_title_and_nothing_else_is_unfilled() -> None:
    left = found(templates.CUSTOMISED.replace("[FEATURE]", "Retries", 1), templates.CUSTOMISED)
    assert is_unfilled(left, CUSTOMISED)


def test_a_short_word_of_the_template_counts_only_behind_its_own_label() -> None:
    template = "# Plan\n\n## Deployment\n\n- New networks: [list]\n- Owner: [name]\n"
    assert kinds(found("# A plan\n\n## Deployment\n\n- New networks: [list]\n", template)) == ["field"]
    assert kinds(found("# A plan\n\n## Deployment\n\n- Returns a [list] of [name] pairs\n", template)) == []


PLAN = templates.CUSTOMISED.replace("[FEATURE]", "Retries").replace("[Kotlin 2.1]", "NEEDS CLARIFICATION")


@pytest.mark.parametrize(
    "changed",
    [
        PLAN.replace("\n", "\r\n"),
        "\ufeff" + PLAN,
        PLAN.replace("## Summary\n", "## Summary <!-- [a] -->\n"),
        PLAN.replace("`", "`"),
    ],
)
def test_line_ends_marks_and_comments_change_nothing(changed: str) -> None:
    expected = [(p.line, p.kind, p.text, p.column) for p in found(PLAN, templates.CUSTOMISED)]
    assert [(p.line, p.kind, p.text, p.column) for p in found(changed, templates.CUSTOMISED)] == expected
    assert len(expected) > 5


_PIECES = st.sampled_from(
    [
        *templates.CUSTOMISED.split("\n"),
        *templates.FILLED.split("\n"),
        *templates.OLD.split("\n"),
        "```",
        "<!--",
        "-->",
        "[x",
        "é|",
    ]
)


@given(st.lists(_PIECES, max_size=40), st.booleans())
def test_any_plan_is_read_and_every_place_holds_its_text(lines: list[str], windows: bool) -> None:
    text = ("\r\n" if windows else "\n").join(lines)
    document = parse(text)
    left = find_placeholders("plan.md", document, CUSTOMISED)
    assert len({p.line for p in left}) == len(left)
    for p in left:
        assert p.column is not None
        assert document.source(p.line)[p.column - 1 : p.end_column] == p.text
    assert 0.0 <= template_share(left, CUSTOMISED) <= 1.0


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    find_placeholders("plan.md", parse(text), BUNDLED)
