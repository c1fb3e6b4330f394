"""A clock that a test turns."""

from __future__ import annotations


class HandClock:
    """`core.ports.Clock` that stands still until it is turned."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def turn(self, seconds: float) -> None:
        self.time += seconds
