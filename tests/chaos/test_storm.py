"""A short storm; `make chaos` plays a long one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.storm import storm

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server

CALLS_A_JOB = 5.0
"""One read or two, a run, a comment, and a retry of some of it: on average no job may cost more. In a storm as short as
this nearly every head is new, and faults strike most of them."""


@pytest.mark.slow
def test_after_the_storm_every_head_has_the_verdict_of_a_fresh_look(tmp_path: Path) -> None:
    summary = storm(tmp_path, 300, 11, None)
    assert summary.wrong == [], str(summary)
    assert summary.kills["web"] + summary.kills["worker"] > 0
    assert summary.calls_a_job < CALLS_A_JOB, str(summary)


@pytest.mark.slow
def test_on_the_shared_queue_too(tmp_path: Path, postgres: Server) -> None:
    summary = storm(tmp_path, 300, 12, postgres)
    assert summary.wrong == [], str(summary)
    assert summary.calls_a_job < CALLS_A_JOB, str(summary)
