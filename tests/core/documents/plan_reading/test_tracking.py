"""Which rows of Complexity Tracking are real, and what they justify."""

from __future__ import annotations

import pytest

from tests.core.documents.plan_reading import plans
from tests.core.documents.plan_reading.plans import plan_text, read

HEAD = "| Violation | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n"

NOTHING = {
    "None": HEAD + "| None | - | - |",
    "italic": HEAD + "| _None_ | — | — |",
    "empty cells": HEAD + "| None | | |",
    "n/a": HEAD + "| N/A | N/A | N/A |",
    "n/a with a text": HEAD + "| N/A | N/A | No new abstractions introduced, fixes keep existing code |",
    "dashes": HEAD + "| — | — | — |",
    "brackets": HEAD + "| (none) | | |",
    "none yet": HEAD + "| None yet | | |",
    "none identified": HEAD + "| None identified - all gates pass | | |",
    "no violations": HEAD + "| No violations | All principles are met | n/a |",
    "japanese": "| 違反 | 必要な理由 | より単純な代替案が却下された理由 |\n|---|---|---|\n| (なし) | - | - |",
    "chinese": "| 违规 | 为什么需要 | 拒绝的更简单替代方案 |\n|---|---|---|\n| 无 | - | - |",
    "korean": "| 위반 | 필요한 이유 | 더 단순한 대안 |\n|---|---|---|\n| 없음 | - | - |",
    "spanish": (
        "| Violación | Por qué hace falta | Alternativa más simple, y por qué se rechazó |\n"
        "|---|---|---|\n| Ninguna | - | - |"
    ),
    "the template's rows": HEAD + "| [e.g., 4th project] | [current need] | [why 3 projects insufficient] |",
    "any placeholder": HEAD + "| [violation] | [why] | [alternative] |",
    "header only": HEAD,
    "a sentence": "No constitution violations. Section intentionally left empty.",
    "a quote": "> No violations to justify.",
    "not applicable": "N/A - the design stays inside the existing module.",
    "status": "**Status**: ✅ No violations - complexity tracking not required",
    "the instruction": "> **Fill ONLY if Constitution Check has violations that must be justified**",
    "german": "Keine Verstöße.",
    "french": "Aucune violation à justifier.",
    "portuguese": "Sem violações a justificar — um único app.",
    "russian": "Нарушений нет.",
    "russian short": "Нет нарушений конституции.",
    "polish": "Brak naruszeń.",
    "chinese sentence": "无违反项，无需说明。",
    "japanese sentence": "違反なし。",
    "korean sentence": "위반 사항 없음.",
    "spanish sentence": "Sin violaciones que justificar.",
    "decisions": (
        "No violations.\n\n| Aspect | Decision | Rationale |\n|---|---|---|\n"
        "| Storage | one file | enough for a harbour |"
    ),
    "complexity notes": (
        "| Component | Complexity | Justification |\n|---|---|---|\n| Queue | Low | existing pattern |"
    ),
    "risks": "| Risk | Mitigation |\n|---|---|\n| the pump fails | a second pump |",
    "reasons in bullets": "No violations.\n\n- **Storage**: one file, a deviation would need a database\n",
}


@pytest.mark.parametrize("wording", NOTHING)
def test_nothing_to_report_is_no_row(wording: str) -> None:
    assert read(plan_text("- **III. Small Boats**: PASS", NOTHING[wording])).rows == ()


REAL = {
    "stock": HEAD
    + ("| Principle III: a nine metre boat | the pilot needs it | a smaller boat cannot carry the crane |"),
    "numeral alone": HEAD + "| III | the pilot needs it | a smaller boat cannot carry the crane |",
    "section sign": HEAD + "| §III nine metres | the pilot needs it | a smaller boat cannot carry the crane |",
    "name": HEAD
    + "| **Small Boats** bent for the pilot | the pilot needs it | a smaller boat cannot carry the crane |",
    "another first word": (
        "| Choice | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n"
        "| Principle III: nine metres | the pilot needs it | a smaller one is weak |"
    ),
    "spanish": (
        "| Pieza | Por qué está | Alternativa más simple, y por qué se descartó |\n"
        "|---|---|---|\n"
        "| Principio III: nueve metros | lo pide la grúa | una menor no puede con ella |"
    ),
    "chinese": (
        "| 违规 | 为什么需要 | 拒绝的更简单替代方案 |\n"
        "|---|---|---|\n"
        "| 原则 III：九米船 | 领航需要更大的船来吊装 | 小船无法承载起重机设备 |"
    ),
    "inside the check": "",
}


@pytest.mark.parametrize("form", REAL)
def test_a_real_row_names_its_principle_and_is_complete(form: str) -> None:
    table = REAL[form] or REAL["stock"]
    plan = (
        read(plan_text(f"- **III. Small Boats**: FAIL\n\n{table}"))
        if form == "inside the check"
        else read(plan_text("- **III. Small Boats**: FAIL", table))
    )
    assert [(row.principle, row.complete, row.missing) for row in plan.rows] == [("III", True, ())]


MISSING = {
    "| Principle III | | a smaller boat is weak |": ("why",),
    "| Principle III | TBD | a smaller boat is weak |": ("why",),
    "| Principle III | [current need] | a smaller boat is weak |": ("why",),
    "| Principle III | the pilot needs it | - |": ("alternative",),
    "| Principle III | the pilot needs it | N/A |": ("alternative",),
    "| Principle III | - | - |": ("why", "alternative"),
    "| Principle III | the pilot needs it | N/A - there is no smaller crane boat |": (),
    "| Principle III | 吊装需要更大的船 | 小船无法承载设备 |": (),
}


@pytest.mark.parametrize("row", MISSING)
def test_cells_that_say_nothing_are_named(row: str) -> None:
    plan = read(plan_text("- **III. Small Boats**: FAIL", HEAD + row))
    assert [(found.missing, found.complete) for found in plan.rows] == [(MISSING[row], not MISSING[row])]


def test_a_table_without_an_alternative_is_told() -> None:
    table = "| Violation | Why Needed | Mitigation |\n|---|---|---|\n| Principle III | the pilot needs it | a survey |"
    rows = read(plan_text("- **III. Small Boats**: FAIL", table)).rows
    assert [(row.principle, row.complete, row.has_alternative_column) for row in rows] == [("III", True, False)]


def test_one_row_may_name_two_principles() -> None:
    rows = read(
        plan_text(
            "- **III. Small Boats**: FAIL",
            HEAD + "| Principles III and V | the pilot needs it | none is smaller and quiet |",
        )
    ).rows
    assert rows[0].names == ("III", "V")


def test_a_row_names_a_gate_that_is_no_principle() -> None:
    check = "| Gate | Status |\n|---|---|\n| Arch #2: berth styling | VIOLATION |\n| Arch #6: one pump | PASS |\n"
    rows = read(
        plan_text(
            check, HEAD + "| Arch 2, second style | the old one stays for a year | moving all at once is too much |"
        )
    ).rows
    assert [(row.principle, row.gates) for row in rows] == [(None, ("Arch #2: berth styling",))]


def test_a_status_column_admits_what_it_marks() -> None:
    table = (
        "| Item | Status | Notes |\n|---|---|---|\n"
        "| Small Boats (pilot) | ⚠️ Acknowledged | the crane needs nine metres |\n"
        "| Ledger | ✅ Safe | kept |"
    )
    assert [row.principle for row in read(plan_text("- **III. Small Boats**: PASS", table)).rows] == ["III"]


LOOSE = {
    "bullet": "- **Principle III violation**: the pilot boat is nine metres long because the crane needs it.",
    "labelled": (
        "- **Principle III deviation**\n"
        "  - Why needed: the pilot boat carries the crane\n"
        "  - Simpler alternative rejected: a smaller boat cannot"
    ),
    "heading": (
        "### Violation: Principle III\n\n"
        "**Why needed**: the pilot boat carries the crane.\n\n"
        "**Alternative**: a smaller boat cannot."
    ),
    "paragraph": "**Deviation from Principle III**: the pilot boat is nine metres long because the crane needs it.",
}


@pytest.mark.parametrize("form", LOOSE)
def test_violations_outside_of_tables_are_rows(form: str) -> None:
    rows = read(plan_text("- **III. Small Boats**: FAIL", LOOSE[form])).rows
    assert [(row.principle, row.complete) for row in rows] == [("III", True)]


def test_the_line_to_paste_under_is_the_tables_last() -> None:
    plan = read(plan_text("- **III. Small Boats**: FAIL", HEAD + "| None | - | - |"))
    assert plan.tracking_table_line is not None
    assert plan.lines[plan.tracking_table_line - 1] == "| None | - | - |"


def test_a_translated_template_names_the_section_and_its_columns() -> None:
    template = plans.STOCK.replace("## Complexity Tracking", "## Excuses").replace(
        "| Violation | Why Needed | Simpler Alternative Rejected Because |", "| What | How come | What else |"
    )
    text = (
        plan_text("- **III. Small Boats**: FAIL")
        + "\n## Excuses\n\n| What | How come | What else |\n|---|---|---|\n| Principle III | the crane needs it | |\n"
    )
    rows = read(text, template=template).rows
    assert [(row.principle, row.why, row.missing) for row in rows] == [("III", "the crane needs it", ("alternative",))]
