"""The unit is a valid one, exposes little, and its settings are the server's."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.host.settings import read

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy/systemd/plangate.service"
MOST_EXPOSED = 15
"""Tenths of systemd's exposure level, of 100."""

analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def directives() -> dict[str, str]:
    lines = [line for line in UNIT.read_text(encoding="utf-8").splitlines() if "=" in line and line[0] != "#"]
    return dict(line.split("=", 1) for line in lines)


@analyze
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name  # whether the program is there is no matter of the unit
    copy.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/plangate/bin/plangate", "/bin/true"))
    verified = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@analyze
def test_the_service_is_exposed_to_little() -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", str(UNIT)]
    rated = subprocess.run(command, capture_output=True, text=True, check=False)
    assert rated.returncode == 0, rated.stdout + rated.stderr


def test_it_starts_the_server_with_its_folder_and_waits_for_its_end() -> None:
    unit = directives()
    assert unit["ExecStart"].split()[1] in COMMANDS
    name, folder = unit["Environment"].split("=")
    assert name == "PLANGATE_DIRECTORY"
    assert folder == f"/var/lib/{unit['StateDirectory']}" == unit["WorkingDirectory"]
    assert int(unit["TimeoutStopSec"]) > 30, "a worker ends after 28 seconds"
    assert unit["Restart"] == "always"


def test_every_setting_of_its_file_is_one() -> None:
    lines = (ROOT / "deploy/systemd/plangate.env").read_text(encoding="utf-8").splitlines()
    variables = dict(line.split("=", 1) for line in lines if line[0] != "#")
    given = read(variables)
    assert {name: given.environment()[name] for name in variables} == variables
    assert "PLANGATE_DIRECTORY" not in variables, "the unit says where the folder is"
