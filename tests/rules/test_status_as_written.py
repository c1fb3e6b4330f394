"""Statuses, reasons and rows as people write them: what a plan says of one principle, in many words and layouts."""

from __future__ import annotations

import pytest

from tests.rules.test_kinds_of_reading import BLOCKS, NAMES, findings, report, table

BLOCKED = "error"
WARNED = "warning"
NUMERALS = ("I", "II", "III")
TITLES = "Principle | Status | Notes"
ROW = (
    "\n## Complexity Tracking\n\n| Violation | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n"
    "| III. Plain Files: a database | buoys move every second | a file is rewritten whole |\n"
)


def severities(check: str, behind: str = "") -> list[str]:
    return [severity for _, severity, _ in findings(check, behind=behind)]


def last(status: str, others: str = "PASS", titles: str = TITLES) -> str:
    """A table in which the third principle has this status and the other two have the usual one."""
    note = " a database |" if titles.count("|") > 1 else ""
    return table(others, others, status, titles=titles, note=note)


def bullets(third: str, others: str = "PASS") -> str:
    first = "".join(f"- **{numeral}. {name}**: {others}\n" for numeral, name in zip(NUMERALS, NAMES[:2], strict=False))
    return first + third


def headings(third: str, others: str = "\n\n**Status**: PASS") -> str:
    first = "".join(f"### {numeral}. {name}{others}\n\n" for numeral, name in zip(NUMERALS, NAMES[:2], strict=False))
    return f"{first}### III. Plain Files{third}\n"


@pytest.mark.parametrize(
    "status",
    [
        "Unsatisfied", "Isn't met", "Doesn’t comply", "Cannot be met", "Not adhered to", "Not respected", "Contravenes",
        "Infringed", "Disregarded", "In violation", "Out of compliance", "NOK", "Major violation", "HARD FAIL",
        "Gate failed", "Clear breach", "still FAIL", "FAIL¹", "👎", "🟥", "☒", "⨯",
        "违背", "不遵循", "严重违规", "存在违规", "未達", "重大な違反", "Violación grave", "Rechazado", "Não cumpre",
        "Не соблюдён", "Несоответствие", "Thất bại",
    ],
)  # fmt: skip
def test_a_word_for_a_breach_blocks(status: str) -> None:
    assert severities(last(status)) == [BLOCKED]


@pytest.mark.parametrize(
    "status",
    [
        "Not violated", "No violations", "No longer fails", "Never broken", "no viola", "não viola",
        "не нарушает", "nicht verletzt",
        "違反しない", "不违背", "ihlal edilmedi", "neporušuje", "ne viole pas", "PASS. Write the test → FAIL",
    ],
)  # fmt: skip
def test_a_denied_breach_is_none(status: str) -> None:
    assert severities(last(status)) == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("Yes", "No"), ("Y", "N"), ("true", "false"), ("T", "F"), ("P", "F"), ("✓", "X"), ("✅", "x"), ("Green", "Red"),
        ("OK", "NG"), ("Yes", "No, a database"), ("**Y**", "**N**"),
    ],
)  # fmt: skip
def test_a_column_of_answers_says_no(good: str, bad: str) -> None:
    assert severities(last(bad, good, "Principle | OK? | Notes")) == [BLOCKED]
    assert severities(last(good, good, "Principle | OK? | Notes")) == []
    assert severities(last("N/A", good, "Principle | OK? | Notes")) == []


@pytest.mark.parametrize("title", ["Risk", "Impact", "Needs a change?", "Applies?", "Requires justification?"])
@pytest.mark.parametrize(("good", "bad"), [("Yes", "No"), ("Green", "Red"), ("Y", "N")])
def test_answers_to_another_question_are_no_verdicts(title: str, good: str, bad: str) -> None:
    assert severities(last(bad, good, f"Principle | {title} | Notes")) == []


@pytest.mark.parametrize(
    ("title", "severity"), [("Violation?", BLOCKED), ("Violates?", BLOCKED), ("Deviation?", WARNED)]
)
def test_a_column_that_asks_for_breaches_is_read_the_other_way_round(title: str, severity: str) -> None:
    assert severities(last("Yes", "No", f"Principle | {title} | Notes")) == [severity]
    assert severities(last("No", "No", f"Principle | {title} | Notes")) == []


@pytest.mark.parametrize("titles", ["Principle | Current State | After This Feature", "Principle | Today | Target"])
def test_a_target_column_takes_back_what_today_is(titles: str) -> None:
    assert severities(table("PASS", "PASS", "FAIL", titles=titles, note=" PASS |")) == []
    assert severities(table("PASS", "PASS", "PASS", titles=titles, note=" FAIL |"))[-1:] == [BLOCKED]


@pytest.mark.parametrize(
    "legend",
    [
        "| Symbol | Meaning |\n|---|---|\n| ✅ | kept |\n| ❌ | violation |\n",
        "| FAIL | violated |\n|---|---|\n| PASS | kept |\n",
    ],
)
def test_a_legend_is_no_item(legend: str) -> None:
    assert severities(f"{last('PASS')}\n\n{legend}") == []


@pytest.mark.parametrize(
    "check",
    [
        headings("\n\n**Compliance**: No\n", "\n\n**Compliance**: Yes"),
        headings("\n\n**Gate**: ❌ not passed\n", "\n\n**Gate**: ✅ passed"),
        headings("\n\nA database is added.\n\n→ FAIL\n", "\n\nKept.\n\n→ PASS"),
        headings("\n\nA database is added.\n\n**FAIL**\n", "\n\nKept.\n\n**PASS**"),
        bullets("- III. Plain Files (FAIL): a database is added\n"),
        bullets("- III. Plain Files: a database is added → **FAIL**\n"),
        bullets("- **III. Plain Files**\n  - Status: ❌ Fail\n  - a database\n  - a cache\n"),
        bullets("- **III. Plain Files**\n  - a database\n  - a cache\n  - ❌ FAIL\n"),
    ],
)
def test_a_status_below_or_behind_a_name_blocks(check: str) -> None:
    assert severities(check) == [BLOCKED]


@pytest.mark.parametrize(
    "third",
    [
        "- III. Plain Files: the test comes first → FAIL\n",
        "- III. Plain Files: write a test → see the test FAIL → code → PASS\n",
        "- III. Plain Files (failing tests come first): kept\n",
    ],
)
def test_words_about_tests_that_fail_do_not_block(third: str) -> None:
    assert BLOCKED not in severities(bullets(third))


@pytest.mark.parametrize(
    "status",
    [
        "FAIL (justified): buoys move",
        "FAIL until the list is split",
        "the plan violates this with a database",
        "FAIL, see ADR-012",
        "FAIL — see research.md for the reason",
        "FAIL, per ADR 7",
    ],
)
def test_a_softened_or_pointing_fail_warns(status: str) -> None:
    assert severities(bullets(f"- **III. Plain Files**: {status}\n")) == [WARNED]


@pytest.mark.parametrize(
    "tracking",
    [
        (
            "## Complexity Tracking\n\n### III. Plain Files: a database\n\n**Why needed**: buoys move every second.\n\n"
            "**Simpler alternative rejected because**: a file is rewritten whole.\n"
        ),
        (
            "## Complexity Tracking\n\n- **III. Plain Files** (a database): buoys move every second. "
            "Simpler alternative rejected: a file is rewritten whole.\n"
        ),
        (
            "## Complexity Tracking\n\n1. III. Plain Files: a database. Why: buoys move every second. "
            "Alternative: a file, which is rewritten whole.\n"
        ),
        (
            "## Justified Violations\n\n| Principle | Justification | Rejected alternative |\n|---|---|---|\n"
            "| III. Plain Files | buoys move every second | a file is rewritten whole |\n"
        ),
        (
            "## Constitution Deviations\n\n### III. Plain Files\n\nWhy: buoys move every second.\n\n"
            "Alternative: a file, which is rewritten whole.\n"
        ),
    ],
)
def test_a_justification_in_any_form_is_a_row(tracking: str) -> None:
    assert severities(last("FAIL"), f"\n{tracking}") == []


def test_prose_in_tracking_is_a_reason() -> None:
    prose = "\n## Complexity Tracking\n\nThe database breaks Plain Files (III). It is there because buoys move.\n"
    assert BLOCKED not in severities(last("FAIL"), prose)


@pytest.mark.parametrize(
    "section",
    [
        "## Exception Handling\n\n| Exception | Why |\n|---|---|\n| Timeout | the quay is far |\n",
        "## Complexity Tracking\n\nNo violations. III. Plain Files holds because every buoy has a file.\n",
        "## Deviations\n\n- II. Cross-Platform: Windows is tested by hand because no runner is there.\n",
    ],
)
def test_a_section_about_something_else_silences_nobody(section: str) -> None:
    assert findings(last("FAIL"), behind=f"\n{section}")[0][:2] == BLOCKS
    assert severities(last("PASS"), f"\n{section}") == []


@pytest.mark.parametrize("status", ["FAIL?", "❌ ?", "Violated (?)"])
def test_a_question_is_no_verdict(status: str) -> None:
    assert severities(last(status)) == []


@pytest.mark.parametrize("separator", ["\n", "  \n", "\n\n", "\n: "])
@pytest.mark.parametrize("between", [": ", " — ", " - "])
def test_lines_that_begin_with_a_principle_are_items(separator: str, between: str) -> None:
    def line(name: str, status: str) -> str:
        return f"{name}\n: {status}" if separator == "\n: " else f"{name}{between}{status}"

    check = ("\n\n" if separator == "\n: " else separator).join(
        line(f"{numeral}. {name}", status)
        for numeral, name, status in zip(NUMERALS, NAMES, ("PASS", "PASS", "FAIL"), strict=True)
    )
    assert severities(check) == [BLOCKED]


@pytest.mark.parametrize(
    "again", ["unchanged", "still unchanged", "as before", "unverändert", "変更なし", "без изменений"]
)
def test_a_recheck_that_restates_takes_nothing_back(again: str) -> None:
    recheck = f"\n## Post-Design Constitution Check\n\n- III. Plain Files: {again}\n"
    assert severities(last("FAIL"), recheck) == [BLOCKED]


CELLS = "| III. Plain Files: a database | buoys move every second | a file is rewritten whole |\n"
TABLE = f"| Violation | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n{CELLS}"


@pytest.mark.parametrize(
    "above",
    [
        "## Justifications", "## Trade-offs", "## Constitution Exceptions", "## Waivers", "# Complexity Tracking",
        "#### Complexity Tracking", "**Complexity Tracking**", "## Appendix A: Complexity Tracking", "",
    ],
)  # fmt: skip
def test_a_table_of_violations_counts_below_any_heading(above: str) -> None:
    assert severities(last("FAIL"), f"\n{above}\n\n{TABLE}") == []
    assert severities(last("FAIL"), f"\n{above}\n\n{TABLE.replace('III. Plain Files', 'II. Cross-Platform')}") == [
        BLOCKED
    ]


@pytest.mark.parametrize(
    "named", ["II and III", "II & III", "II–III", "Principles II, III", "Principle II-III", "I to III"]
)
def test_a_row_may_name_several_principles(named: str) -> None:
    row = ROW.replace("III. Plain Files", named)
    assert severities(table("PASS", "FAIL", "FAIL"), row) == []


@pytest.mark.parametrize("named", ["II and I", "1-2 caches", "I", "II–II"])
def test_a_row_serves_no_principle_that_it_does_not_name(named: str) -> None:
    assert BLOCKED in severities(last("FAIL"), ROW.replace("III. Plain Files", named))


@pytest.mark.parametrize(
    "row",
    [
        "| ~~III. Plain Files~~ | ~~buoys move~~ | ~~a file is slow~~ |",
        "| III. Plain Files | see above | see above |",
        "| III. Plain Files | ? | ? |",
    ],
)
def test_a_row_that_says_nothing_justifies_nothing(row: str) -> None:
    tracking = ROW.rpartition("| III.")[0] + row
    said = findings(last("FAIL"), behind=tracking)
    assert said or "incomplete-justification" in [
        finding.rule for finding in report(last("FAIL"), behind=tracking).findings
    ]
