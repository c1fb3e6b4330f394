"""The page on commands is generated from the parser's own table, and its examples are commands."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bot.core.forge.rights import ANSWER, COMMIT
from bot.core.speech.commands import COMMANDS, Command, Verb, Where, read_commands
from bot.rules import RULES
from tools.docs.command_guide import guide

PAGE = Path(__file__).parents[2] / "docs/commands.md"


def test_the_committed_page_is_the_generated_one() -> None:
    if os.environ.get("UPDATE"):
        PAGE.write_text(guide(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == guide()


def test_every_command_stands_on_it() -> None:
    page = guide()
    for entry in COMMANDS:
        assert entry.does in page
        assert all(f"`{word}`" in page for word in entry.aliases)


def test_every_example_is_read_as_the_command_that_it_shows() -> None:
    examples = re.findall(r"```text\n(.*?)```", guide(), re.DOTALL)[0].split("\n")[:-1]
    ids = [rule.id for rule in RULES]
    read = [
        next(one for where in Where for one in read_commands(line, where, rules=ids) if isinstance(one, Command))
        for line in examples
    ]
    assert [one.verb for one in read] == list(Verb)


def test_the_sets_of_permissions_differ_in_one() -> None:
    assert {name for name in COMMIT if COMMIT[name] != ANSWER.get(name)} == {"contents"}
    assert "| `contents` | read | write |" in guide()


def test_its_lines_can_be_read_in_a_terminal() -> None:
    assert [line for line in guide().split("\n") if len(line) > 120 and not line.startswith("|")] == []
