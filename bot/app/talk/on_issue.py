"""What commands do on an issue: offer a plan, say how it stands, begin the feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.app.talk.drafts import spec_for
from bot.app.talk.scene import Said, Scene
from bot.core.config.model import NumberMode
from bot.core.drafting import for_feature as drafting
from bot.core.drafting.from_template.plan import PlanFacts, draft_plan, issue_summary
from bot.core.drafting.from_template.spec import SpecFacts, issue_words
from bot.core.drafting.naming import Naming, NextNumber, name_feature, next_number, number_in
from bot.core.features.folders import feature_folders, specs_roots
from bot.core.forge.effects import Reaction
from bot.core.forge.errors import WriteRefused
from bot.core.forge.stored import Offer
from bot.core.forge.writing import NewCommit, NewPullRequest
from bot.core.speech.commands import Command, Verb
from bot.core.speech.replies import (
    RESERVED_DAYS,
    IssuePlan,
    StartedFeature,
    feature_started,
    issue_plan,
    issue_status,
    start_by_hand,
)
from bot.core.speech.replies.started_feature import commit_message, pull_request_body
from bot.core.text.neutral import code_span
from bot.core.yardstick.yardstick import read_yardstick

if TYPE_CHECKING:
    from bot.core.change.trees import Tree
    from bot.core.drafting.draft import Draft
    from bot.core.forge.facts import Issue
    from bot.core.forge.ports import Forge

_DAY = 86_400.0
_TRIES = 5
_NO_COMMIT = "This repository has no commit yet. Push one, then ask again."
_NO_VERDICT = "An issue is not judged, so there is nothing to explain here; a pull request is."


def answer(scene: Scene, command: Command, *, by_author: bool) -> Said:
    """Carry out a command; `by_author` says whether whoever opened the issue asks."""
    if command.verb is Verb.WHY:
        return Said(Reaction.MISTAKEN, last=_NO_VERDICT)
    default = scene.answer.default
    if default is None:
        return Said(Reaction.MISTAKEN, last=_NO_COMMIT)
    asked = _Asked(scene, default, scene.forge.issue(scene.event.number))
    if command.verb is Verb.STATUS:
        return Said(Reaction.DONE, last=asked.status())
    naming, free = asked.named(command.slug)
    merged = asked.folder_with(naming.number)
    if merged is not None:
        said = f"{naming.number} is the number of {code_span(merged)}, which is on the default branch already."
        return Said(Reaction.MISTAKEN, last=f"{said} A further feature begins with an issue of its own.")
    if command.verb is Verb.START:
        return asked.start(naming)
    return Said(Reaction.DONE, main=asked.plan(naming, free, by_author=by_author))


@dataclass(frozen=True, slots=True)
class _Asked:
    """An issue, and the default branch that its feature would begin on."""

    scene: Scene
    default: Tree
    issue: Issue

    @property
    def root(self) -> str:
        """The specs root that new features go to: the first that is named."""
        return next(iter(specs_roots(self.scene.config, self.default)), "specs")

    @property
    def repository(self) -> int:
        return self.scene.answer.repository

    def _offered(self) -> dict[str, int]:
        return dict(self.scene.store.offered_numbers(self.repository, self.root, self.scene.asked_at))

    def _held(self) -> str | None:
        return next((number for number, of in self._offered().items() if of == self.issue.number), None)

    def folder_with(self, number: str) -> str | None:
        """The folder on the default branch that has a number."""
        folders = feature_folders(self.default, self.scene.config, (self.root,))
        return next((path for path, folder in folders.items() if folder.number == number), None)

    def status(self) -> str:
        """Whether the issue has a number, and what became of it."""
        number = self._held()
        prefix = self.scene.config.commands.prefix
        if number is None:
            return issue_status(None, None, prefix)
        naming = self._name(number, None)
        pulls = [pull.number for pull in self.scene.forge.pull_requests_of(naming.branch) if pull.is_open]
        begun_in = f" Pull request {pulls[0]} is open for it." if pulls else ""
        return issue_status(naming, None, prefix) + begun_in

    def _name(self, number: str, slug: str | None) -> Naming:
        return name_feature(self.issue.title, number, issue=self.issue.number, slug=slug, root=self.root)

    def named(self, slug: str | None) -> tuple[Naming, NextNumber | None]:
        """The feature's names, with a number that is kept for this issue from now on."""
        now = self.scene.asked_at
        number, free = self._held(), None
        for _ in range(_TRIES):
            if number is None:
                free = self._free()
                moment = self.issue.created_at
                number = number_in(self.scene.config.number, free, issue=self.issue.number, moment=moment)
            offer = Offer(self.root, number, self.issue.number, now + RESERVED_DAYS * _DAY)
            kept = self.scene.store.offer_number(self.repository, offer, now)
            if kept is not None or self.scene.config.number is not NumberMode.SEQUENTIAL:
                return self._name(kept or number, slug), free
            number = None
        return self._name((free or self._free()).number, slug), free

    def _free(self) -> NextNumber:
        scene, root = self.scene, self.root
        heads = scene.forge.open_heads(root)
        return next_number(
            feature_folders(self.default, scene.config, (root,)),
            pull_requests=[path for head in heads for path in head.folders if path not in self.default.entries],
            branches=[*scene.forge.branches(), *(head.ref for head in heads)],
            reserved=self._offered(),
            config=scene.config,
        )

    def _drafted(self, naming: Naming, present: frozenset[str] = frozenset()) -> Draft:
        """The plan's draft; what is known of the feature is what the issue says."""
        yardstick = read_yardstick(self.default, self.scene.host.template)
        outline = self.scene.outline(self.default.sha or "")
        return draft_plan(
            PlanFacts(
                feature_dir=naming.dir,
                title=naming.title,
                date=self.issue.created_at[:10],
                template=yardstick.template,
                constitution=yardstick.constitution,
                summary=issue_summary(self.issue.body),
                paths=drafting.paths_of(outline.tree) if outline is not None else (),
                manifests=drafting.texts_of(outline.tree) if outline is not None else {},
                present=present,
            )
        )

    def plan(self, naming: Naming, free: NextNumber | None, *, by_author: bool) -> str:
        """The reply to `/plan`."""
        scene = self.scene
        constitution = read_yardstick(self.default, scene.host.template).constitution
        house = scene.house(writes=True)
        plan = IssuePlan(
            naming=naming,
            draft=self._drafted(naming),
            constitution=constitution,
            free=free,
            asked_by="the author of this issue" if by_author else "somebody with a role here",
            settings=scene.config.commands,
            can_commit=house.can_commit,
        )
        return issue_plan(plan, scene.context)

    def start(self, naming: Naming) -> Said:
        """Branch, spec, plan and draft pull request; each is only made where it is not there yet."""
        scene = self.scene
        writer = scene.writer()
        by_hand = start_by_hand(naming, scene.house(), scene.context)
        if writer is None:
            return Said(Reaction.DENIED, last=by_hand)
        branches = scene.forge.branches()
        begun_as = (name for name in branches if name.startswith(f"{naming.number}-"))
        other = next((name for name in begun_as if name != naming.branch), None)
        if other is not None:
            said = f"Number {naming.number} has branch {code_span(other)} already, so no second one is begun."
            return Said(Reaction.MISTAKEN, last=f"{said} Go on there, or delete that branch and ask again.")
        words = issue_words(self.issue.title, self.issue.body)
        facts = SpecFacts(naming.dir, naming.title, naming.branch, self.issue.created_at[:10], words)
        spec = spec_for(scene, self.default, facts)
        plan = self._drafted(naming, frozenset({"spec.md"}))
        try:
            if naming.branch not in branches:
                self._commit(writer, naming, (spec, plan))
            return self._opened(writer, naming, spec, plan)
        except WriteRefused:
            return Said(Reaction.DENIED, last=f"GitHub's own rules for {code_span(naming.branch)} refuse it. {by_hand}")

    def _commit(self, writer: Forge, naming: Naming, drafts: tuple[Draft, ...]) -> None:
        writer.commit_files(
            NewCommit(
                branch=naming.branch,
                parent=self.default.sha or "",
                files={draft.path: draft.text for draft in drafts},
                message=commit_message(naming.branch, self.scene.event.sender),
                begins=True,
            )
        )

    def _opened(self, writer: Forge, naming: Naming, spec: Draft, plan: Draft) -> Said:
        """The reply, with the pull request that is there or is opened now."""
        pulls = self.scene.forge.pull_requests_of(naming.branch)
        number = next((pull.number for pull in pulls if pull.is_open), None)
        if number is None and pulls:
            said = f"Pull request {pulls[0].number} of {code_span(naming.branch)} is closed."
            return Said(Reaction.MISTAKEN, last=f"{said} Reopen it, or delete the branch and ask again.")
        feature = StartedFeature(naming, spec, plan, number or 0, self.issue.number)
        if number is None:
            body = pull_request_body(feature, self.scene.config.commands.prefix)
            base = self.scene.answer.default_branch or "main"
            number = writer.open_pull_request(NewPullRequest(naming.branch, base, naming.title, body))
        feature = StartedFeature(naming, spec, plan, number, self.issue.number)
        return Said(Reaction.DONE, main=feature_started(feature, self.scene.context))
