"""The rule book: every rule has its page, its cases and a name of its own."""

from __future__ import annotations

import ast
import os
import pkgutil
import re
from pathlib import Path

import pytest

import bot.rules
from bot.core.judging.rule import Rule, by_id, nothing, nothing_at_all, rule_id
from bot.rules import RULES
from tests.rules.cases import HERE, change_of
from tools.docs.rulebook import rule_book

_SECTIONS = ("What it does", "Why", "How to fix", "Example", "Use instead", "Severity")
_BOOK = Path(__file__).parents[2] / "docs/rules.md"
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_every_file_is_a_rule_and_its_name_is_the_id() -> None:
    files = {rule_id(module.name) for module in pkgutil.iter_modules(bot.rules.__path__)}
    assert files == set(by_id(RULES))
    assert len(files) == len(RULES)


@each_rule
def test_the_page_has_all_its_parts_in_order(rule: Rule) -> None:
    assert (
        tuple(re.findall(r"^## (.+)$", re.sub(r"```.*?```", "", rule.page, flags=re.DOTALL), re.MULTILINE)) == _SECTIONS
    )
    assert rule.title
    assert not rule.title.endswith(".")
    parts = re.split(r"^## .+$", rule.page, flags=re.MULTILINE)
    assert all(part.strip() for part in parts)


@each_rule
def test_the_page_names_the_severity_that_the_rule_has(rule: Rule) -> None:
    said = rule.page.rsplit("## Severity", 1)[1].casefold()
    assert rule.severity.value in said


@each_rule
def test_a_rule_judges_features_or_changes_and_not_both(rule: Rule) -> None:
    assert (rule.judge is nothing) != (rule.judge_all is nothing_at_all)


@each_rule
def test_the_clause_reads_with_a_number_before_it(rule: Rule) -> None:
    assert rule.clause.one != rule.clause.many
    assert not rule.clause.one.startswith("1")
    assert len(rule.clause.many) <= 40


@each_rule
def test_a_rule_has_a_good_and_a_bad_case(rule: Rule) -> None:
    names = [path.name for path in (HERE / rule.id).iterdir() if path.is_dir()]
    assert any(name.startswith("good-") for name in names)
    assert any(name.startswith("bad-") for name in names)
    assert all(re.fullmatch(r"(?:good|bad)-[a-z0-9-]+", name) for name in names)


def test_every_folder_of_cases_belongs_to_a_rule() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders - {"story"} == set(by_id(RULES))


def _fence(page: str, heading: str) -> list[str]:
    """The lines of the fence right below a heading, none where there is prose."""
    part = page.split(f"## {heading}\n", 1)[1].lstrip("\n")
    found = re.match(r"```\w+\n(.*?)```", part, re.DOTALL)
    return [line for line in found[1].splitlines() if line.strip()] if found else []


def _lines_of(rule: Rule, kind: str) -> set[str]:
    """Every line of every document, of head and base, in the rule's cases of a kind."""
    lines: set[str] = set()
    for case in (HERE / rule.id).glob(f"{kind}-*"):
        change, _ = change_of(case)
        for tree in filter(None, (change.head, change.base)):
            lines.update(line for document in tree.documents.values() for line in document.text.splitlines())
    return lines


@each_rule
def test_the_examples_are_what_the_cases_hold(rule: Rule) -> None:
    assert set(_fence(rule.page, "Example")) <= _lines_of(rule, "bad")
    assert set(_fence(rule.page, "Use instead")) <= _lines_of(rule, "good")


def test_the_book_in_the_docs_is_the_generated_one() -> None:
    text = rule_book(RULES)
    if os.environ.get("UPDATE"):
        _BOOK.write_text(text)
    assert _BOOK.read_text() == text


def test_the_book_links_to_headings_that_it_has() -> None:
    book = rule_book(RULES)
    assert all(f"\n## {rule.id}\n" in book for rule in RULES)
    assert all(f"(#{rule.id})" in book for rule in RULES)


@pytest.mark.parametrize("path", sorted(Path(bot.rules.__path__[0]).glob("*.py")), ids=lambda path: path.stem)
def test_a_command_stands_in_an_offer_so_that_it_can_be_left_out(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    offered = {
        id(part)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "CommandOffer"
        for part in ast.walk(call)
    }
    docstrings = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    commands = [
        each.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and re.search(r"/plan\b(?!\.)", each.value)
        if id(each) not in offered | docstrings
    ]
    assert commands == []
