"""The report as one JSON object: the public contract of `docs/report.md`. Fields are added, never renamed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from bot.core.judging.dossier import statements_about
from bot.core.text.prose import plain

if TYPE_CHECKING:
    from bot.core.change.feature import Artifact
    from bot.core.documents.plan import Check, Placeholder, Statement, TrackingRow
    from bot.core.judging.findings import FeatureReport, Finding, Report
    from bot.core.yardstick.constitution import Principle

# Control, bidi, zero-width and tag characters and lone surrogates: legal in JSON, harmful on a terminal.
_UNSAFE = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def as_json(report: Report, digest: str, engine_version: str) -> dict[str, Any]:
    """The object. Foreign text is in it as it was written."""
    return {
        "plangate": engine_version,
        "digest": digest,
        "conclusion": report.conclusion.value,
        "config": [{"path": source.path, "source": source.source} for source in report.config],
        "reason": plain(report.reason) or None,
        "notes": [plain(note) for note in report.notes],
        "code_files": report.code_files,
        "findings": [_finding(finding) for finding in report.findings],
        "features": [_feature(feature) for feature in report.features],
    }


def json_text(report: Report, digest: str, engine_version: str) -> str:
    """The object as text with a line end. What a terminal would obey is escaped, so the values stay what they are."""
    text = json.dumps(as_json(report, digest, engine_version), ensure_ascii=False, indent=2)
    return _UNSAFE.sub(lambda match: json.dumps(match.group())[1:-1], text) + "\n"


def _feature(feature: FeatureReport) -> dict[str, Any]:
    about = feature.feature
    return {
        "dir": about.dir,
        "number": about.number,
        "slug": about.slug,
        "stage": about.stage.value,
        "owned": about.owned,
        "legacy": about.legacy,
        "removed": about.removed,
        "template": feature.template,
        "constitution": {
            "path": feature.constitution.path,
            "state": feature.constitution.state.value,
            "version": feature.constitution.version,
        },
        "artifacts": [_artifact(artifact) for artifact in feature.artifacts],
        "principles": [_principle(principle, feature) for principle in feature.constitution.principles],
        "checks": [_check(check) for check in feature.checks],
        "violations": [_row(row) for row in feature.violations],
        "placeholders": [_placeholder(placeholder) for placeholder in feature.placeholders],
        "findings": [_finding(finding) for finding in feature.findings],
    }


def _artifact(artifact: Artifact) -> dict[str, Any]:
    return {
        "name": artifact.name,
        "path": artifact.path,
        "due": artifact.due.value,
        "state": artifact.state.value,
        "reason": artifact.reason,
        "line": artifact.line,
    }


def _principle(principle: Principle, feature: FeatureReport) -> dict[str, Any]:
    about = statements_about(principle.id or principle.name, feature.dossiers, feature.checks)
    return {
        "id": principle.id,
        "name": principle.name,
        "non_negotiable": principle.non_negotiable,
        "line": principle.line,
        "statements": [_statement(statement) for statement in about],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "principle": check.principle,
        "text": check.text,
        "verdict": check.verdict.value,
        "line": check.line,
        "phase": check.phase.value,
        "statements": [_statement(statement) for statement in check.statements],
    }


def _statement(statement: Statement) -> dict[str, Any]:
    return {"kind": statement.kind.value, "line": statement.line, "text": statement.text}


def _row(row: TrackingRow) -> dict[str, Any]:
    return {
        "principle": row.principle,
        "violation": row.violation,
        "why": row.why,
        "alternative": row.alternative,
        "line": row.line,
        "complete": row.complete,
    }


def _placeholder(placeholder: Placeholder) -> dict[str, Any]:
    return {
        "path": placeholder.path,
        "line": placeholder.line,
        "kind": placeholder.kind.value,
        "text": placeholder.text,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
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
        "follow_up": finding.follow_up,
    }
