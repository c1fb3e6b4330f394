"""One repository over HTTP: paging, threads, and what comes back from what was written."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from bot.adapters.github.app import GitHubApp
from bot.adapters.github.repository import GitHubRepositories
from bot.core.forge.errors import CommentGone, ForgeError, HeadGone
from bot.core.forge.events import RepositoryRef
from bot.core.forge.facts import Comment, Reaction, ReadRequest
from bot.core.forge.rights import ANSWER
from bot.core.forge.roles import Role
from bot.sandbox.faults import Fault
from bot.sandbox.world import World
from tests.stage import WorldClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.forge.ports import Forge
    from bot.sandbox.state import Installation, Repository


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def repository(world: World) -> Repository:
    return world.create_repository("acme", "ferry", {"README.md": "#"})


@pytest.fixture
def installation(world: World, repository: Repository) -> Installation:
    return world.install("acme", [repository])


@pytest.fixture
def forges(world: World) -> GitHubRepositories:
    clock = WorldClock(world)
    return GitHubRepositories(GitHubApp(world.app.id, world.app.private_key, clock, world.url), clock)


def opened(forges: GitHubRepositories, installation: Installation, repository: Repository) -> Forge:
    owner, _, name = repository.full_name.partition("/")
    ref = RepositoryRef(id=repository.id, owner=owner, name=name, default_branch="main")
    return forges.open(installation.id, ref, ANSWER)


@pytest.fixture
def forge(forges: GitHubRepositories, installation: Installation, repository: Repository) -> Forge:
    return opened(forges, installation, repository)


class TestReading:
    def test_more_than_a_hundred_changed_files(self, world: World, forge: Forge, repository: Repository) -> None:
        world.push(repository, "many", {f"src/{number}.py": "x" for number in range(230)}, author="ada")
        pull = world.open_pull_request(repository, "many", author="ada")
        answer = forge.read(ReadRequest(number=pull.number, head=pull.head_sha, changes=True))
        assert answer.pull_request is not None
        assert len(answer.pull_request.changed) == 230
        assert answer.pull_request.changes_complete
        assert [len(one.changed) for one in answer.heads] == [230]

    def test_our_comment_behind_a_hundred_others(self, world: World, forge: Forge, repository: Repository) -> None:
        world.push(repository, "docs", {"README.md": "# x"}, author="ada")
        pull = world.open_pull_request(repository, "docs", author="ada")
        for number in range(120):
            world.comment(repository, pull.number, f"{number}", author="ada")
        written = forge.comment(pull.number, "<!-- ours -->\nhere")
        answer = forge.read(ReadRequest(number=pull.number, head=pull.head_sha, comments=True))
        assert answer.pull_request is not None
        assert [one.id for one in answer.pull_request.comments] == [written.id]
        assert forge.thread(pull.number, "<!-- ours -->", None).reply == written
        assert forge.thread(pull.number, "<!-- theirs -->", None).reply is None

    @pytest.mark.slow
    def test_all_open_pull_requests(self, world: World, forge: Forge, repository: Repository) -> None:
        numbers = []
        for index in range(103):
            world.push(repository, f"b{index}", {f"{index}.md": "x"}, author="ada")
            numbers.append(world.open_pull_request(repository, f"b{index}", author="ada").number)
        world.branch(repository, "other")
        aside = world.open_pull_request(repository, "b0", "other", author="ada").number
        assert list(forge.open_pull_requests("main")) == numbers
        assert list(forge.open_pull_requests(None)) == [*numbers, aside]
        assert len(forge.branches()) == 105

    def test_any_number_of_branches_costs_two_calls(self, world: World, forge: Forge, repository: Repository) -> None:
        tip = repository.refs["refs/heads/main"]
        names = ["main", *(f"team/{number:04}-topic" for number in range(5_000))]
        repository.refs |= {f"refs/heads/{name}": tip for name in names}
        mark = world.requests.mark
        assert sorted(forge.branches()) == names
        assert [request.operation for request in world.requests.since(mark) if not request.is_token] == [
            "repos/list-branches",
            "git/list-matching-refs",
        ]

    def test_an_unknown_number_is_none(self, forge: Forge) -> None:
        assert forge.read(ReadRequest(number=4711)).pull_request is None

    def test_an_unknown_commit_is_none_and_cannot_be_compared(self, forge: Forge) -> None:
        assert forge.read(ReadRequest(head="1" * 40)).head is None
        with pytest.raises(HeadGone):
            forge.compare("main", "1" * 40)

    def test_an_empty_repository(self, world: World, forges: GitHubRepositories) -> None:
        empty = world.create_repository("bare", "empty")
        answer = opened(forges, world.install("bare", [empty]), empty).read(ReadRequest(roots=("specs",)))
        assert (answer.default_branch, answer.default) == (None, None)

    def test_roles(self, world: World, forge: Forge, repository: Repository) -> None:
        world.user("mo", role="maintain", repository=repository)
        world.user("tri", role="triage", repository=repository)
        assert [forge.role(login) for login in ("mo", "tri", "nobody", "acme")] == [
            Role.MAINTAIN,
            Role.TRIAGE,
            Role.ANYONE,
            Role.ADMIN,
        ]


class TestWriting:
    def test_a_comment_through_its_life(self, world: World, forge: Forge, repository: Repository) -> None:
        issue = world.open_issue(repository, "x", author="ada")
        written = forge.comment(issue.number, "one")
        edited = forge.edit_comment(written, "two")
        assert (edited.id, edited.body) == (written.id, "two")
        forge.show_comment(edited, minimized=True)
        forge.show_comment(edited, minimized=True)
        assert world.comments(repository, issue.number)[0].minimized == "resolved"
        forge.show_comment(edited, minimized=False)
        assert world.comments(repository, issue.number)[0].minimized is None
        forge.react(edited.node, Reaction.SEEN)
        forge.react(edited.node, Reaction.SEEN)
        assert [one.content for one in world.reactions(repository, world.comments(repository, issue.number)[0])] == [
            "eyes"
        ]

    def test_one_that_somebody_deleted(self, world: World, forge: Forge, repository: Repository) -> None:
        issue = world.open_issue(repository, "x", author="ada")
        written = forge.comment(issue.number, "one")
        world.delete_comment(repository, world.comments(repository, issue.number)[0], author="ada")
        with pytest.raises(CommentGone):
            forge.edit_comment(written, "two")
        with pytest.raises(CommentGone):
            forge.edit_comment(Comment(1, "x", ""), "two")


class TestPatience:
    def test_it_neither_sleeps_nor_tries_again(self, world: World, forge: Forge) -> None:
        forge.read(ReadRequest())
        world.faults.add(Fault("graphql", 502, times=None))
        mark, began = world.requests.mark, time.monotonic()
        with pytest.raises(ForgeError):
            forge.read(ReadRequest())
        assert len(world.requests.since(mark)) == 1
        assert time.monotonic() - began < 5

    def test_threads_never_get_each_others_answers(self, world: World, forges: GitHubRepositories) -> None:
        repositories = [world.create_repository("acme", f"r{index}", {"README.md": "#"}) for index in range(4)]
        installation = world.install("acme", repositories)
        wrong: list[str] = []

        def work(repository: Repository) -> None:
            forge = opened(forges, installation, repository)
            for _ in range(15):
                answer = forge.read(ReadRequest(roots=("",)))
                if answer.repository != repository.id:
                    wrong.append(answer.full_name)

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            threads = [threading.Thread(target=work, args=(one,)) for one in repositories]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
        finally:
            sys.setswitchinterval(interval)
        assert wrong == []
        assert not any(thread.is_alive() for thread in threads)
