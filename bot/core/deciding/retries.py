"""The retry of a job after GitHub did not carry out a request: when it is due, and whether the attempt counts.

An object that is "not there yet" is retried like any other failure. The back-off and the end of the retries are the
worker's: `bot.app.worker.Patience`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.forge.errors import ForgeError, Unanswered
from bot.core.forge.job_keys import OUTAGE
from bot.core.forge.outcome import Retry

if TYPE_CHECKING:
    from bot.core.forge.ports import LeasedJob


def retry_after(error: ForgeError, job: LeasedJob, now: float) -> Retry:
    """The retry after this error. `now` is in seconds since the epoch (UTC)."""
    not_before = None if error.retry_after is None else now + error.retry_after
    unanswered = isinstance(error, Unanswered) and now - job.accepted_at < OUTAGE
    return Retry(not_before, str(error), uncounted=error.limited or unanswered)
