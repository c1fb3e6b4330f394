"""`plangate demo` as a person plays it: every step as told, and nothing left behind, however it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.processes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TITLES = (
    "✗ plangate  The plan is still the template",
    "plangate[bot] commented",
    "✗ plangate  1 violation unjustified",
    "✓ plangate  Nothing blocks yet",
    "✓ plangate  Nothing blocks · 1 warning",
    "✗ plangate  Number 001 is taken on main",
    "This becomes feature 002-",
    "✓ plangate  Not a feature",
)


class Demo:
    """The command, with a folder of its own for all that it writes, in a process group of its own."""

    def __init__(self, folder: Path, *words: str, output: int | None = None) -> None:
        self.folder = folder / "tmp"
        self.folder.mkdir()
        self._lines = folder / "out"
        self._mark = f"{folder}/mark"
        environment = {**os.environ, "TMPDIR": str(self.folder), "DEMO_MARK": self._mark, "PYTHONUNBUFFERED": "1"}
        with self._lines.open("wb") as lines:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "bot", "demo", *words],
                cwd=ROOT,
                env=environment,
                stdout=lines if output is None else output,
                stderr=lines,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """What it has printed so far."""
        return self._lines.read_text(encoding="utf-8")

    def until(self, words: str) -> None:
        """Wait until it says this, wherever the lines break."""
        end = time.monotonic() + 60
        while words not in re.sub(r"\s+", " ", self.said):
            assert time.monotonic() < end, self.said
            assert self.popen.poll() is None, self.said
            time.sleep(0.02)

    def left(self) -> list[int]:
        """Processes that it started and that still run, found by what they inherited."""
        everything = [int(place) for place in os.listdir("/proc") if place.isdigit()]  # noqa: PTH208  names will do
        return [process for process in everything if environment(process).get("DEMO_MARK") == self._mark]


def environment(process: int) -> dict[str, str]:
    """The variables that a process was started with; none of one that ended or is somebody else's."""
    try:
        variables = Path(f"/proc/{process}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return {}
    return {name: value for name, _, value in (variable.partition("=") for variable in variables.split("\0"))}


def play(folder: Path, *words: str, output: int | None = None) -> Iterator[Demo]:
    demo = Demo(folder, *words, output=output)
    try:
        yield demo
    finally:
        for process in demo.left():
            os.kill(process, signal.SIGKILL)
        demo.popen.wait(10)


@pytest.mark.slow
def test_every_step_goes_as_told(tmp_path: Path) -> None:
    for demo in play(tmp_path):
        assert demo.popen.wait(60) == 0, demo.said
        output = demo.said
        positions = [output.find(title) for title in TITLES]
        assert -1 not in positions, (output, positions)
        assert positions == sorted(positions)
        assert "Demo finished in" in output
        assert "\x1b" not in output
        assert "<details>" not in output
        assert re.findall(r"^╭─ .*[^ …─]─*╮$", output, re.MULTILINE) == []  # no title is cut without a sign
        assert (demo.left(), list(demo.folder.iterdir())) == ([], [])


@pytest.mark.slow
@pytest.mark.parametrize("words", ["Starting both", " 1 of 8 ", " 3 of 8 ", "Ctrl-C to stop both"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_no_process_and_no_folder(tmp_path: Path, words: str, number: signal.Signals) -> None:
    for demo in play(tmp_path, "--keep"):
        demo.until(words)
        demo.popen.send_signal(number)
        code = demo.popen.wait(30)
        assert code == (0 if words.startswith("Ctrl") else 130), demo.said
        assert "Traceback" not in demo.said
        assert (demo.left(), list(demo.folder.iterdir())) == ([], [])


@pytest.mark.slow
def test_what_its_processes_leave_goes_with_the_demo_whenever_they_are_ended(tmp_path: Path) -> None:
    for demo in play(tmp_path, "--keep"):
        demo.until(" 1 of 8 ")
        places = [Path(environment(process).get("TMPDIR", "/")) for process in demo.left()]
        # At least the door, the worker and what keeps both alive; the demo itself stands outside, as does its git.
        assert sum(place.parent == demo.folder for place in places) >= 3, places


@pytest.mark.slow
def test_ctrl_c_on_the_whole_terminal_ends_a_rehearsal(tmp_path: Path) -> None:
    from tests.demo.repositories import ferry  # noqa: PLC0415  one test needs it

    original = ferry(tmp_path / "ferry")
    for demo in play(tmp_path, "--repo", str(original.root)):
        demo.until(" ✓ 013-harbour")
        os.killpg(demo.popen.pid, signal.SIGINT)
        assert demo.popen.wait(30) == 130, demo.said
        assert "Stopped after " in demo.said
        assert "Traceback" not in demo.said
        assert (demo.left(), list(demo.folder.iterdir())) == ([], [])


@pytest.mark.slow
def test_a_reader_that_leaves_early_ends_it_all(tmp_path: Path) -> None:
    for demo in play(tmp_path, "--keep", output=subprocess.PIPE):
        assert demo.popen.stdout is not None
        demo.popen.stdout.readline()
        demo.popen.stdout.close()
        assert demo.popen.wait(60) != 0
        assert "Traceback" not in demo.said
        assert (demo.left(), list(demo.folder.iterdir())) == ([], [])
