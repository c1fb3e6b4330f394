"""What a reader of the Constitution Check would say, layout by layout and language by language."""

from __future__ import annotations

import pytest

from bot.core.documents.plan import Phase, StatementKind
from tests.core.documents.plan_reading import plans
from tests.core.documents.plan_reading.plans import plan_text, read, seen

MIXED = [
    ("I", "pass"),
    ("II", "violation"),
    ("III", "partial"),
    ("IV", "na"),
    ("V", "pending"),
]
"""The same five answers in every English layout below."""

ENGLISH_LAYOUTS = {
    "status column": """| Principle | Status | Notes |
|---|---|---|
| I. Tide Tables First | ✅ PASS | berths come from the table |
| II. Ledger Integrity | ❌ VIOLATION | entries are overwritten |
| III. Small Boats | ⚠️ PARTIAL | only up to six metres |
| IV. Test-Driven Development | N/A | no code |
| V. Quiet Harbours by Night | ⏳ PENDING | measured in the pilot |
""",
    "status in the last column": """| # | Principle | Assessment | Result |
|---|---|---|---|
| I | Tide Tables First | berths come from the table | PASS |
| II | Ledger Integrity | entries are overwritten | FAIL |
| III | Small Boats | only up to six metres | Partial |
| IV | Test-Driven Development | no code | Not applicable |
| V | Quiet Harbours by Night | measured in the pilot | Deferred |
""",
    "applies column first": """| Principle | Applies? | Compliance | How |
|---|---|---|---|
| **I. Tide Tables First** | ✅ Yes | Compliant | berths come from the table |
| **II. Ledger Integrity** | ✅ Yes | Non-compliant | entries are overwritten |
| **III. Small Boats** | ✅ Yes | ⚠ Partially met | only up to six metres |
| **IV. Test-Driven Development** | ❌ No | — | no code |
| **V. Quiet Harbours by Night** | ✅ Yes | TBD | measured in the pilot |
""",
    "bullets, status after the name": """- **I. Tide Tables First**: PASS. Berths come from the table.
- **II. Ledger Integrity**: VIOLATION. Entries are overwritten.
- **III. Small Boats**: PARTIAL - only up to six metres.
- **IV. Test-Driven Development**: N/A, no code.
- **V. Quiet Harbours by Night**: PENDING (measured in the pilot).
""",
    "bullets, mark before the name": """- ✅ **Tide Tables First**: berths come from the table
- ❌ **Ledger Integrity**: entries are overwritten
- ⚠️ **Small Boats**: only up to six metres
- ➖ **Test-Driven Development**: no code
- ⏳ **Quiet Harbours by Night**: measured in the pilot
""",
    "bullets, status at the end": """1. **Tide Tables First**: berths come from the table. [PASS]
2. **Ledger Integrity**: entries are overwritten. [FAIL]
3. **Small Boats**: only up to six metres. [PARTIAL]
4. **TDD**: no code. [N/A]
5. **Quiet Harbours by Night**: measured in the pilot. [PENDING]
""",
    "check boxes": """- [x] **I. Tide Tables First** — berths come from the table
- [ ] **II. Ledger Integrity** — VIOLATION: entries are overwritten
- [~] **III. Small Boats** — only up to six metres
- [N/A] **IV. Test-Driven Development** — no code
- [ ] **V. Quiet Harbours by Night** — measured in the pilot
""",
    "headings with the status": """### I. Tide Tables First ✅ PASS
- berths come from the table
- ✅ no hard-coded hours

### II. Ledger Integrity — ❌ FAIL
Entries are overwritten.

### ⚠️ III. Small Boats
Only up to six metres.

### IV. Test-Driven Development N/A
No code.

### V. Quiet Harbours by Night (PENDING)
Measured in the pilot.
""",
    "status in the line below": """### I. Tide Tables First

**Status**: PASS

Berths come from the table.

### II. Ledger Integrity

❌ **FAIL** - entries are overwritten.

### III. Small Boats
**Compliance**: ⚠️ Partial
- only up to six metres

### IV. Test-Driven Development
✅ N/A. No code.

### V. Quiet Harbours by Night
- **Status**: PENDING
- **Evidence**: measured in the pilot
""",
    "bold paragraphs": """**Tide Tables First (I)**: ✅ PASS

Berths come from the table.

**Ledger Integrity (II)**: ❌ FAIL, entries are overwritten.

**Small Boats (III)**: ⚠ PARTIAL, only up to six metres.

**Test-Driven Development (IV)**: N/A

**Quiet Harbours by Night (V)**: PENDING
""",
    "prose": """Principle I (Tide Tables First): berths come from the table, OK.

Principle II (Ledger Integrity): VIOLATION, entries are overwritten.

Principle III (Small Boats): PARTIAL, only up to six metres.

Principle IV (Test-Driven Development): not applicable.

Principle V (Quiet Harbours by Night): deferred.
""",
    "a table below each heading": """### I. Tide Tables First

| Check | Status | Evidence |
|---|---|---|
| berths come from the table | PASS | research.md |

### II. Ledger Integrity

| Check | Status | Evidence |
|---|---|---|
| entries are kept | FAIL | none |

### III. Small Boats

- [~] only up to six metres

### IV. Test-Driven Development

- N/A: no code

### V. Quiet Harbours by Night

- PENDING: measured in the pilot
""",
}


@pytest.mark.parametrize("layout", ENGLISH_LAYOUTS)
def test_five_answers_are_read_in_every_layout(layout: str) -> None:
    assert seen(read(plan_text(ENGLISH_LAYOUTS[layout]))) == MIXED


OTHER_LANGUAGES = {
    "zh table": (
        plans.CHINESE,
        "宪法检查",
        (
            "| 原则 | 状态 | 说明 |\n"
            "|---|---|---|\n"
            "| 一、账本完整 | ❌ 不符合 | 会覆盖 |\n"
            "| 二、小步提交 | ✅ 通过 | 是 |\n"
            "| 三、离线可用 | 不适用 | 无 |\n"
        ),
        ["violation", "pass", "na"],
    ),
    "zh bullets": (
        plans.CHINESE,
        "宪章检查",
        "- **一、账本完整**：违反，会覆盖旧条目\n- **二、小步提交**：通过\n- **三、离线可用**：待确认\n",
        ["violation", "pass", "pending"],
    ),
    "zh headings": (
        plans.CHINESE,
        "憲法檢查",
        "### 一、账本完整 ✅ 符合\n\n- 细节\n\n### 二、小步提交 ⚠️ 部分符合\n\n### 三、离线可用 ❌ 违反\n",
        ["pass", "partial", "violation"],
    ),
    "ja table": (
        plans.JAPANESE,
        "憲章チェック",
        (
            "| 原則 | 判定 | 根拠 |\n|---|---|---|\n| I. 台帳の完全性 | 準拠 | 追記のみ |\n"
            "| II. 単純さ | 違反 | 二つ目のサービス |\n| III. オフライン優先 | 該当なし | - |\n"
        ),
        ["pass", "violation", "na"],
    ),
    "ja bullets": (
        plans.JAPANESE,
        "憲法準拠チェック",
        (
            "- **I. 台帳の完全性**: ✅ 準拠。追記のみ。\n"
            "- **II. 単純さ**: ⚠️ 一部逸脱。\n- **III. オフライン優先**: 要確認。\n"
        ),
        ["pass", "partial", "pending"],
    ),
    "ja headings": (
        plans.JAPANESE,
        "7. Constitution Check",
        "### 原則I: 台帳の完全性 — ✅ 合格\n\n### 原則II: 単純さ — ❌ 不適合\n\n### 原則III: オフライン優先 — 対象外\n",
        ["pass", "violation", "na"],
    ),
    "ko table": (
        plans.KOREAN,
        "헌법 검사",
        (
            "| 원칙 | 검증 항목 | 상태 |\n|---|---|---|\n| I. 장부 무결성 | 추가만 한다 | ✅ 준수 |\n"
            "| II. 단순함 | 서비스 두 개 | ❌ 위반 |\n| III. 오프라인 우선 | 해당 | 해당 없음 |\n"
        ),
        ["pass", "violation", "na"],
    ),
    "es table": (
        plans.SPANISH,
        "Constitution Check",
        (
            "| Principio | Estado | Cómo lo cumple este plan |\n|---|---|---|\n"
            "| I. Integridad del Registro | Pasa | sólo se añade |\n"
            "| II. Simplicidad | ⚠️ Atención | dos servicios |\n"
            "| III. Funciona sin Red | No aplica | - |\n"
        ),
        ["pass", "partial", "na"],
    ),
    "es bullets": (
        plans.SPANISH,
        "Verificación de la Constitución",
        (
            "- **I. Integridad del Registro**: Cumple. Sólo se añade.\n"
            "- **II. Simplicidad**: No cumple. Dos servicios.\n"
            "- **III. Funciona sin Red**: Pendiente.\n"
        ),
        ["pass", "violation", "pending"],
    ),
    "pt boxes": (
        plans.PORTUGUESE,
        "Verificação da Constituição",
        (
            "- [x] **I. Integridade do Registro**: aprovado\n"
            "- [ ] **II. Simplicidade**: VIOLAÇÃO - dois serviços\n"
            "- [x] **III. Funciona Offline**: não se aplica\n"
        ),
        ["pass", "violation", "na"],
    ),
    "de table": (
        plans.GERMAN,
        "Verfassungsprüfung",
        (
            "| Prinzip | Status | Begründung |\n|---|---|---|\n"
            "| I. Saubere Bücher | Erfüllt | nur Anhängen |\n"
            "| II. Einfachheit | Verletzt | zwei Dienste |\n"
            "| III. Offline zuerst | Entfällt | - |\n"
        ),
        ["pass", "violation", "na"],
    ),
    "de headings": (
        plans.GERMAN,
        "Constitution Check",
        (
            "### I. Saubere Bücher ✅ Erfüllt\n\n### II. Einfachheit ⚠️ Teilweise erfüllt\n\n"
            "### III. Offline zuerst\n\n**Status**: Ausstehend\n"
        ),
        ["pass", "partial", "pending"],
    ),
    "fr bullets": (
        plans.FRENCH,
        "Vérification de la constitution",
        (
            "- **I. Intégrité du registre** : ✅ Conforme\n"
            "- **II. Simplicité** : ❌ Non conforme, deux services\n"
            "- **III. Hors ligne d'abord** : Sans objet\n"
        ),
        ["pass", "violation", "na"],
    ),
    "ru table": (
        plans.RUSSIAN,
        "Проверка конституции",
        (
            "| Принцип | Статус | Примечание |\n|---|---|---|\n"
            "| I. Целостность журнала | ✅ Соответствует | только дописываем |\n"
            "| II. Простота | ❌ Нарушение | две службы |\n"
            "| III. Работа без сети | Неприменимо | - |\n"
        ),
        ["pass", "violation", "na"],
    ),
    "pl boxes": (
        plans.POLISH,
        "Kontrola konstytucji",
        (
            "- [x] **I. Spójność rejestru**: spełniono\n"
            "- [ ] **II. Prostota**: NARUSZENIE, dwie usługi\n"
            "- [ ] **III. Praca bez sieci**: nie dotyczy\n"
        ),
        ["pass", "violation", "na"],
    ),
}


@pytest.mark.parametrize("case", OTHER_LANGUAGES)
def test_other_languages_are_read_without_their_template(case: str) -> None:
    names, heading, body, verdicts = OTHER_LANGUAGES[case]
    plan = read(plan_text(body, heading=heading), names)
    assert seen(plan) == [(id_, verdict) for (id_, _, _), verdict in zip(names, verdicts, strict=True)]


def test_a_heading_that_only_the_template_knows_is_found() -> None:
    template = plans.STOCK.replace("## Constitution Check", "## Vows of the Harbour")
    plan = read(plan_text("- **I. Tide Tables First**: PASS\n", heading="3. Vows of the harbour ✅"), template=template)
    assert seen(plan) == [("I", "pass")]


NOT_A_VERDICT = {
    "a rule about verdicts": "- **I. Tide Tables First**: PASS when the table is read; FAIL if hours are hard-coded.",
    "a name with a status word": "- **III. Small Boats**: Partial updates are sent to every boat.",
    "an enumeration in code": "- **III. Small Boats**: the answer is `ResponseStatus.PARTIAL` or `FAIL`.",
    "a negation": "- **III. Small Boats**: no violation, no deviation.",
    "denied": "- **III. Small Boats**: ✅ NOT A VIOLATION, boats stay small.",
    "failing fast": "- **III. Small Boats**: Fail fast when the berth is taken.",
    "a quoted rule": (
        "| Principle | Status |\n|---|---|\n| III. Small Boats | ✅ PASS (or ❌ FAIL with explicit justification) |"
    ),
}


@pytest.mark.parametrize("case", NOT_A_VERDICT)
def test_status_words_that_are_no_status_accuse_nobody(case: str) -> None:
    plan = read(plan_text(NOT_A_VERDICT[case]))
    assert [check.verdict for check in plan.checks if check.verdict in {"violation", "partial"}] == []


def test_a_permission_matrix_is_product_and_no_check() -> None:
    matrix = """### I. Tide Tables First ✅

| Area | Harbour master | Skipper | Guest |
|---|---|---|---|
| Berths | ✅ | ✅ | ❌ |
| Fees | ✅ | ❌ | ❌ |
"""
    assert seen(read(plan_text(matrix))) == [("I", "pass")]


def test_a_list_of_files_is_no_check() -> None:
    table = "- **I. Tide Tables First**: PASS\n\n| File | Change |\n|---|---|\n| tides.py | new |\n"
    assert seen(read(plan_text(table))) == [("I", "pass")]


def test_principles_copied_from_the_template_are_unanswered() -> None:
    listed = "- I. Tide Tables First: all hours come from the table\n- II. Ledger Integrity: nothing is overwritten\n"
    template = plans.STOCK.replace("[Gates determined based on constitution file]", listed)
    plan = read(plan_text(listed), template=template)
    assert seen(plan) == [("I", "unanswered"), ("II", "unanswered")]


def test_a_question_without_an_answer_is_unanswered() -> None:
    asked = "- **I. Tide Tables First**: are all hours read from the table?\n- **III. Small Boats**: six metres? Yes.\n"
    assert seen(read(plan_text(asked))) == [("I", "unanswered"), ("III", "pass")]


def test_an_empty_status_cell_is_unanswered() -> None:
    table = (
        "| Principle | Status | Notes |\n|---|---|---|\n"
        "| I. Tide Tables First | | hours |\n| III. Small Boats | PASS | |\n"
    )
    assert seen(read(plan_text(table))) == [("I", "unanswered"), ("III", "pass")]


def test_prose_that_complies_is_a_pass_without_a_status() -> None:
    plan = read(plan_text("- **I. Tide Tables First**: hours come from the table that the pilot reads.\n"))
    assert [(check.verdict, check.explicit, check.in_slot) for check in plan.checks] == [("pass", False, False)]


POST = {
    "own heading": (
        "| Principle | Status |\n|---|---|\n| III. Small Boats | PASS |\n\n"
        "## Post-Design Constitution Re-Check\n\n| Principle | Status |\n|---|---|\n"
        "| III. Small Boats | FAIL |\n"
    ),
    "sub-heading": "- **III. Small Boats**: PASS\n\n### After Phase 1 design\n\n- **III. Small Boats**: FAIL\n",
    "chinese": "- **III. Small Boats**: PASS\n\n## Phase 1 设计后重新评估\n\n- **III. Small Boats**: 违反\n",
}


@pytest.mark.parametrize("case", POST)
def test_the_recheck_is_told_from_the_first_check(case: str) -> None:
    plan = read(plan_text(POST[case]))
    assert [(check.phase, str(check.verdict)) for check in plan.checks] == [
        (Phase.PRE, "pass"),
        (Phase.POST, "violation"),
    ]


WHOLE_GATE = {
    "**Gate Result**: ✅ PASS - proceed": "pass",
    "**Gate Status**: FAIL": "violation",
    "Initial gate: PASS, no violations.": "pass",
    "No violations. Complexity Tracking not needed.": "pass",
    "All gates pass.": "pass",
    "*GATE: checked before and after the design - PASS*": "pass",
    "**Result**: PASS (one justified deviation, see below)": "pass",
    "No constitution exists. Skipped.": "na",
    "**Gate-Ergebnis**: Bestanden": "pass",
    "**结论**：通过": "pass",
    "**結論**: 合格": "pass",
    "**Resultado**: Cumple": "pass",
    "### Compliance Status: ✅ PASSED": "pass",
}


@pytest.mark.parametrize("line", WHOLE_GATE)
def test_a_line_for_the_whole_gate_is_no_item(line: str) -> None:
    plan = read(plan_text(line))
    assert (plan.overall, seen(plan)) == (WHOLE_GATE[line], [])
    assert plan.overall_line is not None
    assert plan.lines[plan.overall_line - 1] == line


def test_the_templates_gate_instruction_says_nothing() -> None:
    plan = read(plan_text("*GATE: Must pass before Phase 0 research. Re-check after Phase 1 design.*"))
    assert plan.overall is None


def test_reasons_beside_the_status_are_kept() -> None:
    table = (
        "| Principle | Status | Notes |\n|---|---|---|\n"
        "| III. Small Boats | ❌ FAIL | no other boat is for hire, because it is August |\n"
        "| II. Ledger Integrity | FAIL | |\n"
    )
    assert [check.reason for check in read(plan_text(table)).checks] == [
        "no other boat is for hire, because it is August",
        None,
    ]


def test_a_violation_that_the_feature_repairs_is_told() -> None:
    plan = read(
        plan_text("- **II. Ledger Integrity**: ❌ FAIL. This feature fixes the existing violation in the ledger.\n")
    )
    kinds = [statement.kind for check in plan.checks for statement in check.statements]
    assert kinds == [StatementKind.ASSESSMENT, StatementKind.REPAIR]


def test_the_span_points_at_the_status() -> None:
    plan = read(plan_text("| Principle | Status |\n|---|---|\n| Ünder **III. Small Boats** | ❌ VIOLATION, long |\n"))
    span = plan.checks[0].span
    assert span is not None
    assert span.column is not None
    assert plan.lines[span.line - 1][span.column - 1 : span.end_column] == "❌ VIOLATION"


JOINS = {
    "I. Tide Tables First": ("I", "both"),
    "Principle II: Ledger Integrity (NON-NEGOTIABLE)": ("II", "both"),
    "IV. TDD": ("IV", "both"),
    "III. Vessels": ("III", "numeral"),
    "Quiet Harbours by Night": ("V", "name"),
    "Ledger": ("II", "loose"),
    "Elephants": (None, None),
    "9. Quiet Harbours by Night": ("V", "name"),
}


@pytest.mark.parametrize("name", JOINS)
def test_names_join_their_principle(name: str) -> None:
    check = read(plan_text(f"- **{name}**: PASS\n")).checks[0]
    assert (check.principle, check.join) == JOINS[name]


def test_a_plan_that_numbers_otherwise_is_joined_by_name_alone() -> None:
    other = "- **I. Cargo**: PASS\n- **II. Customs**: FAIL\n- **III. Crew**: PASS\n- **IV. Small Boats**: PASS\n"
    assert [check.principle for check in read(plan_text(other)).checks] == [None, None, None, "III"]
