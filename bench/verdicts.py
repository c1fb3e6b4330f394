"""From delivery to verdict, and large repositories: `python -m bench.verdicts`.

A sandbox and Plangate run as the processes of `plangate demo`. Our own share of a verdict is the time from the delivery
to the end of the first write, less the latency of the requests that came before it.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.table import Row, printed
from bot.demo.theatre import Theatre
from bot.sandbox.faults import Fault
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.state import Repository

LATENCIES = (0.0, 0.05, 0.15)
"""Seconds that each request to GitHub takes longer."""
VERDICTS = 20
REPOSITORIES = 100
RATE = 20
"""Pushes a second over all repositories."""
PUSHES = 100
PATIENCE = 60.0
"""Seconds to wait for one verdict."""


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile, in milliseconds."""
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1000, ordered[len(ordered) * 95 // 100] * 1000


def _repository(theatre: Theatre, name: str, files: dict[str, str] | None = None) -> Repository:
    repository = theatre.world.create_repository("acme", name, SPEC_KIT | (files or {}))
    theatre.world.install("acme", [repository])
    return repository


def _is_completed(run: object) -> bool:
    return getattr(run, "conclusion", None) is not None


def own_shares(theatre: Theatre, repository: Repository, latency: float) -> list[float]:
    """Seconds of our own for one verdict after another; the machine is idle between them."""
    theatre.world.faults.clear()
    theatre.world.faults.add(Fault(status=0, delay=latency, times=None))
    shares = []
    for number in range(VERDICTS):
        branch = f"{number + 1:03}-latency-{latency * 1000:.0f}"
        theatre.wait_until_quiet()
        mark, sent = theatre.world.requests.mark, len(theatre.world.deliveries.log)
        head = theatre.world.push(repository, branch, feature(f"specs/{branch}"), author="ada")
        theatre.wait_for_run(repository, head, _is_completed, PATIENCE)
        theatre.wait_until_quiet()
        requests = list(theatre.world.requests.since(mark))
        verdict = next(request for request in requests if request.is_write)
        waited = latency * sum(request.began <= verdict.began for request in requests)
        delivered = min(delivery.delivered_at for delivery in theatre.world.deliveries.log[sent:])
        shares.append(verdict.began + verdict.duration - delivered - waited)
    return shares


def idle_rows() -> list[Row]:
    """Our own share when nothing else is to do."""
    rows = []
    with Theatre() as theatre:
        repository = _repository(theatre, "ferry", feature("specs/000-first"))
        own_shares(theatre, repository, 0.001)  # the first verdict loads what the others find loaded
        for latency in LATENCIES:
            half, most = percentiles(own_shares(theatre, repository, latency))
            measure = f"our own share of a verdict at {latency * 1000:.0f} ms latency"
            rows.append(Row(measure, "", f"p50 {half:.0f} ms, p95 {most:.0f} ms", "p50 under 30 ms, p95 under 80 ms"))
    return rows


def loaded_row() -> Row:
    """From push to completed run under load at the highest latency."""
    with Theatre() as theatre:
        repositories = [_repository(theatre, f"ferry-{number}") for number in range(REPOSITORIES)]
        theatre.wait_until_quiet(1.0)
        theatre.world.faults.add(Fault(status=0, delay=LATENCIES[-1], times=None))
        pushed: list[tuple[Repository, str, float]] = []
        began = time.time()
        for number in range(PUSHES):
            time.sleep(max(0.0, began + number / RATE - time.time()))
            repository = repositories[number % REPOSITORIES]
            branch = f"{number + 1:03}-load"
            at = time.time()
            pushed.append(
                (repository, theatre.world.push(repository, branch, feature(f"specs/{branch}"), author="ada"), at)
            )
        offered = PUSHES / (time.time() - began)
        waits = []
        for repository, head, at in pushed:
            theatre.wait_for_run(repository, head, _is_completed, PATIENCE)
            writes = [call for call in theatre.world.requests if call.is_write and head in str(call.body)]
            waits.append(min(call.began + call.duration for call in writes) - at)
    half, most = percentiles(waits)
    measure = f"push to verdict at 150 ms latency, {offered:.0f} pushes a second over {REPOSITORIES} repositories"
    return Row(measure, "", f"p50 {half / 1000:.1f} s, p95 {most / 1000:.1f} s", "p50 1.5 s, p95 4 s")


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


def large_rows() -> list[Row]:
    """A large tree, a large pull request and many branches."""
    tree = {f"src/package_{number // 1000}/module_{number}.py": "" for number in range(99_000)}
    features: dict[str, str] = {}
    for number in range(500):
        features |= feature(f"specs/{number + 1:03}-feature")
    branch = "501-large"
    changes = feature(f"specs/{branch}")
    with Theatre() as theatre:
        repository = _repository(theatre, "large", tree | features)
        theatre.world.push(repository, "main", {"README.md": "# Large\n"}, author="ada")
        theatre.wait_until_quiet(2.0)
        rows = [_large(theatre, repository, "100,000 paths and 500 features, one head", branch, changes)]
        many = feature("specs/502-many") | {f"lib/file_{number}.py": "x = 1\n" for number in range(2_998)}
        rows.append(_large(theatre, repository, "the same, a pull request of 3,000 files", "502-many", many))
        tip = repository.git.git("rev-parse", "main").decode().strip()
        branches = "".join(f"create refs/heads/topic-{number} {tip}\n" for number in range(5_000))
        repository.git.git("update-ref", "--stdin", stdin=branches.encode())
        last = feature("specs/503-branches", plan("FAIL"))
        rows.append(_large(theatre, repository, "the same, and 5,000 branches", "503-branches", last))
    return rows


def _large(theatre: Theatre, repository: Repository, measure: str, branch: str, files: dict[str, str]) -> Row:
    theatre.wait_until_quiet(1.0)
    watch = theatre.watch()
    head = theatre.world.push(repository, branch, files, author="ada")
    theatre.world.open_pull_request(repository, branch, author="ada")
    theatre.wait_for_run(repository, head, _is_completed, PATIENCE)
    theatre.wait_until_quiet(1.0)
    cost = watch.cost()
    return Row(measure, "", f"{cost.calls} calls, peak {_peak(theatre):.0f} MB", "at most 5 calls for a head, 150 MB")


def rows() -> list[Row]:
    """All of them."""
    return [*idle_rows(), loaded_row()]


def main() -> None:
    """Measure, print."""
    print(printed("From delivery to verdict", rows()))
    print(printed("Large", large_rows()))


if __name__ == "__main__":
    main()
