"""The review and its suggestions as GitHub gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.judging.findings import Finding, Severity
from bot.core.judging.suggestions import Suggestion
from bot.core.speech.render import RenderContext
from bot.core.speech.render.suggestions import review_text, suggestion_key, suggestion_text
from bot.core.text.prose import Code
from tests.core.speech.render.story import HEAD, rule

if TYPE_CHECKING:
    from bot.core.text.prose import Prose

CONTEXT = RenderContext(
    site_url="https://plangate.example",
    engine_version="0.1.0",
    check_run_url="https://github.com/acme/ferry/pull/1/checks?sha=3f9c2ab",
    rules={"branch-mismatch": rule("branch-mismatch", "name", "names", 70)},
)


def finding(title: Prose, fix: Prose = ("Write it.",), name: str = "branch-mismatch") -> Finding:
    return Finding(name, Severity.NOTICE, "specs/018-x/plan.md", 3, title, ("It is wrong.",), fix, "x")


def suggested(replaced: tuple[str, ...], lines: tuple[str, ...], *findings: Finding) -> Suggestion:
    return Suggestion("specs/018-x/plan.md", 3, replaced, lines, findings or (finding(("Wrong",)),))


HEADER = suggested(("a",), ("b",), finding(("The header names ", Code("017-x")), ("Write ", Code("018-x"), ".")))
ROW = suggested(("|---|---|",), ("|---|---|", "| V | | |"))


def test_a_comment_names_the_finding_and_says_what_to_do() -> None:
    first, *lines = suggestion_text(HEADER, CONTEXT).split("\n")
    assert first == f"<!-- plangate:v1 kind=suggestion key={HEADER.key} -->"
    assert lines == [
        "**The header names `017-x`** · [branch-mismatch](https://plangate.example/rules/branch-mismatch)\\",
        "Write `018-x`.",
        "",
        "```suggestion",
        "b",
        "```",
    ]


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ("| V | | |", "Adds a row to Complexity Tracking. Its empty cells are for you to fill."),
        ("| V | why | how |", "Adds a row to Complexity Tracking, in the plan's own words."),
    ],
)
def test_a_row_says_whether_cells_are_left(added: str, says: str) -> None:
    assert says in suggestion_text(suggested(("|---|",), ("|---|", added)), CONTEXT)


@pytest.mark.parametrize(
    ("lines", "block"),
    [
        ((), "```suggestion\n```"),
        (("```rust", "x", "```"), "````suggestion\n```rust\nx\n```\n````"),
        (("  a\t ",), "```suggestion\n  a\t \n```"),
        (("@ada #12 <!-- x -->",), "```suggestion\n@ada #12 <!-- x -->\n```"),
    ],
)
def test_the_lines_stay_to_the_letter_in_a_fence_that_holds(lines: tuple[str, ...], block: str) -> None:
    assert suggestion_text(suggested(("a", "b"), lines), CONTEXT).endswith(f"\n{block}")


def test_foreign_words_in_a_title_do_nothing() -> None:
    text = suggestion_text(suggested(("a",), ("b",), finding(("Names ", Code("@ada `x` #1")))), CONTEXT)
    assert "**Names ``@ada `x` #1``**" in text


def test_the_review_says_how_to_accept_and_promises_rows_only_where_there_are_some() -> None:
    one, two = review_text(HEAD, [HEADER], CONTEXT), review_text(HEAD, [HEADER, ROW], CONTEXT)
    assert "**1 fix that you can commit from here.**\n" in one
    assert "**Commit suggestion** accepts it. Resolve it if you do not want it" in one
    assert "**2 fixes that you can commit from here.** No reason is made up" in two
    assert "**Add suggestion to batch**" in two
    assert "[check run](https://github.com/acme/ferry/pull/1/checks?sha=3f9c2ab) and stands on its own" in two


@pytest.mark.parametrize(
    "body", ["", "Look", "x <!-- plangate:v1 kind=suggestion key=ab -->", "<!-- plangate:v1 kind=plan -->"]
)
def test_other_comments_are_no_suggestions(body: str) -> None:
    assert suggestion_key(body) is None
