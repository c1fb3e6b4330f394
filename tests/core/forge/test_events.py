"""The two keys of every event, and what becomes of two that coalesce."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.forge import events
from bot.core.forge.events import (
    BranchPushed,
    ButtonPressed,
    CommandPosted,
    Event,
    InstallationChanged,
    MergeGroupDestroyed,
    MergeGroupRequested,
    Place,
    PullRequestChange,
    PullRequestChanged,
    RepositoriesChanged,
    RepositoryRef,
    RerunRequested,
    Stored,
    SuiteRequested,
    SweepDue,
    combine,
)
from bot.core.forge.job_keys import coalesce_key, serial_key

FERRY = RepositoryRef(42, "acme", "ferry", "main")
A, B, C, D, ZERO = "a" * 40, "b" * 40, "c" * 40, "d" * 40, "0" * 40


def pushed(branch: str = "001-x", before: str = A, after: str = B, *, deleted: bool = False) -> Event:
    return BranchPushed(installation=1, repository=FERRY, branch=branch, before=before, after=after, deleted=deleted)


def suite(before: str | None = A, head: str = B, branch: str = "001-x") -> Event:
    return SuiteRequested(installation=1, repository=FERRY, branch=branch, head_sha=head, before=before)


def pulled(
    branch: str = "001-x",
    head_repository: str | None = "acme/ferry",
    number: int = 5,
    head: str = B,
    change: PullRequestChange = PullRequestChange.SYNCHRONIZED,
) -> Event:
    return PullRequestChanged(
        installation=1,
        repository=FERRY,
        number=number,
        change=change,
        head_sha=head,
        head_branch=branch,
        head_repository=head_repository,
        base_branch="main",
        base_sha=C,
    )


def with_pushes(event: Event) -> Event:
    assert isinstance(event, PullRequestChanged)
    return msgspec.structs.replace(event, pushed=True)


def rerun(external_id: str | None = "pr:5") -> Event:
    return RerunRequested(installation=1, repository=FERRY, head_sha=B, external_id=external_id)


COMMAND = CommandPosted(
    installation=1, repository=FERRY, number=5, on_pull_request=True, place=Place.COMMENT, text="/plan", comment=1
)
EXAMPLES: dict[str, Event] = {
    "push": pushed(),
    "push to the default branch": pushed("main"),
    "suite": suite(),
    "suite of the default branch": suite(branch="main"),
    "pull request": pulled(),
    "re-run": rerun(),
    "button": ButtonPressed(installation=1, repository=FERRY, identifier="x", head_sha=B),
    "command": COMMAND,
    "group": MergeGroupRequested(installation=1, repository=FERRY, head_sha=B, head_ref="r", base_sha=A, base_ref="m"),
    "group gone": MergeGroupDestroyed(installation=1, repository=FERRY, head_sha=B),
    "installation": InstallationChanged(installation=1, action="created", account="acme", repositories=(FERRY,)),
    "repositories": RepositoriesChanged(installation=1, account="acme", added=(FERRY,)),
    "sweep": SweepDue(installation=1, repository=FERRY, number=5),
}


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event in EXAMPLES.values()} == set(get_args(Event))


@pytest.mark.parametrize("event", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_an_event_is_stored_as_it_was(event: Event) -> None:
    assert events.decode(events.encode(event)) == event


@pytest.mark.parametrize("event", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_everything_about_a_repository_is_in_one_line_and_the_rest_in_its_installations(event: Event) -> None:
    whole = isinstance(event, InstallationChanged | RepositoriesChanged)
    assert serial_key(event) == ("installation:1" if whole else "repository:42")


@dataclass(frozen=True)
class Pair:
    one: Event
    other: Event
    together: bool


PAIRS = {
    "a push and its pull request": Pair(pushed(), pulled(), together=True),
    "a push and its suite": Pair(pushed(), suite(), together=True),
    "a pull request and its suite": Pair(pulled(), suite(), together=True),
    "a push to the default branch and its suite": Pair(pushed("main"), suite(branch="main"), together=True),
    "a re-run and a suite": Pair(rerun(), suite(), together=False),
    "two pull requests on one head": Pair(pulled(), pulled(number=6), together=True),
    "GitHub compares names without case": Pair(pulled(), pulled(head_repository="Acme/Ferry"), together=True),
    "git does not": Pair(pushed("001-x"), pushed("001-X"), together=False),
    "the same branch of a fork": Pair(pulled(), pulled(head_repository="mona/ferry"), together=False),
    "a fork that is gone": Pair(pulled(), pulled(head_repository=None), together=False),
    "forks that are gone, with one branch name": Pair(
        pulled(head_repository=None), pulled(head_repository=None, number=6), together=False
    ),
    "one pull request of a fork that is gone": Pair(
        pulled(head_repository=None), pulled(head_repository=None), together=True
    ),
    "another branch": Pair(pushed(), pushed("002-y"), together=False),
    "the default branch as somebody's head": Pair(pushed("main"), pulled("main"), together=False),
    "two re-runs of one run": Pair(rerun(), rerun(), together=True),
    "re-runs of two pull requests' runs": Pair(rerun(), rerun("pr:6"), together=False),
    "a re-run and a push, since a re-run is always answered": Pair(rerun(), pushed(), together=False),
    "a group and its end": Pair(EXAMPLES["group"], EXAMPLES["group gone"], together=True),
    "sweeps of two pull requests": Pair(
        EXAMPLES["sweep"], SweepDue(installation=1, repository=FERRY, number=6), together=False
    ),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_what_does_the_same_has_one_key(pair: Pair) -> None:
    assert (coalesce_key(pair.one) == coalesce_key(pair.other)) is pair.together


@pytest.mark.parametrize("name", ["button", "command", "installation", "repositories"])
def test_what_must_be_answered_by_itself_has_none(name: str) -> None:
    assert coalesce_key(EXAMPLES[name]) is None


def test_the_same_branch_of_another_repository_is_another_key() -> None:
    other = BranchPushed(
        installation=1, repository=RepositoryRef(43, "acme", "ferry"), branch="001-x", before=A, after=B
    )
    assert coalesce_key(other) != coalesce_key(pushed())


class TestCombine:
    @given(st.sampled_from(list(EXAMPLES.values())), st.sampled_from(list(EXAMPLES.values())))
    def test_the_event_that_does_more_stays_else_the_newer(self, older: Event, newer: Event) -> None:
        does = {PullRequestChanged: 3, BranchPushed: 2, SuiteRequested: 1}
        event = combine(older, newer)
        more = does.get(type(older), 0) > does.get(type(newer), 0) > 0
        if (type(older), type(newer)) != (SuiteRequested, SuiteRequested):
            assert type(event) is type(older if more else newer)
        assert events.combine_stored(stored(older), stored(newer)) == stored(event)

    def test_what_an_older_release_left_unreadable_gives_way(self) -> None:
        assert events.combine_stored(Stored("Gone", b"{"), stored(COMMAND)) == stored(COMMAND)


def stored(event: Event) -> Stored:
    return Stored(type(event).__name__, events.encode(event))


GONE = pushed(before=B, after=ZERO, deleted=True)
OPENED, CLOSED = PullRequestChange.OPENED, PullRequestChange.CLOSED
TOLD = {
    "two pushes": (pushed(before=A, after=B), pushed(before=B, after=C), pushed(before=A, after=C)),
    "a push that came late": (pushed(before=B, after=C), pushed(before=A, after=B), pushed(before=A, after=C)),
    "a push twice": (pushed(before=A, after=B), pushed(before=A, after=B), pushed(before=A, after=B)),
    "two pushes, and one between them is missing": (
        pushed(before=A, after=B),
        pushed(before=C, after=D),
        pushed(before="", after=D),
    ),
    "two ways to one head": (pushed(before=A, after=B), pushed(before=C, after=B), pushed(before="", after=B)),
    "a branch that was created and pushed to is still new": (
        pushed(before=ZERO, after=B),
        pushed(before=B, after=C),
        pushed(before=ZERO, after=C),
    ),
    "a branch that ends": (pushed(before=A, after=B), GONE, pushed(before=A, after=ZERO, deleted=True)),
    "a branch that comes back": (GONE, pushed(before=ZERO, after=C), pushed(before=B, after=C)),
    "the push first": (pushed(before=A, after=B), suite(A, B), pushed(before=A, after=B)),
    "the suite first": (suite(A, B), pushed(before=A, after=B), pushed(before=A, after=B)),
    "a push, and the next one's suite": (pushed(before=A, after=B), suite(B, C), pushed(before=A, after=C)),
    "a suite, and the next push": (suite(A, B), pushed(before=B, after=C), pushed(before=A, after=C)),
    "a suite that says nothing of before": (suite(None, B), pushed(before=B, after=C), pushed(before="", after=C)),
    "two suites are a push, since one may be settled": (suite(A, B), suite(B, C), pushed(before=A, after=C)),
    "a suite twice": (suite(A, B), suite(A, B), suite(A, B)),
    "the pull request first": (pulled(), suite(A, B), with_pushes(pulled())),
    "the suite before the pull request": (suite(A, B), pulled(), with_pushes(pulled())),
    "a pull request, and a push": (pulled(), pushed(before=B, after=C), with_pushes(pulled())),
    "a pull request with a push, and another": (with_pushes(pulled()), pulled(number=6), with_pushes(pulled(number=6))),
    "a pull request that ends with its branch": (pulled(change=CLOSED), GONE, pulled(change=CLOSED)),
    "an opened pull request, and what came of it": (
        pulled(change=OPENED),
        pulled(head=C),
        pulled(head=C, change=OPENED),
    ),
    "a pull request that was closed at once": (pulled(change=OPENED), pulled(change=CLOSED), pulled(change=CLOSED)),
}


@pytest.mark.parametrize("case", TOLD.values(), ids=TOLD.keys())
def test_of_two_that_become_one_nothing_is_lost(case: tuple[Event, Event, Event]) -> None:
    older, newer, together = case
    assert combine(older, newer) == together


HEADS = [ZERO, A, B, C, D]


@given(st.lists(st.tuples(st.sampled_from([0, 1, 2, 3]), st.booleans()), min_size=1, max_size=6))
def test_no_way_that_a_push_went_is_left_out(told: list[tuple[int, bool]]) -> None:
    """In whatever order pushes and suites come: either all of the way is known, or it is known that it is not."""
    together = reduce(combine, [(suite if is_suite else _push)(HEADS[at], HEADS[at + 1]) for at, is_suite in told])
    push = together.as_push() if isinstance(together, SuiteRequested) else together
    assert isinstance(push, BranchPushed)
    if push.before:
        assert {HEADS.index(push.before), HEADS.index(push.after)} == {min(told)[0], max(told)[0] + 1}


def _push(before: str, after: str) -> Event:
    return pushed(before=before, after=after)
