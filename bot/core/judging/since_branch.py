"""What is new in the base's yardstick since the branch left it, and which findings are about that.

The author of an early branch cannot know a later principle, so it is only a notice until the branch is updated. A
branch from an old commit must not be a way around the gate: an old principle under a new numeral or in new words is not
new, and an item that may be about an old principle is held to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.documents.plan import Join
from bot.core.documents.plan_reading.joining import Joiner, identity
from bot.core.yardstick.constitution import ConstitutionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.change.trees import ChangedFile
    from bot.core.documents.plan import Check, Plan, TrackingRow
    from bot.core.judging.findings import Finding
    from bot.core.yardstick.constitution import Constitution
    from bot.core.yardstick.yardstick import Yardstick

OF_THE_SECTION = "missing-constitution-check"
"""The rule that requires a Constitution Check."""
_OF_A_ROW = "incomplete-justification"
_OF_A_PRINCIPLE = frozenset(
    {"unanswered-principle", "unjustified-violation", "non-negotiable-violated", "inline-justification", _OF_A_ROW}
)
SOFTENED = frozenset({OF_THE_SECTION, *_OF_A_PRINCIPLE})
"""The rules whose findings may be about what is new."""

_WORD = re.compile(r"[^\W_]+")
_YARDSTICK_PATHS = re.compile(
    r"(?:^|/)(?:\.specify/(?:presets|extensions)/|memory/constitution\.md\Z|templates/(?:overrides/)?plan-template\.md\Z)"
)
"""Paths of the files that make up a constitution and a plan template, today's and older ones."""


@dataclass(frozen=True, slots=True)
class NewSinceBranch:
    """What the base's yardstick requires and the yardstick at the branch point did not."""

    principles: Mapping[str, str] = field(default_factory=dict)
    """Names of the new principles, by what findings call them."""
    section: bool = False
    """The yardstick at the branch point required no Constitution Check."""
    before: Constitution | None = None
    """The constitution as the branch knows it."""

    def concerns(self, finding: Finding, plan: Plan | None) -> bool:
        """Whether the finding is about something new and nothing old."""
        if finding.rule == OF_THE_SECTION:
            return self.section
        if finding.rule not in _OF_A_PRINCIPLE or finding.subject not in self.principles:
            return False
        if plan is None:
            return True
        if finding.rule == _OF_A_ROW:
            return all(self._is_of_the_new(row) for row in plan.rows if row.line == finding.line)
        return not any(self._may_mean_another(check) for check in plan.checks if check.principle == finding.subject)

    def _is_of_the_new(self, row: TrackingRow) -> bool:
        """Whether the row names new principles only. A numeral is no proof: another principle may have had it."""
        named = {name for name in (row.principle, *row.names) if name is not None}
        return not row.gates and all(_holds(row.violation, self.principles.get(name, "")) for name in named)

    def _may_mean_another(self, check: Check) -> bool:
        """Whether the item may be about an old principle, because it does not give the new one's name."""
        words = check.named or check.text
        if self.before is None or (
            check.join is not Join.LOOSE and _holds(words, self.principles[check.principle or ""])
        ):
            return False
        return Joiner(self.before).join(words) is not None


NOTHING = NewSinceBranch()


def arrived(now: Yardstick, before: Yardstick) -> NewSinceBranch:
    """Compare a yardstick with the one at the branch point."""
    joiner = Joiner(before.constitution)
    fresh, old = [], set()
    for principle in now.constitution.principles:
        title = f"{principle.id}. {principle.name}" if principle.id else principle.name
        joined = joiner.join(title)
        # The same name, or the same numeral and a word of it: then it was only reworded or moved.
        if joined is not None and joined.join in {Join.BOTH, Join.NAME}:
            old.add(identity(principle))
        else:
            fresh.append(principle)
    expected = before.template.check_heading is not None and not before.template.lean
    filled = before.constitution.state is ConstitutionState.FILLED
    return NewSinceBranch(
        {identity(principle): principle.name for principle in fresh if identity(principle) not in old},
        not (expected and filled),
        before.constitution,
    )


def edits_yardstick(changed: Iterable[ChangedFile]) -> bool:
    """Whether a change edits, moves or removes a part of a yardstick.

    Then nothing counts as new: the branch's own tree does not show what that part was at the branch point, and a
    branch must not soften its yardstick by editing it.
    """
    paths = (path for file in changed for path in (file.path, file.previous) if path)
    return any(_YARDSTICK_PATHS.search(path) for path in paths)


def may_soften(findings: Iterable[Finding]) -> bool:
    """Whether the branch point matters: a finding blocks that would not block if its principle were new."""
    return any(finding.rule in SOFTENED and finding.severity == "error" for finding in findings)


def _holds(text: str, name: str) -> bool:
    """Whether a text contains the words of a name in their order."""
    wanted = _words(name)
    return bool(wanted.strip()) and wanted in _words(text)


def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text[:2000].casefold()))} "
