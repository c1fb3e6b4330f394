"""Principle lists in templates that fell behind the constitution."""

from __future__ import annotations

from bot.core.change.trees import Document
from bot.core.yardstick.constitution import Constitution, read_constitution
from bot.core.yardstick.drift import Drift, find_drift
from bot.core.yardstick.template import Template, read_template


def template(*items: str) -> Template:
    return read_template("# Plan\n\n## Constitution Check\n\n" + "".join(f"- {item}\n" for item in items), "t.md")


def constitution(*names: str) -> Constitution:
    return read_constitution(Document("c.md", "## Core Principles\n" + "".join(f"### {n}\n" for n in names)), "c.md")


NOW = constitution("I. Kotlin Only", "II. Test-Driven Development (NON-NEGOTIABLE)", "III. Observability")


def test_the_same_list_has_not_drifted() -> None:
    same = template("I. Kotlin Only: a", "II. Test-Driven Development: b", "III. Observability: c")
    assert find_drift(same, NOW) is None


def test_shortened_names_are_the_same() -> None:
    assert find_drift(template("**Kotlin**: a", "**II. Test-Driven**: b", "**Observability & Errors**: c"), NOW) is None


def test_what_is_gone_and_what_is_new() -> None:
    drift = find_drift(template("I. Kotlin Only: a", "II. Documentation: b"), NOW)
    assert drift == Drift(("II. Documentation",), NOW.principles[1:])


def test_other_entries_of_the_check_are_no_principles_that_went_away() -> None:
    entries = ("I. Kotlin Only: a", "II. Test-Driven Development: b", "III. Observability: c", "**Constraints**: d")
    assert find_drift(template(*entries), NOW) is None


def test_nothing_drifts_from_a_list_that_is_not_there() -> None:
    assert find_drift(template("[Gates determined based on constitution file]"), NOW) is None
    assert find_drift(template("I. Kotlin Only: a"), constitution()) is None
    assert find_drift(template("**Speed**: a", "**Looks**: b"), NOW) is None


def test_a_constitution_written_anew_leaves_all_of_the_list_behind() -> None:
    assert find_drift(template("I. Speed: a", "II. Looks: b"), NOW) == Drift(("I. Speed", "II. Looks"), NOW.principles)
