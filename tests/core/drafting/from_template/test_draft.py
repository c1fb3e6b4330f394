"""A drafted plan: what is filled, what is left blank, and that Plangate's own reading agrees."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.core.change.trees import Document
from bot.core.documents.plan import Plan, Verdict
from bot.core.documents.plan_reading.plan_reader import read_plan
from bot.core.documents.spec import Spec
from bot.core.drafting.draft import Draft
from bot.core.drafting.from_template.plan import PlanFacts, draft_plan, issue_summary
from bot.core.yardstick.template import PlaceholderKind, read_template

from .templates import CHINESE, FERRY, HEADINGS, NONE, OWN_TABLE, TABLE_FIELDS, UNFILLED, USUAL, facts

if TYPE_CHECKING:
    from bot.core.yardstick.constitution import Constitution

EVERY = pytest.mark.parametrize("template", [USUAL, OWN_TABLE, HEADINGS, CHINESE, TABLE_FIELDS, "", "# Plan\n"])


def read_back(draft: Draft, known: PlanFacts) -> Plan:
    return read_plan(Document(draft.path, draft.text), known.template, known.constitution)


WHOLE = """\
# Implementation Plan: Rate limits

**Branch**: `019-rate-limits` | **Date**: 2026-11-22 | **Spec**: [spec.md](./spec.md)
**Input**: Feature specification from `/specs/019-rate-limits/spec.md`

## Summary

A client that sends more than its share is slowed down. <!-- first paragraph of the issue -->

## Technical Context

**Language/Version**: Rust 1.90 <!-- rust-toolchain.toml:2 -->
**Primary Dependencies**: axum 0.8, sqlx 0.8 <!-- Cargo.toml:5, Cargo.toml:6 -->
**Storage**: PostgreSQL 17 <!-- compose.yaml:3 -->
**Testing**: cargo test <!-- .github/workflows/ci.yml:5 -->
**Target Platform**: Linux server (container) <!-- Dockerfile:3 -->
**Project Type**: single, 2 crates <!-- Cargo.toml:1 -->
**Performance Goals**: NEEDS CLARIFICATION

## Constitution Check

*GATE: Must pass before Phase 0 research. Re-check after Phase 1 design.*

| Principle (constitution 1.3.0) | Status | Notes |
|---|---|---|
| I. Ferry-First <!-- constitution.md:9 --> | | |
| II. Small Steps (NON-NEGOTIABLE) <!-- constitution.md:15 --> | | |

## Project Structure

### Documentation (this feature)

```text
specs/019-rate-limits/
├── spec.md             # there
├── plan.md             # this file
├── research.md
├── data-model.md
├── quickstart.md
├── contracts/
└── tasks.md
```

### Source Code (repository root)

```text
crates/
├── ferry-api/
└── ferry-core/
tests/
```

**Structure Decision**: NEEDS CLARIFICATION

## Complexity Tracking

> **Fill ONLY if Constitution Check has violations that must be justified**

| Violation | Why Needed | Simpler Alternative Rejected Because |
|-----------|------------|-------------------------------------|
"""


def test_the_usual_template_is_filled_with_what_the_repository_says() -> None:
    draft = draft_plan(facts())
    assert draft == Draft("specs/019-rate-limits/plan.md", WHOLE, 4, 2, 2, ".specify/templates/plan-template.md")


def test_a_violation_that_the_change_shows_has_its_row_prepared() -> None:
    known = facts(violations=("II. Small Steps: 4th crate `ferry|retry`",))
    draft = draft_plan(known)
    assert "\n| II. Small Steps: 4th crate `ferry\\|retry` | | |\n" in draft.text
    (row,) = read_back(draft, known).rows
    assert (row.principle, row.missing) == ("II", ("why", "alternative"))


@EVERY
def test_a_draft_taken_as_template_gives_itself(template: str) -> None:
    known = facts(template, violations=("II. Small Steps: 4th crate",))
    draft = draft_plan(known)
    again = draft_plan(replace(known, template=read_template(draft.text, "plan.md")))
    assert again.text == draft.text


@EVERY
def test_no_placeholder_of_the_template_is_left(template: str) -> None:
    known = facts(template)
    plan = read_back(draft_plan(known), known)
    assert [one for one in plan.placeholders if one.kind is not PlaceholderKind.NEEDS_CLARIFICATION] == []
    assert not plan.unfilled


@pytest.mark.parametrize("template", [USUAL, OWN_TABLE, CHINESE])
def test_every_principle_is_listed_and_none_is_answered(template: str) -> None:
    known = facts(template)
    checks = read_back(draft_plan(known), known).checks
    assert {check.principle for check in checks} >= {"I", "II"}
    assert {check.verdict for check in checks} == {Verdict.UNANSWERED}


def test_windows_line_ends_change_nothing() -> None:
    assert draft_plan(facts(USUAL.replace("\n", "\r\n"))).text == WHOLE


def test_a_repositorys_own_table_keeps_its_columns_and_loses_its_answers() -> None:
    draft = draft_plan(facts(OWN_TABLE))
    assert (
        "| Principle | Question | Status |\n|---|---|---|\n"
        "| I. Ferry-First <!-- constitution.md:9 --> | Does every crossing work offline? | |\n"
        "| II. Small Steps (NON-NEGOTIABLE) <!-- constitution.md:15 --> | Is it deployable in parts? | |\n"
        "| Budget | Is it below the limit? | |\n"
    ) in draft.text
    assert "- Steps: NEEDS CLARIFICATION\n- Way back: NEEDS CLARIFICATION\n" in draft.text
    assert (draft.verdicts, draft.clarifications) == (3, 2)


def test_principles_as_headings_stay_headings_and_no_box_is_ticked() -> None:
    draft = draft_plan(facts(HEADINGS))
    assert "### I. Ferry-First\n\n- [ ] Every crossing works offline" in draft.text
    assert "| Principle" not in draft.text
    assert draft.verdicts == 2


def test_a_translated_template_is_filled_by_the_words_of_its_labels() -> None:
    text = draft_plan(facts(CHINESE)).text
    assert text.startswith("# 实施计划：Rate limits\n")
    assert "**分支**: `019-rate-limits` | **日期**: 2026-11-22 | **规格**: [spec.md](./spec.md)" in text
    assert "**语言/版本**: Rust 1.90 <!-- rust-toolchain.toml:2 -->" in text
    assert "**测试**: cargo test" in text
    assert "**性能目标**: NEEDS CLARIFICATION" in text
    assert "| I. Ferry-First" in text


def test_fields_in_a_table_are_filled_too() -> None:
    text = draft_plan(facts(TABLE_FIELDS)).text
    assert "| **Language/Version** | Rust 1.90 <!-- rust-toolchain.toml:2 --> |" in text
    assert "| **Owner team** | NEEDS CLARIFICATION |" in text


@pytest.mark.parametrize(
    ("constitution", "sentence"),
    [
        (NONE, "N/A: this repository has no constitution, so there is no principle to answer."),
        (UNFILLED, "N/A: this repository's constitution is still the template, so there is no principle to answer."),
    ],
)
def test_without_principles_the_gate_says_so(constitution: Constitution, sentence: str) -> None:
    draft = draft_plan(facts(constitution=constitution))
    assert f"\n\n{sentence}\n\n" in draft.text
    assert draft.verdicts == 0


def test_without_a_constitution_the_templates_own_list_is_asked() -> None:
    template = USUAL.replace(
        "[Gates determined based on constitution file]", "- I. Ferry-First: offline\n- II. Small Steps: parts"
    )
    draft = draft_plan(facts(template, NONE))
    assert (
        "| Principle | Asks | Status | Notes |\n|---|---|---|---|\n"
        "| I. Ferry-First | offline | | |\n| II. Small Steps | parts | | |\n"
    ) in draft.text
    assert "- I. Ferry-First" not in draft.text
    assert draft.verdicts == 2


def test_what_the_template_asks_of_a_principle_moves_into_the_table() -> None:
    asked = (
        "- [x] **Ferry**: Does it work offline?\n"
        "- [ ] II. Small Steps\n  - Deployable in parts?\n"
        "- [x] **Budget**: Below the limit?\n"
        "- VII. Long Gone: a principle of an older constitution\n"
    )
    known = facts(USUAL.replace("[Gates determined based on constitution file]", asked))
    draft = draft_plan(known)
    assert (
        "| Principle (constitution 1.3.0) | Asks | Status | Notes |\n|---|---|---|---|\n"
        "| I. Ferry-First <!-- constitution.md:9 --> | Does it work offline? | | |\n"
        "| II. Small Steps (NON-NEGOTIABLE) <!-- constitution.md:15 --> | Deployable in parts? | | |\n"
        "\n"
        "- [ ] **Budget**: Below the limit?\n"
    ) in draft.text
    assert "Long Gone" not in draft.text
    assert {check.principle for check in read_back(draft, known).checks} >= {"I", "II"}


def test_nothing_known_leaves_everything_to_say() -> None:
    draft = draft_plan(facts(summary=None, paths=(), manifests={}))
    assert draft.clarifications == 10
    assert "## Summary\n\nNEEDS CLARIFICATION\n" in draft.text
    assert "**Language/Version**: NEEDS CLARIFICATION\n" in draft.text


def test_the_spec_speaks_before_the_issue() -> None:
    spec = Spec("specs/019-rate-limits/spec.md", summary="Nobody is slowed down by others.", summary_line=14)
    assert "\nNobody is slowed down by others. <!-- spec.md:14 -->\n" in draft_plan(facts(spec=spec)).text


def test_the_header_names_the_folder_where_the_branch_is_called_otherwise() -> None:
    assert "**Branch**: `019-rate-limits`" in draft_plan(facts(branch="019-rate-limits-part2")).text
    assert "**Branch**: `feat/019-rate-limits`" in draft_plan(facts(branch="feat/019-rate-limits")).text


def test_another_specs_root_is_named_everywhere() -> None:
    text = draft_plan(replace(facts(), feature_dir="docs/features/019-rate-limits")).text
    assert "from `/docs/features/019-rate-limits/spec.md`" in text
    assert "```text\ndocs/features/019-rate-limits/\n" in text


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("Auditors want one file.\n\nMore.", "Auditors want one file."),
        ("### Problem\n\n_No response_\n\n### Idea\n\nOne  file\nfor all.", "One file for all."),
        ("> quoted\n\n```\ncode\n```\n- a list\n", None),
        ("", None),
        ("<!-- from the issue template -->\n\nOne file.", "One file."),
    ],
)
def test_an_issue_is_summed_up_by_its_first_paragraph(body: str, summary: str | None) -> None:
    assert issue_summary(body) == summary


def test_a_long_issue_is_summed_up_in_whole_sentences() -> None:
    summary = issue_summary("A sentence of some words. " * 100)
    assert summary is not None
    assert len(summary) <= 600
    assert summary.endswith("words.")


def test_the_number_of_blanks_is_what_a_person_counts() -> None:
    draft = draft_plan(facts())
    assert draft.text.count("NEEDS CLARIFICATION") == draft.clarifications
    assert draft.text.count(" --> | | |") == draft.verdicts
    assert FERRY.principles[1].title in draft.text


@EVERY
def test_every_marker_that_the_draft_writes_is_found_by_the_check(template: str) -> None:
    known = facts(template, summary=None, manifests={}, branch=None)
    draft = draft_plan(known)
    marked = {number for number, line in enumerate(draft.text.split("\n"), 1) if "NEEDS CLARIFICATION" in line}
    found = {
        hole.line for hole in read_back(draft, known).placeholders if hole.kind is PlaceholderKind.NEEDS_CLARIFICATION
    }
    assert found == marked
