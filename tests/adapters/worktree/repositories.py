"""Working copies for these tests, made with git itself."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.stage import SPEC, plan

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str, feed: str = "") -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    command = ["git", *identity, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=feed).stdout.strip()


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def repository(folder: Path) -> Path:
    """`main`, and a feature branch with a plan that is checked out."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    write(folder, {"a.txt": "one\n", "specs/001-search/spec.md": SPEC, ".specify/memory/constitution.md": "# C\n"})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    git(folder, "checkout", "--quiet", "-b", "001-search")
    write(folder, {"specs/001-search/plan.md": plan()})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Plan")
    return folder
