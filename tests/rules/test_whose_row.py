"""Whose row of Complexity Tracking it is, what a repair column makes of it, and when an exception is allowed."""

from __future__ import annotations

import pytest

from tests.core.stories import DIR, FEATURE, MAIN, PLAN, found, judged

_RULES = ("unjustified-violation", "inline-justification", "non-negotiable-violated", "incomplete-justification")
STRONG = "Signed Manifests (NON-NEGOTIABLE)"
NAMES = ("Cargo Weighed Twice", "Small Crews", STRONG, "Open Hatch Rules for Everybody")
STOCK = "| Violation | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n"
NUMERALS = ("I", "II", "III", "IV")


def _constitution(clause: str = "") -> str:
    sections = "".join(
        f"### {numeral}. {name}\n\nIt holds in every port. {clause if name == STRONG else ''}\n\n"
        for numeral, name in zip(NUMERALS, NAMES, strict=True)
    )
    return f"# Constitution\n\n## Core Principles\n\n{sections}"


def _said(fails: str, tracking: str, *, clause: str = "", note: str = "") -> list[tuple[str, str]]:
    """Rule and severity of what is said where this principle fails and this stands below Complexity Tracking."""
    rows = "".join(
        f"| {numeral}. {name} | {'❌ FAIL' if name == fails else '✅ PASS'} | {note if name == fails else ''} |\n"
        for numeral, name in zip(NUMERALS, NAMES, strict=True)
    )
    check = f"| Principle | Status | Notes |\n|---|---|---|\n{rows}"
    before, behind = FEATURE[PLAN].split("## Constitution Check\n", 1)
    structure = behind[behind.index("## Project Structure") : behind.index("## Complexity Tracking")]
    text = f"{before}## Constitution Check\n\n{check}\n{structure}## Complexity Tracking\n\n{tracking}\n"
    base = {**MAIN, ".specify/memory/constitution.md": _constitution(clause)}
    feature = {path: body for path, body in FEATURE.items() if path.startswith(DIR)}
    report = judged({**base, **feature, PLAN: text}, base)
    return [(finding.rule, str(finding.severity)) for rule in _RULES for finding in found(report, rule)]


REPAIRS = [
    "| Violation | Fix |\n|---|---|\n| II. Small Crews | the third winch goes in T014 |",
    "| Violation | Why Needed | Remediation |\n|---|---|---|\n| Small Crews | the winch is slow | replaced in week 3 |",
    "| Principle | Approach | Owner |\n|---|---|---|\n| II | the winch is motorised | the deck team |",
    "| # | Violation | Mitigation |\n|---|---|---|\n| 1 | Small Crews: five hands | a motor winch from May on |",
    "| Violación | Corrección |\n|---|---|\n| II. Small Crews | el cabrestante se motoriza en mayo |",
    "| 違反 | 対策 |\n|---|---|\n| II. Small Crews | 巻き上げ機を電動にして人数を減らす |",
    "- **II. Small Crews violation**\n  - Fix: the third winch is motorised in T014",
]


@pytest.mark.parametrize("tracking", REPAIRS)
def test_a_row_that_says_how_the_breach_is_mended_is_noted(tracking: str) -> None:
    assert _said("Small Crews", tracking) == [("inline-justification", "notice")]


@pytest.mark.parametrize("cell", ["", "TBD", "-", "[fix]"])
def test_an_empty_repair_column_repairs_nothing(cell: str) -> None:
    tracking = f"| Violation | Why Needed | Fix |\n|---|---|---|\n| II. Small Crews | | {cell} |"
    assert ("incomplete-justification", "error") in _said("Small Crews", tracking)


OWN = [
    f"{STOCK}| II. Small Crews | the crane needs five | four cannot hold the rope |",
    f"{STOCK}| five hands (Principle II) | the crane needs five | four cannot hold the rope |",
    f"### II. Small Crews\n\n{STOCK}| five hands on deck | the crane needs five | four cannot hold the rope |",
    f"**Principle II**:\n\n{STOCK}| five hands on deck | the crane needs five | four cannot hold the rope |",
    f"Violations of Small Crews\n\n{STOCK}| five hands | the crane needs five | four cannot hold the rope |",
    f"{STOCK}| #1 Small Crews | the crane needs five | four cannot hold the rope |",
    f"{STOCK}| (1) Small Crews: five hands | the crane needs five | four cannot hold the rope |",
]


@pytest.mark.parametrize("tracking", OWN)
def test_a_row_is_its_principles(tracking: str) -> None:
    assert _said("Small Crews", tracking) == []


def test_the_first_two_words_of_a_name_are_enough() -> None:
    row = "| the Open Hatch lid stays shut below the bridge in any gale from the north | rain | a tarpaulin tears |"
    assert _said(NAMES[3], STOCK + row) == []


ANOTHERS = [
    f"{STOCK}| #2 second weighing is left out | the scale is broken | a spare scale is not to be had |",
    f"{STOCK}| 2. second weighing is left out | the scale is broken | a spare scale is not to be had |",
    f"{STOCK}| (2) second weighing is left out | the scale is broken | a spare scale is not to be had |",
    f"{STOCK}| Arch #2: second weighing is left out | the scale is broken | a spare scale is not to be had |",
    f"### 2. Violations\n\n{STOCK}| second weighing is left out | the scale is broken | a spare is not to be had |",
    f"### I. Cargo Weighed Twice\n\n{STOCK}| second weighing | the scale is broken | a spare is not to be had |",
]


@pytest.mark.parametrize("tracking", ANOTHERS)
def test_a_running_number_and_anothers_heading_name_no_principle(tracking: str) -> None:
    assert _said("Small Crews", tracking) == [("unjustified-violation", "error")]


WHOLE = f"{STOCK}| III. Signed Manifests | the harbour has no reader yet | paper cannot be signed |"
CLAUSES = [
    "Exceptions require the written consent of two maintainers.",
    "A deviation may be granted by the harbour master.",
    "Waivers are allowed only with a row in Complexity Tracking.",
    "Las excepciones deben justificarse por escrito.",
    "例外は書面での承認が必要。",
]
NO_CLAUSES = [
    "",
    "No exceptions.",
    "Exceptions may not be granted.",
    "It holds without exception and must be tested.",
    "Callers must raise domain exceptions.",
    "Exceptions must be caught in the adapter.",
]


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_whole_row_meets_the_constitutions_own_exception(clause: str) -> None:
    assert _said(STRONG, WHOLE, clause=clause) == [("non-negotiable-violated", "warning")]


@pytest.mark.parametrize("clause", NO_CLAUSES)
def test_no_row_helps_where_the_constitution_allows_no_exception(clause: str) -> None:
    assert _said(STRONG, WHOLE, clause=clause) == [("non-negotiable-violated", "error")]


@pytest.mark.parametrize("tracking", ["", f"{STOCK}| III. Signed Manifests | | |"])
def test_the_clause_alone_excuses_nothing(tracking: str) -> None:
    assert ("non-negotiable-violated", "error") in _said(STRONG, tracking, clause=CLAUSES[0])


def test_a_repair_of_a_non_negotiable_principle_warns() -> None:
    tracking = "| Violation | Fix |\n|---|---|\n| III. Signed Manifests | the reader is bought in T009 |"
    assert _said(STRONG, tracking) == [("non-negotiable-violated", "warning")]
