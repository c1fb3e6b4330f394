"""A GitHub, and Plangate beside it, in one process: a test pushes, lets Plangate work, and looks at what people see.

    with Stage(tmp_path) as stage:
        repo = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry", **SPEC_KIT})
        stage.world.install("acme", [repo])
        stage.world.push(repo, "001-search", {"specs/001-search/spec.md": "# Search"}, author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        stage.drain()
        assert stage.run(repo, pull.head_sha).conclusion == "failure"

Deliveries travel through the real reading of payloads, the real queue and the real store on a disk; only the web server
and the worker's threads are left out, so that a test runs in order and ends.
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from bot.adapters.database.migrate import migrate
from bot.adapters.database.queue_sqlite import SqliteQueue
from bot.adapters.database.sqlite import Database
from bot.adapters.database.store_sql import SqlStore
from bot.adapters.github.app import GitHubApp
from bot.adapters.github.repository import GitHubRepositories
from bot.adapters.webhook import webhook
from bot.app.service import Service
from bot.core.config.in_force import OuterLayers
from bot.core.deciding.commit_verdict import Host
from bot.core.forge.events import RepositoryRef
from bot.core.forge.job_keys import new_job
from bot.core.forge.outcome import Bury, Done, Outcome, Retry
from bot.rules import RULES
from bot.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.core.forge.events import Event
    from bot.sandbox.requests_log import Request
    from bot.sandbox.state import CheckRun, Comment, Delivery, Repository

TEMPLATE = """# Implementation Plan: [FEATURE]

**Branch**: `[###-feature-name]` | **Date**: [DATE] | **Spec**: [link]

## Summary

[Extract from feature spec: primary requirement + technical approach]

## Technical Context

**Language/Version**: [e.g., Python 3.11 or NEEDS CLARIFICATION]
**Testing**: [e.g., pytest or NEEDS CLARIFICATION]

## Constitution Check

*GATE: Must pass before Phase 0 research. Re-check after Phase 1 design.*

[Gates determined based on constitution file]

## Complexity Tracking

| Violation | Why Needed | Simpler Alternative Rejected Because |
|-----------|------------|-------------------------------------|
| [e.g., 4th project] | [current need] | [why 3 projects insufficient] |
"""

CONSTITUTION = """# Ferry Constitution

## Core Principles

### I. Library First

Every feature starts as a library.

### II. Test First (NON-NEGOTIABLE)

Tests are written before the code.

## Governance

**Version**: 1.0.0 | **Ratified**: 2026-01-01
"""

SPEC_KIT = {
    ".specify/templates/plan-template.md": TEMPLATE,
    ".specify/memory/constitution.md": CONSTITUTION,
}
"""What makes a repository one that is judged."""

SPEC = """# Feature Specification: Search

**Feature Branch**: `001-search`

## User Scenarios & Testing

### User Story 1 - Find a ferry (Priority: P1)

A traveller finds the next ferry by its port.

## Requirements

- **FR-001**: The system MUST list ferries by port.
"""


def plan(first: str = "PASS", second: str = "PASS", rows: str = "") -> str:
    """A filled plan with a verdict for each of the two principles, and rows of Complexity Tracking."""
    return f"""# Implementation Plan: Search

**Branch**: `001-search` | **Date**: 2026-11-20 | **Spec**: [spec.md](./spec.md)

## Summary

Ferries are found by their port, from an index that is kept in memory.

## Technical Context

**Language/Version**: Python 3.12
**Testing**: pytest

## Constitution Check

| Principle | Status | Notes |
|---|---|---|
| I. Library First | {first} | the index is a library |
| II. Test First (NON-NEGOTIABLE) | {second} | tests come first |

## Complexity Tracking

| Violation | Why Needed | Simpler Alternative Rejected Because |
|-----------|------------|-------------------------------------|
{rows}"""


def feature(folder: str = "specs/001-search", text: str | None = None) -> dict[str, str]:
    """A feature's spec and plan."""
    return {f"{folder}/spec.md": SPEC, f"{folder}/plan.md": plan() if text is None else text}


class WorldClock:
    """The sandbox's time as Plangate's own."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._world.now()


class Stage:
    """A world, a service on it, and the way between them."""

    def __init__(self, folder: Path, version: str = "0.1.0") -> None:
        self.world = World()
        clock = self.clock = WorldClock(self.world)
        path = folder / "plangate.db"
        migrate(path)
        self._database = Database(path)
        self.queue = SqliteQueue(self._database, clock)
        self.store = SqlStore(self._database)
        app = self.world.app
        self.app = GitHubApp(app.id, app.private_key, clock, self.world.url)
        outer_layers = OuterLayers(rule_ids=tuple(rule.id for rule in RULES))
        self.house = Host(RULES, TEMPLATE, version, app_slug=app.slug, outer_layers=outer_layers)
        self.service = Service(GitHubRepositories(self.app, clock), self.queue, self.store, clock, self.house)
        self._delivered = 0
        self._numbers = count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.queue.close()
        self._database.close()
        self.world.close()

    def deliver(self) -> int:
        """Take in what GitHub sent since the last time; how many jobs that made."""
        return self.accept(self.lose())

    def overtaken(self) -> int:
        """The same, but what was sent last arrives first."""
        return self.accept(self.lose()[::-1])

    def accept(self, sent: Iterable[Delivery]) -> int:
        """Take in these, in their order; how many jobs that made."""
        made = 0
        for delivery in sent:
            body = json.dumps(delivery.payload).encode()
            jobs = webhook.parse(
                delivery.event, delivery.guid, body, app_id=self.world.app.id, app_slug=self.world.app.slug
            )
            made += sum(self.queue.put(job) for job in jobs)
        return made

    def install(self, *repositories: Repository) -> None:
        """Install the App in these repositories of one owner, and let it look around."""
        self.world.install(repositories[0].owner, repositories)
        self.drain()

    def lose(self) -> list[Delivery]:
        """Lose what GitHub sent since the last time; what that was."""
        sent = self.world.deliveries.log[self._delivered :]
        self._delivered += len(sent)
        return sent

    def replay(self) -> None:
        """Let everything that GitHub ever sent arrive again, under other delivery ids."""
        for number, delivery in enumerate(self.world.deliveries.log):
            body = json.dumps(delivery.payload).encode()
            guid = f"again-{number}"
            for job in webhook.parse(
                delivery.event, guid, body, app_id=self.world.app.id, app_slug=self.world.app.slug
            ):
                self.queue.put(job)

    def put(self, event: Event) -> None:
        """Accept an event that the sandbox does not send."""
        self.queue.put(new_job(f"stage:{next(self._numbers)}", event))

    def about(self, repository: Repository) -> dict[str, Any]:
        """What every event says of its repository."""
        owner, _, name = repository.full_name.partition("/")
        ref = RepositoryRef(id=repository.id, owner=owner, name=name, default_branch=repository.default_branch)
        installations = self.world.hub.state.installations
        return {"installation": next(iter(installations)), "repository": ref, "sender": "ada"}

    def step(self) -> Outcome | None:
        """Work on one job; None when none is due."""
        job = self.queue.lease("stage")
        if job is None:
            return None
        outcome = self.service.handle(job)
        match outcome:
            case Done():
                self.queue.done(job)
            case Retry(not_before, error):
                self.queue.retry(job, self.clock.now() + 5.0 if not_before is None else not_before, error)
            case Bury(error):
                self.queue.bury(job, error)
        return outcome

    def drain(self, *, patience: float = 0.0) -> list[Outcome]:
        """Deliver and work until nothing is due, what Plangate's own writes caused included.

        `patience` is how many seconds the clock may be turned forward to reach jobs that wait.
        """
        outcomes: list[Outcome] = []
        for _ in range(500):
            self.deliver()
            outcome = self.step()
            if outcome is not None:
                outcomes.append(outcome)
            elif patience > 0.0 and self._waiting():
                self.world.advance(1.0)
                patience -= 1.0
            elif not self.deliver():
                return outcomes
        raise AssertionError("Plangate does not come to rest")

    def _waiting(self) -> bool:
        return any(record.state == "waiting" for record in self.queue.records())

    def run(self, repository: Repository, sha: str) -> CheckRun:
        """Our latest verdict on a commit."""
        runs = [run for run in self.runs(repository, sha) if run.name == "plangate"]
        assert runs, (
            f"there is no run on {sha}; jobs: {[(job.name, job.state, job.error) for job in self.queue.records()]}"
        )
        return runs[0]

    def runs(self, repository: Repository, sha: str) -> list[CheckRun]:
        """Our runs on a commit, the newest first."""
        return [run for run in self.world.check_runs(repository, sha) if run.suite.app is self.world.app]

    def comments(self, repository: Repository, number: int) -> list[Comment]:
        """Our comments on an issue or pull request."""
        return [comment for comment in self.world.comments(repository, number) if comment.user is self.world.app.bot]

    def requests(self, mark: int = 0) -> list[Request]:
        """What Plangate asked of GitHub since a mark, tokens left out."""
        return [request for request in self.world.requests.since(mark) if not request.is_token]
