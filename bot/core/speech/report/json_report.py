"""The report as one JSON object: the public contract of `docs/report.md`. Fields are added, never renamed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from bot.core.change.feature import Stage
from bot.core.config.layers import by_source
from bot.core.judging.dossier import statements_about
from bot.core.judging.findings import finding_ids
from bot.core.text.prose import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change.feature import Artifact
    from bot.core.config.layers import Effective
    from bot.core.documents.plan import Check, Placeholder, Statement, TrackingRow
    from bot.core.forge.stored import Waiver
    from bot.core.judging.findings import FeatureReport, Finding, Report
    from bot.core.judging.inputs import Inputs
    from bot.core.speech.report.model import (
        ArtifactJson,
        CheckJson,
        FeatureJson,
        FindingJson,
        InputsJson,
        LayerJson,
        PlaceholderJson,
        PrincipleJson,
        ReportJson,
        StatementJson,
        ViolationJson,
        WaiverJson,
    )
    from bot.core.yardstick.constitution import Principle

# Control, bidi, zero-width and tag characters and lone surrogates: legal in JSON, harmful on a terminal.
_UNSAFE = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def as_json(report: Report, digest: str, engine_version: str, inputs: Inputs) -> ReportJson:
    """The object. Foreign text is in it as it was written."""
    ids = iter(finding_ids(report.all_findings()))
    change = inputs.change
    return {
        "plangate": engine_version,
        "digest": digest,
        "head": inputs.head,
        "base": change.base.sha if change.base is not None else None,
        "merge_base": inputs.merge_base,
        "conclusion": report.conclusion,
        "config": [{"path": source.path, "source": source.source} for source in report.config],
        "reason": plain(report.reason) or None,
        "notes": [plain(note) for note in report.notes],
        "code_files": report.code_files,
        "findings": [_finding(finding, next(ids)) for finding in report.findings],
        "features": [_feature(feature, ids) for feature in report.features],
        "inputs": _inputs(inputs),
    }


def json_text(report: Report, digest: str, engine_version: str, inputs: Inputs) -> str:
    """The object as text with a line end. Characters that control a terminal are escaped, which keeps the values."""
    text = json.dumps(as_json(report, digest, engine_version, inputs), ensure_ascii=False, indent=2)
    return _UNSAFE.sub(lambda match: json.dumps(match.group())[1:-1], text) + "\n"


def _inputs(inputs: Inputs) -> InputsJson:
    change = inputs.change
    return {
        "head_branch": change.head_branch,
        "base_branch": change.base_branch,
        "pull_request": change.pull_request,
        "merge_group": change.merge_group,
        "stack_base": change.stack_base.sha if change.stack_base is not None else None,
        "named_folders": list(change.named_folders),
        "stage": Stage(change.stage) if change.stage is not None else None,
        "mode": inputs.mode,
        "first_seen": change.governed_since,
        "legacy": list(inputs.legacy),
        "complete": inputs.complete,
        "configuration": configuration(inputs.effective),
        "waivers": [_waiver(waiver) for waiver in inputs.waivers],
    }


def configuration(effective: Effective) -> list[LayerJson]:
    """The settings in force by their files, the outermost first; those of a private repository are left out."""
    return [
        {
            "rank": origin.rank,
            "path": origin.path,
            "commit": origin.sha,
            "settings": None if origin.private else settings,
        }
        for origin, settings in by_source(effective).items()
    ]


def _waiver(waiver: Waiver) -> WaiverJson:
    return {
        "rule": waiver.rule,
        "finding": waiver.finding,
        "folder": waiver.folder,
        "tree": waiver.tree,
        "by": waiver.by,
        "role": waiver.role,
        "reason": waiver.reason,
        "until": waiver.until,
    }


def _feature(feature: FeatureReport, ids: Iterator[str]) -> FeatureJson:
    about = feature.feature
    return {
        "dir": about.dir,
        "number": about.number,
        "slug": about.slug,
        "stage": about.stage,
        "owned": about.owned,
        "legacy": about.legacy,
        "removed": about.removed,
        "template": feature.template,
        "constitution": {
            "path": feature.constitution.path,
            "state": feature.constitution.state,
            "version": feature.constitution.version,
        },
        "artifacts": [_artifact(artifact) for artifact in feature.artifacts],
        "principles": [_principle(principle, feature) for principle in feature.constitution.principles],
        "checks": [_check(check) for check in feature.checks],
        "violations": [_row(row) for row in feature.violations],
        "placeholders": [_placeholder(placeholder) for placeholder in feature.placeholders],
        "findings": [_finding(finding, next(ids)) for finding in feature.findings],
    }


def _artifact(artifact: Artifact) -> ArtifactJson:
    return {
        "name": artifact.name,
        "path": artifact.path,
        "due": artifact.due,
        "state": artifact.state,
        "reason": artifact.reason,
        "line": artifact.line,
    }


def _principle(principle: Principle, feature: FeatureReport) -> PrincipleJson:
    about = statements_about(principle.id or principle.name, feature.dossiers, feature.checks)
    return {
        "id": principle.id,
        "name": principle.name,
        "non_negotiable": principle.non_negotiable,
        "line": principle.line,
        "exception_line": principle.exception_line,
        "statements": [_statement(statement) for statement in about],
    }


def _check(check: Check) -> CheckJson:
    return {
        "principle": check.principle,
        "text": check.text,
        "verdict": check.verdict,
        "line": check.line,
        "phase": check.phase,
        "statements": [_statement(statement) for statement in check.statements],
    }


def _statement(statement: Statement) -> StatementJson:
    return {"kind": statement.kind, "line": statement.line, "text": statement.text}


def _row(row: TrackingRow) -> ViolationJson:
    return {
        "principle": row.principle,
        "violation": row.violation,
        "why": row.why,
        "alternative": row.alternative,
        "line": row.line,
        "complete": row.complete,
    }


def _placeholder(placeholder: Placeholder) -> PlaceholderJson:
    return {
        "path": placeholder.path,
        "line": placeholder.line,
        "kind": placeholder.kind,
        "text": placeholder.text,
    }


def _finding(finding: Finding, finding_id: str) -> FindingJson:
    return {
        "id": finding_id,
        "rule": finding.rule,
        "severity": finding.severity,
        "path": finding.path,
        "line": finding.line,
        "end_line": finding.line if finding.end_line is None else finding.end_line,
        "column": finding.column,
        "end_column": finding.end_column,
        "new": finding.new,
        "subject": finding.subject,
        "message": ". ".join(part for part in (plain(finding.title), plain(finding.why)) if part),
        "fix": plain(finding.fix),
        "paste": finding.paste,
        "edits": [{"line": edit.line, "lines": list(edit.lines)} for edit in finding.edits],
        "follow_up": finding.follow_up,
    }
