"""What is asked of GitHub, and what is asked next."""

from __future__ import annotations

from dataclasses import replace

from bot.core.change.trees import ChangedFile, FileStatus, Kind, Tree, TreeEntry
from bot.core.deciding.candidates import RepositoryRecord, of_pull_requests
from bot.core.deciding.needs import (
    FOLDERS_A_READ,
    Hints,
    Subject,
    constitution_paths,
    extended,
    first,
    further,
    specify_roots,
)
from bot.core.forge.facts import Commit, PullRequest, RepositoryView, joined

HEAD = "a" * 40
BASE = "b" * 40
SUBJECT = Subject(number=1, head=HEAD, named="001-search", comments=True)


def folder(path: str) -> dict[str, TreeEntry]:
    return {path: TreeEntry(path, Kind.FOLDER)}


def pull(*changed: str, base: Tree | None = None) -> PullRequest:
    return PullRequest(
        number=1,
        title="t",
        url="u",
        is_open=True,
        draft=False,
        author="ada",
        created_at="2026-11-22T00:00:00Z",
        head_sha=HEAD,
        head_branch="001-search",
        head_repository="acme/ferry",
        base_branch="main",
        base=base or Tree(BASE, folder(".specify")),
        changed=tuple(ChangedFile(path, FileStatus.ADDED) for path in changed),
    )


def answer(head: Tree, *pulls: PullRequest) -> RepositoryView:
    return RepositoryView(1, "acme/ferry", "main", Tree(BASE), Commit(head), heads=pulls)


def asked_next(found: RepositoryView, hints: Hints | None = None) -> object:
    asked = first(SUBJECT, hints or Hints())
    known = of_pull_requests(found, RepositoryRecord())
    return further(asked, found, known)


def test_the_first_question_guesses_the_folder_and_the_number() -> None:
    asked = first(SUBJECT, Hints())
    assert asked.folders == ("specs/001-search",)
    assert asked.prefixes == ("001-",)
    assert set(constitution_paths(specify_roots(asked.roots))) < set(asked.documents)


def test_a_right_guess_leaves_nothing_to_ask() -> None:
    head = Tree(HEAD, folder("specs/001-search"))
    assert asked_next(answer(head, pull("specs/001-search/plan.md"))) is None


def test_a_folder_of_another_name_is_asked_for_once() -> None:
    head = Tree(HEAD, folder("specs/001-find"))
    found = answer(head, pull("specs/001-find/plan.md"))
    more = asked_next(found)
    assert more is not None
    assert asked_next(found, Hints(folders=("specs/001-find",))) is None


def test_many_folders_are_asked_for_a_few_at_a_time_until_none_is_left() -> None:
    names = [f"specs/{number:03d}-x" for number in range(100, 140)]
    head = Tree(HEAD, {path: TreeEntry(path, Kind.FOLDER) for path in names})
    found = answer(head, pull(*(f"{name}/plan.md" for name in names)))
    known = of_pull_requests(found, RepositoryRecord())
    asked, rounds = first(SUBJECT, Hints()), 0
    while (more := further(asked, found, known)) is not None:
        assert len(more.folders) <= FOLDERS_A_READ
        asked, rounds = extended(asked, more), rounds + 1
        assert rounds < 10
    assert set(names) <= set(asked.folders)


def test_a_head_that_is_not_known_is_learnt_first() -> None:
    asked = first(Subject(number=1), Hints())
    found = replace(answer(Tree(HEAD), pull()), head=None, heads=(), pull_request=pull())
    more = further(asked, found, [])
    assert more is not None
    assert (more.head, more.folders) == (HEAD, ("specs/001-search",))


def test_answers_about_different_commits_are_not_put_together() -> None:
    one = answer(Tree(HEAD), pull())
    moved = answer(Tree(HEAD), pull(base=Tree("c" * 40)))
    assert joined(one, moved) is None
    both = joined(one, replace(one, head=Commit(Tree(HEAD, folder("specs")))))
    assert both is not None
    assert both.head is not None
    assert "specs" in both.head.tree.entries
