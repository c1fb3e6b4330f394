"""Templates, titles and trees that somebody wrote to do harm, or that are simply very large."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.drafting.from_template.plan import draft_plan, issue_summary
from bot.core.markdown import Heading, Table, parse
from bot.core.yardstick.constitution import Constitution, ConstitutionState, Principle
from bot.core.yardstick.template import read_template
from tests.effort import bounded_work

from .templates import USUAL, facts

FRAGMENTS = [
    *USUAL.splitlines(keepends=True),
    "[",
    "]",
    "```",
    "~~~\n",
    "<!--",
    "-->",
    "| [a] | [b] |\n",
    "|---|---|\n",
    "- [x] I. Ferry-First\n",
    "## Constitution Check\n",
    "### II. Small Steps\n",
    "> ",
    "\t",
    "\r\n",
    "\n",
    "---\n",
    "**Testing**: [x",
    "├── plan.md\n",
]
templates = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=10), max_size=40).map("".join)


@given(templates, st.text(max_size=80), st.text(max_size=80))
def test_any_template_gives_a_draft(template: str, title: str, violation: str) -> None:
    draft = draft_plan(facts(template, title=title, violations=(violation,)))
    assert draft.text.endswith("\n")
    assert draft.blanks == draft.clarifications + draft.verdicts
    assert draft_plan(facts(template, title=title, violations=(violation,))) == draft


@pytest.mark.parametrize(
    "template",
    [
        "[" * 40_000,
        "[a]\n" * 10_000,
        "[a\n" * 10_000,
        "```\n" * 10_000,
        "<!-- ACTION REQUIRED: x -->\n" * 4_000,
        "## Constitution Check\n" + "- I. Ferry-First: x\n" * 4_000,
        "## Constitution Check\n" + "### I. Ferry-First\n" * 4_000,
        "## Complexity Tracking\n\n| a | b |\n|---|---|\n" + "| [x] | [y] |\n" * 4_000,
        "## Technical Context\n" + "**Testing**: [x]\n" * 4_000,
        ">" * 10_000,
        "| " * 10_000 + "\n" + "|---" * 10_000,
    ],
    ids=lambda template: repr(template[:24]),
)
def test_a_very_large_template_takes_no_longer_than_reading_it(template: str) -> None:
    read = read_template(template, "plan-template.md")
    with bounded_work():
        draft_plan(replace(facts(violations=("x",)), template=read))


@given(
    st.lists(
        st.sampled_from(
            ["<!--", "-->", "```", "#", "|", "\n", "## Injected\n", "</details>", "- [x] I. ", "[DATE]", "\u202e"]
        )
        | st.text(max_size=8),
        max_size=12,
    ).map("".join)
)
def test_foreign_words_open_nothing_in_the_document(words: str) -> None:
    plain = parse(draft_plan(facts(violations=("x",))).text)
    constitution = Constitution(
        ".specify/memory/constitution.md",
        ConstitutionState.FILLED,
        "1.0.0",
        (Principle("I", words, non_negotiable=False, line=3),),
    )
    text = draft_plan(
        facts(constitution=constitution, title=words, summary=issue_summary(words) or words, violations=(words,))
    ).text
    hostile = parse(text)
    sections = [block.title for block in plain.blocks if isinstance(block, Heading)][1:]
    assert [block.title for block in hostile.blocks if isinstance(block, Heading)][1:] == sections
    tables = [block for block in hostile.blocks if isinstance(block, Table)]
    assert [len(table.header) for table in tables] == [3, 3]
    assert all(len(row) == 3 for table in tables for row in table.rows)


def test_folders_with_odd_names_are_left_out_of_the_tree() -> None:
    paths = ("src/a.rs", "`x`/a", "[slug]/a", "</details>/a", "a\nb/c", ".hidden/a", "node_modules/x/y", "src/[id]/a")
    text = draft_plan(facts(paths=paths, manifests={})).text
    assert "```text\nsrc/\n```" in text


def test_a_tree_of_many_folders_is_cut() -> None:
    paths = tuple(f"part{number}/inner{inner}/a" for number in range(30) for inner in range(30))
    tree = draft_plan(facts(paths=paths, manifests={})).text
    assert "└── … 24 more" in tree
    assert "… 18 more" in tree
    assert len(tree.split("\n")) < 160
