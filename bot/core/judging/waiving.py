"""Waivers: which finding a waiver is for, when it holds, and the report under waivers.

A waiver is bound to the finding (rule, place, subject and words) and to the Git tree of the feature folder. So it
survives whatever leaves the folder alone (a merge of the base, the merge queue's commit) and ends with the first change
to the folder or to the finding.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.forge.check_run_output import Conclusion
from bot.core.forge.roles import Role
from bot.core.judging.findings import Severity
from bot.core.judging.judge import conclude
from bot.core.text.prose import Code, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.core.change.trees import Change
    from bot.core.config.model import RepositoryConfig
    from bot.core.forge.stored import Waiver
    from bot.core.judging.findings import FeatureReport, Finding, Report


@dataclass(frozen=True, slots=True)
class Waived:
    """One rule that a person with the right to do so waived, with the reason as written."""

    rule: str
    by: str
    """The login."""
    role: str
    reason: str
    subjects: tuple[str, ...] = ()
    """The subjects of the waived findings."""
    granted: tuple[Waiver, ...] = ()
    """The waivers themselves, one for each finding."""


LOCK = "waive"
"""What `locked:` names to forbid waivers."""

_DIGITS = 32
_NOTHING_TO_DO = ("Nothing is to be done while the waiver holds.",)


def utc_day(seconds: float) -> str:
    """The day of a time, as the end of a waiver is written: `2027-01-31`."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def has_ended(last_day: str | None, now: float) -> bool:
    """Whether a waiver's last day has passed; a waiver without one does not end by time. `now` is in seconds (UTC)."""
    return bool(last_day) and str(last_day) < utc_day(now)


def fingerprint(finding: Finding) -> str:
    """What identifies a finding across pushes: its words without its line."""
    identity = "\0".join((finding.rule, finding.path, finding.subject, plain(finding.title)))
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def forbidden(config: RepositoryConfig) -> bool:
    """Whether the configuration forbids waivers, new and old."""
    return any(LOCK in lock.split(".") for lock in config.locked)


def waivable(report: Report, change: Change, rule: str) -> tuple[tuple[Finding, str, str], ...]:
    """The findings of a rule that a waiver would let pass, each with the folder and the tree that bind it."""
    return tuple(
        (finding, *bound)
        for finding, feature in _placed(report)
        if finding.rule == rule
        and finding.severity is not Severity.NOTICE
        and (bound := _bound(feature, change)) is not None
    )


def needed_role(finding: Finding, report: Report, settled: Role) -> Role:
    """The role that may waive it: the configured one, or admin for a NON-NEGOTIABLE principle."""
    principles = [role for feature in report.features for role in feature.constitution.principles]
    about = any(role.non_negotiable and finding.subject in {role.id, role.name} for role in principles)
    return Role.ADMIN if about or finding.rule == "non-negotiable-violated" else settled


def with_waivers(
    report: Report, change: Change, waivers: Iterable[Waiver], config: RepositoryConfig
) -> tuple[Report, tuple[Waived, ...]]:
    """The report with waived findings as notices, and the waivers. The same report if nothing is waived.

    A configuration that was never readable cannot be waived.
    """
    by_key = {(granted.rule, granted.finding, granted.folder, granted.tree): granted for granted in waivers}
    if not by_key or forbidden(config) or report.conclusion is Conclusion.ACTION_REQUIRED:
        return report, ()
    used: dict[Waiver, list[str]] = {}

    def let_pass(finding: Finding, feature: FeatureReport | None) -> Finding:
        bound = _bound(feature, change)
        waiver = by_key.get((finding.rule, fingerprint(finding), *bound)) if bound is not None else None
        if waiver is None or finding.severity is Severity.NOTICE:
            return finding
        used.setdefault(waiver, []).append(finding.subject)
        why = (*finding.why, " Waived by ", Code(waiver.by), ".")
        return replace(finding, severity=Severity.NOTICE, why=why, fix=_NOTHING_TO_DO, paste=None, edits=())

    features = tuple(
        replace(feature, findings=tuple(let_pass(finding, feature) for finding in feature.findings))
        for feature in report.features
    )
    general = tuple(let_pass(finding, None) for finding in report.findings)
    if not used:
        return report, ()
    lifted = replace(report, findings=general, features=features)
    return replace(lifted, conclusion=conclude(lifted.all_findings(), config)), _grouped(used)


def _grouped(used: dict[Waiver, list[str]]) -> tuple[Waived, ...]:
    """One entry for each rule, person and reason."""
    alike: dict[tuple[str, str, str, str], list[Waiver]] = {}
    for waiver in used:
        alike.setdefault((waiver.rule, waiver.by, waiver.role, waiver.reason), []).append(waiver)
    return tuple(
        Waived(*key, tuple(name for waiver in waivers for name in used[waiver]), tuple(waivers))
        for key, waivers in alike.items()
    )


def _placed(report: Report) -> Iterator[tuple[Finding, FeatureReport | None]]:
    yield from ((finding, None) for finding in report.findings)
    yield from ((finding, feature) for feature in report.features for finding in feature.findings)


def _bound(feature: FeatureReport | None, change: Change) -> tuple[str, str] | None:
    """The folder and its tree, or the pull request and its head for a finding of no feature. None if unknown."""
    if feature is not None:
        entry = change.head.entries.get(feature.feature.dir)
        return (feature.feature.dir, entry.tree) if entry is not None and entry.tree else None
    if change.pull_request is None or change.head.sha is None:
        return None
    return f"pull/{change.pull_request}", change.head.sha
