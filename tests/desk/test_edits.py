"""The edits of a finding, applied to its document: the finding is gone, or asks for the reason, and nothing is new."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.desk.test_check import check, report, write
from tests.stage import SPEC, SPEC_KIT, plan

if TYPE_CHECKING:
    from pathlib import Path

PLAN = "specs/001-search/plan.md"
ROW = "| I. Library First | the search index is bought | building one takes a year |\n"
TRACKED = plan("FAIL", "PASS", ROW).replace("I. Library First | the", "IX. Another | the")
PLANTED = {
    "violation": (TRACKED, "unjustified-violation", "incomplete-justification"),
    "violation without a table": (plan("FAIL"), "unjustified-violation", "incomplete-justification"),
    "reason beside it": (plan("FAIL, because the index is bought"), "inline-justification", "incomplete-justification"),
    "another branch": (plan().replace("`001-search`", "`002-search`"), "branch-mismatch", None),
    "another spec": (plan().replace("[spec.md](./spec.md)", "[spec](../000-old/spec.md)"), "mispointed-header", None),
    "example row": (
        plan("FAIL", "PASS", ROW + "| [e.g., 4th project] | [current need] | [why 3 projects insufficient] |\n"),
        "unresolved-placeholder",
        None,
    ),
}


def apply(text: str, edits: list[dict[str, Any]]) -> str:
    lines = text.splitlines()
    for edit in sorted(edits, key=lambda edit: -edit["line"]):
        lines[edit["line"] - 1 : edit["line"]] = edit["lines"]
    return "\n".join(lines) + "\n"


def apply_fix(text: str, fix: dict[str, Any]) -> str:
    """What an editor does with a SARIF fix."""
    lines = text.split("\n")
    for replacement in reversed(fix["artifactChanges"][0]["replacements"]):
        region = replacement["deletedRegion"]
        gone = region["endLine"] - region["startLine"] + ("endColumn" not in region)
        new = replacement.get("insertedContent", {"text": None})["text"]
        lines[region["startLine"] - 1 : region["startLine"] - 1 + gone] = [] if new is None else new.split("\n")
    return "\n".join(lines)


@pytest.mark.parametrize("name", PLANTED)
def test_an_applied_edit_mends_the_finding_and_plants_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    text, rule, asks = PLANTED[name]
    write(tmp_path, {**SPEC_KIT, "specs/001-search/spec.md": SPEC, "specs/000-old/spec.md": SPEC, PLAN: text})
    before = _findings(tmp_path, capsys)
    finding = next(finding for finding in before if finding["rule"] == rule)
    assert finding["edits"], before
    write(tmp_path, {PLAN: apply(text, finding["edits"])})
    after = _findings(tmp_path, capsys)
    assert finding["id"] not in {found["id"] for found in after}
    new = {found["rule"] for found in after} - {found["rule"] for found in before}
    assert new <= {asks}, after


@pytest.mark.parametrize("name", PLANTED)
def test_a_sarif_fix_is_the_edit(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    text, rule, _ = PLANTED[name]
    write(tmp_path, {**SPEC_KIT, "specs/001-search/spec.md": SPEC, "specs/000-old/spec.md": SPEC, PLAN: text})
    finding = next(finding for finding in _findings(tmp_path, capsys) if finding["rule"] == rule)
    _, out, _ = check(capsys, tmp_path, "--feature", "specs/001-search", "--format", "sarif")
    results = json.loads(out)["runs"][0]["results"]
    (fix,) = next(result["fixes"] for result in results if result["ruleId"] == rule)
    assert apply_fix(text, fix) == apply(text, finding["edits"])


def _findings(root: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    _, found = report(capsys, root, "--feature", "specs/001-search")
    findings: list[dict[str, Any]] = found["features"][0]["findings"]
    return findings
