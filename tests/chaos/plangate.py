"""Plangate's own processes on a clock that a test turns: `python -m tests.chaos.plangate web|worker CLOCK`."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.host import bootstrap, settings
from tests.chaos.clock import SharedClock

if __name__ == "__main__":
    role, clock = sys.argv[1], SharedClock(Path(sys.argv[2]))
    run = {"web": bootstrap.run_web, "worker": bootstrap.run_worker}[role]
    sys.exit(run(settings.from_environment(), clock))
