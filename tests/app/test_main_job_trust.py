"""No pull request can weaken its own gate, nor open a second door beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

OFF = {".github/app.yml": "plangate:\n  mode: off\n"}
FAILING = {**feature(), "specs/001-search/plan.md": plan("FAIL")}


def failing(stage: Stage, repo: Repository, files: dict[str, str] | None = None) -> PullRequest:
    """A pull request that fails against `main`."""
    stage.world.push(repo, "001-search", {**FAILING, **(files or {})}, author="mallory")
    pull = stage.world.open_pull_request(repo, "001-search", author="mallory")
    stage.drain()
    assert stage.run(repo, pull.head_sha).conclusion == "failure"
    return pull


class TestTwoBases:
    def test_a_second_pull_request_to_a_lax_base_leaves_the_commit_red(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "lax", OFF, author="mallory")
        pull = failing(stage, ferry)
        second = stage.world.open_pull_request(ferry, "001-search", "lax", author="mallory")
        stage.drain(patience=10)
        assert second.head_sha == pull.head_sha
        assert stage.run(ferry, pull.head_sha).conclusion == "failure"

    def test_nor_does_the_same_commit_on_another_branch(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "lax", OFF, author="mallory")
        pull = failing(stage, ferry)
        stage.world.branch(ferry, "innocent", pull.head_sha, author="mallory")
        stage.world.open_pull_request(ferry, "innocent", "lax", author="mallory")
        stage.drain(patience=10)
        assert stage.run(ferry, pull.head_sha).conclusion == "failure"

    def test_closing_the_honest_one_does_not_turn_the_other_green_against_main(
        self, stage: Stage, ferry: Repository
    ) -> None:
        stage.world.push(ferry, "lax", OFF, author="mallory")
        pull = failing(stage, ferry)
        stage.world.open_pull_request(ferry, "001-search", "lax", author="mallory")
        stage.world.close_pull_request(pull, author="mallory")
        stage.drain(patience=10)
        assert stage.run(ferry, pull.head_sha).conclusion == "failure"

    def test_a_stranger_cannot_turn_a_green_commit_red_by_a_strict_base(self, stage: Stage, ferry: Repository) -> None:
        strict = SPEC_KIT[".specify/memory/constitution.md"].replace(
            "## Governance", "### III. Never (NON-NEGOTIABLE)\n\nNothing is allowed.\n\n## Governance"
        )
        stage.world.push(ferry, "strict", {".specify/memory/constitution.md": strict}, author="mallory")
        stage.world.push(ferry, "001-search", feature(text=plan("FAIL", rows="| I. Library First | why | what |\n")))
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        before = stage.run(ferry, pull.head_sha).conclusion
        stage.world.open_pull_request(ferry, "001-search", "strict", author="mallory")
        stage.drain(patience=10)
        assert stage.run(ferry, pull.head_sha).conclusion == before


class TestConfiguration:
    def test_the_head_cannot_switch_itself_off(self, stage: Stage, ferry: Repository) -> None:
        failing(stage, ferry, OFF)

    def test_nor_change_its_constitution_or_template(self, stage: Stage, ferry: Repository) -> None:
        failing(stage, ferry, {".specify/memory/constitution.md": "# None\n"})

    def test_the_default_branch_can_advise(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", {".github/app.yml": "plangate:\n  mode: advise\n"}, author="root")
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        assert stage.run(ferry, pull.head_sha).conclusion == "neutral"
        assert stage.comments(ferry, pull.number) == []

    def test_the_default_branch_can_name_a_base_that_speaks_for_itself(self, stage: Stage, ferry: Repository) -> None:
        listed = {".github/app.yml": "plangate:\n  self_configured: [lax]\n"}
        stage.world.push(ferry, "main", listed, author="root")
        stage.world.push(ferry, "lax", OFF, author="root")
        stage.world.push(ferry, "001-search", FAILING, author="ada", start="lax")
        pull = stage.world.open_pull_request(ferry, "001-search", "lax", author="ada")
        stage.drain()
        assert stage.run(ferry, pull.head_sha).conclusion == "success"

    def test_changing_it_on_the_default_branch_reaches_open_pull_requests(
        self, stage: Stage, ferry: Repository
    ) -> None:
        pull = failing(stage, ferry)
        stage.world.push(ferry, "main", OFF, author="root")
        stage.drain(patience=10)
        assert stage.run(ferry, pull.head_sha).conclusion == "success"

    def test_a_broken_file_leaves_the_last_good_one_in_force(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", {".github/app.yml": "plangate:\n  mode: advise\n"}, author="root")
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain(patience=10)
        stage.world.push(ferry, "main", {".github/app.yml": "plangate:\n  mode: maybe\n"}, author="root")
        stage.drain(patience=10)
        run = stage.run(ferry, pull.head_sha)
        assert run.conclusion == "neutral"
        assert "is broken since" in (run.summary or "")

    def test_a_file_that_was_never_good_asks_for_an_admin(self, stage: Stage) -> None:
        broken = {".github/app.yml": "plangate: {mode: maybe}\n"}
        repo = stage.world.create_repository("acme", "new", {"README.md": "#", **SPEC_KIT, **broken})
        stage.install(repo)
        stage.world.push(repo, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        stage.world.push(repo, "docs", {"README.md": "# More\n"}, author="ada")
        other = stage.world.open_pull_request(repo, "docs", author="ada")
        stage.drain()
        run = stage.run(repo, pull.head_sha)
        assert (run.conclusion, run.title) == ("action_required", "app.yml is broken: an admin is needed")
        assert stage.run(repo, other.head_sha).conclusion == "success"

    def test_other_specs_roots_are_read_too(self, stage: Stage) -> None:
        config = {".github/app.yml": "plangate:\n  specs: [docs/features]\n"}
        repo = stage.world.create_repository("acme", "new", {"README.md": "#", **SPEC_KIT, **config})
        stage.install(repo)
        files = feature("docs/features/001-search", plan("FAIL"))
        stage.world.push(repo, "001-search", files, author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        stage.drain()
        run = stage.run(repo, pull.head_sha)
        assert run.title == "1 violation unjustified"
        assert run.annotations[0]["path"] == "docs/features/001-search/plan.md"
