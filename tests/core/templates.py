"""Plan templates and plans written for the tests, one for each way that repositories have them."""

CUSTOMISED = """\
# Implementation Plan: [FEATURE]

**Branch**: `[###-feature-name]` | **Date**: [DATE] | **Spec**: [link]

## Summary

[What is to be built and why, in two sentences]

## Technical Context

**Language/Version**: [Kotlin 2.1]
**Testing**: [gradle test]
**Constraints**: [domain-specific, under 50 MB]

## Constitution Check

*GATE: Must pass before Phase 0 research.*

Every plan of the Ferry project keeps to these:
- I. Kotlin Only: no second language
- II. Test-First (NON-NEGOTIABLE): a failing test comes first
- III. Observability: every job can be followed

## Project Structure

```text
specs/[###-feature]/
├── plan.md
└── tasks.md
```

```text
# Option 1: Single project (DEFAULT)
src/
└── [same as backend above]
```

**Structure Decision**: [Document the selected structure and say
which folders it uses]

## Complexity Tracking

| Violation | Why Needed | Simpler Alternative Rejected Because |
|-----------|------------|--------------------------------------|
| [e.g., 4th project] | [current need] | [why three are too few] |
"""
"""As a project leaves the stock one behind: values in the brackets, principles without a place for a verdict."""

OLD = """\
# Implementation Plan: [FEATURE]

**Branch**: `[###-feature-name]` | **Date**: [DATE] | **Spec**: [link]

## Execution Flow (/plan command scope)
```
1. Load the spec
   → If not found: ERROR "No feature spec at {path}"
2. Fill Technical Context (scan for NEEDS CLARIFICATION)
```

## Summary
[Extract from feature spec: requirement and approach]

## Technical Context
**Storage**: [if applicable, e.g., PostgreSQL or N/A]

## Constitution Check
*GATE: Must pass before Phase 0 research.*

[Gates determined based on constitution file]

## Phase 0: Outline & Research
1. For each NEEDS CLARIFICATION → research task
   - Decision: [what was chosen]

## Progress Tracking
- [ ] All NEEDS CLARIFICATION resolved
- [ ] Post-Design Constitution Check: PASS
"""
"""As Spec Kit's own was in September 2025: with the flow and the phases in it."""

JAPANESE = """\
# 実装計画: [機能名]

**ブランチ**: `[###-機能名]` | **日付**: [日付] | **仕様**: [リンク]

## 要約

[機能仕様から: 主要な要件と技術的アプローチ]

## 技術コンテキスト

**言語**: [例: Python 3.11 または要確認]
**テスト**: [例: pytest]

## 憲章チェック

*GATE: フェーズ0の前に合格すること*

[憲章ファイルに基づくゲート]

## 複雑さトラッキング

| 違反 | 必要な理由 | より単純な代替案が却下された理由 |
|------|-----------|-------------------------------|
| [例: 4つ目のプロジェクト] | [現在の必要性] | [3つで足りない理由] |
"""

UNKNOWN_LANGUAGE = """\
# Pelan: [CIRI]

## Ikhtisar

[Apa yang dibina dan mengapa ia diperlukan]

## Konteks

**Bahasa**: [bahasa dan versi]
**Storan**: [di mana data disimpan]
**Ujian**: [apa yang menguji]
**Platform**: [di mana ia berjalan]

## Semakan Perlembagaan

*GATE: mesti lulus*

[Satu baris bagi setiap prinsip perlembagaan]

## Pelanggaran

| Pelanggaran | Sebab | Pilihan lain |
|---|---|---|
| [pelanggaran] | [mengapa perlu] | [mengapa tidak] |
"""
"""Headings that no list of words knows."""

FILLED = """\
# Implementation Plan: Retry failed webhooks

**Branch**: `018-webhook-retry` | **Date**: 2026-03-02 | **Spec**: [spec.md](./spec.md)

**Note**: This template is filled in by the `/speckit.plan` command. See `.specify/templates/plan-template.md`.

## Summary

Failed deliveries are tried again with a growing pause; see [research](research.md) and [the queue][q].

## Technical Context

**Language/Version**: Kotlin 2.1
**Testing**: gradle test, with `[FEATURE]` quoted in a fixture
**Constraints**: All NEEDS CLARIFICATION resolved

## Constitution Check

*GATE: Must pass before Phase 0 research.*

- [x] I. Kotlin Only: PASS
- [x] II. Test-First: PASS

## Project Structure

```text
specs/018-webhook-retry/
├── plan.md
└── app/[id]/page.kt
```

**Structure Decision**: One module, as the tree shows. Routes such as `/jobs/[id]` stay.

## Complexity Tracking

> **Fill ONLY if Constitution Check has violations that must be justified**

| Violation | Why Needed | Simpler Alternative Rejected Because |
|-----------|------------|--------------------------------------|
| none | N/A | N/A |

[q]: https://example.org/queue
"""
"""A plan that says something everywhere, with brackets of its own."""
