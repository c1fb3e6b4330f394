"""The check run `plangate config`, on the pull request that changes a configuration file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.faults import Fault
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.sandbox.state import CheckRun, PullRequest, Repository
    from tests.stage import Stage

GOOD = "plangate:\n  mode: advise\n"
BROKEN = "plangate:\n  artefacts: {}\n  rules:\n    number-collision: fatal\n"


def app_yml(text: str | None) -> dict[str, str | None]:
    """A repository's configuration."""
    return {".github/app.yml": text}


def proposed(stage: Stage, repo: Repository, text: str | None, path: str = ".github/app.yml") -> PullRequest:
    """A pull request that brings a configuration file, looked at."""
    stage.world.push(repo, "settings", {path: text}, author="ada")
    pull = stage.world.open_pull_request(repo, "settings", author="ada")
    stage.drain(patience=10)
    return pull


def told(stage: Stage, repo: Repository, pull: PullRequest) -> list[CheckRun]:
    """The runs of that name on the head, the newest first."""
    return [run for run in stage.runs(repo, pull.head_sha) if run.name == "plangate config"]


class TestThePullRequestThatChangesIt:
    def test_every_mistake_is_told_on_its_line_and_column(self, stage: Stage, ferry: Repository) -> None:
        (run,) = told(stage, ferry, proposed(stage, ferry, BROKEN))
        assert (run.conclusion, run.title) == ("failure", "app.yml: 2 mistakes · the defaults stay in force")
        notes = [(note["path"], note["start_line"], note["start_column"], note["title"]) for note in run.annotations]
        assert notes == [
            (".github/app.yml", 2, 3, "Unknown key artefacts"),
            (".github/app.yml", 4, 23, "Number-collision cannot be fatal"),
        ]
        assert "Did you mean `artifacts`?" in (run.summary or "")

    def test_it_is_judged_as_before_whatever_the_file_says(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", app_yml(GOOD), author="root")
        pull = proposed(stage, ferry, BROKEN)
        (run,) = told(stage, ferry, pull)
        assert run.title == "app.yml: 2 mistakes · main's version stays in force"
        (verdict,) = [run for run in stage.runs(ferry, pull.head_sha) if run.name == "plangate"]
        assert verdict.conclusion == "success"

    def test_mending_it_turns_the_run_green(self, stage: Stage, ferry: Repository) -> None:
        pull = proposed(stage, ferry, BROKEN)
        stage.world.push(ferry, "settings", app_yml(GOOD), author="ada")
        stage.drain(patience=10)
        (run,) = told(stage, ferry, pull)
        assert (run.conclusion, run.title) == ("success", "app.yml: no mistakes")
        assert "it holds once it is on `main`" in (run.summary or "")

    def test_nothing_is_written_twice(self, stage: Stage, ferry: Repository) -> None:
        pull = proposed(stage, ferry, BROKEN)
        stage.replay()
        stage.drain(patience=10)
        assert len(told(stage, ferry, pull)) == 1

    def test_re_run_writes_it_anew(self, stage: Stage, ferry: Repository) -> None:
        pull = proposed(stage, ferry, BROKEN)
        (run,) = told(stage, ferry, pull)
        stage.world.rerequest(ferry, run, author="ada")
        stage.drain(patience=10)
        assert len(told(stage, ferry, pull)) == 2

    def test_removing_it_is_no_mistake(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", app_yml(GOOD), author="root")
        (run,) = told(stage, ferry, proposed(stage, ferry, None))
        assert (run.conclusion, run.title) == ("success", "app.yml: removed")

    def test_a_file_that_is_no_text_is_a_mistake_not_an_absence(self, stage: Stage, ferry: Repository) -> None:
        (run,) = told(stage, ferry, proposed(stage, ferry, "plangate:\n  mode: \0\n"))
        assert run.conclusion == "failure"

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (GOOD.encode("utf-16"), "line 1, column 1**: the file is not UTF-8 text. Save it as UTF-8."),
            (b"plangate:\n  # caf\xe9\n", "line 1, column 1**: the file is not UTF-8 text. Save it as UTF-8."),
            (b"plangate:\n" + b"# x\n" * 300_000, "line 1, column 1**: the file is too large. Keep it within 64 KB."),
            (b"plangate:\n" + b"# x\n" * 20_000, "line 1, column 1**: the file is too large. Keep it within 64 KB."),
        ],
        ids=["UTF-16", "Latin-1", "more than a megabyte", "more than 64 KB"],
    )
    def test_a_file_that_cannot_be_read_is_told_why(
        self, stage: Stage, ferry: Repository, content: bytes, said: str
    ) -> None:
        stage.world.push(ferry, "settings", {".github/app.yml": content}, author="ada")
        pull = stage.world.open_pull_request(ferry, "settings", author="ada")
        stage.drain(patience=10)
        (run,) = told(stage, ferry, pull)
        assert run.conclusion == "failure"
        assert said in (run.summary or "")

    def test_a_second_file_is_not_said_to_hold(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", app_yml(GOOD), author="root")
        (run,) = told(stage, ferry, proposed(stage, ferry, GOOD, "app.yml"))
        assert (run.conclusion, run.title) == ("success", "app.yml: not in force")
        assert "since `.github/app.yml` comes first" in (run.summary or "")

    def test_the_manifest_of_another_app_is_not_ours_to_judge(self, stage: Stage, ferry: Repository) -> None:
        assert told(stage, ferry, proposed(stage, ferry, "name: ferry-bot\nhooks: [\n", "app.yml")) == []

    def test_other_pull_requests_get_no_such_run(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        assert told(stage, ferry, pull) == []

    def test_a_locked_key_is_told(self, stage: Stage) -> None:
        rules = stage.world.create_repository("acme", ".github", app_yml("plangate:\n  locked: [mode]\n"))
        repo = stage.world.create_repository("acme", "ferry", {"README.md": "#", **SPEC_KIT})
        stage.world.install("acme", [rules, repo])
        stage.drain()
        (run,) = told(stage, repo, proposed(stage, repo, "plangate:\n  mode: off\n"))
        assert run.conclusion == "failure"
        assert "mode is locked by acme/.github" in (run.annotations[0]["title"] + (run.summary or "")).replace("\\", "")

    def test_the_owners_repository_may_lock(self, stage: Stage) -> None:
        rules = stage.world.create_repository("acme", ".github", {"README.md": "#"})
        stage.world.install("acme", [rules])
        stage.drain()
        (run,) = told(stage, rules, proposed(stage, rules, "plangate:\n  locked: [mode]\n  ungoverned: silent\n"))
        assert run.conclusion == "success"

    def test_a_bad_day_leaves_no_run_that_says_something_else(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "settings", app_yml(BROKEN), author="ada")
        pull = stage.world.open_pull_request(ferry, "settings", author="ada")
        stage.world.faults.add(Fault("graphql", 502, times=2))
        stage.drain(patience=60)
        assert [run.conclusion for run in told(stage, ferry, pull)] == ["failure"]


class TestOnTheDefaultBranch:
    def test_while_it_is_broken_every_report_says_since_when(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", app_yml(GOOD), author="root")
        stage.drain(patience=10)
        broke = stage.world.push(ferry, "main", app_yml("plangate:\n  mode: maybe\n"), author="root")
        stage.drain(patience=10)
        stage.world.push(ferry, "main", {"README.md": "# Ferry\n\nMore.\n"}, author="root")
        stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain(patience=10)
        (run,) = stage.runs(ferry, pull.head_sha)
        assert run.conclusion == "neutral"
        assert f"`.github/app.yml` on `main` is broken since `{broke[:7]}` (line 2: mode cannot be maybe)" in (
            run.summary or ""
        )

    @pytest.mark.parametrize(
        "text", ['"plangate":\n  mode: [\n', "\ufeffplangate:\n  mode: [\n", "{plangate: {mode: off\n"]
    )
    def test_the_last_good_one_holds_however_the_key_is_written(
        self, stage: Stage, ferry: Repository, text: str
    ) -> None:
        stage.world.push(ferry, "main", app_yml(GOOD), author="root")
        stage.drain(patience=10)
        stage.world.push(ferry, "main", app_yml(text), author="root")
        stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain(patience=10)
        assert stage.run(ferry, pull.head_sha).conclusion == "neutral"

    def test_of_several_commits_none_is_blamed(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", app_yml(GOOD), author="root")
        stage.drain(patience=10)
        stage.world.push(ferry, "main", app_yml("plangate:\n  mode: maybe\n"), author="root")
        stage.world.push(ferry, "main", {"README.md": "# Ferry\n\nMore.\n"}, author="root")
        stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain(patience=10)
        assert "on `main` is broken (line 2: mode cannot be maybe)" in (stage.run(ferry, pull.head_sha).summary or "")

    def test_a_file_that_broke_at_once_leaves_the_defaults_in_force(self, stage: Stage, ferry: Repository) -> None:
        stage.world.push(ferry, "main", app_yml("plangate:\n  mode: maybe\n"), author="root")
        stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain(patience=10)
        (run,) = stage.runs(ferry, pull.head_sha)
        assert run.conclusion == "failure"
        assert "Judged by the defaults, as before." in (run.summary or "")

    def test_mending_it_brings_the_verdict_by_itself(self, stage: Stage) -> None:
        files = {"README.md": "#", **SPEC_KIT, **app_yml("plangate: {mode: maybe}\n")}
        repo = stage.world.create_repository("acme", "new", files)
        stage.world.install("acme", [repo])
        stage.world.push(repo, "001-search", feature(text=plan("FAIL")), author="ada")
        pull = stage.world.open_pull_request(repo, "001-search", author="ada")
        stage.drain(patience=10)
        run = stage.run(repo, pull.head_sha)
        assert (run.conclusion, run.title) == ("action_required", "app.yml is broken: an admin is needed")
        assert "line 1, column 18: mode cannot be maybe" in (run.summary or "")
        assert stage.comments(repo, pull.number) == []
        stage.world.push(repo, "main", app_yml(GOOD), author="root")
        stage.drain(patience=10)
        assert stage.run(repo, pull.head_sha).conclusion == "neutral"
