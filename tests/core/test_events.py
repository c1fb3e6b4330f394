"""The two keys of every event, and what becomes of two that coalesce."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import events
from bot.core.events import (
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
    coalesce_key,
    combine,
    serial_key,
)

FERRY = RepositoryRef(42, "acme", "ferry", "main")
A, B, C, D, ZERO = "a" * 40, "b" * 40, "c" * 40, "d" * 40, "0" * 40


def pushed(
    branch: str = "001-x", before: str = A, after: str = B, *, created: bool = False, deleted: bool = False
) -> Event:
    return BranchPushed(
        installation=1, repository=FERRY, branch=branch, before=before, after=after, created=created, deleted=deleted
    )


def suite(before: str | None = A, head: str = B, branch: str = "001-x") -> Event:
    return SuiteRequested(installation=1, repository=FERRY, branch=branch, head_sha=head, before=before)


def following(event: Event) -> Event:
    assert isinstance(event, BranchPushed | PullRequestChanged)
    return msgspec.structs.replace(event, follows=True)


def pulled(branch: str = "001-x", head_repository: str | None = "acme/ferry", number: int = 5, head: str = B) -> Event:
    return PullRequestChanged(
        installation=1,
        repository=FERRY,
        number=number,
        change=PullRequestChange.SYNCHRONIZED,
        head_sha=head,
        head_branch=branch,
        head_repository=head_repository,
        base_branch="main",
        base_sha=C,
    )


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
    "sweep of a branch": SweepDue(installation=1, repository=FERRY, branch="001-x"),
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
    "a sweep of the branch": Pair(pushed(), EXAMPLES["sweep of a branch"], together=True),
    "a sweep of a fork's branch": Pair(
        pulled(head_repository="mona/ferry"),
        SweepDue(installation=1, repository=FERRY, branch="001-x", head_repository="mona/ferry"),
        together=True,
    ),
    "the same branch of a fork": Pair(pulled(), pulled(head_repository="mona/ferry"), together=False),
    "a fork that is gone": Pair(pulled(), pulled(head_repository=None), together=False),
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
    def test_two_pushes_reach_from_the_first_before_to_the_last_after(self) -> None:
        assert combine(pushed(before=A, after=B), pushed(before=B, after=C)) == pushed(before=A, after=C)

    def test_a_branch_that_was_created_and_pushed_to_is_still_new(self) -> None:
        new = pushed(before=ZERO, after=B, created=True)
        assert combine(new, pushed(before=B, after=C)) == pushed(before=ZERO, after=C, created=True)

    def test_a_deletion_is_the_last_word(self) -> None:
        gone = pushed(before=B, after=ZERO, deleted=True)
        assert combine(pushed(created=True), gone) == gone

    def test_a_branch_that_comes_back_is_new(self) -> None:
        new = pushed(before=ZERO, after=C, created=True)
        assert combine(pushed(after=ZERO, deleted=True), new) == new

    @given(st.sampled_from(list(EXAMPLES.values())), st.sampled_from(list(EXAMPLES.values())))
    def test_otherwise_the_newer_counts(self, older: Event, newer: Event) -> None:
        beside = isinstance(newer, SuiteRequested) and isinstance(older, BranchPushed | PullRequestChanged | SweepDue)
        event = combine(older, newer)
        assert type(event) is type(older if beside else newer)
        assert events.combine_stored(stored(older), stored(newer)) == stored(event)

    def test_what_an_older_release_left_unreadable_gives_way(self) -> None:
        assert events.combine_stored(Stored("Gone", b"{"), stored(COMMAND)) == stored(COMMAND)


def stored(event: Event) -> Stored:
    return Stored(type(event).__name__, events.encode(event))


TOLD = {
    "the push first": (pushed(before=A, after=B), suite(A, B), pushed(before=A, after=B)),
    "the suite first": (suite(A, B), pushed(before=A, after=B), pushed(before=A, after=B)),
    "the pull request first": (pulled(), suite(A, B), pulled()),
    "the suite before the pull request": (suite(A, B), pulled(), pulled()),
    "a push, and the next one's suite": (pushed(before=A, after=B), suite(B, C), pushed(before=A, after=C)),
    "a suite, and the next push": (suite(A, B), pushed(before=B, after=C), pushed(before=A, after=C)),
    "the suite of a new branch, and the next push": (
        suite(ZERO, B),
        pushed(before=B, after=C),
        pushed(before=ZERO, after=C, created=True),
    ),
    "a suite that says nothing of before": (suite(None, B), pushed(before=B, after=C), pushed(before=B, after=C)),
    "two suites": (suite(A, B), suite(B, C), suite(A, C)),
    "a suite twice": (suite(A, B), suite(A, B), suite(A, B)),
    "a pull request, and the next push's suite": (pulled(), suite(B, C), pulled(head=C)),
    "a suite, and the end of the branch": (
        suite(A, B),
        pushed(before=B, after=ZERO, deleted=True),
        pushed(before=A, after=ZERO, deleted=True),
    ),
    "a late suite after the end of the branch": (
        pushed(before=B, after=ZERO, deleted=True),
        suite(A, B),
        following(pushed(before=B, after=ZERO, deleted=True)),
    ),
    "a push, and a suite that came late": (
        pushed(before=B, after=C),
        suite(A, B),
        following(pushed(before=B, after=C)),
    ),
    "a suite, and a push that came late": (
        suite(B, C),
        pushed(before=A, after=B),
        following(pushed(before=A, after=B)),
    ),
    "a pull request, and a suite that came late": (pulled(head=C), suite(A, B), following(pulled(head=C))),
    "a suite, and a pull request of which nobody knows": (suite(B, C), pulled(head=B), following(pulled(head=B))),
    "a push that came late": (
        pushed(before=B, after=C),
        pushed(before=A, after=B),
        following(pushed(before=B, after=B)),
    ),
    "what was not sure is none the surer": (
        following(pushed(before=A, after=B)),
        pushed(before=B, after=C),
        following(pushed(before=A, after=C)),
    ),
}


@pytest.mark.parametrize("case", TOLD.values(), ids=TOLD.keys())
def test_two_that_tell_of_heads_lose_none_of_them(case: tuple[Event, Event, Event]) -> None:
    older, newer, together = case
    assert combine(older, newer) == together


HEADS = st.sampled_from([A, B, C, D])
DELIVERIES = st.one_of(
    st.builds(lambda before, after: pushed(before=before, after=after), HEADS, HEADS),
    st.builds(suite, HEADS, HEADS),
    st.builds(lambda head: pulled(head=head), HEADS),
)


def head_of(event: Event) -> str:
    assert isinstance(event, BranchPushed | PullRequestChanged | SuiteRequested)
    return event.after if isinstance(event, BranchPushed) else event.head_sha


@given(st.lists(DELIVERIES, min_size=1, max_size=6))
def test_a_head_is_sure_only_where_each_delivery_goes_on_from_the_one_before(deliveries: list[Event]) -> None:
    together = reduce(combine, deliveries)
    assert head_of(together) in {head_of(one) for one in deliveries}
    if not isinstance(together, BranchPushed | PullRequestChanged) or together.follows:
        return
    told = [one for one in deliveries if not isinstance(one, SuiteRequested)]
    after = deliveries[deliveries.index(told[0]) :]
    for one, other in pairwise(after):
        goes_on = isinstance(other, BranchPushed | SuiteRequested) and other.before == head_of(one)
        assert goes_on or head_of(one) == head_of(other)
    assert head_of(together) == head_of(deliveries[-1])
