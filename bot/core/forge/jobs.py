"""From an event to the job that waits for a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.forge import events
from bot.core.forge.ports import NewJob

if TYPE_CHECKING:
    from bot.core.forge.events import Event


DEADLINE = 600.0
"""Seconds after its acceptance in which a job that fails is tried again before it is given up."""


def new_job(delivery: str, event: Event, *, not_before: float = 0.0) -> NewJob:
    """The job for an event, with its two keys. `not_before` is in seconds since the epoch (UTC)."""
    return NewJob(
        delivery=delivery,
        name=type(event).__name__,
        event=events.encode(event),
        serial=events.serial_key(event),
        coalesce=events.coalesce_key(event),
        not_before=not_before,
    )
