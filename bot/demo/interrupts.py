"""Hold back interrupts while the demo creates or removes what would otherwise stay behind."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Delay interrupts until the block has ended. Outside the main thread this does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    before = {
        interrupt: signal.signal(interrupt, lambda number, _: waiting.append(number)) for interrupt in _INTERRUPTS
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if waiting and sys.exc_info()[0] is None:
            raise KeyboardInterrupt


def own_folder(prefix: str) -> tempfile.TemporaryDirectory[str]:
    """A temporary folder that is removed with its owner.

    The first call in a process also tests the temporary directory by writing a file, which an interrupt would leave
    there.
    https://docs.python.org/3/library/tempfile.html#tempfile.gettempdir
    """
    with undisturbed():
        return tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
