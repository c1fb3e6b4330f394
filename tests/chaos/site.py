"""A GitHub, and a real Plangate beside it whose processes can be killed at any moment and come back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from bot import bootstrap
from bot.core.ports import JobState
from bot.sandbox.world import World
from bot.settings import Settings
from tests.processes import SECRET, Process, alive, answers, children, environment, free_port, until

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.state import CheckRun, Comment, Delivery, PullRequest, Repository

QUIET = 60.0
"""Seconds that Plangate may take to come to rest."""


class Site:
    """A world, a web process and a worker process; the processes' folder outlives them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.world = World(webhook_url=f"http://127.0.0.1:{self.port}/webhook", secret=SECRET)
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
        )
        self.web = self._start("web")
        self.worker = self._start("worker")
        until(lambda: answers(self.port))
        self.queue = bootstrap.open_queue(Settings(directory=folder))
        self.kills = 0

    def _start(self, role: str) -> Process:
        return Process(["-m", "bot", role], self._variables, self.folder / f"{role}.log")

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
        self.kills += 1

    def kill_worker(self) -> None:
        """Likewise; what it had in hand is anybody's again."""
        self.worker.kill()
        self.worker = self._start("worker")
        self.kills += 1

    def lost(self) -> list[Delivery]:
        """The deliveries that never arrived, by their last attempt."""
        attempts = {one.guid: one for one in self.world.deliveries.log}
        return [one for one in attempts.values() if one.status_code != 202]

    def come_to_rest(self) -> None:
        """Wait until everything is delivered and no job is left."""
        end = time.monotonic() + QUIET
        while not self._rests():
            assert time.monotonic() < end, self.told()
            time.sleep(0.1)

    def _rests(self) -> bool:
        """Nothing to do, at two looks in a row: a job's own writes cause deliveries."""
        self.world.settle(QUIET)
        before = len(self.world.deliveries.log)
        counts = self.queue.counts()
        if counts[JobState.WAITING] + counts[JobState.RUNNING]:
            return False
        self.world.settle(QUIET)
        return len(self.world.deliveries.log) == before

    def told(self) -> str:
        """What the worker logged last, for a test that fails."""
        log = (self.folder / "worker.log").read_text(encoding="utf-8", errors="replace")
        return f"{self.queue.counts()}\n{log[-3_000:]}"

    def runs(self, repository: Repository, sha: str) -> list[CheckRun]:
        """Our runs on a commit, the newest first."""
        return [run for run in self.world.check_runs(repository, sha) if run.suite.app is self.world.app]

    def sticky(self, pull: PullRequest) -> list[Comment]:
        """Our comments on a pull request."""
        found = self.world.comments(pull.base, pull.number)
        return [one for one in found if one.user is self.world.app.bot]
