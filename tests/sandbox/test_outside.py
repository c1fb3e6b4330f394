"""The sandbox stands outside: what runs in production neither imports it nor pays for it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = Path(__file__).parents[2] / "bot"
MAY = {"sandbox", "demo"}
"""The rooms that use it."""
SEEN = "import sys; print([name for name in sys.modules if name.startswith(('bot.sandbox', 'bot.demo', 'graphql'))])"


def loaded(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", f"{code}\n{SEEN}"], check=True, capture_output=True, text=True)
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize(
    "code",
    [
        "from bot.cli import main\ntry:\n    main(['--version'])\nexcept SystemExit:\n    pass",
        "from bot.cli import main\ntry:\n    main(['serve', '--help'])\nexcept SystemExit:\n    pass",
        "import bot.web.app",
        "import bot.app.worker, bot.app.service, bot.host.bootstrap",
    ],
)
def test_production_starts_without_it(code: str) -> None:
    assert loaded(code) == "[]"


def test_the_check_sees_what_it_looks_for() -> None:
    assert "bot.sandbox.world" in loaded("import bot.sandbox.world")


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return modules


def test_no_other_room_imports_it() -> None:
    others = [path for path in ROOMS.rglob("*.py") if path.relative_to(ROOMS).parts[0] not in MAY]
    assert len(others) > 50
    guilty = [path for path in others if any(name.startswith("bot.sandbox") for name in imported(path))]
    assert [str(path.relative_to(ROOMS)) for path in guilty] == []
