"""What machines read: the JSON contract as it is documented, SARIF as it is specified."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest

from bot.core.documents.plan import Placeholder
from bot.core.judging.findings import Finding, Report, Severity
from bot.core.speech.render import as_json, as_sarif
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
    report = as_json(replace(story.FAILING, features=(feature,)), story.CONTEXT.digest, "0.1.0")
    shown = report["features"][0]
    parts = [report, shown, *(shown[name][0] for name in ("artifacts", "findings", "principles"))]
    parts += [shown[name][0] for name in ("checks", "violations", "placeholders")]
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
