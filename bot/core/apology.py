"""What a check run says when we could not reach a verdict: whose failure it is, and what happens now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.events import BranchPushed, ButtonPressed, MergeGroupRequested, PullRequestChanged, RerunRequested
from bot.core.findings import Conclusion
from bot.core.render import RECHECK, CheckRunOutput, code_span, neutralise, plain_line

if TYPE_CHECKING:
    from bot.core.events import Event
    from bot.core.ports import LeasedJob

_LONGEST = 300


def head_of(event: Event) -> str | None:
    """The commit that an event is about, None where it names none."""
    match event:
        case PullRequestChanged() | RerunRequested() | ButtonPressed() | MergeGroupRequested():
            return event.head_sha
        case BranchPushed(deleted=False):
            return event.after
        case _:
            return None


def no_verdict(error: str, job: LeasedJob, now: float, version: str) -> CheckRunOutput:
    """The run. `error` is our own line about what stood in the way; `now` is in seconds since the epoch (UTC)."""
    theirs = error.startswith("GitHub")
    minutes = max(1, round((now - job.accepted_at) / 60))
    tries = f"{job.attempts} attempt{'' if job.attempts == 1 else 's'} in {minutes} minute{'' if minutes == 1 else 's'}"
    happened = neutralise(plain_line(error, _LONGEST)) if theirs else "a fault of ours ended every try"
    at = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    summary = (
        "**We could not reach a verdict for this commit. This is our failure; nothing in your pull request caused it.**"
        f"\n\n- What happened: {happened} ({tries}).\n"
        "- What happens now: the next push, or **Re-run**, is judged anew.\n"
        "- What you can do: press **Re-run**, or judge it on your desk: `plangate check`\n"
        "- It is red because green would say that somebody looked. An admin can merge past it.\n\n"
        f"<sub>Delivery {code_span(job.delivery)} · {at} · quote it when you ask whoever hosts Plangate"
        f" · plangate {version}</sub>\n"
    )
    return CheckRunOutput(
        title="No verdict: GitHub did not answer us" if theirs else "No verdict: we hit a bug",
        summary=summary,
        text=None,
        annotations=(),
        actions=(RECHECK,),
        conclusion=Conclusion.FAILURE,
    )
