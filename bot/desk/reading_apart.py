"""Read the documents of many features in several processes."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.core.change.trees import Readability
    from bot.core.judging.metering import Meter

T = TypeVar("T")

MANY: Final = 60
"""Documents from which on several processes are faster than one: some twenty features."""
_FIRST: Final = 12
"""Documents that are read here before: a process that is forked then has the expressions that they compile."""


class ReadingApart:
    """A meter that reads in up to `jobs` processes, and asks `meter` as if it read here.

    Without a number there are as many processes as processors. They end with the reading, whatever happens. A process
    that is killed costs time and no document: what was not read there is read here.
    """

    def __init__(self, meter: Meter, jobs: int | None = None) -> None:
        """Start no process yet. A number of jobs counts for a few documents too."""
        self._meter = meter
        self._jobs = jobs
        self._parsed: dict[str, Any] = {}

    def expect(self, readings: Mapping[str, Callable[[], object]]) -> None:
        """Read all these documents, by their paths, before the first is asked for."""
        jobs = min(self._jobs or (_processors() if len(readings) >= MANY else 1), len(readings))
        if jobs > 1:
            self._read_apart(readings, jobs)

    def _read_apart(self, readings: Mapping[str, Callable[[], object]], jobs: int) -> None:
        import multiprocessing  # noqa: PLC0415  most checks need one process, and these modules take 15 ms
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415  likewise
        from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415  likewise

        parses = list(readings.values())
        numbers = range(_FIRST, len(parses))
        fork = "fork" in multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("fork" if fork else None)
        processes = ProcessPoolExecutor(jobs, context, _begin, (parses,))
        paths = iter(readings)  # `zip` asks it last, so that none is lost between the two loops
        try:
            for parse, path in zip(parses[:_FIRST], paths, strict=False):
                self._parsed[path] = self._meter.read(path, parse)
            with _held_interrupts():
                results = processes.map(_result, numbers, chunksize=-(-len(parses) // (8 * jobs)))
            for parsed, path in zip(results, paths, strict=False):
                self._parsed[path] = self._meter.read(path, partial(_same, parsed))
        except BrokenProcessPool:
            pass
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        finally:
            processes.shutdown(cancel_futures=True)

    def read(self, path: str, parse: Callable[[], T]) -> T | Readability:
        """See `Meter.read`."""
        return cast("T", self._parsed.pop(path)) if path in self._parsed else self._meter.read(path, parse)


_parses: list[Callable[[], object]] = []
"""The readings of this process, which a forked one shares with its parent."""


def _begin(parses: list[Callable[[], object]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its processes itself
    _parses[:] = parses


@contextmanager
def _held_interrupts() -> Iterator[None]:
    """Hold back Ctrl-C while processes start: what it raises inside a fork is lost. Windows does not fork."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _result(number: int) -> object:
    return _parses[number]()


def _same(parsed: object) -> object:
    return parsed


def _processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
