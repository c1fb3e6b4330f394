"""What a push fixed and what is new in it, compared with the findings of the previous run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.judging.findings import Severity
from bot.core.speech.render.context import short
from bot.core.text.neutral import code_span
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.judging.findings import Finding
    from bot.core.speech.render.context import FindingIdentity, RenderContext

_MOST_KINDS = 6
_MOST_SUBJECTS = 6


def since_last_push(findings: Iterable[Finding], context: RenderContext) -> str:
    """`### Since the last push` with what is fixed and what is new; empty without an earlier run or a difference."""
    earlier = context.previous
    if earlier is None:
        return ""
    current = {identity_of(finding) for finding in findings if finding.severity is not Severity.NOTICE}
    fixed, new = sorted(earlier.findings - current), sorted(current - earlier.findings)
    lines = [
        f"- {label}: {_listed(identities, context)}"
        for label, identities in (("✅ Fixed", fixed), ("New", new))
        if identities
    ]
    return "\n".join([f"### Since the last push, {code_span(short(earlier.head_sha))}", "", *lines]) if lines else ""


def identity_of(finding: Finding) -> FindingIdentity:
    """The identity of a finding across pushes."""
    return finding.rule, finding.path, finding.subject


def _listed(identities: Iterable[FindingIdentity], context: RenderContext) -> str:
    """`2 artifacts missing (a.md, b.md), 1 principle unanswered (VII)`."""
    subjects: dict[str, list[str]] = {}
    for rule, _, subject in identities:
        subjects.setdefault(rule, []).append(subject)
    kinds = []
    for rule, names in sorted(subjects.items(), key=lambda pair: (context.clause(pair[0]).rank, pair[0]))[:_MOST_KINDS]:
        clause = context.clause(rule)
        shown = ", ".join(code_span(name, 60) for name in names[:_MOST_SUBJECTS] if name)
        further = f" and {len(names) - _MOST_SUBJECTS} more" if len(names) > _MOST_SUBJECTS else ""
        kinds.append(f"{count(len(names), clause.one, clause.many)}{f' ({shown}{further})' if shown else ''}")
    hidden = len(subjects) - len(kinds)
    return ", ".join(kinds) + (f" and {hidden} more kinds" if hidden else "")
