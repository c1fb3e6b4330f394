"""Metrics for monitoring, in Prometheus' text format.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.core.forge.ports import Queue

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Metrics:
    """The metrics page and its token."""

    token: str | None
    """None: nobody may read the page."""
    queue: Queue
    gap: Callable[[], float | None]
    """Age in seconds of the oldest lost delivery at the last reconciliation; None before the first."""
    now: Callable[[], float]
    false_alarms: Callable[[], Mapping[str, int]] = dict
    """Reports of false alarms by rule."""
    workers: Callable[[], int] | None = None
    """Counts the running workers. Raises `StorageError`."""
    version: str | None = None
    """Plangate's version."""

    def admits(self, authorization: str | None) -> bool:
        """Whether the header contains the token; compared in constant time."""
        sent = (authorization or "").encode("latin-1", "replace")
        return self.token is not None and hmac.compare_digest(f"Bearer {self.token}".encode(), sent)

    def text(self) -> str:
        """The text of the page. Raises `StorageError`."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield "# HELP plangate_jobs Jobs by state; `dead` are the dead letters."
        yield "# TYPE plangate_jobs gauge"
        for state, count in self.queue.counts().items():
            yield f'plangate_jobs{{state="{state.value}"}} {count}'
        oldest = self.queue.oldest()
        yield "# HELP plangate_oldest_job_seconds Age of the oldest job that is not done."
        yield "# TYPE plangate_oldest_job_seconds gauge"
        yield f"plangate_oldest_job_seconds {max(0.0, self.now() - oldest) if oldest is not None else 0.0:.1f}"
        gap = self.gap()
        if gap is not None:
            yield "# HELP plangate_gap_seconds Age of the oldest lost delivery at the last reconciliation."
            yield "# TYPE plangate_gap_seconds gauge"
            yield f"plangate_gap_seconds {gap:.1f}"
        if self.workers is not None:
            yield "# HELP plangate_workers Running workers: on this host, or all that share the database."
            yield "# TYPE plangate_workers gauge"
            yield f"plangate_workers {self.workers()}"
        if self.version is not None:
            yield "# HELP plangate_build_info The version of Plangate, as a label; always 1."
            yield "# TYPE plangate_build_info gauge"
            yield f'plangate_build_info{{version="{self.version}"}} 1'
        alarms = self.false_alarms()
        if alarms:
            yield "# HELP plangate_false_alarms_total Reports of a false alarm by rule, from the pages of verdicts."
            yield "# TYPE plangate_false_alarms_total counter"
            for rule, count in alarms.items():
                yield f'plangate_false_alarms_total{{rule="{rule}"}} {count}'
