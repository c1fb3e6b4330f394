"""From delivery to verdict, and large repositories: `python -m bench.verdicts`.

A sandbox and Plangate run as the processes of `plangate demo`. Our own share of a verdict is the time from the push's
delivery until GitHub has the check run, less the time that GitHub took over the requests before it.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.effort import WHOLE, Effort
from bench.table import Row, printed
from bot.demo.theatre import Theatre
from bot.sandbox.faults import Fault
from tests.stage import SPEC_KIT, feature

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.sandbox.requests_log import Request
    from bot.sandbox.state import Repository

LATENCIES = (0.0, 0.05, 0.15)
"""Seconds that each request to GitHub takes longer."""
RATE = 20
"""Pushes a second over all repositories."""
ACCOUNTS = 10
"""Accounts that have the repositories: GitHub takes only so many check runs a minute from one installation."""
PATIENCE = 60.0
"""Seconds to wait for one verdict."""


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile, in milliseconds."""
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1000, ordered[len(ordered) * 95 // 100] * 1000


def _repository(theatre: Theatre, name: str, files: dict[str, str] | None = None, account: str = "acme") -> Repository:
    repository = theatre.world.create_repository(account, name, SPEC_KIT | (files or {}))
    theatre.world.install(account, [repository])
    return repository


def _is_completed(run: object) -> bool:
    return getattr(run, "conclusion", None) is not None


def seconds_at_github(requests: Iterable[Request], until: float) -> float:
    """Seconds before a moment in which at least one request was at GitHub."""
    total, covered = 0.0, float("-inf")
    for request in sorted(requests, key=lambda request: request.began):
        end = min(request.began + request.duration, until)
        total += max(0.0, end - max(request.began, covered))
        covered = max(covered, end)
    return total


def own_shares(theatre: Theatre, repository: Repository, latency: float, verdicts: int) -> list[float]:
    """Seconds of our own for one verdict after another; the machine is idle between them."""
    theatre.world.faults.clear()
    theatre.world.faults.add(Fault(status=0, delay=latency, times=None))
    shares = []
    for number in range(verdicts):
        branch = f"{number + 1:03}-latency-{latency * 1000:.0f}"
        theatre.wait_until_quiet()
        mark, sent = theatre.world.requests.mark, len(theatre.world.deliveries.log)
        head = theatre.world.push(repository, branch, feature(f"specs/{branch}"), author="ada")
        theatre.wait_for_run(repository, head, _is_completed, PATIENCE)
        theatre.wait_until_quiet()
        requests = theatre.world.requests.since(mark)
        verdict = next(request for request in requests if request.is_write)
        pushes = (delivery for delivery in theatre.world.deliveries.log[sent:] if delivery.event == "push")
        at_github = seconds_at_github(requests, verdict.began)
        shares.append(verdict.began - next(pushes).delivered_at - at_github)
    return shares


def idle_rows(verdicts: int) -> list[Row]:
    """Our own share when nothing else is to do."""
    rows = []
    with Theatre() as theatre:
        repository = _repository(theatre, "ferry", feature("specs/000-first"))
        own_shares(theatre, repository, 0.001, 2)  # the first verdict loads what the others find loaded
        for latency in LATENCIES:
            half, most = percentiles(own_shares(theatre, repository, latency, verdicts))
            measure = f"our own share of a verdict at {latency * 1000:.0f} ms latency"
            rows.append(Row(measure, "", f"p50 {half:.0f} ms, p95 {most:.0f} ms", "p50 under 30 ms, p95 under 80 ms"))
    return rows


def loaded_row(effort: Effort) -> Row:
    """From push to completed run under load at the highest latency."""
    with Theatre() as theatre:
        repositories = [
            _repository(theatre, f"ferry-{number}", account=f"account-{number % ACCOUNTS}")
            for number in range(effort.repositories)
        ]
        theatre.wait_until_quiet(1.0)
        theatre.world.faults.add(Fault(status=0, delay=LATENCIES[-1], times=None))
        pushed: list[tuple[Repository, str, float]] = []
        began = time.time()
        for number in range(effort.pushes):
            time.sleep(max(0.0, began + number / RATE - time.time()))
            repository = repositories[number % effort.repositories]
            branch = f"{number + 1:03}-load"
            at = time.time()
            pushed.append(
                (repository, theatre.world.push(repository, branch, feature(f"specs/{branch}"), author="ada"), at)
            )
        offered = effort.pushes / (time.time() - began)
        waits = []
        for repository, head, at in pushed:
            theatre.wait_for_run(repository, head, _is_completed, PATIENCE)
            waits.append(_published(theatre, head) - at)
    half, most = percentiles(waits)
    measure = (
        f"push to verdict at 150 ms latency, {offered:.0f} pushes a second over {effort.repositories} repositories"
    )
    return Row(measure, "", f"p50 {half / 1000:.1f} s, p95 {most / 1000:.1f} s", "p50 1.5 s, p95 4 s")


def _published(theatre: Theatre, head: str) -> float:
    """When the first check run of a commit was at GitHub, in seconds since the epoch."""
    runs = theatre.world.requests.of("checks/create")
    return min(run.began + run.duration for run in runs if run.body["head_sha"] == head)


def _peak(theatre: Theatre) -> float:
    """The largest peak of resident memory of Plangate's processes, in MB."""
    peaks = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            environment = (status.parent / "environ").read_bytes()
            text = status.read_text()
        except OSError:
            continue
        if f"PLANGATE_PORT={theatre.port}\0".encode() in environment and "VmHWM:" in text:
            peaks.append(int(text.split("VmHWM:")[1].split()[0]) / 1024)
    return max(peaks)


def large_rows(effort: Effort = WHOLE) -> list[Row]:
    """A large tree, a large pull request and many branches."""
    files = effort.paths - 2 * effort.features
    tree = {f"src/package_{number // 1000}/module_{number}.py": "" for number in range(files)}
    features: dict[str, str] = {}
    for number in range(effort.features):
        features |= feature(f"specs/{number + 1:03}-feature")
    branch = "501-large"
    changes = feature(f"specs/{branch}")
    with Theatre() as theatre:
        repository = _repository(theatre, "large", tree | features)
        theatre.world.push(repository, "main", {"README.md": "# Large\n"}, author="ada")
        theatre.wait_until_quiet(2.0)
        measure = f"{effort.paths:,} paths and {effort.features} features, one head"
        rows = [_large(theatre, repository, measure, branch, changes)]
        more = effort.changed_files - len(feature("specs/502-many"))
        many = feature("specs/502-many") | {f"lib/file_{number}.py": "x = 1\n" for number in range(more)}
        measure = f"the same, a pull request of {effort.changed_files:,} files"
        wide = _large(theatre, repository, measure, "502-many", many)
        rows.append(replace(wide, target="one call for each hundred files, in each of two jobs"))
        tip = repository.refs["refs/heads/main"]
        repository.refs |= {f"refs/heads/topic-{number}": tip for number in range(effort.branches)}
        rows.append(_numbered(theatre, repository, effort.branches))
    return rows


def _numbered(theatre: Theatre, repository: Repository, branches: int) -> Row:
    """The reply to `/speckit.plan` on an issue, which searches all branches for a free number."""
    theatre.wait_until_quiet(1.0)
    issue = theatre.world.open_issue(repository, "Export the audit log", "An auditor reads it.", author="ada")
    theatre.wait_until_quiet(1.0)
    watch = theatre.watch()
    theatre.world.comment(repository, issue.number, "/speckit.plan", author="ada")
    theatre.wait_for_comment(repository, issue.number, lambda _: True)
    theatre.wait_until_quiet(1.0)
    cost = watch.cost()
    return Row(f"a free number among {branches:,} branches", "", f"{cost.calls} calls", "two of them for the branches")


def _large(theatre: Theatre, repository: Repository, measure: str, branch: str, files: dict[str, str]) -> Row:
    theatre.wait_until_quiet(1.0)
    watch = theatre.watch()
    head = theatre.world.push(repository, branch, files, author="ada")
    theatre.world.open_pull_request(repository, branch, author="ada")
    theatre.wait_for_run(repository, head, _is_completed, PATIENCE)
    theatre.wait_until_quiet(1.0)
    cost = watch.cost()
    return Row(measure, "", f"{cost.calls} calls, peak {_peak(theatre):.0f} MB", "at most 5 calls for a head, 150 MB")


def rows(effort: Effort = WHOLE) -> list[Row]:
    """All of them."""
    return [*idle_rows(effort.verdicts), loaded_row(effort)]


def main() -> None:
    """Measure, print."""
    print(printed("From delivery to verdict", rows()))
    print(printed("Large", large_rows()))


if __name__ == "__main__":
    main()
