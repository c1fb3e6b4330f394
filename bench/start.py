"""The machine's own limits, the start, and slow senders: `python -m bench.start`."""

from __future__ import annotations

import os
import socket
import statistics
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from pathlib import Path

from bench.effort import WHOLE, Effort
from bench.table import Row, printed
from tests.adapters.payloads import push
from tests.processes import Process, answers, deliver, environment, free_port, until

BLOCK = 4096
"""Bytes of one page of the database."""


def fsync_row() -> Row:
    """What one durable write costs on this disk."""
    with tempfile.TemporaryDirectory() as folder:
        opened = os.open(Path(folder) / "page", os.O_WRONLY | os.O_CREAT, 0o600)
        waits = []
        for _ in range(200):
            began = time.perf_counter()
            os.write(opened, bytes(BLOCK))
            os.fsync(opened)
            waits.append(time.perf_counter() - began)
        os.close(opened)
    return Row("one `fsync` of 4 KB", "", f"median {statistics.median(waits) * 1000:.2f} ms")


def start_row(rounds: int) -> Row:
    """From the start of `plangate serve` to its first 202."""
    waits = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            began = time.perf_counter()
            with Process(["-m", "bot", "serve"], environment(Path(folder), port), Path(folder) / "log"):
                until(partial(_is_accepted, port))
                waits.append(time.perf_counter() - began)
    return Row("cold start of `plangate serve` to its first 202", "", f"median {statistics.median(waits):.2f} s")


def _is_accepted(port: int) -> bool:
    try:
        return deliver(port, "push", push(), "first")[0] == HTTPStatus.ACCEPTED
    except OSError:
        return False


def slow_senders_row(senders: int) -> Row:
    """How long `/healthz` takes while many bodies arrive slowly."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        port = free_port()
        opened.enter_context(Process(["-m", "bot", "serve"], environment(Path(folder), port), Path(folder) / "log"))
        until(partial(answers, port, "/healthz"))
        calm = _median_wait(port)
        for _ in range(senders):
            sender = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            sender.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        slow = _median_wait(port)
    figure = f"{slow * 1000:.1f} ms instead of {calm * 1000:.1f} ms"
    return Row(f"`/healthz` beside {senders} slow bodies", f"{slow / calm:.1f}", figure, "under 50 ms")


def _median_wait(port: int) -> float:
    waits = []
    for _ in range(50):
        began = time.perf_counter()
        answers(port, "/healthz")
        waits.append(time.perf_counter() - began)
    return statistics.median(waits)


def rows(effort: Effort = WHOLE) -> list[Row]:
    """All of them."""
    return [fsync_row(), start_row(effort.rounds), slow_senders_row(effort.slow_senders)]


if __name__ == "__main__":
    print(printed("The machine and the start", rows()))
