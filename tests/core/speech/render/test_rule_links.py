"""Every rule that a run, a comment or a log of findings names leads to the page of the rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot import PROJECT_URL
from bot.core.judging.rule import by_id
from bot.core.speech.render import RenderContext, as_sarif, check_run, sticky
from bot.rules import RULES
from tests.rules.cases import BASE_SHA, report_of
from tests.rules.test_cases import CASES

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.judging.findings import Report

OURS = "https://gate.acme.example"
CONTEXT = RenderContext(repository="acme/ferry", head_sha="0" * 40, base_sha=BASE_SHA, rules=by_id(RULES))


def named(report: Report) -> set[str]:
    """The rules of the findings that a run shows."""
    return {finding.rule for finding in report.all_findings() if not finding.follow_up}


@pytest.mark.parametrize("site", [OURS, PROJECT_URL])
@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_run_links_every_rule_that_it_names(case: Path, site: str) -> None:
    _, report = report_of(case)
    summary = check_run(report, replace(CONTEXT, site_url=site)).summary
    assert {rule for rule in by_id(RULES) if f"]: {site}/rules/{rule}\n" in summary} == named(report)


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_comment_names_no_rule_without_its_link(case: Path) -> None:
    _, report = report_of(case)
    comment = sticky(report, replace(CONTEXT, site_url=OURS))
    body = "" if comment is None else comment.body
    for rule in by_id(RULES):
        assert f"[{rule}]" not in body or f"]: {OURS}/rules/{rule}\n" in body
        assert f" · {rule}" not in body


def test_without_a_site_every_link_leads_to_the_project() -> None:
    assert CONTEXT.site_url == PROJECT_URL


def test_every_rule_of_the_log_has_its_page() -> None:
    _, report = report_of(CASES[0])
    (run,) = as_sarif(report, CONTEXT)["runs"]
    pages = {rule["id"]: rule["helpUri"] for rule in run["tool"]["driver"]["rules"]}
    assert pages == {rule.id: f"{PROJECT_URL}/rules/{rule.id}" for rule in RULES}
