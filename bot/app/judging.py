"""Judge candidates and make drafts in processes of their own, under limits, within a budget.

A document that exceeds a limit is marked as unreadable and the rest is judged. The verdict names it. A draft that
exceeds a limit is not made.
"""

from __future__ import annotations

import copy
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from bot.adapters.isolation import Isolation, Limits, OverLimitError
from bot.core.change.trees import Change, Readability, Tree, unread
from bot.core.deciding.commit_verdict import judge_candidate
from bot.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.core.deciding.candidates import Candidate
    from bot.core.deciding.commit_verdict import Host, JudgedCandidate
    from bot.core.forge.ports import Clock
    from bot.core.forge.stored import Waiver
    from bot.core.judging.metering import Meter

T = TypeVar("T")

HOUR: Final = 3600.0
MOST_PER_HOUR: Final = 600.0
"""CPU seconds for one repository in an hour, in each worker process."""
MOST_PER_JOB: Final = 30.0
"""CPU seconds for one job, which may judge several candidates."""
_MOST_TRIES: Final = 3


class DraftTooCostlyError(Exception):
    """The documents that a draft is made from exceed a limit, or their job or repository has used up its time."""


class Judging(Protocol):
    """Reads the documents of repositories. Safe to call from several threads."""

    def judge(self, repository: int, candidate: Candidate, host: Host, waivers: Sequence[Waiver]) -> JudgedCandidate:
        """The candidate's report. Documents that exceed a limit are marked as unreadable."""

    def draft(self, repository: int, drafting: Callable[[], T], share: float = 1.0) -> T:
        """The result of `drafting`, a partial of a public function of the core. Raises `DraftTooCostlyError`.

        `share` is how much of the time for reading may be used up before it (0 to 1); the rest is left to verdicts.
        """

    def of_job(self) -> Judging:
        """The same limits for one job, with a CPU budget of its own."""


class JudgingHere:
    """Judges in this process without limits, for tests and trusted input."""

    def judge(self, repository: int, candidate: Candidate, host: Host, waivers: Sequence[Waiver]) -> JudgedCandidate:  # noqa: ARG002  one signature for all
        """See `Judging.judge`."""
        return judge_candidate(candidate, host, waivers)

    def draft(self, repository: int, drafting: Callable[[], T], share: float = 1.0) -> T:  # noqa: ARG002  likewise
        """See `Judging.draft`."""
        return drafting()

    def of_job(self) -> Judging:
        """See `Judging.of_job`."""
        return self


@dataclass(slots=True)
class JudgingApart:
    """Judges and drafts in processes of their own."""

    clock: Clock
    limits: Limits = field(default_factory=Limits)
    most_per_hour: float = MOST_PER_HOUR
    most_per_job: float = MOST_PER_JOB
    _isolation: Isolation = field(init=False)
    _spent: dict[int, deque[tuple[float, float]]] = field(init=False, default_factory=dict)
    spent_by_job: float = field(init=False, default=0.0)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._isolation = Isolation(self.limits, __name__, "bot.app.preloaded", "bot.cli", warm_up=_warm_up)

    def prepare(self) -> None:
        """Start the process for the first verdict. Takes seconds, in which other threads can work."""
        self._isolation.prepare()

    def of_job(self) -> JudgingApart:
        """See `Judging.of_job`. The hours of the repositories are shared."""
        judging = copy.copy(self)
        judging.spent_by_job = 0.0
        return judging

    def judge(self, repository: int, candidate: Candidate, host: Host, waivers: Sequence[Waiver]) -> JudgedCandidate:
        """See `Judging.judge`."""
        if self._is_used_up(repository):
            candidate = _without_texts(candidate, Readability.OVER_BUDGET)
        for _ in range(_MOST_TRIES):
            try:
                return self._judge_apart(repository, candidate, host, waivers)
            except OverLimitError as error:
                paths = (error.path,) if error.path else None
                candidate = _without_texts(candidate, Readability.TOO_COSTLY, paths)
        return self._judge_apart(repository, _without_texts(candidate, Readability.TOO_COSTLY), host, waivers)

    def _judge_apart(
        self, repository: int, candidate: Candidate, host: Host, waivers: Sequence[Waiver]
    ) -> JudgedCandidate:
        # Each process imports the rules itself. The candidate is not sent back, because its documents may be large.
        judged: JudgedCandidate = self._call(repository, _judge, candidate, replace(host, rules=()), tuple(waivers))
        return replace(judged, candidate=candidate)

    def draft(self, repository: int, drafting: Callable[[], T], share: float = 1.0) -> T:
        """See `Judging.draft`."""
        if self._is_used_up(repository, share):
            raise DraftTooCostlyError
        try:
            drafted: T = self._call(repository, _draft, drafting)
        except OverLimitError as error:
            raise DraftTooCostlyError from error
        return drafted

    def _call(self, repository: int, function: Callable[..., Any], *arguments: object) -> Any:
        """The result of a call in a process of its own; its time counts. Raises `OverLimitError`."""
        try:
            answer = self._isolation.call(function, *arguments)
        except OverLimitError as error:
            self._spend(repository, error.seconds)
            raise
        self._spend(repository, answer.seconds)
        return answer.result

    def spent(self, repository: int) -> float:
        """CPU seconds that reading this repository took in the last hour."""
        with self._lock:
            since = self.clock.now() - HOUR
            for known in list(self._spent):
                calls = self._spent[known]
                while calls and calls[0][0] < since:
                    calls.popleft()
                if not calls:
                    del self._spent[known]
            return sum(seconds for _, seconds in self._spent.get(repository, ()))

    def _is_used_up(self, repository: int, share: float = 1.0) -> bool:
        by_job, by_hour = share * self.most_per_job, share * self.most_per_hour
        return self.spent_by_job >= by_job or self.spent(repository) >= by_hour

    def _spend(self, repository: int, seconds: float) -> None:
        self.spent_by_job += seconds
        with self._lock:
            self._spent.setdefault(repository, deque()).append((self.clock.now(), seconds))


def _warm_up() -> None:
    from bot.app.preloaded import judge_sample  # noqa: PLC0415  loaded where this runs

    judge_sample()


def _judge(meter: Meter, candidate: Candidate, host: Host, waivers: Sequence[Waiver]) -> JudgedCandidate:
    """Judge one candidate in its own process. The result leaves out what the worker already has."""
    judged = judge_candidate(candidate, replace(host, rules=RULES), waivers, meter)
    return replace(judged, candidate=replace(candidate, change=Change(Tree(None), None), pull=None))


def _draft(_: Meter, drafting: Callable[[], T]) -> T:
    """Make a draft in its own process."""
    return drafting()


def _without_texts(candidate: Candidate, reading: Readability, paths: Collection[str] | None = None) -> Candidate:
    """The candidate without the texts of these documents (None: of all), each marked with the reason."""

    def left_out(tree: Tree | None) -> Tree | None:
        if tree is None:
            return None
        documents = {
            path: unread(document, reading) if paths is None or path in paths else document
            for path, document in tree.documents.items()
        }
        return replace(tree, documents=documents)

    change = candidate.change
    return replace(
        candidate,
        change=replace(
            change,
            head=left_out(change.head) or change.head,
            base=left_out(change.base),
            merge_base=left_out(change.merge_base),
        ),
    )
