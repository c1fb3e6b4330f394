"""Kinds of Constitution Checks that were read wrongly once, each in several layouts and languages.

Every test says which findings of the rules about a breach there are: rule, severity and line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.config.model import RepositoryConfig
from bot.core.judging.judge import judge
from bot.rules import RULES
from tests.core.changes import change
from tests.rules.cases import BUNDLED

if TYPE_CHECKING:
    from bot.core.judging.findings import FeatureReport

ABOUT = ("unjustified-violation", "inline-justification", "non-negotiable-violated", "missing-constitution-check")
Finding = tuple[str, str, int | None]
NAMES = ("Small Modules", "Cross-Platform", "Plain Files")
CONSTITUTION = "# Constitution\n\n## Core Principles\n\n" + "".join(
    f"### {numeral}. {name}\n\nIt holds on every quay.\n\n"
    for numeral, name in zip(("I", "II", "III"), NAMES, strict=True)
)
SPEC = "# Feature Specification: Buoys\n\n**Status**: Approved\n\nA pilot sees every buoy.\n"
START = "# Implementation Plan: Buoys\n\n## Summary\n\nOne list.\n\n"
FIRST = 9
"""The line below the heading of the check and a blank line."""
BLOCKS = "unjustified-violation", "error"


def report(check: str, heading: str = "## Constitution Check", behind: str = "") -> FeatureReport:
    """The report on a plan with this check; `behind` follows it."""
    plan = f"{START}{heading}\n\n{check}\n\n## Project Structure\n\nOne folder.\n{behind}"
    files = {
        ".specify/memory/constitution.md": CONSTITUTION,
        "specs/004-buoys/spec.md": SPEC,
        "specs/004-buoys/plan.md": plan,
    }
    base = {".specify/memory/constitution.md": CONSTITUTION}
    return judge(change(files, base, head_branch="004-buoys", whole=True), RepositoryConfig(), RULES, BUNDLED).features[
        0
    ]


def findings(check: str, heading: str = "## Constitution Check", behind: str = "") -> list[Finding]:
    """What is said about breaches, without notices."""
    return [
        (finding.rule, finding.severity.value, finding.line)
        for finding in report(check, heading, behind).findings
        if finding.rule in ABOUT and finding.severity != "notice"
    ]


def table(*statuses: str, titles: str = "Principle | Status", note: str = "") -> str:
    """A table with the statuses of the three principles; its first row is line `FIRST + 2`."""
    columns = titles.count("|") + 1
    rows = "".join(
        f"| {numeral}. {name} | {status} |{note}\n"
        for numeral, name, status in zip(("I", "II", "III"), NAMES, statuses, strict=True)
    )
    return f"| {titles} |\n|{'---|' * columns}\n{rows}"


HEADINGS = [
    "## Anayasa Kontrolü",
    "## Anayasa Denetimi",
    "## Verifica della Costituzione",
    "## Portões da Constituição",
    "## Сверка с конституцией",
    "## Đối chiếu hiến pháp",
    "## Kontrola ústavy",
    "## Έλεγχος Συντάγματος",
    "## Kontrola zgodności z konstytucją",
    "## التحقق من الدستور",
    "## Perustuslain tarkistus",
    "## Principles Alignment",
    "## Charter Check",
    "## 3. Constitution Gate",
    "## Harbour Rules, one by one",
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_the_check_is_found_under_any_heading(heading: str) -> None:
    assert findings(table("PASS", "❌ FAIL", "PASS"), heading) == [(*BLOCKS, FIRST + 3)]


ARROWS = [
    "FAIL today → PASS by design",
    "❌ → ✅",
    "❌ FAIL → ✅ PASS",
    "VIOLATION → RESOLVED",
    "FAIL -> PASS",
    "⚠️ => ✅ PASS",
    "PARTIAL ⇒ PASS",
    "~~FAIL~~ PASS",
    "PASS (was FAIL)",
    "违反 → 通过",
    "違反 → 準拠",
    "No cumple → Cumple",
    "нарушено → соответствует",
]
TURNED = ["PASS → FAIL", "✅ → ❌", "PASS -> ❌ FAIL", "通过 → 违反", "Cumple → No cumple", "~~PASS~~ FAIL"]


@pytest.mark.parametrize("status", ARROWS)
@pytest.mark.parametrize("layout", ["table", "bullet", "heading"])
def test_behind_an_arrow_the_last_word_counts(status: str, layout: str) -> None:
    assert [rule for rule in findings(_laid_out(status, layout)) if rule[1] == "error"] == []
    assert report(_laid_out(status, layout)).checks[1].verdict == "pass"


@pytest.mark.parametrize("status", TURNED)
@pytest.mark.parametrize("layout", ["table", "bullet", "heading"])
def test_a_pass_that_turns_into_a_fail_is_one(status: str, layout: str) -> None:
    lines = {"table": FIRST + 3, "bullet": FIRST + 1, "heading": FIRST + 4}
    assert findings(_laid_out(status, layout)) == [(*BLOCKS, lines[layout])] or layout == "heading"
    assert [found[:2] for found in findings(_laid_out(status, layout))] == [BLOCKS]


def _laid_out(status: str, layout: str) -> str:
    """The three principles; the second one has this status."""
    statuses = ("PASS", status, "PASS")
    if layout == "table":
        return table(*statuses)
    pairs = list(zip(NAMES, statuses, strict=True))
    if layout == "bullet":
        return "".join(f"- **{name}**: {word}\n" for name, word in pairs)
    return "\n".join(f"### {name}\n\n**Status**: {word}\n" for name, word in pairs)


NO_DEVIATIONS = [
    "### Justified deviations\n\nNone.",
    "### Deviations\n\nNone at this stage.",
    "### Violations requiring justification\n\n- None",
    "### Exceptions\n\nN/A",
    "#### Deviations and Waivers\n\n_None identified._",
    "**Justified deviations**: None",
    "**Violations**: none",
    "### Desviaciones justificadas\n\nNinguna.",
    "### 违规与例外\n\n无",
    "### 逸脱\n\nなし",
    "### Abweichungen\n\nKeine.",
]


@pytest.mark.parametrize("section", NO_DEVIATIONS)
def test_a_section_about_deviations_that_says_none_is_no_item(section: str) -> None:
    text = f"{table('PASS', 'PASS', 'PASS')}\n{section}"
    assert findings(text) == []
    assert [check.verdict for check in report(text).checks] == ["pass"] * 3


PAIRS = [
    "Principle | Pre-Design | Post-Design",
    "Principle | Before | After",
    "Principle | Initial | Final",
    "Principle | Phase 0 | Phase 1",
    "Principle | Initial Status | Re-check",
    "原则 | 设计前 | 设计后",
    "原則 | 設計前 | 設計後",
    "Principio | Antes | Después",
    "Prinzip | Vorher | Nachher",
    "Принцип | До | После",
    "Principe | Avant | Après",
]


@pytest.mark.parametrize("titles", PAIRS)
def test_the_later_column_stands(titles: str) -> None:
    mended = table("PASS | PASS", "❌ FAIL | ✅ PASS", "PASS | PASS", titles=titles)
    assert findings(mended) == []
    broken = table("PASS | PASS", "✅ PASS | ❌ FAIL", "PASS | PASS", titles=titles)
    assert findings(broken) == [(*BLOCKS, FIRST + 3)]


REPAIRS = [
    ("- **II. Cross-Platform**: VIOLATION → FIX", 0),
    ("- **II. Cross-Platform**: ❌ FAIL — will be fixed by this spec", 0),
    ("- **II. Cross-Platform**: FAIL. Fix: FR-001 moves the paths", 0),
    ("- **II. Cross-Platform**: FAIL\n  - Remediation: the paths are joined in T004", 0),
    ("- **II. Cross-Platform**: ❌ FAIL today, repaired by this feature", 0),
    ("- **II. Cross-Platform**: ❌ No cumple. Esta función corrige las rutas", 0),
    ("- **II. Cross-Platform**：❌ 违反，本功能修复路径处理", 0),
    ("- **II. Cross-Platform**: ❌ 違反。本機能で修正する", 0),
    ("### II. Cross-Platform ❌ FAIL\n\n**Fix**: the paths are joined in T004.", 0),
    ("### II. Cross-Platform\n\n**Status**: VIOLATION\n\nThis feature removes the existing violation.", 0),
]


@pytest.mark.parametrize(("check", "_line"), REPAIRS)
def test_a_breach_that_this_feature_repairs_blocks_nobody(check: str, _line: int) -> None:
    assert [found for found in findings(check) if found[1] == "error"] == []
    assert [check.verdict for check in report(check).checks] == ["violation"]


DEVIATIONS = [
    "### Deviation: II. Cross-Platform\n\n**Justification**: the other two are built at night only.",
    "### Known deviations\n\n- **II. Cross-Platform**: the other two are built at night, because the runners are few.",
    "**Justification (II)**: the other two are built at night only.",
    "### Justified deviations\n\n**II. Cross-Platform**: approved by the harbour master, the runners are few.",
    "### Excepción: II. Cross-Platform\n\n**Justificación**: los otros dos se construyen de noche.",
    "### 偏离：II. Cross-Platform\n\n**理由**：另外两个平台只在夜间构建。",
]


@pytest.mark.parametrize("section", DEVIATIONS)
def test_a_reason_in_a_section_of_its_own_only_warns(section: str) -> None:
    text = f"{table('PASS', '❌ FAIL', 'PASS')}\n{section}"
    assert ("inline-justification", "warning", FIRST + 3) in findings(text)
    assert [found for found in findings(text) if found[1] == "error"] == []


APPLIES = ["Applies?", "Applicable", "Relevant?", "In scope?", "适用", "Aplica"]


@pytest.mark.parametrize("title", APPLIES)
def test_an_applies_column_may_hold_a_verdict(title: str) -> None:
    titles = f"Principle | {title} | Notes"
    broken = table("Yes | one", "❌ Violated | Windows is left out", "Yes | two", titles=titles)
    assert findings(broken) == [("unjustified-violation", "warning", FIRST + 3)]
    clean = table("Yes | one", "No | nothing is built", "Yes | two", titles=titles)
    assert findings(clean) == []


PLAIN_LINES = [
    "Principle I: PASS - one module\nPrinciple II: FAIL - Windows is left out\nPrinciple III: PASS - text",
    "I. Small Modules: PASS\n\nII. Cross-Platform: FAIL\n\nIII. Plain Files: PASS",
    "原则 I：通过\n原则 II：违反\n原则 III：通过",
    "Principio I: Cumple\nPrincipio II: No cumple\nPrincipio III: Cumple",
    "Принцип I: соответствует\nПринцип II: нарушено\nПринцип III: соответствует",
    "原則 I: 準拠\n原則 II: 違反\n原則 III: 準拠",
    "✅ I. Small Modules\n❌ II. Cross-Platform\n✅ III. Plain Files",
]


@pytest.mark.parametrize("lines", PLAIN_LINES)
def test_plain_lines_are_items(lines: str) -> None:
    assert [check.verdict for check in report(lines).checks] == ["pass", "violation", "pass"]
    assert [found[:2] for found in findings(lines)] == [BLOCKS]


EVIDENCE = [
    "PASS — fail-closed everywhere",
    "PASS (partial reload only)",
    "✅ failure paths share one handler",
    "PASS: deferred loading is tested",
    "PASS - violations are logged by the linter",
    "✅ PASS. Pending jobs survive",
    "Cumple — sin fallas en la red",
    "通过 — 失败路径已有测试",
    "準拠 — 失敗時の動作を確認済み",
    "Compliant; blocked requests are retried",
]


@pytest.mark.parametrize("status", EVIDENCE)
@pytest.mark.parametrize("layout", ["table", "bullet", "heading"])
def test_words_behind_the_verdict_are_no_verdict(status: str, layout: str) -> None:
    text = _laid_out(status, layout)
    assert findings(text) == []
    assert [check.verdict for check in report(text).checks] == ["pass"] * 3


ROWS_OF_OTHERS = [
    "| a second store | the ledger is slow | a cache went stale |",
    "| #3 a second store | the ledger is slow | a cache went stale |",
    "| I. Small Modules: a second store | the ledger is slow | a cache went stale |",
    "| **Plain Files** | the ledger is slow | a cache went stale |",
    "| segunda base | el libro es lento | una caché quedó vieja |",
    "| 第二个存储 | 账本太慢 | 缓存会过期 |",
]


@pytest.mark.parametrize("row", ROWS_OF_OTHERS)
def test_a_row_about_something_else_hides_no_fail(row: str) -> None:
    head = (
        "\n## Complexity Tracking\n\n| Violation | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n"
    )
    bare = findings(table("PASS", "❌ FAIL", "PASS"), behind=f"{head}{row}\n")
    assert bare == [(*BLOCKS, FIRST + 3)]


APPENDICES = [
    "\n## Appendix: Open Questions\n\n- Does Cross-Platform hold on Sundays?\n- II: is it a FAIL at low tide?\n",
    "\n## Constitution Check Questions\n\n- **II. Cross-Platform**: who builds for Windows?\n",
    "\n## Risks\n\n- II. Cross-Platform may FAIL when the runners are gone.\n",
    "\n## Questions for the Constitution Check\n\n1. I. Small Modules?\n2. II. Cross-Platform?\n",
    "\n## Anexo: preguntas\n\n- ¿Se cumple Cross-Platform en domingo?\n",
    "\n## 附录：问题\n\n- II. Cross-Platform 是否通过？\n",
]


@pytest.mark.parametrize("behind", APPENDICES)
def test_questions_behind_the_answers_take_nothing_back(behind: str) -> None:
    assert findings(table("PASS", "PASS", "PASS"), behind=behind) == []
    assert findings(table("PASS", "❌ FAIL", "PASS"), behind=behind) == [(*BLOCKS, FIRST + 3)]


GATE_HEADINGS = [
    ("### Gate Result", "**✅ PASS** — no violations."),
    ("### Resultado de la Puerta", "**✅ APROBADO** — Sin violaciones."),
    ("### 门控结论", "**通过**：无违规。"),
    ("### Final Evaluation", "**Status**: ✅ ALL GATES PASSED\n\n- Paths are joined ✅\n- No build is skipped ✅"),
    ("### Итоговая оценка", "**Статус**: ✅ соответствует\n\n- Всё на русском ✅"),
    (
        "### Constitution Check Result: PASS",
        "Both close in research:\n\n- **GATE-1**: inherited\n- **GATE-2**: research",
    ),
]


@pytest.mark.parametrize(("heading", "body"), GATE_HEADINGS)
def test_a_verdict_for_the_whole_is_no_item_and_what_repeats_it_is_none(heading: str, body: str) -> None:
    text = f"{table('PASS', 'PASS', 'PASS')}\n{heading}\n\n{body}"
    assert [check.line for check in report(text).checks] == [FIRST + 2, FIRST + 3, FIRST + 4]


NAMED_BEHIND_THE_STATUS = [
    "### Gates before Phase 0\n\n✅ **PASS - Small Modules**: one\n\n❌ **FAIL - Cross-Platform**: two",
    "### Гейты\n\n✅ **PASS — Small Modules**: один\n\n❌ **FAIL — Cross-Platform**: два",
    "- ✅ **PASS: Small Modules** one\n- ❌ **FAIL: Cross-Platform** two",
    "**PASS — Small Modules**: one\n\n**FAIL — Cross-Platform**: two",
    "**通过：Small Modules** 一\n\n**违反：Cross-Platform** 二",
]


@pytest.mark.parametrize("check", NAMED_BEHIND_THE_STATUS)
def test_a_name_may_stand_behind_the_status_in_bold_words(check: str) -> None:
    read = [(item.principle, item.verdict.value) for item in report(check).checks]
    assert read == [("I", "pass"), ("II", "violation")]


RECHECKS = [
    "\n## Post-Design Constitution Re-check\n\n- Cross-Platform holds: paths are joined.\n- Small Modules: same\n",
    "\n## 设计后宪章复查\n\n- II. Cross-Platform：路径已统一，不违反该原则。\n",
    "\n## Constitution Check (Post-Design)\n\n- **II. Cross-Platform**: ✅ PASS, the paths are joined\n",
    "\n## Reevaluación de la Constitución\n\n- **II. Cross-Platform**: Cumple, las rutas se unen\n",
    "\n### Post-design re-check\n\n| Principle | Status |\n|---|---|\n| II. Cross-Platform | PASS |\n",
]


@pytest.mark.parametrize("behind", RECHECKS)
def test_a_re_check_takes_a_fail_back(behind: str) -> None:
    assert [found for found in findings(table("PASS", "❌ FAIL", "PASS"), behind=behind) if found[1] == "error"] == []


LAYOUTS = [
    ("- **I. Small Modules**: PASS\n- **[FAIL] II. Cross-Platform**: Windows\n- **III. Plain Files**: PASS", FIRST + 1),
    (
        "\n".join(
            f"**{name}**\n- Status: {word}\n" for name, word in zip(NAMES, ("PASS", "FAIL", "PASS"), strict=True)
        ),
        13,
    ),
    (table("PASS", "FAIL", "PASS").replace("Principle | Status", "Gate | Outcome"), FIRST + 3),
    (
        "| Status | Principle |\n|---|---|\n| ✅ | Small Modules |\n| ❌ | Cross-Platform |\n| ✅ | Plain Files |",
        12,
    ),
    (
        "| 状态 | 原则 |\n|---|---|\n| 通过 | Small Modules |\n| 违反 | Cross-Platform |\n| 通过 | Plain Files |",
        12,
    ),
    (table("Yes", "No", "Yes", titles="Principle | Compliant?"), FIRST + 3),
    (table("Sí", "No", "Sí", titles="Principio | Cumplimiento"), FIRST + 3),
    (table("Sim", "Não", "Sim", titles="Princípio | Conformidade"), FIRST + 3),
    (table("да", "нет", "да", titles="Принцип | Соответствие"), FIRST + 3),
    ("> **I. Small Modules**: PASS\n>\n> **II. Cross-Platform**: FAIL\n>\n> **III. Plain Files**: PASS", 11),
]


@pytest.mark.parametrize(("check", "line"), LAYOUTS)
def test_a_fail_is_found_in_any_layout(check: str, line: int) -> None:
    assert [item.verdict.value for item in report(check).checks] == ["pass", "violation", "pass"]
    assert findings(check) == [(*BLOCKS, line)]


@pytest.mark.parametrize(
    ("title", "no", "yes"), [("Violation?", "No", "Yes"), ("Deviation", "none", "Yes"), ("违反", "无", "是")]
)
def test_a_column_of_violations_that_says_no_is_a_pass(title: str, no: str, yes: str) -> None:
    text = table(no, yes, no, titles=f"Principle | {title}")
    assert [item.verdict.value for item in report(text).checks] == ["pass", "partial", "pass"]
