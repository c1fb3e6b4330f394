"""The report's digest: what tells one verdict from another, whoever reached it.

It covers conclusion, features and findings. It leaves out where the yardstick came from, the engine's version, how the
decision is explained, and the findings of rules that need what only GitHub knows (`Rule.needs_forge`): so the App and
the command line give the same digest for the same tree and the same base.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.core.text.prose import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.core.judging.findings import FeatureReport, Finding, Report
    from bot.core.judging.rule import Rule
    from bot.core.yardstick.constitution import Principle


def digest(report: Report, rules: Sequence[Rule]) -> str:
    """`sha256:` and 64 hexadecimal digits over what the report says, without what only GitHub knows."""
    return _hash(_content(report, frozenset(rule.id for rule in rules if rule.needs_forge)))


def fingerprint(report: Report) -> str:
    """As `digest`, over every finding: when this is the same on the same head, a reader would see nothing new."""
    return _hash(_content(report, frozenset()))


def _hash(content: dict[str, Any]) -> str:
    # A lone surrogate (a path that Git holds and UTF-8 does not) stays an escape: JSON in ASCII can always be encoded.
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"


def _content(report: Report, left_out: Collection[str]) -> dict[str, Any]:
    return {
        "conclusion": report.conclusion,
        "findings": _findings(report.findings, left_out),
        "features": sorted((_feature(feature, left_out) for feature in report.features), key=lambda f: f["dir"]),
    }


def _feature(report: FeatureReport, left_out: Collection[str]) -> dict[str, Any]:
    feature = report.feature
    return {
        "dir": feature.dir,
        "number": feature.number,
        "slug": feature.slug,
        "stage": feature.stage,
        "owned": feature.owned,
        "legacy": feature.legacy,
        "template": report.template,
        "constitution": {"path": report.constitution.path, "state": report.constitution.state},
        "principles": [_principle(principle) for principle in report.constitution.principles],
        "artifacts": [asdict(artifact) for artifact in report.artifacts],
        "checks": [
            {"principle": c.principle, "text": c.text, "verdict": c.verdict, "line": c.line, "phase": c.phase}
            for c in report.checks
        ],
        "violations": [
            {
                "principle": row.principle,
                "violation": row.violation,
                "why": row.why,
                "alternative": row.alternative,
                "line": row.line,
                "complete": row.complete,
            }
            for row in report.violations
        ],
        "placeholders": [{"path": p.path, "line": p.line, "kind": p.kind, "text": p.text} for p in report.placeholders],
        "findings": _findings(report.findings, left_out),
    }


def _principle(principle: Principle) -> dict[str, Any]:
    return {name: field for name, field in asdict(principle).items() if name != "sentence"}


def _findings(findings: Iterable[Finding], left_out: Collection[str]) -> list[dict[str, Any]]:
    return [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "path": finding.path,
            "line": finding.line,
            "end_line": finding.end_line,
            "column": finding.column,
            "end_column": finding.end_column,
            "new": finding.new,
            "message": " ".join((plain(finding.title) + ".", plain(finding.why))),
            "fix": plain(finding.fix),
            "subject": finding.subject,
        }
        for finding in findings
        if finding.rule not in left_out
    ]
