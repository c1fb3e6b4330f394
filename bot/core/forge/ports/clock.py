"""The clock."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """The only source of time, so that tests can set it."""

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        ...
