"""Divide the repositories of a survey into queries that GitHub can answer.

A query for many repositories fails as a whole when one of them, or all together, are too much for GitHub. The survey
then halves it. This process remembers the sizes that worked for some hours, so that the next survey need not begin with
a query that fails.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.adapters.github.paging import LONGEST, fewer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.forge.ports import Clock
    from bot.core.forge.stored import SeenRepository

HEADS = 20
"""Entries of each list of heads in the first query for a repository."""
_LASTS = 6 * 3_600.0
"""Seconds after which a hint expires: the repository may shrink, and the failure may have been a passing outage."""
_MOST = 10_000
Hint = TypeVar("Hint")


@dataclass(frozen=True, slots=True)
class SurveyBatch:
    """The repositories of one query, and the length of their lists."""

    repositories: tuple[SeenRepository, ...]
    heads: int = HEADS

    @property
    def is_single(self) -> bool:
        """Whether the batch has one repository."""
        return len(self.repositories) == 1

    def smaller(self) -> tuple[SurveyBatch, ...]:
        """Return the batch in halves, or with fewer heads when it has one repository; nothing when it has one head."""
        if self.is_single:
            return (SurveyBatch(self.repositories, fewer(self.heads)),) if self.heads > 1 else ()
        middle = len(self.repositories) // 2
        halves = self.repositories[:middle], self.repositories[middle:]
        return tuple(SurveyBatch(half, self.heads) for half in halves)

    def within(self, larger: SurveyBatch) -> bool:
        """Whether the larger batch has all of these repositories and at least one more."""
        return self._ids() < larger._ids()

    def _ids(self) -> set[int]:
        return {repository.id for repository in self.repositories}


class BatchPlanner:
    """Divides repositories into batches by the sizes that worked before. Not safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._sizes: _Hints[tuple[int, int]] = _Hints(clock)
        """By repository: the number of repositories in its batch, itself included, and of its heads."""
        self._pages: _Hints[int] = _Hints(clock)

    def of(self, repositories: Sequence[SeenRepository]) -> tuple[SurveyBatch, ...]:
        """Return all repositories in as few batches as GitHub is likely to answer, the largest first."""
        by_size: dict[tuple[int, int], list[SeenRepository]] = {}
        for repository in repositories:
            by_size.setdefault(self._sizes.get(repository.id) or (len(repositories), HEADS), []).append(repository)
        return tuple(
            SurveyBatch(tuple(members[start : start + most]), heads)
            for (most, heads), members in sorted(by_size.items(), reverse=True)
            for start in range(0, len(members), most)
        )

    def note(self, too_much: Sequence[SurveyBatch]) -> None:
        """Remember the smallest of the batches that were too much, as they explain why the larger members failed."""
        for batch in too_much:
            if not any(smaller_batch.within(batch) for smaller_batch in too_much):
                for part in batch.smaller() or (batch,):
                    for repository in part.repositories:
                        self._sizes.note(repository.id, (len(part.repositories), part.heads))

    def page(self, repository: int) -> int:
        """Return the number of heads on a further page of a repository."""
        return self._pages.get(repository) or LONGEST

    def note_page(self, repository: int, size: int) -> None:
        """Remember that a longer page was too much."""
        if size < self.page(repository):
            self._pages.note(repository, size)


class _Hints(Generic[Hint]):
    """Hints by repository id. The oldest is dropped when there are too many."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._found: OrderedDict[int, tuple[Hint, float]] = OrderedDict()

    def get(self, repository: int) -> Hint | None:
        hint = self._found.get(repository)
        return hint[0] if hint is not None and 0.0 <= self._clock.now() - hint[1] < _LASTS else None

    def note(self, repository: int, hint: Hint) -> None:
        self._found.pop(repository, None)
        self._found[repository] = (hint, self._clock.now())
        while len(self._found) > _MOST:
            self._found.popitem(last=False)
