"""What became of one try at a job. A retry is a returned value, never an exception and never a sleep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.core.forge.ports import LeasedJob


@dataclass(frozen=True, slots=True)
class Spent:
    """What a try cost: requests to GitHub, those for tokens apart."""

    calls: int = 0
    writes: int = 0
    """Those of them that write."""


@dataclass(frozen=True, slots=True)
class Done:
    """The job has had its effects, or needs none."""

    spent: Spent = field(default=Spent(), compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Retry:
    """The job is to be tried again."""

    not_before: float | None
    """Seconds since the epoch (UTC), as GitHub named the time; None leaves it to the worker's back-off."""
    error: str
    """One line for lists and logs: what stood in the way."""
    held: bool = False
    """GitHub takes nothing from the installation before then: no failure, so the deadline does not count."""
    spent: Spent = field(default=Spent(), compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Bury:
    """No further try can help: the job becomes a dead letter."""

    error: str
    spent: Spent = field(default=Spent(), compare=False, kw_only=True)


Outcome = Done | Retry | Bury


class Handler(Protocol):
    """Works on leased jobs; called from several threads at once, never twice at once for one serial key."""

    def handle(self, job: LeasedJob) -> Outcome:
        """One try. Whatever it did before it died must be safe to do again."""
        ...

    def give_up(self, job: LeasedJob, error: str) -> Outcome:
        """Leave a visible verdict that no verdict could be reached, because the deadline has passed.

        `Done` and `Bury` end the job as a dead letter. `Retry` means that GitHub takes no writes now: the job is
        tried again then, from the start.
        """
        ...
