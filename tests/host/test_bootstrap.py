"""What is built from settings, and what is said when it cannot be."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.cli import COMMANDS
from bot.core.forge.errors import UserError
from bot.core.forge.ports import JobState
from bot.host import bootstrap, storage
from bot.host.settings import Settings
from tests.processes import ROOT, environment

if TYPE_CHECKING:
    from pathlib import Path


def test_preparing_twice_does_it_once(tmp_path: Path) -> None:
    settings = Settings(directory=tmp_path / "var")
    assert storage.prepare(settings) != []
    assert storage.prepare(settings) == []


def test_a_queue_that_is_nowhere_is_not_made_by_looking_for_it(tmp_path: Path) -> None:
    settings = Settings(directory=tmp_path / "elsewhere")
    with pytest.raises(UserError, match="does not exist: set PLANGATE_DIRECTORY"):
        bootstrap.open_queue(settings)
    assert list(tmp_path.iterdir()) == []


def test_a_queue_that_is_there_is_opened(tmp_path: Path) -> None:
    settings = Settings(directory=tmp_path)
    storage.prepare(settings)
    queue = bootstrap.open_queue(settings)
    assert queue.counts() == dict.fromkeys(JobState, 0)
    queue.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match=r"plangate\.db: .*can be written to"):
        storage.prepare(Settings(directory=tmp_path))


@pytest.mark.parametrize("command", ["serve", "web", "worker", "migrate"])
def test_a_damaged_database_is_one_sentence_in_every_command(tmp_path: Path, command: str) -> None:
    (tmp_path / "plangate.db").write_bytes(b"no database" * 500)
    ended = subprocess.run(
        [sys.executable, "-m", "bot", command],
        cwd=ROOT,
        env=environment(tmp_path, 1),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        f"plangate: {tmp_path}/plangate.db: file is not a database: "
        "it is damaged; restore a backup, or move it away to start anew.\n"
    )


def test_every_process_of_the_procfile_is_a_command() -> None:
    lines = [line for line in (ROOT / "Procfile").read_text().splitlines() if not line.startswith("#")]
    processes = dict(line.split(": ", 1) for line in lines)
    assert {name: command.split("plangate ")[1] for name, command in processes.items()} == {
        "release": "migrate",
        "web": "web",
        "worker": "worker",
    }
    assert all(command.split("plangate ")[1] in COMMANDS for command in processes.values())
    assert "PLANGATE_HOST=0.0.0.0" in processes["web"], "a platform's router is another machine"


def test_the_door_and_the_worker_load_only_the_engine_that_they_use(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from bot.host import settings, storage\n"
        "from bot.adapters.clock import SystemClock\n"
        "given = settings.from_environment()\n"
        "storage.prepare(given)\n"
        "storage.open_storage(given, SystemClock()).queue.close()\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(tmp_path, 1),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "sqlite3" in loaded
    assert "psycopg" not in loaded
