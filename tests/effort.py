"""A bound on work that a busy machine cannot reach."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

ENOUGH = 60
"""Seconds of this process's own processor time; time that other processes take does not count.

The tests that use it take well under a second, and give input so large that quadratic work would take hours.
"""


class TooMuchWorkError(AssertionError):
    """The work did not end within its bound."""


@contextmanager
def bounded_work(seconds: int = ENOUGH) -> Iterator[None]:
    """End a block that takes `seconds` of processor time. Raises `TooMuchWorkError`. Only in the main thread."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        message = f"the work did not end within {seconds} s of processor time"
        raise TooMuchWorkError(message)

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
