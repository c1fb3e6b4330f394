"""Read, judge and decide for one head: from the subject of an event to the effects that publish the verdict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.app.judging import DraftTooCostlyError
from bot.app.outline import read_outline
from bot.app.repository_state import RepositoryState
from bot.core.config.in_force import PATHS
from bot.core.deciding import config_check, decide, needs
from bot.core.deciding.commit_verdict import decide_verdict
from bot.core.deciding.decide import Snapshot
from bot.core.deciding.judged_heads import key_of, previous_head, previous_run, read_heads
from bot.core.drafting.for_feature import plan_draft_of
from bot.core.forge.effects import WriteComment
from bot.core.forge.errors import MovedMeanwhile, NotThereYet
from bot.core.forge.facts import ReadRequest
from bot.core.judging.collisions import collided
from bot.core.judging.missing_document import feature_without_plan
from bot.core.judging.since_branch import may_soften
from bot.core.judging.waiving import has_ended

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app.gather import Gathered, Gatherer
    from bot.app.repository_job import RepositoryJob
    from bot.core.deciding.candidates import Candidate
    from bot.core.deciding.commit_verdict import JudgedCandidate
    from bot.core.deciding.needs import Subject
    from bot.core.drafting.draft import Draft
    from bot.core.forge.effects import Effect
    from bot.core.forge.facts import RepositoryView
    from bot.core.forge.stored import Waiver
    from bot.core.speech.render import PreviousRun


_SHORT = 10
"""Characters of a commit's id in a message."""


@dataclass(frozen=True, slots=True)
class Request:
    """A person's request for a new verdict, if there was one."""

    is_made: bool = False
    """A run is written even if an equal one exists."""
    check_run: int = 0
    """The id of the run on which the person requested it. A later run is the answer."""


_UNREQUESTED = Request()
REQUESTED = Request(is_made=True)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Judges heads for one job."""

    job: RepositoryJob
    state: RepositoryState = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", RepositoryState(self.job))

    def judge(
        self, subject: Subject, request: Request = _UNREQUESTED, *, merge_base_branch: str | None = None
    ) -> Gathered:
        """Bring the check run of a head and the comments of its pull requests up to date."""
        return self.judge_head(subject, request, merge_base_branch)[0]

    def judge_head(
        self, subject: Subject, request: Request = _UNREQUESTED, merge_base_branch: str | None = None
    ) -> tuple[Gathered, tuple[JudgedCandidate, ...]]:
        """The same, and the reports as well."""
        gatherer, gathered = self._read(subject, request, merge_base_branch)
        gathered, judged = self.judged(gatherer, gathered)
        self.job.effects.apply(self.effects(gathered, judged, request))
        return gathered, judged

    def read(self, subject: Subject) -> tuple[Gatherer, Gathered]:
        """Read what the subject needs, and remember the repository. Raises `NotThereYet`."""
        gatherer = self.state.gatherer()
        gathered = gatherer.gather(subject)
        self.state.see(gathered.view, gatherer.record)
        self.refuse_lag(subject, gathered)
        return gatherer, gathered

    def refuse_lag(self, subject: Subject, gathered: Gathered) -> None:
        """Raise `NotThereYet` if the read lacks what the event is about.

        A commit may be gone for good, so the job waits for it until its deadline only.
        """
        view = gathered.view
        if subject.number is not None and view.pull_request is None:
            raise NotThereYet(f"GitHub cannot find pull request {subject.number}")
        unseen = subject.number is None and subject.head is not None and view.head is None
        if needs.lacks_head(subject, view) or (unseen and self.job.has_time()):
            raise NotThereYet(f"GitHub cannot find the commit {(subject.head or 'of the head')[:_SHORT]}")

    def _read(self, subject: Subject, request: Request, merge_base_branch: str | None) -> tuple[Gatherer, Gathered]:
        """Read the present head of the subject. An archived repository or a deleted branch has no candidates."""
        gatherer = self.state.gatherer()
        gathered = gatherer.gather(subject, merge_base_branch=merge_base_branch, always=request.is_made)
        self.state.see(gathered.view, gatherer.record)
        if gathered.view.archived:
            return gatherer, replace(gathered, candidates=())
        self.refuse_lag(subject, gathered)
        if subject.head is None or request.is_made:
            return gatherer, gathered
        present = needs.present_head(subject, gathered.view)
        if present is None:
            return gatherer, replace(gathered, candidates=())
        if present == subject.head:
            return gatherer, gathered
        # The delivery about the new head may be lost, or its job may be done already.
        subject = replace(subject, head=present)
        gatherer = self.state.gatherer()
        gathered = gatherer.gather(subject)
        if needs.present_head(subject, gathered.view) != present:
            raise MovedMeanwhile("The head moves faster than we read it.")
        self.refuse_lag(subject, gathered)
        return gatherer, gathered

    def judged(self, gatherer: Gatherer, gathered: Gathered) -> tuple[Gathered, tuple[JudgedCandidate, ...]]:
        """Judge every candidate. A candidate whose first report shows that more must be read is judged twice."""
        judged = []
        for candidate in gathered.candidates:
            first = self.judge_one(candidate)
            findings, complete = first.report.all_findings(), candidate
            if may_soften(findings):
                complete = gatherer.since_branched(complete, gathered)
            if folders := collided(findings, candidate.change):
                complete = gatherer.with_histories(complete, folders)
            if needs.has_unplaced_ticks(candidate.change, first.report):
                complete = gatherer.with_all_paths(complete)
            judged.append(first if complete is candidate else self.judge_one(complete))
        return replace(gathered, candidates=tuple(each.candidate for each in judged)), tuple(judged)

    def judge_one(self, candidate: Candidate, new_waivers: Sequence[Waiver] = ()) -> JudgedCandidate:
        """Judge a candidate under the repository's waivers and under `new_waivers`, which are not stored yet."""
        now, stored = self.job.clock.now(), self.job.store.waivers(self.job.repository)
        waivers = [waiver for waiver in stored if not has_ended(waiver.until, now)]
        return self.job.judging.judge(self.job.repository, candidate, self.job.host, [*waivers, *new_waivers])

    def effects(
        self, gathered: Gathered, judged: tuple[JudgedCandidate, ...], request: Request = _UNREQUESTED
    ) -> list[Effect]:
        """The effects that publish these reports. Comments come last, because GitHub can refuse them."""
        snapshot = Snapshot(
            gathered.view,
            judged,
            marks=self.state.marks(judged),
            requested=request.is_made,
            requested_run=request.check_run,
            previous=self._previous_run(judged),
        )
        effects = decide.effects_on_head(snapshot, self.job.host)
        draft = self._draft(snapshot) if decide.says_anything(effects) else None
        if draft is not None:
            effects = decide.effects_on_head(replace(snapshot, draft=draft), self.job.host)
        comments = [effect for effect in effects if isinstance(effect, WriteComment)]
        verdict = [effect for effect in effects if not isinstance(effect, WriteComment)]
        return [*verdict, *self._config_run(gathered, request), *comments]

    def _previous_run(self, judged: Sequence[JudgedCandidate]) -> PreviousRun | None:
        """The run on the previous head, if exactly one pull request has the present head and the run is stored."""
        pulls = [each.candidate.pull for each in judged if each.candidate.pull is not None]
        sha = judged[0].candidate.change.head.sha if judged else None
        if len(pulls) != 1 or sha is None:
            return None
        store, repository = self.job.store, self.job.repository
        earlier = previous_head(read_heads(store.remembered(repository, key_of(pulls[0].number))), sha)
        report = store.report(repository, earlier) if earlier is not None else None
        return previous_run(earlier, report.report) if earlier is not None and report is not None else None

    def _config_run(self, gathered: Gathered, request: Request) -> Sequence[Effect]:
        """The check run for a change to the configuration. Costs one read, only if the change touches it."""
        view = gathered.view
        merging = tuple(each for each in gathered.candidates if each.pull is not None or each.change.merge_group)
        if view.head is None or not merging or not config_check.is_due(merging, view):
            return []
        head = self.job.forge.read(ReadRequest(head=view.head.sha, head_documents=PATHS)).head
        if head is None:
            return []
        requested_run = request.check_run if request.is_made else None
        return config_check.effects(merging, head.tree, view, self.job.host, requested_run)

    def _draft(self, snapshot: Snapshot) -> Draft | None:
        """The draft for a check run. None if a draft costs too much; the run is then published without it."""
        verdict = decide_verdict(snapshot.judged)
        try:
            return self.draft_of(verdict.deciding, snapshot.view) if verdict is not None else None
        except DraftTooCostlyError:
            return None

    def draft_of(self, judged: JudgedCandidate, view: RepositoryView) -> Draft | None:
        """Draft the missing plan from the repository's own files. Costs one read. Raises `DraftTooCostlyError`."""
        feature = feature_without_plan(judged.report)
        if feature is None or view.head is None:
            return None
        outline = read_outline(self.job.forge, view.head.sha)
        if outline is None:
            return None
        change, committed_at, template = judged.candidate.change, view.head.committed_at, self.job.host.template
        return self.job.draft(partial(plan_draft_of, change, feature, outline.tree, committed_at, template))
