"""The run that says that there is no verdict: the cause, what happens next, what a person can do meanwhile."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.forge.check_run_output import CheckRunOutput, Conclusion
from bot.core.speech.render.check_run import RECHECK
from bot.core.speech.render.footer import version
from bot.core.speech.render.markdown import Links
from bot.core.text.neutral import code_span, neutralise

if TYPE_CHECKING:
    from bot.core.speech.render.context import RenderContext
    from bot.core.text.prose import Prose


class Fault(StrEnum):
    """Who caused the failure. It is never the author."""

    GITHUB = "github"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class NoVerdict:
    """Why a commit could not be judged within the deadline."""

    fault: Fault
    cause: Prose
    """What happened, as a sentence: `GitHub did not answer while we read ... (502, 6 attempts in 10 minutes).`"""
    delivery: str
    time: str
    """When, as people write it: `2026-11-22 12:41:07 UTC`."""
    retry: str = "every 15 minutes"
    """How often the commit is judged again."""
    feature: str | None = None
    """The feature folder, where it is known."""
    lacks_permissions: bool = False
    """The account has not accepted the permissions that the App needs. Its owner has to act first."""


_TITLES = {
    Fault.GITHUB: "No verdict: GitHub did not answer us · trying again",
    Fault.OURS: "No verdict: we hit a bug · reported to the host",
}

_LACKS_PERMISSIONS = "No verdict: permissions not accepted · an owner is needed"


def no_verdict(trouble: NoVerdict, context: RenderContext) -> CheckRunOutput:
    """The failing run. It holds no report, so it has no digest and is always replaced by a verdict."""
    links = Links(context)
    which = f"--feature {shlex.quote(trouble.feature)} " if trouble.feature else ""
    command = code_span(f"plangate check {which}--base {shlex.quote(context.desk_base)}", 600)
    lines = [
        f"- What happened: {links.prose(trouble.cause).strip()}",
        f"- What happens now: we look again {neutralise(trouble.retry)} and put the verdict in place of this.",
        f"- What you can do: press **Re-run**, or judge it on your desk: {command}",
        "- No verdict, so this check fails. If your ruleset allows bypass, an admin can merge.",
    ]
    foot = (
        f"<sub>Delivery {code_span(trouble.delivery)} · {neutralise(trouble.time)} · quote it when you ask"
        f" whoever hosts Plangate · {version(context)}</sub>"
    )
    cause = "Nothing in your pull request caused it."
    if not trouble.lacks_permissions:
        cause = "This is our failure; nothing in your pull request caused it."
    parts = [
        f"**We could not reach a verdict for this commit. {cause}**",
        "\n".join(lines),
        foot,
        links.definitions(),
    ]
    summary = "\n\n".join(part for part in parts if part) + "\n"
    title = _LACKS_PERMISSIONS if trouble.lacks_permissions else _TITLES[trouble.fault]
    return CheckRunOutput(title, summary, None, (), (RECHECK,), Conclusion.FAILURE)
