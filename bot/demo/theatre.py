"""Start a sandbox and a Plangate beside it, wait for check runs and comments, and stop both."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self, TypeVar

from bot.core.forge.errors import UserError
from bot.demo.interrupts import own_folder, undisturbed
from bot.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.sandbox.requests_log import Request
    from bot.sandbox.state import CheckRun, Comment, Repository

START_SECONDS = 30.0
"""Seconds that Plangate may take to accept deliveries."""
WAIT_SECONDS = 20.0
"""Seconds to wait for a check run or comment before the demo fails."""
STOP_SECONDS = 15.0
_TICK = 0.01
_SECRET = "demo-secret"  # noqa: S105  it signs deliveries between two processes of this demo


T = TypeVar("T")


class LateError(UserError):
    """A check run or comment did not come in time."""


class Theatre:
    """Both servers, on the loopback interface. Closing removes their temporary folder.

    `host` has settings of a host by their variables, for Plangate to run with; without it, Plangate has the defaults.
    """

    def __init__(self, host: Mapping[str, str] = MappingProxyType({})) -> None:
        self._host = host
        self._folder = own_folder("plangate-demo-")
        self.port = _free_port()
        self._world: World | None = None
        self._log = Path(self._folder.name) / "plangate.log"
        self._plangate: subprocess.Popen[bytes] | None = None

    @property
    def world(self) -> World:
        """The sandbox. Raises `RuntimeError` before it was started."""
        if self._world is None:
            raise RuntimeError("the theatre is closed")
        return self._world

    @property
    def url(self) -> str:
        """Plangate's base address."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        try:
            with undisturbed():
                self._world = World(webhook_url=f"{self.url}/webhook", secret=_SECRET)
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        key = Path(self._folder.name) / "key.pem"
        key.write_text(self.world.app.private_key, encoding="ascii")
        key.chmod(0o600)
        ours = {
            "PLANGATE_APP_ID": str(self.world.app.id),
            "PLANGATE_APP_SLUG": self.world.app.slug,
            "PLANGATE_PRIVATE_KEY_FILE": str(key),
            "PLANGATE_WEBHOOK_SECRET": _SECRET,
            "PLANGATE_GITHUB_URL": self.world.url,
            "PLANGATE_API_URL": self.world.url,
            "PLANGATE_DIRECTORY": self._folder.name,
            "PLANGATE_HOST": "127.0.0.1",
            "PLANGATE_PORT": str(self.port),
            # Temporary files of a killed process are removed with the folder.
            "TMPDIR": self._folder.name,
            # The sandbox is on this machine, where no proxy leads to.
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PLANGATE_")}
        with self._log.open("wb") as log, undisturbed():
            self._plangate = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                env={**inherited, **self._host, **ours},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                # Ctrl-C would reach every process of the terminal's group; `close` stops this one.
                start_new_session=True,
            )
        self._until(self._is_open, START_SECONDS, "Plangate did not start")

    def _is_open(self) -> bool | None:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=1) as response:  # noqa: S310  our own address
                return bool(response.status == 200)  # noqa: PLR2004  200 is HTTP's own
        except OSError:
            return None

    def close(self) -> None:
        """Stop both and remove their files; a second Ctrl-C is delayed until that is done."""
        with undisturbed():
            self._close()

    def _close(self) -> None:
        if self._plangate is not None and self._plangate.poll() is None:
            self._plangate.terminate()
            try:
                self._plangate.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._plangate.kill()
                self._plangate.wait()
        world, self._world = self._world, None
        try:
            if world is not None:
                world.close()
        except RuntimeError as error:
            raise UserError(f"The demo's sandbox failed: {error}") from error
        finally:
            self._folder.cleanup()

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of Plangate's log."""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def _until(self, look: Callable[[], T | None], seconds: float, wrong: str) -> T:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (result := look()) is not None:
                return result
            if self._plangate is not None and self._plangate.poll() is not None:
                raise UserError(f"Plangate stopped unexpectedly:\n{self.log_tail()}")
            time.sleep(_TICK)
        raise LateError(f"{wrong} within {seconds:.0f} seconds:\n{self.log_tail()}")

    def wait_for_run(
        self, repository: Repository, sha: str, accept: Callable[[CheckRun], bool], seconds: float = WAIT_SECONDS
    ) -> CheckRun:
        """Wait until `accept` is true of the newest check run on a commit. Raises `LateError` after `seconds`."""

        def look() -> CheckRun | None:
            runs = self.world.check_runs(repository, sha)
            return runs[0] if runs and accept(runs[0]) else None

        return self._until(look, seconds, f"No such check run came for {sha[:7]}")

    def wait_for_comment(self, repository: Repository, number: int, accept: Callable[[Comment], bool]) -> Comment:
        """Wait for a comment of Plangate's of which `accept` is true. Raises `LateError`."""

        def look() -> Comment | None:
            return next(
                (comment for comment in self.world.comments(repository, number) if comment.app and accept(comment)),
                None,
            )

        return self._until(look, WAIT_SECONDS, f"No such comment came on {number}")

    def wait_for_a_look(self) -> None:
        """Wait until Plangate has read the repository: its worker may start after its web server."""
        self._until(
            lambda: self.world.requests.graphql.total or None, START_SECONDS, "Plangate did not read the repository"
        )
        self.wait_until_quiet()

    def wait_until_quiet(self, seconds: float = 0.3) -> None:
        """Wait until no request came for this many seconds, so that all calls of a job are counted."""
        self.world.settle()
        quiet, seen = 0.0, len(self.world.requests)
        while quiet < seconds:
            time.sleep(0.05)
            now = len(self.world.requests)
            quiet, seen = (quiet + 0.05, now) if now == seen else (0.0, now)

    def watch(self) -> Watch:
        """Start to measure deliveries and requests."""
        return Watch(self.world, len(self.world.deliveries.log), self.world.requests.mark)


@dataclass(frozen=True, slots=True)
class Cost:
    """Time and API calls of a verdict."""

    seconds: float
    """From the first delivery to the first write in response."""
    reads: int
    writes: int
    tokens: int

    @property
    def calls(self) -> int:
        """Requests to the API, tokens apart."""
        return self.reads + self.writes


@dataclass(frozen=True, slots=True)
class Watch:
    """The start of a measurement."""

    _world: World
    _deliveries: int
    _requests: int

    def cost(self) -> Cost:
        """Time and API calls since the start."""
        calls = list(self._world.requests.since(self._requests))
        sent = min((delivery.delivered_at for delivery in self._world.deliveries.log[self._deliveries :]), default=0.0)
        # A command is acknowledged by a reaction (a mutation) before its reply, which is a REST write.
        answered = min(
            (call.began + call.duration for call in calls if call.is_write and not call.is_mutation), default=sent
        )
        return Cost(answered - sent, *tally(calls))


def tally(requests: list[Request]) -> tuple[int, int, int]:
    """Reads, writes and tokens."""
    tokens = sum(request.is_token for request in requests)
    writes = sum(request.is_write for request in requests)
    return len(requests) - tokens - writes, writes, tokens


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
