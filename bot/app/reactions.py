"""What one event makes the bot do in its repository: the arms of the match, each read, judged and applied."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.app.apply import Hands
from bot.app.memory import Memory
from bot.app.talk.conversation import Conversation
from bot.app.talk.scene import Scene
from bot.core.config.in_force import PATHS, choose_config
from bot.core.config.owner_file import OWNERS
from bot.core.deciding import config_check, decide, needs
from bot.core.deciding.commit_verdict import decide_verdict, judge_candidate, number_of
from bot.core.deciding.decide import Snapshot
from bot.core.deciding.needs import MAX_PREFIXES, Subject
from bot.core.drafting import for_feature as drafting
from bot.core.drafting.manifests import MANIFEST_PATHS, wanted_manifests
from bot.core.features.folders import specs_roots
from bot.core.forge.effects import PublishRun
from bot.core.forge.errors import ForgeError
from bot.core.forge.events import (
    BranchPushed,
    ButtonPressed,
    CommandPosted,
    MergeGroupDestroyed,
    MergeGroupRequested,
    Place,
    PullRequestChange,
    PullRequestChanged,
    RerunRequested,
    SuiteRequested,
    SweepDue,
)
from bot.core.forge.facts import ReadRequest
from bot.core.forge.roles import Role
from bot.core.judging.since_branch import may_soften
from bot.core.speech.render import DRAFT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.app.configurations import Configurations
    from bot.app.gather import Gathered, Gatherer
    from bot.core.deciding.candidates import Candidate
    from bot.core.deciding.commit_verdict import Host, JudgedCandidate
    from bot.core.drafting.draft import Draft
    from bot.core.forge.effects import Effect
    from bot.core.forge.events import RepositoryEvent, RepositoryRef
    from bot.core.forge.facts import Commit, RepositoryView, Run
    from bot.core.forge.ports import Clock, Forge, LeasedJob, Queue, Store

_ZERO = "0" * 40
_A_PAGE = 100


@dataclass(slots=True)
class Task:
    """One job in one repository."""

    event: RepositoryEvent
    job: LeasedJob
    forge: Forge
    queue: Queue
    store: Store
    clock: Clock
    house: Host
    configurations: Configurations
    writer: Callable[[], Forge | None]
    """The repository with the right to write contents, None where the App was not given it."""
    _memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        event = self.event
        self._memory = Memory(
            store=self.store,
            clock=self.clock,
            house=self.house,
            configurations=self.configurations,
            installation=event.installation,
            repository=event.repository,
            accepted_at=self.job.accepted_at,
            tells_of_opening=isinstance(event, PullRequestChanged) and event.change is PullRequestChange.OPENED,
        )

    def run(self) -> None:
        """React to the event. Raises `ForgeError`."""
        event = self.event
        match event:
            case PullRequestChanged():
                self._pull_request(event)
            case BranchPushed():
                self._push(event)
            case SuiteRequested():
                self._suite(event)
            case RerunRequested() | ButtonPressed():
                self._asked_again(event)
            case CommandPosted():
                self._command(event)
            case MergeGroupRequested():
                self._merge_group(event)
            case SweepDue(number=None):
                self._survey(event)
            case SweepDue():
                self._judge(Subject(number=event.number, comments=True))
            case MergeGroupDestroyed():
                pass

    def _pull_request(self, event: PullRequestChanged) -> None:
        branch = event.head_branch if event.pushed else None
        subject = Subject(
            number=event.number, head=event.head_sha, branch=branch, named=event.head_branch, comments=True
        )
        gathered = self._judge(subject)
        self._apply(
            decide.after_pull_request(event, self.job.delivery, gathered.answer, renumbered=gathered.renumbered)
        )
        if branch is not None:
            self._pushed_beside(branch, gathered.answer)

    def _pushed_beside(self, branch: str, answer: RepositoryView) -> None:
        """What the pushes ask for that a pull request's event took in, and its verdict does not bring."""
        tip, pull = answer.tip, answer.pull_request
        if tip is None:
            return
        if (pull is None or not pull.is_open) and not self._memory.has_verdict(tip):
            self._judge(Subject(branch=branch, head=tip, comments=True))
        self._again(self._based(answer, branch), "its base moved")
        self._memory.keep_push(branch, tip)

    def _push(self, event: BranchPushed) -> None:
        is_default = event.branch == event.repository.default_branch
        if event.deleted:
            gathered = self._judge(Subject(branch=event.branch, comments=True))  # it may be there again
            self._again(decide.sharing(gathered.answer), "a branch was deleted")
            return
        before = event.before if event.before not in {"", _ZERO} else None
        if is_default:
            subject = Subject(branch=event.branch, head=event.after, before=before, everyone=True)
            gathered = self._memory.gatherer(self.forge).gather(subject)
            self._memory.keep_configuration(gathered.answer, pushed_to=self.forge)
            if self._repository.name == OWNERS and decide.moves_configuration(gathered.answer):
                self._owners_repository()
        else:
            subject = Subject(branch=event.branch, head=event.after, before=before, comments=True)
            gathered = self._judge(subject)
        # After a forced push the old commit may be gone, and with it the proof that nothing changed.
        unknown = event.before != _ZERO and gathered.answer.before is None and bool(gathered.answer.based)
        if unknown or decide.moves_yardstick(gathered.answer, gathered.asked.documents):
            self._again(self._based(gathered.answer, None if is_default else event.branch), "its yardstick changed")
        elif is_default:
            self._renumbered(gathered.answer)
        self._memory.keep_push(event.branch, event.after)

    def _suite(self, event: SuiteRequested) -> None:
        """GitHub asks for checks on every head that is pushed; most often the push itself was worked on by now."""
        if not self._memory.is_settled(event.branch, event.head_sha):
            self._push(event.as_push())

    def _owners_repository(self) -> None:
        """The owner's file may be another one now: read it, and look again wherever it holds."""
        here = self._repository
        self.configurations.owner(self._installation, here.owner, self.house.outer_layers.rule_ids, anew=True)
        seen = self.store.governed_repositories()
        others = [one for one in seen if one.installation == self._installation and one.id != here.id]
        self._apply(decide.survey(others, self.job.delivery, "the owner's configuration changed"))

    def _renumbered(self, answer: RepositoryView) -> None:
        """Look again at the heads whose numbers a push to the default branch took or freed."""
        config = choose_config(answer, "", None, self.house.outer_layers, self._memory.last_good).config
        prefixes = decide.changed_numbers(answer, config)[:MAX_PREFIXES]
        if prefixes and answer.based:
            found = self.forge.read(ReadRequest(roots=specs_roots(config, answer.default), prefixes=prefixes))
            self._again(decide.sharing(found), "its number was taken or freed")

    def _based(self, answer: RepositoryView, base: str | None) -> Sequence[int]:
        """The open pull requests to a base, or all; more than one page of them is listed anew."""
        return self.forge.open_pull_requests(base) if len(answer.based) >= _A_PAGE else answer.based

    def _again(self, numbers: Sequence[int], reason: str, in_vain: int = 0) -> None:
        """Put pull requests on the queue to be looked at again."""
        event = self.event
        self._apply(decide.again(event.repository, event.installation, self.job.delivery, numbers, reason, in_vain))

    def _asked_again(self, event: RerunRequested | ButtonPressed) -> None:
        number = number_of(event.external_id)
        if isinstance(event, ButtonPressed):
            if number is not None:
                self._command(_as_command(event, number))
                return
            if self.forge.role(event.sender) is Role.ANYONE:
                return  # a bare branch has nobody to tell
        branch = event.head_branch if number is None else None
        subject = Subject(number=number, head=event.head_sha, branch=branch, named=event.head_branch, comments=True)
        self._judge(subject, asked=True, answered=event.check_run or 0)

    def _merge_group(self, event: MergeGroupRequested) -> None:
        subject = Subject(head=event.head_sha, before=event.base_sha)
        self._judge(subject, merge_base_branch=event.base_ref.removeprefix("refs/heads/"))

    def _command(self, event: CommandPosted) -> None:
        gatherer = self._memory.gatherer(self.forge)
        number = event.number if event.on_pull_request else None
        gathered = gatherer.gather(Subject(number=number))
        self._memory.see(gathered.answer, gatherer.known)
        gathered, everything = self._judged(gatherer, gathered)
        answer, known = gathered.answer, gatherer.known
        in_force = choose_config(
            answer, answer.default_branch or "", answer.default, known.outer_layers, known.last_good
        )
        scene = Scene(
            event=event,
            asked_at=self.job.accepted_at,
            forge=self.forge,
            store=self.store,
            clock=self.clock,
            host=self.house,
            answer=answer,
            config_in_force=in_force,
            look_again=lambda: self._look_again(event.number),
            outline=self._outline,
            writer=self.writer,
        )
        judged = next((one for one in everything if one.candidate.change.pull_request == number), None)
        author = answer.pull_request.author if answer.pull_request is not None else event.author
        self._apply(Conversation(scene, judged, author).effects())

    def _look_again(self, number: int) -> JudgedCandidate | None:
        return self._judged_now(number, self._judge(Subject(number=number, comments=True), asked=True))

    def _judged_now(self, number: int, gathered: Gathered) -> JudgedCandidate | None:
        """What stands of a pull request, with the waivers of this moment; None where it is not open."""
        ours = next((one for one in gathered.candidates if one.change.pull_request == number), None)
        return self._judge_one(ours) if ours is not None else None

    def _judged(self, gatherer: Gatherer, gathered: Gathered) -> tuple[Gathered, tuple[JudgedCandidate, ...]]:
        """What stands of every candidate, each with what only its first verdict shows to be worth asking for."""
        judged = []
        for candidate in gathered.candidates:
            one = self._judge_one(candidate)
            findings, full = one.report.all_findings(), candidate
            if may_soften(findings):
                full = gatherer.since_branched(full, gathered)
            if collided := needs.collided(findings, candidate.change):
                full = gatherer.with_arrivals(full, collided)
            judged.append(one if full is candidate else self._judge_one(full))
        return replace(gathered, candidates=tuple(one.candidate for one in judged)), tuple(judged)

    def _judge_one(self, candidate: Candidate) -> JudgedCandidate:
        return judge_candidate(candidate, self.house, self.store.waivers(self._repository.id))

    def _survey(self, event: SweepDue) -> None:
        """The App came to the repository: remember what is there, and look at every open pull request."""
        gatherer = self._memory.gatherer(self.forge)
        gathered = gatherer.gather(Subject(everyone=True))
        self._memory.see(gathered.answer, gatherer.known)
        if self._repository.name == OWNERS:
            self._owners_repository()
        self._again(self._based(gathered.answer, None), event.reason, event.in_vain)

    def _judge(
        self,
        subject: Subject,
        *,
        asked: bool = False,
        answered: int = 0,
        merge_base_branch: str | None = None,
    ) -> Gathered:
        """Bring the run of a head, and the comments of its pull requests, to what they should say."""
        gatherer = self._memory.gatherer(self.forge)
        gathered = gatherer.gather(subject, merge_base_branch=merge_base_branch, whole=asked)
        self._memory.see(gathered.answer, gatherer.known)
        if gathered.answer.archived:
            return gathered
        if subject.head is not None and not asked:
            present = _present(subject, gathered.answer)
            if present is None:
                return gathered
            if present != subject.head:
                # Whether another delivery is to tell of it nobody knows: that may be lost, or may have come before.
                subject = replace(subject, head=present)
                gatherer = self._memory.gatherer(self.forge)
                gathered = gatherer.gather(subject)
                if _present(subject, gathered.answer) != present:
                    raise ForgeError("The head moves faster than we read it.", retry_after=1.0)
        gathered, judged = self._judged(gatherer, gathered)
        snapshot = Snapshot(gathered.answer, judged, marks=self._memory.marks(judged), asked=asked, answered=answered)
        effects = decide.effects_on_head(snapshot, self.house)
        draft = self._draft(snapshot) if effects else None
        if draft is not None:
            effects = decide.effects_on_head(replace(snapshot, draft=draft), self.house)
        run = self._apply([one for one in effects if isinstance(one, PublishRun)])
        verdict = decide_verdict(judged)
        if verdict is not None:
            # Before a comment may fail: the next try finds the run there, and has nothing to keep.
            self._memory.keep_verdict(verdict.deciding, run)
        self._apply([one for one in effects if not isinstance(one, PublishRun)])
        self._apply(self._config_run(gathered, answered if asked else None))
        return gathered

    def _config_run(self, gathered: Gathered, asked_from: int | None) -> list[PublishRun]:
        """What a change to the configuration is told; one read more, and only where there is one."""
        answer = gathered.answer
        found = tuple(one for one in gathered.candidates if one.pull is not None or one.change.merge_group)
        if answer.head is None or not found or not config_check.is_due(found, answer):
            return []
        read = self.forge.read(ReadRequest(head=answer.head.sha, head_documents=PATHS)).head
        if read is None:
            return []
        return config_check.effects(found, read.tree, answer, self.house, asked_from)

    def _draft(self, snapshot: Snapshot) -> Draft | None:
        """A plan for the feature that has none, read from the repository's own files; one read more."""
        verdict = decide_verdict(snapshot.judged)
        feature = drafting.feature_without_plan(verdict.deciding.report) if verdict is not None else None
        head = snapshot.answer.head
        if verdict is None or feature is None or head is None:
            return None
        outline = self._outline(head.sha)
        if outline is None:
            return None
        return drafting.plan_draft_of(
            verdict.deciding.candidate.change, feature, outline.tree, head.committed_at, self.house.template
        )

    def _outline(self, sha: str) -> Commit | None:
        """Names and manifests of a commit; one read more where only folders below the root have manifests."""
        found = self.forge.read(ReadRequest(head=sha, outline=True, head_documents=MANIFEST_PATHS)).head
        if found is None or found.tree.documents:
            return found
        further = wanted_manifests(drafting.paths_of(found.tree))
        nested = self.forge.read(ReadRequest(head=sha, head_documents=further)).head if further else None
        if nested is None:
            return found
        return replace(found, tree=replace(found.tree, documents=nested.tree.documents))

    def _apply(self, effects: Sequence[Effect]) -> Run | None:
        hands = Hands(self.forge, self.queue, self.store, self.clock, self._repository.id)
        return hands.apply(effects)

    @property
    def _repository(self) -> RepositoryRef:
        return self.event.repository

    @property
    def _installation(self) -> int:
        return self.event.installation


def _present(subject: Subject, answer: RepositoryView) -> str | None:
    """The head that is there now; None where a branch is gone."""
    if subject.number is not None:
        pull = answer.pull_request
        return pull.head_sha if pull is not None and pull.is_open else subject.head
    return answer.tip if subject.branch is not None else subject.head


def _as_command(event: ButtonPressed, number: int) -> CommandPosted:
    """A button asks for what a command asks for, by whoever pressed it; this alias holds whatever the prefix is."""
    return CommandPosted(
        installation=event.installation,
        repository=event.repository,
        sender=event.sender,
        number=number,
        on_pull_request=True,
        place=Place.BUTTON,
        text="/speckit.plan" if event.identifier == DRAFT.identifier else "/speckit.plan check",
        comment=None,
    )
