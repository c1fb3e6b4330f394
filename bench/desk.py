"""`plangate check` beside `ruff check` on the same folder: `python -m bench.desk`.

Ruff is a yardstick for manners, not a rival: it reads other files.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.table import Row, printed
from tests.desk.test_check import CLEAN, clone
from tests.stage import SPEC, SPEC_KIT, plan

ROUNDS = 5
FEATURES, MANY_FEATURES = 200, 475
DOCUMENTS = 1_000
"""Markdown files of a repository without a spec."""
ROOT = Path(__file__).parents[1]
_LOCKED = re.compile(r"^([\w.-]+)(?:\[\w+\])?==", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Used:
    """What a command used, with the processes that it started."""

    seconds: float
    """CPU, user and system."""
    megabytes: float
    """The most memory that one process held."""


def used(command: list[str], folder: Path) -> Used:
    """The median of some runs, after one that is not counted."""
    runs = [_run(command, folder) for _ in range(ROUNDS + 1)][1:]
    return Used(statistics.median(run.seconds for run in runs), statistics.median(run.megabytes for run in runs))


_SMALL = """
import os, sys
quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
_, status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet), 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
"""Starts a command and prints its exit code, CPU and memory. Linux counts the memory of the process that starts another
as the other's, so a small one does it."""


def _run(command: list[str], folder: Path) -> Used:
    environment = {"PATH": os.environ["PATH"], **CLEAN}
    starter = [sys.executable, "-I", "-S", "-c", _SMALL, *command]
    printed_usage = subprocess.run(starter, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    code, seconds, megabytes = printed_usage.stdout.split()
    assert code in {"0", "1"}, f"{command[0]} could not check"
    return Used(float(seconds), float(megabytes))


def _repository(root: Path, features: int) -> Path:
    """The Python files of Plangate, with so many features."""
    files: dict[str, str | bytes] = dict(SPEC_KIT)
    for number in range(1, features + 1):
        files |= {f"specs/{number:03d}-search/spec.md": SPEC, f"specs/{number:03d}-search/plan.md": plan()}
    folder = clone(root, files)
    shutil.copytree(ROOT / "bot", folder / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def check_rows(features: int, target: str) -> list[Row]:
    """CPU and memory of both commands on one folder."""
    ruff = [shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff", "check", "--no-cache", "--isolated"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = _repository(Path(temporary) / "ferry", features)
        ours = used([str(Path(sys.executable).with_name("plangate")), "check", "--all"], folder)
        theirs = used([*ruff, "."], folder)
    what = "one feature" if features == 1 else f"{features} features"
    return [
        Row(
            f"CPU of `plangate check --all` on {what}, git's included, to that of `ruff check`",
            f"{ours.seconds / theirs.seconds:.1f}",
            f"{ours.seconds:.2f} s to {theirs.seconds:.2f} s",
            target,
        ),
        Row(
            f"memory of `plangate check --all` on {what}, to that of `ruff check`",
            f"{ours.megabytes / theirs.megabytes:.1f}",
            f"{ours.megabytes:.0f} MB to {theirs.megabytes:.0f} MB",
        ),
    ]


def jobs_row() -> Row:
    """CPU of the check of many features in one process, and in two."""
    plangate = [str(Path(sys.executable).with_name("plangate")), "check", "--all", "--jobs"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = _repository(Path(temporary) / "ferry", MANY_FEATURES)
        alone, shared = (used([*plangate, jobs], folder).seconds for jobs in ("1", "2"))
    return Row(
        f"CPU of `plangate check --all --jobs 2` on {MANY_FEATURES} features, to that of `--jobs 1`",
        f"{shared / alone:.2f}",
        f"{shared / MANY_FEATURES * 1000:.1f} ms to {alone / MANY_FEATURES * 1000:.1f} ms a feature",
        "≤ 10 ms a feature",
    )


def without_spec_row() -> Row:
    """CPU of the check where there is Markdown and nothing to check."""
    documents: dict[str, str | bytes] = {
        f"docs/part-{number // 100}/page-{number}.md": f"# Page {number}\n\nSome words.\n"
        for number in range(DOCUMENTS)
    }
    with tempfile.TemporaryDirectory() as temporary:
        folder = clone(Path(temporary) / "ferry", documents)
        seconds = used([str(Path(sys.executable).with_name("plangate")), "check", "--all"], folder).seconds
    measure = f"CPU of `plangate check --all` on {DOCUMENTS:,} Markdown files without a spec, git's included"
    return Row(measure, "", f"{seconds:.2f} s", "≤ 0.3 s")


def install_row() -> Row:
    """The files of an installation, without byte code."""
    locked = _LOCKED.findall((ROOT / "requirements-desk.txt").read_text(encoding="utf-8"))
    own = sum(_size(path) for folder in ("bot", "config") for path in (ROOT / folder).rglob("*"))
    ours, theirs = own + sum(map(_installed, locked)), _installed("ruff")
    return Row(
        "install size of the desk with its dependencies, to that of ruff",
        f"{ours / theirs:.1f}",
        f"{ours / 1e6:.0f} MB to {theirs / 1e6:.0f} MB",
        "≤ 35 MB",
    )


def _installed(distribution: str) -> int:
    return sum(_size(Path(str(file.locate()))) for file in importlib.metadata.files(distribution) or ())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() and "__pycache__" not in path.parts else 0


def rows() -> list[Row]:
    """CPU, memory and size."""
    return [
        *check_rows(1, "≤ 0.35 s"),
        *check_rows(FEATURES, "≤ 10 ms a feature"),
        jobs_row(),
        without_spec_row(),
        install_row(),
    ]


if __name__ == "__main__":
    print(printed("The desk, beside ruff on the same folder", rows()))
