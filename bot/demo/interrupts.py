"""What an interrupt must not cut in two: the making and the removing of what a demo leaves behind when half done."""

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
    """Nobody interrupts this: what is half begun or half ended would stay behind. Interrupts come right after."""
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
    """A folder that goes when its owner does, made whole or not at all.

    The first of a process also tries out where temporary files may be, by a file that an interrupt would leave there.
    https://docs.python.org/3/library/tempfile.html#tempfile.gettempdir
    """
    with undisturbed():
        return tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
