"""The schema of the report is the one of the model, and it refuses what is no report."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from bot.core.speech.report.json_report import json_text
from tests.core.speech.render import story
from tools.docs.report_schema import PATH, schema, schema_text

if TYPE_CHECKING:
    from bot.core.judging.findings import Report

ROOT = Path(__file__).parents[2]
VALIDATOR = jsonschema_rs.Draft202012Validator(schema())


def test_the_committed_file_is_the_generated_one() -> None:
    if os.environ.get("UPDATE"):
        (ROOT / PATH).write_text(schema_text(), encoding="utf-8")
    assert (ROOT / PATH).read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize(
    "report",
    [story.FAILING, story.PASSING, story.COLLIDING, story.UNFILLED_REPORT, story.NOT_A_FEATURE],
    ids=["failing", "passing", "collision", "unfilled", "not a feature"],
)
def test_a_report_is_valid(report: Report) -> None:
    VALIDATOR.validate(_written(report))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("conclusion", "green"),
        ("digest", "sha256:1"),
        ("head", "main"),
        ("features.0.stage", "thinking"),
        ("features.0.findings.0.severity", "fatal"),
        ("features.0.findings.0.line", 0),
        ("features.0.findings.0.id", "one"),
        ("inputs.configuration", None),
    ],
)
def test_the_schema_refuses(place: str, value: object) -> None:
    report = _written(story.FAILING)
    *above, name = place.split(".")
    node = report
    for part in above:
        node = node[int(part)] if part.isdecimal() else node[part]
    node[name] = value
    assert not VALIDATOR.is_valid(report)


def test_a_reader_skips_fields_that_it_does_not_know() -> None:
    assert VALIDATOR.is_valid({**_written(story.FAILING), "later": True})


def test_the_schema_names_no_class_of_the_code() -> None:
    assert "Json" not in schema_text().replace("JsonSchema", "")


def _written(report: Report) -> Any:
    return json.loads(json_text(report, "sha256:" + "5d" * 32, "0.1.0", story.INPUTS_OF_AN_APP))
