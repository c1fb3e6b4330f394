"""Whether an existing engine should hand out the turns: `python -m bench.engine [JOBS]`, from the repository's root.

Procrastinate executes one task a repository, with `lock` and `queueing_lock` of its name, and the task takes jobs from
our table until none of that repository is due: so a job that waits for its retry holds no lock, and our table stays the
truth. `leases` is the shared queue as it is. One process with four threads in each row, on one server.
"""

from __future__ import annotations

import asyncio
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from bench.shared_queue import EVENT, REPOSITORIES, THREADS, opened, rate
from bot.adapters import queue_postgres
from bot.adapters.migrate_postgres import migrate
from bot.core.ports import NewJob
from tests.postgres import Server

HOLDER = "p1"


def turns(server: Server, seconds: float, jobs: int) -> tuple[float, float]:
    """Jobs worked on a second, and submissions to the engine a second."""
    address = server.database()
    migrate(address)
    queue = opened(address)
    queue.lease(HOLDER)
    app = App(connector=PsycopgConnector(conninfo=address))

    @app.task(name="turn")
    def turn(serial: str) -> None:
        now = time.time()
        take = queue._database.write  # noqa: SLF001  what a port for this engine would offer
        while (job := take(lambda session: queue_postgres._first(session, HOLDER, now, [(serial,)]))) is not None:  # noqa: SLF001  likewise
            time.sleep(seconds)
            queue.done(job)

    async def work() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        async with app.open_async():
            await app.run_worker_async(
                concurrency=THREADS, wait=False, fetch_job_polling_interval=0.25, install_signal_handlers=False
            )

    serials = [f"r{number % REPOSITORIES}" for number in range(jobs)]
    with app.open():
        app.schema_manager.apply_schema()
        for number, serial in enumerate(serials):
            queue.put(NewJob(f"d-{number}", "SweepDue", EVENT, serial))
        started = time.perf_counter()
        for serial in serials:
            with suppress(AlreadyEnqueued):
                turn.configure(lock=serial, queueing_lock=serial).defer(serial=serial)
        submitted = jobs / (time.perf_counter() - started)
    started = time.perf_counter()
    asyncio.run(work())
    worked = jobs / (time.perf_counter() - started)
    queue.close()
    return worked, submitted


def main() -> None:
    """Measure and print."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print(f"{'a job':<16} {'engine':<14} {'jobs/s':>8} {'accepted or submitted/s':>24}")
    with Server() as server:
        for seconds, kind in ((0.1, "waits 100 ms"), (0.0, "does nothing")):
            leases, accepted = rate(server, 1, seconds, jobs)
            worked, submitted = turns(server, seconds, jobs)
            print(f"{kind:<16} {'leases':<14} {leases:>8.0f} {accepted:>24.0f}")
            print(f"{kind:<16} {'Procrastinate':<14} {worked:>8.0f} {submitted:>24.0f}")


if __name__ == "__main__":
    main()
