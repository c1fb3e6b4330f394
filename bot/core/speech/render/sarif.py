"""The report as SARIF 2.1.0, for code scanning and editors.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub reads of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.core.judging.findings import Finding, Report, Severity
from bot.core.speech.render.counts import counted_order, occurrences_of
from bot.core.speech.render.words import words

if TYPE_CHECKING:
    from bot.core.judging.edit import Edit
    from bot.core.speech.render.context import RenderContext

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MOST = 5_000
"""The most results that GitHub accepts in one run."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "recommendation"}
_WHAT_IT_DOES = re.compile(r"^## What it does\n+(.+?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)


def as_sarif(report: Report, context: RenderContext) -> dict[str, Any]:
    """The log: one run, the rules that are known or were met, the findings worst first."""
    findings = [occurrence.finding for occurrence in counted_order(occurrences_of(report), context)][:_MOST]
    ids = list(dict.fromkeys([*context.rules, *(finding.rule for finding in findings)]))
    driver = {"name": "plangate", "rules": [_rule(rule, context) for rule in ids]}
    if context.engine_version:
        driver["version"] = context.engine_version
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, ids.index(finding.rule)) for finding in findings],
            }
        ],
    }


def _rule(rule: str, context: RenderContext) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": rule, "name": "".join(word.capitalize() for word in rule.split("-"))}
    registered = context.rules.get(rule)
    if registered:
        what = _WHAT_IT_DOES.search(registered.page)
        shown["shortDescription"] = {"text": registered.title}
        shown["fullDescription"] = {"text": " ".join(what[1].split()) if what else registered.title}
        shown["help"] = {"text": registered.page, "markdown": registered.page}
        shown["defaultConfiguration"] = {"level": _LEVELS[registered.severity], "enabled": registered.on}
        shown["properties"] = {"tags": ["spec-kit", "plan"], "problem.severity": _GITHUB_LEVELS[registered.severity]}
    url = context.rule_url(rule)
    return {**shown, "helpUri": url} if url else shown


def _result(finding: Finding, index: int) -> dict[str, Any]:
    sentences = (words(finding.title) + ".", words(finding.why), words(finding.fix))
    identity = f"{finding.rule}\x00{finding.path}\x00{finding.subject}".encode("utf-8", "replace")
    shown: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _plain(" ".join(part for part in sentences if part))},
        "partialFingerprints": {"plangate/v1": hashlib.sha256(identity).hexdigest()},
    }
    if finding.edits:
        shown["fixes"] = [_fix(finding)]
    return {**shown, "locations": [_location(finding)]} if finding.path else shown


def _plain(text: str) -> str:
    """Plain messages may hold links, `[text](target)`; foreign text must not."""
    return text.replace("](", "] (")


def _fix(finding: Finding) -> dict[str, Any]:
    return {
        "description": {"text": _plain(words(finding.fix))},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(finding),
                "replacements": [_replacement(edit) for edit in finding.edits],
            }
        ],
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    """A line replaced up to its line end, or taken away with it."""
    if edit.lines:
        region = {"startLine": edit.line, "endLine": edit.line}
        return {"deletedRegion": region, "insertedContent": {"text": "\n".join(edit.lines)}}
    return {"deletedRegion": {"startLine": edit.line, "startColumn": 1, "endLine": edit.line + 1, "endColumn": 1}}


def _artifact(finding: Finding) -> dict[str, Any]:
    uri = quote(finding.path.encode("utf-8", "replace"), safe="/-._~")
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _location(finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(finding)}
    if finding.line is not None:
        place["region"] = _region(finding, finding.line)
    return {"physicalLocation": place}


def _region(finding: Finding, line: int) -> dict[str, int]:
    last = max(line, finding.end_line or line)
    region = {"startLine": line, "endLine": last}
    if finding.column is not None:
        region["startColumn"] = finding.column
    if finding.end_column is not None and finding.column is not None:
        # SARIF's end column is the one after the last character.
        region["endColumn"] = max(finding.column, finding.end_column) + 1
    return region
