"""Turn a labelled pass into a violation, as a person would write it, and compare Plangate's findings about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.text.prose import plain
from tools.accuracy.measures import OF_A_BREACH, grep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.judging.findings import FeatureReport
    from tools.accuracy.labels import Label, LabelledPlan
    from tools.accuracy.tally import Tally

OPPOSITES = (
    ("✅ PASSED", "❌ FAILED"),
    ("✅ PASS", "❌ FAIL"),
    ("✅ Pass", "❌ Fail"),
    ("✅ COMPLIANT", "❌ VIOLATION"),
    ("✅ Compliant", "❌ Violation"),
    ("✅ 通过", "❌ 不通过"),
    ("✅ 通過", "❌ 不通過"),
    ("✅ Cumple", "❌ No cumple"),
    ("✅ Pasa", "❌ No pasa"),
    ("✅ OK", "❌ FAIL"),
    ("PASS", "FAIL"),
    ("COMPLIANT", "NON-COMPLIANT"),
    ("✅", "❌"),
    ("✓", "✗"),
    ("Pass", "Fail"),
)
"""A status and its opposite, longer ones first."""
LIMIT = 200
"""The most violations that are planted."""
_EACH = 6
"""The most violations that are planted in one plan, each by itself."""
_HEADER = "| Violation | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n"
_REASON = "the partner's deadline leaves no other way this quarter | a shared module would delay three teams"
_REPAIRED = " The existing code violates this today; this feature repairs it."
_RETAKEN = """
## Constitution Check (Post-Design Re-evaluation)

| Principle | Status | Notes |
|---|---|---|
| {} | ✅ PASS | resolved by the design |
"""
_TRACKING = re.compile(r"^(#{2,4})\s.*complexity tracking.*$", re.IGNORECASE | re.MULTILINE)


def planted(plans: list[LabelledPlan]) -> Iterator[tuple[LabelledPlan, Label, str]]:
    """Plans, each with the item to change and its new line: one item of each plan, then a second one, and so on."""
    count = 0
    for turn in range(_EACH):
        for plan in plans:
            items = _turnable(plan)
            if turn >= len(items) or count >= LIMIT:
                continue
            item = items[(turn * 7) % len(items)]
            lines = plan.text.splitlines()
            line = _turned(lines[item["line"] - 1]) if item["line"] <= len(lines) else None
            if line is not None:
                count += 1
                yield plan, item, line


def _turnable(plan: LabelledPlan) -> list[Label]:
    """The items that pass in a word or mark, name a principle, and are not answered again by a re-check."""
    label = plan.label
    if label.get("template_prefilled") or label.get("constitution_mismatch"):
        return []
    items = label["constitution_check"]["items"]
    known = {principle["id"] for principle in label["principles"]}
    again = {item["principle"] for item in items if item.get("phase") == "post"}
    return [
        item
        for item in items
        if item["status"] == "pass"
        and item.get("explicit")
        and item.get("phase", "pre") == "pre"
        and item["principle"] in known - again
    ]


def _turned(line: str) -> str | None:
    return next((line.replace(old, new) for old, new in OPPOSITES if line.count(old) == 1), None)


def score_plant(plan: LabelledPlan, item: Label, line: str, tally: Tally) -> None:
    """What is said of one planted violation: bare, justified, repaired and taken back."""
    principle = next(p for p in plan.label["principles"] if p["id"] == item["principle"])
    title = f"{principle['id']}. {principle['name']}"
    number, half = item["line"], plan.half
    lines = plan.text.splitlines()
    bare = "\n".join([*lines[: number - 1], line, *lines[number:]]) + "\n"

    def count(measure: str, text: str, allowed: set[str], at: int = number) -> None:
        level = _level(plan.report_on(text), at, principle["name"])
        what = f"{plan.name}:{number}: {level}"
        tally.add(f"planted: {measure}", half, right=level in allowed, what=what)
        wanted = "error" in allowed or measure == "seen"
        tally.add(f"grep: planted: {measure}", half, right=grep(text) == wanted)

    if plan.label["constitution_check"]["overall"] is None:
        count("blocks", bare, {"error"})
    else:
        count("seen", bare, {"error", "warning"})
    section = _TRACKING.search(bare)
    row = f"{_HEADER}| {title} | {_REASON} |\n"
    if not principle["non_negotiable"] and section is None:
        count("justified, silent", f"{bare}\n## Complexity Tracking\n\n{row}", {"silent", "notice"})
    elif not principle["non_negotiable"] and section is not None:
        end = re.compile(rf"^#{{1,{len(section[1])}}}\s", re.MULTILINE).search(bare, section.end())
        rest = bare[end.start() :] if end else ""
        text = f"{bare[: section.end()]}\n\n{row}\n{rest}"
        at = number if bare.count("\n", 0, section.start()) >= number else text.splitlines().index(line) + 1
        count("justified in place, silent", text, {"silent", "notice"}, at)
    if "|" not in line:
        count("repaired, no error", bare.replace(line, line + _REPAIRED, 1), {"silent", "notice", "warning"})
    count("taken back, no error", bare + _RETAKEN.format(title), {"silent", "notice", "warning"})


def _level(report: FeatureReport, line: int, name: str) -> str:
    """The most severe finding about a violation at the line or with the principle's name."""
    levels = {
        finding.severity.value
        for finding in report.findings
        if finding.rule in OF_A_BREACH
        and (abs((finding.line or 0) - line) <= 1 or name in plain((*finding.title, *finding.why, *finding.fix)))
    }
    return next((level for level in ("error", "warning", "notice") if level in levels), "silent")
