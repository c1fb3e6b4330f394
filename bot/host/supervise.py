"""Supervise child processes: restart a child that dies, and end all on SIGTERM or SIGINT."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

UNRECOVERABLE = 2
"""The exit code of a child that a restart cannot help, such as one with an invalid setting."""
_TICK = 0.1
"""Seconds between two checks of the children."""
_PAUSES = (0.0, 1.0, 2.0, 5.0)
"""Seconds before a restart, by the number of deaths; the last value applies to all further ones.

The longest pause is short, because GitHub does not repeat a delivery that finds no server."""
_HEALTHY = 60.0
"""A child that ran for this many seconds is restarted at once."""
_PR_SET_PDEATHSIG = 1

log = Log("serve")


@dataclass(frozen=True, slots=True)
class Child:
    """A process to be supervised."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    may_start: Callable[[], bool] | None = None
    """The child is started once this returns True. Without it, the child is started at once."""


def die_with_parent(parent: int) -> None:
    """Let the kernel kill this process when its parent, with that process id, ends. Does nothing outside Linux.

    https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent ended before the call
            os._exit(1)


class _ManagedChild:
    """A child, running or waiting for its restart."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.started = 0.0
        self.due = 0.0

    def start(self) -> None:
        us = os.getpid()
        self.process = subprocess.Popen(
            self.child.command,
            env=dict(self.child.environment),
            stdin=subprocess.DEVNULL,
            # This process has one thread, so running Python between fork and exec is safe here.
            preexec_fn=lambda: die_with_parent(us),  # noqa: PLW1509
        )
        self.started = time.monotonic()
        log.info("started", process=self.child.name, pid=self.process.pid)

    def died(self) -> int | None:
        """The exit code if the child has just died; its restart is scheduled."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        now = time.monotonic()
        if now - self.started > _HEALTHY:
            self.deaths = 0
        pause = _PAUSES[min(self.deaths, len(_PAUSES) - 1)]
        self.deaths += 1
        self.due = now + pause
        self.process = None
        log.warning("died", process=self.child.name, status=code, seconds=pause)
        return code

    def is_due(self) -> bool:
        """Whether the child is to be started now."""
        may_start = self.child.may_start is None or self.child.may_start()
        return self.process is None and time.monotonic() >= self.due and may_start

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


class Supervisor:
    """Restarts children until SIGTERM or SIGINT, or until one exits with `UNRECOVERABLE`."""

    def __init__(
        self, children: Sequence[Child], *, ready: Callable[[], bool], announce: str, grace: float = 30.0
    ) -> None:
        """`announce` is printed when `ready` first returns True; `grace` is in seconds."""
        self._children = [_ManagedChild(child) for child in children]
        self._ready = ready
        self._announce: str | None = announce
        self._grace = grace
        self._stop_signals = 0

    def run(self) -> int:
        """Supervise until the end. Returns 0 after a signal, and `UNRECOVERABLE` when a child exited with it."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            code = self._keep()
            self._end()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return code

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_signals += 1

    def _keep(self) -> int:
        while not self._stop_signals:
            for child in self._children:
                if child.died() == UNRECOVERABLE:
                    return UNRECOVERABLE
                if child.is_due():
                    child.start()
            if self._announce is not None and self._ready():
                print(self._announce, flush=True)  # noqa: T201  for the person or script that started the server
                self._announce = None
            time.sleep(_TICK)
        return 0

    def _end(self) -> None:
        """End all children at once; kill those that still run after `grace`, or after a second signal."""
        for child in self._children:
            child.send(signal.SIGTERM)
        until = time.monotonic() + self._grace
        while any(child.process is not None and child.process.poll() is None for child in self._children):
            if time.monotonic() > until or self._stop_signals > 1:
                for child in self._children:
                    child.send(signal.SIGKILL)
                until = float("inf")
            time.sleep(_TICK / 2)
        log.info("ended")
