"""The storm and the quiet after it: everything at once, then one reconcile and one sweep, then the truth.

`python -m tests.chaos.storm DELIVERIES SEED sqlite|postgres` prints what happened. What people do, what goes wrong and
who is killed follows from the seed; which job meets which fault is up to the machine, as it is outside.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.forge.external_id import says_the_same
from bot.core.forge.ports import JobState
from tests.chaos.acts import Acts
from tests.chaos.fresh import Fresh
from tests.chaos.site import Site
from tests.chaos.weather import Weather
from tests.postgres import Server

if TYPE_CHECKING:
    from bot.core.forge.effects import CheckRun as Wanted
    from bot.sandbox.state import Repository

RATE = 30.0
"""Seconds of the shared clock for one of the machine's while the storm lasts."""
BACKLOG = 150
"""Jobs that may wait before people take a breath: the sandbox is quicker than GitHub is."""
JUMPS = (-1_800.0, -60.0, 300.0, 7_200.0)
_AWAY = (*[0.0] * 7, 20.0)
"""Seconds that a database stays away: the longest outlasts a lease, and on the shared clock a deadline."""
_PULL_REQUEST = "PullRequestChanged"
_HELD = "GitHub takes no"
"""What the log says of a job that waits for a limit: it asked nothing."""
_TRACE = 600
"""Characters of each."""
_RECONCILE_AND_SWEEP = 1_000.0
"""Seconds within which there is at least one of each."""


@dataclass(slots=True)
class Summary:
    """What happened, and what is wrong with it."""

    seed: int
    engine: str
    deliveries: int = 0
    unanswered: int = 0
    """Attempts to deliver that got no 202: GitHub does not repeat them by itself."""
    acts: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    jumps: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    heads: int = 0
    groups: int = 0
    comments: int = 0
    same_to_the_letter: int = 0
    jobs: dict[JobState, int] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    costs: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Reads and writes of pull request events that were done at the first try."""
    again: int = 0
    """Calls of all tries that were not both the first and done."""
    seconds: float = 0.0
    dead: list[str] = field(default_factory=list)
    """The dead letters: each is explained, or mended."""
    wrong: list[str] = field(default_factory=list)

    @property
    def calls_a_job(self) -> float:
        """API calls, tokens apart, for each job that ended: its retries are in it, what was coalesced is not."""
        return self.calls / max(sum(self.jobs.values()), 1)

    @property
    def told_costs(self) -> str:
        """The cheapest first."""
        return ", ".join(f"{times} × {reads} + {writes}" for (reads, writes), times in sorted(self.costs.items()))

    def __str__(self) -> str:
        lines = [
            f"seed {self.seed}, {self.engine}: {self.deliveries} deliveries, {self.acts} acts, {self.seconds:.0f} s",
            f"deliveries without a 202: {self.unanswered}",
            f"killed: {self.kills}; clock jumps: {self.jumps}",
            f"went wrong: {dict(self.struck.most_common())}",
            f"jobs: { {state.value: count for state, count in self.jobs.items()} }; tries: {dict(self.tries)}",
            f"calls: {self.calls}, {self.calls_a_job:.2f} a job; {self.again} in tries that failed or came after one",
            f"reads + writes of pull request events done at once: {self.told_costs}",
            f"open heads: {self.heads}; merge groups: {self.groups}; comments on open ones: {self.comments}",
            f"as a fresh look says, to the letter: {self.same_to_the_letter}",
            f"wrong: {len(self.wrong)}",
        ]
        return "\n".join([*lines, *self.wrong[:20], f"dead letters: {len(self.dead)}", *self.dead[:20]])


def storm(folder: Path, deliveries: int, seed: int, server: Server | None) -> Summary:
    """Play it through."""
    dice = random.Random(seed)  # noqa: S311  repeatable on purpose
    summary = Summary(seed, "sqlite" if server is None else "postgres")
    started = time.monotonic()
    with Site(folder, rate=RATE, server=server) as site:
        acts = Acts(site.world, dice)
        site.come_to_rest()
        weather = Weather(site, random.Random(seed + 1), acts.move_a_head)  # noqa: S311  likewise
        _rage(site, acts, weather, dice, deliveries, summary)
        weather.clear()
        acts.put_back()
        site.pass_time(_RECONCILE_AND_SWEEP, rate=60.0)
        if acts.came_anew:  # what is governed there was known only now, and the next sweep looks at its merge groups
            site.pass_time(_RECONCILE_AND_SWEEP, rate=60.0)
        site.clock.set(site.clock.now(), RATE)
        site.come_to_rest(600)
        if site.terminate() != (0, 0):
            summary.wrong.append("a process did not end in order")
        _compare(site, acts, summary)
        summary.unanswered = sum(delivery.status_code != HTTPStatus.ACCEPTED for delivery in site.world.deliveries.log)
        summary.deliveries, summary.struck = len(site.world.deliveries.log), weather.struck
        summary.kills, summary.jobs, summary.dead = site.kills, site.queue.counts(), _dead_letters(site)
        summary.calls = sum(not request.is_token for request in site.world.requests)
        _read_log((folder / "worker.log").read_text(encoding="utf-8", errors="replace"), summary)
        summary.seconds = time.monotonic() - started
        if summary.wrong or summary.dead:
            _leave_traces(site)
        print(summary)  # noqa: T201  what it is for; here, because the sandbox tells of its own mistakes as it closes
    return summary


def _dead_letters(site: Site) -> list[str]:
    """Each with its attempts and its last error; the worker's log has the errors before that."""
    letters = site.queue.records(JobState.DEAD)
    return [f"{letter.name} {letter.delivery}, {letter.attempts} attempts: {letter.error}" for letter in letters]


def _read_log(text: str, summary: Summary) -> None:
    """What the worker's own lines say of each try."""
    for line in text.splitlines():
        words = line.split()
        if len(words) > 3 and words[2] == "worker" and words[3] in {"done", "retry", "bury"}:
            keys = dict(word.split("=", 1) for word in words[4:] if "=" in word)
            kind = "held" if _HELD in line else words[3]
            summary.tries[kind] += 1
            if kind == "done" and keys["attempt"] == "1" and keys["event"] == _PULL_REQUEST:
                summary.costs[int(keys["calls"]) - int(keys["writes"]), int(keys["writes"])] += 1
            elif kind != "done" or keys["attempt"] != "1":
                summary.again += int(keys["calls"])


def _rage(  # noqa: PLR0913, PLR0917  the storm is all of these
    site: Site, acts: Acts, weather: Weather, dice: random.Random, deliveries: int, summary: Summary
) -> None:
    log = site.world.deliveries.log
    next_kill = 0.0
    while len(log) < deliveries:
        acts.act()
        summary.acts += 1
        if dice.random() < 0.15:
            weather.worsen()
        if len(log) >= next_kill:
            away = dice.choice(_AWAY)
            dice.choice((site.kill_web, site.kill_worker, partial(site.kill_database, away), lambda: None))()
            next_kill = len(log) + dice.randrange(60, 160)
        if dice.random() < 0.005:
            site.clock.set(site.clock.now() + dice.choice(JUMPS), RATE)
            summary.jumps += 1
        if summary.acts % 10 == 0:
            site.check_alive()
            while site.backlog() > BACKLOG or _on_their_way(site) > BACKLOG:
                time.sleep(0.1)
                site.check_alive()


def _leave_traces(site: Site) -> None:
    """What the jobs, the deliveries and the requests were, for whoever looks for the cause."""
    world = site.world
    traces = {"jobs": site.queue.records(limit=100_000), "deliveries": world.deliveries.log, "requests": world.requests}
    for name, traced in traces.items():
        lines = (f"{str(row)[:_TRACE]}\n" for row in traced)
        (site.folder / f"{name}.txt").write_text("".join(lines), encoding="utf-8")


def _on_their_way(site: Site) -> int:
    return sum(delivery.status == "pending" for delivery in site.world.deliveries.log[-1_000:])


def _compare(site: Site, acts: Acts, summary: Summary) -> None:
    """Every open head and group with what a fresh look at it says."""
    fresh = Fresh(site)
    seen: set[str] = set()
    for pull in acts.open_pulls():
        place = f"{pull.base.full_name}#{pull.number} {pull.head_sha[:7]}"
        comments = site.sticky(pull)
        summary.comments += len(comments)
        if len(comments) > 1:
            summary.wrong.append(f"{place}: {len(comments)} comments")
        if pull.head_sha not in seen:
            seen.add(pull.head_sha)
            summary.heads += 1
            _check(site, pull.base, pull.head_sha, fresh.of_pull(pull), place, summary)
    for repository in acts.repositories:
        for group in repository.queue:
            summary.groups += 1
            place = f"{repository.full_name} {group.branch}"
            _check(site, repository, group.head_sha, fresh.of_group(group), place, summary)
    for repository in acts.repositories:
        for pull in repository.pulls.values():
            if len(site.sticky(pull)) > 1:
                summary.wrong.append(f"{repository.full_name}#{pull.number} was commented twice")


def _check(  # noqa: PLR0913, PLR0917  a comparison is all of these
    site: Site, repository: Repository, sha: str, wanted: Wanted | None, place: str, summary: Summary
) -> None:
    runs = site.runs(repository, sha)
    if not runs:
        summary.wrong.append(f"{place}: no run")
        return
    latest = runs[0]
    if latest.status != "completed":
        summary.wrong.append(f"{place}: not completed")
    elif wanted is None:
        summary.wrong.append(f"{place}: a fresh look says nothing")
    elif (latest.conclusion, latest.title) != (wanted.output.conclusion, wanted.output.title):
        verdict = f"{latest.conclusion} {latest.title!r}"
        summary.wrong.append(f"{place}: {verdict}, fresh: {wanted.output.conclusion} {wanted.output.title!r}")
    elif says_the_same(latest.external_id or "", wanted.external_id):
        summary.same_to_the_letter += 1


def main() -> int:
    """From the command line; the exit code. The logs of a storm that went wrong are kept."""
    deliveries, seed, engine = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    folder = Path(tempfile.mkdtemp(prefix="plangate-chaos-"))
    with Server() if engine == "postgres" else nullcontext() as server:
        summary = storm(folder, deliveries, seed, server)
    if summary.wrong or summary.dead:
        print(f"logs: {folder}")  # noqa: T201  likewise
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
