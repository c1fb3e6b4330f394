"""The line that says how far a long command is: on a terminal only, with an estimate, and gone at the end."""

from __future__ import annotations

import io
import os
import pty
import re
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot import progress
from bot.cli import main
from bot.progress import ProgressLine
from tests.desk.test_check import write
from tests.stage import SPEC, SPEC_KIT, plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FEATURES = 6


class Terminal:
    """A terminal of a given width, and what was written on it."""

    def __init__(self, columns: int = 80) -> None:
        self._reader, writer = pty.openpty()
        os.set_blocking(self._reader, False)
        self.stream = os.fdopen(writer, "w", encoding="utf-8")
        import fcntl  # noqa: PLC0415  with `pty`, a terminal's own
        import struct  # noqa: PLC0415  likewise
        import termios  # noqa: PLC0415  likewise

        fcntl.ioctl(self.stream, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def close(self) -> None:
        self.stream.close()
        os.close(self._reader)

    def written(self) -> str:
        self.stream.flush()
        parts = []
        try:
            while part := os.read(self._reader, 65_536):
                parts.append(part)
        except OSError:  # nothing is left to read
            pass
        return b"".join(parts).decode()


class Clock:
    """Seconds that pass when the test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _on_a_persons_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with closing(Terminal()) as shown:
        yield shown


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files: dict[str, str | bytes] = dict(SPEC_KIT)
    for number in range(1, FEATURES + 1):
        files |= {f"specs/00{number}-search/spec.md": SPEC, f"specs/00{number}-search/plan.md": plan()}
    write(tmp_path, files)
    return tmp_path


def lines(written: str) -> list[str]:
    """What stood in the line, one after another; the last is what is left."""
    return written.split("\r\x1b[K")


@pytest.mark.parametrize("words", [["check", "--all"], ["init", "--print"]])
def test_each_feature_is_counted_on_a_terminal_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: Terminal,
    root: Path,
    words: list[str],
) -> None:
    monkeypatch.setattr(progress, "SHOWN_AFTER", 0.0)
    monkeypatch.setattr(progress, "_REDRAWN_AFTER", 0.0)
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    assert main([*words, str(root)]) == 0
    drawn = lines(terminal.written())[1 : FEATURES + 2]
    assert drawn[0] == f"0 of {FEATURES} features · specs/001-search"
    assert "about" not in drawn[2]
    assert re.fullmatch(rf"3 of {FEATURES} features · about \d+ s left · specs/004-search", drawn[3])
    assert drawn[FEATURES].partition("specs/")[0] == "", "the line is erased"
    assert f"of {FEATURES} features" not in capsys.readouterr().out


@pytest.mark.parametrize("where", ["pipe", "CI", "dumb", "quick"])
def test_nothing_is_written_where_nobody_would_see_it(
    monkeypatch: pytest.MonkeyPatch, terminal: Terminal, root: Path, where: str
) -> None:
    monkeypatch.setattr(progress, "SHOWN_AFTER", 3_600.0 if where == "quick" else 0.0)
    if where == "CI":
        monkeypatch.setenv("CI", "true")
    if where == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe if where == "pipe" else terminal.stream)
    assert main(["check", "--all", str(root)]) == 0
    assert (terminal.written(), pipe.getvalue()) == ("", "")


def test_the_estimate_is_what_the_finished_parts_took_on_average(terminal: Terminal) -> None:
    clock = Clock()
    with ProgressLine("heads", terminal.stream, clock) as line:
        for done in range(21):
            line.step(done, 200, "specs/001-a")
            clock.now += 0.5
        clock.now += 200
        line.step(21, 200, "specs/001-a")
    drawn = lines(terminal.written())
    assert "3 of 200 heads · about 98 s left" not in drawn, "minutes are easier to read"
    assert "3 of 200 heads · about 2 min left · specs/001-a" in drawn
    assert "20 of 200 heads · about 2 min left · specs/001-a" in drawn
    assert "21 of 200 heads · about 30 min left · specs/001-a" in drawn
    assert drawn[-1] == ""


def test_a_narrow_terminal_never_wraps_the_line_and_no_name_controls_it() -> None:
    clock = Clock()
    with closing(Terminal(30)) as narrow:
        with ProgressLine("features", narrow.stream, clock) as line:
            clock.now = 2.0
            line.step(3, 200, "specs/\x1b[2J画面\n" * 9)
            line.say("Copying 3.1 MB of history …")
        first, second = lines(narrow.written())[1:3]
    assert len(first) <= 29
    assert "\x1b" not in first
    assert second == "Copying 3.1 MB of history …"


def test_the_line_is_erased_when_the_work_fails(terminal: Terminal) -> None:
    def copy() -> None:
        with ProgressLine("rows", terminal.stream) as line:
            line.say("Copying")
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        copy()
    assert terminal.written() == "\r\x1b[KCopying\r\x1b[K"
