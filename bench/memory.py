"""Whether memory stays flat over many deliveries: `python -m bench.memory`."""

from __future__ import annotations

import asyncio
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

from granian.constants import Interfaces

from bench.ack import CONNECTIONS, Server, connection, queue_in, served
from bench.effort import WHOLE, Effort
from bench.shared_queue import Waits
from bench.table import Row, printed
from bot import log
from bot.adapters.clock import SystemClock
from bot.app.worker import Worker
from bot.host.bootstrap import work

WARM_UP = 0.1
"""The part of the deliveries that comes before the first look at the memory."""
PORTION = 0.5
"""Seconds of load between two looks at the number of deliveries."""


def working(folder: str) -> None:
    """A worker process, until SIGTERM."""
    log.configure("error")
    queue = queue_in(Path(folder))
    work(Worker(queue, Waits(0.0), SystemClock()))
    queue.close()


async def deliver(server: Server, count: int) -> None:
    """At least so many deliveries."""
    waits: list[float] = []
    while len(waits) < count:
        end = time.perf_counter() + PORTION
        await asyncio.gather(*(connection(server.port, end, waits) for _ in range(CONNECTIONS)))


def resident(process: int) -> float:
    """Resident memory of a process, in MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def rows(effort: Effort = WHOLE) -> list[Row]:
    """The growth of the door and of a worker."""
    with tempfile.TemporaryDirectory() as folder:
        queue_in(Path(folder)).close()
        server = Server("the door", served, Path(folder), Interfaces.ASGINL)
        worker = get_context("spawn").Process(target=working, args=(folder,))
        worker.start()
        try:
            server.wait()
            asyncio.run(deliver(server, round(effort.deliveries * WARM_UP)))
            before = server.memory(), resident(worker.pid or 0)
            asyncio.run(deliver(server, effort.deliveries))
            after = server.memory(), resident(worker.pid or 0)
        finally:
            server.stop()
            worker.terminate()
            worker.join()
    return [
        Row(
            f"memory of {name} over {effort.deliveries:,} deliveries",
            "",
            f"{end - start:+.1f} MB, {end:.0f} MB",
            "±5 MB",
        )
        for name, start, end in zip(("the door", "a worker"), before, after, strict=True)
    ]


if __name__ == "__main__":
    print(printed("Memory", rows()))
