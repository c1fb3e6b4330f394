"""Write the page of a verdict: everything that the verdict rests on, each with its place."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from bot.core.config.layers import Rank
from bot.core.documents.plan import StatementKind
from bot.core.forge.verdict_page import (
    ArtifactRow,
    FeaturePart,
    FindingRow,
    Place,
    PrincipleRow,
    Quote,
    SettingRow,
    VerdictPage,
)
from bot.core.judging.dossier import statements_about
from bot.core.judging.findings import finding_ids
from bot.core.speech.render.context import short
from bot.core.speech.render.counts import occurrences_of, principle_statuses
from bot.core.speech.render.words import words
from bot.core.text.prose import At, Side, label

if TYPE_CHECKING:
    from bot.core.change.feature import Artifact
    from bot.core.config.shown import Row
    from bot.core.documents.plan import Check, Statement, TrackingRow
    from bot.core.judging.findings import FeatureReport, Finding, Report
    from bot.core.speech.render import RenderContext
    from bot.core.speech.render.counts import PrincipleStatus

_MOST_FINDINGS = 500
_MOST_FEATURES = 200
_MOST_FOLDERS = 5
"""Feature folders that the commands name."""
_HIDDEN = "set in a private repository"
_ASSESSMENTS = frozenset({StatementKind.ASSESSMENT, StatementKind.LATER_ASSESSMENT})


def verdict_page(
    report: Report, context: RenderContext, title: str, settings: tuple[Row, ...], text: str
) -> VerdictPage:
    """The page of a report. `settings` are those in force, `text` is the JSON report."""
    ids = dict(zip(map(id, report.all_findings()), finding_ids(report.all_findings()), strict=True))
    occurrences = occurrences_of(report)[:_MOST_FINDINGS]
    number = context.pull_request
    return VerdictPage(
        repository=context.repository,
        title=title,
        conclusion=report.conclusion.value,
        version=context.engine_version,
        digest=context.digest,
        head=_commit(context.head_sha, context.head_branch, context),
        base=_commit(context.base_sha, context.base_branch, context),
        number=number,
        pull_request=Place(f"#{number}", context.pull_url(number)) if number is not None else None,
        commands=_commands(report, context),
        reason=words(report.reason),
        findings=tuple(_finding(each.finding, each.feature, ids[id(each.finding)], context) for each in occurrences),
        features=tuple(_feature(feature, context) for feature in report.features[:_MOST_FEATURES]),
        settings=tuple(_setting(row, context) for row in settings),
        report=text,
    )


def _commit(sha: str | None, branch: str | None, context: RenderContext) -> Place:
    name = short(sha or "")
    return Place(f"{branch}@{name}" if branch else name, context.blob_url(sha, "/") if sha else None)


def _commands(report: Report, context: RenderContext) -> tuple[str, ...]:
    number, branch = context.pull_request, context.base_branch or context.default_branch
    head = f"pull/{number}/head" if number is not None else context.head_branch or context.head_sha or ""
    folders = [feature.feature.dir for feature in report.features if not feature.feature.removed][:_MOST_FOLDERS]
    which = "".join(f" --feature {shlex.quote(folder)}" for folder in folders)
    return (
        f"git fetch origin {shlex.quote(branch)} {shlex.quote(head)}",
        f"git switch --detach {context.head_sha}",
        f"plangate check{which} --base {context.base_sha}",
    )


def _finding(finding: Finding, feature: FeatureReport | None, identity: str, context: RenderContext) -> FindingRow:
    about = statements_about(finding.subject, feature.dossiers, feature.checks) if feature is not None else ()
    return FindingRow(
        id=identity,
        rule=finding.rule,
        severity=finding.severity.value,
        title=words(finding.title),
        why=words(finding.why),
        fix=words(finding.fix),
        paste=finding.paste or "",
        place=_place(At(finding.path, finding.line), context) if finding.path else Place(""),
        kinds=tuple(dict.fromkeys(statement.kind.value for statement in about)),
        path=finding.path,
        line=finding.line,
    )


def _feature(feature: FeatureReport, context: RenderContext) -> FeaturePart:
    plan = next((artifact.path for artifact in feature.artifacts if artifact.name == "plan.md"), "")
    statuses = principle_statuses(feature) if feature.checks else ()
    return FeaturePart(
        dir=feature.feature.dir,
        stage=feature.feature.stage.value,
        principles=tuple(_principle(status, feature, plan, context) for status in statuses),
        artifacts=tuple(_artifact(artifact, plan, context) for artifact in feature.artifacts),
    )


def _principle(status: PrincipleStatus, feature: FeatureReport, plan: str, context: RenderContext) -> PrincipleRow:
    principle, check = status.principle, status.check
    dossier = next((dossier for dossier in feature.dossiers if dossier.assessment == check), None)
    about = statements_about(principle.id or principle.name, feature.dossiers, feature.checks)
    return PrincipleRow(
        title=principle.title,
        sentence=principle.sentence,
        place=_place(At(feature.constitution.path, principle.line, Side.BASE), context),
        verdict=check.verdict.value if check is not None else "not mentioned",
        assessment=_assessed(check, plan, context),
        replaced=_assessed(dossier.replaced if dossier is not None else None, plan, context),
        statements=(
            *(_quote(each, plan, context) for each in about if each.kind not in _ASSESSMENTS),
            *_cells(status.row, plan, context),
        ),
    )


def _assessed(check: Check | None, plan: str, context: RenderContext) -> Quote | None:
    return None if check is None else Quote(check.verdict.value, check.text, _place(At(plan, check.line), context))


def _cells(row: TrackingRow | None, plan: str, context: RenderContext) -> tuple[Quote, ...]:
    """The reason and the rejected alternative of a row of Complexity Tracking."""
    if row is None:
        return ()
    place = _place(At(plan, row.line), context)
    cells = (("why needed", row.why), ("simpler way rejected", row.alternative))
    return tuple(Quote(kind, text, place) for kind, text in cells if text)


def _quote(statement: Statement, plan: str, context: RenderContext) -> Quote:
    return Quote(statement.kind.value, statement.text, _place(At(plan, statement.line), context))


def _artifact(artifact: Artifact, plan: str, context: RenderContext) -> ArtifactRow:
    promised = _place(At(plan, artifact.line), context) if artifact.line is not None else Place("")
    return ArtifactRow(artifact.name, artifact.due.value, artifact.state.value, artifact.reason or "", promised)


def _setting(row: Row, context: RenderContext) -> SettingRow:
    """A public page shows no value of a private file, and no path of the host's."""
    origin = row.origin
    if origin is None:
        return SettingRow(row.key, row.value, Place("default"))
    if origin.private:
        return SettingRow(row.key, _HIDDEN, Place(origin.path))
    if origin.rank is Rank.HOST:
        return SettingRow(row.key, row.value, Place("whoever hosts Plangate"))
    line = f"?plain=1#L{row.line}" if row.line is not None else ""
    own = ":" not in origin.path and origin.sha is not None
    url = context.blob_url(origin.sha, origin.path, line) if own and origin.sha else None
    return SettingRow(row.key, row.value, Place(row.place, url))


def _place(address: At, context: RenderContext) -> Place:
    return Place(label(address), context.at_url(address))
