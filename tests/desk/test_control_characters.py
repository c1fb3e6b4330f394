"""Names of folders, branches and files may hold escape sequences: no command prints one, in errors as little."""

from __future__ import annotations

import os
import subprocess
import unicodedata
from typing import TYPE_CHECKING

import pytest

from bot.cli import main
from tests.adapters.worktree.repositories import git, write
from tests.stage import CONSTITUTION, SPEC, plan

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m"
COMMANDS = (
    ("check",),
    ("check", "--all"),
    ("check", "--base", "main"),
    ("check", "--base", "main", "--format", "github"),
    ("check", "--base", "main", "--format", "markdown"),
    ("check", "--base", f"no{EVIL}"),
    ("check", "--feature", f"no{EVIL}"),
    ("check", "--feature", f"specs/001-{EVIL}"),
    ("draft",),
    ("draft", "--feature", f"specs/001-{EVIL}"),
    ("draft", "--feature", f"../{EVIL}"),
    ("draft", "--write", "--feature", f"specs/001-{EVIL}"),
    ("init", "--print"),
    ("config", "show"),
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy") / f"ferry{EVIL}"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch", "main")
    write(root, {".specify/memory/constitution.md": CONSTITUTION, "specs/000-a/spec.md": SPEC})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", f"Begin {EVIL}")
    git(root, "checkout", "--quiet", "-b", "001-\u202e\u009b31m")
    write(
        root,
        {
            f"specs/001-{EVIL}/plan.md": plan("FAIL").replace("001-search", f"001-{EVIL}") + f"\n[{EVIL}]({EVIL}.md)\n",
            f"specs/001-{EVIL}/spec.md": SPEC.replace("Search", f"Search{EVIL}") + f"\n[NEEDS CLARIFICATION: {EVIL}]\n",
            f"specs/001-{EVIL}/tasks.md": f"- [ ] T001 [US9] {EVIL} `src/{EVIL}.py`\n",
            f"specs/001-other{EVIL}/plan.md": plan(),
            f"package{EVIL}.json": "{}",
            "package.json": f'{{"dependencies": {{"a": "1"}}, "name": "{EVIL}"}}'.replace("\x1b", "\\u001b"),
        },
    )
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", EVIL)
    return root


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command).encode("unicode_escape").decode())
def test_no_output_holds_a_control_character(
    hostile: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    main([*command, str(hostile)])
    output = "".join(capsys.readouterr())
    assert output
    raw = {hex(ord(char)) for char in output if unicodedata.category(char) in {"Cc", "Cf"} and char not in "\n\t"}
    assert not raw, output
    subprocess.run(["git", "-C", str(hostile), "checkout", "--quiet", "."], check=True)
