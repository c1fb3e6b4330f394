"""A GitHub, and a real Plangate beside it whose processes can be killed at any moment and come back.

Both live by one clock that can be turned.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from bot.core.forge.ports import JobState
from bot.host import storage
from bot.host.settings import read
from bot.sandbox.world import World
from tests.chaos.clock import SharedClock
from tests.processes import SECRET, Process, alive, answers, children, environment, free_port, until

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.state import CheckRun, Comment, PullRequest, Repository
    from tests.postgres import Server

QUIET = 60.0
"""Seconds, of the machine's clock, that Plangate may take to come to rest."""
_SEEN = 2
"""Looks in a row at which there must be nothing to do."""


class Site:
    """A world, a web process and a worker process; the processes' folder outlives them."""

    def __init__(self, folder: Path, *, rate: float = 1.0, server: Server | None = None) -> None:
        """`rate`: how many times as fast as the machine's clock time passes. `server`: keeps the shared queue."""
        self.folder, self.server = folder, server
        self.port = free_port()
        self.clock = SharedClock(folder / "clock")
        self.clock.set(time.time(), rate)
        self.world = World(webhook_url=f"http://127.0.0.1:{self.port}/webhook", secret=SECRET, clock=self.clock.now)
        key = folder / "key.pem"
        key.write_text(self.world.app.private_key, encoding="ascii")
        self._variables = environment(
            folder,
            self.port,
            PLANGATE_APP_ID=str(self.world.app.id),
            PLANGATE_APP_SLUG=self.world.app.slug,
            PLANGATE_PRIVATE_KEY_FILE=str(key),
            PLANGATE_GITHUB_URL=self.world.url,
            PLANGATE_API_URL=self.world.url,
            PLANGATE_DATABASE_URL=server.database() if server is not None else "",
        )
        self.settings = read({name: value for name, value in self._variables.items() if name.startswith("PLANGATE_")})
        storage.migrate_all(self.settings)
        self.worker, self.web = self._start("worker"), self._start("web")
        until(lambda: answers(self.port), 60)
        self.storage = storage.open_storage(self.settings, self.clock)
        self.queue = self.storage.queue
        self.kills = {"web": 0, "worker": 0, "database": 0}

    def _start(self, role: str) -> Process:
        command = ["-m", "tests.chaos.plangate", role, str(self.clock.path)]
        return Process(command, self._variables, self.folder / f"{role}.log")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.web.__exit__()
        self.worker.__exit__()
        self.queue.close()
        self.world.close()

    def kill_web(self) -> None:
        """`kill -9`; it is started again at once, and misses what arrives until its door is open."""
        behind = children(self.web.popen.pid)
        self.web.kill()
        until(lambda: not any(map(alive, behind)), 5)
        self.web = self._start("web")
        self.kills["web"] += 1

    def kill_worker(self) -> None:
        """Likewise; what it had in hand is anybody's again."""
        self.worker.kill()
        self.worker = self._start("worker")
        self.kills["worker"] += 1

    def kill_database(self, away: float = 0.0) -> None:
        """Likewise, with all connections to it, after so many seconds; where the queue is a file there is none."""
        if self.server is not None:
            self.server.kill()
            time.sleep(away)
            self.server.start()
            self.kills["database"] += 1

    def terminate(self) -> tuple[int, int]:
        """As a platform does when it stops them; the exit codes of web and worker."""
        return self.web.terminate(), self.worker.terminate()

    def check_alive(self) -> None:
        """Start again what ended by itself, as a supervisor would."""
        if self.worker.popen.poll() is not None:
            self.worker = self._start("worker")
        if self.web.popen.poll() is not None:
            self.web = self._start("web")

    def come_to_rest(self, seconds: float = QUIET) -> None:
        """Wait until everything is delivered and no job is left."""
        end, seen = time.monotonic() + seconds, 0
        while seen < _SEEN:
            assert time.monotonic() < end, self.told()
            seen = seen + 1 if self._rests() else 0
            self.check_alive()
            time.sleep(0.1)

    def _rests(self) -> bool:
        """Nothing to do, before and after all deliveries are sent: a job's own writes cause some."""
        before = len(self.world.deliveries.log)
        self.world.settle(QUIET)
        return self.backlog() == 0 and len(self.world.deliveries.log) == before

    def backlog(self) -> int:
        """How many jobs are not done."""
        counts = self.queue.counts()
        return counts[JobState.WAITING] + counts[JobState.RUNNING]

    def pass_time(self, seconds: float, rate: float) -> None:
        """Let so many seconds of the shared clock pass at that rate, then go on at the rate of the machine's clock."""
        end = self.clock.now() + seconds
        self.clock.set(self.clock.now(), rate)
        while self.clock.now() < end:
            self.check_alive()
            time.sleep(0.1)
        self.clock.set(self.clock.now(), 1.0)

    def told(self) -> str:
        """What the worker logged last, for a test that fails."""
        log = (self.folder / "worker.log").read_text(encoding="utf-8", errors="replace")
        waiting = [record for record in self.queue.records() if record.state in {JobState.WAITING, JobState.RUNNING}]
        return f"{self.queue.counts()} at {self.clock.now()}\n{waiting[:5]}\n{log[-3_000:]}"

    def runs(self, repository: Repository, sha: str) -> list[CheckRun]:
        """Our runs on a commit, the newest first."""
        return [run for run in self.world.check_runs(repository, sha) if run.suite.app is self.world.app]

    def sticky(self, pull: PullRequest) -> list[Comment]:
        """Our comments on a pull request."""
        comments = self.world.comments(pull.base, pull.number)
        return [comment for comment in comments if comment.user is self.world.app.bot]
