"""The severity that is reported: the configured level for the rule first, then the caps.

A cap only lowers a severity. Caps keep a gate from judging what a change did not bring.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.config.model import RuleLevel
from bot.core.judging.findings import Severity
from bot.core.judging.since_branch import OF_THE_SECTION

if TYPE_CHECKING:
    from bot.core.config.model import RepositoryConfig
    from bot.core.judging.findings import Finding
    from bot.core.judging.rule import Case, Rule

_HARDNESS = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.NOTICE: 0}
_STANDS_WHEN_OLD = frozenset({"unfilled-plan", "non-negotiable-violated"})


def at_most(severity: Severity, cap: Severity) -> Severity:
    """The lower of two severities."""
    return min(severity, cap, key=_HARDNESS.__getitem__)


def with_level(finding: Finding, rule: Rule, config: RepositoryConfig) -> Finding | None:
    """The finding at the configured level of its rule. None if the rule is off, or not on by default.

    The level replaces the rule's own severity. A finding that the rule itself lowers stays lower: with
    `number-collision: error`, the warning about an open pull request stays a warning. No level rises above the
    rule's ceiling.
    """
    level = config.rules.get(rule.id)
    if level is None:
        return finding if rule.on else None
    if level is RuleLevel.OFF:
        return None
    severity = at_most(Severity(level.value), rule.ceiling)
    if finding.severity is rule.severity and not finding.follow_up:
        return replace(finding, severity=severity)
    return replace(finding, severity=at_most(finding.severity, severity))


def capped(finding: Finding, case: Case) -> Finding | None:
    """The finding under the caps of its feature; None if a cap removes it."""
    feature = case.feature
    severity = finding.severity
    why = finding.why
    if not feature.owned and not feature.removed:
        if not finding.new and not (finding.rule == "unfilled-plan" and case.code_files):
            return None
        severity = at_most(severity, Severity.WARNING)
    if feature.legacy:
        severity = at_most(severity, Severity.NOTICE)
    if not finding.new and not _stands_when_old(finding, case):
        severity = at_most(severity, Severity.WARNING)
    # Only what would block: to find the branch point costs a request, and a warning blocks nobody.
    late = severity is Severity.ERROR and case.arrived.concerns(finding, case.plan)
    if late:
        concern = "section" if finding.rule == OF_THE_SECTION else "principle"
        why = (*why, f" The {concern} is new since you branched: an error once the branch is updated.")
        severity = Severity.NOTICE
    if case.change.merge_group and severity is not Severity.ERROR:
        return None
    return replace(finding, severity=severity, why=why, late=late)


def _stands_when_old(finding: Finding, case: Case) -> bool:
    """Whether code is new although its plan is old: the code builds on a plan that was never written or allowed."""
    if not (case.builds and case.feature.owned):
        return False
    return finding.rule in _STANDS_WHEN_OLD or (finding.rule == "missing-artifact" and finding.subject == "plan.md")
