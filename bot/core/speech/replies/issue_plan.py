"""The answer to `/plan` on an issue: the names, a recipe, two prefilled pages, and spec and plan behind folds."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.config.model import Commands
from bot.core.drafting.feature_number import RESERVED_DAYS, ClaimKind
from bot.core.forge.roles import Role
from bot.core.speech.render.context import short
from bot.core.speech.render.lead import blanks
from bot.core.speech.render.markdown import Links
from bot.core.speech.render.tables import folded
from bot.core.speech.replies.recipe import is_prefilled, new_file_link, start_recipe
from bot.core.text.neutral import code_span, fence, neutralise
from bot.core.text.prose import At, Side
from bot.core.yardstick.constitution import ConstitutionState

if TYPE_CHECKING:
    from bot.core.drafting.draft import Draft
    from bot.core.drafting.feature_number import Claim, NextNumber
    from bot.core.drafting.naming import Naming
    from bot.core.speech.render.context import RenderContext
    from bot.core.yardstick.constitution import Constitution

_ROOM = 28_000
"""Characters that each of the two documents may take of a comment."""

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
    """The content of the answer to `/plan` on an issue."""

    naming: Naming
    spec: Draft
    plan: Draft
    constitution: Constitution
    free: NextNumber | None = None
    """How the number was chosen; None if the issue had one already."""
    asked_by: str = "the author of this issue"
    """Our own words for the person who asked, never a login."""
    commands: Commands = field(default_factory=Commands)
    can_commit: bool = False
    """The App may write contents, so `/plan start` works here."""


def issue_plan(answer: IssuePlan, context: RenderContext) -> str:
    """The comment's text. Foreign words in it are in a fence, in code spans or neutralised."""
    links = Links(context)
    naming = answer.naming
    parts = [
        f"**This becomes feature {code_span(naming.branch)}.** {_number(answer)}",
        start_recipe(naming, context.default_branch or "main"),
        _in_the_browser(answer, context, links),
        _plan_follows(answer, context, links),
        _start(answer),
        _folded("spec", answer.spec),
        _folded("plan", answer.plan),
        _foot(answer, context, links),
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part)


def _number(answer: IssuePlan) -> str:
    reserved = f"it is kept for this issue for {RESERVED_DAYS} days."
    number = answer.naming.number
    if answer.free is None or answer.free.number != number:
        return f"{number} was offered to this issue before; {reserved}"
    return f"{number} is the next free number{_because(answer.free.above)}; {reserved}"


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


def _in_the_browser(answer: IssuePlan, context: RenderContext, links: Links) -> str:
    """How to go on without a terminal: GitHub's page for the new spec, on the default branch."""
    link = new_file_link(context, context.default_branch or "main", answer.spec.path, answer.spec.text)
    if not link:
        return ""
    filled = "" if is_prefilled(link) else ", paste the spec,"
    page = links.to("create `spec.md` in the browser", link, "s")
    return (
        f'Without a terminal: {page}{filled} and choose "Create a new branch" named {code_span(answer.naming.branch)}.'
    )


def _plan_follows(answer: IssuePlan, context: RenderContext, links: Links) -> str:
    """How to add the plan, on the branch that was created with the spec."""
    path = code_span(answer.plan.path)
    words = f"Once the spec is agreed, add the plan below as {path} and give every principle in it a verdict"
    link = new_file_link(context, answer.naming.branch, answer.plan.path, answer.plan.text)
    if not link:
        return f"{words}."
    filled = "" if is_prefilled(link) else ", and paste the plan"
    return f"{words}: {links.to('create `plan.md` on that branch', link, 'n')}{filled}."


def _start(answer: IssuePlan) -> str:
    if not answer.can_commit:
        return ""
    command = code_span(f"{answer.commands.prefix} start")
    role = "" if answer.commands.start is Role.ANYONE else f"With {answer.commands.start.value} access, "
    return f"{role}{command} commits both documents and opens a draft pull request."


def _folded(name: str, draft: Draft) -> str:
    if len(draft.text) > _ROOM:
        folder = shlex.quote(draft.path.rpartition("/")[0])
        return (
            f"The {name} is longer than a comment holds ({len(draft.text):,} characters). Print it on your machine:"
            f" {code_span(f'plangate draft --feature {folder}')}"
        )
    head = f"The {name}: {blanks(draft)}, the rest is filled from this repository"
    return folded(head, [fence(draft.text, "markdown")])


def _foot(answer: IssuePlan, context: RenderContext, links: Links) -> str:
    template = "the bundled template"
    if answer.plan.template != "bundled":
        url = context.blob_url(context.base_sha, answer.plan.template) if context.base_sha else None
        template = links.to(code_span(answer.plan.template), url, "t")
    measures = [template]
    if answer.constitution.state is ConstitutionState.FILLED:
        version = answer.constitution.version
        name = f"constitution {neutralise(version, 40)}" if version else "the constitution"
        measures.append(links.to(name, context.at_url(At(answer.constitution.path, None, Side.BASE)), "con"))
    branch = context.base_branch or context.default_branch
    commit = ""
    if context.base_sha:
        place = code_span(f"{branch}@{short(context.base_sha)}" if branch else short(context.base_sha))
        commit = f", {'both ' if len(measures) > 1 else ''}at {place}"
    again = f"{code_span(answer.commands.prefix)} again refreshes this comment"
    return f"<sub>From {' and '.join(measures)}{commit} · requested by {answer.asked_by} · {again}</sub>"
