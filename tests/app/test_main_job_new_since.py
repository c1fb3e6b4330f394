"""What came to the base after a branch was cut: the branch is told of it, and held to it once it is updated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.forge.facts import Spent
from bot.sandbox.git import Signature
from tests.stage import CONSTITUTION, SPEC_KIT, TEMPLATE, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

READ, RUN, COMMENT = "graphql", "checks/create", "issues/create-comment"
COMPARED = "repos/compare-commits-with-basehead"
"""What a branch without a pull request changes."""
PATH = ".specify/memory/constitution.md"
SMALL = "### III. Small (NON-NEGOTIABLE)\n\nKeep it small.\n\n"
AMENDED = CONSTITUTION.replace("## Governance", f"{SMALL}## Governance")
KNOWS = plan().replace("\n## Complexity", "| III. Small (NON-NEGOTIABLE) | FAIL | it is large |\n\n## Complexity")
BARE = plan().split("## Constitution Check", 1)[0] + "## Complexity Tracking\n\nNone.\n"
SHORT = TEMPLATE.split("## Constitution Check", 1)[0] + "## Complexity Tracking\n"


def opened(stage: Stage, repo: Repository, text: str) -> PullRequest:
    """A pull request whose branch was cut before what comes next."""
    stage.world.push(repo, "001-search", feature(text=text), author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain()
    return pull


def merge_base_in(stage: Stage, repo: Repository, branch: str = "001-search") -> str:
    """Merge the default branch into another, as GitHub's button "Update branch" does; the merge commit."""
    base, head = repo.branch("main") or "", repo.branch(branch) or ""
    tree = repo.git.merge(base, head)
    assert tree is not None
    sha = repo.git.write_commit(tree, [head, base], "Merge main", Signature("ada", "ada@example.test", 1_800_000_000))
    return stage.world.branch(repo, branch, sha, author="ada")


def spent(stage: Stage, mark: int) -> list[str]:
    """The operations since a mark, tokens apart."""
    return [request.operation for request in stage.requests(mark)]


def amend(stage: Stage, repo: Repository, files: dict[str, str]) -> Spent:
    """Push to the base, and what judging the one open pull request again cost."""
    stage.world.push(repo, "main", files, author="root")
    return [outcome.spent for outcome in stage.drain(patience=30) if outcome.spent.calls][-1]


def test_a_principle_that_came_later_and_is_not_mentioned_blocks_nobody_and_costs_no_call(
    stage: Stage, ferry: Repository
) -> None:
    pull = opened(stage, ferry, plan())
    told = amend(stage, ferry, {PATH: AMENDED})
    assert told == Spent(calls=3, writes=1), "two reads of a swept head, the run"
    run = stage.run(ferry, pull.head_sha)
    assert (run.conclusion, run.title) == ("success", "Nothing blocks · 1 warning")


def test_one_that_the_plan_breaks_is_only_told_of_until_the_branch_is_updated(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(text=KNOWS), author="ada")
    stage.world.push(ferry, "main", {PATH: AMENDED}, author="root")
    stage.drain(patience=30)
    mark = stage.world.requests.mark
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ, READ], "the run says the same as that of its push"
    run = stage.run(ferry, pull.head_sha)
    assert (run.conclusion, run.title) == ("success", "Nothing blocks yet · 1 principle new since you branched")
    assert "**III. Small (NON-NEGOTIABLE) is violated.**" in (run.summary or "")
    assert "The principle is new since you branched: an error once the branch is updated." in (run.summary or "")
    merge_base_in(stage, ferry)
    stage.drain(patience=30)
    run = stage.run(ferry, pull.head_sha)
    assert (run.conclusion, run.title) == ("failure", "1 NON-NEGOTIABLE principle violated")
    assert "new since" not in (run.summary or "")


def test_so_is_the_section(stage: Stage) -> None:
    repo = stage.world.create_repository(
        "acme", "ferry", {**SPEC_KIT, "README.md": "#", ".specify/templates/plan-template.md": SHORT}
    )
    stage.install(repo)
    pull = opened(stage, repo, BARE)
    amend(stage, repo, {".specify/templates/plan-template.md": TEMPLATE})
    run = stage.run(repo, pull.head_sha)
    assert (run.conclusion, run.title) == ("success", "Nothing blocks yet · Constitution Check new since you branched")


@pytest.mark.parametrize(
    ("base", "text"),
    [
        (CONSTITUTION.replace("Tests are written before the code.", "Tests come first, always."), plan("PASS", "FAIL")),
        (CONSTITUTION.replace("II. Test First", "II. Test-First Development"), plan("PASS", "FAIL")),
        (CONSTITUTION.replace("### II.", "### II. Small\n\nKeep it small.\n\n### III."), plan("PASS", "FAIL")),
        (CONSTITUTION.replace("### I. Library First", "### I. Library First (NON-NEGOTIABLE)"), plan("FAIL")),
    ],
    ids=["another text", "another wording", "another numeral", "another strength"],
)
def test_what_was_there_is_no_news_however_it_is_told_now(
    stage: Stage, ferry: Repository, base: str, text: str
) -> None:
    pull = opened(stage, ferry, text)
    amend(stage, ferry, {PATH: base})
    run = stage.run(ferry, pull.head_sha)
    assert run.conclusion == "failure"
    assert "new since" not in (run.summary or "")


def test_who_branches_from_a_commit_without_a_constitution_is_let_pass_in_plain_sight(stage: Stage) -> None:
    repo = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", ".specify/x": ""})
    stage.install(repo)
    stage.world.push(repo, "001-search", feature(text=plan("PASS", "FAIL")), author="eve")
    stage.world.push(repo, "main", SPEC_KIT, author="root")
    pull = stage.world.open_pull_request(repo, "001-search", author="eve")
    stage.drain(patience=30)
    run = stage.run(repo, pull.head_sha)
    assert (run.conclusion, run.title) == ("success", "Nothing blocks yet · 1 principle new since you branched")
    assert "**II. Test First (NON-NEGOTIABLE) is violated.**" in (run.summary or "")
    assert "an error once the branch is updated" in (run.summary or "")


def test_a_base_that_moved_in_other_ways_costs_no_second_read(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
    stage.world.push(ferry, "main", {"README.md": "# Another\n"}, author="root")
    stage.lose()
    mark = stage.world.requests.mark
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ, RUN, COMMENT]
    assert stage.run(ferry, pull.head_sha).conclusion == "failure"


def test_a_swept_head_that_something_blocks_takes_no_third_read(stage: Stage, ferry: Repository) -> None:
    pull = opened(stage, ferry, KNOWS)
    mark = stage.world.requests.mark
    amend(stage, ferry, {PATH: AMENDED})
    assert spent(stage, mark)[:4] == [READ, READ, READ, RUN], "the push, and the head that is only known by its number"
    assert "1 principle new since you branched" in (stage.run(ferry, pull.head_sha).title or "")


def test_what_cannot_be_softened_asks_for_nothing(stage: Stage, ferry: Repository) -> None:
    pull = opened(stage, ferry, plan())
    assert amend(stage, ferry, {PATH: AMENDED.replace(" (NON-NEGOTIABLE)", "")}) == Spent(calls=3, writes=1)
    assert stage.run(ferry, pull.head_sha).conclusion == "success"


def test_what_the_branch_knows_takes_a_second_read_where_something_blocks(stage: Stage, ferry: Repository) -> None:
    pull = opened(stage, ferry, plan())
    stage.world.push(ferry, "main", {PATH: AMENDED}, author="root")
    stage.drain(patience=30)
    mark = stage.world.requests.mark
    stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": KNOWS}, author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ, READ, RUN]
    assert stage.run(ferry, pull.head_sha).title == "Nothing blocks yet · 1 principle new since you branched"


def test_at_first_sight_it_comes_with_the_second_read(stage: Stage) -> None:
    config = {".github/app.yml": "plangate: {specs: [features]}\n"}
    repo = stage.world.create_repository("acme", "new", {"README.md": "#", **SPEC_KIT, **config})
    stage.world.push(repo, "001-search", feature("features/001-search", text=KNOWS), author="ada")
    stage.world.push(repo, "main", {PATH: AMENDED}, author="root")
    stage.world.install("acme", [repo])
    stage.lose()
    mark = stage.world.requests.mark
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ, READ, RUN]
    assert stage.run(repo, pull.head_sha).title == "Nothing blocks yet · 1 principle new since you branched"


@pytest.mark.parametrize(
    "deed", ["takes it away", "moves it away", "makes code of it", "empties it", "takes the principle out"]
)
def test_what_a_branch_does_to_the_constitution_makes_nothing_new(stage: Stage, ferry: Repository, deed: str) -> None:
    """The base has not moved: every principle was there when the branch left, whatever its own tree says."""
    done: dict[str, dict[str, str | bytes | None]] = {
        "takes it away": {PATH: None},
        "moves it away": {PATH: None, "docs/principles.md": CONSTITUTION},
        "makes code of it": {PATH: None, "src/principles.txt": CONSTITUTION},
        "empties it": {PATH: "# Constitution\n"},
        "takes the principle out": {PATH: CONSTITUTION.split("### II.", 1)[0] + "## Governance\n"},
    }
    stage.world.push(ferry, "001-search", {**feature(text=plan("PASS", "FAIL")), **done[deed]}, author="eve")
    pull = stage.world.open_pull_request(ferry, "001-search", author="eve")
    stage.drain()
    run = stage.run(ferry, pull.head_sha)
    assert run.conclusion == "failure"
    assert "NON-NEGOTIABLE principle violated" in (run.title or "")
    assert "new since" not in (run.summary or "")


OLD, OLD_TEMPLATE = "memory/constitution.md", "templates/plan-template.md"
CORE = ".specify/templates/plan-template.md"
PRESET = {".specify/presets/own/plan-template.md": TEMPLATE}
GONE: dict[str, str | bytes | None] = dict.fromkeys(PRESET)
WITHOUT = {CORE: SHORT, ".specify/memory/constitution.md": CONSTITUTION}
"""No Constitution Check is asked for by the template itself."""


@pytest.mark.parametrize(
    "deed",
    [
        {OLD: f"{CONSTITUTION}\n"},
        {OLD: None},
        {OLD: None, "docs/p.md": CONSTITUTION},
        {OLD: None, "p.py": CONSTITUTION},
    ],
)
def test_nor_does_it_where_the_base_has_it_elsewhere_by_now(stage: Stage, deed: dict[str, str | bytes | None]) -> None:
    """The base's own has another path, so nothing of it says what the touched one was."""
    repo = stage.world.create_repository("acme", "ferry", {OLD: CONSTITUTION, OLD_TEMPLATE: TEMPLATE})
    stage.install(repo)
    stage.world.push(repo, "001-search", {**feature(text=plan("PASS", "FAIL")), **deed}, author="eve")
    moved = {OLD: None, OLD_TEMPLATE: None, PATH: AMENDED, CORE: TEMPLATE}
    stage.world.push(repo, "main", moved, author="root")
    pull = stage.world.open_pull_request(repo, "001-search", author="eve")
    stage.drain(patience=30)
    run = stage.run(repo, pull.head_sha)
    assert run.title == "1 NON-NEGOTIABLE principle violated"
    assert "new since" not in (run.summary or "")


@pytest.mark.parametrize("deed", [{next(iter(PRESET)): f"{TEMPLATE}\n"}, GONE, {**GONE, "src/x.py": TEMPLATE}])
def test_nor_what_it_does_to_a_preset_that_the_base_has_no_more(
    stage: Stage, deed: dict[str, str | bytes | None]
) -> None:
    repo = stage.world.create_repository("acme", "ferry", {**WITHOUT, **PRESET})
    stage.install(repo)
    stage.world.push(repo, "001-search", {**feature(text=BARE), **deed}, author="eve")
    stage.world.push(repo, "main", {**GONE, CORE: TEMPLATE}, author="root")
    pull = stage.world.open_pull_request(repo, "001-search", author="eve")
    stage.drain(patience=30)
    assert stage.run(repo, pull.head_sha).title == "1 Constitution Check missing"


@pytest.mark.slow
def test_many_projects_at_once_are_all_held_to_their_own(stage: Stage) -> None:
    """More documents than one read brings: what did not come along must not seem to be absent where the branch left."""
    names = [f"apps/p{number:02}" for number in range(32)]
    kit = {f"{name}/{path}": text for name in names for path, text in SPEC_KIT.items()}
    config = {".github/app.yml": "plangate:\n  specs: [apps/*/specs]\n"}
    repo = stage.world.create_repository("acme", "ferry", {**kit, **config})
    stage.install(repo)
    for name in names:
        hers = feature(f"{name}/specs/001-search", plan("PASS", "FAIL"))
        stage.world.push(repo, "001-search", hers, author="eve")
    stage.world.push(repo, "main", {f"apps/p00/{PATH}": AMENDED}, author="root")
    stage.lose()
    mark = stage.world.requests.mark
    pull = stage.world.open_pull_request(repo, "001-search", author="eve")
    stage.drain()
    assert stage.run(repo, pull.head_sha).title == "32 NON-NEGOTIABLE principles violated"
    assert spent(stage, mark).count(READ) <= 6


def test_who_edits_the_constitution_is_held_to_the_base_s(stage: Stage, ferry: Repository) -> None:
    edited = CONSTITUTION.replace("## Governance", "## Governance of ours")
    stage.world.push(ferry, "001-search", {**feature(text=KNOWS), PATH: edited}, author="ada")
    stage.world.push(ferry, "main", {PATH: AMENDED}, author="root")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain(patience=30)
    run = stage.run(ferry, pull.head_sha)
    assert (run.conclusion, run.title) == ("failure", "1 NON-NEGOTIABLE principle violated")


def test_a_bare_branch_is_told_the_same(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(text=plan()), author="ada")
    stage.world.push(ferry, "main", {PATH: AMENDED}, author="root")
    stage.drain(patience=30)
    mark = stage.world.requests.mark
    sha = stage.world.push(ferry, "001-search", feature(text=KNOWS), author="ada")
    stage.drain()
    assert stage.run(ferry, sha).title == "Nothing blocks yet · 1 principle new since you branched"
    assert spent(stage, mark) == [READ, COMPARED, READ, RUN]


def test_a_change_too_large_to_be_listed_is_held_to_the_base_s(stage: Stage, ferry: Repository) -> None:
    """Whether it edits the constitution itself is not known, so nothing is softened."""
    crowd = {f"assets/{number}.svg": f"{number}\n" for number in range(300)}
    stage.world.push(ferry, "001-search", {**feature(text=KNOWS), **crowd}, author="ada")
    stage.world.push(ferry, "main", {PATH: AMENDED}, author="root")
    stage.drain(patience=30)
    run = stage.run(ferry, ferry.branch("001-search") or "")
    assert (run.conclusion, run.title) == ("failure", "1 NON-NEGOTIABLE principle violated")
