"""The extension for Spec Kit: what it says, and that Spec Kit's own command installs it and its hooks."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot
from tests.desk.test_check import git, write
from tests.stage import CONSTITUTION, SPEC, TEMPLATE, plan
from tools.extension_zip import SOURCE, pack

MANIFEST: dict[str, Any] = yaml.safe_load((SOURCE / "extension.yml").read_text(encoding="utf-8"))
COMMAND = (SOURCE / MANIFEST["provides"]["commands"][0]["file"]).read_text(encoding="utf-8")
HOOKS = {"after_plan", "after_tasks", "before_implement"}
UV = str(Path(sys.executable).with_name("uv"))
BIN = str(Path(sys.executable).parent)
MINORS = 2
"""Minor versions of Spec Kit, the newest first, that the extension is installed with."""


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command with `plangate` on the path, and with the answer yes to every question."""
    clean = {"GIT_CONFIG_GLOBAL": os.devnull, "NO_COLOR": "1", "TERM": "dumb", **environment}
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, **clean, "PATH": path}
    return subprocess.run(
        command, cwd=folder, env=variables, input="y\n", capture_output=True, text=True, timeout=240, check=False
    )


def check_script(text: str) -> str:
    """The shell block of the command's page."""
    (script,) = re.findall(r"^```bash\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return str(script)


def test_the_manifest_is_of_this_version_and_its_hooks_ask_nobody() -> None:
    assert MANIFEST["extension"]["version"] == bot.__version__
    assert MANIFEST["extension"]["homepage"] == bot.PROJECT_URL
    assert MANIFEST["hooks"].keys() == HOOKS
    assert {hook["command"] for hook in MANIFEST["hooks"].values()} == {"speckit.plangate.check"}
    assert not any(hook["optional"] for hook in MANIFEST["hooks"].values())


def test_the_command_runs_the_agents_format_and_says_when_to_stop() -> None:
    assert check_script(COMMAND) == 'plangate check --format agent --feature "$FEATURE"\n'
    assert COMMAND.count("**stop**") == 3


def test_the_zip_is_the_same_bytes_each_time_and_has_its_checksum(tmp_path: Path) -> None:
    first, second = pack(tmp_path / "first"), pack(tmp_path / "second")
    assert first.read_bytes() == second.read_bytes()
    digest, name = (tmp_path / "first" / f"{first.name}.sha256").read_text().split()
    assert (digest, name) == (hashlib.sha256(first.read_bytes()).hexdigest(), first.name)
    with zipfile.ZipFile(first) as archive:
        assert set(archive.namelist()) == {"LICENSE", "README.md", "commands/check.md", "extension.yml"}


def test_the_dist_target_packs_it() -> None:
    makefile = (SOURCE.parents[1] / "Makefile").read_text(encoding="utf-8")
    assert "tools.extension_zip dist" in makefile


def newest_minors() -> list[str]:
    """The newest version of each of the newest minors on the package index; skips where the index is unreachable."""
    pip = [sys.executable, "-m", "pip", "index", "versions", "specify-cli", "--disable-pip-version-check"]
    listed = subprocess.run(pip, capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r"^Available versions: (.+)$", listed.stdout, re.MULTILINE)
    if found is None:
        pytest.skip("The package index with specify-cli is unreachable: the extension was not installed by Spec Kit.")
    newest: dict[str, str] = {}
    for version in found[1].split(", "):
        newest.setdefault(version.rpartition(".")[0], version)
    return list(newest.values())[:MINORS]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("minor", range(MINORS))
def test_spec_kit_installs_it_and_its_hook_stops_on_red(tmp_path: Path, minor: int) -> None:
    version = newest_minors()[minor]
    specify = _install(tmp_path / "venv", version)
    root = tmp_path / "ferry"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch", "001-search")
    init = ["--here", "--force", "--non-interactive", "--integration", "claude", "--script", "sh"]
    _must([specify, "init", *init, "--ignore-agent-tools"], root)
    _must([specify, "extension", "add", "--dev", str(SOURCE)], root)
    _is_installed(root)
    _must([specify, "extension", "remove", "plangate", "--force"], root)
    with _Served(pack(tmp_path / "dist")) as url:
        _must([specify, "extension", "add", "plangate", "--from", url], root)
    _is_installed(root)
    _stops_on_red(root)


def _install(folder: Path, version: str) -> str:
    """Spec Kit in a virtual environment of its own; the path of its command."""
    _must([UV, "venv", "--quiet", "--python", sys.executable, str(folder)], folder.parent)
    python = str(folder / "bin" / "python")
    _must([UV, "pip", "install", "--quiet", "--python", python, f"specify-cli=={version}"], folder.parent)
    return str(folder / "bin" / "specify")


def _must(command: list[str], folder: Path) -> None:
    done = run(command, folder)
    assert done.returncode == 0, done.stdout + done.stderr


class _Served:
    """A file at an address of this machine."""

    def __init__(self, file: Path) -> None:
        handler = partial(_Quiet, directory=str(file.parent))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._name = file.name

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/{self._name}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name of the base class
        """Nothing."""


def _is_installed(root: Path) -> None:
    """Spec Kit's own registry of hooks names the command, on, for every event, and the agent has it as a skill."""
    registered = yaml.safe_load((root / ".specify" / "extensions.yml").read_text(encoding="utf-8"))
    for event in HOOKS:
        (hook,) = [hook for hook in registered["hooks"][event] if hook["extension"] == "plangate"]
        assert (hook["command"], hook["enabled"], hook["optional"]) == ("speckit.plangate.check", True, False)
    registry = json.loads((root / ".specify" / "extensions" / ".registry").read_text(encoding="utf-8"))
    assert registry["extensions"]["plangate"]["version"] == bot.__version__
    assert _skill(root) is not None


def _skill(root: Path) -> str:
    """The command as the agent reads it."""
    (page,) = (root / ".claude").rglob("*plangate*check*/SKILL.md")
    return page.read_text(encoding="utf-8")


def _stops_on_red(root: Path) -> None:
    """The installed command's own script fails on a bad plan, with the fix, and passes on a good one."""
    shell = ["bash", "-euo", "pipefail", "-c", check_script(_skill(root))]
    folder = "specs/001-search"
    write(root, {".specify/memory/constitution.md": CONSTITUTION, ".specify/templates/plan-template.md": TEMPLATE})
    write(root, {f"{folder}/spec.md": SPEC, f"{folder}/plan.md": plan("FAIL")})
    red = run(shell, root, FEATURE=folder)
    assert red.returncode == 1, red.stdout + red.stderr
    assert red.stdout.startswith("failure: ")
    assert "\n  fix: " in red.stdout
    write(root, {f"{folder}/plan.md": plan()})
    green = run(shell, root, FEATURE=folder)
    assert green.returncode == 0, green.stdout + green.stderr
