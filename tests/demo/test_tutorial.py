"""The tutorial as somebody walks it who pastes every command and presses every button that it names."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.demo.test_story import Demo
from tests.processes import ROOT, until

if TYPE_CHECKING:
    from collections.abc import Iterator

TUTORIAL = ROOT / "docs/tutorial.md"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def steps() -> dict[str, tuple[str, list[str]]]:
    """By the number of a step: its commands, and the lines that the tutorial shows of their output."""
    parts = re.split(r"^## (\d)\. .*$", TUTORIAL.read_text(), flags=re.MULTILINE)[1:]
    fences = {number: _FENCE.findall(part) for number, part in zip(parts[::2], parts[1::2], strict=True)}
    return {
        number: (
            "".join(body for language, body in found if language == "bash"),
            [line for language, body in found if language == "text" for line in body.splitlines()],
        )
        for number, found in fences.items()
    }


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path, "--keep")
    yield demo
    demo.popen.terminate()
    demo.popen.wait(30)


class Reader:
    """Somebody at a shell and a browser."""

    def __init__(self, folder: Path, port: str) -> None:
        self._here = folder / "plangate"
        tools = self._here / ".venv/bin"
        tools.mkdir(parents=True)
        (tools / "plangate").write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m bot "$@"\n')
        (tools / "plangate").chmod(0o755)
        self._state = folder / "state"
        self._path = os.environ["PATH"]
        self._port = port
        self.site = f"http://127.0.0.1:{port}"

    def paste(self, commands: str, shown: list[str]) -> None:
        """Run the commands where the earlier ones ended, and look for the lines that the tutorial shows."""
        keep = f"printf '%s\\n' \"$PWD\" \"$PATH\" > '{self._state}'"
        script = "\n".join(["set -e", commands.replace(":PORT/", f":{self._port}/"), keep])
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self._here,
            env={**os.environ, "PATH": self._path, "GIT_TERMINAL_PROMPT": "0"},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for line in shown:
            assert line in done.stdout
        here, self._path = self._state.read_text().splitlines()
        self._here = Path(here)

    def page(self, path: str) -> str:
        return self._opened(path)[1]

    def press(self, path: str, **fields: str) -> str:
        """Send a form; the path of the page that follows."""
        return self._opened(path, urlencode({"as": "ada", **fields}).encode())[0]

    def _opened(self, path: str, form: bytes | None = None) -> tuple[str, str]:
        request = urllib.request.Request(f"{self.site}{path}", form, {"Accept": "text/html"})  # noqa: S310  loopback
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310  likewise
            return response.url.removeprefix(self.site).partition("?")[0], response.read().decode()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_tutorial_can_be_walked_as_it_stands(tmp_path: Path, demo: Demo) -> None:
    walk = steps()
    assert list(walk) == ["1", "2", "3", "4", "5", "6", "7"]
    assert ".venv/bin/plangate demo --keep" in walk["1"][0]
    demo.until("Press Ctrl-C to stop both")
    address = re.search(r"git clone http://ada:sandbox@127\.0\.0\.1:(\d+)/acme/support-server\.git", demo.said)
    assert address is not None
    reader = Reader(tmp_path, address[1])
    for number in ("2", "3", "4", "5"):
        reader.paste(*walk[number])
    repository = "/acme/support-server"
    assert "Open pull request" in reader.page(repository)
    pull = reader.press(f"{repository}/pulls", head="005-export-reports", title="Export")
    until(lambda: "1 violation unjustified" in reader.page(pull))
    assert "Require plangate" in reader.page(pull)
    reader.press(f"{repository}/required", add="plangate", back=pull)
    assert re.search(r'<button class="main" disabled>Merge pull request', reader.page(pull))
    reader.paste(*walk["7"])
    until(lambda: "Nothing blocks yet · 1 justified violation · 4 documents to come" in reader.page(pull))
    reader.press(f"{pull}/merge", method="merge")
    assert '<span class="pill merged">Merged</span>' in reader.page(pull)
