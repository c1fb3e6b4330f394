"""Commands on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app.talk.context import CommandContext, CommandResult, PendingWrite
from bot.app.talk.seen_head import SeenHead
from bot.app.talk.spec_draft import spec_for
from bot.app.talk.suggest import suggest
from bot.app.talk.waive import waive
from bot.core.deciding.commit_verdict import context_of
from bot.core.drafting.from_template.spec import SpecFacts
from bot.core.forge.facts import Reaction
from bot.core.forge.writing import NewCommit
from bot.core.judging.missing_document import feature_without_spec
from bot.core.speech.commands import Command, Verb
from bot.core.speech.render.check_run import draft_text
from bot.core.speech.replies import (
    commit_by_hand,
    drafts_committed,
    status,
    why,
)
from bot.core.speech.replies.started_feature import commit_message

if TYPE_CHECKING:
    from bot.app.talk.open_pull_request import OpenPullRequest
    from bot.core.deciding.commit_verdict import JudgedCandidate
    from bot.core.drafting.draft import Draft
    from bot.core.forge.effects import Written
    from bot.core.judging.findings import FeatureReport


def answer(context: CommandContext, command: Command, opened: OpenPullRequest) -> CommandResult:
    """The result of a command on a pull request."""
    judged = opened.judged
    render = context_of(judged, context.view, context.host)
    match command.verb:
        case Verb.CHECK:
            return CommandResult(Reaction.DONE, effects=opened.verdict())
        case Verb.PLAN:
            draft = opened.plan()
            plan = draft_text(draft, render) if draft is not None else None
            # Without a draft, the status is an answer: it holds for one head, and is hidden once it is outdated.
            told = status(judged.report, render) if draft is None else None
            return CommandResult(Reaction.DONE, plan=plan, answer=told, effects=opened.verdict())
        case Verb.WHY:
            config = judged.candidate.config_in_force.config
            return CommandResult(Reaction.DONE, answer=why(judged.report, command.rule, config, render))
        case Verb.COMMIT | Verb.SUGGEST:
            act = _commit if command.verb is Verb.COMMIT else suggest
            return act(context, opened)
        case Verb.WAIVE:
            return waive(context, command, opened)
        case _:
            return CommandResult(Reaction.DONE, answer=status(judged.report, render))


def _commit(context: CommandContext, opened: OpenPullRequest) -> CommandResult:
    """Write the missing drafts, or explain how to commit them by hand.

    Nothing is missing when a job is repeated whose commit GitHub took although its response was lost. So only a commit
    that would write is compared with the seen head.
    """
    change, pull = opened.judged.candidate.change, opened.judged.candidate.pull
    branch, head = change.head_branch or "", change.head.sha
    documents = _missing(context, opened)
    if not documents or pull is None or head is None:
        return CommandResult(Reaction.DONE, answer=commit_by_hand({}, branch, fork=False))
    asks_again = SeenHead(context, change).asks_again(_trees(opened.judged))
    if asks_again is not None:
        return CommandResult(Reaction.MISTAKEN, answer=asks_again)
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
    """The Git tree of each feature folder by path; None for a missing folder."""
    entries = judged.candidate.change.head.entries
    folders = [feature.feature.dir for feature in judged.report.features]
    return {folder: entries[folder].tree if folder in entries else None for folder in folders}


def _missing(context: CommandContext, opened: OpenPullRequest) -> dict[str, str]:
    """The drafts of missing documents that are due or next: text by path."""
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
    )
    return spec_for(context.job, judged.candidate.change.standard, facts, opened)
