"""The page of the command line is what the commands say of themselves."""

from __future__ import annotations

import os
from pathlib import Path

from bot.commands import COMMANDS
from tools.docs.command_line import command_line_page

PAGE = Path(__file__).parents[2] / "docs/command-line.md"


def test_the_committed_page_is_the_generated_one() -> None:
    if os.environ.get("UPDATE"):
        PAGE.write_text(command_line_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == command_line_page()


def test_every_command_has_its_section_and_its_usage() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"\n### plangate {name}\n\n```text\nusage: plangate {name} " in text
        assert f"[`{name}`](#plangate-{name})" in text
