"""The clock on the wall."""

from __future__ import annotations

import time

from typing_extensions import override

from bot.core.forge.ports import Clock


class SystemClock(Clock):
    """`core.ports.Clock` by this machine's own time."""

    @override
    def now(self) -> float:
        return time.time()
