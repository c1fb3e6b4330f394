"""Run a function on foreign input in a process of its own, under hard limits of memory and CPU time.

The worker has threads, so its processes are forked by a server without threads that has loaded the modules beforehand
(https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods). A process works on one call and
ends; killing it harms no other call. One process is started ahead of the next call and warms up while it waits: the
fork and its copies of memory pages take several times as long as judging an ordinary change.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bot.core.change.trees import Readability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

T = TypeVar("T")

MAX_ANSWER: Final = 32 * 1024 * 1024
"""Bytes of a pickled result that are accepted."""
MOST_AT_ONCE: Final = max(4, os.cpu_count() or 1)
"""Calls that run at the same time; further ones wait. More would only share the processors, and add up in memory."""
_WALL_SECONDS: Final = 300.0
"""Seconds after which a call is given up although it has CPU time left: the machine is overloaded."""
_MAX_TEMPORARY_FOLDER: Final = 60
"""Bytes of a temporary folder's path in which a socket fits: its own name takes 32, and macOS allows 104 for both
(unix(4); Linux allows 108, see unix(7))."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use. Seconds are CPU time."""

    document_seconds: float = 2.0
    """For reading one document."""
    reading_seconds: float = 4.0
    """For reading all documents; those that come after it are not read."""
    call_seconds: int = 8
    """For the whole call; the kernel ends the process after it."""
    memory: int = 512 * 1024 * 1024
    """Bytes of address space beyond what the process has at its start."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a call and the CPU seconds that its process took, with its start."""

    result: Any
    seconds: float


class OverLimitError(Exception):
    """The call exceeded a limit. `path` is the document that was being read, empty for none; `seconds` were used."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__(path)
        self.path = path
        self.seconds = seconds


class _NeverStartedError(OverLimitError):
    """The process died before it took up the call."""


class _TooCostlyError(BaseException):
    """One document used up its time. Not an `Exception`, so that no parser can catch it."""


class CpuMeter:
    """Reads documents until their CPU time is used up. Must run in the main thread of a process of its own."""

    def __init__(self, limits: Limits, report: Callable[[str], None]) -> None:
        self._limits = limits
        self._report = report
        self._spent = 0.0

    def read(self, path: str, parse: Callable[[], T]) -> T | Readability:
        """See `bot.core.judging.metering.Meter.read`."""
        if self._spent >= self._limits.reading_seconds:
            return Readability.OVER_BUDGET
        self._report(path)
        started = time.process_time()
        try:
            with _interrupted_after(self._limits.document_seconds):
                return parse()
        except (_TooCostlyError, MemoryError):
            return Readability.TOO_COSTLY
        finally:
            self._spent += time.process_time() - started
            self._report("")


@contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    signal.signal(signal.SIGPROF, _too_costly)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _too_costly(*_: object) -> None:
    raise _TooCostlyError


class Isolation:
    """Starts the processes. Safe to call from several threads."""

    def __init__(self, limits: Limits, *preload: str, warm_up: Callable[[], object] | None = None) -> None:
        """`preload` are the modules that the calls need, and the one that the worker's main script imports.

        A process that waits for a call runs `warm_up`, which must be picklable.
        """
        self.limits = limits
        _place_sockets()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._warm_up = warm_up
        self._lock = threading.Lock()
        self._free = threading.Semaphore(MOST_AT_ONCE)
        self._spares: list[_Process] = []
        """At most one process that waits for a call."""
        util.Finalize(self, _end_all, (self._spares,), exitpriority=1)

    def call(self, function: Callable[..., Any], *arguments: object) -> Answer:
        """`function(meter, *arguments)` in a process of its own. All of them must be picklable.

        Raises:
            OverLimitError: when the process exceeded a limit.
            TimeoutError: when it did not end although it used little CPU time.
        """
        with self._free:
            return self._called(function, arguments)

    def _called(self, *call: object) -> Answer:
        with self._lock:
            spare = self._spares.pop() if self._spares else None
        if spare is not None:
            with suppress(_NeverStartedError):  # something killed it while it waited
                return self._answer(spare, call)
        with self._lock:
            process = self._started()
        return self._answer(process, call)

    def prepare(self) -> None:
        """Start a process for the next call, unless one waits already."""
        with self._lock:
            if not self._spares:
                self._spares.append(self._started())

    def _started(self) -> _Process:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work, args=(theirs, self.limits, self._warm_up), daemon=True, name="reading"
        )
        with theirs:
            process.start()
        return _Process(process, ours)

    def _answer(self, process: _Process, call: tuple[object, ...]) -> Answer:
        try:
            return process.answer(call, self.limits)
        finally:
            # The caller need not wait until the kernel has freed the memory and the next process has started.
            threading.Thread(target=self._replace, args=(process,), name="next reading").start()

    def _replace(self, process: _Process) -> None:
        with self._lock:
            process.end()
        self.prepare()


@dataclass(frozen=True, slots=True)
class _Process:
    """A process and the line to it."""

    process: BaseProcess
    line: Connection

    def answer(self, call: tuple[object, ...], limits: Limits) -> Answer:
        """Hand the call to the process and wait. Raises as `Isolation.call` does."""
        try:
            self.line.send(call)
        except OSError:
            raise _NeverStartedError("", 0.0) from None
        return _received(self.line, limits)

    def end(self) -> None:
        """Kill the process and free what belongs to it."""
        self.process.kill()
        self.process.join()
        self.process.close()
        self.line.close()


def _end_all(processes: list[_Process]) -> None:
    while processes:
        processes.pop().end()


def _place_sockets() -> None:
    """Give the server's socket a short path where TMPDIR is a long one: `bind` refuses a long path."""
    usual = tempfile.gettempdir()
    if len(os.fsencode(usual)) <= _MAX_TEMPORARY_FOLDER:
        return
    tempfile.tempdir = "/tmp"  # noqa: S108  mkdtemp makes a folder that only this user may enter
    try:
        util.get_temp_dir()  # multiprocessing makes the folder once and keeps it
    finally:
        tempfile.tempdir = usual


def _received(receiver: Connection, limits: Limits) -> Answer:
    """The answer of a process; until it comes, the process reports what it reads."""
    path: str | None = None
    deadline = time.monotonic() + _WALL_SECONDS
    while receiver.poll(max(0.0, deadline - time.monotonic())):
        try:
            kind, value = _loaded(receiver.recv_bytes(MAX_ANSWER))
        except (EOFError, OSError):
            died = _NeverStartedError if path is None else OverLimitError
            raise died(path or "", float(limits.call_seconds)) from None
        if kind == "path":
            path = value
        elif kind == "answer":
            return Answer(*value)
        elif kind == "memory":
            raise OverLimitError(path or "", value)
        else:
            raise RuntimeError(f"A process of its own failed: {value}")
    raise TimeoutError(f"A process of its own did not answer within {_WALL_SECONDS:.0f} seconds.")


def _loaded(message: bytes) -> tuple[str, Any]:
    loaded: tuple[str, Any] = multiprocessing.reduction.ForkingPickler.loads(message)
    return loaded


def _work(line: Connection, limits: Limits, warm_up: Callable[[], object] | None) -> None:
    """The life of a process: warm up, limit itself, wait for a call, work, answer."""
    for number in (signal.SIGINT, signal.SIGTERM):  # both reach the whole group; the worker ends this process itself
        signal.signal(number, signal.SIG_IGN)
    if warm_up is not None and not line.poll():
        warm_up()
    _limit(limits)
    meter = CpuMeter(limits, lambda path: line.send(("path", path)))
    try:
        function, arguments = line.recv()
        line.send(("path", ""))  # the call is taken up
    except (EOFError, OSError):  # the worker has ended
        return
    try:
        result = function(meter, *arguments)
        line.send(("answer", (result, time.process_time())))
    except MemoryError:
        line.send(("memory", time.process_time()))
    except Exception as error:  # noqa: BLE001  the worker logs it and tries again
        line.send(("error", f"{type(error).__name__}: {error}"[:500]))


def _limit(limits: Limits) -> None:
    with suppress(OSError, ValueError):  # a lower limit of the machine's own stays
        resource.setrlimit(resource.RLIMIT_CPU, (limits.call_seconds, limits.call_seconds + 1))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_address_space() + limits.memory, resource.RLIM_INFINITY))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    """Bytes of address space of this process. Linux only: other systems do not enforce RLIMIT_AS."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
