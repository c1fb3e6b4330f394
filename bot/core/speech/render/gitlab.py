"""The report as GitLab's Code Quality artifact: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from bot.core.judging.findings import Finding, Report, Severity
from bot.core.speech.render.concise import NO_FILE
from bot.core.speech.render.counts import line_order, occurrences_of
from bot.core.speech.render.words import words
from bot.core.text.neutral import plain_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTICE: "info"}
_LONGEST_PATH = 4_096
_DESCRIPTION = 1_000


def as_code_quality(report: Report) -> str:
    """A JSON array with one object a finding, the worst first."""
    findings = (occurrence.finding for occurrence in line_order(occurrences_of(report)))
    return json.dumps(list(_objects(findings)), indent=2) + "\n"


def _objects(findings: Iterator[Finding]) -> Iterator[dict[str, Any]]:
    met: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        identity = (finding.rule, finding.path, finding.subject)
        met[identity] = met.get(identity, 0) + 1
        yield {
            "description": _description(finding),
            "check_name": finding.rule,
            "fingerprint": _fingerprint(*identity, str(met[identity])),
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": plain_line(finding.path, _LONGEST_PATH) or NO_FILE,
                "lines": {"begin": finding.line or 1, "end": max(finding.line or 1, finding.end_line or 1)},
            },
        }


def _description(finding: Finding) -> str:
    sentences = (f"{words(finding.title)}.", words(finding.why), words(finding.fix))
    return plain_line(" ".join(sentence for sentence in sentences if sentence), _DESCRIPTION)


def _fingerprint(*identity: str) -> str:
    """The same over pushes, unless the line moves past another finding of the same identity."""
    return hashlib.sha256("\x00".join(identity).encode("utf-8", "replace")).hexdigest()
