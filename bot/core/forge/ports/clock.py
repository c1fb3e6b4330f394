"""The time."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """All time goes through here, so that a test can turn it."""

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        ...
