"""The texts of a feature that Plangate began: the reply, the commit's message, the pull request's text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.speech.render.context import short
from bot.core.speech.render.lead import blanks
from bot.core.speech.render.markdown import Links
from bot.core.text.neutral import code_span, fence, marker
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.drafting.draft import Draft
    from bot.core.drafting.naming import Naming
    from bot.core.speech.render.context import RenderContext

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?")


@dataclass(frozen=True, slots=True)
class StartedFeature:
    """A feature with a branch, its first two documents and a pull request."""

    naming: Naming
    spec: Draft
    plan: Draft
    pull_request: int
    issue: int


def feature_started(feature: StartedFeature, context: RenderContext) -> str:
    """The reply on the issue."""
    links = Links(context)
    name = code_span(feature.naming.branch)
    where = links.to(f"pull request {feature.pull_request}", _pull_url(feature.pull_request, context), "pr")
    parts = [
        f"**Feature {name} has begun**, in draft {where}. It closes this issue when it merges.",
        f"What is left to write: {_blanks_left(feature)}. The check run there lists it line by line.",
        fence(f"git fetch origin && git switch {feature.naming.branch}", "bash"),
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part)


def _pull_url(number: int, context: RenderContext) -> str | None:
    """A link by GitHub's redirecting host, which leaves no backlink. The pull request itself links to the issue."""
    if context.web_url != "https://github.com" or not context.repository:
        return None
    return f"https://redirect.github.com/{context.repository}/pull/{number}"


def _blanks_left(feature: StartedFeature) -> str:
    spec = count(feature.spec.blanks, "blank", "blanks")
    return f"{spec} in {code_span('spec.md')} and {feature.plan.blanks} in {code_span('plan.md')}"


def pull_request_body(feature: StartedFeature, prefix: str) -> str:
    """The pull request's first text. It holds no foreign text but neutralised names. Its author may replace it."""
    return "\n".join(
        [
            marker("begun", issue=str(feature.issue)),
            f"Closes #{feature.issue}",
            "",
            f"{code_span(feature.naming.dir + '/')} with a spec and a plan, filled with what is known:",
            "",
            f"- {code_span('spec.md')}: {blanks(feature.spec)}",
            f"- {code_span('plan.md')}: {blanks(feature.plan)}",
            "",
            f"The check run lists what is open, line by line. {code_span(prefix + ' help')} lists the commands.",
            "Replace this text as you like; keep the first line to close the issue with the merge.",
            "",
        ]
    )


def commit_message(feature: str, asked_by: str) -> str:
    """The message of the commit with the drafts. An invalid login is left out."""
    subject = f"Begin the spec and plan of {feature}"[:100]
    body = "What the repository and the issue say is filled in; the rest is marked NEEDS CLARIFICATION."
    trailer = f"\n\nRequested-by: {asked_by}" if _LOGIN.fullmatch(asked_by) else ""
    return f"{subject}\n\n{body}{trailer}\n"


def drafts_committed(documents: Iterable[str], branch: str, sha: str) -> str:
    """The answer to `/plan commit`."""
    names = " and ".join(code_span(path.rsplit("/", 1)[-1]) for path in documents)
    return f"Committed {names} to {code_span(branch)} as {code_span(short(sha))}. Pull, then fill the blanks."
