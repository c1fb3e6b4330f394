"""Two or more child processes that live and end together: started again when they die, ended when we are told to."""

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

HOPELESS = 2
"""The exit code of a child that a person has to help: starting it again would not."""
_TICK = 0.1
"""Seconds between two looks at the children."""
_PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a dead child is started again; the last one stays."""
_HEALTHY = 60.0
"""Seconds after which an earlier death is forgiven."""
_PR_SET_PDEATHSIG = 1

log = Log("serve")


@dataclass(frozen=True, slots=True)
class Child:
    """A process to be kept alive."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    wanted: Callable[[], bool] | None = None
    """It is not started before this says so; None: at once."""


def end_with(parent: int) -> None:
    """Let the kernel end this process at once when its parent, of that id, ends. On Linux only; elsewhere nothing.

    https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was quicker than we
            os._exit(1)


class _Kept:
    """A child, running or waiting to be started again."""

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
            preexec_fn=lambda: end_with(us),  # noqa: PLW1509
        )
        self.started = time.monotonic()
        log.info("started", process=self.child.name, pid=self.process.pid)

    def died(self) -> int | None:
        """Its exit code, if it has just died; it is due again later."""
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
        """Whether it is to be started now."""
        wanted = self.child.wanted is None or self.child.wanted()
        return self.process is None and time.monotonic() >= self.due and wanted

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


class Supervisor:
    """Keeps children alive until SIGTERM or SIGINT, or until one of them is hopeless."""

    def __init__(
        self, children: Sequence[Child], *, ready: Callable[[], bool], announce: str, grace: float = 30.0
    ) -> None:
        """`announce` is printed when `ready` says so for the first time; `grace` is in seconds."""
        self._kept = [_Kept(child) for child in children]
        self._ready = ready
        self._announce: str | None = announce
        self._grace = grace
        self._told_to_stop = 0

    def run(self) -> int:
        """Until the end. The exit code: 0 after a signal, the child's own when it was hopeless."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            code = self._keep()
            self._end()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return code

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._told_to_stop += 1

    def _keep(self) -> int:
        while not self._told_to_stop:
            for kept in self._kept:
                if kept.died() == HOPELESS:
                    return HOPELESS
                if kept.is_due():
                    kept.start()
            if self._announce is not None and self._ready():
                print(self._announce, flush=True)  # noqa: T201  for the person, or the script, that started us
                self._announce = None
            time.sleep(_TICK)
        return 0

    def _end(self) -> None:
        """All at once; whoever is still there after the grace, or after a second signal, is killed."""
        for kept in self._kept:
            kept.send(signal.SIGTERM)
        until = time.monotonic() + self._grace
        while any(kept.process is not None and kept.process.poll() is None for kept in self._kept):
            if time.monotonic() > until or self._told_to_stop > 1:
                for kept in self._kept:
                    kept.send(signal.SIGKILL)
                until = float("inf")
            time.sleep(_TICK / 2)
        log.info("ended")
