"""Which attempts count, and when the next one is due."""

from __future__ import annotations

import pytest

from bot.core.deciding.retries import retry_after
from bot.core.forge.errors import ForgeError, MovedMeanwhile, Unanswered
from bot.core.forge.job_keys import OUTAGE
from bot.core.forge.ports import LeasedJob


def retried(error: ForgeError, age: float) -> tuple[float | None, bool]:
    """The pause in seconds, and whether the attempt counts."""
    job = LeasedJob(1, "d1", "BranchPushed", b"", "repository:1", 1, accepted_at=1_000.0)
    retry = retry_after(error, job, 1_000.0 + age)
    pause = None if retry.not_before is None else retry.not_before - 1_000.0 - age
    return pause, not retry.uncounted


@pytest.mark.parametrize(("age", "pause"), [(-5.0, 1.0), (0.0, 1.0), (10.0, 1.0), (100.0, 10.0), (1_000.0, 100.0)])
def test_a_head_that_keeps_moving_uses_up_no_attempts_and_is_read_ever_more_rarely(age: float, pause: float) -> None:
    assert retried(MovedMeanwhile("A branch moved while we read it."), age) == (pause, False)


def test_neither_a_moving_head_nor_silence_holds_a_job_for_ever() -> None:
    assert retried(MovedMeanwhile("A branch moved while we read it."), OUTAGE) == (OUTAGE / 10, True)
    assert retried(Unanswered("GitHub did not answer"), OUTAGE) == (None, True)


def test_a_failure_counts_and_leaves_the_pause_to_the_worker() -> None:
    assert retried(ForgeError("Server Error"), 10.0) == (None, True)
    assert retried(ForgeError("Server Error", retry_after=7.0), 10.0) == (7.0, True)
