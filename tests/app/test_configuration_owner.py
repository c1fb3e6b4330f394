"""The owner's `.github` repository: one file for all of an account's, present, absent, or not to be told yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.forge.outcome import Done, Retry
from bot.sandbox.faults import Fault
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import Installation, PullRequest, Repository
    from tests.stage import Stage

FAILING = feature(text=plan("FAIL"))
ADVISE = "plangate:\n  mode: advise\n"


def app_yml(text: str) -> dict[str, str]:
    """A repository's configuration."""
    return {".github/app.yml": text}


def owners(stage: Stage, text: str, *, private: bool = False) -> Repository:
    """The owner's repository."""
    files = {"README.md": "# Us\n", **app_yml(text)}
    return stage.world.create_repository("acme", ".github", files, private=private)


def ferry(stage: Stage, files: dict[str, str] | None = None) -> Repository:
    """A public repository with Spec Kit."""
    return stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT, **(files or {})})


def installed(stage: Stage, *repositories: Repository) -> Installation:
    """The App on some of acme's repositories, which it has looked at."""
    installation = stage.world.install("acme", list(repositories))
    stage.drain(patience=10)
    return installation


def failing(stage: Stage, repo: Repository) -> PullRequest:
    """A pull request that blocks by the defaults, looked at."""
    stage.world.push(repo, "001-search", FAILING, author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain(patience=10)
    return pull


def conclusion(stage: Stage, repo: Repository, pull: PullRequest) -> str | None:
    return stage.run(repo, pull.head_sha).conclusion


def summary(stage: Stage, repo: Repository, pull: PullRequest) -> str:
    return stage.run(repo, pull.head_sha).summary or ""


class TestPresent:
    def test_what_it_says_holds_in_every_repository(self, stage: Stage) -> None:
        repo = ferry(stage)
        installed(stage, owners(stage, ADVISE), repo)
        pull = failing(stage, repo)
        assert conclusion(stage, repo, pull) == "neutral"
        assert "Judged by `acme/.github:.github/app.yml` at `main@" in summary(stage, repo, pull)

    def test_the_repository_is_nearer(self, stage: Stage) -> None:
        repo = ferry(stage, app_yml("plangate:\n  mode: enforce\n"))
        installed(stage, owners(stage, ADVISE), repo)
        assert conclusion(stage, repo, failing(stage, repo)) == "failure"

    def test_but_for_what_is_locked(self, stage: Stage) -> None:
        repo = ferry(stage, app_yml("plangate:\n  mode: off\n"))
        installed(stage, owners(stage, "plangate:\n  locked: [mode]\n"), repo)
        assert conclusion(stage, repo, failing(stage, repo)) == "failure"

    def test_it_is_read_once_for_many_pull_requests(self, stage: Stage) -> None:
        repo = ferry(stage)
        installed(stage, owners(stage, ADVISE), repo)
        failing(stage, repo)
        mark = stage.world.requests.mark
        stage.world.push(repo, "001-search", {"specs/001-search/plan.md": plan("FAIL") + "\n"}, author="ada")
        stage.drain(patience=10)
        reads = [one for one in stage.requests(mark) if one.operation == "graphql"]
        assert len(reads) == 1

    def test_changing_it_reaches_the_open_pull_requests_of_every_repository(self, stage: Stage) -> None:
        repo, rules = ferry(stage), owners(stage, "plangate: {}\n")
        installed(stage, rules, repo)
        pull = failing(stage, repo)
        assert conclusion(stage, repo, pull) == "failure"
        stage.world.push(rules, "main", app_yml(ADVISE), author="root")
        stage.drain(patience=30)
        assert conclusion(stage, repo, pull) == "neutral"

    def test_deleting_it_brings_the_defaults_back(self, stage: Stage) -> None:
        repo, rules = ferry(stage), owners(stage, ADVISE)
        installed(stage, rules, repo)
        pull = failing(stage, repo)
        stage.world.push(rules, "main", {".github/app.yml": None}, author="root")
        stage.drain(patience=30)
        assert conclusion(stage, repo, pull) == "failure"

    def test_the_token_for_it_may_only_read(self, stage: Stage) -> None:
        repo = ferry(stage)
        installed(stage, owners(stage, ADVISE), repo)
        failing(stage, repo)
        bodies = [one.body for one in stage.world.requests.since(0) if one.is_token]
        asked = [body["permissions"] for body in bodies if body.get("repositories") == [".github"]]
        assert asked
        assert all(rights == {"contents": "read", "metadata": "read"} for rights in asked)


class TestAbsent:
    def test_outside_the_installation_it_says_nothing(self, stage: Stage) -> None:
        repo = ferry(stage)
        owners(stage, "plangate:\n  mode: off\n")
        installed(stage, repo)
        pull = failing(stage, repo)
        assert conclusion(stage, repo, pull) == "failure"
        assert ".github:" not in summary(stage, repo, pull)

    def test_adding_it_to_the_installation_makes_it_count(self, stage: Stage) -> None:
        repo, rules = ferry(stage), owners(stage, ADVISE)
        installation = installed(stage, repo)
        pull = failing(stage, repo)
        stage.world.add_repositories(installation, rules)
        stage.drain(patience=30)
        assert conclusion(stage, repo, pull) == "neutral"

    def test_a_repository_that_was_never_there_costs_one_token_and_no_read(self, stage: Stage) -> None:
        repo = ferry(stage)
        installed(stage, repo)
        mark = stage.world.requests.mark
        failing(stage, repo)
        assert not [one for one in stage.world.requests.since(mark) if one.body and "repositories" in one.body]


class TestGone:
    @pytest.mark.parametrize("how", ["removed from the installation", "deleted"])
    def test_what_was_seen_once_holds_on_and_is_said(self, stage: Stage, how: str) -> None:
        repo, rules = ferry(stage), owners(stage, ADVISE)
        installation = installed(stage, rules, repo)
        if how == "deleted":
            stage.world.delete_repository(rules)
        else:
            stage.world.remove_repositories(installation, rules)
        stage.drain()
        stage.world.advance(2 * 3_600)
        pull = failing(stage, repo)
        assert conclusion(stage, repo, pull) == "neutral"
        assert "`acme/.github:.github/app.yml` on `main` was read before, and this App can no longer see it" in summary(
            stage, repo, pull
        )


class TestBroken:
    def test_the_last_good_one_holds_and_it_is_said(self, stage: Stage) -> None:
        repo, rules = ferry(stage), owners(stage, ADVISE)
        installed(stage, rules, repo)
        pull = failing(stage, repo)
        stage.world.push(rules, "main", app_yml("plangate:\n  mode: maybe\n"), author="root")
        stage.drain(patience=30)
        assert conclusion(stage, repo, pull) == "neutral"
        assert "`acme/.github:.github/app.yml` on `main` is broken (line 2: mode cannot be maybe)" in summary(
            stage, repo, pull
        )

    def test_one_that_was_never_good_is_left_out_and_it_is_said(self, stage: Stage) -> None:
        repo = ferry(stage)
        installed(stage, owners(stage, "plangate:\n  mode: maybe\n"), repo)
        pull = failing(stage, repo)
        assert conclusion(stage, repo, pull) == "failure"
        assert "Judged by the defaults" in summary(stage, repo, pull)

    def test_a_private_one_does_not_tell_its_mistake_in_public(self, stage: Stage) -> None:
        repo = ferry(stage)
        installed(stage, owners(stage, "plangate:\n  mode: confidential\n", private=True), repo)
        pull = failing(stage, repo)
        said = summary(stage, repo, pull)
        assert "`acme/.github:.github/app.yml` on `main` is broken." in said
        assert "confidential" not in said


class TestUnknown:
    """GitHub does not answer: no red run, no wrong word; the verdict comes when it answers again."""

    @pytest.mark.parametrize(
        "fault",
        [
            Fault("graphql", 502, times=2),
            Fault("graphql", 403, "Resource not accessible by integration"),
            Fault("graphql", cut=True),
            Fault("apps/create-installation-access-token", 502),
            Fault("apps/create-installation-access-token", 403, "Forbidden"),
            Fault("apps/create-installation-access-token", cut=True),
        ],
        ids=["502", "403", "cut", "token 502", "token 403", "token cut"],
    )
    def test_nothing_is_said_until_it_is_known(self, stage: Stage, fault: Fault) -> None:
        repo = ferry(stage)
        stage.world.install("acme", [owners(stage, ADVISE), repo])
        stage.lose()
        stage.world.push(repo, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        stage.world.faults.add(fault)
        assert [type(outcome) for outcome in stage.drain()] == [Retry]
        assert stage.runs(repo, pull.head_sha) == []
        assert set(map(type, stage.drain(patience=70))) == {Done}
        assert [run.conclusion for run in stage.runs(repo, pull.head_sha)] == ["neutral"]

    def test_the_last_good_one_holds_meanwhile(self, stage: Stage) -> None:
        repo = ferry(stage)
        installed(stage, owners(stage, ADVISE), repo)
        stage.world.advance(2 * 3_600)
        stage.world.push(repo, "001-search", FAILING, author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        stage.world.faults.add(Fault("apps/create-installation-access-token", 502))
        assert set(map(type, stage.drain(patience=10))) == {Done}
        assert conclusion(stage, repo, pull) == "neutral"
        assert "broken" not in summary(stage, repo, pull)


class TestItself:
    def test_the_owners_repository_may_lock_keys_and_is_judged_like_any_other(self, stage: Stage) -> None:
        rules = stage.world.create_repository(
            "acme", ".github", {**SPEC_KIT, **app_yml("plangate:\n  locked: [mode]\n  ungoverned: silent\n")}
        )
        installed(stage, rules)
        pull = failing(stage, rules)
        assert conclusion(stage, rules, pull) == "failure"
        assert "broken" not in summary(stage, rules, pull)
