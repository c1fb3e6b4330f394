"""What an installation needs for 100, 1,000 and 10,000 repositories: computed from counts, not measured."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from bot.app.worker import DAY, Patience

if TYPE_CHECKING:
    from collections.abc import Iterable

REPOSITORIES = (100, 1_000, 10_000)
PUSHES = 8
"""Pushes to branches of features, for each repository and day."""
DELIVERIES = 6
"""Deliveries for each push: push, check suite, pull request, and what people do beside it."""
BUSY_HOUR = 0.15
"""Share of a day's pushes in its busiest hour."""
CALLS = 3
"""Calls for each push: one read, the check run, and sometimes the comment (`tests/app/test_main_job_budget.py`)."""
QUOTA, FURTHER, LARGEST_QUOTA = 5_000, 50, 12_500
"""Calls an hour of one installation, what each repository beyond 20 adds, and the most:
https://docs.github.com/apps/creating-github-apps/registering-a-github-app/rate-limits-for-github-apps"""
_WITHOUT_FURTHER = 20
WAIT = 0.6
"""Seconds of a job at 150 ms latency, nearly all of it waiting."""
JOB_BYTES = 2_000
"""Bytes of one job and its delivery in the database."""
KEPT_DAYS = round(Patience().keep_done / DAY)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def quota(repositories: int) -> int:
    """Calls an hour that GitHub grants to one installation with so many repositories."""
    return min(LARGEST_QUOTA, QUOTA + FURTHER * max(0, repositories - _WITHOUT_FURTHER))


def _needs(repositories: int) -> tuple[str, ...]:
    pushes = repositories * PUSHES
    busy = pushes * BUSY_HOUR
    share = busy * CALLS / quota(repositories)
    return (
        f"{repositories:,}",
        f"{pushes * DELIVERIES:,}",
        f"{busy * DELIVERIES / 3600:.1f}",
        f"{busy * CALLS:,.0f}",
        f"{share:.0%}",
        str(ceil(busy * WAIT / 3600)),
        f"{pushes * DELIVERIES * KEPT_DAYS * JOB_BYTES / 1e9:.1f} GB",
        "the quota: verdicts wait for the next hour" if share > 1 else "nothing: one process of each kind suffices",
    )


def printed() -> str:
    """The table, in Markdown."""
    titles = (
        "repositories",
        "deliveries a day",
        "a second in the busy hour",
        "calls in the busy hour",
        "share of one installation's quota",
        "jobs at once",
        "database",
        "breaks first",
    )
    lines = [_line(titles), _line(["---"] * len(titles)), *(_line(_needs(count)) for count in REPOSITORIES)]
    assumed = (
        f"Assumed: {PUSHES} pushes to features a day for each repository, {BUSY_HOUR:.0%} of them in the busiest hour,"
        f" {DELIVERIES} deliveries and {CALLS} calls a push, all repositories in one installation, deliveries kept for"
        f" {KEPT_DAYS} days."
    )
    return "\n".join([assumed, "", *lines]) + "\n"
