"""Plan templates written for the tests: one in Spec Kit's layout, and what teams make of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.core.drafting.from_template.plan import PlanFacts
from bot.core.yardstick.constitution import Constitution, ConstitutionState, Principle
from bot.core.yardstick.template import read_template

USUAL = """\
# Implementation Plan: [FEATURE]

**Branch**: `[###-feature-name]` | **Date**: [DATE] | **Spec**: [link]
**Input**: Feature specification from `/specs/[###-feature-name]/spec.md`

**Note**: This template is filled in by a command.

## Summary

[Extract from feature spec: what is wanted + how it is to be done]

## Technical Context

<!--
  ACTION REQUIRED: Put the details of this project here.
-->

**Language/Version**: [e.g., Go 1.24 or NEEDS CLARIFICATION]
**Primary Dependencies**: [e.g., chi or NEEDS CLARIFICATION]
**Storage**: [if applicable, e.g., files or N/A]
**Testing**: [e.g., go test or NEEDS CLARIFICATION]
**Target Platform**: [e.g., any browser or NEEDS CLARIFICATION]
**Project Type**: [single/web/mobile - tells the source tree]
**Performance Goals**: [domain-specific, e.g., 10 exports a minute or NEEDS CLARIFICATION]

## Constitution Check

*GATE: Must pass before Phase 0 research. Re-check after Phase 1 design.*

[Gates determined based on constitution file]

## Project Structure

### Documentation (this feature)

```text
specs/[###-feature]/
├── plan.md              # this file
├── research.md          # what was looked up
├── data-model.md
├── quickstart.md
├── contracts/
└── tasks.md
```

### Source Code (repository root)
<!--
  ACTION REQUIRED: Replace the tree below.
-->

```text
# [REMOVE IF UNUSED] Option 1: Single project (DEFAULT)
src/
tests/

# [REMOVE IF UNUSED] Option 2: Web application
backend/
frontend/
```

**Structure Decision**: [Document the selected structure and name the real
directories above]

## Complexity Tracking

> **Fill ONLY if Constitution Check has violations that must be justified**

| Violation | Why Needed | Simpler Alternative Rejected Because |
|-----------|------------|-------------------------------------|
| [e.g., 4th project] | [current need] | [why 3 are too few] |
| [e.g., Repository pattern] | [specific problem] | [why plain access is not enough] |
"""

OWN_TABLE = """\
# Plan: [FEATURE]

**Branch**: [###-feature] | **Date**: [DATE] | **Spec**: [link]

## Summary

[What and why, in three sentences]

## Constitution Check

| Principle | Question | Status |
|---|---|---|
| I. Ferry-First | Does every crossing work offline? | ✅ PASS |
| II. Small Steps | Is it deployable in parts? | [PASS/FAIL] |
| Budget | Is it below the limit? | [PASS/FAIL] |

## Rollout

- Steps: [in which order]
- Way back: [how it is undone]
"""

HEADINGS = """\
# Plan: [FEATURE]

## Summary

[What and why, in three sentences]

## Constitution Check

### I. Ferry-First

- [x] Every crossing works offline

### II. Small Steps

- [ ] Deployable in parts
"""

CHINESE = """\
# 实施计划：[功能名称]

**分支**: `[###-功能名称]` | **日期**: [日期] | **规格**: [链接]

## 摘要

[从功能规格中提取：主要需求和技术方法的简要说明]

## 技术上下文

**语言/版本**: [例如：Go 1.24 或 NEEDS CLARIFICATION]
**主要依赖**: [例如：chi 或 NEEDS CLARIFICATION]
**测试**: [例如：go test 或 NEEDS CLARIFICATION]
**性能目标**: [例如：每分钟十次导出]

## 宪章检查

*GATE: 必须在第 0 阶段研究之前通过。*

[根据宪章文件确定的门禁条件]

## 项目结构

```text
specs/[###-功能]/
├── plan.md
└── tasks.md
```
"""

TABLE_FIELDS = """\
# Plan: [FEATURE]

## Summary

[What and why, in three sentences]

## Technical Context

| Field | Value |
|---|---|
| **Language/Version** | [language and its version] |
| **Testing** | [how it is tested] |
| **Owner team** | [who looks after it] |
"""

FERRY = Constitution(
    ".specify/memory/constitution.md",
    ConstitutionState.FILLED,
    "1.3.0",
    (
        Principle("I", "Ferry-First", non_negotiable=False, line=9),
        Principle("II", "Small Steps", non_negotiable=True, line=15),
    ),
)
NONE = Constitution(".specify/memory/constitution.md", ConstitutionState.MISSING)
UNFILLED = Constitution(".specify/memory/constitution.md", ConstitutionState.TEMPLATE)

MANIFESTS = {
    "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n\n[workspace.dependencies]\naxum = "0.8"\nsqlx = "0.8"\n',
    "rust-toolchain.toml": '[toolchain]\nchannel = "1.90"\n',
    "Dockerfile": "FROM rust:1.90 AS build\nRUN cargo build\nFROM debian:13\n",
    "compose.yaml": "services:\n  db:\n    image: postgres:17-alpine\n",
    ".github/workflows/ci.yml": "jobs:\n  test:\n    steps:\n      - name: cargo test\n        run: cargo test\n",
}
PATHS = (
    "Cargo.toml",
    "crates/ferry-api/Cargo.toml",
    "crates/ferry-api/src/main.rs",
    "crates/ferry-core/Cargo.toml",
    "crates/ferry-core/src/lib.rs",
    "docs/notes.md",
    "tests/",
)


def facts(template: str = USUAL, constitution: Constitution = FERRY, **more: Any) -> PlanFacts:
    """The facts of a feature in a small Rust server."""
    known = PlanFacts(
        "specs/019-rate-limits",
        "Rate limits",
        "2026-11-22",
        read_template(template, ".specify/templates/plan-template.md"),
        constitution,
        branch="019-rate-limits",
        summary="A client that sends more than its share is slowed down.",
        paths=PATHS,
        manifests=MANIFESTS,
        present=frozenset({"spec.md"}),
    )
    return replace(known, **more)
