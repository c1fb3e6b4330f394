"""Waivers: which findings one lets pass, and everything that ends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change.feature import Feature, Stage
from bot.core.change.trees import Change, Kind, Tree, TreeEntry
from bot.core.config.model import RepositoryConfig
from bot.core.forge.effects import Conclusion
from bot.core.forge.roles import Role
from bot.core.forge.stored import Waiver
from bot.core.judging.findings import FeatureReport, Finding, Report, Severity
from bot.core.judging.waiving import fingerprint, forbidden, needed_role, waivable, with_waivers
from bot.core.yardstick.constitution import Constitution, ConstitutionState, Principle

FOLDER = "specs/018-webhook-retry"
FEATURE = Feature(FOLDER, "specs", "018", "webhook-retry", Stage.PLANNING, owned=True)
TESTS_FIRST = Principle("III", "Test-First", True, 9)  # noqa: FBT003  a principle's strength
CONSTITUTION = Constitution("c.md", ConstitutionState.FILLED, None, (TESTS_FIRST,))
CONFIG = RepositoryConfig()


def finding(rule: str = "missing-artifact", subject: str = "research.md", **more: object) -> Finding:
    title = (f"{subject} is missing",)
    found = Finding(rule, Severity.ERROR, f"{FOLDER}/plan.md", 41, title, ("It is promised.",), ("Write it.",), subject)
    return replace(found, **more)  # type: ignore[arg-type]


def report(*found: Finding, general: tuple[Finding, ...] = ()) -> Report:
    feature = FeatureReport(FEATURE, "bundled", CONSTITUTION, (), (), (), (), found)
    return Report(Conclusion.FAILURE, (), general, (feature,))


def change(tree: str | None = "t1", head: str = "h1") -> Change:
    return Change(Tree(head, {FOLDER: TreeEntry(FOLDER, Kind.FOLDER, tree=tree)}), None, pull_request=7)


def waiver(of: Finding, **more: object) -> Waiver:
    known = Waiver(42, of.rule, fingerprint(of), FOLDER, "t1", "not needed here", "mona", 7, 10.0)
    return replace(known, **more)  # type: ignore[arg-type]


class TestLettingPass:
    def test_the_finding_becomes_a_notice_and_the_report_passes(self) -> None:
        found = finding()
        after, waived = with_waivers(report(found), change(), [waiver(found)], CONFIG)
        assert after.conclusion is Conclusion.SUCCESS
        assert [one.severity for one in after.all_findings()] == [Severity.NOTICE]
        assert [(one.rule, one.by, one.subjects) for one in waived] == [("missing-artifact", "mona", ("research.md",))]

    def test_what_is_not_waived_still_blocks(self) -> None:
        found, other = finding(), finding(subject="data-model.md")
        after, _ = with_waivers(report(found, other), change(), [waiver(found)], CONFIG)
        assert after.conclusion is Conclusion.FAILURE
        assert [one.severity for one in after.all_findings()] == [Severity.NOTICE, Severity.ERROR]

    def test_another_line_is_the_same_finding(self) -> None:
        found = finding()
        after, _ = with_waivers(report(replace(found, line=99)), change(), [waiver(found)], CONFIG)
        assert after.conclusion is Conclusion.SUCCESS

    @pytest.mark.parametrize(
        ("now", "what"),
        [
            (change(tree="t2"), {}),
            (change(tree=None), {}),
            (change(), {"tree": "t2"}),
            (change(), {"folder": "specs/018-other"}),
            (change(), {"finding": "another"}),
            (change(), {"rule": "dead-link"}),
        ],
    )
    def test_it_holds_for_nothing_else(self, now: Change, what: dict[str, str]) -> None:
        found = finding()
        after, waived = with_waivers(report(found), now, [waiver(found, **what)], CONFIG)
        assert (after, waived) == (report(found), ())

    def test_a_lock_ends_those_that_were_given(self) -> None:
        found, locked = finding(), RepositoryConfig(locked=("mode", "waive"))
        assert forbidden(locked)
        assert not forbidden(CONFIG)
        assert with_waivers(report(found), change(), [waiver(found)], locked)[1] == ()

    def test_a_configuration_that_was_never_readable_stays_what_it_is(self) -> None:
        found = finding()
        broken = replace(report(found), conclusion=Conclusion.ACTION_REQUIRED)
        assert with_waivers(broken, change(), [waiver(found)], CONFIG) == (broken, ())

    def test_what_belongs_to_no_feature_is_bound_to_the_commit(self) -> None:
        found = finding("code-without-feature", "feature", path="specs")
        general = Report(Conclusion.FAILURE, (), (found,), ())
        given = waiver(found, folder="pull/7", tree="h1")
        assert with_waivers(general, change(), [given], CONFIG)[0].conclusion is Conclusion.SUCCESS
        assert with_waivers(general, change(head="h2"), [given], CONFIG)[0].conclusion is Conclusion.FAILURE


class TestGiving:
    def test_only_what_blocks_or_warns_of_that_rule(self) -> None:
        warning = finding(subject="quickstart.md", severity=Severity.WARNING)
        notice = finding(subject="tasks.md", severity=Severity.NOTICE)
        found = waivable(report(finding(), warning, notice, finding("dead-link")), change(), "missing-artifact")
        assert [(one.subject, folder, tree) for one, folder, tree in found] == [
            ("research.md", FOLDER, "t1"),
            ("quickstart.md", FOLDER, "t1"),
        ]

    def test_not_where_the_folder_could_not_be_told(self) -> None:
        assert waivable(report(finding()), change(tree=None), "missing-artifact") == ()

    @pytest.mark.parametrize(
        ("found", "role"),
        [
            (finding(), Role.MAINTAIN),
            (finding("unanswered-principle", "III"), Role.ADMIN),
            (finding("non-negotiable-violated", "IX"), Role.ADMIN),
        ],
    )
    def test_who_may(self, found: Finding, role: Role) -> None:
        assert needed_role(found, report(found), Role.MAINTAIN) is role


def test_findings_that_say_different_things_are_different() -> None:
    some = [finding(), finding("dead-link"), finding(subject="x"), finding(path="y"), finding(title=("z",))]
    assert len({fingerprint(one) for one in some}) == len(some)
