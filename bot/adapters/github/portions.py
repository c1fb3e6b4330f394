"""How much of a sweep one query asks for, and what is remembered of what was too much.

A query for many repositories fails as a whole where one of them is too much for GitHub, or all together are. It is
halved then. What that showed is kept for some hours, in this process alone, as it is no more than a hint: so not every
sweep begins with a query that is known to fail.
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
"""Entries of each list of heads that a first look at a repository asks for."""
_LASTS = 6 * 3_600.0
"""Seconds that a hint is followed: a repository may grow lighter, and it may have been no more than a bad moment."""
_MOST = 10_000
Hint = TypeVar("Hint")


@dataclass(frozen=True, slots=True)
class Portion:
    """What one query asks for."""

    repositories: tuple[SeenRepository, ...]
    heads: int = HEADS

    @property
    def is_single(self) -> bool:
        """Whether it is about one repository."""
        return len(self.repositories) == 1

    def smaller(self) -> tuple[Portion, ...]:
        """The same in smaller portions: half of the repositories, or fewer heads of the only one; none of the least."""
        if self.is_single:
            return (Portion(self.repositories, fewer(self.heads)),) if self.heads > 1 else ()
        middle = len(self.repositories) // 2
        return (Portion(self.repositories[:middle], self.heads), Portion(self.repositories[middle:], self.heads))

    def within(self, other: Portion) -> bool:
        """Whether the other is about all of these repositories, and more."""
        return {one.id for one in self.repositories} < {one.id for one in other.repositories}


class Portions:
    """Divides repositories into portions as GitHub answered them before. For one thread."""

    def __init__(self, clock: Clock) -> None:
        self._sizes: _Hints[tuple[int, int]] = _Hints(clock)
        """Of a repository: how many may be asked for together with it, itself included, and how many of its heads."""
        self._pages: _Hints[int] = _Hints(clock)

    def of(self, repositories: Sequence[SeenRepository]) -> tuple[Portion, ...]:
        """All of them in as few portions as are likely to be answered, the largest first."""
        alike: dict[tuple[int, int], list[SeenRepository]] = {}
        for one in repositories:
            alike.setdefault(self._sizes.get(one.id) or (len(repositories), HEADS), []).append(one)
        return tuple(
            Portion(tuple(ones[start : start + most]), heads)
            for (most, heads), ones in sorted(alike.items(), reverse=True)
            for start in range(0, len(ones), most)
        )

    def note(self, too_much: Sequence[Portion]) -> None:
        """Remember what was too much, as it came: of portions within each other the least, which explains the rest."""
        for portion in too_much:
            if not any(other.within(portion) for other in too_much):
                for part in portion.smaller() or (portion,):
                    for one in part.repositories:
                        self._sizes.note(one.id, (len(part.repositories), part.heads))

    def page(self, repository: int) -> int:
        """How many heads of a repository a further page asks for."""
        return self._pages.get(repository) or LONGEST

    def note_page(self, repository: int, size: int) -> None:
        """Remember that more were too much for a further page."""
        if size < self.page(repository):
            self._pages.note(repository, size)


class _Hints(Generic[Hint]):
    """What was found out about repositories, by their ids, the oldest forgotten first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._found: OrderedDict[int, tuple[Hint, float]] = OrderedDict()

    def get(self, repository: int) -> Hint | None:
        found = self._found.get(repository)
        return found[0] if found is not None and 0.0 <= self._clock.now() - found[1] < _LASTS else None

    def note(self, repository: int, hint: Hint) -> None:
        self._found.pop(repository, None)
        self._found[repository] = (hint, self._clock.now())
        while len(self._found) > _MOST:
            self._found.popitem(last=False)
