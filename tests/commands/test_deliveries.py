"""`plangate deliveries` beside servers that are away, older, newer, or not moved yet: one sentence, nothing changed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.adapters.clock import SystemClock
from bot.cli import main
from bot.host import storage
from bot.host.settings import Settings
from tests.adapters.queue_contract import job
from tests.processes import ROOT, environment

if TYPE_CHECKING:
    from pathlib import Path


def version(folder: Path, number: int | None = None) -> int:
    """The database's version, after it was set."""
    with closing(sqlite3.connect(folder / "plangate.db")) as connection:
        if number is not None:
            connection.execute(f"PRAGMA user_version = {number}")
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server's folder, with two dead letters in its database."""
    settings = Settings(directory=tmp_path)
    storage.prepare(settings)
    with closing(storage.open_storage(settings, SystemClock()).queue) as queue:
        for name in ("d1", "d2"):
            queue.put(job(name, serial=name))
            leased = queue.lease("w1")
            assert leased is not None
            queue.bury(leased, "it can never succeed")
    monkeypatch.setenv("PLANGATE_DIRECTORY", str(tmp_path))
    return tmp_path


def test_the_dead_are_listed_shown_and_replayed(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deliveries", "list", "--state", "dead", "--limit", "1"]) == 0
    head, line, _, counts = capsys.readouterr().out.splitlines()
    assert head.split() == ["accepted", "(UTC)", "state", "tries", "event", "delivery"]
    assert line.split()[2:6] == ["dead", "1", "SweepDue", "d2"]
    assert counts == "0 waiting · 0 running · 0 done · 2 dead"
    assert main(["deliveries", "show", "d1"]) == 0
    assert "error:       it can never succeed\n" in capsys.readouterr().out
    assert main(["deliveries", "replay", "d1"]) == 0
    assert main(["deliveries", "replay", "--all"]) == 0
    assert main(["deliveries", "replay", "--all"]) == 0
    assert capsys.readouterr().out == "d1 is queued again\nd2 is queued again\nthere are no dead letters\n"
    assert main(["deliveries", "replay", "d1"]) == 2
    assert capsys.readouterr().err == "plangate: Delivery d1 is not a dead letter: its state is waiting.\n"
    assert version(var) > 0


@pytest.mark.parametrize("number", ["0", "-3", "x", "10001", "9" * 30])
def test_a_number_of_lines_that_is_none_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["deliveries", "list", "--limit", number])
    assert ended.value.code == 2
    assert "a number from 1 to 10000" in capsys.readouterr().err


def test_looking_does_not_bring_an_older_servers_database_to_our_version(
    var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = version(var, version(var) - 1)
    assert main(["deliveries", "list"]) == 2
    assert "run `plangate migrate` first" in capsys.readouterr().err
    assert version(var) == older


def test_a_newer_servers_database_is_not_to_be_started_by_this_one(
    var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version(var, 4711)
    assert main(["deliveries", "list"]) == 2
    assert "was written by a newer Plangate (schema 4711" in capsys.readouterr().err


def test_what_is_not_moved_to_the_shared_database_yet_is_not_passed_over(
    var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLANGATE_DATABASE_URL", "postgresql://plangate@127.0.0.1:1/x")
    assert main(["deliveries", "list"]) == 2
    assert f"{var}/plangate.db has not been moved to the shared database yet" in capsys.readouterr().err
    assert main(["doctor"]) == 1
    assert "has not been moved to the shared database yet: run `plangate migrate`" in capsys.readouterr().out


def test_a_shared_database_that_is_away_is_one_sentence_and_nothing_else(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "deliveries", "list"],
        cwd=ROOT,
        env=environment(tmp_path, 1, PLANGATE_DATABASE_URL="postgresql://plangate@127.0.0.1:1/x"),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("plangate: postgresql://127.0.0.1:1/x: ")
    assert ended.stderr.count("\n") == 1
