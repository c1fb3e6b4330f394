"""What is read of a spec."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.change.trees import Document
from bot.core.documents.spec import Spec, read_spec

SPEC = """\
# Feature Specification: Webhook retries

**Feature Branch**: `018-webhook-retry`

**Created**: 2026-03-01

**Status**: In review (second round)

**Input**: User description: "try failed webhooks again"

## User Scenarios & Testing *(mandatory)*

### User Story 1 - See what failed (Priority: P1)

An operator opens the list of failed deliveries. The newest stands first. A third sentence is too many.

**Why this priority**: nothing else works without it.

### User Story 2 — Try again (Priority: P2) 🎯

Pressing the button sends it once more.

## Requirements *(mandatory)*

### Functional Requirements

- **FR-001**: The system MUST keep failed deliveries.
- **FR-002** (changed): The pause MUST grow [NEEDS CLARIFICATION: by which factor?]
- **FR-002a**: The pause MUST have an end.
- FR-001 and FR-002 are covered by the first story.

### Non-Functional

| Id | What |
|----|------|
| NFR-1 | 200 a second |

### Key Entities *(include if feature involves data)*

- **Delivery**: what was sent, and when
  - **Attempt**: is not an entity of its own
- **Backoff policy** — how long to wait

## Success Criteria

- **SC-001**: nine of ten arrive at the second try

## Review & Acceptance Checklist

- [ ] No [NEEDS CLARIFICATION] markers remain
- [x] FR-001: is testable

See [the plan](plan.md), [the web](https://example.org) and [above](#requirements).
"""


def read(text: str) -> Spec:
    return read_spec(Document("specs/018-webhook-retry/spec.md", text))


def test_everything_that_the_rules_look_at() -> None:
    spec = read(SPEC)
    assert spec.title == "Webhook retries"
    assert (spec.status, spec.status_line) == ("In review (second round)", 7)
    assert (spec.branch, spec.branch_line) == ("018-webhook-retry", 3)
    assert spec.summary == "An operator opens the list of failed deliveries. The newest stands first."
    assert spec.summary_line == 15
    assert [(story.id, story.title, story.line) for story in spec.stories] == [
        ("US1", "See what failed", 13),
        ("US2", "Try again", 19),
    ]
    assert [(one.id, one.line) for one in spec.requirements] == [
        ("FR-001", 27),
        ("FR-002", 28),
        ("FR-002a", 29),
        ("NFR-1", 36),
        ("SC-001", 46),
    ]
    assert spec.requirements[0].text == "The system MUST keep failed deliveries."
    assert (spec.entities, spec.entities_line) == (("Delivery", "Backoff policy"), 38)
    assert spec.clarifications == (("[NEEDS CLARIFICATION: by which factor?]", 28),)
    assert spec.links == (("plan.md", 53),)
    assert not spec.unfilled


def test_an_id_that_is_used_twice_is_there_twice() -> None:
    spec = read("# S\n\n## Requirements\n\n- **FR-001**: a\n- **FR-001**: b\n")
    assert [one.line for one in spec.requirements] == [5, 6]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("# S\n\n## Tests\n\n### Primary User Story\n\nAs a user, I wait.\n", "As a user, I wait."),
        ('# S\n\n**Input**: User description: "try it again"\n\n## X\n', "try it again"),
        ('# S\n\n**Input**: User description: "$ARGUMENTS"\n\n## X\n', None),
        ("# S\n\n### User Story 1 - [Brief Title]\n\n[Describe this user journey in plain language]\n", None),
        (
            "# S\n\n### ユーザーストーリー 1 - 一覧\n\n利用者は一覧を見る。新しいものが先に立つ。三つ目。\n",
            "利用者は一覧を見る。 新しいものが先に立つ。",
        ),
        ("# S\n\n### Primary User Story\n\n" + "word " * 200, "word " * 79 + "word…"),
    ],
)
def test_the_summary_is_the_first_sentence_or_two(text: str, summary: str | None) -> None:
    assert read(text).summary == (summary if summary is None else summary.strip())


@pytest.mark.parametrize(
    ("line", "status", "branch"),
    [
        ("**Status**: Draft", "Draft", None),
        ("- **Status:** Draft", "Draft", None),
        ("| **Status** | Done |", "Done", None),
        ("**Branch**: `feat/018-x` | **Status**: Ready", "Ready", "feat/018-x"),
        ("**フィーチャーブランチ**: `018-x`", None, "018-x"),
        ("**ステータス**: ドラフト", "ドラフト", None),
        ("**分支**：`018-x`", None, "018-x"),
        ("**Feature Branch**: `[###-feature-name]`", None, None),
        ("The status: unknown to all", None, None),
    ],
)
def test_the_header(line: str, status: str | None, branch: str | None) -> None:
    spec = read(f"# S\n\n{line}\n\n## Section\n\n**Status**: not here\n**Branch**: `nor-here`\n")
    assert (spec.status, spec.branch) == (status, branch)


@pytest.mark.parametrize(
    ("section", "entities"),
    [
        ("### Key Entities\n\n- **User**: a\n- `Session`: b\n- Token (short-lived): c\n", ("User", "Session", "Token")),
        ("### Key Entities\n\n#### User\n\n- **name**: x\n\n#### Session\n", ("User", "Session")),
        ("### Key Entities\n\n| Entity | What |\n|---|---|\n| User | a |\n", ("User",)),
        ("**Key Entities**:\n\n- **User**: a\n\n**Next**: b\n\n- **Not one**: c\n", ("User",)),
        ("### 主要エンティティ\n\n- **利用者**: a\n", ("利用者",)),
        ("## Entidades clave\n\n- **Usuario**: a\n", ("Usuario",)),
        ("### Key Entities\n\n- None\n", ()),
        ("### Key Entities\n\nN/A, nothing is kept.\n", ()),
        ("### Key Entities *(none)*\n", ()),
        ("### Key Entities\n\n- **[Entity 1]**: [What it represents]\n", ()),
        ("### Users\n\n- **User**: a\n", ()),
    ],
)
def test_key_entities(section: str, entities: tuple[str, ...]) -> None:
    spec = read(f"# S\n\n## Requirements\n\n{section}")
    assert spec.entities == entities
    assert (spec.entities_line is not None) == bool(entities)


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("- **FR-001**: a", ["FR-001"]),
        ("- FR-001: a", ["FR-001"]),
        ("* **FR-UI-3**: a", ["FR-UI-3"]),
        ("- **NFR-004-2** — a", ["NFR-004-2"]),
        ("### FR-004-001: A heading", ["FR-004-001"]),
        ("**SC-003**: a paragraph", ["SC-003"]),
        ("- ~~**FR-009**: withdrawn~~", ["FR-009"]),
        ("- FR-001, FR-002: both", []),
        ("- FR-001–FR-004 are done", []),
        ("- As FR-001 says", []),
        ("- **RFC-2119**: words", []),
        ("```\n- **FR-001**: quoted\n```", []),
        ("<!-- - **FR-001**: hidden -->", []),
    ],
)
def test_what_defines_a_requirement(line: str, ids: list[str]) -> None:
    assert [one.id for one in read(f"# S\n\n## Requirements\n\n{line}\n").requirements] == ids


@pytest.mark.parametrize(
    "heading", ["Review & Acceptance Checklist", "Requirements Coverage", "Traceability Matrix", "Assumptions"]
)
def test_where_ids_are_only_spoken_of(heading: str) -> None:
    assert read(f"# S\n\n## {heading}\n\n- **FR-001**: covered\n").requirements == ()


@pytest.mark.parametrize(
    ("line", "open_"),
    [
        ("- **FR-001**: keep [NEEDS CLARIFICATION: how long?]", True),
        ("- What about time zones? [NEEDS CLARIFICATION: which one]", True),
        ("1. Use [NEEDS CLARIFICATION: specific question] for every doubt", False),
        ("- [x] No [NEEDS CLARIFICATION] markers remain", False),
        ("- [ ] No [NEEDS CLARIFICATION] markers remain (3 left)", False),
        ("All [NEEDS CLARIFICATION] items were resolved.", False),
        ("`[NEEDS CLARIFICATION: x]` is how it is written", False),
        ("- [NEEDS CLARIFICATION: x] ✅ answered: 7 days", False),
        ("- **保存期間**: [要確認: 何日？]", True),
    ],
)
def test_open_questions(line: str, open_: bool) -> None:
    assert bool(read(f"# S\n\n## Requirements\n\n{line}\n").clarifications) is open_


def test_the_flow_of_the_old_template_asks_nothing() -> None:
    text = (
        "# S\n\n## Execution Flow (main)\n\n```\n→ [NEEDS CLARIFICATION: who]\n```\n\nMark [NEEDS CLARIFICATION: x].\n"
    )
    assert read(text).clarifications == ()


@pytest.mark.parametrize(
    "changed",
    [SPEC.replace("\n", "\r\n"), "\ufeff" + SPEC, SPEC.replace("second try", "second try <!-- FR-009: no -->")],
)
def test_line_ends_marks_and_comments_change_nothing(changed: str) -> None:
    assert read(changed) == read(SPEC)


def test_front_matter_moves_no_line() -> None:
    spec = read("---\ndescription: x\n---\n" + SPEC)
    assert spec.requirements[0].line == 30
    assert spec.title == "Webhook retries"


_PIECES = st.sampled_from(
    [*SPEC.split("\n"), "```", "<!--", "-->", "|", "- **US3**: x", "### US-4: y", "FR-001–FR-009"]
)


@given(st.lists(_PIECES, max_size=40), st.booleans())
def test_any_spec_is_read_and_each_line_holds_its_id(lines: list[str], windows: bool) -> None:
    spec = read(("\r\n" if windows else "\n").join(lines))
    for one in spec.requirements:
        assert one.id in lines[one.line - 1]
    for text, line in spec.clarifications:
        assert text in lines[line - 1]
    for story in spec.stories:
        assert story.id.removeprefix("US") in lines[story.line - 1]
    together = " ".join(" ".join(lines).split())  # an entry goes on in the next line
    assert all(" ".join(entity.split()) in together for entity in spec.entities)


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    read(text)
