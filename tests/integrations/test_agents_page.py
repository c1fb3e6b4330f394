"""`docs/agents.md`: what it shows is what an agent reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.desk.test_check import check, write
from tests.stage import SPEC, SPEC_KIT, plan

if TYPE_CHECKING:
    import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "agents.md").read_text(encoding="utf-8")


def test_the_output_on_the_page_is_the_commands_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**SPEC_KIT, "specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan("FAIL")})
    _, out, _ = check(capsys, "--format", "agent", "--feature", "specs/001-search", tmp_path)
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert shown == out


def test_every_command_on_the_page_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**SPEC_KIT, "specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan()})
    (command,) = re.findall(r"`plangate check ([^`]*specs/NNN-name)`", PAGE)
    code, _, _ = check(capsys, *command.replace("NNN-name", "001-search").split(), tmp_path)
    assert code == 0
