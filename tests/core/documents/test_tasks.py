"""What is read of a task list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.change.trees import Document
from bot.core.documents.tasks import MAX_REFERENCES, Tasks, read_tasks

TASKS = """\
---

description: "Tasks of the retries"
---

# Tasks: Webhook retries

**Prerequisites**: plan.md, spec.md (FR-001 to FR-003)

## Format: `[ID] [P?] [Story] Description`

- **[P]**: can run beside others

## Phase 1: Setup

- [x] T001 Create the module in app/retry/
- [X] T002 [P] Add `settings.toml` and the pool in `app/retry/pool.kt`

## Phase 2: User Story 1

- [ ] T003 [P] [US1] Keep failed deliveries in `app/retry/store.kt`
  (FR-001, SC-002)
  - see also `docs/retry.md`
- [ ] **T003a** [US1, US2] Show them
* [~] T004 Half of it
- [ ] Tell the operators

## Validation Checklist

- [ ] Every contract has a test
"""


def read(text: str) -> Tasks:
    return read_tasks(Document("specs/018-webhook-retry/tasks.md", text))


def test_everything_that_the_rules_look_at() -> None:
    tasks = read(TASKS)
    assert [(task.id, task.done, task.line) for task in tasks.tasks] == [
        ("T001", True, 16),
        ("T002", True, 17),
        ("T003", False, 21),
        ("T003a", False, 24),
        ("T004", False, 25),
        (None, False, 26),
    ]
    third = tasks.tasks[2]
    assert third.stories == ("US1",)
    assert third.references == ("FR-001", "SC-002")
    assert tuple(named.path for named in third.paths) == ("app/retry/store.kt", "docs/retry.md")
    assert tuple(named.path for named in tasks.tasks[1].paths) == ("settings.toml", "app/retry/pool.kt")
    assert tasks.tasks[3].stories == ("US1", "US2")
    assert tasks.references == (
        ("FR-001", 8),
        ("FR-002", 8),
        ("FR-003", 8),
        ("US1", 21),
        ("FR-001", 22),
        ("SC-002", 22),
        ("US1", 24),
        ("US2", 24),
    )
    assert not tasks.all_done
    assert not tasks.unfilled


@pytest.mark.parametrize(
    ("line", "task", "done"),
    [
        ("- [ ] T001 x", "T001", False),
        ("* [x] T001 x", "T001", True),
        ("+ [X] T001: x", "T001", True),
        ("- [ ] **T001** x", "T001", False),
        ("- [x] ~~T001~~ x", "T001", True),
        ("- [ ] T001a x", "T001a", False),
        ("- [ ] T1.2: x", "T1.2", False),
        ("- [ ] Task 3.1: x", "Task 3.1", False),
        ("- [ ] TP01 x", "TP01", False),
        ("- [✅] T001 x", "T001", True),
        ("1. [x] T001 x", "T001", True),
        ("- [~] T001 x", "T001", False),
        ("- T001 [P] without a box", "T001", False),
        ("- ~~T001 without a box~~", "T001", True),
        ("### T001: as a heading", "T001", False),
        ("### [completed] T001: as a heading", "T001", True),
        ("### T001: with steps\n\n- [x] one\n- [x] two", "T001", True),
        ("### T001: with steps\n\n- [x] one\n- [ ] two", "T001", False),
        ("| ID | Task | State |\n|---|---|---|\n| T001 | x | ✅ |", "T001", True),
    ],
)
def test_every_way_to_write_a_task(line: str, task: str, done: bool) -> None:
    found = read(f"# Tasks: x\n\n## Phase 1\n\n{line}\n").tasks
    assert [(one.id, one.done) for one in found] == [(task, done)]


@pytest.mark.parametrize("line", ["- [ ] [T001] x", "- [ ] FR-001 x", "- [ ] US1 x", "- [ ] P1 x", "- [ ] HTTP x"])
def test_what_is_no_id(line: str) -> None:
    ids = [task.id for task in read(f"# Tasks: x\n\n## Phase 1\n\n{line}\n").tasks]
    assert ids == (["T001"] if "[T001]" in line else [None])


def test_a_list_without_ids_is_a_list_of_tasks() -> None:
    tasks = read("# Tasks: x\n\n## Work\n\n- [x] one\n- [x] two\n\n## Checklist\n\n- [ ] all tested\n")
    assert [task.text for task in tasks.tasks] == ["one", "two"]
    assert tasks.all_done


def test_ids_used_twice_are_there_twice() -> None:
    assert [task.id for task in read("- [ ] T001 a\n- [ ] T001 b\n").tasks] == ["T001", "T001"]


def test_nothing_is_not_done() -> None:
    assert not read("# Tasks: x\n").all_done


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ("Edit src/a.py and ./b/c.ts", ("src/a.py", "b/c.ts")),
        ("Edit `Makefile` and `Cargo.toml`", ("Cargo.toml",)),
        ("In app/retry/store/ and docs/", ("app/retry/store/", "docs/")),
        ("Read and/or write, 24/7", ()),
        ("See https://example.org/a/b.html", ()),
        ("See [the guide](docs/guide.md)", ()),
        ("Use version 1.2.3, e.g. today", ()),
        ("Add app/[id]/page.tsx", ("app/[id]/page.tsx",)),
    ],
)
def test_paths_are_what_can_only_be_a_path(words: str, paths: tuple[str, ...]) -> None:
    named = read(f"- [ ] T001 {words}\n").tasks[0].paths
    assert tuple(path.path for path in named) == paths


def test_ids_in_comments_are_no_references() -> None:
    assert read("<!-- FR-001 -->\n\n- [ ] T001 x\n").references == ()


def test_references_are_bounded() -> None:
    assert len(read("FR-001–FR-200\n" * 5000).references) == MAX_REFERENCES


@pytest.mark.parametrize("changed", [TASKS.replace("\n", "\r\n"), "\ufeff" + TASKS])
def test_line_ends_and_marks_change_nothing(changed: str) -> None:
    assert read(changed) == read(TASKS)


_PIECES = st.sampled_from(
    [*TASKS.split("\n"), "```", "<!--", "-->", "### T009: x", "- T010 y", "| T011 | z |", "  - [ ] T012"]
)


@given(st.lists(_PIECES, max_size=40))
def test_any_list_is_read_and_each_line_holds_its_task(lines: list[str]) -> None:
    tasks = read("\n".join(lines))
    for task in tasks.tasks:
        assert task.id is None or task.id in lines[task.line - 1]
    assert all(0 < line <= len(lines) for _, line in tasks.references)


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    read(text)
