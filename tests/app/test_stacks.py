"""Pull requests on top of each other are held to what the stack goes to, whatever a lower layer says.

Each verdict is compared with a slow reference: a repository in which the lower layers are merged by hand, but for what
they do to constitution, templates and configuration, and in which the layer is a plain pull request.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.adapters.worktree.worktree import CheckOptions
from bot.desk.check import judge_copy
from tests.stage import CONSTITUTION, SPEC_KIT, TEMPLATE, feature, plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

Files = dict[str, str | None]

NO_SECOND = CONSTITUTION.replace("### II. Test First (NON-NEGOTIABLE)\n\nTests are written before the code.\n\n", "")
NO_GATE = TEMPLATE.replace("## Constitution Check", "## Notes")
WEAKENED: dict[str, Files] = {
    "constitution": {".specify/memory/constitution.md": NO_SECOND},
    "constitution removed": {".specify/memory/constitution.md": None},
    "template": {".specify/templates/plan-template.md": NO_GATE},
    "configuration": {".github/app.yml": "plangate:\n  mode: off\n"},
}
RED, GREEN = plan("PASS", "FAIL"), plan()
UNANSWERED = plan().replace("| II. Test First (NON-NEGOTIABLE) | PASS | tests come first |\n", "")


def layers(stage: Stage, repository: Repository, lowest: Files, base: str = "main") -> list[PullRequest]:
    """Three layers, the lowest with these files beside its feature."""
    opened, below = [], base
    for name, text, more in (("001-a", GREEN, lowest), ("002-b", RED, {}), ("003-c", RED, {})):
        files: Files = {**feature(f"specs/{name}", text), **more}
        stage.world.push(repository, name, files, author="ada", start=below)
        opened.append(stage.world.open_pull_request(repository, name, below, author="ada"))
        below = name
    return opened


def files_of(repository: Repository, sha: str) -> dict[str, bytes]:
    listing = repository.git.git("ls-tree", "-r", "-z", sha).decode().split("\0")
    lines = (line.partition("\t") for line in listing if line)
    return {path: repository.git.git("cat-file", "blob", facts.split()[2]) for facts, _, path in lines}


def is_standard(path: str) -> bool:
    return path.startswith(".specify/") or path == ".github/app.yml"


def by_hand(stage: Stage, pull: PullRequest, stack_base: str) -> tuple[str | None, str | None]:
    """Conclusion and title of the layer as a plain pull request onto what is there once the lower ones are merged."""
    repository, number = pull.base, len(stage.world.hub.state.repositories)
    standard = {path: data for path, data in files_of(repository, stack_base).items() if is_standard(path)}
    tip = repository.branch(pull.base_ref) or pull.base_sha
    left = repository.git.merge_base(tip, pull.head_sha) or tip
    before, base, head = (files_of(repository, sha) for sha in (left, tip, pull.head_sha))
    own = {path for path in before.keys() | head.keys() if before.get(path) != head.get(path)}
    merged = {path: data for path, data in base.items() if not is_standard(path)} | standard
    after: dict[str, bytes | None] = {path: head.get(path) for path in own}
    mirror = stage.world.create_repository("acme", f"mirror-{number}", merged)
    stage.world.add_repositories(next(iter(stage.world.hub.state.installations.values())), mirror)
    stage.drain()
    stage.world.push(mirror, pull.head_ref, after, author="ada")
    twin = stage.world.open_pull_request(mirror, pull.head_ref, author="ada")
    stage.drain(patience=30)
    run = stage.run(mirror, twin.head_sha)
    return run.conclusion, run.title


def expect(stage: Stage, repository: Repository, pull: PullRequest, stack_base: str) -> None:
    """The layer has a completed run, and it says what the reference says; of a shared commit, the worst."""
    stage.drain(patience=60)
    run = stage.run(repository, pull.head_sha)
    assert run.status == "completed"
    sharing = [twin for twin in repository.pulls.values() if twin.open and twin.head_sha == pull.head_sha]
    expected = [by_hand(stage, twin, stack_base) for twin in sharing]
    assert (run.conclusion, run.title) in expected
    assert (run.conclusion == "failure") == any(conclusion == "failure" for conclusion, _ in expected)


def tip(repository: Repository, branch: str = "main") -> str:
    sha = repository.branch(branch)
    assert sha is not None
    return sha


def reads_on_opening(stage: Stage, repository: Repository, branch: str, base: str) -> int:
    """How often a pull request is read for the event that tells of its opening."""
    mark = stage.world.requests.mark
    pull = stage.world.open_pull_request(repository, branch, base, author="ada")
    stage.drain()
    asked = [request.body["variables"] for request in stage.requests(mark) if request.is_graphql]
    return sum(variables.get("number") == pull.number for variables in asked)


def test_a_layer_costs_no_read_more_than_a_plain_pull_request(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-a", {**feature("specs/001-a", RED), **WEAKENED["constitution"]}, author="ada")
    stage.world.push(ferry, "002-b", feature("specs/002-b", RED), author="ada", start="001-a")
    stage.world.push(ferry, "003-c", feature("specs/003-c", RED), author="ada", start="002-b")
    stage.world.push(ferry, "004-d", feature("specs/004-d", RED), author="ada")
    stage.world.open_pull_request(ferry, "001-a", author="ada")
    stage.drain(patience=60)
    plain = reads_on_opening(stage, ferry, "004-d", "main")
    assert plain == 1
    assert reads_on_opening(stage, ferry, "002-b", "001-a") == plain
    assert reads_on_opening(stage, ferry, "003-c", "002-b") == plain


Judged = list[tuple["PullRequest", str]]
"""Pull requests, each with the commit whose constitution, templates and configuration hold for it."""


def on_main(ferry: Repository, opened: list[PullRequest]) -> Judged:
    return [(pull, tip(ferry, ferry.default_branch)) for pull in opened if pull.open]


def three_layers(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    return on_main(ferry, layers(stage, ferry, lowest))


def stacked(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    opened = layers(stage, ferry, lowest)
    stage.world.stack(*opened, author="ada")
    return on_main(ferry, opened)


def unstacked(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    opened = layers(stage, ferry, lowest)
    stage.world.unstack(stage.world.stack(*opened, author="ada"))
    return on_main(ferry, opened)


def retargeted(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    opened = layers(stage, ferry, lowest)
    stage.drain(patience=60)
    stage.world.retarget(opened[2], "main", author="ada")
    return on_main(ferry, opened)


def lowest_merged(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    opened = layers(stage, ferry, lowest)
    stage.world.stack(*opened, author="ada")
    stage.drain(patience=60)
    stage.world.merge(opened[0], author="ada", admin=True)
    assert opened[1].base_ref == ferry.default_branch
    return on_main(ferry, opened)


def whole_stack_merged(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    """What the stack brought holds for the next pull request."""
    stack = stage.world.stack(*layers(stage, ferry, lowest), author="ada")
    stage.drain(patience=60)
    stage.world.merge_stack(stack, author="ada", admin=True)
    stage.world.push(ferry, "004-d", feature("specs/004-d", UNANSWERED), author="ada")
    return [(stage.world.open_pull_request(ferry, "004-d", author="ada"), tip(ferry))]


def commit_in_two_stacks(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    opened = layers(stage, ferry, lowest)
    stage.world.push(ferry, "004-d", feature("specs/004-d"), author="ada", start="001-a")
    stage.world.open_pull_request(ferry, "004-d", author="ada")
    stage.world.push(ferry, "005-e", feature("specs/005-e"), author="ada", start="004-d")
    stage.world.open_pull_request(ferry, "005-e", "004-d", author="ada")
    stage.drain(patience=60)
    stage.world.open_pull_request(ferry, opened[2].head_ref, "005-e", author="bob")
    return on_main(ferry, opened)


def fork_on_a_layer(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    opened = layers(stage, ferry, lowest)
    fork = stage.world.fork(ferry, "eve")
    stage.world.push(fork, "004-d", feature("specs/004-d", RED), author="eve", start="003-c")
    return on_main(ferry, [stage.world.open_pull_request(ferry, "004-d", opened[2].head_ref, author="eve", fork=fork)])


def default_branch_renamed(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    opened = layers(stage, ferry, lowest)
    stage.drain(patience=60)
    stage.world.branch(ferry, "trunk", author="ada")
    ferry.default_branch = "trunk"
    stage.world.retarget(opened[0], "trunk", author="ada")
    stage.world.delete_branch(ferry, "main", author="ada")
    return on_main(ferry, opened)


def middle_closed(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    """A closed layer ends the chain."""
    opened = layers(stage, ferry, lowest)
    stage.drain(patience=60)
    stage.world.close_pull_request(opened[1], author="ada")
    return [(opened[0], tip(ferry)), (opened[2], tip(ferry, "002-b"))]


def base_not_governed(stage: Stage, ferry: Repository, lowest: Files) -> Judged:
    """Another base than the default branch is the stack's own."""
    stage.world.push(ferry, "develop", {".specify/memory/constitution.md": NO_SECOND}, author="ada")
    return [(pull, tip(ferry, "develop")) for pull in layers(stage, ferry, lowest, "develop")]


SCENARIOS: dict[str, tuple[Callable[[Stage, Repository, Files], Judged], Files]] = {
    "three layers": (three_layers, {}),
    **{f"the lowest weakens: {name}": (three_layers, files) for name, files in WEAKENED.items()},
    "stacked on GitHub": (stacked, WEAKENED["constitution"]),
    "unstacked": (unstacked, WEAKENED["constitution"]),
    "unstacked, configuration": (unstacked, WEAKENED["configuration"]),
    "retargeted": (retargeted, WEAKENED["constitution"]),
    "retargeted, configuration": (retargeted, WEAKENED["configuration"]),
    "the lowest is merged": (lowest_merged, WEAKENED["constitution"]),
    "the lowest is merged, configuration": (lowest_merged, WEAKENED["configuration"]),
    "the whole stack is merged": (whole_stack_merged, WEAKENED["constitution"]),
    "one commit in two stacks": (commit_in_two_stacks, WEAKENED["constitution"]),
    "one commit in two stacks, configuration": (commit_in_two_stacks, WEAKENED["configuration"]),
    "a fork on a layer": (fork_on_a_layer, WEAKENED["constitution"]),
    "the default branch is renamed": (default_branch_renamed, WEAKENED["constitution"]),
    "the default branch is renamed, configuration": (default_branch_renamed, WEAKENED["configuration"]),
    "the middle is closed": (middle_closed, WEAKENED["constitution"]),
    "the base is not governed": (base_not_governed, WEAKENED["template"]),
}
LAYERS_STAY_RED = {name for name in SCENARIOS if name.startswith(("three layers", "the lowest weakens", "a fork"))}


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_layer_is_judged_as_if_the_lower_ones_were_merged_by_hand(
    stage: Stage, ferry: Repository, scenario: str
) -> None:
    act, lowest = SCENARIOS[scenario]
    judged = act(stage, ferry, lowest)
    for pull, stack_base in judged:
        expect(stage, ferry, pull, stack_base)
    if scenario in LAYERS_STAY_RED:
        upper = [pull for pull, _ in judged if pull.head_ref != "001-a"]
        assert {stage.run(ferry, pull.head_sha).conclusion for pull in upper} == {"failure"}
    if scenario == "the whole stack is merged":
        assert stage.run(ferry, judged[0][0].head_sha).conclusion == "success"


@pytest.mark.one_in(3)
@pytest.mark.parametrize("weakened", WEAKENED)
def test_a_merge_group_of_the_lowest_layer_is_held_to_the_base(stage: Stage, ferry: Repository, weakened: str) -> None:
    opened = layers(stage, ferry, WEAKENED[weakened])
    stage.drain(patience=60)
    group = stage.world.enqueue(opened[0], author="ada")
    stage.drain(patience=60)
    conclusion, _ = by_hand(stage, opened[0], tip(ferry))
    assert stage.run(ferry, group.head_sha).conclusion == conclusion


def test_a_base_that_configures_itself_ends_the_stack(stage: Stage) -> None:
    config = "plangate:\n  self_configured: [release/*]\n"
    repository = stage.world.create_repository("acme", "boat", {**SPEC_KIT, ".github/app.yml": config})
    stage.install(repository)
    strict = "plangate:\n  unmatched: require-feature\n"
    stage.world.push(repository, "release/1", {".github/app.yml": strict}, author="ada")
    opened = layers(stage, repository, WEAKENED["configuration"], "release/1")
    for pull in opened[1:]:
        expect(stage, repository, pull, tip(repository, "release/1"))
        assert stage.run(repository, pull.head_sha).conclusion == "failure"


def test_a_release_begins_no_chain(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "develop", {".specify/memory/constitution.md": NO_SECOND}, author="ada")
    stage.world.open_pull_request(ferry, "develop", author="ada")
    stage.world.push(ferry, "001-a", feature("specs/001-a", UNANSWERED), author="ada", start="develop")
    pull = stage.world.open_pull_request(ferry, "001-a", "develop", author="ada")
    expect(stage, ferry, pull, tip(ferry, "develop"))
    assert stage.run(ferry, pull.head_sha).conclusion == "success"


@pytest.mark.slow
@pytest.mark.parametrize(("depth", "deep"), [(10, False), (11, True)])
def test_ten_layers_are_read_and_more_is_said(stage: Stage, ferry: Repository, depth: int, *, deep: bool) -> None:
    below = "main"
    for number in range(1, depth + 2):
        name = f"{number:03}-x"
        more: Files = WEAKENED["constitution"] if number == 1 else {}
        text = RED if number == depth + 1 else GREEN
        stage.world.push(ferry, name, {**feature(f"specs/{name}", text), **more}, author="ada", start=below)
        pull = stage.world.open_pull_request(ferry, name, below, author="ada")
        below = name
    stage.drain(patience=60)
    run = stage.run(ferry, pull.head_sha)
    assert run.conclusion == "failure"
    assert ("too deep" in (run.summary or "") + (run.text or "")) == deep


@pytest.mark.one_in(3)
@pytest.mark.parametrize("weakened", WEAKENED)
def test_the_desk_says_the_same(stage: Stage, ferry: Repository, tmp_path: Path, weakened: str) -> None:
    opened = layers(stage, ferry, WEAKENED[weakened])
    stage.drain(patience=60)
    for pull in opened[1:]:
        folder = tmp_path / pull.head_ref
        url = stage.world.clone_url(ferry, "ada")
        subprocess.run(["git", "clone", "-q", "-b", pull.head_ref, url, str(folder)], check=True)
        options = CheckOptions(base=f"origin/{pull.base_ref}", stack_base="origin/main")
        judged = judge_copy(folder, options)
        run = stage.run(ferry, pull.head_sha)
        assert judged.report.conclusion == run.conclusion
        assert judged.digest.partition(":")[2][:16] == run.external_id.split("/")[-2]
