"""Compare reports with labels: which items were read correctly, and which findings are right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.judging.findings import FeatureReport, Finding
    from tools.accuracy.labels import Label, LabelledPlan
    from tools.accuracy.tally import Tally

VERDICTS = {
    "pass": "pass",
    "fail": "violation",
    "partial": "partial",
    "na": "na",
    "pending": "pending",
    "unknown": "unanswered",
}
"""Plangate's verdict, by the label's word."""
OF_A_BREACH = frozenset({"unjustified-violation", "inline-justification", "non-negotiable-violated"})
_OF_A_BLANK = frozenset({"unresolved-placeholder", "unresolved-clarification"})
SILENT_VERDICTS = frozenset({"no_violation", "justified_in_tracking"})
_BREACH = frozenset({"violation", "partial"})
_WORDS = re.compile(r"FAIL|VIOLATION")


def near(line: int | None, lines: Iterable[int]) -> int | None:
    """The line that a label means, among these lines; labels may be one line off."""
    known = set(lines)
    return next((at for at in (line, (line or 0) - 1, (line or 0) + 1) if at in known), None)


def grep(text: str) -> bool:
    """Whether FAIL or VIOLATION stands in the section: a team's own ten-line check would block on that."""
    start = re.search(r"^(#{1,4})[^\n]*constitution[^\n]*$", text, re.IGNORECASE | re.MULTILINE)
    if start is None:
        return False
    rest = text[start.end() :]
    end = re.search(rf"^#{{1,{len(start[1])}}}\s", rest, re.MULTILINE)
    return _WORDS.search(rest[: end.start()] if end else rest) is not None


def score_plan(plan: LabelledPlan, tally: Tally) -> None:
    """The measures of reading on one plan of `gold.jsonl`."""
    label, report, half = plan.label, plan.report, plan.half
    checks = {check.line: check for check in report.checks}
    used = set()
    for item in label["constitution_check"]["items"]:
        at = near(item["line"], checks)
        used.add(at)
        wanted, got = VERDICTS[item["status"]], checks[at].verdict.value if at is not None else "nothing"
        tally.add("check items found", half, right=at is not None)
        what = f"{plan.name}:{item['line']}: {wanted}, read as {got}"
        tally.add("check items with the right verdict", half, right=got == wanted, what=what)
        if wanted in _BREACH:
            tally.add("violations and partials seen", half, right=got in _BREACH)
    for line, check in checks.items():
        what = f"{plan.name}:{line}: no item, read as {check.verdict.value}"
        tally.add("check items that are real", half, right=line in used, what=what)
    _score_principles(plan, tally)
    _score_lines(tally, half, "placeholders", label["placeholders"], [hole.line for hole in report.placeholders])
    absent = {artifact.name for artifact in report.artifacts if artifact.state in {"missing", "empty"}}
    tally.add("artifact lists exact", half, right=absent == set(label["missing_artifacts"]), what=plan.name)
    rows = {row.line: row for row in report.violations}
    _score_lines(tally, half, "tracking rows", label["violations_declared"], list(rows))
    for violation in label["violations_declared"]:
        at = near(violation["line"], rows)
        right = at is not None and rows[at].complete == violation["justified"]
        tally.add("tracking rows judged right", half, right=right, what=f"{plan.name}:{violation['line']}")
    flagged = any(finding.rule in OF_A_BREACH and finding.severity == "error" for finding in report.findings)
    admitted = bool(label["unjustified_violations"])
    tally.add("plans: unjustified or not, right", half, right=flagged == admitted, what=plan.name)
    tally.add("grep: plans: unjustified or not, right", half, right=grep(plan.text) == admitted)


def _score_principles(plan: LabelledPlan, tally: Tally) -> None:
    principles = {principle.line: principle for principle in plan.report.constitution.principles}
    labels = plan.label["principles"]
    _score_lines(tally, plan.half, "principles", labels, list(principles))
    for label in labels:
        at = near(label["line"], principles)
        if label["nn_where"] in {None, "heading"}:
            right = at is not None and principles[at].non_negotiable == label["non_negotiable"]
            tally.add("principles whose strength is right", plan.half, right=right, what=plan.name)


def _score_lines(tally: Tally, half: str, what: str, labels: list[dict[str, int]], lines: list[int]) -> None:
    wanted = {label["line"] for label in labels}
    for line in wanted:
        tally.add(f"{what} found", half, right=near(line, lines) is not None)
    for line in set(lines):
        tally.add(f"{what} that are real", half, right=near(line, wanted) is not None)


def score_hard_plan(plan: LabelledPlan, tally: Tally) -> None:
    """The measures of verdicts on one plan of `gold_violations.jsonl`, which were chosen for their bad marks."""
    verdict, half = plan.label["verdict"], plan.half
    levels = {finding.severity.value for finding in plan.report.findings if finding.rule in OF_A_BREACH}
    loud, blocks = bool(levels & {"error", "warning"}), grep(plan.text)
    what = f"{plan.name}: {verdict}, Plangate says {', '.join(sorted(levels)) or 'nothing'}"
    if verdict in {"unjustified", "mixed", "inline_only"}:
        soft = verdict != "unjustified" or all(item["status"] != "fail" for item in plan.label["flagged"])
        tally.add("hard plans: real ones caught", half, right=loud if soft else "error" in levels, what=what)
        tally.add("grep: hard plans: real ones caught", half, right=blocks)
        return
    tally.add("hard plans: no false alarm", half, right="error" not in levels, what=what)
    tally.add("grep: hard plans: no false alarm", half, right=not blocks)
    if verdict in SILENT_VERDICTS:
        tally.add("hard plans: silent when nothing is wrong", half, right=not loud, what=what)
    elif verdict == "pending":
        tally.add("hard plans: quiet when only pending", half, right=not loud, what=what)


def score_findings(plan: LabelledPlan, tally: Tally) -> None:
    """Whether each finding is right, for the rules whose truth the labels hold."""
    for finding in plan.report.findings:
        right = _is_right(finding, plan.label, plan.report)
        if right is not None and finding.severity != "notice":
            what = f"{plan.name}:{finding.line or ''}"
            tally.add(f"{finding.rule} ({finding.severity.value})", plan.half, right=right, what=what)


def _is_right(finding: Finding, label: Label, report: FeatureReport) -> bool | None:
    """Whether the labels confirm a finding; None if they do not cover its rule."""
    items = label["constitution_check"]["items"]
    if finding.rule == "missing-artifact":
        return finding.subject in label["missing_artifacts"]
    if finding.rule == "missing-constitution-check":
        return not items
    if finding.rule == "unfilled-plan":
        unfilled = label["constitution_check"]["overall"] == "unfilled" or label["template_prefilled"]
        return unfilled or len(label["placeholders"]) >= len(report.placeholders)
    lines = _right_lines(finding, label)
    return None if lines is None else near(finding.line, lines) is not None


def _right_lines(finding: Finding, label: Label) -> list[int] | None:
    """The lines at which a finding of this rule is right; None if the labels do not cover the rule."""
    rows = label["violations_declared"]
    if finding.rule in OF_A_BREACH:
        items = label["constitution_check"]["items"]
        return [
            *(item["line"] for item in items if VERDICTS[item["status"]] in _BREACH),
            *(row["line"] for row in rows),
        ]
    if finding.rule == "incomplete-justification":
        return [row["line"] for row in rows if not row["justified"]]
    if finding.rule in _OF_A_BLANK and finding.path == label["plan_path"]:
        return [hole["line"] for hole in label["placeholders"]]
    return None
