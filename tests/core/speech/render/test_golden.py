"""Every page as a person sees it, held to a file that can be read and judged as a page.

`UPDATE=1` writes the files anew; what changed is then read in the diff.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.core.change.feature import Due, Stage, State
from bot.core.config.yaml import ConfigMistake, Spot
from bot.core.forge.effects import CheckRunOutput, Conclusion
from bot.core.judging.findings import Finding, Report, Severity
from bot.core.judging.waiving import Waived
from bot.core.speech.render import (
    ConfigFile,
    ConfigTrouble,
    Fault,
    NoVerdict,
    OtherPull,
    PreviousRun,
    Style,
    as_agent_lines,
    as_concise,
    as_workflow_commands,
    check_run,
    config_run,
    never_good,
    no_verdict,
    sticky,
    terminal,
)
from bot.core.speech.report.json_report import json_text
from bot.core.text.prose import Code, Name
from tests.core.speech.render import story

if TYPE_CHECKING:
    from bot.core.drafting.draft import Draft
    from bot.core.speech.render import RenderContext

GOLDEN = Path(__file__).parent / "golden"

CONFIG_TEXT = """\
plangate:
  mode: enforce
  specs: [specs]
  code:
    - "crates/**"
  artefacts:
    research.md: required
  since: 14
  rules:
    number-collision: fatal
"""
CONFIG_FILE = ConfigFile(
    ".github/app.yml",
    CONFIG_TEXT,
    (
        ConfigMistake(Spot(6, 3, 9), "unknown key artefacts", "Did you mean `artifacts`?"),
        ConfigMistake(
            Spot(10, 23, 5), "number-collision cannot be fatal", "It can be `error`, `warning`, `notice` or `off`."
        ),
    ),
    constitution=story.CONSTITUTION,
)


def unanswered(number: str, line: int) -> Finding:
    """A principle without a verdict in its line of the check."""
    return Finding(
        "unanswered-principle",
        Severity.ERROR,
        f"{story.DIR}/plan.md",
        line,
        title=(Name(f"{number}. Principle"), " is unanswered"),
        why=("The cell is empty.",),
        fix=("Write ", Code("PASS"), ", ", Code("FAIL"), " or ", Code("N/A: <reason>"), " in its Status cell."),
        subject=number,
    )


TOUCHED = replace(
    story.PASSING_FEATURE,
    feature=replace(story.FEATURE, dir="specs/003-search", slug="search", number="003", owned=False, added=False),
    findings=(),
)
LEGACY = replace(story.PASSING, features=(replace(story.PASSING_FEATURE, feature=replace(story.FEATURE, legacy=True)),))
REMOVED = replace(
    story.PASSING, features=(replace(story.PASSING_FEATURE, feature=replace(story.FEATURE, removed=True)),)
)
SPECIFYING = Report(
    Conclusion.SUCCESS,
    story.CONFIG,
    (),
    (
        replace(
            story.UNFILLED_FEATURE,
            feature=replace(story.UNFILLED_FEATURE.feature, stage=Stage.SPECIFYING),
            artifacts=tuple(
                replace(artifact, due=Due.NEXT, state=State.MISSING)
                if artifact.name == "plan.md"
                else replace(artifact, due=Due.OFF if artifact.name != "spec.md" else artifact.due)
                for artifact in story.UNFILLED_FEATURE.artifacts
            ),
            findings=(),
        ),
    ),
)
WARNED = replace(
    story.PASSING,
    features=(replace(story.PASSING_FEATURE, violations=story.ROWS[:1], findings=(story.INLINE,)),),
)
TWO = Report(Conclusion.FAILURE, story.CONFIG, (), (story.FAILING_FEATURE, story.UNFILLED_FEATURE), code_files=9)
NO_SPEC = replace(story.missing("spec.md", 1), path=f"{story.LIMITS}/spec.md", line=None, column=None, end_column=None)
MANY = replace(
    story.FAILING,
    features=(
        replace(
            story.FAILING_FEATURE,
            findings=(
                *story.FAILING_FEATURE.findings,
                *(unanswered(number, 28 + line) for line, number in enumerate(("I", "II", "IV", "V"))),
                *(
                    replace(
                        story.missing(f"{name}.md", 1),
                        path=f"{story.DIR}/{name}.md",
                        line=None,
                        fix=(f"Write {name}.",),
                    )
                    for name in ("one", "two", "three", "four", "five")
                ),
            ),
        ),
    ),
)
AMBIGUOUS = replace(
    story.NOT_A_FEATURE,
    reason=("Nothing to check here: this pull request adds no feature folder, and several have its number.",),
    findings=(
        Finding(
            "ambiguous-feature",
            Severity.WARNING,
            "",
            None,
            title=("Number 018 belongs to several folders",),
            why=(Code("specs/018-webhook-retry"), " and ", Code("specs/018-audit-export"), "."),
            fix=("Name the branch as the folder is named.",),
            subject="018",
        ),
    ),
)
UNGOVERNED = Report(
    Conclusion.SUCCESS, (), (), (), reason=("This repository has no Spec Kit features: nothing to judge.",)
)

RUNS: dict[str, tuple[Report, RenderContext, Draft | None]] = {
    "failing": (story.FAILING, story.CONTEXT, None),
    "passing": (story.PASSING, story.CONTEXT, None),
    "not-a-feature": (story.NOT_A_FEATURE, story.CONTEXT, None),
    "ambiguous": (AMBIGUOUS, story.CONTEXT, None),
    "ungoverned": (UNGOVERNED, replace(story.CONTEXT, governed=False), None),
    "branch": (story.UNFILLED_REPORT, story.BRANCH, story.SKELETON),
    "branch-and-more": (
        replace(story.UNFILLED_REPORT, features=(replace(story.UNFILLED_FEATURE, findings=(story.UNFILLED, NO_SPEC)),)),
        story.BRANCH,
        story.SKELETON,
    ),
    "collision": (story.COLLIDING, story.CONTEXT, None),
    "two-features": (TWO, story.CONTEXT, None),
    "several-pulls": (
        story.FAILING,
        replace(
            story.CONTEXT,
            others=(
                OtherPull(240, "main", Conclusion.FAILURE, "2 artifacts missing", counts=True),
                OtherPull(241, "lax", Conclusion.SUCCESS, "Nothing to judge here", counts=False),
            ),
        ),
        None,
    ),
    "advice": (replace(story.FAILING, conclusion=Conclusion.NEUTRAL), story.CONTEXT, None),
    "draft": (story.FAILING, replace(story.CONTEXT, draft=True), None),
    "merge-group": (story.FAILING, replace(story.CONTEXT, merge_group=True, pull_request=None), None),
    "legacy": (LEGACY, story.CONTEXT, None),
    "removed": (REMOVED, story.CONTEXT, None),
    "touched": (replace(story.PASSING, features=(TOUCHED,)), story.CONTEXT, None),
    "specifying": (SPECIFYING, story.BRANCH, None),
    "warned": (WARNED, story.CONTEXT, None),
    "waived": (
        story.PASSING,
        replace(
            story.CONTEXT,
            waivers=(Waived("number-collision", "octocat", "maintain", "018 is printed in customer docs"),),
        ),
        None,
    ),
    "broken-configuration": (
        story.PASSING,
        replace(
            story.CONTEXT,
            trouble=ConfigTrouble(
                ".github/app.yml", "main", "c41e77a" + "0" * 33, 6, "unknown key `artefacts`", story.BASE
            ),
        ),
        None,
    ),
    "since-the-last-push": (
        story.FAILING,
        replace(
            story.CONTEXT,
            previous=PreviousRun(
                "77aa01b" + "0" * 33,
                frozenset(
                    {
                        ("missing-artifact", f"{story.DIR}/plan.md", "research.md"),
                        ("missing-artifact", f"{story.DIR}/plan.md", "quickstart.md"),
                        ("unanswered-principle", f"{story.DIR}/plan.md", "VI"),
                        ("unanswered-principle", f"{story.DIR}/plan.md", "II"),
                    }
                ),
            ),
        ),
        None,
    ),
    "many": (MANY, story.CONTEXT, None),
    "working-copy": (story.FAILING, replace(story.CONTEXT, web_url=None, report_url=None), None),
}


def page(run: CheckRunOutput) -> str:
    """A check run as one readable page."""
    lines = [
        f"name: {run.name}",
        f"conclusion: {run.conclusion}",
        f"title: {run.title}",
        f"buttons: {' · '.join(action.label for action in run.actions)}",
        "",
        "==== summary",
        run.summary,
    ]
    if run.text:
        lines += ["==== text", run.text]
    for each in run.annotations:
        columns = f":{each.start_column}-{each.end_column}" if each.start_column else ""
        lines += [
            f"==== {each.annotation_level} at {each.path}:{each.start_line}{columns}",
            each.title,
            each.message,
            *([each.raw_details] if each.raw_details else []),
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def golden(name: str, text: str) -> None:
    """The text is the file's, or becomes it."""
    path = GOLDEN / name
    if os.environ.get("UPDATE"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", RUNS)
def test_check_run(name: str) -> None:
    report, context, draft = RUNS[name]
    golden(f"run-{name}.txt", page(check_run(report, context, draft)))


@pytest.mark.parametrize("name", ["failing", "passing", "collision", "two-features", "not-a-feature", "advice"])
def test_sticky_comment(name: str) -> None:
    report, context, draft = RUNS[name]
    comment = sticky(report, context, draft)
    assert comment is not None
    golden(f"sticky-{name}.md", comment.body)


def test_sticky_comment_with_a_draft() -> None:
    comment = sticky(story.UNFILLED_REPORT, replace(story.BRANCH, pull_request=241), story.SKELETON)
    assert comment is not None
    golden("sticky-draft.md", comment.body)


@pytest.mark.parametrize("name", ["failing", "passing", "not-a-feature", "two-features", "specifying", "removed"])
def test_terminal(name: str) -> None:
    report, context, _ = RUNS[name]
    golden(f"terminal-{name}.txt", terminal(report, {story.PLAN: story.PLAN_TEXT}, context, milliseconds=6.2))


def test_terminal_in_colour() -> None:
    text = terminal(
        story.FAILING, {story.PLAN: story.PLAN_TEXT}, story.CONTEXT, style=Style(colour=True), milliseconds=6.2
    )
    golden("terminal-colour.txt", text.replace("\x1b", "ESC"))


def test_configuration_with_mistakes() -> None:
    golden("run-config.txt", page(config_run(CONFIG_FILE, story.CONTEXT)))


def test_configuration_without_mistakes() -> None:
    golden("run-config-good.txt", page(config_run(replace(CONFIG_FILE, mistakes=()), story.CONTEXT)))


def test_configuration_that_was_never_good() -> None:
    golden("run-config-never.txt", page(never_good(".github/app.yml", CONFIG_FILE.mistakes[0], story.CONTEXT)))


@pytest.mark.parametrize("fault", list(Fault))
def test_no_verdict(fault: Fault) -> None:
    trouble = NoVerdict(
        fault,
        ("GitHub did not answer while we read ", Code(story.DIR), " (502, 6 attempts in 10 minutes).")
        if fault is Fault.GITHUB
        else ("We stopped at a bug of ours.",),
        "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "2026-11-22 12:41:07 UTC",
        feature=story.DIR if fault is Fault.GITHUB else None,
    )
    golden(f"run-no-verdict-{fault}.txt", page(no_verdict(trouble, story.CONTEXT)))


def test_json() -> None:
    golden("report.json", json_text(story.FAILING, story.CONTEXT.digest, "0.1.0", story.INPUTS))


def test_workflow_commands() -> None:
    golden("workflow.txt", as_workflow_commands(story.FAILING, story.CONTEXT))


@pytest.mark.parametrize("name", ["failing", "passing", "many", "ambiguous", "two-features"])
def test_lines_for_programs(name: str) -> None:
    report, context, _ = RUNS[name]
    golden(f"concise-{name}.txt", as_concise(report))
    golden(f"agent-{name}.txt", as_agent_lines(report, context))
