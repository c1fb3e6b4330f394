"""The outcome of one attempt at a job. A retry is a returned value, never an exception and never a sleep."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.core.forge.facts import Spent


@dataclass(frozen=True, slots=True)
class Done:
    """The effects of the job are carried out, or it has none."""

    spent: Spent = field(default=Spent(), compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Retry:
    """The job is to be tried again."""

    not_before: float | None
    """Seconds since the epoch (UTC), as GitHub named the time; None leaves it to the worker's back-off."""
    error: str
    """One line for lists and logs: the error."""
    uncounted: bool = False
    """The attempt does not count, for the job did not fail: GitHub accepts no request now, or the database is away."""
    spent: Spent = field(default=Spent(), compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Bury:
    """No further try can help: the job becomes a dead letter."""

    error: str
    spent: Spent = field(default=Spent(), compare=False, kw_only=True)


Outcome = Done | Retry | Bury
