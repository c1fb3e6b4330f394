"""What the sandbox costs: `python -m bench.sandbox [SECONDS]`, one table of ratios.

Every row is one request over a connection that stays open, and rows take turns, so that a busy machine disturbs all
alike: trust the ratios. The reference is the least that any request costs here, `GET /rate_limit`.
"""

from __future__ import annotations

import http.client
import json
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

from bot.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 5.0
PULL = """{repository(owner:"acme",name:"server"){pullRequest(number:1){headRefOid files(first:100){nodes{path}}
comments(first:50){nodes{body}}} object(expression:"main:README.md"){...on Blob{text}}}}"""
OUTPUT = {
    "title": "t",
    "summary": "s" * 4000,
    "annotations": [
        {"path": "a.md", "start_line": n, "end_line": n, "annotation_level": "notice", "message": "m"}
        for n in range(1, 51)
    ],
}


class Client:
    """One kept connection with a token."""

    def __init__(self, world: World, token: str) -> None:
        self._connection = http.client.HTTPConnection(world.url.removeprefix("http://"), timeout=10)
        self._headers = {"Authorization": f"Bearer {token}", "User-Agent": "bench", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> None:
        """One request; anything but a success ends the run."""
        data = None if body is None else json.dumps(body)
        self._connection.request(method, path, data, self._headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 400:  # noqa: PLR2004  HTTP's own line
            raise SystemExit(f"{method} {path}: {answer.status} {text[:200]!r}")


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def begin() -> None:
    """A world with one repository, from nothing to closed."""
    with World() as world:
        world.create_repository("acme", "server", {"README.md": "# Server\n"})


def main(seconds: float) -> None:
    """Measure and print."""
    starts = [milliseconds(begin) for _ in range(7)][1:]
    with World() as world:
        repository = world.create_repository("acme", "server", {"README.md": "# Server\n"})
        token = world.token(world.install("acme", [repository])).value
        head = world.push(repository, "001-a", {f"specs/001-a/{n}.md": "# A\n" for n in range(20)})
        world.open_pull_request(repository, "001-a")
        client, api = Client(world, token), "/repos/acme/server"
        run = {"name": "plangate", "head_sha": head, "status": "completed", "conclusion": "failure", "output": OUTPUT}
        rows: dict[str, Callable[[], object]] = {
            "GET /rate_limit": lambda: client.ask("GET", "/rate_limit"),
            "GET a repository": lambda: client.ask("GET", api),
            "GET a pull request": lambda: client.ask("GET", f"{api}/pulls/1"),
            "GraphQL, one pull request": lambda: client.ask("POST", "/graphql", {"query": PULL}),
            "POST a check run, 50 notes": lambda: client.ask("POST", f"{api}/check-runs", run),
        }
        times: dict[str, list[float]] = {name: [] for name in rows}
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for name, work in rows.items():
                times[name].append(milliseconds(work))
    least = statistics.median(times["GET /rate_limit"])
    sys.stdout.write("| what | median ms | 95 % ms | of the least |\n|---|---|---|---|\n")
    for name, taken in [("a world, begun and ended", starts), *times.items()]:
        worst = statistics.quantiles(taken, n=20)[-1]
        middle = statistics.median(taken)
        sys.stdout.write(f"| {name} | {middle:.2f} | {worst:.2f} | {middle / least:.1f} × |\n")


if __name__ == "__main__":
    main(float(sys.argv[1]) if sys.argv[1:] else SECONDS)
