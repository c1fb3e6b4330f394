"""The retry of a job after GitHub did not carry out a request: when it is due, and whether the attempt counts.

An object that is "not there yet" is retried like any other failure. The back-off and the end of the retries are the
worker's: `bot.app.worker.Patience`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.forge.errors import ForgeError, MovedMeanwhile, Unanswered
from bot.core.forge.job_keys import OUTAGE
from bot.core.forge.outcome import Retry

if TYPE_CHECKING:
    from bot.core.forge.ports import LeasedJob


def retry_after(error: ForgeError, job: LeasedJob, now: float) -> Retry:
    """The retry after this error. `now` is in seconds since the epoch (UTC).

    A head that keeps moving is read again after a tenth of the job's age, so that the reads become rare.
    """
    age, pause = now - job.accepted_at, error.retry_after
    if isinstance(error, MovedMeanwhile):
        pause = max(1.0, age / 10)
    no_failure = isinstance(error, Unanswered | MovedMeanwhile) and age < OUTAGE
    not_before = None if pause is None else now + pause
    return Retry(not_before, str(error), uncounted=error.limited or no_failure)
