"""The job for an event, with its serial key and its coalescing key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.forge.events import (
    BranchPushed,
    ButtonPressed,
    CommandPosted,
    InstallationChanged,
    MergeGroupDestroyed,
    MergeGroupRequested,
    PullRequestChanged,
    RepositoriesChanged,
    RerunRequested,
    SuiteRequested,
    SweepDue,
    encode,
)
from bot.core.forge.ports import NewJob

if TYPE_CHECKING:
    from bot.core.forge.events import Event, RepositoryRef

DEADLINE = 600.0
"""Seconds after its acceptance in which a job that fails is tried again before it is given up."""

OUTAGE = 3 * DEADLINE
"""Seconds after its acceptance in which an attempt without a response from GitHub does not count, nor one during which
a head moved."""


def new_job(delivery: str, event: Event, *, not_before: float = 0.0) -> NewJob:
    """The job for an event, with its two keys. `not_before` is in seconds since the epoch (UTC)."""
    return NewJob(
        delivery=delivery,
        name=type(event).__name__,
        event=encode(event),
        serial=serial_key(event),
        coalesce=coalesce_key(event),
        not_before=not_before,
    )


def serial_key(event: Event) -> str:
    """The key of the queue's serial order: the repository, or the installation for events of an installation."""
    match event:
        case InstallationChanged() | RepositoriesChanged():
            return f"installation:{event.installation}"
        case _:
            return f"repository:{event.repository.id}"


def coalesce_key(event: Event) -> str | None:
    """The coalescing key: events with one key become one waiting job. None for an event that needs its own answer.

    The key of an evaluation is its head: repository, head repository and head branch. So the push, the `synchronize`
    and the suite that GitHub sends for one `git push` become one job. Two pull requests on one head become one job
    too, because they share a verdict. A push to the default branch and its suite have a key of their own: the job
    judges the pull requests to that branch again, and the evaluation of a pull request from that branch does not.
    """
    match event:
        case BranchPushed() | SuiteRequested() if event.branch == event.repository.default_branch:
            key = f"base:{event.repository.id}:{event.branch}"
        case BranchPushed() | SuiteRequested():
            key = _evaluation(event.repository, event.repository.full_name, event.branch)
        case PullRequestChanged():
            # A deleted fork has no name, and two deleted forks may have branches of the same name.
            head_repository = event.head_repository or f"#{event.number}"
            key = _evaluation(event.repository, head_repository, event.head_branch)
        case SweepDue():
            key = f"sweep:{event.repository.id}:{event.number or ''}"
        case RerunRequested():
            key = f"rerun:{event.repository.id}:{event.head_sha}:{event.external_id or ''}"
        case MergeGroupRequested() | MergeGroupDestroyed():
            key = f"group:{event.repository.id}:{event.head_sha}"
        case ButtonPressed() | CommandPosted() | InstallationChanged() | RepositoriesChanged():
            return None
    return key


def _evaluation(repository: RepositoryRef, head_repository: str, branch: str) -> str:
    # GitHub ignores case in repository names. Git does not ignore it in branch names.
    return f"head:{repository.id}:{head_repository.lower()}:{branch}"
