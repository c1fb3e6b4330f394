"""Copies of a template count as missing, filled documents never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.documents.untouched import is_untouched

RESEARCH = "# Research: [FEATURE]\n\n## Decision\n\n[What was decided]\n\n**Why**: [The reason for it]\n"


def test_a_copy_of_its_own_template_says_nothing() -> None:
    template = "# Our spec\n\nFill this in.\n\n- one rule\n- two rules\n"
    assert is_untouched("spec.md", template, template)
    assert is_untouched("spec.md", template.replace("\n", "\r\n") + "\n\n<!-- done -->\n", template)
    assert not is_untouched("spec.md", template + "- a third one of ours\n- and a fourth\n", template)


def test_a_document_of_nothing_but_placeholders_says_nothing() -> None:
    assert is_untouched("research.md", RESEARCH)
    assert not is_untouched("research.md", RESEARCH.replace("[FEATURE]", "Retries"))
    assert not is_untouched("research.md", RESEARCH + "\nWe measured it.\nTwice.\nAnd again.\n")


@pytest.mark.parametrize("name", ["spec.md", "tasks.md", "research.md", "data-model.md", "quickstart.md"])
def test_a_short_document_of_its_own_is_touched(name: str) -> None:
    assert not is_untouched(name, "# Retries\n\nNothing to look up: see [the plan](plan.md).\n")


def test_the_stock_spec_is_known_by_its_examples() -> None:
    text = (
        "# Feature Specification: [FEATURE NAME]\n\n**Feature Branch**: `[###-feature-name]`\n\n"
        "### User Story 1 - [Brief Title] (Priority: P1)\n\n1. **Given** [initial state], then all is well\n\n"
        "Words of ours that stay.\n\nMore words.\n\nAnd more.\n\nAnd more.\n\n- **[Entity 1]**: of no use\n"
    )
    assert is_untouched("spec.md", text)
    assert not is_untouched("spec.md", text.replace("[FEATURE NAME]", "Retries"))


def test_an_example_that_was_left_does_not_make_it_a_template() -> None:
    assert not is_untouched("spec.md", "# Feature Specification: [FEATURE NAME]\n\n" + "We say a lot here.\n\n" * 5)


@given(st.text(max_size=200), st.none() | st.text(max_size=200))
def test_any_text_is_read(text: str, template: str | None) -> None:
    is_untouched("spec.md", text, template)
