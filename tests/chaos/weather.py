"""What goes wrong: deliveries that are lost, doubled, late or in another dress, and every bad day of the API."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from bot.sandbox.faults import (
    Fault,
    commit_not_there_yet,
    graphql_rate_limited,
    no_file_list,
    null_among,
    one_short,
    primary_limit,
    repository_not_there_yet,
    repository_unresolved,
    secondary_limit,
    thin,
    told_by_page,
    too_much,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from bot.sandbox.state import Delivery
    from tests.chaos.site import Site

_WRITES = ("checks/create", "issues/create-comment", "issues/update-comment")

_COMPARISON = "repos/compare-commits-with-basehead"
_GIVEN_UP = (
    {"message": "Something went wrong while executing your query."},
    {"message": "Resource limits for this query exceeded.", "type": "RESOURCE_LIMITS_EXCEEDED"},
)


class Weather:
    """Bad until `clear`."""

    def __init__(self, site: Site, dice: random.Random, move_a_head: Callable[[], None]) -> None:
        self._site, self._dice = site, dice
        self.struck: Counter[str] = Counter()
        self._faults: dict[str, Callable[[], Fault]] = {
            "answer of a write lost": lambda: Fault(dice.choice(_WRITES), 502, after=True),
            "answer of a write cut": lambda: Fault(dice.choice(_WRITES), after=True, cut=True),
            "502": lambda: Fault("*", dice.choice((500, 502, 503, 504)), times=dice.randrange(1, 4)),
            "primary limit": lambda: primary_limit(site.world.now() + dice.randrange(30, 240)),
            "secondary limit": lambda: secondary_limit(dice.randrange(5, 60)),
            "secondary limit without a time": lambda: secondary_limit(None),
            "points spent": graphql_rate_limited,
            "GraphQL in part": lambda: Fault(
                "graphql",
                graphql={
                    "message": "Something went wrong",
                    "path": ["repository", dice.choice(("head", "pullRequest"))],
                },
                partial=True,
            ),
            "GraphQL gave up": lambda: too_much(
                dice.randrange(50, 500),
                dice.choice((502, 504)),
                dice.choice((None, *_GIVEN_UP)),
                times=dice.randrange(1, 6),
            ),
            "file list missing": no_file_list,
            "connection null": lambda: thin(dice.choice(("files", "comments", "checkSuites"))),
            "null in a list": lambda: null_among(dice.choice(("files", "comments", "checkRuns", "refs"))),
            "list one short": lambda: one_short(dice.choice(("files", "entries", "associatedPullRequests", "refs"))),
            "comparison one short": lambda: one_short("files", _COMPARISON, dice.randrange(1, 4)),
            "replica lags, REST": lambda: repository_not_there_yet(self._full_name(), times=dice.randrange(1, 4)),
            "replica lags, GraphQL": lambda: repository_unresolved(self._full_name(), times=dice.randrange(1, 4)),
            "commit not there yet": lambda: commit_not_there_yet("0" * 40, times=dice.randrange(1, 4)),
            "page in place of JSON": lambda: told_by_page(
                dice.choice((403, 429, 502, 503)), retry_after=dice.choice((None, 20))
            ),
            "token ended early": lambda: Fault("graphql", 401, "Bad credentials"),
            "slow": lambda: Fault("*", 0, delay=0.5),
            "head moved meanwhile": lambda: Fault("graphql", 0, meanwhile=move_a_head),
        }
        site.world.deliveries.accept = self._accept

    def worsen(self) -> None:
        """One more thing goes wrong."""
        kind = self._dice.choice(list(self._faults))
        self._site.world.faults.add(self._faults[kind]())
        self.struck[kind] += 1

    def _full_name(self) -> str:
        return self._dice.choice(list(self._site.world.hub.state.repositories.values())).full_name

    def clear(self) -> None:
        """From here on everything works."""
        self._site.world.deliveries.accept = None
        self._site.world.faults.clear()
        self._site.world.app.content_type = "json"

    def _accept(self, delivery: Delivery) -> bool:
        roll = self._dice.random()
        self._site.world.app.content_type = "form" if self._dice.random() < 0.2 else "json"
        if roll < 0.06:
            self.struck["delivery lost"] += 1
            return False
        if roll < 0.10 and not delivery.redelivery:
            self.struck["delivery doubled"] += 1
            self._site.world.deliveries.again(delivery)
        elif roll < 0.14:
            self.struck["delivery late, overtaken by others"] += 1
            time.sleep(self._dice.random())
        return True
