"""What machines read: the JSON contract as it is documented, SARIF as it is specified."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from bot.core.documents.plan import Placeholder
from bot.core.judging.findings import Finding, Report, Severity
from bot.core.speech.render import as_agent_lines, as_code_quality, as_concise, as_sarif, tokens
from bot.core.speech.report.json_report import as_json
from bot.core.yardstick.template import PlaceholderKind
from tests.core.speech.render import story
from tests.core.speech.render.sarif_subset import SCHEMA

DOCUMENT = Path(__file__).parents[4] / "docs" / "report.md"
SARIF = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)


def documented() -> list[set[str]]:
    """The keys of every example object in the document, in its order."""
    text = DOCUMENT.read_text(encoding="utf-8")
    objects = re.findall(r"^```json\n(.*?)^```$", text, re.DOTALL | re.MULTILINE) + re.findall(r"`(\{\"[^`]*\})`", text)
    return [set(json.loads(" ".join(found.split()))) for found in objects]


def test_the_document_names_every_field() -> None:
    placeholder = Placeholder(story.PLAN, 3, PlaceholderKind.META, "[DATE]")
    feature = replace(story.FAILING_FEATURE, violations=story.ROWS, placeholders=(placeholder,))
    whole = replace(story.FAILING, features=(feature,))
    report: Any = as_json(whole, story.CONTEXT.digest, "0.1.0", story.INPUTS_OF_AN_APP)
    shown, inputs = report["features"][0], report["inputs"]
    parts = [report, shown, inputs, *(shown[name][0] for name in ("artifacts", "findings", "principles"))]
    parts += [shown[name][0] for name in ("checks", "violations", "placeholders")]
    parts += [inputs[name][0] for name in ("configuration", "waivers")]
    examples = documented()
    for part in parts:
        assert set(part) in examples


@pytest.mark.parametrize(
    "report",
    [story.FAILING, story.PASSING, story.COLLIDING, story.UNFILLED_REPORT, story.NOT_A_FEATURE],
    ids=["failing", "passing", "collision", "unfilled", "not a feature"],
)
def test_sarif_is_valid(report: Report) -> None:
    SARIF.validate(json.loads(json.dumps(as_sarif(report, story.CONTEXT))))


def test_the_check_on_sarif_can_fail() -> None:
    log = as_sarif(story.FAILING, story.CONTEXT)
    log["runs"][0]["results"][0]["level"] = "failure"
    assert not SARIF.is_valid(log)


def test_sarif_says_where_and_how_hard() -> None:
    run = as_sarif(story.FAILING, story.CONTEXT)["runs"][0]
    violation = next(each for each in run["results"] if each["ruleId"] == "unjustified-violation")
    assert violation["level"] == "error"
    assert run["tool"]["driver"]["rules"][violation["ruleIndex"]]["id"] == "unjustified-violation"
    place = violation["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == story.PLAN
    # The end column is the one after `❌ FAIL`.
    assert place["region"] == {"startLine": 32, "endLine": 32, "startColumn": 21, "endColumn": 27}
    assert run["columnKind"] == "unicodeCodePoints"


def test_a_sarif_fingerprint_outlives_a_moved_line_and_another_severity() -> None:
    moved = replace(story.UNJUSTIFIED, line=40, column=1, severity=Severity.WARNING)

    def fingerprint(finding: Finding) -> object:
        report = replace(story.FAILING, features=(replace(story.FAILING_FEATURE, findings=(finding,)),))
        return as_sarif(report, story.CONTEXT)["runs"][0]["results"][0]["partialFingerprints"]

    assert fingerprint(moved) == fingerprint(story.UNJUSTIFIED)
    assert fingerprint(replace(moved, subject="VI")) != fingerprint(story.UNJUSTIFIED)


CODE_QUALITY = jsonschema_rs.validator_for(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": "^[^/]"},
                        "lines": {"type": "object", "required": ["begin"]},
                    },
                },
            },
        },
    }
)
"""The fields that GitLab reads: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""


def twice(finding: Finding) -> Report:
    """A report with a finding on two lines."""
    findings = (finding, replace(finding, line=(finding.line or 0) + 1))
    return replace(story.FAILING, features=(replace(story.FAILING_FEATURE, findings=findings),))


@pytest.mark.parametrize(
    "report",
    [story.FAILING, story.PASSING, story.NOT_A_FEATURE, twice(story.UNJUSTIFIED)],
    ids=["failing", "passing", "not a feature", "twice"],
)
def test_code_quality_has_gitlabs_fields_and_a_fingerprint_for_each_finding(report: Report) -> None:
    listed = json.loads(as_code_quality(report))
    CODE_QUALITY.validate(listed)
    assert len({each["fingerprint"] for each in listed}) == len(listed) == as_concise(report).count("\n")


def test_every_concise_line_has_path_line_severity_rule_and_message() -> None:
    hostile = replace(story.UNJUSTIFIED, path="specs/a\nb/plan.md", title=("One\nline \x1b[31mred",))
    text = as_concise(twice(hostile))
    assert len(text.splitlines()) == 2
    for line in text.splitlines():
        assert re.fullmatch(r"[^:]+:\d+: (error|warning|notice) [a-z-]+ \S.*", line)
    assert "\x1b" not in text


def test_the_report_for_an_agent_keeps_its_size_and_says_how_much_is_hidden() -> None:
    many = tuple(
        replace(story.UNJUSTIFIED, path=f"specs/{number:03}-x/plan.md", line=number, paste="| a | b | c |\n" * 9)
        for number in range(1, 200)
    )
    report = replace(story.FAILING, features=(replace(story.FAILING_FEATURE, findings=many),))
    text = as_agent_lines(report, story.CONTEXT)
    shown = text.count("\n  fix: ")
    assert tokens(text) <= 1_500
    assert f"and {199 - shown} more findings" in text


def test_the_report_for_an_agent_leaves_out_what_needs_no_act() -> None:
    notice = replace(story.UNJUSTIFIED, severity=Severity.NOTICE, title=("Only told",))
    text = as_agent_lines(twice(notice), story.CONTEXT)
    assert "Only told" not in text
    assert "fix:" not in text
