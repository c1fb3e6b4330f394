"""React to one event of a repository: one method per kind of event."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.app.evaluation import Evaluation, Request
from bot.app.suggesting import Suggesting
from bot.app.talk.context import CommandContext
from bot.app.talk.conversation import Conversation
from bot.app.talk.open_pull_request import OpenPullRequest
from bot.core.config.in_force import choose_config
from bot.core.config.owner_file import OWNERS
from bot.core.deciding import rechecks
from bot.core.deciding.needs import Subject
from bot.core.forge.board import place_of
from bot.core.forge.effects import CloseOnBoard
from bot.core.forge.errors import CommentGone, NotThereYet
from bot.core.forge.events import (
    BranchPushed,
    ButtonPressed,
    CommandPosted,
    MergeGroupDestroyed,
    MergeGroupRequested,
    Place,
    PullRequestChanged,
    RerunRequested,
    SuiteRequested,
    SweepDue,
)
from bot.core.forge.external_id import number_of
from bot.core.forge.roles import Role
from bot.core.speech.render import DRAFT

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app.gather import Gathered
    from bot.app.repository_job import RepositoryJob
    from bot.core.deciding.commit_verdict import JudgedCandidate
    from bot.core.deciding.rechecks import Recheck
    from bot.core.forge.facts import RepositoryView

_NEW_BRANCH = "0" * 40


@dataclass(frozen=True, slots=True)
class Reactions:
    """The reaction to one event in one repository."""

    job: RepositoryJob
    can_write: Callable[[], bool]
    """Asks whether the account has granted the App to write contents."""
    evaluation: Evaluation = field(init=False)
    pushed: list[tuple[tuple[JudgedCandidate, ...], RepositoryView]] = field(default_factory=list)
    """The reports on heads that were pushed, whose fixes are suggested once everything else is done."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "evaluation", Evaluation(self.job))

    @property
    def suggesting(self) -> Suggesting:
        """Suggests fixes."""
        return Suggesting(self.job, self.can_write)

    def run(self) -> None:
        """React to the event. Raises `ForgeError`."""
        self._react()
        for judged, view in self.pushed:
            self.suggesting.run(judged, view)

    def _react(self) -> None:
        event = self.job.event
        match event:
            case PullRequestChanged():
                self._pull_request(event)
            case BranchPushed():
                self._push(event)
            case SuiteRequested():
                self._suite(event)
            case RerunRequested():
                self._judge_on_request(event)
            case ButtonPressed():
                self._button(event)
            case CommandPosted():
                self._command(event)
            case MergeGroupRequested():
                self._merge_group(event)
            case SweepDue():
                self._sweep(event)
            case MergeGroupDestroyed():
                pass

    def _judge_push(self, subject: Subject) -> Gathered:
        """Judge a pushed head, and note its reports for suggestions.

        A head that is only judged again gets no suggestions, so that many never come at once.
        """
        gathered, judged = self.evaluation.judge_head(subject)
        self.pushed.append((judged, gathered.view))
        return gathered

    def _pull_request(self, event: PullRequestChanged) -> None:
        branch = event.head_branch if event.pushed else None
        subject = Subject(
            number=event.number,
            head=event.head_sha,
            branch=branch,
            named=event.head_branch,
            comments=True,
            above=event.head_branch if event.head_repository == event.repository.full_name else None,
            stacked=event.base_branch != event.repository.default_branch,
        )
        self.evaluation.state.keep_stack(event)
        gathered = self._judge_push(subject)
        pull = gathered.view.pull_request
        if pull is None or not pull.is_open:
            self._close(place_of(event.number, event.head_branch), gathered.view)
        self._recheck(rechecks.above(event, gathered.view))
        self._recheck(rechecks.after_pull_request(event, gathered.view, renumbered=gathered.renumbered))
        if branch is not None:
            self._pushed_beside(branch, gathered.view)

    def _close(self, place: str, view: RepositoryView) -> None:
        """Show a pull request or branch as closed on the repository's board, where it has one."""
        if self.job.host.has_pages(private=view.private):
            self.job.effects.apply([CloseOnBoard(place)])

    def _pushed_beside(self, branch: str, view: RepositoryView) -> None:
        """Handle the pushes that a pull request's event stands for, apart from its own verdict."""
        if view.tip is None:
            return
        if rechecks.has_bare_head(view) and not self.evaluation.state.has_verdict(view.tip):
            self._judge_push(Subject(branch=branch, head=view.tip, comments=True))
        self._recheck(rechecks.after_head_moved(view, branch))
        self.evaluation.state.keep_push(branch, view.tip)

    def _push(self, event: BranchPushed) -> None:
        if event.deleted:
            gathered = self.evaluation.judge(Subject(branch=event.branch, comments=True))  # the branch may exist again
            if gathered.view.tip is None:
                self._close(place_of(None, event.branch), gathered.view)
            self._recheck(rechecks.after_deletion(gathered.view))
            return
        is_default = event.branch == event.repository.default_branch
        before = event.before if event.before not in {"", _NEW_BRANCH} else None
        subject = Subject(branch=event.branch, head=event.after, before=before)
        gathered = self._pushed_to_default(subject) if is_default else self._judge_push(replace(subject, comments=True))
        view, state = gathered.view, self.evaluation.state
        config = choose_config(view, "", None, self.job.host.outer_layers, state.last_good).config
        self._recheck(rechecks.after_push(event, view, gathered.request.documents, config))
        state.keep_push(event.branch, event.after)

    def _pushed_to_default(self, subject: Subject) -> Gathered:
        """Store the default branch's configuration. The default branch itself is not judged."""
        gathered = self.evaluation.state.gatherer().gather(replace(subject, everyone=True))
        self.evaluation.refuse_lag(subject, gathered)
        self.evaluation.state.keep_configuration(gathered.view, is_push=True)
        if self.job.event.repository.name == OWNERS and rechecks.moves_configuration(gathered.view):
            self._owners_repository()
        return gathered

    def _suite(self, event: SuiteRequested) -> None:
        """React to GitHub's request for checks on a pushed head. Usually the push itself was already handled."""
        if not self.evaluation.state.is_settled(event.branch, event.head_sha):
            self._push(event.as_push())

    def _owners_repository(self) -> None:
        """Read the owner's file again after a push to it, and judge every repository under it again."""
        job, event = self.job, self.job.event
        job.configurations.owner(event.installation, event.repository.owner, job.host.outer_layers.rule_ids, anew=True)
        governed = [
            seen
            for seen in job.store.governed_repositories()
            if seen.installation == event.installation and seen.id != event.repository.id
        ]
        job.effects.apply(rechecks.survey_jobs(governed, job.job.delivery, "the owner's configuration changed"))

    def _recheck(self, recheck: Recheck | None) -> None:
        """Queue the pull requests that must be judged again. Reads the list of pull requests if it is incomplete."""
        if recheck is None:
            return
        if recheck.request is not None:
            view = self.job.forge.read(recheck.request)
            recheck = replace(recheck, numbers=tuple(rechecks.sharing(view)))
        elif recheck.is_partial:
            recheck = replace(recheck, numbers=self.job.forge.open_pull_requests(recheck.base))
        self.job.effects.apply(rechecks.jobs(recheck, self.job.event, self.job.job.delivery))

    def _button(self, event: ButtonPressed) -> None:
        number = number_of(event.external_id)
        if number is not None and self.job.host.takes_commands:
            self._command(_as_command(event, number))
        elif self.job.forge.role(event.sender) is not Role.ANYONE:  # a denial would have no place
            self._judge_on_request(event)

    def _judge_on_request(self, event: RerunRequested | ButtonPressed) -> None:
        number = number_of(event.external_id)
        branch = event.head_branch if number is None else None
        subject = Subject(number=number, head=event.head_sha, branch=branch, named=event.head_branch, comments=True)
        self.evaluation.judge(subject, Request(is_made=True, check_run=event.check_run or 0))

    def _merge_group(self, event: MergeGroupRequested) -> None:
        subject = Subject(head=event.head_sha, before=event.base_sha)
        self.evaluation.judge(subject, merge_base_branch=event.base_ref.removeprefix("refs/heads/"))

    def _command(self, event: CommandPosted) -> None:
        number = event.number if event.on_pull_request else None
        gatherer, gathered = self.evaluation.read(Subject(number=number, comments=number is not None))
        gathered, on_head = self.evaluation.judged(gatherer, gathered)
        view, record = gathered.view, gatherer.record
        branch = view.default_branch or ""
        in_force = choose_config(view, branch, view.default, record.outer_layers, record.last_good)
        context = CommandContext(event, self.job, view, in_force, self.can_write)
        judged = next((judged for judged in on_head if judged.candidate.change.pull_request == number), None)
        opened = (
            OpenPullRequest(judged, on_head, gathered, self.evaluation, self.suggesting) if judged is not None else None
        )
        author = view.pull_request.author if view.pull_request is not None else event.author
        try:
            self.job.effects.apply(Conversation(context, opened, author).effects())
        except CommentGone as error:
            if self.job.has_time():
                raise NotThereYet(str(error)) from error

    def _sweep(self, event: SweepDue) -> None:
        """Judge one pull request again, or store the repository's state and judge every open pull request."""
        if event.number is not None:
            subject = Subject(number=event.number, comments=True, above="" if event.above else None)
            self._recheck(rechecks.above(event, self.evaluation.judge(subject).view))
            return
        _, gathered = self.evaluation.read(Subject(everyone=True))
        if self.job.event.repository.name == OWNERS:
            self._owners_repository()
        self._recheck(rechecks.on_survey(event, gathered.view))


def _as_command(event: ButtonPressed, number: int) -> CommandPosted:
    """The command that a button stands for, with the sender who pressed it. The alias holds for every prefix."""
    return CommandPosted(
        installation=event.installation,
        repository=event.repository,
        sender=event.sender,
        number=number,
        on_pull_request=True,
        place=Place.BUTTON,
        text="/speckit.plan" if event.identifier == DRAFT.identifier else "/speckit.plan check",
        comment=None,
        run_head=event.head_sha,
    )
