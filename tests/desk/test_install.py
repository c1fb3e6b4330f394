"""What a desk needs: few packages, none of the server's, and nothing that only POSIX has."""

from __future__ import annotations

import errno
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.adapters.worktree import safe_files
from bot.cli import main
from bot.commands import DESK, PARTS
from tests.desk.test_check import clone
from tests.stage import SPEC, SPEC_KIT, plan

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
POSIX_ONLY = ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "readline", "syslog", "posix")
HIDDEN = """
import os, sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
for name in {hidden!r}:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Hide())
from bot.cli import main
for words in {commands!r}:
    try:
        main(words)
    except SystemExit:
        pass
print("\\n" + " ".join(sorted(sys.modules)))
"""
"""Runs commands of the desk in a Python that has none of some modules, and prints what was imported."""


def names(lock: str) -> set[str]:
    """The packages of a lock."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)(?:\[\w+\])?==", text, re.MULTILINE)}


def test_the_desks_lock_has_its_dependencies_and_none_of_the_servers() -> None:
    desk, server = names("requirements-desk.txt"), names("requirements.txt")
    assert desk <= server
    assert {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]} <= desk
    wanted = {canonicalize_name(Requirement(line).name) for line in PROJECT["optional-dependencies"]["server"]}
    assert wanted <= server
    assert not desk & (wanted - {"typing-extensions"})
    for lock in ("requirements-desk.txt", "requirements.txt"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")


def test_the_dependencies_of_the_desk_are_small() -> None:
    total = 0
    for name in names("requirements-desk.txt"):
        for file in importlib.metadata.files(name) or ():
            path = Path(str(file.locate()))
            total += path.stat().st_size if "__pycache__" not in path.parts and path.is_file() else 0
    assert total <= 30_000_000, "with Plangate itself, a desk is to stay below 35 MB"


@pytest.mark.parametrize("hidden", [POSIX_ONLY, PARTS["demo"]], ids=["no POSIX", "no server"])
def test_every_command_of_the_desk_works_without(hidden: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "specs" / "001-search").mkdir(parents=True)
    (tmp_path / "specs" / "001-search" / "spec.md").write_text("# Search\n")
    commands = [
        ["check", str(tmp_path), "--all"],
        ["draft", str(tmp_path), "--feature", "specs/001-search", "--write"],
        ["init", str(tmp_path), "--print"],
        ["config", "show", str(tmp_path)],
        ["rules"],
        ["completion", "bash"],
        *([name, "--help"] for name in DESK),
    ]
    program = HIDDEN.format(hidden=tuple(name for name in hidden if name != "posix"), commands=commands)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.splitlines()[-1].split())
    assert not imported & set(hidden) - {"posix"}
    assert (tmp_path / "specs" / "001-search" / "plan.md").exists()


def test_the_check_loads_nothing_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    program = HIDDEN.format(hidden=(), commands=[["check", str(tmp_path)]])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert "bot.core.judging.judge" in imported
    rooms = (
        "bot.app",
        "bot.web",
        "bot.host",
        "bot.sandbox",
        "bot.demo",
        "bot.adapters.github",
        "bot.adapters.database",
    )
    assert [name for name in imported if name.startswith(rooms) or name in PARTS["demo"]] == []
    assert "pydantic" not in imported, "only a mistake in app.yml needs it"


def test_an_action_and_the_hook_install_the_desk_alone() -> None:
    action = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert "requirements-desk.txt" in action
    assert "requirements.txt" not in action


def test_a_system_without_folder_handles_and_links_reads_and_writes_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_privilege(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "a required privilege is not held by the client")

    root = clone(
        tmp_path / "ferry", {**SPEC_KIT, "specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan("FAIL")}
    )
    (root / "specs" / "002-link").symlink_to(tmp_path)
    usual = main(["check", str(root), "--all", "--base", "main", "--format", "concise"]), capsys.readouterr().out
    monkeypatch.setattr(safe_files, "_HAS_DIR_FD", False)
    monkeypatch.setattr(Path, "symlink_to", no_privilege)
    assert (
        main(["check", str(root), "--all", "--base", "main", "--format", "concise"]),
        capsys.readouterr().out,
    ) == usual
    assert main(["draft", str(root), "--feature", "specs/002-link", "--write"]) == 2
    assert "a part of its path is a symbolic link" in capsys.readouterr().err
    (root / "specs" / "003-new").mkdir()
    assert main(["draft", str(root), "--feature", "specs/003-new", "--write"]) == 0
    assert b"\r" not in (root / "specs" / "003-new" / "plan.md").read_bytes()
