"""Decide when a document is drafted, and from what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.change.feature import State
from bot.core.change.trees import Kind, Readability
from bot.core.documents.plan import Verdict
from bot.core.documents.spec import read_spec
from bot.core.drafting.from_template.plan import PlanFacts, draft_plan, issue_summary
from bot.core.yardstick.yardstick import read_yardstick, specify_root

if TYPE_CHECKING:
    from bot.core.change.trees import Change, Tree
    from bot.core.drafting.draft import Draft
    from bot.core.drafting.naming import Naming
    from bot.core.forge.facts import Issue
    from bot.core.judging.findings import FeatureReport
    from bot.core.yardstick.constitution import Constitution

_DEFECTS = frozenset({Verdict.VIOLATION, Verdict.PARTIAL})
_CELLS = re.compile(r"(?<!\\)\|")


def plan_draft_of(change: Change, feature: FeatureReport, outline: Tree, committed_at: str, bundled: str) -> Draft:
    """Draft the plan of a feature from its repository. `outline` has names and manifests of the head."""
    folder = feature.feature.dir
    base = change.standard
    yardstick = read_yardstick(base, bundled, specify_root(folder, base))
    document = change.head.documents.get(f"{folder}/spec.md")
    spec = read_spec(document) if document is not None and document.reading is Readability.WHOLE else None
    title = (spec.title if spec is not None and not spec.unfilled else None) or (feature.feature.slug or "")
    return draft_plan(
        PlanFacts(
            feature_dir=folder,
            title=title if spec is not None and spec.title == title else title.replace("-", " ").capitalize(),
            date=committed_at[:10],
            template=yardstick.template,
            constitution=yardstick.constitution,
            branch=change.head_branch,
            spec=spec,
            paths=paths_of(outline),
            manifests=texts_of(outline),
            present=frozenset(artifact.name for artifact in feature.artifacts if artifact.state is State.PRESENT),
            violations=_violations(feature),
        )
    )


def issue_draft_of(
    issue: Issue, naming: Naming, standard: Tree, outline: Tree | None, bundled: str
) -> tuple[Draft, Constitution]:
    """A draft of the plan for the feature that an issue requests, and the constitution that applies to the plan."""
    yardstick = read_yardstick(standard, bundled)
    facts = PlanFacts(
        feature_dir=naming.dir,
        title=naming.title,
        date=issue.created_at[:10],
        template=yardstick.template,
        constitution=yardstick.constitution,
        summary=issue_summary(issue.body),
        paths=paths_of(outline) if outline is not None else (),
        manifests=texts_of(outline) if outline is not None else {},
        present=frozenset({"spec.md"}),
    )
    return draft_plan(facts), yardstick.constitution


def _violations(feature: FeatureReport) -> tuple[str, ...]:
    """The principles that the change violates already, as far as that is known before the plan is written.

    They are those that the unfinished plan's check admits, and those for which a rule requires a row of Complexity
    Tracking.
    """
    titles = {
        key: principle.title
        for principle in feature.constitution.principles
        for key in (principle.id, principle.name)
        if key
    }
    admitted = [titles.get(check.principle or "", check.named) for check in feature.checks if check.verdict in _DEFECTS]
    rows = [
        _CELLS.split(finding.paste.strip())[1]
        for finding in feature.findings
        if finding.paste and _is_row(finding.paste)
    ]
    return tuple(dict.fromkeys(name.strip() for name in (*rows, *admitted) if name.strip()))


def _is_row(paste: str) -> bool:
    return paste.startswith("| ") and "\n" not in paste.strip()


def paths_of(outline: Tree) -> tuple[str, ...]:
    """The paths of a tree in the drafter's form: folders end in a slash."""
    return tuple(
        f"{path}/" if entry.kind is Kind.FOLDER else path for path, entry in sorted(outline.entries.items()) if path
    )


def texts_of(outline: Tree) -> dict[str, str]:
    """The manifests that could be read."""
    readable = Readability.WHOLE
    return {path: document.text for path, document in outline.documents.items() if document.reading is readable}
