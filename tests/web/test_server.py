"""The real server, over real sockets."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.adapters.database.holders import Holders
from bot.adapters.database.migrate_postgres import migrate
from tests.adapters.payloads import push
from tests.processes import (
    ROOT,
    Process,
    answers,
    children,
    deliver,
    environment,
    free_port,
    request,
    signed,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("web")
    with closing(beside(folder)):
        yield folder


def beside(folder: Path) -> Holders:
    """To the door it is as if a worker shared its disk."""
    holders = Holders(folder / "workers")
    holders.hold("w1")
    return holders


@pytest.fixture(autouse=True)
def _worker(tmp_path: Path) -> Iterator[None]:
    with closing(beside(tmp_path)):
        yield


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    port = free_port()
    with Process(["-m", "bot", "web"], environment(folder, port), folder / "log"):
        until(lambda: answers(port))
        yield port


def speak(port: int, *parts: bytes) -> bytes:
    """Say it, and hear what comes back until the server is silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=100) as line:
        try:
            for part in parts:
                line.sendall(part)
        except OSError:
            pass  # it has heard enough; what it said may still be read
        try:
            return line.recv(4096)
        except OSError:
            return b""


HEAD = (
    b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-GitHub-Event: push\r\n"
    b"X-GitHub-Delivery: d1\r\nX-Hub-Signature-256: sha256=00\r\n"
)


def test_a_signed_delivery_is_accepted(port: int) -> None:
    status, answer = deliver(port, "push", push(), "delivery-1")
    assert (status, answer) == (202, {"delivery": "delivery-1", "outcome": "accepted"})


def test_a_body_of_30_mb_is_refused(port: int) -> None:
    said = speak(port, HEAD + b"Content-Length: 30000000\r\n\r\n", b"x" * 30_000_000)
    assert said.startswith(b"HTTP/1.1 413 ") or said == b"", "the server may hang up on who talks on"
    assert answers(port)


def test_a_chunked_body_of_30_mb_is_refused(port: int) -> None:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    said = speak(port, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 458, b"0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 413 ") or said == b""
    assert answers(port)


def test_a_chunked_delivery_is_accepted(port: int) -> None:
    body = json.dumps(push()).encode()
    head = "".join(f"{name}: {value}\r\n" for name, value in signed(body, "push", "delivery-2").items())
    said = speak(
        port,
        f"POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{head}\r\n".encode(),
        f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n",
    )
    assert said.startswith(b"HTTP/1.1 202 ")


def test_health_and_readiness(port: int) -> None:
    assert json.loads(request(port, "GET", "/healthz")[1])["status"] == "alive"
    assert request(port, "GET", "/readyz") == (200, b'{"status":"ready"}\n')


def test_the_front_page_says_what_this_is_and_lets_nothing_in(port: int) -> None:
    status, page = request(port, "GET", "/")
    assert status == 200
    assert b"plangate 0." in page
    assert request(port, "GET", "/nothing")[0] == 404
    assert request(port, "POST", "/healthz")[0] == 405


def test_when_the_database_is_gone_it_is_not_ready(tmp_path: Path) -> None:
    port = free_port()
    with Process(["-m", "bot", "web"], environment(tmp_path, port), tmp_path / "log"):
        until(lambda: answers(port))
        (tmp_path / "plangate.db.lock").unlink()
        (tmp_path / "plangate.db.lock").mkdir()
        assert request(port, "GET", "/readyz")[0] == 503
        assert request(port, "GET", "/healthz")[0] == 200
        assert deliver(port, "push", push(), "delivery-3")[0] == 503
        (tmp_path / "plangate.db.lock").rmdir()
        assert deliver(port, "push", push(), "delivery-3")[1]["outcome"] == "accepted"


def test_without_a_secret_it_serves_health_and_refuses_deliveries(tmp_path: Path) -> None:
    port = free_port()
    variables = environment(tmp_path, port, PLANGATE_WEBHOOK_SECRET="", PLANGATE_APP_ID="4711")
    with Process(["-m", "bot", "web"], variables, tmp_path / "log"):
        until(lambda: answers(port))
        assert deliver(port, "push", push(), "d1")[0] == 503
        assert b"not set up yet" in request(port, "GET", "/")[1]


def test_a_server_process_that_dies_is_replaced(tmp_path: Path) -> None:
    port = free_port()
    with Process(["-m", "bot", "web"], environment(tmp_path, port), tmp_path / "log") as web:
        until(lambda: answers(port))
        (inner,) = children(web.popen.pid)
        os.kill(inner, signal.SIGKILL)
        until(lambda: children(web.popen.pid) not in ([], [inner]) and answers(port))
        assert deliver(port, "push", push(), "d1")[0] == 202


def test_a_port_that_is_taken_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "bot", "web"],
            env=environment(tmp_path, port),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 2
    assert ended.stderr == (
        f"plangate: Cannot listen on 127.0.0.1:{port}: Address already in use. "
        "Choose another address with PLANGATE_HOST and PLANGATE_PORT.\n"
    )


@pytest.mark.parametrize("shared", [False, True])
def test_the_door_loads_no_github_client_no_validator_and_no_engine(
    tmp_path: Path, shared: bool, request: pytest.FixtureRequest
) -> None:
    """Each would cost every web process tens of megabytes and half a second."""
    address = request.getfixturevalue("postgres").database() if shared else ""
    if shared:
        migrate(address)
    program = (
        "import sys\n"
        "from bot.host import bootstrap, settings, storage\n"
        "given = settings.from_environment()\n"
        "storage.prepare(given)\n"
        "bootstrap.web_application(given)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(tmp_path, 1, PLANGATE_DATABASE_URL=address),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout.split()
    assert "flask" in loaded
    heavy = {"github", "github3", "pydantic", "requests", "urllib3", "jwt", "cryptography", "yaml", "procrastinate"}
    assert not heavy & set(loaded)


def test_a_hundred_slow_senders_shut_the_door_for_nobody(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), timeout=100) for _ in range(100)]
    try:
        for line in slow:
            line.sendall(HEAD + b"Content-Length: 1000\r\n\r\nonly this much")
        assert deliver(port, "push", push(), "delivery-4")[0] == 202
    finally:
        for line in slow:
            line.close()


@pytest.mark.slow
def test_without_a_worker_on_its_disk_the_door_stays_shut(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "web"],
        cwd=ROOT,
        env=environment(tmp_path / "nobody", free_port()),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"plangate: No worker uses {tmp_path}/nobody")
    assert "`plangate serve`" in ended.stderr
