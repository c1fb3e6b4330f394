"""Whatever a repository holds: a verdict, in bounded time, and the same one every time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.change.trees import MAX_DOCUMENT_BYTES, Kind
from bot.core.config.model import RepositoryConfig, RuleLevel
from bot.core.judging.caps import at_most, with_level
from bot.core.judging.digest import digest
from bot.core.judging.findings import Report, Severity
from bot.rules import RULES
from tests.core.stories import DIR, FEATURE, MAIN, PLAN, found, judged, severities
from tests.effort import bounded_work

if TYPE_CHECKING:
    from bot.core.judging.rule import Rule
    from tests.core.changes import Files

_ALL = {**MAIN, **FEATURE}
_HARDNESS = [Severity.NOTICE, Severity.WARNING, Severity.ERROR]
_PIECES = st.sampled_from(
    [
        "## Constitution Check\n",
        "| Principle | Status | Notes |\n|---|---|---|\n",
        "| VII. Simplicity | ❌ FAIL | |\n",
        "| VI. Data Protection | | |\n",
        "- [ ] III. Test-First: FAIL\n",
        "## Complexity Tracking\n",
        "| Violation | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n",
        "| VII | - | |\n",
        "```text\n",
        "├── research.md\n",
        "├── contracts/ # N/A: none\n",
        "**Branch**: `019-x` | **Spec**: [spec](../016-carrier-labels/spec.md)\n",
        "**Storage**: NEEDS CLARIFICATION\n",
        "<!-- ",
        "# Implementation Plan: [FEATURE]\n",
        "- **FR-001**: x [NEEDS CLARIFICATION: y]\n",
        "\0",
        "\r\n\n",
    ]
)
_TEXT = st.lists(st.one_of(_PIECES, st.text(max_size=30)), max_size=12).map("".join)
_FILES = ["plan.md", "spec.md", "tasks.md", "research.md", "contracts/a.yaml", "../../etc/passwd", "a\0b.md", ""]
_NAME = st.one_of(st.sampled_from(_FILES), st.text(max_size=20))
_TREE = st.dictionaries(
    st.tuples(st.sampled_from([DIR, "specs/018-b", "specs/019-", "specs", "src", "."]), _NAME).map("/".join),
    st.one_of(_TEXT, st.sampled_from(Kind), st.binary(max_size=20)),
    max_size=8,
)
(_SOME_FINDING,) = found(judged({**_ALL, f"{DIR}/research.md": ""}), "missing-artifact")
_RELAXED = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])


def _sound(report: Report) -> None:
    known = {rule.id for rule in RULES}
    for finding in report.all_findings():
        assert finding.rule in known
        assert finding.title
        assert finding.line is None or finding.line > 0


@_RELAXED
@given(_TREE, st.one_of(st.none(), _TREE), st.text(max_size=120), st.booleans())
def test_no_tree_and_no_name_raise(head: Files, base: Files | None, branch: str, queued: bool) -> None:
    against = None if base is None else {**MAIN, **base}
    report = judged({**MAIN, **head}, against, head_branch=branch, merge_group=queued)
    _sound(report)
    again = judged({**MAIN, **head}, against, head_branch=branch, merge_group=queued)
    assert digest(report, RULES) == digest(again, RULES)


@_RELAXED
@given(_TEXT, _TEXT, _TEXT)
def test_no_documents_raise(plan: str, spec: str, tasks: str) -> None:
    _sound(judged({**_ALL, PLAN: plan, f"{DIR}/spec.md": spec, f"{DIR}/tasks.md": tasks}))


@_RELAXED
@given(_TEXT)
def test_a_change_that_only_touches_a_feature_never_blocks(text: str) -> None:
    report = judged({**_ALL, f"{DIR}/tasks.md": text, "a.rs": "x"}, _ALL, head_branch="tidy")
    assert all(finding.severity is not Severity.ERROR for finding in report.all_findings())


@_RELAXED
@given(_TEXT)
def test_caps_only_ever_lower(text: str) -> None:
    head = {**_ALL, PLAN: text, "a.rs": "x"}
    free = {(f.rule, f.subject, f.line): f.severity for f in judged(head).all_findings()}
    for report in (judged(head, since=99), judged(head, merge_group=True), judged(head, {**_ALL, PLAN: text})):
        for finding in report.all_findings():
            before = free.get((finding.rule, finding.subject, finding.line))
            assert before is None or _HARDNESS.index(finding.severity) <= _HARDNESS.index(before)


@given(st.sampled_from(_HARDNESS), st.sampled_from(_HARDNESS), st.sampled_from(RuleLevel), st.sampled_from(RULES))
def test_a_level_takes_the_rules_own_place_and_raises_nothing_else(
    own: Severity, cap: Severity, level: RuleLevel, rule: Rule
) -> None:
    assert _HARDNESS.index(at_most(own, cap)) == min(_HARDNESS.index(own), _HARDNESS.index(cap))
    finding = replace(_SOME_FINDING, severity=own)
    levelled = with_level(finding, rule, RepositoryConfig(rules={rule.id: level}))
    if level is RuleLevel.OFF:
        assert levelled is None
    else:
        assert levelled is not None
        highest = at_most(Severity(level.value), rule.ceiling)
        wanted = highest if own is rule.severity else at_most(own, highest)
        assert levelled.severity is wanted


def test_a_plan_beyond_the_limit_is_refused_with_its_size() -> None:
    report = judged({**_ALL, PLAN: "x" * (2 * MAX_DOCUMENT_BYTES)})
    assert ("unreadable-document", "error") in severities(report)
    (finding,) = found(report, "unreadable-document")
    assert "2,000,000 bytes" in str(finding.why)


@pytest.mark.parametrize("content", [b"# Plan\0", b"\xff\xfe#", b"# Pl\xe4n"], ids=["NUL", "UTF-16", "Latin-1"])
def test_what_is_no_utf_8_is_refused(content: bytes) -> None:
    assert ("unreadable-document", "error") in severities(judged({**_ALL, PLAN: content}))


def test_a_linked_specs_folder_is_not_followed_and_does_not_hide_the_plan() -> None:
    report = judged({"specs": Kind.SYMLINK, "a.rs": "x"}, MAIN)
    assert ("unreadable-document", "error") in severities(report)
    assert found(report, "missing-artifact") == []


def test_names_that_lead_out_of_the_repository_are_only_names() -> None:
    head = {**_ALL, f"{DIR}/../../../etc/plan.md": "# x", "../outside/plan.md": "# y"}
    assert judged(head).features[0].feature.dir == DIR


def test_a_branch_name_of_244_bytes_gets_its_verdict() -> None:
    branch = ("021-" + "再試行" * 40)[:84]
    assert len(branch.encode()) == 244
    report = judged({**MAIN, "a.rs": "x"}, head_branch=branch)
    assert ("missing-artifact", "error") in severities(report)


@pytest.mark.slow
@pytest.mark.parametrize(
    "rows",
    ["| VII. Simplicity | ❌ FAIL | |\n", "| x | PASS | |\n", "├── research.md\n", "- [ ] T001 [US9] FR-999\n"],
    ids=["fails", "rows", "tree", "tasks"],
)
def test_twenty_thousand_lines_take_seconds_at_most(rows: str) -> None:
    table = "## Constitution Check\n\n| Principle | Status | Notes |\n|---|---|---|\n"
    text = table + rows * min(20_000, (MAX_DOCUMENT_BYTES - 200) // len(rows.encode()))
    with bounded_work():
        judged({**_ALL, PLAN: text, f"{DIR}/tasks.md": rows * 20_000})


def test_a_large_repository_costs_no_more_than_its_names() -> None:
    names = {f"src/{number % 200}/{number}.rs": Kind.FILE for number in range(50_000)}
    features = {f"specs/{number:03d}-x/plan.md": FEATURE[PLAN] for number in range(200, 230)}
    with bounded_work():
        report = judged({**_ALL, **names, **features}, {**MAIN, **names})
        assert len(report.features) == 31
