"""What a host's monitoring reads, in Prometheus' text format.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.core.forge.ports import Queue

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Metrics:
    """The page and who may read it."""

    token: str | None
    """None: nobody."""
    queue: Queue
    gap: Callable[[], float | None]
    """For how many seconds the oldest delivery that never arrived was missing at the last look; None before it."""
    now: Callable[[], float]

    def admits(self, authorization: str | None) -> bool:
        """Whether that header carries the token; compared in constant time."""
        given = (authorization or "").encode("latin-1", "replace")
        return self.token is not None and hmac.compare_digest(f"Bearer {self.token}".encode(), given)

    def text(self) -> str:
        """The page. Raises `StorageError`."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield "# HELP plangate_jobs Jobs by where they stand; `dead` ones are the dead letters."
        yield "# TYPE plangate_jobs gauge"
        for state, count in self.queue.counts().items():
            yield f'plangate_jobs{{state="{state.value}"}} {count}'
        oldest = self.queue.oldest()
        yield "# HELP plangate_oldest_job_seconds Since when the oldest job that is not done was accepted."
        yield "# TYPE plangate_oldest_job_seconds gauge"
        yield f"plangate_oldest_job_seconds {max(0.0, self.now() - oldest) if oldest is not None else 0.0:.1f}"
        gap = self.gap()
        if gap is not None:
            yield "# HELP plangate_gap_seconds How long the oldest delivery that never arrived was missing."
            yield "# TYPE plangate_gap_seconds gauge"
            yield f"plangate_gap_seconds {gap:.1f}"
