"""The clock of this machine."""

from __future__ import annotations

import time

from typing_extensions import override

from bot.core.forge.ports import Clock


class SystemClock(Clock):
    """Implements `bot.core.forge.ports.Clock`."""

    @override
    def now(self) -> float:
        return time.time()
