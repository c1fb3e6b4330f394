"""How much the benchmark measures: the whole for the page, or just enough to see that every part works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """The sizes of one run."""

    rounds: int = 5
    """Each ratio is a median of so many rounds, in which its two sides take turns."""
    load_seconds: float = 2.0
    """Seconds that each server is under load in a round."""
    verdicts: int = 20
    """Verdicts at each latency when nothing else is to do."""
    repositories: int = 100
    pushes: int = 200
    """Pushes of the row under load."""
    jobs: int = 240
    """Jobs of the worker rows."""
    queued: int = 1_000
    """Jobs that one repository has queued while others have as many."""
    deliveries: int = 100_000
    """Deliveries over which memory must stay flat."""
    slow_senders: int = 200
    paths: int = 100_000
    features: int = 500
    changed_files: int = 3_000
    branches: int = 5_000
    largest_plan: int = 1_000_000
    """Bytes to which one plan is grown."""


WHOLE = Effort()
TINY = Effort(
    rounds=1,
    load_seconds=0.2,
    verdicts=2,
    repositories=3,
    pushes=3,
    jobs=16,
    queued=12,
    deliveries=200,
    slow_senders=3,
    paths=100,
    features=3,
    changed_files=120,
    branches=120,
    largest_plan=10_000,
)
