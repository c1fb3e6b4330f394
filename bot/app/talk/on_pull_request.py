"""What commands do on a pull request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.app.evaluation import REQUESTED
from bot.app.talk.context import CommandContext, CommandResult, PendingWrite
from bot.app.talk.seen_head import SeenHead
from bot.app.talk.spec_draft import spec_for
from bot.core.deciding.commit_verdict import context_of
from bot.core.drafting.for_feature import feature_without_spec
from bot.core.drafting.from_template.spec import SpecFacts, issue_words
from bot.core.forge.effects import AddWaiver, Conclusion
from bot.core.forge.facts import Reaction
from bot.core.forge.roles import Role
from bot.core.forge.stored import Waiver
from bot.core.forge.writing import NewCommit
from bot.core.judging.waiving import fingerprint, forbidden, needed_role, waivable
from bot.core.speech.commands import Command, Verb
from bot.core.speech.render.check_run import draft_text
from bot.core.speech.replies import (
    Denial,
    already_waived,
    commit_by_hand,
    denial,
    drafts_committed,
    status,
    waived,
    why,
)
from bot.core.speech.replies.started_feature import commit_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app.evaluation import Evaluation
    from bot.app.gather import Gathered
    from bot.core.deciding.commit_verdict import JudgedCandidate
    from bot.core.drafting.draft import Draft
    from bot.core.forge.effects import Effect, Written
    from bot.core.judging.findings import FeatureReport, Finding

_LOCKED = (
    "Waivers are locked here: `locked` in the configuration names `waive`. The finding itself can be settled;"
    " `{why}` says how."
)
_BROKEN = (
    "A configuration that cannot be read is not waived: mend it on the default branch, and everything is judged again."
)


_OWN = (
    "The author of a pull request cannot waive its findings, whatever their role. Somebody else with the role can;"
    " `waive_own: true` in `app.yml` on the default branch allows it."
)


@dataclass(frozen=True, slots=True)
class OpenPullRequest:
    """An open pull request with everything that was read and judged of its head."""

    judged: JudgedCandidate
    on_head: tuple[JudgedCandidate, ...]
    """The reports of all pull requests with this head, this one included."""
    gathered: Gathered
    evaluation: Evaluation

    def under(self, waivers: tuple[Waiver, ...]) -> OpenPullRequest:
        """The same, judged under these waivers, too."""
        on_head = tuple(self.evaluation.judge_one(judged.candidate, waivers) for judged in self.on_head)
        judged = next(again for again in on_head if again.candidate is self.judged.candidate)
        return replace(self, judged=judged, on_head=on_head)

    def verdict(self) -> tuple[Effect, ...]:
        """What says the verdict anew: a run is always written."""
        return tuple(self.evaluation.effects(self.gathered, self.on_head, REQUESTED))

    def plan(self) -> Draft | None:
        """The plan's draft, where the plan is still to be written."""
        return self.evaluation.draft_of(self.judged, self.gathered.view)


def answer(context: CommandContext, command: Command, opened: OpenPullRequest) -> CommandResult:
    """What a command does, and what it is answered with."""
    judged = opened.judged
    render = context_of(judged, context.view, context.host)
    match command.verb:
        case Verb.CHECK:
            return CommandResult(Reaction.DONE, effects=opened.verdict())
        case Verb.PLAN:
            draft = opened.plan()
            plan = draft_text(draft, render) if draft is not None else status(judged.report, render)
            return CommandResult(Reaction.DONE, plan=plan, effects=opened.verdict())
        case Verb.WHY:
            config = judged.candidate.config_in_force.config
            return CommandResult(Reaction.DONE, answer=why(judged.report, command.rule, config, render))
        case Verb.COMMIT:
            return _commit(context, opened)
        case Verb.WAIVE:
            return _waive(context, command, opened)
        case _:
            return CommandResult(Reaction.DONE, answer=status(judged.report, render))


def _commit(context: CommandContext, opened: OpenPullRequest) -> CommandResult:
    """Write the missing drafts, or say how to do it by hand."""
    asks_again = SeenHead(context, opened.judged.candidate.change).asks_again(_trees(opened.judged))
    if asks_again is not None:
        return CommandResult(Reaction.MISTAKEN, answer=asks_again)
    change, pull = opened.judged.candidate.change, opened.judged.candidate.pull
    branch, head = change.head_branch or "", change.head.sha
    documents = _missing(context, opened)
    if not documents or pull is None or head is None:
        return CommandResult(Reaction.DONE, answer=commit_by_hand({}, branch, fork=False))
    is_ours = pull.head_repository == context.view.full_name
    if not is_ours or not context.can_write():
        return CommandResult(Reaction.DENIED, answer=commit_by_hand(documents, branch, fork=not is_ours))

    def written(outcome: Written) -> CommandResult:
        if outcome.refused:
            return CommandResult(Reaction.DENIED, answer=commit_by_hand(documents, branch, fork=False, refused=True))
        return CommandResult(Reaction.DONE, answer=drafts_committed(documents, branch, outcome.commit))

    message = commit_message(opened.judged.report.features[0].feature.name, context.event.sender)
    write = PendingWrite(NewCommit(branch, head, documents, message), None, written)
    return CommandResult(Reaction.DONE, write=write)


def _trees(judged: JudgedCandidate) -> dict[str, str | None]:
    """The Git trees of the feature folders, None for one that is not there."""
    entries = judged.candidate.change.head.entries
    folders = [feature.feature.dir for feature in judged.report.features]
    return {folder: entries[folder].tree if folder in entries else None for folder in folders}


def _missing(context: CommandContext, opened: OpenPullRequest) -> dict[str, str]:
    """Text by path of the documents that are due or next, not there, and can be drafted."""
    documents: dict[str, str] = {}
    feature = feature_without_spec(opened.judged.report)
    if feature is not None:
        spec = _spec(context, opened.judged, feature)
        documents[spec.path] = spec.text
    plan = opened.plan()
    if plan is not None:
        documents[plan.path] = plan.text
    return documents


def _spec(context: CommandContext, judged: JudgedCandidate, feature: FeatureReport) -> Draft:
    opened = context.forge.issue(context.event.number)
    slug = feature.feature.slug or feature.feature.name
    facts = SpecFacts(
        feature.feature.dir,
        slug.replace("-", " ").capitalize(),
        feature.feature.name,
        opened.created_at[:10],
        issue_words(opened.title, opened.body),
    )
    return spec_for(context.forge, judged.candidate.change.standard, facts)


def _waive(context: CommandContext, command: Command, opened: OpenPullRequest) -> CommandResult:
    """Let the findings of a rule pass, as far as whoever asks may do so and could see them."""
    rule, judged = command.rule or "", opened.judged
    if forbidden(judged.candidate.config_in_force.config):
        return CommandResult(Reaction.DENIED, answer=_LOCKED.format(why=context.settings().spelt(Verb.WHY)))
    if judged.report.conclusion is Conclusion.ACTION_REQUIRED:
        return CommandResult(Reaction.MISTAKEN, answer=_BROKEN)
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
    """Why the sender may not waive these findings; None where they may."""
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
    """There is nothing to waive, or it was waived already: perhaps by this very job, before it died."""
    rule = command.rule or ""
    standing = next((waiver for waiver in opened.judged.waived if waiver.rule == rule), None)
    if standing is None:
        nothing = f"`{rule}` finds nothing here that blocks or warns: nothing to waive."
        return CommandResult(Reaction.MISTAKEN, answer=nothing)
    text = already_waived(standing)
    if (standing.by, standing.reason) != (context.event.sender, command.reason):
        return CommandResult(Reaction.MISTAKEN, answer=text)
    return CommandResult(Reaction.DONE, answer=text, effects=opened.verdict())
