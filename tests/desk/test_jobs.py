"""`plangate check --jobs`: many features are read in several processes, with the same report, and none is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.cli import main
from tests.stage import SPEC, SPEC_KIT, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LIMIT = 100.0
"""Seconds after which a test that waits for a process gives up."""
FEATURES = 40
SMALL = 6
"""Features at the start whose documents are small, so that the processes begin soon."""
LARGE = "A line of words that say what `part` is for.\n\n" * 1_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with many features, every third of which fails."""
    files = dict(SPEC_KIT)
    for number in range(1, FEATURES + 1):
        feature = f"specs/{number:03}-search"
        files[f"{feature}/spec.md"] = SPEC
        files[f"{feature}/plan.md"] = plan("PASS" if number % 3 else "FAIL") + (LARGE if number > SMALL else "")
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def started(folder: Path, jobs: int, *, code: str = "from bot.cli import main") -> subprocess.Popen[str]:
    """`plangate check --all` in a process group of its own."""
    arguments = ["check", "--all", "--format", "json", "--jobs", str(jobs), str(folder)]
    return subprocess.Popen(
        [sys.executable, "-c", f"import sys; {code}; sys.exit(main({arguments!r}))"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def alone(folder: Path) -> str:
    """The report of one process."""
    return started(folder, 1).communicate(timeout=LIMIT)[0]


def children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that this one has started and not ended."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(word) for word in listed.read_text(encoding="ascii").split()] if listed.exists() else []


def when_reading(process: subprocess.Popen[str], count: int) -> Iterator[int]:
    """The process ids of the readers, as soon as all have begun."""
    until = time.monotonic() + LIMIT
    while len(readers := children(process)) < count:
        assert process.poll() is None, "the check ended without readers"
        assert time.monotonic() < until
        time.sleep(0.01)
    return iter(readers)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_several_processes_give_the_report_of_one(folder: Path, alone: str) -> None:
    assert alone.count('"rule": "unjustified-violation"') == FEATURES // 3
    assert started(folder, 2).communicate(timeout=LIMIT) == (alone, "")


@pytest.mark.slow
def test_processes_start_where_a_process_cannot_be_copied(folder: Path, alone: str) -> None:
    code = "import multiprocessing as m; m.set_start_method('spawn'); m.get_all_start_methods = lambda: ['spawn']"
    assert started(folder, 2, code=f"{code}; from bot.cli import main").communicate(timeout=LIMIT) == (alone, "")


@pytest.mark.skipif(sys.platform != "linux", reason="lists processes in /proc")
def test_ctrl_c_leaves_no_process(folder: Path) -> None:
    process = started(folder, 3)
    readers = list(when_reading(process, 3))
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=LIMIT)
    assert (process.returncode, out) == (130, "")
    assert [pid for pid in readers if is_running(pid)] == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="lists processes in /proc")
def test_a_killed_process_costs_no_document(folder: Path, alone: str) -> None:
    process = started(folder, 2)
    os.kill(next(when_reading(process, 2)), signal.SIGKILL)
    assert process.communicate(timeout=LIMIT) == (alone, "")


@pytest.mark.parametrize("word", ["0", "-1", "two", "65", "²"])
def test_a_number_of_jobs_is_refused_with_its_bounds(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", f"--jobs={word}"])
    assert ended.value.code == 2
    assert f"{word!r} is no number from 1 to 64" in capsys.readouterr().err
