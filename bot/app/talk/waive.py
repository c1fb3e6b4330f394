"""`/plan waive` on a pull request: who may waive which findings, and the waivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app.talk.context import CommandContext, CommandResult
from bot.app.talk.seen_head import SeenHead
from bot.core.deciding.commit_verdict import context_of
from bot.core.forge.effects import AddWaiver, Conclusion
from bot.core.forge.facts import Reaction
from bot.core.forge.roles import Role
from bot.core.forge.stored import Waiver
from bot.core.judging.waiving import fingerprint, forbidden, has_ended, needed_role, waivable
from bot.core.speech.commands import Command, Verb
from bot.core.speech.replies import Denial, already_waived, denial, waived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app.talk.open_pull_request import OpenPullRequest
    from bot.core.judging.findings import Finding

_LOCKED = (
    "Waivers are locked here: `locked` in the configuration names `waive`. The finding itself can be settled;"
    " `{why}` says how."
)
_BROKEN = (
    "A configuration that cannot be read is not waived: mend it on the default branch, and everything is judged again."
)
_DAY_IS_OVER = "{day} is over (UTC), so the waiver would not hold. Ask again with a later day, or without `until`."
_OWN = (
    "The author of a pull request cannot waive its findings, whatever their role. Somebody else with the role can;"
    " `waive_own: true` in `app.yml` on the default branch allows it."
)


def waive(context: CommandContext, command: Command, opened: OpenPullRequest) -> CommandResult:
    """Waive the findings of a rule that the sender may waive and could see."""
    rule, judged = command.rule or "", opened.judged
    if forbidden(judged.candidate.config_in_force.config):
        return CommandResult(Reaction.DENIED, answer=_LOCKED.format(why=context.settings().spelt(Verb.WHY)))
    is_over = has_ended(command.until, context.job.clock.now())
    if is_over or judged.report.conclusion is Conclusion.ACTION_REQUIRED:
        return CommandResult(Reaction.MISTAKEN, answer=_DAY_IS_OVER.format(day=command.until) if is_over else _BROKEN)
    findings = waivable(judged.report, judged.candidate.change, rule)
    if not findings:
        return _not_waived(context, command, opened)
    refused = _may_not_waive(context, opened, [finding for finding, _, _ in findings])
    if refused is not None:
        return CommandResult(Reaction.DENIED, answer=refused)
    trees = {folder: tree for _, folder, tree in findings}
    about = [finding for finding, _, _ in findings]
    asks_again = SeenHead(context, judged.candidate.change).asks_again(trees, about)
    if asks_again is not None:
        return CommandResult(Reaction.MISTAKEN, answer=asks_again)
    waivers = tuple(_waiver(context, command, *bound) for bound in findings)
    under = opened.under(waivers)
    return CommandResult(
        Reaction.DONE,
        answer=waived(waivers[0], about, context_of(judged, context.view, context.host)),
        effects=(*map(AddWaiver, waivers), *under.verdict()),
        judged=under.judged,
    )


def _may_not_waive(context: CommandContext, opened: OpenPullRequest, findings: Sequence[Finding]) -> str | None:
    """Why the sender may not waive these findings; None if the sender may."""
    pull = opened.judged.candidate.pull
    is_author = pull is not None and pull.author == context.event.sender
    if is_author and not context.config.waive_own:
        return _OWN
    role, order = context.role(), tuple(Role)
    setting = context.config.commands.waive
    needed = max((needed_role(finding, opened.judged.report, setting) for finding in findings), key=order.index)
    if order.index(role) >= order.index(needed):
        return None
    return denial(Denial(Verb.WAIVE, needed, role, context.denied_at), context.settings(), context.render)


def _waiver(context: CommandContext, command: Command, finding: Finding, folder: str, tree: str) -> Waiver:
    return Waiver(
        repository=context.view.repository,
        rule=command.rule or "",
        finding=fingerprint(finding),
        folder=folder,
        tree=tree,
        reason=command.reason or "",
        by=context.event.sender,
        number=context.event.number,
        given_at=context.accepted_at,
        role=context.role().value,
        until=command.until or "",
    )


def _not_waived(context: CommandContext, command: Command, opened: OpenPullRequest) -> CommandResult:
    """The result when there is nothing to waive. An earlier attempt at this job may have written the waiver."""
    rule = command.rule or ""
    standing = next((waiver for waiver in opened.judged.waived if waiver.rule == rule), None)
    if standing is None:
        nothing = f"`{rule}` finds nothing here that blocks or warns: nothing to waive."
        return CommandResult(Reaction.MISTAKEN, answer=nothing)
    text = already_waived(standing)
    if (standing.by, standing.reason) != (context.event.sender, command.reason):
        return CommandResult(Reaction.MISTAKEN, answer=text)
    return CommandResult(Reaction.DONE, answer=text, effects=opened.verdict())
