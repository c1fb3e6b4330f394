"""A real PostgreSQL server for the tests that need one: started here, on a socket in a folder of its own, and stopped.

`python -m tests.postgres` says whether it can be had; `make postgres` installs it where Debian's packages are.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

_USERS = ("postgres", "nobody")
"""Whose server it may be where we are root, which PostgreSQL refuses to run as."""
_START = 100.0
"""Seconds."""


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, the newest version; None when it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    named = shutil.which("postgres")
    return None if named is None else Path(named).resolve().parent


class Server:
    """A server in a temporary folder, stopped by its process id at the end."""

    def __init__(self) -> None:
        tools = binaries()
        assert tools is not None, "PostgreSQL is not installed: `make postgres`"
        self._tools = tools
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._user = None if os.geteuid() else next(user for user in _USERS if _exists(user))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "--auth=trust", "--username=plangate", "--no-sync", "--encoding=UTF8", "--no-locale")
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "300",
            "shared_buffers": "32MB",
            "logging_collector": "off",
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        until = time.monotonic() + _START
        self._launch(words)
        while not self._answers():
            if self._process is not None and self._process.poll() is not None:
                # After a kill a child that was just being forked may hold the shared memory a moment longer.
                self._launch(words)
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.05)

    def _launch(self, words: list[str]) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._tools / "postgres", "-D", self.folder / "data", *words],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                user=self._user,
                extra_groups=[] if self._user else None,
                cwd=self.folder,
            )

    def kill(self) -> None:
        """As a crash of the machine would: no process of it gets to say goodbye."""
        assert self._process is not None
        ours = self._children()
        self._process.kill()
        self._process.wait()
        _send(ours, signal.SIGKILL)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections, as the kernel does for it, and answers nothing, until the end of the block."""
        assert self._process is not None
        everybody = [self._process.pid, *self._children()]
        _send(everybody, signal.SIGSTOP)
        try:
            yield
        finally:
            _send(everybody, signal.SIGCONT)

    def _children(self) -> list[int]:
        assert self._process is not None
        own = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(child) for child in own.read_text().split()]

    def stop(self) -> None:
        """Stop it for good: nothing is written that nobody will read."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"t{uuid4().hex[:12]}"
        self._psql("postgres", f"CREATE DATABASE {name}")
        return f"postgresql://plangate@/{name}?host={self.folder}"

    def _answers(self) -> bool:
        try:
            self._psql("postgres", "SELECT 1")
        except subprocess.CalledProcessError:
            return False
        return True

    def _psql(self, database: str, sql: str) -> None:
        subprocess.run(
            [self._tools / "psql", "-qX", "-h", self.folder, "-U", "plangate", "-d", database, "-c", sql],
            check=True,
            capture_output=True,
        )

    def _run(self, tool: str, *words: str) -> None:
        subprocess.run(
            [self._tools / tool, "-D", self.folder / "data", *words],
            check=True,
            capture_output=True,
            user=self._user,
            extra_groups=[] if self._user else None,
            cwd=self.folder,
        )


def _send(processes: list[int], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


if __name__ == "__main__":
    tools = binaries()
    print(tools or "PostgreSQL is not installed: `make postgres`.")  # noqa: T201  for the person who asked
    sys.exit(tools is None)
