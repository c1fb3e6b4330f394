"""What only a person can judge: departures from principles, and items that are not applicable, with reasons.

A reason is quoted as prose, never as code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.change.feature import NO_KEY_ENTITIES
from bot.core.documents.plan import Verdict
from bot.core.speech.render.counts import deviations, not_applicable_principles, taken_back
from bot.core.text.neutral import code_span, neutralise
from bot.core.text.prose import At

if TYPE_CHECKING:
    from bot.core.change.feature import Artifact
    from bot.core.judging.findings import FeatureReport
    from bot.core.speech.render.counts import PrincipleStatus
    from bot.core.speech.render.markdown import Links

_QUOTED = 400
"""Characters of a reason that are quoted."""


def for_people(feature: FeatureReport, links: Links) -> list[str]:
    """One list item for each, the most important first."""
    plan = next((artifact.path for artifact in feature.artifacts if artifact.name == "plan.md"), "")
    items = [_deviation(status, plan, links) for status in deviations(feature)]
    items += [_principle_not_applicable(status, plan, links) for status in not_applicable_principles(feature)]
    return items + [
        _artifact_not_applicable(artifact, plan, links) for artifact in feature.artifacts if taken_back(artifact)
    ]


def _deviation(status: PrincipleStatus, plan: str, links: Links) -> str:
    how = "the plan breaks it on purpose" if status.verdict is Verdict.VIOLATION else "the plan follows it in part"
    head = f"- **{neutralise(status.principle.title)}: {how}**"
    row = status.row
    if row is None:
        return head
    cells = (
        ("What", _without_name(row.violation, status)),
        ("Why", row.why),
        ("Rejected", row.alternative),
        ("The principle", status.principle.sentence),
    )
    quotes = [f"*{label}*: {_quotable(words)}" for label, words in cells if words.strip()]
    return "\n".join([f"{head} ({links.at(At(plan, row.line))})", *quoted(quotes)])


def _principle_not_applicable(status: PrincipleStatus, plan: str, links: Links) -> str:
    check = status.check
    place = f" ({links.at(At(plan, check.line))})" if check else ""
    reason = [_quotable(check.reason)] if check and check.reason else []
    return "\n".join([f"- **{neutralise(status.principle.title)}: declared N/A**{place}", *quoted(reason)])


def _artifact_not_applicable(artifact: Artifact, plan: str, links: Links) -> str:
    name = code_span(artifact.name)
    if artifact.reason == NO_KEY_ENTITIES:
        return f"- **{name}: not applicable**, {NO_KEY_ENTITIES}"
    place = f" ({links.at(At(plan, artifact.line))})" if artifact.line else ""
    reason = _quotable(_NOT_APPLICABLE.sub("", artifact.reason or ""))
    return "\n".join([f"- **{name}: the plan says N/A**{place}", *quoted([reason] if reason else [])])


_NOT_APPLICABLE = re.compile(r"^\s*N/A\s*[:–—-]+\s*", re.IGNORECASE)
"""What the entry says already."""


def _quotable(reason: str) -> str:
    """Foreign words as prose: without the backticks that would otherwise show as such."""
    return neutralise(reason.replace("`", ""), _QUOTED)


def quoted(lines: list[str], indent: str = "  ") -> list[str]:
    """Lines of Markdown as a block quote below a list item, each a line of its own."""
    return [f"{indent}> {line}{_BREAK if line is not lines[-1] else ''}" for line in lines]


_BREAK = "\\"
"""A hard line break of GitHub Flavored Markdown (https://github.github.com/gfm/#hard-line-breaks)."""


def _without_name(violation: str, status: PrincipleStatus) -> str:
    """`VII. Simplicity: 4th crate` without the name that the entry begins with."""
    head, colon, detail = violation.partition(":")
    named = status.principle.name.casefold() in head.casefold() or head.strip() == status.principle.id
    return detail if colon and named and detail.strip() else violation
