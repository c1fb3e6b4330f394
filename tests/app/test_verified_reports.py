"""A report that the App stored is verified in a clone, with the waivers and the first sight that only the App knows."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.cli import main
from tests.app.test_configuration_owner import failing, installed, owners
from tests.app.test_same_verdict import CHANGES
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage


def verified(stage: Stage, pull: PullRequest, folder: Path, capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    """What `plangate verify` prints of the App's report on a head; the test fails for another exit code."""
    repo = pull.base
    stored = stage.store.report(repo.id, pull.head_sha)
    assert stored is not None
    if not folder.exists():
        subprocess.run(["git", "clone", "-q", stage.world.clone_url(repo, "acme"), str(folder)], check=True)
    file = folder.parent / "report.json"
    file.write_text(stored.report, encoding="utf-8")
    found = main(["verify", str(file), "--repo", str(folder)])
    out, err = capsys.readouterr()
    assert found == code, out + err
    return out


@pytest.mark.parametrize("name", ["complete", "violated", "promised", "edits another", "moves another", "two"])
def test_the_apps_report_is_verified(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    repo = _repository(stage)
    stage.world.push(repo, "001-search", CHANGES[name], author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain()
    out = verified(stage, pull, tmp_path / "clone", capsys)
    assert out.startswith("verified: ")
    assert "that the branch is 001-search" in out


def test_a_waiver_is_taken_from_the_report_and_its_giver_is_not_verified(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = _repository(stage)
    stage.world.push(repo, "001-search", feature(text=plan("FAIL")), author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain(patience=10)
    stage.world.user("mona", role="maintain", repository=repo)
    order = "/plan waive unjustified-violation the index is bought and not built"
    stage.world.comment(repo, pull.number, order, author="mona")
    stage.drain(patience=10)
    assert stage.run(repo, pull.head_sha).conclusion == "success"
    out = verified(stage, pull, tmp_path / "clone", capsys)
    assert "that mona (maintain) waived unjustified-violation: the index is bought and not built" in out


def test_the_first_sight_is_taken_from_the_report(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = _repository(stage)
    stage.world.push(repo, "000-old", {"specs/000-old/plan.md": plan("FAIL")}, author="ada")
    pull = stage.world.open_pull_request(repo, "000-old", author="ada")
    stage.drain()
    out = verified(stage, pull, tmp_path / "clone", capsys)
    assert "that 1 folder was there when the App first saw the repository on " in out


def test_a_private_owners_configuration_is_not_shown_and_decides_nothing(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
    installed(stage, owners(stage, "plangate:\n  mode: advise\n", private=True), repo)
    pull = failing(stage, repo)
    assert stage.run(repo, pull.head_sha).conclusion == "neutral"
    stored = stage.store.report(repo.id, pull.head_sha)
    assert stored is not None
    configuration = {layer["rank"]: layer["settings"] for layer in json.loads(stored.report)["inputs"]["configuration"]}
    assert configuration["owner"] is None
    out = verified(stage, pull, tmp_path / "clone", capsys, code=2)
    assert out.startswith("not decided: ")
    assert "The owner's configuration is private" in out


def test_a_pull_request_from_before_the_app_is_advised(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
    stage.world.push(repo, "001-search", feature(text=plan("FAIL")), author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.world.advance(3600)
    stage.install(repo)
    stage.drain()
    out = verified(stage, pull, tmp_path / "clone", capsys)
    assert "that the mode is advise, because the pull request is older than the App here" in out


def test_the_report_on_a_branch_says_where_it_left_its_base(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = _repository(stage)
    left = repo.refs["refs/heads/main"]
    sha = stage.world.push(repo, "001-search", feature(), author="ada")
    stage.world.push(repo, "main", {"README.md": "# Ferry\n"}, author="ada")
    stage.drain()
    stored = stage.store.report(repo.id, sha)
    assert stored is not None
    found = json.loads(stored.report)
    assert (found["merge_base"], found["base"] != left) == (left, True)
    file = tmp_path / "report.json"
    subprocess.run(["git", "clone", "-q", stage.world.clone_url(repo, "acme"), str(tmp_path / "clone")], check=True)
    for merge_base, code in ((left, 0), (found["base"], 1)):
        file.write_text(json.dumps({**found, "merge_base": merge_base}), encoding="utf-8")
        assert main(["verify", str(file), "--repo", str(tmp_path / "clone")]) == code, capsys.readouterr()


def _repository(stage: Stage) -> Repository:
    repo = stage.world.create_repository(
        "acme", "ferry", {"README.md": "# F\n", **SPEC_KIT, **feature("specs/000-old")}
    )
    stage.install(repo)
    return repo
