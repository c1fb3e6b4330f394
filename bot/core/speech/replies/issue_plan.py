"""The answer to `/plan` on an issue: names, a recipe, a link, and the plan folded away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.config.model import Commands
from bot.core.drafting.naming import ClaimKind
from bot.core.forge.roles import Role
from bot.core.speech.render.context import short
from bot.core.speech.render.markdown import Links
from bot.core.speech.replies.recipe import is_prefilled, new_file_link, start_recipe
from bot.core.text.neutral import code_span, fence, neutralise
from bot.core.text.prose import At, Side
from bot.core.text.wording import count
from bot.core.yardstick.constitution import ConstitutionState

if TYPE_CHECKING:
    from bot.core.drafting.draft import Draft
    from bot.core.drafting.naming import Claim, Naming, NextNumber
    from bot.core.speech.render.context import RenderContext
    from bot.core.yardstick.constitution import Constitution

RESERVED_DAYS = 7
"""Days that a number is kept for the issue that it was offered to."""

_ROOM = 46_000
"""Characters that the plan may take of a comment; the rest is for what stands around it."""

_MOST_NUMBERS = 5
_HOLDERS = {
    ClaimKind.FOLDER: "taken by a folder",
    ClaimKind.PULL_REQUEST: "in an open pull request",
    ClaimKind.BRANCH: "on an open branch",
    ClaimKind.RESERVED: "offered to another issue",
}
_HOLDERS_MANY = {
    ClaimKind.FOLDER: "taken by folders",
    ClaimKind.PULL_REQUEST: "in open pull requests",
    ClaimKind.BRANCH: "on open branches",
    ClaimKind.RESERVED: "offered to other issues",
}


@dataclass(frozen=True, slots=True)
class IssuePlan:
    """What `/plan` on an issue answers."""

    naming: Naming
    draft: Draft
    constitution: Constitution
    free: NextNumber | None = None
    """How the number was found; None where the issue had it already."""
    asked_by: str = "the author of this issue"
    """Our own words for who asked, never a login."""
    settings: Commands = field(default_factory=Commands)
    can_commit: bool = False
    """The App may write contents, so `/plan start` works here."""


def issue_plan(plan: IssuePlan, context: RenderContext) -> str:
    """The reply's main text. Foreign words in it are in the fence, in code spans or neutralised."""
    links = Links(context)
    naming = plan.naming
    parts = [
        f"**This becomes feature {code_span(naming.branch)}.** {_number(plan)}",
        start_recipe(naming, context.default_branch or "main"),
        _other_ways(plan, context, links),
        _folded(plan.draft),
        _foot(plan, context, links),
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part)


def _number(plan: IssuePlan) -> str:
    reserved = f"it is kept for this issue for {RESERVED_DAYS} days."
    number = plan.naming.number
    if plan.free is None or plan.free.number != number:
        return f"{number} was offered to this issue before; {reserved}"
    return f"{number} is the next free number{_because(plan.free.above)}; {reserved}"


def _because(above: tuple[Claim, ...]) -> str:
    """` (019 and 020 are on open branches, 021 is offered to another issue)`."""
    reasons = []
    for kind in ClaimKind:
        numbers = [f"{claim.number:03d}" for claim in above if claim.kind is kind]
        if len(numbers) == 1:
            reasons.append(f"{numbers[0]} is {_HOLDERS[kind]}")
        elif numbers:
            reasons.append(f"{_several(numbers)} are {_HOLDERS_MANY[kind]}")
    return f" ({', '.join(reasons)})" if reasons else ""


def _several(numbers: list[str]) -> str:
    if len(numbers) > _MOST_NUMBERS:
        return f"{len(numbers)} numbers up to {numbers[-1]}"
    return f"{', '.join(numbers[:-1])} and {numbers[-1]}"


def _other_ways(plan: IssuePlan, context: RenderContext, links: Links) -> str:
    naming, prefix = plan.naming, plan.settings.prefix
    ways = []
    link = new_file_link(context, context.default_branch or "main", plan.draft.path, plan.draft.text)
    if link:
        filled = "with the plan in it" if is_prefilled(link) else "and paste the plan"
        ways.append(
            f"Without a terminal: {links.to('create `plan.md` in the browser', link, 'n')} {filled}, and choose"
            f' "Create a new branch" named {code_span(naming.branch)}.'
        )
    if plan.can_commit:
        role = "" if plan.settings.start is Role.ANYONE else f"With {plan.settings.start.value} access, "
        ways.append(f"{role}{code_span(f'{prefix} start')} does all of it and opens a draft pull request.")
    return " ".join(ways)


def _folded(draft: Draft) -> str:
    if len(draft.text) > _ROOM:
        return (
            f"The plan is longer than a comment holds ({len(draft.text):,} characters). Print it on your desk:"
            f" {code_span('plangate draft --feature ' + draft.path.rpartition('/')[0])}"
        )
    head = f"The plan: {_left(draft)}, the rest is filled from this repository"
    return f"<details><summary>{head}</summary>\n\n{fence(draft.text, 'markdown')}\n\n</details>"


def _left(draft: Draft) -> str:
    """`11 blanks for you (4 × NEEDS CLARIFICATION, 7 verdicts)`, for a headline that reads no Markdown."""
    kinds = [f"{draft.clarifications} × NEEDS CLARIFICATION"] if draft.clarifications else []
    kinds += [count(draft.verdicts, "verdict", "verdicts")] if draft.verdicts else []
    inside = f" ({', '.join(kinds)})" if kinds else ""
    return f"{count(draft.blanks, 'blank', 'blanks')} for you{inside}"


def _foot(plan: IssuePlan, context: RenderContext, links: Links) -> str:
    template = "the bundled template"
    if plan.draft.template != "bundled":
        url = context.blob_url(context.base_sha, plan.draft.template) if context.base_sha else None
        template = links.to(code_span(plan.draft.template), url, "t")
    measures = [template]
    if plan.constitution.state is ConstitutionState.FILLED:
        version = plan.constitution.version
        name = f"constitution {neutralise(version, 40)}" if version else "the constitution"
        measures.append(links.to(name, context.at_url(At(plan.constitution.path, None, Side.BASE)), "con"))
    branch = context.base_branch or context.default_branch
    commit = ""
    if context.base_sha:
        place = code_span(f"{branch}@{short(context.base_sha)}" if branch else short(context.base_sha))
        commit = f", {'both ' if len(measures) > 1 else ''}at {place}"
    again = f"{code_span(plan.settings.prefix)} again refreshes this reply"
    return f"<sub>From {' and '.join(measures)}{commit} · asked for by {plan.asked_by} · {again}</sub>"
