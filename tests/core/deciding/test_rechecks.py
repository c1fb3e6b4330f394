"""Which other pull requests are judged again after an event."""

from __future__ import annotations

from bot.core.change.trees import Document, Kind, OtherHead, Tree, TreeEntry
from bot.core.config.model import RepositoryConfig
from bot.core.deciding.rechecks import after_pull_request, after_push, has_bare_head, jobs, on_survey
from bot.core.forge.events import BranchPushed, PullRequestChange, PullRequestChanged, RepositoryRef, SweepDue
from bot.core.forge.facts import Commit, RepositoryView

REF = RepositoryRef(1, "acme", "ferry", "main")
CONSTITUTION = ".specify/memory/constitution.md"
OLD = Tree("a" * 40, {}, {CONSTITUTION: Document(CONSTITUTION, "old")})
NEW = Tree("b" * 40, {}, {CONSTITUTION: Document(CONSTITUTION, "new")})


def push(branch: str = "main", before: str = "a" * 40) -> BranchPushed:
    return BranchPushed(installation=9, repository=REF, branch=branch, before=before, after="b" * 40)


def view(before: Tree | None, after: Tree, based: tuple[int, ...] = (3, 5)) -> RepositoryView:
    return RepositoryView(1, "acme/ferry", "main", after, Commit(after), before=before, based=based)


def test_a_changed_constitution_concerns_all_that_aim_at_the_branch() -> None:
    recheck = after_push(push(), view(OLD, NEW), [CONSTITUTION], RepositoryConfig())
    assert recheck is not None
    assert (recheck.numbers, recheck.base, recheck.is_partial) == ((3, 5), None, False)


def test_the_same_constitution_concerns_nobody() -> None:
    assert after_push(push("release"), view(OLD, OLD), [CONSTITUTION], RepositoryConfig()) is None


def test_where_the_old_commit_is_gone_everybody_is_judged_again() -> None:
    recheck = after_push(push("release"), view(None, NEW), [CONSTITUTION], RepositoryConfig())
    assert recheck is not None
    assert recheck.base == "release"


def test_a_full_page_is_listed_anew() -> None:
    recheck = after_push(push(), view(OLD, NEW, tuple(range(1, 101))), [CONSTITUTION], RepositoryConfig())
    assert recheck is not None
    assert recheck.is_partial


def test_a_feature_that_arrives_on_the_default_branch_concerns_its_number() -> None:
    folder = "specs/007-search"
    entries = {path: TreeEntry(path, Kind.FOLDER) for path in ("specs", folder)}
    after = Tree("b" * 40, entries, {f"{folder}/spec.md": Document(f"{folder}/spec.md", "# Search")})
    recheck = after_push(push(), view(Tree("a" * 40), after), [], RepositoryConfig())
    assert recheck is not None
    assert recheck.request is not None
    assert recheck.request.prefixes == ("007-",)


def test_a_closed_pull_request_concerns_those_that_share_its_number() -> None:
    event = PullRequestChanged(
        installation=9,
        repository=REF,
        number=3,
        change=PullRequestChange.CLOSED,
        head_sha="b" * 40,
        head_branch="007-search",
        head_repository="acme/ferry",
        base_branch="main",
        base_sha="a" * 40,
    )
    others = tuple(OtherHead(f"007-{number}", (), number) for number in (3, 8))
    shared = RepositoryView(1, "acme/ferry", "main", OLD, others=others)
    recheck = after_pull_request(event, shared, renumbered=False)
    assert recheck is not None
    assert recheck.numbers == (8,)


def test_a_survey_keeps_count_of_how_often_it_was_given_up() -> None:
    event = SweepDue(installation=9, repository=REF, reason="the App came", in_vain=2)
    queued = jobs(on_survey(event, view(OLD, NEW)), event, "d-1")
    assert [(job.delivery, job.delay) for job in queued] == [("sweep:d-1:3", 0.0), ("sweep:d-1:5", 0.5)]
    assert {job.event.in_vain for job in queued if isinstance(job.event, SweepDue)} == {2}


def test_a_branch_without_an_open_pull_request_is_judged_by_itself() -> None:
    assert has_bare_head(RepositoryView(1, "acme/ferry", "main", OLD, tip="b" * 40))
    assert not has_bare_head(RepositoryView(1, "acme/ferry", "main", OLD))
