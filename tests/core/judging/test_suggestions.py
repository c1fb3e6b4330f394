"""Every suggestion keeps its promise: the finding goes, or a cell is left to fill, and nothing new comes."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.change.shown_lines import shown_lines
from bot.core.config.model import ArtifactLevel, RepositoryConfig
from bot.core.judging.judge import judge
from bot.core.judging.suggestions import MOST, Suggestion, suggestions
from bot.core.speech.render import RenderContext
from bot.core.speech.render.suggestions import suggestion_key, suggestion_text
from bot.rules import RULES
from bot.sandbox.acts.reviews import suggestion
from tests.core.changes import change
from tests.core.stories import DIR, FEATURE, MAIN, PLAN, SOURCES, TEMPLATE
from tests.effort import bounded_work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.core.change.trees import Change
    from bot.core.judging.findings import Report

SPEC, TASKS = f"{DIR}/spec.md", f"{DIR}/tasks.md"
OTHER = {"specs/016-labels/spec.md": "# Labels\n", "specs/016-labels/plan.md": "# Plan\n"}
WHOLE = {**MAIN, **OTHER, **FEATURE}
CONFIG = RepositoryConfig(artifacts={"data-model.md": ArtifactLevel.REQUIRED})
ROWS = FEATURE[PLAN].splitlines(keepends=True)[-2:]
ENTITIES = FEATURE[SPEC].partition("### Key Entities")[0]
SECTION = FEATURE[PLAN].partition("## Complexity Tracking")[0]
EMPTY_CELL = "incomplete-justification"

Files = dict[str, str]


def replaced(path: str, *pairs: tuple[str, str]) -> Callable[[Files], Files]:
    """Plant by replacing the first occurrence of each text, where it is there."""

    def plant(files: Files) -> Files:
        text = files[path]
        for old, new in pairs:
            text = text.replace(old, new, 1)
        return {**files, path: text}

    return plant


def _without_entities(files: Files) -> Files:
    left = {path: text for path, text in files.items() if path != f"{DIR}/data-model.md"}
    return {**left, SPEC: ENTITIES + files[SPEC].partition("- **Schedule**: when the next attempt is due.\n")[2]}


FAILED = "| ❌ FAIL | adds `ferry-retry`, the 4th crate |"
SOLVED = "| FAIL | Justification: the crate is bought. Rejected alternative: building it takes a year |"
PLANTS: dict[str, tuple[str, Callable[[Files], Files]]] = {
    "header": ("branch-mismatch", replaced(PLAN, ("**Branch**: `018-webhook-retry`", "**Branch**: `017-labels`"))),
    "spec link": ("mispointed-header", replaced(PLAN, ("(./spec.md)", "(../016-labels/spec.md)"))),
    "input": ("unresolved-placeholder", replaced(PLAN, ("/specs/018-webhook-retry/", "/specs/[###-feature-name]/"))),
    "branch": ("unresolved-placeholder", replaced(PLAN, ("`018-webhook-retry` |", "`[###-feature-name]` |"))),
    "reason": ("inline-justification", replaced(PLAN, (ROWS[0], ""), (FAILED, SOLVED))),
    "no reason": ("unjustified-violation", replaced(PLAN, (ROWS[0], ""))),
    "no row": ("inline-justification", replaced(PLAN, (ROWS[1], ""))),
    "no section": ("unjustified-violation", replaced(PLAN, (FEATURE[PLAN].removeprefix(SECTION), ""))),
    "tick": ("stale-tick", replaced(TASKS, ("ferry-retry/src/schedule.rs", "ferry-retry/src/attempt.rs"))),
    "requirement": ("duplicate-id", replaced(SPEC, ("- **FR-002**", "- **FR-001**"))),
    "task": ("duplicate-id", replaced(TASKS, ("T002", "T001"))),
    "data model": ("missing-artifact", _without_entities),
}

IN_PLAN = sorted(set(PLANTS) - {"tick", "requirement", "task", "data model"})


def report_on(files: Mapping[str, str]) -> Report:
    return judged(changed(files))


def changed(files: Mapping[str, str]) -> Change:
    return change(dict(files), {**MAIN, **OTHER}, head_branch="018-webhook-retry", pull_request=1, whole=True)


def judged(about: Change) -> Report:
    return judge(about, CONFIG, RULES, TEMPLATE, sources=SOURCES)


def everything(files: Mapping[str, str]) -> dict[str, dict[int, str]]:
    """What the diff shows of documents that are new: all of their lines."""
    return {
        path: shown_lines("@@ -0,0 +1,9 @@\n" + "\n".join(f"+{line}" for line in files[path].split("\n")))
        for path in (PLAN, SPEC, TASKS)
    }


def offered(files: Mapping[str, str], shown: Mapping[str, Mapping[int, str]] | None = None) -> tuple[Suggestion, ...]:
    return suggestions(changed(files), everything(files) if shown is None else shown, judged)


def accepted(files: Mapping[str, str], chosen: Sequence[Suggestion]) -> Files:
    """The files after these are committed: whole lines in the place of whole lines."""
    after = dict(files)
    for each in sorted(chosen, key=lambda each: -each.line):
        lines = after[each.path].split("\n")
        assert tuple(lines[each.line - 1 : each.end_line]) == each.replaced
        after[each.path] = "\n".join([*lines[: each.line - 1], *each.lines, *lines[each.end_line :]])
    return after


def counted(report: Report) -> Counter[tuple[str, str, str]]:
    return Counter((finding.rule, finding.path, finding.subject) for finding in report.all_findings())


def assert_promise(files: Mapping[str, str], every: Sequence[Suggestion], chosen: Sequence[Suggestion]) -> None:
    """The findings that only these settle are gone, and nothing is new but a cell to fill."""
    before, after = counted(report_on(files)), counted(report_on(accepted(files, chosen)))
    settled = {(f.rule, f.path, f.subject) for each in chosen for f in each.findings}
    others = {(f.rule, f.path, f.subject) for each in every if each not in chosen for f in each.findings}
    assert all(after[identity] < before[identity] for identity in settled - others)
    parts = {rule for rule, _, _ in settled & others}
    assert {rule for rule, _, _ in after - before} <= {EMPTY_CELL} | parts


@pytest.mark.parametrize("plant", PLANTS)
def test_each_kind_is_suggested_and_settled(plant: str) -> None:
    rule, sow = PLANTS[plant]
    files = sow(WHOLE)
    every = offered(files)
    assert rule in {finding.rule for each in every for finding in each.findings}
    assert_promise(files, every, every)


def test_a_plan_in_order_gets_none() -> None:
    assert offered(WHOLE) == ()


def test_two_faults_on_one_line_are_one_suggestion() -> None:
    files = PLANTS["spec link"][1](PLANTS["header"][1](WHOLE))
    (each,) = offered(files)
    assert each.lines == (WHOLE[PLAN].splitlines()[2],)


def test_neighbours_of_one_finding_are_one_range_and_lines_apart_are_two() -> None:
    ticks = WHOLE[TASKS].replace("crates/ferry-retry/src/schedule.rs", "crates/ferry-retry/src/attempt.rs")
    near = ticks.replace("- [x] T002", "- [ ] T002")
    assert [(each.line, each.end_line) for each in offered({**WHOLE, TASKS: near})] == [(6, 7)]
    apart = ticks.replace("- [x] T001", "- [ ] T001")
    every = offered({**WHOLE, TASKS: apart})
    assert [(each.line, each.end_line) for each in every] == [(5, 5), (7, 7)]
    for each in every:
        assert_promise({**WHOLE, TASKS: apart}, every, [each])


def test_a_row_that_would_make_the_check_red_is_not_suggested() -> None:
    approved = (
        WHOLE[PLAN].replace(ROWS[0], "").replace("the 4th crate |", "the 4th crate; approved by the architects |")
    )
    report = report_on({**WHOLE, PLAN: approved})
    (finding,) = [each for each in report.all_findings() if each.rule == "inline-justification"]
    assert finding.edits
    assert offered({**WHOLE, PLAN: approved}) == ()


def test_a_line_that_is_not_shown_to_the_letter_is_left_alone() -> None:
    files = PLANTS["header"][1](WHOLE)
    lines = everything(files)
    assert offered(files, {PLAN: {**lines[PLAN], 3: lines[PLAN][3] + " "}}) == ()
    assert offered(files, {PLAN: {number: line for number, line in lines[PLAN].items() if number != 3}}) == ()
    assert len(offered(files, {PLAN: {3: lines[PLAN][3]}})) == 1


def test_the_key_outlives_a_move_and_changes_with_the_lines() -> None:
    files = PLANTS["header"][1](WHOLE)
    (first,) = offered(files)
    (moved,) = offered({**files, PLAN: files[PLAN].replace("\n", "\n\nBegun.\n", 1)})
    (other,) = offered({**files, PLAN: files[PLAN].replace("017", "016")})
    assert (first.line + 2, first.key) == (moved.line, moved.key)
    assert other.key != first.key


@pytest.mark.slow
@pytest.mark.parametrize("pair", list(combinations(IN_PLAN, 2)), ids="+".join)
def test_any_two_settle_together_and_one_by_one(pair: tuple[str, str]) -> None:
    files: Files = dict(WHOLE)
    for plant in pair:
        files = PLANTS[plant][1](files)
    every = offered(files)
    assert_promise(files, every, every)
    for each in every:
        assert_promise(files, every, [each])


WORDS = st.text(
    st.one_of(st.sampled_from("`|~\\[]#*_ \t\u00a0\u200b\u202e\r\x85\u2028é倒❌"), st.characters(codec="utf-8")),
    max_size=40,
).filter(lambda text: "\n" not in text)


@pytest.mark.slow
@settings(max_examples=40)
@given(
    plants=st.sets(st.sampled_from(sorted(PLANTS)), min_size=1, max_size=6),
    noise=st.lists(st.tuples(st.sampled_from([PLAN, SPEC, TASKS]), st.integers(0, 90), WORDS), max_size=6),
    reason=WORDS,
    end=st.sampled_from(["", "\n", "\n\n"]),
    hidden=st.sets(st.integers(1, 70), max_size=10),
)
def test_whatever_the_documents_say(
    plants: set[str], noise: list[tuple[str, int, str]], reason: str, end: str, hidden: set[int]
) -> None:
    files: Files = dict(WHOLE)
    for plant in sorted(plants):
        files = PLANTS[plant][1](files)
    for path, place, words in noise:
        lines = files[path].split("\n")
        lines.insert(min(place, len(lines)), words)
        files[path] = "\n".join(lines)
    files[PLAN] = files[PLAN].replace("the crate is bought", f"the crate {reason} is bought").rstrip("\n") + end
    shown = {
        path: {number: line for number, line in lines.items() if number not in hidden}
        for path, lines in everything(files).items()
    }
    every = offered(files, shown)
    assert len(every) <= MOST
    for each in every:
        assert {number: shown[each.path][number] for number in range(each.line, each.end_line + 1)}
        text = suggestion_text(each, RenderContext())
        assert suggestion(text) == list(each.lines)
        assert suggestion_key(text) == each.key
        assert_promise(files, every, [each])
    assert_promise(files, every, every)


@pytest.mark.slow
def test_many_findings_are_tried_up_to_a_bound() -> None:
    """A judgement costs what it costs; how many there are does not grow with the document."""
    doubles = "".join(f"- **FR-{n:03d}**: It MUST {n}.\n\n- **FR-{n:03d}**: It MUST.\n\n" for n in range(10, 40))
    files = {**WHOLE, SPEC: WHOLE[SPEC].replace("## Success Criteria", f"{doubles}## Success Criteria")}
    count = 0

    def counting(about: Change) -> Report:
        nonlocal count
        count += 1
        return judged(about)

    every = suggestions(changed(files), everything(files), counting)
    assert len(every) == MOST
    assert count <= 1 + 15 + MOST + 1


@pytest.mark.parametrize(
    ("patch", "shown"),
    [
        ("@@ -1,2 +1,3 @@\n a\n+b\n c", {1: "a", 2: "b", 3: "c"}),
        ("@@ -5 +5,2 @@ def f():\n-x\n+y\n+\n\\ No newline at end of file", {5: "y", 6: ""}),
        ("@@ -1 +1 @@\n-a\n+b\n@@ -9,2 +9,2 @@\n z\n-y\n+@@ -1 +1 @@", {1: "b", 9: "z", 10: "@@ -1 +1 @@"}),
        ("Binary files differ", {}),
        ("", {}),
        ("+a\n b", {}),
        ("@@ -1 +99999999999999999999 @@\n+a", {}),
    ],
)
def test_the_lines_that_a_patch_shows(patch: str, shown: dict[int, str]) -> None:
    assert shown_lines(patch) == shown


def test_a_patch_of_a_megabyte_is_read_once() -> None:
    with bounded_work():
        assert len(shown_lines("@@ -1 +1 @@\n" + "+a\n" * 300_000)) == 300_000
