"""What a check run says when we could not reach a verdict in time: whose failure it is, and which head it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.events import (
    BranchPushed,
    ButtonPressed,
    MergeGroupRequested,
    PullRequestChanged,
    RerunRequested,
    SuiteRequested,
)
from bot.core.render import CheckRunOutput, Fault, NoVerdict, RenderContext, no_verdict, plain_line
from bot.core.wording import count

if TYPE_CHECKING:
    from bot.core.events import Event
    from bot.core.ports import LeasedJob
    from bot.core.verdict import House

_LONGEST = 300
_MINUTE = 60.0


def head_of(event: Event) -> str | None:
    """The commit that an event is about, None where it names none."""
    match event:
        case PullRequestChanged() | RerunRequested() | ButtonPressed() | MergeGroupRequested() | SuiteRequested():
            return event.head_sha
        case BranchPushed(deleted=False):
            return event.after
        case _:
            return None


def apology(error: str, job: LeasedJob, now: float, event: Event, house: House) -> CheckRunOutput:
    """The run. `error` is our own line about what stood in the way; `now` is in seconds since the epoch (UTC)."""
    theirs = error.startswith("GitHub")
    minutes = max(1, round((now - job.accepted_at) / _MINUTE))
    tries = f"({count(job.attempts, 'attempt', 'attempts')} in {count(minutes, 'minute', 'minutes')})."
    what = plain_line(error, _LONGEST) if theirs else "a fault of ours ended every try"
    trouble = NoVerdict(
        fault=Fault.GITHUB if theirs else Fault.OURS,
        what=(f"{what} {tries}",),
        delivery=job.delivery,
        at=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
    )
    return no_verdict(trouble, _context(event, house))


def _context(event: Event, house: House) -> RenderContext:
    match event:
        case PullRequestChanged() | RerunRequested() | ButtonPressed() | BranchPushed() | SuiteRequested():
            default = event.repository.default_branch
            base = event.base_branch if isinstance(event, PullRequestChanged) else default
            return RenderContext(
                repository=event.repository.full_name,
                web_url=house.web_url,
                base_branch=base or default,
                default_branch=default,
                site_url=house.site_url,
                engine_version=house.version,
            )
        case _:
            return RenderContext(engine_version=house.version)
