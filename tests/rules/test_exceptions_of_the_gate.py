"""Lines for several principles, sentences that except one (`All pass, except III`), and words for "later"."""

from __future__ import annotations

import pytest

from tests.rules.test_kinds_of_reading import FIRST, report, table

ROW = (
    "\n## Complexity Tracking\n\n| Violation | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n"
    "| III. Plain Files: a database | buoys move every second | a file is rewritten whole |\n"
)
BREACHES = {"unjustified-violation", "inline-justification", "incomplete-justification"}


def breaches(check: str, behind: str = "") -> list[tuple[str, int | None]]:
    """Severity and line of each finding about a breach, without notices."""
    return [
        (finding.severity.value, finding.line)
        for finding in report(check, behind=behind).findings
        if finding.rule in BREACHES and finding.severity != "notice"
    ]


EXCEPTIONS = [
    "All principles pass, except III. Plain Files, which fails: a database.",
    "All principles pass, except III. Plain Files.",
    "All principles except III. Plain Files pass.",
    "All principles pass apart from Principle III.",
    "**Result**: PASS with one exception: III. Plain Files (a database)",
    "**Gate**: PASS with one exception: III. Plain Files FAIL",
    "**Post-design re-check**: III. Plain Files now fails, since buoys move every second.",
    "Todos los principios se cumplen excepto III. Plain Files: NO CUMPLE (una base de datos).",
    "Todos los principios se cumplen, salvo III. Plain Files.",
    "Todos os princípios são atendidos, exceto III. Plain Files: VIOLADO (um banco).",
    "Alle Prinzipien sind erfüllt, außer III. Plain Files: VERLETZT (eine Datenbank).",
    "Tous les principes sont respectés, sauf III. Plain Files : NON RESPECTÉ (une base).",
    "除 III. Plain Files 违反外，其余原则全部通过。",
    "III. Plain Files のみ違反。その他はすべて準拠。",
    "III. Plain Files を除き、すべて準拠。",
]


@pytest.mark.parametrize("sentence", EXCEPTIONS)
def test_an_excepted_principle_is_warned_of(sentence: str) -> None:
    assert breaches(sentence) == [("warning", FIRST)]
    assert breaches(sentence, behind=ROW) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "All principles pass, III. Plain Files among them.",
        "All principles pass. If a database came, III. Plain Files would be violated.",
        "All principles pass, except III. Plain Files, which does not apply.",
        "All principles pass; III. Plain Files was violated and is fixed.",
        "**Result**: PASS. No exceptions, III. Plain Files included.",
        "**Result**: PASS. III. Plain Files: the failure mode is documented.",
        "None of the principles is violated: I to III are kept by the chart library.",
        "Neither III. Plain Files nor another principle is violated.",
        "Exception handling: III. Plain Files keeps errors in one file.",
        "This plan follows III. Plain Files; failure handling is in the store.",
        "Risks: a failure of the disk, see III. Plain Files.",
        "A violation of III. Plain Files is prevented by review.",
        "Error handling follows III. Plain Files: a failed write is repeated.",
        "Todos los principios se cumplen, III. Plain Files también.",
        "所有原则均通过，包括 III. Plain Files。",
    ],
)
def test_a_principle_that_is_only_named_is_not(sentence: str) -> None:
    assert breaches(sentence) == []


def test_an_item_of_its_own_says_more_than_the_sentence() -> None:
    sentence = "All principles pass, except III. Plain Files.\n\n"
    assert [severity for severity, _ in breaches(sentence + table("PASS", "PASS", "FAIL"))] == ["error"]
    assert breaches(sentence + table("PASS", "PASS", "PASS")) == []


def test_a_sentence_below_the_items_counts() -> None:
    sentence = "\n**Post-design re-check**: all principles pass except III. Plain Files.\n"
    assert [severity for severity, _ in breaches(table("PASS", "PASS", "PASS") + sentence)] == ["warning"]


@pytest.mark.parametrize("heading", ["Violations", "Deviations", "Violaciones", "Desvios", "Abweichungen"])
def test_a_list_of_breaches_inside_the_check_is_an_admission(heading: str) -> None:
    items = "- [x] I. Chart Units\n- [x] II. Offline First\n"
    listed = f"{items}\n### {heading}\n\n- III. Plain Files: a database\n"
    assert [severity for severity, _ in breaches(listed)] == ["warning"]
    assert breaches(f"{items}- [x] III. Plain Files\n\n### {heading}\n\n- None\n") == []


@pytest.mark.parametrize(
    "nothing",
    ["will be added later", "FIXME", "coming soon", "Reason", "because", "por definir", "a definir", "待定", "後で",
     "à venir"],
)  # fmt: skip
def test_a_word_for_later_is_no_reason(nothing: str) -> None:
    row = ROW.replace("buoys move every second", nothing).replace("a file is rewritten whole", nothing)
    assert [severity for severity, _ in breaches(table("PASS", "PASS", "FAIL"), behind=row)] == ["error"]
    noted = table("PASS", "PASS", "FAIL", titles="Principle | Status | Notes", note=f" Justification: {nothing} |")
    assert [severity for severity, _ in breaches(noted)] == ["error"]


@pytest.mark.parametrize(
    "check",
    [
        "I–III: {}",
        "- Principles I-III: {}",
        "- I, II, III: {}",
        "**I–III**: {}",
        "Principles I to III: {}",
        "| Principle | Status |\n|---|---|\n| I, II and III | {} |",
        "| Principio | Estado |\n|---|---|\n| I a III | {} |",
        "| 原则 | 状态 |\n|---|---|\n| I、II、III | {} |",
    ],
)
def test_a_line_may_answer_for_several_principles(check: str) -> None:
    passed = report(check.format("PASS")).findings
    assert [finding.rule for finding in passed if finding.rule == "unanswered-principle"] == []
    assert [severity for severity, _ in breaches(check.format("FAIL"))] == ["error"] * 3
