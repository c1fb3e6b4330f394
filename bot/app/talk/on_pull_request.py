"""What commands do on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app.talk.drafts import spec_for
from bot.app.talk.scene import Said, Scene
from bot.core.deciding.commit_verdict import context_of
from bot.core.drafting import for_feature as drafting
from bot.core.drafting.from_template.spec import SpecFacts, issue_words
from bot.core.forge.effects import Conclusion, Reaction
from bot.core.forge.errors import WriteRefused
from bot.core.forge.roles import Role
from bot.core.forge.stored import Waiver
from bot.core.forge.writing import NewCommit
from bot.core.judging.waiving import fingerprint, forbidden, needed_role, waivable
from bot.core.speech.commands import Command, Verb
from bot.core.speech.render.check_run import draft_text
from bot.core.speech.replies import Denial, commit_by_hand, denial, drafts_committed, status, waived, why
from bot.core.speech.replies.started_feature import commit_message

if TYPE_CHECKING:
    from bot.core.deciding.commit_verdict import JudgedCandidate
    from bot.core.drafting.draft import Draft
    from bot.core.judging.findings import FeatureReport

_LOCKED = (
    "Waivers are locked here: `locked` in the configuration names `waive`. The finding itself can be settled;"
    " `{why}` says how."
)
_BROKEN = (
    "A configuration that cannot be read is not waived: mend it on the default branch, and everything is judged again."
)


def answer(scene: Scene, command: Command, judged: JudgedCandidate) -> tuple[Said, JudgedCandidate]:
    """Carry out a command; what is said, and the report as it is now."""
    context = context_of(judged, scene.answer, scene.host)
    match command.verb:
        case Verb.CHECK:
            return Said(Reaction.DONE), scene.look_again() or judged
        case Verb.PLAN:
            now = scene.look_again() or judged
            told = context_of(now, scene.answer, scene.host)
            draft = _plan(scene, now)
            main = draft_text(draft, told) if draft is not None else status(now.report, told)
            return Said(Reaction.DONE, main=main), now
        case Verb.WHY:
            config = judged.candidate.config_in_force.config
            return Said(Reaction.DONE, last=why(judged.report, command.rule, config, context)), judged
        case Verb.COMMIT:
            return _commit(scene, judged), judged
        case Verb.WAIVE:
            return _waive(scene, command, judged)
        case _:
            return Said(Reaction.DONE, last=status(judged.report, context)), judged


def _plan(scene: Scene, judged: JudgedCandidate) -> Draft | None:
    """The plan's draft, where it is still to be written."""
    feature = drafting.feature_without_plan(judged.report)
    head = judged.candidate.change.head.sha
    outline = scene.outline(head) if feature is not None and head is not None else None
    if feature is None or outline is None:
        return None
    return drafting.plan_draft_of(
        judged.candidate.change, feature, outline.tree, outline.committed_at, scene.host.template
    )


def _commit(scene: Scene, judged: JudgedCandidate) -> Said:
    """Write the missing drafts, or say how to do it by hand."""
    change, pull = judged.candidate.change, judged.candidate.pull
    branch, head = change.head_branch or "", change.head.sha
    documents = _missing(scene, judged)
    if not documents or pull is None or head is None:
        return Said(Reaction.DONE, last=commit_by_hand({}, branch, fork=False))
    is_ours = pull.head_repository == scene.answer.full_name
    writer = scene.writer() if is_ours else None
    if writer is None:
        return Said(Reaction.DENIED, last=commit_by_hand(documents, branch, fork=not is_ours))
    message = commit_message(judged.report.features[0].feature.name, scene.event.sender)
    try:
        sha = writer.commit_files(NewCommit(branch, head, documents, message))
    except WriteRefused:
        return Said(Reaction.DENIED, last=commit_by_hand(documents, branch, fork=False, refused=True))
    return Said(Reaction.DONE, last=drafts_committed(documents, branch, sha))


def _missing(scene: Scene, judged: JudgedCandidate) -> dict[str, str]:
    """Text by path of the documents that are due or next, not there, and can be drafted."""
    documents: dict[str, str] = {}
    feature = drafting.feature_without_spec(judged.report)
    if feature is not None:
        spec = _spec(scene, judged, feature)
        documents[spec.path] = spec.text
    plan = _plan(scene, judged)
    if plan is not None:
        documents[plan.path] = plan.text
    return documents


def _spec(scene: Scene, judged: JudgedCandidate, feature: FeatureReport) -> Draft:
    opened = scene.forge.issue(scene.event.number)
    slug = feature.feature.slug or feature.feature.name
    facts = SpecFacts(
        feature.feature.dir,
        slug.replace("-", " ").capitalize(),
        feature.feature.name,
        opened.created_at[:10],
        issue_words(opened.title, opened.body),
    )
    return spec_for(scene, judged.candidate.change.base or judged.candidate.change.head, facts)


def _waive(scene: Scene, command: Command, judged: JudgedCandidate) -> tuple[Said, JudgedCandidate]:
    rule, reason, by = command.rule or "", command.reason or "", scene.event.sender
    if forbidden(judged.candidate.config_in_force.config):
        return Said(Reaction.DENIED, last=_LOCKED.format(why=scene.house().spelt(Verb.WHY))), judged
    if judged.report.conclusion is Conclusion.ACTION_REQUIRED:
        return Said(Reaction.MISTAKEN, last=_BROKEN), judged
    role = scene.role()
    found = waivable(judged.report, judged.candidate.change, rule)
    if not found:
        return _not_waived(scene, rule, reason, judged)
    needed = max(
        (needed_role(one, judged.report, scene.config.commands.waive) for one, _, _ in found), key=tuple(Role).index
    )
    if tuple(Role).index(role) < tuple(Role).index(needed):
        at = scene.denied_at
        told = Denial(Verb.WAIVE, needed, role, scene.event.number, scene.event.comment, at, scene.asked_in)
        return Said(Reaction.DENIED, last=denial(told, scene.house(), scene.context)), judged
    for finding, folder, tree in found:
        scene.store.add_waiver(
            Waiver(
                repository=scene.answer.repository,
                rule=rule,
                finding=fingerprint(finding),
                folder=folder,
                tree=tree,
                reason=reason,
                by=by,
                number=scene.event.number,
                given_at=scene.asked_at,
                role=role.value,
            )
        )
    now = scene.look_again() or judged
    return Said(Reaction.DONE, last=waived(rule, by, role, reason)), now


def _not_waived(scene: Scene, rule: str, reason: str, judged: JudgedCandidate) -> tuple[Said, JudgedCandidate]:
    """There is nothing to let pass, or it was let pass already: perhaps by this very job, before it died."""
    standing = next((one for one in judged.waived if one.rule == rule), None)
    if standing is None:
        nothing = f"`{rule}` finds nothing here that blocks or warns: nothing to waive."
        return Said(Reaction.MISTAKEN, last=nothing), judged
    said = waived(rule, standing.by, Role(standing.role), standing.reason)
    if (standing.by, standing.reason) != (scene.event.sender, reason):
        return Said(Reaction.MISTAKEN, last=said), judged
    return Said(Reaction.DONE, last=said), scene.look_again() or judged
