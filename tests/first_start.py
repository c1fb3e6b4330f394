"""A server that has no App yet, as a process: started, and told to set one up."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.adapters import credentials
from tests.browser import link_in
from tests.processes import ROOT, Process, environment, free_port, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.sandbox.world import World


def unregistered(folder: Path, port: int, world: World, **more: str) -> dict[str, str]:
    """The variables of a server that is not registered with this GitHub."""
    return environment(
        folder / "var",
        port,
        **{
            "PLANGATE_WEBHOOK_SECRET": "",
            "PLANGATE_GITHUB_URL": world.url,
            "PLANGATE_API_URL": world.url,
            "PLANGATE_URL": f"http://127.0.0.1:{port}",
            **more,
        },
    )


@contextmanager
def started(folder: Path, world: World, command: str = "serve", **more: str) -> Iterator[tuple[Process, int, str]]:
    """A server on its first start: the process, its port, and the printed address."""
    port, log = free_port(), folder / "log"
    with Process(["-m", "bot", command], unregistered(folder, port, world, **more), log) as process:
        until(lambda: link_in(log.read_text()))
        yield process, port, link_in(log.read_text())


def app_of(folder: Path) -> Path:
    """Where a server with its folder below this one keeps its App."""
    return credentials.folder(folder / "var")


@contextmanager
def setting_up(folder: Path, world: World, *words: str) -> Iterator[Process]:
    """`plangate setup`, which has printed its address."""
    log = folder / "setup-log"
    with Process(["-m", "bot", "setup", *words], unregistered(folder, 1, world, PLANGATE_URL=""), log) as process:
        until(lambda: link_in(log.read_text()))
        yield process


def told(
    folder: Path, world: World, *words: str, command: str = "setup", **more: str
) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "bot", command, *words],
        env=unregistered(folder, 1, world, PLANGATE_URL="", **more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
