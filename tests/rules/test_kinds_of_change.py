"""Kinds of changes and plans that were judged wrongly once, each in several layouts and languages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.core.change.trees import document
from bot.core.config.model import RepositoryConfig, Source, Unmatched
from bot.core.judging.judge import judge
from bot.core.text.prose import plain
from bot.rules import RULES
from tests.core.changes import Files, change
from tests.rules.cases import BUNDLED

if TYPE_CHECKING:
    from bot.core.judging.findings import Report

CONSTITUTION = "# Constitution\n\n## Core Principles\n\n### I. Simplicity\n\nKeep it small.\n\n**Version**: 1.0.0\n"
SPEC = "# Feature Specification: Lamps\n\n**Status**: Approved\n\nA keeper switches every lamp.\n"
ROWS = "| Principle | Status | Notes |\n|---|---|---|\n| I. Simplicity | PASS | one module |\n"
PLAN = f"# Implementation Plan: Lamps\n\n## Summary\n\nOne place.\n\n## Constitution Check\n\n{ROWS}"
TASKS = "# Tasks\n\n- [ ] T001 write src/lamps.py\n"
BASE: Files = {".specify/memory/constitution.md": CONSTITUTION, "README.md": "lamps\n"}
CODE: Files = {"src/lamps.py": "ON = 1\n"}
GOVERNED = (Source("app.yml", "base@8be41d7"),)


def feature(folder: str, plan: str = PLAN, tasks: str = TASKS) -> Files:
    """A whole feature folder."""
    return {f"{folder}/spec.md": SPEC, f"{folder}/plan.md": plan, f"{folder}/tasks.md": tasks}


def report(branch: str, base: Files, head: Files, config: RepositoryConfig | None = None, ignored: str = "") -> Report:
    """The verdict on a branch; `head` comes on top of `base`."""
    judged = change({**BASE, **base, **head}, {**BASE, **base}, head_branch=branch, whole=True)
    if ignored and judged.base is not None:
        documents = {**judged.base.documents, ".gitignore": document(".gitignore", ignored.encode())}
        judged = replace(judged, base=replace(judged.base, documents=documents))
    return judge(judged, config or RepositoryConfig(), RULES, BUNDLED, sources=GOVERNED)


def findings(judged: Report, *rules: str) -> list[tuple[str, str, int | None]]:
    """Rule, severity and line of the findings of these rules."""
    return [(f.rule, f.severity.value, f.line) for f in judged.all_findings() if f.rule in rules]


@pytest.mark.parametrize(
    ("folder", "branch"),
    [
        ("docs/specs/004-lamps", "004-lamps"),
        ("docs/specs/004-lamps", "feature/lamps"),
        ("specs/harbour/004-lamps", "004-lamps"),
        (".specify/specs/004-lamps", "004-lamps"),
        ("apps/web/specs/004-lamps", "004-lamps"),
        ("documentación/especificaciones/004-faros", "004-faros"),
        ("文档/规格/004-灯", "004-灯"),
    ],
)
def test_a_feature_outside_the_roots_is_named_with_the_key_that_makes_it_judged(folder: str, branch: str) -> None:
    judged = report(branch, {}, {**feature(folder), **CODE})
    assert judged.conclusion == "success"
    assert judged.all_findings() == ()
    said = plain(judged.reason)
    assert folder in said
    assert f"specs: [specs, {folder.rpartition('/')[0]}]" in said
    root = folder.rpartition("/")[0]
    assert (
        report(branch, {}, feature(folder), RepositoryConfig(specs=("specs", root))).features[0].feature.dir == folder
    )


@pytest.mark.parametrize("line", ["specs/", "/specs", "specs", "specs/*", "**/specs/", "# ours\n/specs/**\n"])
def test_specs_that_git_ignores_are_said_and_not_asked_for(line: str) -> None:
    judged = report("004-lamps", {}, CODE, ignored=f"*.pyc\n{line}\n")
    assert judged.all_findings() == ()
    assert ".gitignore" in " ".join(plain(note) for note in judged.notes)


@pytest.mark.parametrize("line", ["# specs/", "specs/\n!specs/", "spec", "specs-old/", "src/specs/"])
def test_specs_that_git_does_not_ignore_are_asked_for(line: str) -> None:
    judged = report("004-lamps", {}, CODE, ignored=f"{line}\n")
    assert ("missing-artifact", "error", None) in findings(judged, "missing-artifact")


TREE = """## Project Structure

```text
specs/004-lamps/
├── plan.md
├── research.md
├── quickstart.md  {}
└── tasks.md
```
"""


@pytest.mark.parametrize(
    "note",
    [
        "# optional",
        "# if applicable",
        "# deferred to the next release",
        "# Phase 1 output (optional)",
        "# Phase 1 output, if needed",
        "# opcional",
        "# 可选",
        "# 必要に応じて",
        "# falls nötig",
        "— по желанию, при необходимости",
    ],
)
def test_a_tree_line_that_says_more_promises_nothing(note: str) -> None:
    judged = report("004-lamps", {}, {**feature("specs/004-lamps", PLAN + TREE.format(note)), **CODE})
    assert findings(judged, "missing-artifact") == [("missing-artifact", "error", 17)]  # research.md is promised


@pytest.mark.parametrize(
    "note", ["", "# Phase 1 output", "# how to try the optional parts", "# Phase 1 (/plan)", "# 快速开始"]
)
def test_a_tree_line_that_says_nothing_else_promises(note: str) -> None:
    judged = report("004-lamps", {}, {**feature("specs/004-lamps", PLAN + TREE.format(note)), **CODE})
    lines = [line for _, _, line in findings(judged, "missing-artifact")]
    assert lines == [17, 18]


@pytest.mark.parametrize("name", ["harbour-berths", "lamps", "phare", "灯塔", "lamp_room"])
@pytest.mark.parametrize("before", ["", "feature/"])
def test_a_branch_of_a_folders_very_name_is_its_branch(name: str, before: str) -> None:
    config = RepositoryConfig(unmatched=Unmatched.REQUIRE_FEATURE)
    judged = report(before + name, feature(f"specs/{name}"), CODE, config)
    assert findings(judged, "code-without-feature") == []
    assert [(f.feature.owned, f.feature.stage.value) for f in judged.features] == [(True, "implementing")]
    other = report(f"{before}{name}-2", feature(f"specs/{name}"), CODE, config)
    assert findings(other, "code-without-feature") == [("code-without-feature", "error", None)]


@pytest.mark.parametrize(
    "ids",
    [
        ("T021g", "T021g-popup"),
        ("T107-S1.1", "T107-S1.2"),
        ("T001-a", "T001-b"),
        ("T012-ui", "T012-ui-2"),
        ("T3-x", "T3-y"),
    ],
)
def test_an_id_goes_on_behind_a_hyphen(ids: tuple[str, str]) -> None:
    lines = "".join(f"- [ ] {name} do it in src/a.py\n" for name in ids)
    judged = report("004-lamps", {}, feature("specs/004-lamps", tasks=f"# Tasks\n\n{lines}"))
    assert findings(judged, "duplicate-id") == []
    twice = report("004-lamps", {}, feature("specs/004-lamps", tasks=f"# Tasks\n\n{lines}{lines}"))
    assert {line for _, _, line in findings(twice, "duplicate-id")} == {5, 6}


CONTEXT = "## Technical Context\n\n**Language/Version**: Python 3.11\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{CONTEXT}**Goals**: less than half of today NEEDS CLARIFICATION\n", 14),
        (f"{CONTEXT}**Constraints**: the old memory NEEDS CLARIFICATION, keep the wiring\n", 14),
        ("## Project Structure\n\n**Structure Decision**: NEEDS CLARIFICATION\n", 13),
        ("## Storage\n\nNEEDS CLARIFICATION\n", 13),
        ("## Storage\n\n- NEEDS CLARIFICATION\n", 13),
        ("## 存储\n\n**数据库**: 需要澄清\n", 13),
        ("## Almacenamiento\n\n**Base**: NECESITA ACLARACIÓN\n", 13),
        ("## Speicher\n\n**Datenbank**: KLÄRUNG ERFORDERLICH\n", 13),
    ],
)
def test_an_open_marker_is_found_wherever_a_value_stands(text: str, line: int) -> None:
    plan = PLAN.replace("## Constitution Check", "## Constitution Check", 1) + "\n"
    place = plan.count("\n")
    judged = report("004-lamps", {}, {**feature("specs/004-lamps", plan + text), **CODE})
    assert findings(judged, "unresolved-clarification") == [("unresolved-clarification", "error", place + line - 10)]


@pytest.mark.parametrize(
    "text",
    [
        "All NEEDS CLARIFICATION items are resolved.\n",
        "- [x] No NEEDS CLARIFICATION remains\n",
        "Markers such as NEEDS CLARIFICATION belong into the spec.\n",
        "- [ ] every NEEDS CLARIFICATION answered\n",
        "**Unknowns**: none of the NEEDS CLARIFICATION markers is left\n",
    ],
)
def test_a_mention_of_the_marker_asks_nothing(text: str) -> None:
    judged = report("004-lamps", {}, {**feature("specs/004-lamps", f"{PLAN}\n## Notes\n\n{text}"), **CODE})
    assert findings(judged, "unresolved-clarification") == []


FAILS = PLAN.replace("PASS | one module", "FAIL | four modules")


@pytest.mark.parametrize(
    "edit",
    [
        {"specs/004-lamps/spec.md": SPEC.replace("A keeper", "The keeper")},
        {"specs/004-lamps/tasks.md": TASKS.replace("[ ]", "[x]")},
        {"specs/004-lamps/plan.md": FAILS.replace("One place.", "One place for all.")},
        {"specs/004-lamps/notes.md": "# Notes\n"},
        {"specs/004-lamps/research.md": "# Research\n\nNothing.\n"},
    ],
)
@pytest.mark.parametrize("branch", ["fix/lamps", "hotfix", "main-fixes"])
def test_what_was_merged_before_blocks_nobody(edit: Files, branch: str) -> None:
    judged = report(branch, feature("specs/004-lamps", FAILS), {**edit, **CODE})
    assert judged.conclusion == "success"
    assert not any(f.severity == "error" for f in judged.all_findings())
    assert not judged.features[0].feature.owned


@pytest.mark.parametrize(
    ("branch", "base", "head"),
    [
        ("004-lamps", feature("specs/004-lamps"), {"specs/004-lamps/spec.md": SPEC + "More.\n"}),
        ("tidy", {}, feature("specs/004-lamps")),
        ("tidy", {"specs/004-lamps/spec.md": SPEC}, {"specs/004-lamps/plan.md": PLAN}),
        ("tidy", feature("specs/004-lamps"), {"specs/004-lamps/plan.md": FAILS}),
        ("tidy", feature("specs/004-lamps", FAILS), {"specs/004-lamps/plan.md": FAILS.partition("## Const")[0]}),
        ("tidy", feature("specs/004-lamps"), {"specs/004-lamps/plan.md": PLAN + "\n## Complexity Tracking\n\nNone.\n"}),
    ],
)
def test_who_owns_a_feature(branch: str, base: Files, head: Files) -> None:
    assert report(branch, base, head).features[0].feature.owned


@pytest.mark.parametrize(
    ("branch", "base", "head", "stages"),
    [
        (
            "004-lamps",
            {},
            {**feature("specs/004-lamps"), "specs/005-horns/spec.md": SPEC, **CODE},
            {"004": "implementing", "005": "specifying"},
        ),
        (
            "build",
            feature("specs/004-lamps"),
            {"specs/004-lamps/tasks.md": TASKS.replace("[ ]", "[x]"), "specs/005-horns/spec.md": SPEC, **CODE},
            {"004": "implementing", "005": "implementing"},
        ),
        (
            "build",
            {},
            {**feature("specs/004-lamps"), **feature("specs/005-horns"), **CODE},
            {"004": "implementing", "005": "implementing"},
        ),
        ("build", {}, {"specs/005-horns/spec.md": SPEC, **CODE}, {"005": "implementing"}),
        (
            "build",
            {},
            {**feature("specs/004-lamps"), "specs/005-horns/spec.md": SPEC, **CODE},
            {"004": "implementing", "005": "specifying"},
        ),
        ("004-lamps", {}, feature("specs/004-lamps"), {"004": "planning"}),
        (
            "004-lamps",
            {},
            {**feature("specs/004-lamps"), ".github/workflows/ci.yml": "on: push\n", ".editorconfig": "root = true\n"},
            {"004": "planning"},
        ),
    ],
)
def test_the_stage_is_each_features_own(branch: str, base: Files, head: Files, stages: dict[str, str]) -> None:
    judged = report(branch, base, head)
    assert {f.feature.number: f.feature.stage.value for f in judged.features} == stages


BLANK = "# Implementation Plan: [FEATURE]\n\n## Summary\n\n[Extract from feature spec]\n"
NINE = "".join(
    f"**{name}**: Rust 1.80\n" for name in ("Storage", "Testing", "Constraints", "Target Platform", "Language")
)


@pytest.mark.parametrize(
    ("branch", "severity"), [("build", "warning"), ("fix/lamps", "warning"), ("004-lamps", "error"), ("004-x", "error")]
)
@pytest.mark.parametrize("edit", [{"tasks.md": TASKS.replace("[ ]", "[x]")}, {"spec.md": SPEC + "More.\n"}])
def test_code_under_a_plan_that_is_the_template(branch: str, severity: str, edit: dict[str, str]) -> None:
    head = {f"specs/004-lamps/{name}": text for name, text in edit.items()}
    judged = report(branch, feature("specs/004-lamps", BLANK), {**head, **CODE})
    assert findings(judged, "unfilled-plan") == [("unfilled-plan", severity, 1)]


@pytest.mark.parametrize(
    "begun",
    [
        f"{BLANK}\n## Technical Context\n\n{NINE}",
        f"{BLANK}\nWe write one module for all lamps.\n",
        f"{BLANK}\n## 技术上下文\n\n**存储**: PostgreSQL\n",
        f"{BLANK}\n## Contexto técnico\n\n- una base de datos\n",
        f"{BLANK}\n## Project Structure\n\n**Structure Decision**: one module below src/\n",
    ],
)
def test_a_plan_that_somebody_began_is_no_copy_of_the_template(begun: str) -> None:
    judged = report("004-lamps", {}, {**feature("specs/004-lamps", begun), **CODE})
    assert findings(judged, "unfilled-plan") == []
    assert ("unresolved-placeholder", "warning", 1) in findings(judged, "unresolved-placeholder")


@pytest.mark.parametrize(
    "tooling",
    [
        ".pre-commit-config.yaml",
        ".github/workflows/check.yml",
        ".github/dependabot.yml",
        ".editorconfig",
        ".gitattributes",
        ".vscode/settings.json",
        ".markdownlint.json",
    ],
)
def test_a_file_of_tooling_is_no_code(tooling: str) -> None:
    judged = report("004-lamps", {}, {**feature("specs/004-lamps"), tooling: "on: push\n"})
    assert [(f.feature.number, f.feature.stage.value) for f in judged.features] == [("004", "planning")]
    assert not any(finding.severity == "error" for finding in judged.all_findings())


@pytest.mark.parametrize("branch", ["004-lamps", "feature/004-lamps", "004-lamps-part-2"])
@pytest.mark.parametrize("ahead", ["005-horns", "006-灯塔", "010-phares"])
@pytest.mark.parametrize("more", [{}, {"checklists/requirements.md": "# Checklist\n\n- [x] clear\n"}])
def test_a_spec_written_ahead_holds_nothing_back(branch: str, ahead: str, more: dict[str, str]) -> None:
    written = {f"specs/{ahead}/{name}": text for name, text in {"spec.md": SPEC, **more}.items()}
    judged = report(branch, {}, {**feature("specs/004-lamps"), **written, **CODE})
    stages = {f.feature.number: f.feature.stage.value for f in judged.features}
    assert stages == {"004": "implementing", ahead[:3]: "specifying"}
    assert not any(finding.severity == "error" and ahead in finding.path for finding in judged.all_findings())


TRACKED = (
    "\n## Complexity Tracking\n\n| Violation | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n"
    "| I. Simplicity: two modules | one watches the wind | one module would sleep |\n"
)
FAILED = PLAN.replace("PASS | one module", "FAIL | two modules")
OWN = "specs/004-lamps"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FAILED + TRACKED, FAILED),
        (FAILED + TRACKED, FAILED + "\n## Complexity Tracking\n\nNo violations.\n"),
        (FAILED.replace("two modules", "two modules; Justification: one watches the wind"), FAILED),
        (FAILED + "\n**Gate**: PASS\n", FAILED),
    ],
)
def test_a_change_that_takes_away_what_spoke_for_a_violation_answers_for_it(before: str, after: str) -> None:
    judged = report("004-lamps", feature(OWN, before), feature(OWN, after))
    assert [severity for _, severity, _ in findings(judged, "unjustified-violation")] == ["error"]


def test_a_violation_that_nothing_spoke_for_before_stays_a_warning() -> None:
    judged = report("004-lamps", feature(OWN, FAILED), feature(OWN, FAILED + "\nA note.\n"))
    assert [severity for _, severity, _ in findings(judged, "unjustified-violation")] == ["warning"]


@pytest.mark.parametrize(
    ("written", "formatted"),
    [
        ("| I. Simplicity | FAIL | two modules |", "| I. Simplicity    | FAIL   | two modules     |"),
        ("| I. Simplicity | FAIL | two modules |", "|I. Simplicity|FAIL|two modules|"),
        ("| I. Simplicity | FAIL | two modules |", "  | I. Simplicity | FAIL | two modules |\t"),
    ],
)
def test_a_formatter_writes_no_verdict(written: str, formatted: str) -> None:
    assert written in FAILED
    judged = report("chore-format", feature(OWN, FAILED), feature(OWN, FAILED.replace(written, formatted)))
    assert "error" not in [severity for _, severity, _ in findings(judged, "unjustified-violation")]


@pytest.mark.parametrize("rest", ["", "\n## Notes\n\nThe lamps are old.\n"])
def test_a_change_that_removes_the_constitution_check_answers_for_it(rest: str) -> None:
    without = PLAN.partition("## Constitution Check")[0] + rest
    judged = report("004-lamps", feature(OWN), feature(OWN, without))
    assert [severity for _, severity, _ in findings(judged, "missing-constitution-check")] == ["error"]
    judged = report("004-lamps", feature(OWN, without), feature(OWN, without + "\nA word.\n"))
    assert [severity for _, severity, _ in findings(judged, "missing-constitution-check")] == ["warning"]
