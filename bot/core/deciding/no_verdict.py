"""What a job publishes when it is given up: a "no verdict" run, its head, and a later job for other pull requests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.forge.effects import NAME, CheckRunOutput, Enqueue
from bot.core.forge.events import (
    BranchPushed,
    ButtonPressed,
    MergeGroupRequested,
    PullRequestChanged,
    RerunRequested,
    SuiteRequested,
    SweepDue,
)
from bot.core.forge.facts import ReadRequest
from bot.core.speech.render import Fault, NoVerdict, RenderContext, no_verdict
from bot.core.text.neutral import plain_line
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.deciding.commit_verdict import Host
    from bot.core.forge.events import Event, RepositoryEvent
    from bot.core.forge.facts import RepositoryView
    from bot.core.forge.ports import LeasedJob

_LONGEST = 300
_MINUTE = 60.0
_LATER = (15 * _MINUTE, 30 * _MINUTE, 60 * _MINUTE, 120 * _MINUTE)
"""Seconds until the pull requests of a given-up job are looked at again: after the first such job, the second, …"""


def head_of(event: Event) -> str | None:
    """The commit in the event that needs a verdict; None if there is none.

    A push to the default branch needs none: it concerns the pull requests to that branch.
    """
    match event:
        case PullRequestChanged() | RerunRequested() | ButtonPressed() | MergeGroupRequested():
            return event.head_sha
        case SuiteRequested() if event.branch != event.repository.default_branch:
            return event.head_sha
        case BranchPushed(deleted=False) if event.branch != event.repository.default_branch:
            return event.after
        case _:
            return None


def request_of_present_head(event: Event) -> ReadRequest | None:
    """The read that shows the present head; None if the event is about one commit, or no verdict is due."""
    match event:
        case PullRequestChanged():
            return ReadRequest(number=event.number, branch=event.head_branch if event.pushed else None)
        case SweepDue(number=int()):
            return ReadRequest(number=event.number)
        case BranchPushed() | SuiteRequested() if event.branch != event.repository.default_branch:
            return ReadRequest(branch=event.branch)
        case _:
            return None


def present_head(view: RepositoryView) -> str | None:
    """The present head in that view, None if the pull request is closed or the branch does not exist."""
    pull = view.pull_request
    return pull.head_sha if pull is not None and pull.is_open else view.tip


def has_run(view: RepositoryView) -> bool:
    """Whether the requested commit has a completed run of ours."""
    return view.head is not None and any(run.name == NAME and run.completed for run in view.head.runs)


def after_error(error: str, job: LeasedJob, now: float) -> NoVerdict:
    """The text after every attempt failed. `error` is our own line; `now` is in seconds since the epoch (UTC)."""
    theirs = error.startswith("GitHub")
    minutes = max(1, round((now - job.accepted_at) / _MINUTE))
    tries = f"({count(job.attempts, 'attempt', 'attempts')} in {count(minutes, 'minute', 'minutes')})."
    cause = plain_line(error, _LONGEST) if theirs else "a fault of ours ended every try"
    return NoVerdict(
        fault=Fault.GITHUB if theirs else Fault.OURS,
        cause=(f"{cause} {tries}",),
        delivery=job.delivery,
        time=_moment(now),
    )


def without_permissions(missing: Mapping[str, str], event: RepositoryEvent, job: LeasedJob, now: float) -> NoVerdict:
    """The text when the account has not accepted permissions: who has to accept which.

    `missing` has levels by name; `now` is in seconds since the epoch (UTC).
    """
    owner = plain_line(event.repository.owner)
    listed = ", ".join(f"{name}: {level}" for name, level in sorted(missing.items()))
    settings = "Settings, Applications, Installed GitHub Apps, Review request"
    return NoVerdict(
        fault=Fault.GITHUB,
        cause=(
            f"{owner} has not accepted what Plangate needs ({listed}). An owner of {owner} does so under {settings}.",
        ),
        delivery=job.delivery,
        time=_moment(now),
        retry="as soon as they are accepted",
        lacks_permissions=True,
    )


def _moment(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def no_verdict_output(fault: NoVerdict, event: Event, host: Host) -> CheckRunOutput:
    """The text of the "no verdict" run."""
    return no_verdict(fault, _context(event, host))


def later_look(event: Event, delivery: str) -> Enqueue | None:
    """A later job for the other pull requests that the given-up event concerns.

    They have verdicts under the old base, so no sweep finds them. After four such jobs in vain only a replay of the
    dead letter judges them.
    """
    match event:
        case SweepDue():
            number, past = event.number, event.in_vain
        case BranchPushed() | SuiteRequested() | PullRequestChanged():
            number, past = None, 0
        case _:
            return None
    if past == len(_LATER):
        return None
    look = SweepDue(
        installation=event.installation,
        repository=event.repository,
        number=number,
        reason="work on it was given up",
        in_vain=past + 1,
    )
    return Enqueue(f"again:{delivery}", look, delay=_LATER[past])


def _context(event: Event, host: Host) -> RenderContext:
    match event:
        case PullRequestChanged() | RerunRequested() | ButtonPressed() | BranchPushed() | SuiteRequested():
            default = event.repository.default_branch
            base = event.base_branch if isinstance(event, PullRequestChanged) else default
            return RenderContext(
                repository=event.repository.full_name,
                web_url=host.web_url,
                base_branch=base or default,
                default_branch=default,
                site_url=host.site_url,
                engine_version=host.version,
            )
        case _:
            return RenderContext(site_url=host.site_url, engine_version=host.version)
