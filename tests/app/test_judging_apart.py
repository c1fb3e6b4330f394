"""Hostile documents are judged in processes of their own: the verdict says what could not be read, and why."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from bot.adapters.isolation import Limits
from bot.app.judging import JudgingApart, JudgingHere
from bot.core.config.in_force import ConfigInForce
from bot.core.config.layers import merge
from bot.core.deciding.candidates import Candidate
from bot.core.deciding.commit_verdict import Host, judge_candidate
from bot.core.features.which_features import which_features
from bot.rules import RULES
from tests.clocks import HandClock
from tests.core.changes import change
from tests.stage import SPEC, SPEC_KIT, TEMPLATE, plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.judging.metering import Meter

HOST = Host(RULES, TEMPLATE, "0.1.0")
FEW = 0
"""Expressions that a process may compile: those on ways that the server's own judging does not take."""
COSTLY = plan() + "\n\n| a | b |\n|---|---|\n" + "| a | b |\n" * 90_000


def candidate(files: Mapping[str, str]) -> Candidate:
    judged = change({**SPEC_KIT, **files}, dict(SPEC_KIT), head_branch="001-search", base_branch="main", pull_request=7)
    in_force = ConfigInForce(merge(()), ".github/app.yml", "8be41d7", "main", present=False)
    return Candidate(judged, in_force, which_features(judged, in_force.config))


def feature(number: int, text: str) -> dict[str, str]:
    return {f"specs/00{number}-search/spec.md": SPEC, f"specs/00{number}-search/plan.md": text}


@pytest.fixture
def apart() -> JudgingApart:
    return JudgingApart(HandClock(), Limits(document_seconds=0.2, reading_seconds=0.5))


def reasons(judging: JudgingApart, files: Mapping[str, str], repository: int = 1) -> dict[str, str]:
    report = judging.judge(repository, candidate(files), HOST, ()).report
    unread = [finding for finding in report.all_findings() if finding.rule == "unreadable-document"]
    return {finding.path: "".join(map(str, finding.why)) for finding in unread}


def test_an_ordinary_change_has_the_same_verdict_as_in_the_worker() -> None:
    ours = candidate(feature(1, plan("FAIL")))
    assert JudgingApart(HandClock()).judge(1, ours, HOST, ()) == JudgingHere().judge(1, ours, HOST, ())


def news(_: Meter, judged: Candidate) -> tuple[set[str], int]:
    """The modules that judging in a new process imports, and the expressions that it compiles."""
    modules, compiled = set(sys.modules), 0
    compile_pattern = re._compiler.compile  # type: ignore[attr-defined]

    def counted(*arguments: object) -> object:
        nonlocal compiled
        compiled += 1
        return compile_pattern(*arguments)

    with patch("re._compiler.compile", counted):
        judge_candidate(judged, HOST)
    return set(sys.modules) - modules, compiled


def test_a_process_starts_with_all_that_judging_needs() -> None:
    isolation = JudgingApart(HandClock())._isolation
    text = plan("FAIL", rows="| I. Library First | speed | none |\n")
    modules, compiled = isolation.call(news, candidate(feature(1, text))).result
    assert modules == set()
    assert compiled <= FEW, "a process that compiles the lexicon needs 75 and more"


def test_a_costly_plan_is_named_and_its_neighbour_judged(apart: JudgingApart) -> None:
    files = {**feature(1, COSTLY), **feature(2, plan("FAIL"))}
    judged = apart.judge(1, candidate(files), HOST, ())
    rules = {(finding.path, finding.rule) for finding in judged.report.all_findings()}
    assert ("specs/001-search/plan.md", "unreadable-document") in rules
    assert ("specs/002-search/plan.md", "unjustified-violation") in rules
    assert judged.report.conclusion == "failure"


@pytest.mark.slow
def test_a_sum_of_costly_plans_ends_with_the_budget_and_says_so(apart: JudgingApart) -> None:
    told = reasons(apart, {path: text for number in range(1, 8) for path, text in feature(number, COSTLY).items()})
    assert "took more time or memory than one document may" in told["specs/001-search/plan.md"]
    assert "used up the time for reading" in told["specs/007-search/plan.md"]
    assert apart.spent(1) < apart.limits.call_seconds


def test_a_repository_that_used_up_its_hour_is_told_so(apart: JudgingApart) -> None:
    apart.most_per_hour = 0.01
    assert reasons(apart, feature(1, plan())) == {}
    told = reasons(apart, feature(1, plan()))
    assert "of this repository in the last hour" in told["specs/001-search/plan.md"]
    assert reasons(apart, feature(1, plan()), repository=2) == {}
    assert isinstance(apart.clock, HandClock)
    apart.clock.turn(3601)
    assert reasons(apart, feature(1, plan())) == {}


def test_a_job_that_used_up_its_time_is_told_so_and_the_next_job_is_not(apart: JudgingApart) -> None:
    apart.most_per_job = 0.001
    job = apart.of_job()
    assert reasons(job, feature(1, plan())) == {}
    assert "used up the time for reading" in reasons(job, feature(1, plan()))["specs/001-search/plan.md"]
    assert reasons(apart.of_job(), feature(1, plan())) == {}


def test_a_template_that_no_process_survives_is_left_out(apart: JudgingApart) -> None:
    files = candidate(feature(1, plan()))
    base = files.change.base
    assert base is not None
    costly = {path: replace(document, text="\n- a" * 200_000) for path, document in base.documents.items()}
    tight = JudgingApart(apart.clock, Limits(call_seconds=1))
    hostile = replace(files, change=replace(files.change, base=replace(base, documents=costly)))
    assert tight.judge(1, hostile, HOST, ()).report.features
