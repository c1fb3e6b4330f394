"""What it costs to accept a delivery: `python -m bench.ack [SECONDS]`.

Every row is the same signed 24 KB pull request, on disk before its 202, sent over 50 connections that wait for each
answer. Servers stand side by side and take turns, so that a busy machine disturbs all alike: trust the ratios and the
CPU time, not the rates. `flask` is the reference: the same work in a Flask view with the standard library's JSON.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, abort, request
from granian import Granian
from granian.constants import Interfaces

from bench.effort import WHOLE, Effort
from bench.peers import installed_peers, missing_peers, start_stub
from bench.table import Row, printed
from bot.adapters.clock import SystemClock
from bot.adapters.database.migrate import migrate
from bot.adapters.database.queue_sqlite import SqliteQueue
from bot.adapters.database.sqlite import Database
from bot.core.forge.ports import NewJob
from bot.web.app import application
from bot.web.door import Recipient
from bot.web.metrics import Metrics
from tests.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Process = multiprocessing.Process | subprocess.Popen[bytes]

SECRET = "a secret for the benchmark"  # noqa: S105  of no server but this one
CONNECTIONS = 50
START_SECONDS = 30.0
TICKS = os.sysconf("SC_CLK_TCK")


def payload() -> bytes:
    """A pull request of the usual size; most of it is never looked at."""
    branch = {"ref": "001-x", "sha": "a" * 40, "repo": {"id": 42, "full_name": "acme/ferry"}}
    padding = {f"field_{number}": {"url": "https://api.github.com/" + "x" * 60, "id": number} for number in range(190)}
    return json.dumps(
        {
            "action": "synchronize",
            "padding": padding,
            "pull_request": {"number": 5, "head": branch, "base": {**branch, "ref": "main"}, "body": "text " * 100},
            "repository": {"id": 42, "full_name": "acme/ferry", "default_branch": "main"},
            "installation": {"id": 99},
            "sender": {"login": "mona", "type": "User"},
        }
    ).encode()


BODY = payload()
SIGNATURE = "sha256=" + hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()


def queue_in(folder: Path) -> SqliteQueue:
    """A queue of this row's own."""
    migrate(folder / "plangate.db")
    return SqliteQueue(Database(folder / "plangate.db"), SystemClock())


def door(folder: Path) -> Any:
    """Plangate's door on WSGI."""
    queue = queue_in(folder)
    return application(Recipient((SECRET,), 4711, "plangate"), queue, Metrics(None, queue, lambda: None, time.time))


def served(folder: Path) -> Any:
    """Plangate's door behind its bridge, as it is served."""
    return door(folder).bridged(16)


def bare(_: Path) -> Any:
    """A Flask view that verifies and decodes, and stores nothing: a power cut loses what it accepted."""
    app = Flask(__name__)

    @app.post("/webhook")
    def webhook() -> tuple[dict[str, str], int]:
        body = request.get_data()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, request.headers.get("X-Hub-Signature-256", "")):
            abort(401)
        event = json.loads(body)
        return {"delivery": request.headers["X-GitHub-Delivery"], "branch": event["pull_request"]["head"]["ref"]}, 202

    return app


def flask(folder: Path) -> Any:
    """The usual way."""
    app, queue = Flask(__name__), queue_in(folder)

    @app.post("/webhook")
    def webhook() -> tuple[dict[str, str], int]:
        body = request.get_data()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, request.headers.get("X-Hub-Signature-256", "")):
            abort(401)
        event = json.loads(body)
        delivery = request.headers["X-GitHub-Delivery"]
        branch = event["pull_request"]["head"]["ref"]
        queue.put(NewJob(delivery, "x", json.dumps(event["action"]).encode(), "r", f"{branch}"))
        return {"delivery": delivery}, 202

    return app


def run(make: Callable[[Path], Any], folder: Path, port: int, interface: Interfaces) -> None:
    """Serve one row until SIGTERM."""
    threads = 16 if interface is Interfaces.WSGI else 1
    server = Granian("x", port=port, interface=interface, blocking_threads=threads, websockets=False, log_enabled=False)
    server.serve(target_loader=partial(make, folder), wrap_loader=False)


class Server:
    """A server and what was measured of it."""

    def __init__(self, name: str, make: Callable[[Path], Any], folder: Path, interface: Interfaces) -> None:
        self.name = name
        self.port = free_port()
        self.process = self.started(make, folder, interface)
        self.rates: list[float] = []
        self.cpu: list[float] = []
        self.waits: list[float] = []

    def started(self, make: Callable[[Path], Any], folder: Path, interface: Interfaces) -> Process:
        """The process."""
        process = multiprocessing.Process(target=run, args=(make, folder, self.port, interface))
        process.start()
        return process

    def wait(self) -> None:
        """Wait until the server accepts connections."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.05)
        raise TimeoutError(f"{self.name} did not start within {START_SECONDS:.0f} seconds")

    def pids(self) -> list[int]:
        """The server's own processes."""
        own = self.process.pid or 0
        return [own, *map(int, Path(f"/proc/{own}/task/{own}/children").read_text().split())]

    def spent(self) -> float:
        """CPU seconds so far."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in self.pids()]
        return sum(int(field[11]) + int(field[12]) for field in fields) / TICKS

    def stop(self) -> None:
        """End the server and wait for its end."""
        if self.process.pid:
            os.kill(self.process.pid, signal.SIGTERM)
        if isinstance(self.process, subprocess.Popen):
            self.process.wait(10)
        else:
            self.process.join(10)

    def memory(self) -> float:
        """The largest process's resident memory, MB."""
        statuses = [Path(f"/proc/{pid}/status").read_text() for pid in self.pids()]
        return max(int(status.split("VmRSS:")[1].split()[0]) for status in statuses) / 1024


class PeerServer(Server):
    """A server of another project."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self._command = command
        super().__init__(name, bare, Path(), Interfaces.WSGI)

    def started(self, _make: Callable[[Path], Any], _folder: Path, _interface: Interfaces) -> Process:
        """The process of the command."""
        return subprocess.Popen([*self._command, str(self.port), SECRET])


async def connection(port: int, until: float, waits: list[float]) -> None:
    """Deliver, wait for the answer, deliver again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
        f"X-GitHub-Event: pull_request\r\nX-Hub-Signature-256: {SIGNATURE}\r\nX-GitHub-Delivery: "
    )
    while time.perf_counter() < until:
        started = time.perf_counter()
        writer.write(f"{head}{os.urandom(8).hex()}\r\n\r\n".encode() + BODY)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 20"):  # Probot answers 200
            raise RuntimeError(answer.decode())
        length = answer.lower().split(b"content-length:")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        waits.append(time.perf_counter() - started)
    writer.close()


async def load(server: Server, seconds: float) -> None:
    """One round at one server."""
    waits: list[float] = []
    spent, started = server.spent(), time.perf_counter()
    await asyncio.gather(*(connection(server.port, started + seconds, waits) for _ in range(CONNECTIONS)))
    server.rates.append(len(waits) / (time.perf_counter() - started))
    server.cpu.append((server.spent() - spent) / len(waits) * 1e6)
    server.waits += waits


def rows(effort: Effort = WHOLE) -> list[Row]:
    """Measure every server in turns."""
    stub_port = free_port()
    stub = start_stub(stub_port)
    with tempfile.TemporaryDirectory() as folder:
        servers = [
            Server("Flask view, nothing stored", bare, Path(folder, "bare"), Interfaces.WSGI),
            Server("Flask view, stored", flask, Path(folder, "flask"), Interfaces.WSGI),
            Server("the door as served, stored", served, Path(folder, "served"), Interfaces.ASGINL),
            *(PeerServer(peer.name, peer.command) for peer in installed_peers(stub_port)),
        ]
        try:
            for server in servers:
                server.wait()
            for _ in range(effort.rounds):
                for server in servers:
                    asyncio.run(load(server, effort.load_seconds))
            measured = [_row(server, servers[0]) for server in servers]
        finally:
            for server in servers:
                server.stop()
            if stub is not None:
                stub.terminate()
                stub.wait()
    return [*measured, *(Row(name, "", "not measured: `make bench-peers` installs it") for name in missing_peers())]


def _row(server: Server, reference: Server) -> Row:
    rate, cpu = statistics.median(server.rates), statistics.median(server.cpu)
    waits = sorted(server.waits)
    half, most = waits[len(waits) // 2] * 1000, waits[len(waits) * 95 // 100] * 1000
    is_ours = server.name.startswith("the door")
    return Row(
        server.name,
        f"{rate / statistics.median(reference.rates):.2f}",
        f"{rate:.0f}/s, {cpu:.0f} µs CPU, p50 {half:.0f} ms, p95 {most:.0f} ms, {server.memory():.0f} MB",
        "at least 0.6, p95 under 60 ms, under 100 MB" if is_ours else "",
    )


def main() -> None:
    """Measure, print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else WHOLE.load_seconds
    print(printed("The door", rows(replace(WHOLE, load_seconds=seconds))))


if __name__ == "__main__":
    main()
