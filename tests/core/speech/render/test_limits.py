"""Reports far beyond what anybody writes: cut at a whole finding, counted, worst first, in bounded time."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.core.documents.plan import Check, Phase, Verdict
from bot.core.judging.findings import Finding, Severity
from bot.core.speech.render import Style, check_run, sticky, terminal, title
from bot.core.speech.render.check_run import largest
from bot.core.speech.render.excerpt import excerpt
from bot.core.text.prose import Code, Name
from bot.core.yardstick.constitution import Principle
from tests.core.speech.render import story
from tests.core.speech.render.shown import show
from tests.effort import bounded_work

MANY = tuple(
    replace(
        story.UNANSWERED,
        line=number,
        severity=Severity.WARNING if number % 2 else Severity.ERROR,
        title=(Name(f"{number}. A principle with a name " + "é" * 150), " is unanswered"),
        subject=str(number),
        column=None,
        fix=(f"Answer number {number}.",),
    )
    for number in range(1, 2_001)
)
ALIKE = tuple(replace(finding, fix=story.UNANSWERED.fix) for finding in MANY)
FLOOD = replace(story.FAILING, features=(replace(story.FAILING_FEATURE, findings=MANY),))


def test_a_flood_of_findings_is_cut_at_a_whole_one_and_counted() -> None:
    run = check_run(FLOOD, story.CONTEXT)
    assert 60_000 < len(run.summary.encode()) <= 65_535
    shown = [line for line in run.summary.splitlines() if line[:1].isdigit()]
    assert all(line.endswith("[unanswered-principle][r1]") for line in shown)
    assert f"and {2_000 - len(shown)} more in the [full report][rep]" in run.summary
    assert run.summary.rstrip().endswith("[false]: https://plangate.example/r/5d1e0c97/wrong")
    assert run.title == "1000 principles unanswered"


def test_a_flood_of_one_kind_is_one_entry() -> None:
    report = replace(story.FAILING, features=(replace(story.FAILING_FEATURE, findings=ALIKE),))
    run = check_run(report, story.CONTEXT)
    entry = next(line for line in run.summary.splitlines() if line.startswith("1. "))
    assert entry.startswith("1. ❌ **1000 principles unanswered: 2, 4, 6, 8, 10, 12 and 994 more** (")
    assert "and 996 more)" in entry
    assert len(run.summary.encode()) < 8_000


def test_without_a_report_page_the_rest_is_on_the_desk() -> None:
    run = check_run(FLOOD, replace(story.CONTEXT, report_url=None))
    assert "more: `plangate check` lists them all" in run.summary


def test_at_most_fifty_annotations_and_the_worst_first() -> None:
    run = check_run(FLOOD, story.CONTEXT)
    assert len(run.annotations) == 50
    assert {each.annotation_level for each in run.annotations} == {"failure"}


def test_a_comment_with_a_flood_stays_within_its_limit() -> None:
    comment = sticky(FLOOD, story.CONTEXT)
    assert comment is not None
    assert len(comment.body) <= 65_536
    assert "and 950 more in the [check run][cr]" in comment.body


def test_a_flood_takes_no_time() -> None:
    with bounded_work():
        check_run(FLOOD, story.CONTEXT)
        sticky(FLOOD, story.CONTEXT)
        terminal(FLOOD, {story.PLAN: "\n".join(["x" * 10_000] * 2_000)}, story.CONTEXT)


def test_a_hundred_features_are_counted() -> None:
    features = tuple(
        replace(
            story.FAILING_FEATURE,
            feature=replace(story.FEATURE, dir=f"specs/{number:03}-{'long-name-' * 20}"),
            findings=(story.UNJUSTIFIED, story.INLINE) * 5,
        )
        for number in range(100)
    )
    run = check_run(replace(story.FAILING, features=features), story.CONTEXT)
    assert "and 90 more" in run.summary.splitlines()[0]
    assert len(run.summary.encode()) <= 65_535
    assert "plangate check --all --base origin/main" in run.summary


def test_a_constitution_of_hundreds_of_principles_is_cut() -> None:
    people = tuple(
        Principle(str(number), f"Principle {number}", non_negotiable=False, line=number) for number in range(500)
    )
    feature = replace(
        story.PASSING_FEATURE,
        constitution=replace(story.CONSTITUTION, principles=people),
        checks=tuple(Check(str(number), "x", Verdict.PARTIAL, number + 1, Phase.PRE) for number in range(500)),
    )
    run = check_run(replace(story.PASSING, features=(feature,)), story.CONTEXT)
    assert "| and 460 more | | |" in run.summary


def test_a_draft_beyond_the_limit_is_cut_at_a_line_and_its_fence_is_closed() -> None:
    text = "\n".join(f"| {number} | é | ``` |" for number in range(20_000))
    run = check_run(story.UNFILLED_REPORT, story.BRANCH, replace(story.SKELETON, text=text))
    assert run.text is not None
    assert 60_000 < len(run.text.encode()) <= 65_535
    assert "…" in show(run.text).quiet[-1][-3:]


def test_what_does_not_fit_into_a_title_is_counted() -> None:
    rules = {
        f"rule-{number}": story.rule(
            f"rule-{number}", f"very long clause {number}", f"very long clauses {number}", number
        )
        for number in range(9)
    }
    found = tuple(replace(story.UNANSWERED, rule=rule, headline=None) for rule in rules for _ in range(3))
    report = replace(story.FAILING, features=(replace(story.FAILING_FEATURE, findings=found),))
    said = title(report, replace(story.CONTEXT, rules=rules))
    assert said == "3 very long clauses 0 · 3 very long clauses 1 · 3 very long clauses 2 · 18 more"


@pytest.mark.parametrize("limit", [0, 1, 7, 100])
def test_the_largest_that_fits(limit: int) -> None:
    assert largest(lambda count: count <= limit, 100) == limit


@pytest.mark.parametrize(
    ("raw", "column", "end", "line", "carets"),
    [
        ("| VII. Simplicity | ❌ FAIL |", 21, 26, "| VII. Simplicity | ❌ FAIL |", " " * 20 + "^" * 7),
        ("a ⚠️ b", 6, 6, "a ⚠️ b", " " * 5 + "^"),
        ("\tx", 2, 2, "    x", "    ^"),
        ("日本 x", 4, 4, "日本 x", "     ^"),
        ("a\u202eb", 3, 3, "ab", " ^"),
        ("  whole line  ", None, None, "  whole line  ", "  ^^^^^^^^^^"),
        ("short", 99, 120, "short", "    ^"),
    ],
)
def test_carets_count_what_is_seen(raw: str, column: int | None, end: int | None, line: str, carets: str) -> None:
    assert excerpt(raw, column, end, 80) == (line, carets)


def test_a_long_line_is_shown_around_the_place() -> None:
    line, carets = excerpt("a" * 1_000 + "HERE" + "b" * 1_000_000, 1_001, 1_004, 60)
    assert line[carets.index("^") : carets.rindex("^") + 1] == "HERE"
    assert line[0] == line[-1] == "…"
    assert len(line) <= 60


def test_a_finding_may_lack_everything() -> None:
    bare = Finding("unheard-of", Severity.ERROR, "", None, (), (), (), "")
    report = replace(story.FAILING, findings=(bare,), features=())
    run = check_run(report, story.CONTEXT)
    assert run.title == "1 unheard-of finding"
    assert not run.annotations
    assert terminal(report, {}, story.CONTEXT, style=Style()).startswith("error:")


def test_code_in_a_long_run_of_backticks_is_spelt_in_html() -> None:
    report = replace(story.FAILING, findings=(replace(story.UNJUSTIFIED, title=(Code("`" * 100 + "@octocat"),)),))
    shown = show(check_run(report, story.CONTEXT).summary)
    assert any("@octocat" in text for text in shown.quiet)
    assert not any("@" in text for text in shown.loud)


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminals_text_is_wrapped_between_words(width: int, *, colour: bool) -> None:
    documents = {story.PLAN: story.PLAN_TEXT}
    whole = terminal(story.FAILING, documents, story.CONTEXT, style=Style(colour=colour, width=width))
    text = terminal(story.FAILING, documents, story.CONTEXT, style=Style(colour=colour, width=width, wraps=True))
    assert text.split() == whole.split(), "no word is divided, none is lost"
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in text.splitlines()]
    assert [line for line in lines if len(line) > width and " " in line.strip() and not line.startswith(" " * 10)] == []
    assert any(line.startswith(" " * 11) for line in lines) or width == 120
