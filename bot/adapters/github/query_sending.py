"""Send one query, in as many parts as GitHub needs to answer it.

The first attempt sends the whole query. Fields that failed are queried once more by themselves. When GitHub gives up on
the whole query, it is divided into a few parts by the commits that they read, and a part that is still too much is
halved, down to a single field. When one field is still too much, its files are listed without their texts, and each
text is read by a request of its own. All parts must be about the same commits; otherwise the read fails.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from bot.adapters.github.error_responses import TooMuch
from bot.adapters.github.query_parts import complete, divided, failed, halves, is_less, is_one, narrower
from bot.core.forge.errors import ForgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from bot.adapters.github.completeness import Path
    from bot.adapters.github.graphql import GraphQLResult
    from bot.adapters.github.query import Query
    from bot.adapters.github.query_parts import FieldPaths
    from bot.core.forge.ports import Clock

Json = dict[str, Any]

MOST_CALLS = 16
"""Most queries for one read."""
MOST_FILES = 200
"""Most files that are read one by one."""


class SplitRead:
    """Sends one query, whole or in parts. Used once."""

    def __init__(self, query: Query, ask: Callable[[Query], GraphQLResult]) -> None:
        """`ask` sends one query, and raises `TooMuch` when GitHub gives up on the whole query."""
        self._query = query
        self._ask = ask
        self._calls = 0
        self.absences: set[Path] = set()
        """Where GitHub says that an object does not exist."""
        self.was_too_much = False
        """Whether GitHub gave up on the whole query."""

    def data(self, *, in_parts: bool = False) -> Json:
        """Return the data of the query. `in_parts` skips the attempt to send it whole. Raises `ForgeError`."""
        if not in_parts:
            try:
                return self._at_once(self._query)
            except TooMuch:
                self.was_too_much = True
                if len(divided(self._query)) < 2:  # noqa: PLR2004  one part is the whole query
                    raise
        frame, *later_parts = divided(self._query)
        data = self._at_once(narrower(self._query, frame))
        for paths in later_parts:
            self._fetch(data, self._query, paths)
        return data

    def page(self) -> Json:
        """Return the data of a query for one page. The query is never split: `Paging` requests a shorter page instead.

        Raises `ForgeError`.
        """
        return self._at_once(self._query)

    def _at_once(self, query: Query) -> Json:
        result = self._send(query)
        self._fetch_failed(result.data, query, result, texts=True)
        return result.data

    def _fetch(self, data: Json, query: Query, paths: FieldPaths, *, texts: bool = True) -> None:
        """Query these fields of a query, in as many parts as it takes, and put them into the data."""
        part = narrower(query, paths, texts=texts)
        try:
            result = self._send(part)
            if isinstance(result.failed, TooMuch) and _failed_part(part, result) is None:
                raise result.failed
        except TooMuch:
            smaller = halves(paths)
            narrow_query = narrower(query, paths, texts=False)
            if texts and narrow_query != part and is_one(paths):
                self._fetch(data, query, paths, texts=False)
                return
            if not smaller:
                raise
            for half in smaller:
                self._fetch(data, query, half, texts=texts)
            return
        if not texts:
            _refuse_too_many_files(result.data)
        complete(data, result.data, paths)
        self._fetch_failed(data, part, result, texts=texts)

    def _fetch_failed(self, data: Json, query: Query, result: GraphQLResult, *, texts: bool) -> None:
        if result.failed is None:
            return
        paths = _failed_part(query, result)
        if paths is None:
            raise result.failed
        self._fetch(data, query, paths, texts=texts)

    def _send(self, query: Query) -> GraphQLResult:
        if self._calls == MOST_CALLS:
            raise ForgeError("GitHub gave up on too many parts of one read")
        self._calls += 1
        result = self._ask(query)
        paths = (error.get("path") for error in result.absences)
        self.absences |= {tuple(path) for path in paths if isinstance(path, list) and all(map(_is_step, path))}
        return result


class LargeRepositories:
    """Repositories whose read was too much for GitHub twice within an hour. For an hour they are read in parts.

    A single failure may have been a passing outage. The list is a hint: it belongs to one process and ends with it.
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
        """Remember that a read of this repository was too much for GitHub."""
        with self._lock:
            times = self._times(repository) + 1
            self._found.pop(repository, None)
            self._found[repository] = (times, self._clock.now())
            while len(self._found) > self._MOST:
                self._found.popitem(last=False)

    def _times(self, repository: Hashable) -> int:
        times, latest = self._found.get(repository, (0, 0.0))
        return times if 0.0 <= self._clock.now() - latest < self._HOUR else 0


def _failed_part(query: Query, result: GraphQLResult) -> FieldPaths | None:
    """Return the paths of the fields that failed; None unless they are fewer than the query's, so that retries end."""
    paths = failed(result.data, result.errors)
    return paths if paths is not None and is_less(query, paths) else None


def _refuse_too_many_files(data: Json) -> None:
    """Raise `ForgeError` when too many files would have to be read one by one."""
    files: set[Any] = set()
    pending: list[Any] = [data]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            files |= {node.get("oid")} if "byteSize" in node else set()
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    if len(files) > MOST_FILES:
        raise ForgeError(f"GitHub does not give the texts of {len(files)} files at once")


def _is_step(step: Any) -> bool:
    return isinstance(step, str | int)
