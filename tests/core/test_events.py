"""The two keys of every event, and what becomes of two that coalesce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

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
    SweepDue,
    coalesce_key,
    combine,
    serial_key,
)

FERRY = RepositoryRef(42, "acme", "ferry", "main")
A, B, C, ZERO = "a" * 40, "b" * 40, "c" * 40, "0" * 40


def pushed(
    branch: str = "001-x", before: str = A, after: str = B, *, created: bool = False, deleted: bool = False
) -> Event:
    return BranchPushed(
        installation=1, repository=FERRY, branch=branch, before=before, after=after, created=created, deleted=deleted
    )


def pulled(branch: str = "001-x", head_repository: str | None = "acme/ferry", number: int = 5) -> Event:
    return PullRequestChanged(
        installation=1,
        repository=FERRY,
        number=number,
        change=PullRequestChange.SYNCHRONIZED,
        head_sha=B,
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
        assert combine(pushed(deleted=True), new) == new

    @given(st.sampled_from(list(EXAMPLES.values())), st.sampled_from(list(EXAMPLES.values())))
    def test_otherwise_the_newer_counts(self, older: Event, newer: Event) -> None:
        assert type(combine(older, newer)) is type(newer)
        stored = events.combine_stored(events.encode(older), events.encode(newer))
        assert events.decode(stored) == combine(older, newer)

    def test_what_an_older_release_left_unreadable_gives_way(self) -> None:
        assert events.combine_stored(b"{", events.encode(COMMAND)) == events.encode(COMMAND)
