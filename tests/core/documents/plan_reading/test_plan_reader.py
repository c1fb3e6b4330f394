"""The plan as a whole: header, promises, paths, and what no text may do to the reading."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.documents.plan_reading.plans import plan_text, read, seen
from tests.core.documents.plan_reading.test_check_layouts import ENGLISH_LAYOUTS, MIXED

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    TraceFunction = Callable[[FrameType, str, Any], Any]

HEADERS = {
    "one line": "**Branch**: `004-moorings` | **Date**: 2026-03-01 | **Spec**: [spec.md](./spec.md)",
    "blank lines": "**Branch**: `004-moorings`\n\n**Date**: 2026-03-01\n\n**Spec**: [spec.md](./spec.md)",
    "colon inside": "**Feature Branch:** 004-moorings\n**Spec:** [the spec](./spec.md)",
    "bullets": "- **Branch**: `004-moorings`\n- **Spec**: [spec.md](./spec.md)",
    "fullwidth": "**分支**：`004-moorings` | **日期**：2026-03-01 | **规范**：[spec.md](./spec.md)",
    "spanish": "**Rama**: `004-moorings` | **Fecha**: 2026-03-01 | **Spec**: [spec.md](./spec.md)",
    "japanese": "**ブランチ**: `004-moorings` | **仕様**: [spec.md](./spec.md)",
}


@pytest.mark.parametrize("form", HEADERS)
def test_the_header_is_read_in_every_form(form: str) -> None:
    plan = read(f"# Implementation Plan: Moorings\n\n{HEADERS[form]}\n\n## Summary\n\n**Branch**: other\n")
    assert (plan.title, plan.branch, plan.spec_link) == ("Implementation Plan: Moorings", "004-moorings", "./spec.md")
    assert plan.branch_line is not None
    assert "004-moorings" in plan.lines[plan.branch_line - 1]
    assert plan.spec_line is not None
    assert "spec.md" in plan.lines[plan.spec_line - 1]


TREE = """## Project Structure

### Documentation (this feature)

```text
specs/004-moorings/
├── plan.md              # This file
├── research.md          # Phase 0 output
├── data-model.md        # N/A: nothing is stored
├── contracts/           # not needed, no interface
└── tasks.md             # Phase 2 output (/speckit.tasks - NOT created by /speckit.plan)
```

### Source Code (repository root)

```text
src/
├── tides/
│   └── table.py
tests/
```

**Structure Decision**: one package, `src/tides/table.py` and `src/ledger/`; see [research](research.md#berths).
"""


def test_the_tree_promises_and_takes_back() -> None:
    plan = read(f"# Plan\n\n{TREE}\n\nquickstart.md: N/A - nobody starts a harbour quickly\n")
    assert [(promise.artifact, promise.waived) for promise in plan.promises] == [
        ("plan.md", None),
        ("research.md", None),
        ("data-model.md", "N/A: nothing is stored"),
        ("contracts/", "not needed, no interface"),
        ("tasks.md", None),
        ("quickstart.md", "N/A - nobody starts a harbour quickly"),
    ]
    for promise in plan.promises:
        assert promise.column is not None
        assert plan.lines[promise.line - 1][promise.column - 1 : promise.end_column] == promise.artifact


@pytest.mark.parametrize(
    ("note", "waived"),
    [
        ("Phase 0 (not needed - no unknowns)", "not needed - no unknowns"),
        ("Phase 1: skipped, nothing is stored", "skipped, nothing is stored"),
        ("Phase 0 output (不要)", "不要"),
        ("Phase 0 output", None),
        ("(to be created)", None),
        ("not created yet", None),
        ("Phase 1 (not required by /speckit.plan)", None),
        ("what is not needed any more", None),
    ],
)
def test_a_tree_line_takes_back_only_what_it_says(note: str, waived: str | None) -> None:
    tree = TREE.replace("Phase 0 output", note, 1)
    (promise,) = [one for one in read(f"# Plan\n\n{tree}").promises if one.artifact == "research.md"]
    assert promise.waived == waived


def test_paths_and_links_are_read_with_their_lines() -> None:
    plan = read(f"# Plan\n\n{TREE}\n[out](https://example.org/x)\n")
    assert [path for path, _ in plan.structure_paths] == [
        "src/",
        "src/tides/",
        "src/tides/table.py",
        "tests/",
        "src/ledger/",
    ]
    for path, line in plan.structure_paths:
        assert path.rstrip("/").rsplit("/", 1)[-1] in plan.lines[line - 1]
    assert [link for link, _ in plan.links] == ["research.md#berths"]


def test_the_sections_are_named_as_they_stand() -> None:
    plan = read(plan_text("- **III. Small Boats**: PASS", "None.", heading="Constitution Check ✅"))
    assert plan.check is not None
    assert plan.tracking is not None
    assert (plan.check.heading, plan.tracking.heading) == ("Constitution Check ✅", "Complexity Tracking")
    assert plan.lines[plan.check.line - 1] == "## Constitution Check ✅"


DRESSINGS: dict[str, Callable[[str], str]] = {
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "bom": lambda text: "\ufeff" + text,
    "front matter": lambda text: "---\n\ndescription: a plan\n---\n" + text,
    "comments between blocks": lambda text: text.replace("\n\n", "\n\n<!-- ❌ FAIL -->\n\n"),
    "comments at line ends": lambda text: text.replace("\n", " <!-- VIOLATION -->\n"),
    "comments between rows": lambda text: text.replace("|\n|", "|\n<!-- a note -->\n|"),
    "trailing blanks": lambda text: text.replace("\n", "  \n"),
    "narrow tables": lambda text: text.replace("| ", "|").replace(" |", "|"),
    "wide tables": lambda text: text.replace("|---", "|:" + "-" * 30 + ":"),
    "no outer pipes": lambda text: "\n".join(
        line.strip("|") if line.count("|") > 2 else line for line in text.replace("| # |", "| No. |").split("\n")
    ),
    "other list marks": lambda text: text.replace("\n- ", "\n* "),
    "deeper headings": lambda text: text.replace("\n### ", "\n#### "),
}


@pytest.mark.parametrize("dressing", DRESSINGS)
@pytest.mark.parametrize("layout", ENGLISH_LAYOUTS)
def test_dress_changes_no_verdict(layout: str, dressing: str) -> None:
    assert seen(read(DRESSINGS[dressing](plan_text(ENGLISH_LAYOUTS[layout])))) == MIXED


PIECES = st.sampled_from(
    (
        "## Constitution Check\n",
        "### I. Tide Tables First ✅ PASS\n",
        "### ⚠️ Notes\n",
        "**Status**: FAIL\n",
        "\n",
        "| Principle | Status |\n|---|---|\n",
        "| III. Small Boats | ❌ VIOLATION |\n",
        "| | |\n",
        "- [x] **II**: PASS\n",
        "- [ ] a\n",
        "  - ❌ b\n",
        "**Gate Result**: PASS\n",
        "## Complexity Tracking\n",
        "| Violation | Why Needed |\n|-|-|\n",
        "| Principle III | because |\n",
        "```\n",
        "<!--",
        "-->\n",
        "> quote\n",
        "No violations.\n",
        "部分符合\n",
        "違反なし\n",
        "**Branch**: `001-x` | **Spec**: [link]\n",
        "├── research.md # N/A\n",
        "research.md: N/A, none\n",
        "\0",
        "\ud800",
        "?\n",
    )
)


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=300)
def test_whatever_is_put_together_is_read_with_real_lines(text: str) -> None:
    plan = read(text)
    for check in plan.checks:
        assert check.text == plan.lines[check.line - 1].strip()[:400]
        assert check.span is not None
        quoted = plan.lines[check.span.line - 1]
        assert check.span.column is None or check.span.column <= len(quoted) + 1
    for line in (
        *(row.line for row in plan.rows),
        *(promise.line for promise in plan.promises),
        plan.overall_line or 1,
    ):
        assert 1 <= line <= len(plan.lines)


@given(st.binary(max_size=400))
@settings(max_examples=150)
def test_any_bytes_are_read(data: bytes) -> None:
    read(data.decode("utf-8", "replace"))
    read(data.decode("utf-8", "surrogateescape"))


def _cost(text: str) -> int:
    """Lines of Python that the reading runs: a cost that no clock can blur."""
    count = 0

    def trace(_frame: FrameType, _event: str, _arg: Any) -> TraceFunction:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read(text)
    finally:
        sys.settrace(before)
    return count


GROWING = {
    "rows": ("| Principle | Status |\n|---|---|\n", "| III. Small Boats | ❌ VIOLATION, n{} |\n"),
    "bullets": ("", "- **III. Small Boats**: PASS n{}\n"),
    "nested": ("- [x] **a**\n", "  - ✅ b n{}\n"),
    "headings": ("", "### {}. Small Boats\n\n**Status**: PASS n{}\n\n"),
    "paragraphs": ("", "**Small Boats {}**: PASS\n\n"),
    "one long bullet": ("- **III. Small Boats**: ", "violation n{} PASS "),
    "one long name": ("- **", "Small Boats n{} "),
    "tracking": (
        "x\n\n## Complexity Tracking\n\n| Violation | Why Needed |\n|---|---|\n",
        "| Principle III n{} | because of it |\n",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", GROWING)
def test_cost_grows_no_faster_than_the_plan(kind: str) -> None:
    head, line = GROWING[kind]
    small = plan_text(head + "".join(line.format(n, n) for n in range(100)))
    large = plan_text(head + "".join(line.format(n, n) for n in range(800)))
    for text in (small, large):  # words are compiled and names are known
        read(text)
    assert _cost(large) < 9 * _cost(small)


@pytest.mark.parametrize("named", ["Ledger Standards: Small Night Crews", "Harbour Rules: Boats Kept Dry"])
def test_one_shared_word_of_many_is_no_principle(named: str) -> None:
    (check,) = read(plan_text(f"- **{named}**: PASS")).checks
    assert check.principle is None
    (check,) = read(plan_text("- **Small Craft**: PASS")).checks
    assert check.principle == "III"


@pytest.mark.parametrize(
    ("section", "mentioned"),
    [
        ("## Risks\n\n- None that matter.", False),
        ("The constitution of the harbour is old.", False),
        ("-## Constitution Check\n- Gate: berths by tide, satisfied by the ledger", True),
        ("**Constitution Check**\n\nBerths are booked by tide.", True),
        ("## Constitution and comments\n\nBerths are booked by tide.", True),
        ("## 宪章与注释\n\n按潮汐预订泊位。", True),
        ("**Verificación de la constitución**:\n\nTodo por marea.", True),
    ],
)
def test_a_line_that_names_the_check_and_heads_no_section_is_known(section: str, mentioned: bool) -> None:
    plan = read(f"# Plan: Moorings\n\n## Summary\n\nBerths by tide.\n\n{section}\n")
    assert plan.check is None
    assert plan.check_mention == (7 if mentioned else None)
