"""Every case of every rule, as a person would see it; `UPDATE=1` writes the expected texts anew."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from bot.core.judging.digest import digest
from bot.core.text.prose import plain
from bot.rules import RULES
from tests.rules.cases import HERE, change_of, report_of, shown

if TYPE_CHECKING:
    from pathlib import Path

CASES = sorted(path for rule in RULES for path in (HERE / rule.id).glob("*") if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_case_reads_as_expected(case: Path) -> None:
    change, report = report_of(case)
    text = shown(change, report)
    expected = case / "expected.txt"
    if os.environ.get("UPDATE"):
        expected.write_text(text)
    assert expected.exists(), "bless it with UPDATE=1 and read what it says"
    assert text == expected.read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_bad_case_is_found_and_a_good_one_is_not(case: Path) -> None:
    _, report = report_of(case)
    found = [finding for finding in report.all_findings() if finding.rule == case.parent.name and not finding.follow_up]
    loud = [finding for finding in found if finding.severity != "notice"]
    if case.name.startswith("bad-"):
        assert found
    else:
        assert not loud


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_finding_points_at_what_it_quotes_and_says_the_way_out(case: Path) -> None:
    change, _ = change_of(case)
    _, report = report_of(case)
    for finding in report.all_findings():
        assert finding.title
        assert finding.why
        assert finding.fix
        document = change.head.documents.get(finding.path)
        if finding.line is not None:
            assert document is not None
            assert 1 <= finding.line <= document.text.count("\n") + 1


@pytest.mark.parametrize("case", CASES[::4], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_verdict_is_the_same_every_time(case: Path) -> None:
    assert digest(report_of(case)[1], RULES) == digest(report_of(case)[1], RULES)


_POINTS_AROUND = re.compile(
    r"\b(?:above|below|beneath|here|this|that line|there|these|those|under)\b|^\w+ (?:it|one|them)\b|:$", re.IGNORECASE
)


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_fix_is_understood_where_nothing_stands_around_it(case: Path) -> None:
    _, report = report_of(case)
    fixes = [plain(finding.fix) for finding in report.all_findings()]
    assert [fix for fix in fixes if _POINTS_AROUND.search(fix)] == []
