"""A program that follows only the `fix:` lines: what it mends, what it leaves to a person, and that it adds nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bot.core.judging.rule import BY_PERSON, BY_PROGRAM, by_id
from bot.rules import RULES
from tests.desk.test_check import write
from tests.stage import SPEC, SPEC_KIT, plan
from tools.follow_fixes import (
    COLLISION,
    FAULTS,
    SINCE_COMMIT,
    STRICT,
    _follow,
    check,
    concise,
    follow,
    instructions,
    plant,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.judging.rule import Rule

RULES_BY_ID = by_id(RULES)
FEATURE = "specs/001-search"
ROW = "| I. Library First | the search index is bought | building one takes a year |\n"
LIST = (
    plan()
    .replace("| I. Library First | PASS | the index is a library |\n", "")
    .replace(
        "| Principle | Status | Notes |\n|---|---|---|\n",
        "| Principle | Status | Notes |\n|---|---|---|\n| I. Library First | ✅ PASS | a library |\n",
    )
)
PLANS = {
    "with a table": plan(),
    "with marks": LIST,
    "without Complexity Tracking": plan().partition("## Complexity Tracking")[0],
    "with a row": plan("FAIL", "PASS", ROW).replace(
        "| II. Test First", "| III. Small | PASS | one module |\n| II. Test First"
    ),
}
REQUIREMENTS = "".join(f"- **FR-00{number}**: The system MUST list ferries by port {number}.\n" for number in (1, 2, 3))
WHOLE_SPEC = SPEC.replace("- **FR-001**: The system MUST list ferries by port.\n", REQUIREMENTS)


def good(root: Path, text: str) -> None:
    """A feature in which nothing blocks although every rule may."""
    files = {**SPEC_KIT, ".github/app.yml": STRICT, f"{FEATURE}/spec.md": WHOLE_SPEC, f"{FEATURE}/plan.md": text}
    write(root, files)
    assert check(root, FEATURE)[0] == 0, check(root, FEATURE)[1]


@pytest.mark.parametrize("text", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("fault", FAULTS)
def test_what_the_rules_page_says_a_program_can_do_it_does(tmp_path: Path, fault: str, text: str) -> None:
    good(tmp_path, text)
    before = concise(tmp_path, FEATURE)
    assert plant(tmp_path, FEATURE, fault)
    code, output = check(tmp_path, FEATURE)
    assert code == 1, output
    assert fault in {each.rule for each in instructions(output)}
    red = concise(tmp_path, FEATURE)
    code, after = follow(tmp_path, FEATURE), concise(tmp_path, FEATURE)
    if RULES_BY_ID[fault].by_program:
        assert (code, after - before) == (0, Counter()), check(tmp_path, FEATURE)[1]
    else:
        assert (code, after) == (1, red), "the program does nothing where a person has to decide"


def test_at_least_half_of_the_faults_are_mended_by_a_program() -> None:
    faults = (*FAULTS, COLLISION)
    assert 2 * sum(RULES_BY_ID[fault].by_program for fault in faults) >= len(faults)


def test_a_taken_number_is_changed_by_the_command_that_the_fix_names(tmp_path: Path) -> None:
    good(tmp_path, plan())
    assert plant(tmp_path, FEATURE, COLLISION)
    code, output = check(tmp_path, SINCE_COMMIT)
    assert (code, [each.rule for each in instructions(output)]) == (1, [COLLISION]), output
    assert follow(tmp_path, SINCE_COMMIT) == 0, check(tmp_path, SINCE_COMMIT)[1]
    assert sorted(folder.name for folder in (tmp_path / "specs").iterdir()) == ["001-taken-before", "002-search"]
    assert "001-search" not in (tmp_path / "specs/002-search/plan.md").read_text()


def test_a_command_other_than_renumber_is_never_run(tmp_path: Path) -> None:
    fix = "failure\nspecs/001-a/plan.md:1: error x: y\n  fix: Run `plangate init --write` or `rm -r specs`.\n"
    (told,) = instructions(fix)
    assert not _follow(tmp_path, told)
    assert not list(tmp_path.iterdir())


def test_several_faults_at_once_take_three_rounds_at_most(tmp_path: Path) -> None:
    good(tmp_path, PLANS["without Complexity Tracking"])
    faults = [fault for fault in FAULTS if RULES_BY_ID[fault].by_program]
    assert all(plant(tmp_path, FEATURE, fault) for fault in faults)
    assert check(tmp_path, FEATURE)[0] == 1
    assert follow(tmp_path, FEATURE) == 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_page_says_who_can_follow_the_fix(rule: Rule) -> None:
    page, by_program = rule.page, rule.by_program
    how = page.partition("## How to fix")[2].partition("\n## ")[0]
    assert (BY_PROGRAM in how, BY_PERSON in how) == (by_program, not by_program)
