"""Commands on an issue: draft a plan, show the status, start the feature."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.app.outline import read_outline
from bot.app.talk.context import CommandContext, CommandResult, PendingWrite
from bot.app.talk.spec_draft import spec_for
from bot.core.config.layers import Rank
from bot.core.config.model import NumberMode
from bot.core.drafting.feature_number import (
    INIT_OPTIONS,
    RESERVED_DAYS,
    NextNumber,
    chosen_numbering,
    next_number,
    number_in,
)
from bot.core.drafting.for_feature import issue_draft_of
from bot.core.drafting.from_template.spec import SpecFacts
from bot.core.drafting.naming import Naming, name_feature
from bot.core.features.folders import feature_folders, specs_roots
from bot.core.forge.effects import ReserveNumber
from bot.core.forge.facts import Reaction, ReadRequest
from bot.core.forge.stored import Offer
from bot.core.forge.writing import NewCommit, NewPullRequest
from bot.core.speech.commands import Command, Verb
from bot.core.speech.replies import (
    IssuePlan,
    StartedFeature,
    feature_started,
    issue_plan,
    issue_status,
    start_by_hand,
)
from bot.core.speech.replies.started_feature import commit_message, pull_request_body
from bot.core.text.neutral import code_span

if TYPE_CHECKING:
    from bot.core.change.trees import Tree
    from bot.core.drafting.draft import Draft
    from bot.core.forge.effects import Written
    from bot.core.forge.facts import Issue
    from bot.core.yardstick.constitution import Constitution

_DAY = 86_400.0
_NO_COMMIT = "This repository has no commit yet. Push one, then ask again."
_NO_VERDICT = "An issue is not judged, so there is nothing to explain here; a pull request is."


def answer(context: CommandContext, command: Command, *, by_author: bool) -> CommandResult:
    """The result of a command on an issue. `by_author` is true when the issue's author sent it."""
    if command.verb is Verb.WHY:
        return CommandResult(Reaction.MISTAKEN, answer=_NO_VERDICT)
    default = context.view.default
    if default is None:
        return CommandResult(Reaction.MISTAKEN, answer=_NO_COMMIT)
    issue = _FeatureIssue(context, default, context.forge.issue(context.event.number))
    if command.verb is Verb.STATUS:
        return CommandResult(Reaction.DONE, answer=issue.status())
    numbered = issue.numbered(command.slug)
    number = numbered.naming.number
    merged = issue.folder_with(number)
    if merged is not None:
        text = f"{number} is the number of {code_span(merged)}, which is on the default branch already."
        result = CommandResult(Reaction.MISTAKEN, answer=f"{text} A further feature begins with an issue of its own.")
    elif command.verb is Verb.START:
        result = issue.start(numbered.naming)
    else:
        result = CommandResult(Reaction.DONE, plan=issue.plan(numbered, by_author=by_author))
    return replace(result, effects=numbered.reservation)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """The names of a feature, and the effect that reserves its number."""

    naming: Naming
    next_number: NextNumber | None
    """How the number was chosen; None if the issue had one already."""
    reservation: tuple[ReserveNumber, ...]


@dataclass(frozen=True, slots=True)
class _FeatureIssue:
    """An issue, and the default branch on which its feature would start."""

    context: CommandContext
    default: Tree
    issue: Issue

    @property
    def root(self) -> str:
        """The specs root for new features: the first one in the configuration."""
        return next(iter(specs_roots(self.context.config, self.default)), "specs")

    def _reserved(self) -> dict[str, int]:
        """The issue that each reserved number is for, by number."""
        context = self.context
        return dict(context.job.store.offered_numbers(context.view.repository, self.root, context.accepted_at))

    def _own_number(self) -> str | None:
        return next((number for number, issue in self._reserved().items() if issue == self.issue.number), None)

    def folder_with(self, number: str) -> str | None:
        """The folder with a number on the default branch."""
        folders = feature_folders(self.default, self.context.config, (self.root,))
        return next((path for path, folder in folders.items() if folder.number == number), None)

    def status(self) -> str:
        """Whether the issue has a number, and what exists under it."""
        number = self._own_number()
        prefix = self.context.config.commands.prefix
        if number is None:
            return issue_status(None, None, prefix)
        naming = self._name(number, None)
        pulls = [pull.number for pull in self.context.forge.pull_requests_of(naming.branch) if pull.is_open]
        begun_in = f" Pull request {pulls[0]} is open for it." if pulls else ""
        return issue_status(naming, None, prefix) + begun_in

    def _name(self, number: str, slug: str | None) -> Naming:
        return name_feature(self.issue.title, number, issue=self.issue.number, slug=slug, root=self.root)

    def numbered(self, slug: str | None) -> _Numbered:
        """The feature's names under the issue's number. If it has none, the next free number is reserved."""
        issue, now = self.issue, self.context.accepted_at
        number, free = self._own_number(), None
        if number is None:
            free = self._free()
            number = number_in(self._numbering(), free, issue=issue.number, moment=issue.created_at)
        # Where numbers are not counted, two issues may have one number; it stays with the issue that had it first.
        is_reservable = self._reserved().get(number, issue.number) == issue.number
        offer = Offer(self.root, number, issue.number, now + RESERVED_DAYS * _DAY)
        return _Numbered(self._name(number, slug), free, (ReserveNumber(offer, now),) if is_reservable else ())

    def _numbering(self) -> NumberMode:
        """How features are numbered: by the configuration, else by Spec Kit's own options."""
        origin = self.context.config_in_force.effective.origins.get("number")
        if origin is not None and origin[0].rank is not Rank.HOST:
            return self.context.config.number
        head = self.context.forge.read(ReadRequest(head=self.default.sha, head_documents=(INIT_OPTIONS,))).head
        options = head.tree.documents.get(INIT_OPTIONS) if head is not None else None
        chosen = chosen_numbering(options.text) if options is not None else NumberMode.SEQUENTIAL
        return self.context.config.number if chosen is NumberMode.SEQUENTIAL else chosen

    def _free(self) -> NextNumber:
        context, root = self.context, self.root
        heads = context.forge.open_heads(root)
        return next_number(
            feature_folders(self.default, context.config, (root,)),
            pull_requests=[path for head in heads for path in head.folders if path not in self.default.entries],
            branches=[*context.forge.branches(), *(head.ref for head in heads)],
            reserved=self._reserved(),
            config=context.config,
        )

    def _spec(self, naming: Naming) -> Draft:
        """The draft of the spec. The issue's text becomes its input."""
        facts = SpecFacts(naming.dir, naming.title, naming.branch, self.issue.created_at[:10])
        return spec_for(self.context.job, self.default, facts, self.issue)

    def _drafted(self, naming: Naming) -> tuple[Draft, Constitution]:
        """The draft of the plan, made from the issue's text, and the constitution that it lists."""
        outline = read_outline(self.context.forge, self.default.sha or "")
        tree, template = outline.tree if outline is not None else None, self.context.host.template
        return self.context.job.draft(partial(issue_draft_of, self.issue, naming, self.default, tree, template))

    def plan(self, numbered: _Numbered, *, by_author: bool) -> str:
        """The reply to `/plan`."""
        context = self.context
        drafted, constitution = self._drafted(numbered.naming)
        plan = IssuePlan(
            naming=numbered.naming,
            spec=self._spec(numbered.naming),
            plan=drafted,
            constitution=constitution,
            free=numbered.next_number,
            asked_by="the author of this issue" if by_author else "somebody with a role here",
            commands=context.config.commands,
            can_commit=context.can_write(),
        )
        return issue_plan(plan, context.render)

    def start(self, naming: Naming) -> CommandResult:
        """Create branch, spec, plan and draft pull request. What exists already is not created again."""
        context = self.context
        by_hand = start_by_hand(naming, context.settings(), context.render)
        if not context.can_write():
            return CommandResult(Reaction.DENIED, answer=by_hand)
        branches = context.forge.branches()
        begun_as = (name for name in branches if name.startswith(f"{naming.number}-"))
        taken = next((name for name in begun_as if name != naming.branch), None)
        if taken is not None:
            text = f"Number {naming.number} has branch {code_span(taken)} already, so no second one is begun."
            return CommandResult(Reaction.MISTAKEN, answer=f"{text} Go on there, or delete that branch and ask again.")
        pulls = context.forge.pull_requests_of(naming.branch)
        is_begun = naming.branch in branches
        number = next((pull.number for pull in pulls if pull.is_open), None)
        if number is None and pulls and is_begun:
            text = f"Pull request {pulls[0].number} of {code_span(naming.branch)} is closed."
            return CommandResult(Reaction.MISTAKEN, answer=f"{text} Reopen it, or delete the branch and ask again.")
        return self._begin(naming, number, by_hand, is_begun=is_begun)

    def _begin(self, naming: Naming, number: int | None, by_hand: str, *, is_begun: bool) -> CommandResult:
        """Write the missing files. `number` is the open pull request, if there is one."""
        context, base = self.context, self.context.view.default_branch or "main"
        spec = self._spec(naming)
        plan, _ = self._drafted(naming)
        feature = StartedFeature(naming, spec, plan, number or 0, self.issue.number)
        body = pull_request_body(feature, context.config.commands.prefix)
        pull_request = NewPullRequest(naming.branch, base, naming.title, body) if number is None else None
        commit = None if is_begun else self._first_commit(naming, (spec, plan))

        def written(outcome: Written) -> CommandResult:
            if outcome.refused:
                refused = f"GitHub's own rules for {code_span(naming.branch)} refuse it. {by_hand}"
                return CommandResult(Reaction.DENIED, answer=refused)
            opened = replace(feature, pull_request=number or outcome.pull_request)
            return CommandResult(Reaction.DONE, plan=feature_started(opened, context.render))

        return CommandResult(Reaction.DONE, write=PendingWrite(commit, pull_request, written))

    def _first_commit(self, naming: Naming, drafts: tuple[Draft, ...]) -> NewCommit:
        return NewCommit(
            branch=naming.branch,
            parent=self.default.sha or "",
            files={draft.path: draft.text for draft in drafts},
            message=commit_message(naming.branch, self.context.event.sender),
            begins=True,
        )
