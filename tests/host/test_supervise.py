"""Children live and end with their supervisor."""

from __future__ import annotations

import os
import signal
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from bot.host import supervise
from tests.adapters.payloads import push
from tests.clocks import HandClock
from tests.processes import HANGS, Process, alive, answers, children, deliver, environment, free_port, until

if TYPE_CHECKING:
    from pathlib import Path

SUPERVISED = """
import sys
from pathlib import Path
from bot.host.supervise import Child, Supervisor
folder = Path(sys.argv[1])
children = [Child(file.stem, [sys.executable, str(file), str(folder)], {}) for file in sorted(folder.glob("child*.py"))]
ready = lambda: len(list(folder.glob("*.pid"))) == len(children)
sys.exit(Supervisor(children, ready=ready, announce="all there", grace=1.0).run())
"""
STEADY = """
import os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
Path(sys.argv[1], Path(__file__).stem + ".pid").write_text(str(os.getpid()))
time.sleep(60)
"""
STUBBORN = STEADY.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")
UNRECOVERABLE = "import sys; sys.exit(2)"


class Stage:
    def __init__(self, folder: Path, *programs: str) -> None:
        self.folder = folder
        for number, program in enumerate(programs):
            (folder / f"child{number}.py").write_text(program)
        (folder / "supervised.py").write_text(SUPERVISED)
        self.log = folder / "log"
        self.process = Process([str(folder / "supervised.py"), str(folder)], os.environ, self.log)

    def pid(self, number: int) -> int:
        try:
            return int((self.folder / f"child{number}.pid").read_text() or 0)
        except FileNotFoundError:
            return 0


def test_a_child_that_dies_is_started_again_and_the_other_is_left_alone(tmp_path: Path) -> None:
    stage = Stage(tmp_path, STEADY, STEADY)
    with stage.process:
        until(lambda: stage.pid(0) and stage.pid(1))
        until(lambda: "all there" in stage.log.read_text())
        first, other = stage.pid(0), stage.pid(1)
        os.kill(first, signal.SIGKILL)
        until(lambda: stage.pid(0) not in {0, first})
        assert stage.pid(1) == other
        assert stage.process.terminate() == 0
        assert not alive(stage.pid(0))
        assert not alive(other)
    assert stage.log.read_text().count("all there") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_both_ways_to_stop_end_everything_in_order(tmp_path: Path, number: signal.Signals) -> None:
    stage = Stage(tmp_path, STEADY)
    with stage.process:
        until(lambda: stage.pid(0))
        stage.process.popen.send_signal(number)
        assert stage.process.popen.wait(HANGS) == 0
        assert not alive(stage.pid(0))


def test_when_the_supervisor_is_killed_its_children_end(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child of its parent's end")
    stage = Stage(tmp_path, STEADY, STUBBORN)
    with stage.process:
        until(lambda: stage.pid(0) and stage.pid(1))
        stage.process.kill()
        until(lambda: not alive(stage.pid(0)) and not alive(stage.pid(1)))


def test_a_child_that_does_not_listen_is_killed_after_the_grace(tmp_path: Path) -> None:
    stage = Stage(tmp_path, STUBBORN)
    with stage.process:
        until(lambda: stage.pid(0))
        assert stage.process.terminate() == 0
        assert not alive(stage.pid(0))


def test_a_child_that_only_a_person_can_help_ends_everything(tmp_path: Path) -> None:
    stage = Stage(tmp_path, STEADY, UNRECOVERABLE)
    with stage.process:
        assert stage.process.popen.wait(HANGS) == 2
        assert not stage.pid(0) or not alive(stage.pid(0))


class TestServe:
    def test_it_says_when_it_is_ready_and_takes_deliveries_until_it_is_told_to_stop(self, tmp_path: Path) -> None:
        port = free_port()
        with Process(["-m", "bot", "serve"], environment(tmp_path, port), tmp_path / "log") as serve:
            until(lambda: f"plangate: ready at http://127.0.0.1:{port}" in (tmp_path / "log").read_text())
            assert deliver(port, "push", push(), "d1")[0] == 202
            (web,) = children(serve.popen.pid)
            os.kill(web, signal.SIGKILL)
            until(lambda: children(serve.popen.pid) not in ([], [web]) and answers(port))
            assert deliver(port, "push", push(), "d1")[1]["outcome"] == "known"
            assert serve.terminate() == 0
        assert not answers(port)
        assert "Traceback" not in (tmp_path / "log").read_text()

    def test_half_a_set_of_credentials_says_what_is_wanting(self, tmp_path: Path) -> None:
        port = free_port()
        with Process(["-m", "bot", "serve"], environment(tmp_path, port), tmp_path / "log") as serve:
            until(lambda: "deliveries wait until PLANGATE_APP_ID and its key are set" in (tmp_path / "log").read_text())
            assert serve.terminate() == 0

    def test_a_worker_without_a_key_ends_it_with_one_sentence(self, tmp_path: Path) -> None:
        variables = environment(tmp_path, free_port(), PLANGATE_APP_ID="4711")
        with Process(["-m", "bot", "serve"], variables, tmp_path / "log") as serve:
            assert serve.popen.wait(20) == 2
        said = [line for line in (tmp_path / "log").read_text().splitlines() if line.startswith("plangate: The")]
        assert said == [
            "plangate: The App's private key is not set: set PLANGATE_PRIVATE_KEY_FILE or PLANGATE_PRIVATE_KEY."
        ]


def test_a_child_that_keeps_dying_is_started_again_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HandClock()
    monkeypatch.setattr(supervise, "time", SimpleNamespace(monotonic=clock.now))
    child = supervise._ManagedChild(supervise.Child("web", [sys.executable, "-c", "raise SystemExit(1)"], {}))
    pauses = []
    for _ in range(6):
        child.start()
        assert child.process is not None
        child.process.wait(HANGS)
        assert child.died() == 1
        pauses.append(child.due - clock.now())
        clock.turn(pauses[-1])
        assert child.is_due()
    assert pauses == [0.0, 1.0, 2.0, 5.0, 5.0, 5.0]
    child.start()
    clock.turn(61.0)
    assert child.process is not None
    child.process.wait(HANGS)
    child.died()
    assert child.is_due(), "an earlier death is forgiven after a minute"
