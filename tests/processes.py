"""Real processes of ours, for tests that kill them; each is ended with its test."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SECRET = "a secret for tests"
ROOT = Path(__file__).resolve().parent.parent
HANGS = 100.0
"""Seconds after which a test that waits for an event gives up. Even a very busy machine is faster."""


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    """The variables of a server in that folder, and none of whoever runs the tests."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PLANGATE_")}
    return {
        **ours,
        "PLANGATE_DIRECTORY": str(folder),
        "PLANGATE_PORT": str(port),
        "PLANGATE_WEBHOOK_SECRET": SECRET,
        **more,
    }


class Process:
    """A command in a process group of its own."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as lines:
            self.popen = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=dict(variables),
                stdout=lines,
                stderr=lines,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.wait(HANGS)
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def kill(self) -> None:
        """As `kill -9` does: to this process only, whatever becomes of its children."""
        self.popen.kill()
        self.popen.wait(HANGS)

    def terminate(self) -> int:
        """As a platform does; the exit code."""
        self.popen.terminate()
        return self.popen.wait(HANGS)


def children(pid: int) -> list[int]:
    """The process ids of a process's children."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread may end between being listed and being read
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(happened: Callable[[], object], seconds: float = HANGS) -> None:
    """Wait for an event. `seconds` only keeps a test from waiting for ever."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "the event did not happen"
        time.sleep(0.02)


def request(
    port: int, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """One request on a connection of its own: status and body. Raises `OSError` when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANGS)
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.read()
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def signed(
    body: bytes, event: str, delivery: str, content_type: str = "application/json", secret: str = SECRET
) -> dict[str, str]:
    """The headers that GitHub would send with it."""
    return {
        "Content-Type": content_type,
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery,
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


def deliver(port: int, event: str, payload: Any, delivery: str) -> tuple[int, Any]:
    """A delivery as GitHub sends it: status and answer. Raises `OSError` when nobody answers."""
    body = json.dumps(payload).encode()
    status, answer = request(port, "POST", "/webhook", body, signed(body, event, delivery))
    return status, json.loads(answer)


def answers(port: int, path: str = "/readyz") -> bool:
    """Whether a server is there and well."""
    try:
        return request(port, "GET", path)[0] == 200
    except OSError:
        return False
