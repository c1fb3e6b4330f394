"""Every bound that docs/security.md lists names a test, and the test exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (?P<threat>[^|]+) \| (?P<bound>[^|]+) \| `(?P<file>tests/[\w/]+\.py)::(?P<test>test_\w+)` \|$")


def test_every_row_names_a_test_that_exists() -> None:
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    _, _, section = page.partition("## Threats, bounds and the tests that guard them\n\n")
    _, _, table = section.partition("| threat | bound | test |\n|---|---|---|\n")
    lines = table.partition("\n\n")[0].splitlines()
    assert len(lines) > 20
    for line in lines:
        row = ROW.fullmatch(line)
        assert row, line
        assert f"def {row['test']}(" in (ROOT / row["file"]).read_text(encoding="utf-8"), line
