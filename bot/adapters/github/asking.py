"""One read, asked for in as many parts as GitHub needs to answer it.

It is asked for at once. What failed of the answer is asked for once more by itself. If GitHub gives up on the whole, it
is asked for in a few parts by what they stand at, and a part that is still too much is halved, down to single things;
of those, files are at last only named, and read one by one. All parts are about the same commits, or none counts.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from bot.adapters.github import partial as github_partial
from bot.adapters.github.answers import TooMuch
from bot.core.forge.errors import ForgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from bot.adapters.github.graphql import Heard
    from bot.adapters.github.partial import Ways
    from bot.adapters.github.query import Query
    from bot.core.forge.ports import Clock

Json = dict[str, Any]

MOST_CALLS = 16
"""Queries for one read."""
MOST_FILES = 200
"""Files that are left to be read one by one."""


class Reading:
    """Asks one query, once."""

    def __init__(self, query: Query, ask: Callable[[Query], Heard]) -> None:
        """`ask` sends one query, and raises `TooMuch` where GitHub gave up on it as a whole."""
        self._query = query
        self._ask = ask
        self._calls = 0
        self.was_too_much = False
        """Whether GitHub gave up on the whole."""

    def data(self, *, in_parts: bool = False) -> Json:
        """All of the data; `in_parts` does not try to get them at once. Raises `ForgeError`."""
        if not in_parts:
            try:
                return self._at_once(self._query)
            except TooMuch:
                self.was_too_much = True
                if len(github_partial.divided(self._query)) < 2:  # noqa: PLR2004  one part is the whole
                    raise
        frame, *rest = github_partial.divided(self._query)
        data = self._at_once(github_partial.narrower(self._query, frame))
        for ways in rest:
            self._fetch(data, self._query, ways)
        return data

    def page(self) -> Json:
        """The data of a query that is not divided, as a shorter list is asked for instead. Raises `ForgeError`."""
        return self._at_once(self._query)

    def _at_once(self, query: Query) -> Json:
        heard = self._asked(query)
        self._fetch_failed(heard.data, query, heard, texts=True)
        return heard.data

    def _fetch(self, data: Json, query: Query, ways: Ways, *, texts: bool = True) -> None:
        """Put what stands at these ways of a query into the data, in as many parts as it takes."""
        part = github_partial.narrower(query, ways, texts=texts)
        try:
            heard = self._asked(part)
            if isinstance(heard.failed, TooMuch) and _rest(part, heard) is None:
                raise heard.failed
        except TooMuch:
            halves = github_partial.halves(ways)
            named = github_partial.narrower(query, ways, texts=False)
            if texts and named != part and github_partial.is_one(ways):
                self._fetch(data, query, ways, texts=False)
                return
            if not halves:
                raise
            for half in halves:
                self._fetch(data, query, half, texts=texts)
            return
        if not texts:
            _hold_files(heard.data)
        github_partial.complete(data, heard.data, ways)
        self._fetch_failed(data, part, heard, texts=texts)

    def _fetch_failed(self, data: Json, query: Query, heard: Heard, *, texts: bool) -> None:
        if heard.failed is None:
            return
        ways = _rest(query, heard)
        if ways is None:
            raise heard.failed
        self._fetch(data, query, ways, texts=texts)

    def _asked(self, query: Query) -> Heard:
        if self._calls == MOST_CALLS:
            raise ForgeError("GitHub gave up on too many parts of one read")
        self._calls += 1
        return self._ask(query)


class Heavy:
    """The repositories of which a read was too much twice within an hour: for an hour they are read in parts at once.

    Once may have been GitHub's bad moment. It is known to one process and until it ends, as it is no more than a hint.
    """

    _TWICE = 2
    _HOUR = 3_600.0
    _MOST = 1_000

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._found: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, repository: Hashable) -> bool:
        with self._lock:
            return self._times(repository) >= self._TWICE

    def note(self, repository: Hashable) -> None:
        """A read was too much, and came in parts."""
        with self._lock:
            times = self._times(repository) + 1
            self._found.pop(repository, None)
            self._found[repository] = (times, self._clock.now())
            while len(self._found) > self._MOST:
                self._found.popitem(last=False)

    def _times(self, repository: Hashable) -> int:
        times, latest = self._found.get(repository, (0, 0.0))
        return times if 0.0 <= self._clock.now() - latest < self._HOUR else 0


def _rest(query: Query, heard: Heard) -> Ways | None:
    """What failed of an answer, if that is less than what was asked for: asking again and again comes to an end."""
    ways = github_partial.failed(heard.data, heard.errors)
    return ways if ways is not None and github_partial.is_less(query, ways) else None


def _hold_files(data: Json) -> None:
    """Raises `ForgeError` where too many files would have to be read one by one."""
    files: set[Any] = set()
    rest: list[Any] = [data]
    while rest:
        at = rest.pop()
        if isinstance(at, dict):
            files |= {at.get("oid")} if "byteSize" in at else set()
            rest += at.values()
        elif isinstance(at, list):
            rest += at
    if len(files) > MOST_FILES:
        raise ForgeError(f"GitHub does not give the texts of {len(files)} files at once")
