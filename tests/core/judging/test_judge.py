"""The verdict, from changes as they come: who is judged, how hard, and what is let pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.core.config.model import Mode, RepositoryConfig, RuleLevel, Unmatched
from bot.core.forge.effects import Conclusion
from bot.core.judging.judge import NO_SPEC_KIT, judge, worst
from bot.core.text.prose import plain
from bot.rules import RULES
from tests.core.changes import change
from tests.core.stories import DIR, FEATURE, MAIN, PLAN, TEMPLATE, found, judged, severities

if TYPE_CHECKING:
    from bot.core.judging.findings import Report

_ALL = {**MAIN, **FEATURE}
_PLAN = FEATURE[PLAN]
_ROW = _PLAN[_PLAN.index("| VII. Simplicity: 4th crate") : _PLAN.index("| V. Observability: no queue-age")]
_VIOLATED = {**_ALL, PLAN: _PLAN.replace(_ROW, "")}
_ANSWERED = "| VI. Data Protection (NON-NEGOTIABLE) | PASS | the queue holds ids only |"
_HARSH = {**_VIOLATED, PLAN: _VIOLATED[PLAN].replace(_ANSWERED, "| VI. Data Protection (NON-NEGOTIABLE) | | |")}
del _HARSH[f"{DIR}/research.md"]


def test_a_complete_feature_passes_without_a_word() -> None:
    report = judged(_ALL)
    assert report.conclusion is Conclusion.SUCCESS
    assert severities(report) == set()


def test_everything_that_blocks_is_said_at_once_in_the_order_of_the_title() -> None:
    report = judged(_HARSH)
    assert report.conclusion is Conclusion.FAILURE
    assert [(finding.rule, finding.line) for finding in report.all_findings()] == [
        ("missing-artifact", 41),
        ("unjustified-violation", 32),
        ("unanswered-principle", 31),
    ]


def test_of_more_mistakes_of_a_kind_than_anybody_reads_the_first_are_told_and_hide_no_other_kind() -> None:
    marks = "\n".join(f"- [NEEDS CLARIFICATION: which of the ports is number {number}]" for number in range(700))
    text = f"{_VIOLATED[PLAN]}\n## Notes\n\n{marks}\n"
    begin = text.split("\n").index("## Notes") + 3
    report = judged({**_VIOLATED, PLAN: text})
    assert [one.line for one in found(report, "unresolved-clarification")] == list(range(begin, begin + 500))
    assert len(found(report, "unjustified-violation")) == 1


def test_advice_never_blocks_and_never_hides() -> None:
    report = judged(_HARSH, mode=Mode.ADVISE)
    assert report.conclusion is Conclusion.NEUTRAL
    assert severities(report) == severities(judged(_HARSH))
    assert judged(_ALL, mode=Mode.ADVISE).conclusion is Conclusion.SUCCESS


def test_switched_off_means_nothing_is_read() -> None:
    report = judged(_HARSH, mode=Mode.OFF)
    assert report.conclusion is Conclusion.SUCCESS
    assert report.features == ()
    assert "mode: off" in plain(report.reason)


def test_a_repository_that_never_asked_passes_with_one_line() -> None:
    one = change({"a.rs": "x", PLAN: "# A plan of our own"}, {"a.rs": "y"}, head_branch="018-x")
    report = judge(one, RepositoryConfig(), RULES, TEMPLATE)
    assert (report.conclusion, report.reason) == (Conclusion.SUCCESS, NO_SPEC_KIT)


def test_a_plan_with_spec_kits_header_on_the_base_asks() -> None:
    base = {PLAN: FEATURE[PLAN]}
    report = judge(change({**base, "a.rs": "x"}, base, head_branch="018-x"), RepositoryConfig(), RULES, TEMPLATE)
    assert report.features


def test_no_feature_passes_and_says_how_that_was_decided() -> None:
    report = judged({**MAIN, "a.rs": "x"}, head_branch="fix/404-on-empty-page", pull_request=1)
    assert report.conclusion is Conclusion.SUCCESS
    assert plain(report.reason) == (
        "Nothing to check here: this pull request adds no feature folder, and no folder belongs to its branch."
    )
    assert [plain(note) for note in report.notes] == [
        "branch fix/404-on-empty-page: no specs/404-*, and a branch below fix/ begins no feature",
        "changed files: 1, none of them a spec or a plan",
    ]


def test_code_without_a_feature_blocks_only_where_an_admin_says_so() -> None:
    head = {**MAIN, "a.rs": "x"}
    assert judged(head, head_branch="faster").conclusion is Conclusion.SUCCESS
    assert judged(head, head_branch="faster", unmatched=Unmatched.REQUIRE_FEATURE).conclusion is Conclusion.FAILURE
    assert judged({**_ALL}, unmatched=Unmatched.REQUIRE_FEATURE).conclusion is Conclusion.SUCCESS


def _touched(**more: Any) -> Report:
    head = {**_HARSH, f"{DIR}/quickstart.md": "# Shorter\n", "a.rs": "x"}
    return judged(head, _HARSH, head_branch="hotfix", **more)


def test_a_feature_that_is_only_touched_is_never_blamed_for_what_was_there() -> None:
    report = _touched()
    assert report.conclusion is Conclusion.SUCCESS
    assert not report.features[0].feature.owned
    assert severities(report) == set()


def test_old_violations_warn_and_an_old_unfilled_plan_blocks_once_code_is_built_on_it() -> None:
    old = judged({**_VIOLATED, "a.rs": "x"}, _VIOLATED)
    assert severities(old) == {("unjustified-violation", "warning")}
    unfilled = {**_ALL, PLAN: TEMPLATE}
    assert ("unfilled-plan", "error") in severities(judged({**unfilled, "a.rs": "x"}, unfilled))
    only_tasks = {**unfilled, f"{DIR}/tasks.md": "- [ ] T001 x (FR-001, FR-002, FR-003)"}
    assert found(judged(only_tasks, unfilled), "unfilled-plan") == []


def test_a_legacy_feature_gets_notices_at_most() -> None:
    report = judged({**_HARSH, "a.rs": "x"}, {**_HARSH, PLAN: "# x"}, since=19)
    assert report.features[0].feature.legacy
    assert report.conclusion is Conclusion.SUCCESS
    assert {severity for _, severity in severities(report)} == {"notice"}


def test_a_new_folder_is_never_legacy() -> None:
    assert not judged(_HARSH, since=19).features[0].feature.legacy


def test_what_stood_before_plangate_came_is_legacy_unless_since_says_otherwise() -> None:
    seen = {"first_seen": {DIR: "2026-01-01"}, "governed_since": "2026-06-01"}
    head = {**_HARSH, "a.rs": "x"}
    assert judged(head, _HARSH, **seen).features[0].feature.legacy
    assert not judged(head, _HARSH, since=3, **seen).features[0].feature.legacy
    assert judged(head, _HARSH, legacy=("specs/018-*",)).features[0].feature.legacy


def test_a_merge_group_hears_errors_only_and_knows_no_branch() -> None:
    report = judged(
        {**_HARSH, f"{DIR}/tasks.md": "# none\n"}, merge_group=True, head_branch="gh-readonly-queue/main/pr-1"
    )
    assert {severity for _, severity in severities(report)} == {"error"}
    assert report.conclusion is Conclusion.FAILURE
    assert judged({**MAIN, "a.rs": "x"}, merge_group=True).conclusion is Conclusion.SUCCESS


@pytest.mark.parametrize(
    ("rule", "level", "wanted"),
    [
        ("unjustified-violation", "warning", {"warning"}),
        ("unjustified-violation", "notice", {"notice"}),
        ("unjustified-violation", "off", set()),
        ("unjustified-violation", "error", {"error"}),
    ],
)
def test_an_admin_sets_a_rules_level(rule: str, level: str, wanted: set[str]) -> None:
    report = judged(_VIOLATED, rules={rule: RuleLevel(level)})
    assert {str(finding.severity) for finding in found(report, rule)} == wanted


def test_a_harder_level_leaves_what_a_condition_makes_softer() -> None:
    notes = "| V. Observability | PARTIAL | no metric for queue age yet |"
    without_row = [line for line in FEATURE[PLAN].splitlines() if not line.startswith("| V. Observability: no queue")]
    inline = {**_ALL, PLAN: "\n".join(without_row)}
    assert notes in inline[PLAN]
    report = judged(inline, rules={"inline-justification": RuleLevel.ERROR})
    assert severities(report) == {("inline-justification", "error")}
    planned = {**MAIN, **{path: text for path, text in FEATURE.items() if path.endswith(("plan.md", "spec.md"))}}
    report = judged(planned, rules={"missing-artifact": RuleLevel.ERROR})
    assert {finding.severity for finding in found(report, "missing-artifact")} == {"notice"}


def test_caps_come_after_the_admins_level() -> None:
    report = judged({**_VIOLATED, "a.rs": "x"}, _VIOLATED, rules={"unjustified-violation": RuleLevel.ERROR})
    assert severities(report) == {("unjustified-violation", "warning")}


def test_the_worst_report_decides_for_a_commit() -> None:
    good, bad, advised = judged(_ALL), judged(_HARSH), judged(_HARSH, mode=Mode.ADVISE)
    assert worst([good, advised, bad, good]) is bad
    assert worst([good, advised]) is advised
    assert worst([judged(_VIOLATED), bad]) is bad
    with pytest.raises(ValueError, match="at least one report"):
        worst([])


def test_a_folder_that_somebody_names_is_judged_in_full() -> None:
    report = judged(_HARSH, _HARSH, head_branch="main", named_folders=(DIR,))
    assert [one.feature.dir for one in report.features] == [DIR]
    assert report.features[0].feature.owned


def test_without_a_base_all_is_new_and_planned() -> None:
    report = judged(_HARSH, None, named_folders=(DIR,))
    assert report.features[0].feature.stage == "planning"
    assert ("unjustified-violation", "error") in severities(report)
    assert judged(_HARSH, None, named_folders=(DIR,), stage="implementing").features[0].feature.stage == "implementing"


def test_each_project_of_a_repository_has_its_own_yardstick() -> None:
    shop = {f"apps/shop/{path}": text for path, text in _HARSH.items()}
    desk = {
        "apps/desk/.specify/memory/constitution.md": "# Desk\n\n## Core Principles\n\n### I. Paper\n\nAll on paper.\n"
    }
    base = {path: text for path, text in shop.items() if "018" not in path} | desk
    desk_plan = {"apps/desk/specs/001-x/plan.md": FEATURE[PLAN], "apps/desk/specs/001-x/spec.md": "# x\n"}
    report = judged({**base, **shop, **desk_plan}, base, specs=("apps/*/specs",), head_branch="018-webhook-retry")
    first, second = report.features
    assert [principle.name for principle in first.constitution.principles] == ["Paper"]
    assert len(second.constitution.principles) == 7
    assert second.template == "apps/shop/.specify/templates/plan-template.md"
