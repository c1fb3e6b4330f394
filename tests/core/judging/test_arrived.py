"""What is new since a branch was cut, and what only looks new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.core.forge.effects import Conclusion
from bot.core.text.prose import plain
from tests.core.changes import tree
from tests.core.stories import FEATURE, MAIN, PLAN, judged

if TYPE_CHECKING:
    from bot.core.judging.findings import Report

PATH = ".specify/memory/constitution.md"
NOW = MAIN[PATH]
SEVENTH = NOW[NOW.index("### VII. Simplicity") : NOW.index("## Governance")]
THIRD = NOW[NOW.index("### III. ") : NOW.index("### IV. ")]
ROW = FEATURE[PLAN][
    FEATURE[PLAN].index("| VII. Simplicity: 4th crate") : FEATURE[PLAN].index("| V. Observability: no queue-age")
]


def verdict(text: str, before: str | None, **more: Any) -> Report:
    """The verdict on a plan whose branch left the base when this was the constitution; None before there was one."""
    files = {path: told for path, told in MAIN.items() if path != PATH}
    left = tree(files if before is None else {**files, PATH: before})
    return judged({**MAIN, **FEATURE, PLAN: text}, merge_base=left, **more)


def late(report: Report) -> set[tuple[str, str]]:
    """What was let pass."""
    return {(finding.rule, finding.subject) for finding in report.all_findings() if finding.late}


VIOLATED = FEATURE[PLAN].replace(ROW, "")


def test_a_new_principle_is_told_of() -> None:
    report = verdict(VIOLATED, NOW.replace(SEVENTH, ""))
    assert report.conclusion is Conclusion.SUCCESS
    assert late(report) == {("unjustified-violation", "VII")}


def test_a_row_that_says_too_little_of_it_is_no_worse_than_none() -> None:
    text = FEATURE[PLAN].replace(ROW, "| VII. Simplicity: 4th crate | | |\n")
    assert verdict(text, NOW).conclusion is Conclusion.FAILURE
    assert late(verdict(text, NOW.replace(SEVENTH, ""))) == {("incomplete-justification", "VII")}
    shared = FEATURE[PLAN].replace(ROW, "| I. Rust-First and VII. Simplicity: 4th crate | | |\n")
    assert not late(verdict(shared, NOW.replace(SEVENTH, "")))


@pytest.mark.parametrize(
    "before",
    [
        NOW.replace("### VII. Simplicity", "### VIII. Simplicity"),
        NOW.replace("### VII. Simplicity", "### VII. SIMPLICITY"),
        NOW.replace("### VII. Simplicity", "### VII. Simplicity and few crates"),
        NOW.replace("Three crates are enough.", "Two crates are enough."),
    ],
    ids=["numeral", "letters", "words", "text"],
)
def test_what_was_there_otherwise_is_no_news(before: str) -> None:
    report = verdict(VIOLATED, before)
    assert report.conclusion is Conclusion.FAILURE
    assert not late(report)


def test_a_numeral_that_another_had_is_not_enough() -> None:
    before = NOW.replace(SEVENTH, "### VII. Thrift\n\nSpend little.\n\n")
    bare = VIOLATED.replace("| VII. Simplicity | ❌ FAIL", "| VII | ❌ FAIL")
    assert bare != VIOLATED
    assert late(verdict(VIOLATED, before)) == {("unjustified-violation", "VII")}
    assert not late(verdict(bare, before)), "it may be Thrift that is meant"


def test_a_principle_that_became_non_negotiable_was_there() -> None:
    before = NOW.replace(" (NON-NEGOTIABLE)", "")
    assert before != NOW
    text = FEATURE[PLAN].replace(
        "| III. Test-First (NON-NEGOTIABLE) | PASS", "| III. Test-First (NON-NEGOTIABLE) | FAIL"
    )
    assert text != FEATURE[PLAN]
    assert not late(verdict(text, before))


def test_what_does_not_matter_is_not_spoken_of() -> None:
    report = verdict(FEATURE[PLAN], None)
    assert not late(report)
    assert all("new since" not in plain(finding.why) for finding in report.all_findings())


def test_who_branched_before_there_was_a_constitution_is_told_of_all_of_it() -> None:
    text = VIOLATED.replace("| III. Test-First (NON-NEGOTIABLE) | PASS", "| III. Test-First (NON-NEGOTIABLE) | FAIL")
    report = verdict(text, None)
    assert report.conclusion is Conclusion.SUCCESS
    assert late(report) == {("unjustified-violation", "VII"), ("non-negotiable-violated", "III")}
    whys = [plain(finding.why) for finding in report.all_findings() if finding.late]
    assert all(why.endswith("new since you branched: an error once the branch is updated.") for why in whys)
